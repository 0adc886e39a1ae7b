"""Make the answers of operations: JSON of a schema, with a version's ETag, and read the versions a caller expects."""

from __future__ import annotations

import re

from django.http import HttpRequest, HttpResponse
from ninja import Schema

from tocsin.desk.writer import StaleVersionError

JSON = "application/json"


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


def expected_version(request: HttpRequest, current: int) -> int | None:
    """Return the version that the change must meet, or None when the caller does not mind.

    Of several in If-Match the current one is meant, if it is among them; the desk refuses any other. Weak tags never
    match (RFC 9110, 13.1.1). *Raises* StaleVersionError when If-Match holds no version of ours.
    """
    header = request.headers.get("If-Match")
    if header is None or header.strip() == "*":
        return None
    versions = _versions(header, takes_weak=False)
    if not versions:
        raise StaleVersionError
    return current if current in versions else max(versions)


def _versions(header: str, *, takes_weak: bool) -> set[int]:
    found = re.findall(r'(W/)?"(\d{1,9})"', header)
    return {int(digits) for weak, digits in found if takes_weak or not weak}
