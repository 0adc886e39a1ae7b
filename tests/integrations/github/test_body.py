"""A body is changed at one place and stays the same everywhere else, byte for byte."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tocsin.integrations.github import body as bodies
from tocsin.integrations.github import lines, merge, severity
from tocsin.integrations.github.known import Known, KnownItem

ODD = """\
<!-- - [ ] hidden -->
# Plan 🚢

1. [ ] first
   1. [X] nested with a number
      > - [ ] quoted inside
2) [ ] another way to count
* [ ] star\t with a tab
+ [x] plus <!-- tocsin: action=notify -->

```
- [ ] in a fence
```

    - [ ] in an indented block

- [ ] בדוק את המגדלור ואז המשך
- [ ]
- [y] no box
- 1. [ ] list in a list
- [ ] two
  lines
-[ ] no space
"""


def known_of(text: str) -> Known:
    items = bodies.read(text).items
    return Known(tuple(KnownItem(f"s{n}", item.text, item.section, item.is_ticked) for n, item in enumerate(items)))


def test_only_what_github_shows_as_a_box_is_one() -> None:
    found = [(item.text.split("\n")[0], item.is_ticked, item.depth) for item in bodies.read(ODD).items]
    assert found == [
        ("first", False, 1),
        ("nested with a number", True, 2),
        ("quoted inside", False, 3),
        ("another way to count", False, 1),
        ("star\t with a tab", False, 1),
        ("plus <!-- tocsin: action=notify -->", True, 1),
        ("בדוק את המגדלור ואז המשך", False, 1),
        ("list in a list", False, 2),
        ("two", False, 1),
    ]


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_each_box_can_be_flipped_and_flipped_back(line_end: str) -> None:
    text = ODD.replace("\n", line_end)
    for number, item in enumerate(bodies.read(text).items):
        flipped = bodies.set_box(text, item, not item.is_ticked)
        assert [place for place, (a, b) in enumerate(zip(text, flipped, strict=True)) if a != b] == [item.box]
        assert bodies.read(flipped).items[number].is_ticked != item.is_ticked
        back = bodies.set_box(flipped, bodies.read(flipped).items[number], item.is_ticked)
        assert back.lower() == text.lower()


@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from("-*+1.) \t[]xX\n\r>#`~<!a🚢א\0\u2028"), max_size=120))
@example("- [ ] a\n\n  - [x] b")
@example(">\t1)\t[ ] tab")
def test_any_text_is_read_and_only_boxes_are_changed(text: str) -> None:
    for item in bodies.read(text).items:
        assert text[item.box - 1] == "[" and text[item.box + 1] == "]" and text[item.box] in " xX"
        flipped = bodies.set_box(text, item, not item.is_ticked)
        assert flipped[: item.box] == text[: item.box] and flipped[item.box + 1 :] == text[item.box + 1 :]


def test_a_full_body_of_five_hundred_boxes_is_changed_only_where_it_is_asked() -> None:
    text = "".join(f"- [ ] Check pier {n}, berth {n * 7 % 101} 🚢 <!-- {n} -->\r\n" for n in range(500))
    text += "x" * (bodies.LIMIT - len(text))
    wanted = [merge.SetBox(f"s{n}", True) for n in range(0, 500, 50)]
    written = merge.write(known_of(text), text, wanted, [])
    places = {bodies.read(text).items[n].box for n in range(0, 500, 50)}
    assert {n for n, (a, b) in enumerate(zip(text, written.text, strict=True)) if a != b} == places
    assert written.missed == ()
    full = merge.write(known_of(text), text, [merge.AddLine("new", "One more", "s499")], [])
    assert full.text == text and "is full" in full.missed[0]


def test_a_line_is_put_below_its_neighbour_and_all_that_belongs_to_it() -> None:
    text = "1. [ ] one\r\n   - note\r\n2. [ ] two"
    body = bodies.read(text)
    assert (
        bodies.insert_after(body, body.items[0], "new\nwords")
        == "1. [ ] one\r\n   - note\r\n1. [ ] new words\r\n2. [ ] two"
    )
    assert bodies.insert_after(body, body.items[1], "last") == f"{text}\r\n3. [ ] last"


@pytest.mark.parametrize(
    ("text", "level", "filled"),
    [
        ("**Severity:** _High/Medium/Low_\nx", None, "**Severity:** _Low_\nx"),
        ("**Severity:** _High_", "High", "**Severity:** _Low_"),
        ("Severity: **medium** (growing)", "Medium", "Severity: **Low** (growing)"),
        ("### Severity\n\nHigh - all piers\n\n### Next", "High", "### Severity\n\nLow - all piers\n\n### Next"),
        ("### Severity\n\n_No response_\n", None, "### Severity\n\nLow\n"),
        ("Severity: <!-- High, Medium or Low -->", None, "Severity: Low <!-- High, Medium or Low -->"),
        ("Severity:\n", None, "Severity: Low\n"),
    ],
)
def test_the_severity_is_found_and_named_in_its_place(text: str, level: str | None, filled: str) -> None:
    levels = ["High", "Medium", "Low"]
    found = severity.find(text)
    assert found is not None
    assert found.level(levels) == level
    assert severity.fill(text, found, "Low", levels) == filled


@pytest.mark.parametrize("text", ["- [ ] Assign the severity above:", "```\nSeverity: High\n```", "Severe: High"])
def test_what_only_speaks_of_severity_is_no_field(text: str) -> None:
    assert severity.find(text) is None


@pytest.mark.parametrize(
    ("before", "one", "other", "both"),
    [
        ("a\nb\nc\n", "a\nB\nc\n", "a\nb\nC\n", "a\nB\nC\n"),
        ("- [ ] x\n", "- [x] x\n", "- [ ] y\n", "- [x] y\n"),
        ("a\n", "a\nmine\n", "a\ntheirs\n", "a\nmine\ntheirs\n"),
        ("a\nb\n", "b\n", "a\nb\nc\n", "b\nc\n"),
        ("one\n", "two\n", "three\n", "two\nthree\n"),
    ],
)
def test_edits_of_two_people_both_stay(before: str, one: str, other: str, both: str) -> None:
    assert lines.merge(before, one, other) == both
    assert lines.merge(before, one, lines.merge(before, one, other)) == both


def changes(before: str, after: str) -> list[merge.Change]:
    return list(merge.read(known_of(before), after, ["High", "Low"]).changes)


def test_what_cannot_be_told_is_a_doubt_and_never_a_guess() -> None:
    before = "- [ ] Ring the harbour office\n- [ ] Ring the customs office\n"
    found = changes(before, "- [x] Ring the office\n")
    assert [type(change) for change in found] == [merge.Added, merge.Doubted]
    assert found[0] == merge.Added("?0", "Ring the office", "", (), True)


def test_a_reworded_line_stays_its_step_and_a_replaced_one_does_not() -> None:
    before = "- [ ] Ring the harbour office about the lights\n"
    assert changes(before, "- [x] Ring the harbour office about the dark lights\n")[1:] == [merge.Ticked("s0")]
    assert [type(change) for change in changes(before, "- [ ] Buy bread\n")] == [merge.Added, merge.Removed]


def test_a_moved_line_is_the_same_line() -> None:
    before = "## A\n- [ ] one thing\n- [ ] other thing\n## B\n- [ ] third matter\n"
    assert changes(before, "## A\n- [ ] other thing\n## B\n- [ ] third matter\n- [x] one thing\n") == [
        merge.Ticked("s0")
    ]


def test_the_same_words_twice_are_told_apart_by_their_place() -> None:
    before = "## A\n- [ ] Notify the crew\n## B\n- [ ] Notify the crew\n"
    assert changes(before, before.replace("## B\n- [ ]", "## B\n- [x]")) == [merge.Ticked("s1")]
