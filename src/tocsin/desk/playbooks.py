"""Add playbooks and find their versions. A version is never changed: incidents keep the one they began with."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from tocsin.desk.contention import settled
from tocsin.playbook import codec
from tocsin.playbook.read import compile_document
from tocsin.store.log import canonical
from tocsin.store.models import PlaybookVersion
from tocsin.store.queries import PlaybookNotFoundError


def add(source: bytes, name: str, *, now: datetime) -> str:
    """Compile `source`, keep it as the current version of the file `name`, and return its digest.

    The same bytes again change nothing but which version is current. *Raises* what the compiler refuses with.
    """
    name = _storable(name)
    playbook = compile_document(source, name)
    fields = {
        "name": playbook.name,
        "source_name": name,
        "source": source,
        "compiled": canonical(codec.to_json(playbook)),
        "added_at": now,
    }

    def keep() -> None:
        with transaction.atomic(durable=True):
            PlaybookVersion.objects.get_or_create(digest=playbook.digest, defaults=fields)
            PlaybookVersion.objects.filter(source_name=name).exclude(digest=playbook.digest).update(is_current=False)
            PlaybookVersion.objects.filter(digest=playbook.digest).update(is_current=True, source_name=name)

    settled(keep)
    return playbook.digest


def current() -> list[PlaybookVersion]:
    """Return the versions that a new incident can begin with, by name; without their source and compiled form."""
    return list(PlaybookVersion.objects.filter(is_current=True).defer("source", "compiled"))


def get(digest: str) -> PlaybookVersion:
    """Return one version, current or not. *Raises* PlaybookNotFoundError."""
    found = PlaybookVersion.objects.filter(digest=digest).first()
    if found is None:
        raise PlaybookNotFoundError
    return found


def _storable(name: str) -> str:
    """Return a file's name without what PostgreSQL cannot hold: a zero byte, or a byte that was no UTF-8."""
    return name.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")
