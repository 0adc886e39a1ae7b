"""A document that cannot be read is refused with its line, the reason and what to do."""

from __future__ import annotations

import pytest

from tocsin.errors import RefusedError
from tocsin.playbook import PlaybookError, compile_document
from tocsin.playbook.codec import from_json

BOMB = b"name: x\na: &a [z, z]\nb: &b [*a, *a]\nbody: [*b, *b]\n"


@pytest.mark.parametrize(
    ("source", "name", "line", "said"),
    [
        (b"", "a.md", 0, "empty"),
        (b"   \n\n", "a.md", 0, "empty"),
        (b"- [ ] a\n- [ ] \xff\n", "a.md", 2, "UTF-8"),
        (b"- [ ] a\n\n\0\n", "a.md", 3, "NUL"),
        (b"- [ ] " + b"a" * 20_000, "a.md", 1, "break it"),
        (b"- [ ] a\n" * 200_000, "a.md", 0, "split it"),
        (b"name: x\nbody:\n  - type: [\n", "a.yml", 4, "YAML"),
        (b"name: x\nname: y\nbody: []\n", "a.yml", 2, "twice"),
        (b"name: x\nbody: text\n", "a.yml", 2, "body"),
        (b"- a\n- b\n", "a.yml", 1, "mapping"),
        (b"name: x\n", "a.yml", 1, "body"),
        (b"name: x\nbody:\n  - text\n", "a.yml", 3, "type"),
        (BOMB, "a.yml", 3, "aliases"),
        (b"? [a]\n: b\n", "a.yml", 1, "key"),
        (b"body: " + b"[" * 500 + b"]" * 500, "a.yml", 1, "nested"),
        (b"body: []\n---\nbody: []\n", "a.yml", 2, "second"),
    ],
)
def test_the_reason_and_the_line_are_named(source: bytes, name: str, line: int, said: str) -> None:
    with pytest.raises(PlaybookError) as caught:
        compile_document(source, name)
    assert caught.value.line == line
    assert said in caught.value.reason
    assert caught.value.message.startswith(name)
    assert isinstance(caught.value, RefusedError)


def test_a_byte_order_mark_and_windows_line_ends_are_read() -> None:
    for source in ("\ufeff- [ ] one\r\n- [ ] two\r\n".encode(), "- [ ] one\n- [ ] two\n".encode("utf-16")):
        assert [step.line for step in compile_document(source, "a.md").all_steps()] == [1, 2]


def test_front_matter_that_is_odd_does_no_harm() -> None:
    source = b"---\nname: 'open\nabout: {{ x }}\n---\n- [ ] one\n"
    playbook = compile_document(source, "a.md")
    assert [step.line for step in playbook.all_steps()] == [5]
    assert [unread.line for unread in playbook.unknown] == [2]


@pytest.mark.parametrize("data", [{}, {"name": 1}, {"name": "a", "source": "b", "digest": "c", "severities": 3}])
def test_json_that_is_no_playbook_is_refused(data: dict[str, object]) -> None:
    with pytest.raises(PlaybookError, match="compile the document again"):
        from_json(data)
