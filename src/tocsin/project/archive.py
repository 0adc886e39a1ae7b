"""Write a whole installation into one zip file and bring it back, on SQLite and PostgreSQL alike.

The rows are JSON, so a backup of one database can be restored into the other: that is how a team moves to PostgreSQL.
The archive holds the secret key and personal data: keep it as safe as the server.
"""

from __future__ import annotations

import io
import json
import os
import tempfile
import zipfile
from pathlib import Path

from django.core.management import call_command
from django.db import connection, transaction

import tocsin
from tocsin.errors import RefusedError
from tocsin.people.models import Person
from tocsin.project import settings
from tocsin.store.models import Incident

_LEFT_OUT = ["contenttypes", "auth.permission", "sessions"]
_KIND = "tocsin-backup"
_FORMAT = 1


class NotABackupError(RefusedError):
    """This file is no backup of Tocsin, or it is damaged. Give a file that `tocsin backup` wrote."""


class NotEmptyError(RefusedError):
    """There is an installation here already. Say --replace to lose it, or choose an empty data folder with TOCSIN_DATA."""


def write_backup(file: Path) -> int:
    """Write the archive whole or not at all, readable by its owner only, and return its size in bytes."""
    rows = io.StringIO()
    with transaction.atomic():
        if connection.vendor == "postgresql":
            connection.cursor().execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        call_command("dumpdata", exclude=_LEFT_OUT, stdout=rows)
    manifest = {"kind": _KIND, "format": _FORMAT, "version": tocsin.__version__}
    handle, unfinished = tempfile.mkstemp(dir=file.absolute().parent, prefix=f".{file.name}.")
    with os.fdopen(handle, "wb") as stream, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("manifest.json", json.dumps(manifest))
        archive.writestr("rows.json", rows.getvalue())
        archive.writestr("secret_key", settings.SECRET_KEY)
    Path(unfinished).replace(file)
    return file.stat().st_size


def restore_backup(file: Path, *, is_replacing: bool = False) -> None:
    """Bring an installation back, whole or not at all. *Raises* NotABackupError, NotEmptyError."""
    rows, secret_key = _read(file)
    call_command("migrate", verbosity=0, interactive=False)
    if not is_replacing and (Incident.objects.exists() or Person.objects.exists()):
        raise NotEmptyError
    with tempfile.NamedTemporaryFile("wb", suffix=".json") as unpacked:
        unpacked.write(rows)
        unpacked.flush()
        with transaction.atomic():
            call_command("flush", verbosity=0, interactive=False)
            call_command("loaddata", unpacked.name, verbosity=0)
    key_file = settings.DATA_DIR / "secret_key"
    key_file.touch(mode=0o600)
    key_file.write_bytes(secret_key)


def _read(file: Path) -> tuple[bytes, bytes]:
    try:
        with zipfile.ZipFile(file) as archive:
            manifest = json.loads(archive.read("manifest.json"))
            if manifest.get("kind") != _KIND or manifest.get("format") != _FORMAT or archive.testzip():
                raise NotABackupError
            return archive.read("rows.json"), archive.read("secret_key")
    except OSError as error:
        raise NotABackupError(f"{file} cannot be read: {error.strerror}.") from error
    except (zipfile.BadZipFile, KeyError, ValueError, AttributeError) as error:
        raise NotABackupError from error
