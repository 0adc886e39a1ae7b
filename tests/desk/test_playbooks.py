"""A playbook is kept by its bytes; an incident keeps the version it began with."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.desk.cast import ROSA, T0
from tocsin.desk import playbooks, writer
from tocsin.errors import RefusedError
from tocsin.incident.commands import AddNote, DeclareIncident
from tocsin.playbook import codec
from tocsin.playbook.read import compile_document
from tocsin.store import queries
from tocsin.store.models import PlaybookVersion
from tocsin.store.queries import PlaybookNotFoundError

pytestmark = pytest.mark.django_db
FIRST = b"""# Shop incidents

Severity is one of:

- **Major:** Nobody can pay for more than 20 minutes
- **Minor:** Some pages are slow

## Tell

1. [ ] Say in #shop-ops what is wrong.
1. [ ] For Major incidents, post updates in #shop-ops every 45 minutes.
1. [ ] If card numbers were seen by others, notify the payment provider.
"""
SECOND = FIRST.replace(b"every 45 minutes", b"every 15 minutes")


def test_the_same_bytes_are_one_version() -> None:
    digest = playbooks.add(FIRST, "shop.md", now=T0)
    assert playbooks.add(FIRST, "shop.md", now=T0 + timedelta(days=1)) == digest
    assert PlaybookVersion.objects.get().added_at == T0
    assert bytes(playbooks.get(digest).source) == FIRST


def test_only_the_newest_version_of_a_file_is_current() -> None:
    first = playbooks.add(FIRST, "shop.md", now=T0)
    second = playbooks.add(SECOND, "shop.md", now=T0)
    other = playbooks.add(FIRST + b"\n## Later\n\n- [ ] Rest.\n", "other.md", now=T0)
    assert {version.digest for version in playbooks.current()} == {second, other}
    playbooks.add(FIRST, "shop.md", now=T0)
    assert {version.digest for version in playbooks.current()} == {first, other}


def test_a_running_incident_keeps_its_version() -> None:
    digest = playbooks.add(FIRST, "shop.md", now=T0)
    ref = writer.declare(DeclareIncident(by=ROSA, title="No payments"), digest, key="d", now=T0).ref
    playbooks.add(SECOND, "shop.md", now=T0)
    writer.run(ref, AddNote(by=ROSA, text="Looking"), key="n", now=T0)
    assert queries.load(ref).state.playbook.digest == digest


def test_what_is_stored_reads_back_as_what_was_compiled() -> None:
    digest = playbooks.add(FIRST, "shop.md", now=T0)
    compiled = compile_document(FIRST, "shop.md")
    assert codec.to_json(queries.playbook(digest)) == codec.to_json(compiled)
    assert queries.playbook(digest) == compiled


def test_what_cannot_be_compiled_is_refused_and_not_kept() -> None:
    with pytest.raises(RefusedError):
        playbooks.add(b"", "empty.md", now=T0)
    assert playbooks.current() == []


def test_an_unknown_version_is_refused() -> None:
    with pytest.raises(PlaybookNotFoundError):
        playbooks.get("sha256:none")


def test_names_of_any_length_are_kept() -> None:
    """A heading may be a paragraph and a level a sentence; PostgreSQL holds to lengths where SQLite does not."""
    level, title = "Critical " * 40, "Incident " * 60
    source = f"# {title}\n\n- **{level.strip()}:** Nobody can pay\n- **Low:** Slow\n\n## Do\n\n- [ ] Look.\n".encode()
    digest = playbooks.add(source, "a" * 400 + ".md", now=T0)
    compiled = queries.playbook(digest)
    severity = compiled.severities[0].name if compiled.severities else None
    command = DeclareIncident(by=ROSA, title=title, severity=severity)
    ref = writer.declare(command, digest, key="d", now=T0).ref
    assert queries.find_row(ref).severity == severity


@pytest.mark.parametrize("hostile", [b"# a\0b\n\n- [ ] Do\0 it.\n", "# \u202e x\n\n- [ ] Do 🔥 it.\n".encode()])
def test_strange_bytes_are_kept_or_refused_never_half(hostile: bytes) -> None:
    try:
        digest = playbooks.add(hostile, "strange\0.md", now=T0)
    except RefusedError:
        assert playbooks.current() == []
    else:
        assert bytes(playbooks.get(digest).source) == hostile
        writer.declare(DeclareIncident(by=ROSA, title="x"), digest, key="d", now=T0)
