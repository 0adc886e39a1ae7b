# Documents are kept one line a line.
# ruff: noqa: E501
"""Boxes are found wherever teams put them; boxes that choose are fields; comments and examples have none."""

from __future__ import annotations

import pytest

from tocsin.playbook import compile_document
from tocsin.playbook.model import Playbook


def compiled(text: str) -> Playbook:
    return compile_document(text.encode(), "x.md")


def texts(text: str) -> list[str]:
    return [step.text for step in compiled(text).all_steps()]


@pytest.mark.parametrize(
    "text",
    [
        "- [ ] one\n- [x] two\n",
        "* [ ] one\n* [X] two\n",
        "1. [ ] one\n2. [ ] two\n",
        "[ ] one\n\n[ ] two\n",
        "[ ] one\n[x] two\n",
        "1. Group\n\n   [ ] one\n\n   [ ] two\n",
        "> - [ ] one\n> - [ ] two\n",
        "☐ one\n\n☑ two\n",
        "Copy this checklist:\n\n```\n- [ ] one\n- [x] two\n```\n",
        "<details>\n- [ ] one\n- [ ] two\n</details>\n",
        "- [ ] one\n    - [ ] two\n",
        "- outer\n  - [ ] one\n  - [ ] two\n",
    ],
)
def test_a_box_is_a_step_wherever_it_stands(text: str) -> None:
    assert texts(text) == ["one", "two"]


def test_a_box_in_a_table_is_a_step_with_the_words_of_its_row() -> None:
    table = "| Done | What | Who |\n|--|--|--|\n| [ ] | Close the gate | Ana |\n| [x] | Ring the bell | Bo |\n"
    assert texts(table) == ["Close the gate — Ana", "Ring the bell — Bo"]
    assert [step.is_done for step in compiled(table).all_steps()] == [False, True]


@pytest.mark.parametrize(
    "text",
    [
        "<!--\n- [ ] hidden\n-->\n\n- [ ] one\n",
        "- [ ] one\n\n```sh\necho '- [ ] no'\nls\npwd\n```\n",
        "- [ ] one\n\nSee `[ ]` in the guide.\n",
        "- [ ] one\n\n| A |\n|--|\n| ☐ Yes ☐ No |\n",
    ],
)
def test_what_only_looks_like_a_box_is_none(text: str) -> None:
    assert texts(text) == ["one"]


@pytest.mark.parametrize(
    ("text", "label", "options"),
    [
        ("## Severity\n\n- [ ] **Red** - all\n- [ ] **Amber** - some\n\n## Do\n\n- [ ] one\n", "Severity",
         ("Red - all", "Amber - some")),
        ("## Affected systems\n\n- [ ] Bridge\n- [ ] Harbour\n\n## Do\n\n- [ ] one\n", "Affected systems", ("Bridge", "Harbour")),
        ("## Detection\n\n- [ ] Detected by a guard\n- [ ] Detected by a ship\n\n## Do\n\n- [ ] one\n", "Detection",
         ("Detected by a guard", "Detected by a ship")),
    ],
)  # fmt: skip
def test_boxes_that_choose_are_a_field(text: str, label: str, options: tuple[str, ...]) -> None:
    playbook = compiled(text)
    assert [step.text for step in playbook.all_steps()] == ["one"]
    assert [(field.label, field.options) for field in playbook.fields] == [(label, options)]


def test_without_any_box_instructions_are_the_steps() -> None:
    text = (
        "# Fire\n\n## Roles\n\n* **Warden**\n   * is the first to notice\n\n## Start\n\n1. Ring the bell\n2. Leave the house\n\n"
        "## Then\n\n* Notify the brigade\n* Count the people\n  * by name\n"
    )
    assert texts(text) == ["Ring the bell", "Leave the house", "Notify the brigade", "Count the people"]


def test_items_nested_deeper_than_markdown_goes_are_not_lost() -> None:
    text = "\n".join("  " * depth + f"- [ ] step {depth}" for depth in range(150))
    assert len(texts(text)) == 150


def test_a_remark_beside_a_step_wins_over_the_reading() -> None:
    text = (
        "## Levels\n\n- **High:** bad\n- **Low:** dull\n\n## Do\n\n"
        '- [ ] Tell them soon <!-- tocsin: action=notify audience=coastguard after=60m severity=high question="oil is spilled" -->\n'
        "- [ ] Say more\n  <!-- tocsin: every=30m channel=harbour state=resolved role=scribe -->\n"
    )
    first, second = compiled(text).all_steps()
    assert (first.action, first.audiences) == ("notify", ("coastguard",))
    assert repr(first.condition) == (
        "AllOf(conditions=(SeverityIn(names=('High',)), "
        "AnyOf(conditions=(Elapsed(seconds=3600), Answered(question='oil-spilled')))))"
    )
    assert [(t.kind, t.seconds, t.severity) for t in first.timers] == [("elapsed", 3600, ("High",))]
    assert repr(second.condition) == "StateIs(state='resolved')"
    assert [(t.kind, t.seconds) for t in second.timers] == [("recurring", 1800)]
    assert [channel.name for channel in second.channels] == ["#harbour"]


@pytest.mark.parametrize(
    "remark",
    ["colour=red", "action=dance", "after=soon", "severity=enormous", "just words", "state=asleep", "audience="],
)
def test_a_remark_that_is_not_understood_is_listed_with_its_line(remark: str) -> None:
    (unread,) = compiled(f"- [ ] one\n- [ ] two <!-- tocsin: {remark} -->\n").unknown
    assert unread.line == 2
    assert unread.text.startswith("tocsin:")
    assert unread.why


def test_a_remark_beside_no_step_is_listed() -> None:
    playbook = compiled("- [ ] one\n\ntext\n\n<!-- tocsin: action=notify -->\n")
    assert [unread.line for unread in playbook.unknown] == [5]
