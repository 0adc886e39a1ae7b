"""No item is lost and none is invented; every line is in the document; the JSON form turns back into the same value."""

from __future__ import annotations

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tocsin.playbook import PlaybookError, compile_document
from tocsin.playbook.codec import from_json, to_json

WORDS = st.sampled_from(
    [
        "notify the mayor",
        "within 5 minutes",
        "if it burns",
        "SEV1",
        "every hour",
        "check the pumps",
        "(High only)",
        "#harbour",
        "`code`",
        "**bold**",
        "[link](https://example.org)",
        "<!-- note -->",
        "when resolved",
        "a ",
        " b",
        "72h",
        "not sev2",
        "Critical:",
    ]
)
TEXT = st.lists(WORDS, min_size=1, max_size=5).map(lambda parts: "do " + " ".join(parts))
BOX = st.sampled_from(["[ ]", "[x]", "[X]"])
BULLET = st.sampled_from(["-", "*", "+", "1.", "2)"])


@st.composite
def item(draw: st.DrawFn) -> tuple[str, int]:
    depth = draw(st.integers(0, 2))
    mark = draw(BULLET)
    if draw(st.booleans()):
        return f"{'    ' * depth}{mark} {draw(BOX)} {draw(TEXT)}", 1
    return f"{'    ' * depth}{mark} {draw(TEXT)}", 0


@st.composite
def documents(draw: st.DrawFn) -> tuple[str, int]:
    """A checklist and the number of its boxes. Each section starts its list anew, at the margin."""
    lines, boxes = [], 0
    for number in range(draw(st.integers(1, 4))):
        lines += [f"## Part {number}", "", f"- [ ] Begin {number}"]
        boxes += 1
        for line, count in draw(st.lists(item(), max_size=6)):
            lines.append(line)
            boxes += count
        lines.append("")
    return "\n".join(lines), boxes


@settings(max_examples=120, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(documents())
def test_each_box_is_one_step(document: tuple[str, int]) -> None:
    text, boxes = document
    playbook = compile_document(text.encode(), "x.md")
    chosen = sum(len(field.options) for field in playbook.fields)
    steps = list(playbook.all_steps())
    assert len(steps) + chosen >= boxes
    assert len(steps) <= boxes
    assert len({step.id for step in steps}) == len(steps)


@settings(max_examples=80, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(documents())
def test_lines_are_within_the_document_and_json_turns_back(document: tuple[str, int]) -> None:
    text, _ = document
    playbook = compile_document(text.encode(), "x.md")
    last = text.count("\n") + 1
    assert all(1 <= reading.line <= last for reading in playbook.readings)
    assert all(1 <= step.line <= last for step in playbook.all_steps())
    assert from_json(json.loads(json.dumps(to_json(playbook)))) == playbook


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    st.one_of(st.binary(max_size=300), st.text(max_size=300).map(str.encode)), st.sampled_from(["a.md", "a.yml", "a"])
)
def test_any_bytes_are_a_playbook_or_a_refusal(source: bytes, name: str) -> None:
    try:
        playbook = compile_document(source, name)
    except PlaybookError as error:
        assert error.message
        assert error.reason
    else:
        assert from_json(to_json(playbook)) == playbook


@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "# A\n",
                "- ",
                "[ ] ",
                "> ",
                "| a |",
                "\n",
                "|--|\n",
                "```\n",
                "<!--",
                "-->",
                "1. ",
                "  ",
                "SEV1",
                "/",
                "if ",
                "every 5 min",
                "(",
                ")",
                "**",
                "[a]",
                "(b)",
                "---\n",
                ": ",
                "☐ ",
            ]
        ),
        max_size=60,
    )
)
def test_any_mixture_of_markdown_is_answered(parts: list[str]) -> None:  # fmt: skip
    source = "".join(parts).encode()
    try:
        compile_document(source, "x.md")
    except PlaybookError as error:
        assert error.reason


def test_the_same_document_compiles_to_the_same_value() -> None:
    source = b"- [ ] Notify the mayor if it burns (SEV1)\n- [ ] Wait 5 minutes (SEV2)\n"
    assert compile_document(source, "x.md") == compile_document(source, "x.md")
