"""Make the answers of operations: JSON of a schema, with a version's ETag, and read the versions a caller expects."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from ninja import Schema

from tocsin.errors import OutdatedError

JSON = "application/json"


class VersionNotMatchedError(OutdatedError):
    """The incident has changed since the version in If-Match. Read it again and decide on what it says now."""


def made(value: Schema, *, status: int = 200, version: int | None = None, location: str = "") -> HttpResponse:
    """Return `value` as the answer. `version` becomes the ETag."""
    response = HttpResponse(value.model_dump_json(), status=status, content_type=JSON)
    if version is not None:
        response["ETag"] = tag_of(version)
    if location:
        response["Location"] = location
    return response


def unchanged(version: int) -> HttpResponse:
    """Return 304: the caller has this version already."""
    response = HttpResponse(status=304)
    response["ETag"] = tag_of(version)
    return response


def tag_of(version: int) -> str:
    return f'"{version}"'


def has_already(request: HttpRequest, version: int) -> bool:
    """True when If-None-Match names this version. Weak tags match here (RFC 9110, 13.1.2)."""
    return version in _versions(request.headers.get("If-None-Match", ""), takes_weak=True)


def expected_version(request: HttpRequest, current: Callable[[], int]) -> int | None:
    """Return the version that the change must meet, or None when the caller does not mind.

    *Raises* VersionNotMatchedError when If-Match names none that is current. Weak tags never match (RFC 9110, 13.1.1).
    """
    header = request.headers.get("If-Match")
    if header is None or header.strip() == "*":
        return None
    version = current()
    if version not in _versions(header, takes_weak=False):
        raise VersionNotMatchedError(f"The incident is at version {version} now. Read it again and decide on that.")
    return version


def _versions(header: str, *, takes_weak: bool) -> set[int]:
    found = re.findall(r'(W/)?"(\d{1,9})"', header)
    return {int(digits) for weak, digits in found if takes_weak or not weak}
