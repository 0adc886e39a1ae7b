"""A backup brings the whole installation back, on either database, or says why not and changes nothing."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from tests.desk.cast import declare
from tocsin.people.models import Person
from tocsin.project.archive import NotABackupError, NotEmptyError, restore_backup, write_backup
from tocsin.store import queries
from tocsin.store.models import Incident
from tocsin.store.verify import verify

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """A backup of one person and one incident."""
    Person.objects.create_user("rosa@example.org", name="Rosa")
    declare()
    write_backup(tmp_path / "backup.zip")
    return tmp_path / "backup.zip"


def test_what_was_lost_comes_back_whole(archive: Path) -> None:
    before = queries.load("INC-1").state
    restore_backup(archive, is_replacing=True)
    assert queries.load("INC-1").state == before
    assert Person.objects.get().email == "rosa@example.org"
    assert verify() == []


def test_an_installation_is_not_lost_by_mistake(archive: Path) -> None:
    with pytest.raises(NotEmptyError):
        restore_backup(archive)
    assert Incident.objects.count() == 1


def test_only_its_owner_may_read_a_backup(archive: Path) -> None:
    assert archive.stat().st_mode & 0o077 == 0


def test_what_is_no_backup_is_refused_and_changes_nothing(archive: Path, tmp_path: Path) -> None:
    (tmp_path / "text").write_text("hello")
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as other:
        other.writestr("readme.txt", "hello")
    for name in ("text", "other.zip", "gone"):
        with pytest.raises(NotABackupError):
            restore_backup(tmp_path / name, is_replacing=True)
    assert Incident.objects.count() == 1


def test_a_restored_incident_goes_on(archive: Path) -> None:
    restore_backup(archive, is_replacing=True)
    assert declare("another").ref == "INC-2"
