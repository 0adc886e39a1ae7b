"""Whatever people do on both sides, and whenever the line between them is down, both sides end up with all of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.integrations.github import body as bodies
from tocsin.integrations.github import merge
from tocsin.integrations.github.known import Known, KnownItem

LEVELS = ("High", "Medium", "Low")
SENTENCES = (
    "Ring the person on duty at the harbour office",
    "Open a bridge and post its address",
    "Write down which timetable feeds are stale",
    "Choose how bad it is from the table above",
    "Tell the ferry operators if tickets cannot be sold",
    "Ask legal whether passengers' names were exposed 🛳️",
    "Turn the ticket gate to manual for <!-- both --> piers",
    "Roll back yesterday's release of the kiosk",
    "Copy the logs of the payment bridge to the vault",
    "שלחו עדכון לצוות הנמל",
    "Publish a banner on the timetable page every 30 minutes",
    "Draft the report and have two captains read it",
)
FRESH = (
    "Borrow a generator from the yacht club",
    "Hand out paper vouchers near the café",
    "Check that the lighthouse camera still records",
    "Order sandwiches for the night shift 🥪",
    "Photograph the broken relay before anyone moves it",
    "راجع عقد الصيانة مع المورد",
)


def start_body(line_end: str) -> str:
    lines = ["_Nothing secret in here._", "", "**Severity:** _High/Medium/Low_", "", "## First hour"]
    lines += [f"1. [ ] {words}" for words in SENTENCES[:4]] + ["   - a note about it", "", "## Later", ""]
    lines += [f"- [ ] {words}" for words in SENTENCES[4:9]] + ["", "```", "- [ ] not a box", "```", ""]
    lines += ["- [x] " + SENTENCES[9]] + [f"  * [ ] {words}" for words in SENTENCES[10:]] + ["", "The end."]
    return line_end.join(lines)


@dataclass
class GitHub:
    """The issue as people and Tocsin left it. `shadow` is the body as it would be if Tocsin had never written."""

    text: str
    shadow: str
    ticks: dict[str, bool] = field(default_factory=dict)
    added: set[str] = field(default_factory=set)
    removed: set[str] = field(default_factory=set)
    words: list[str] = field(default_factory=list)

    def edit(self, old: str, new: str) -> None:
        self.text, self.shadow = (
            re.sub(old, lambda found: found.expand(new), text) for text in (self.text, self.shadow)
        )

    def line_of(self, words: str) -> str:
        """A pattern for the line with these words, its box apart."""
        return rf"(?m)^([ >]*(?:[-*]|\d+[.)]) \[)([ x])(\] {re.escape(words)}[^\r\n]*)(\r?\n|$)"


@dataclass
class Tocsin:
    """A room with just enough in it: which steps are done or skipped, and what it still has to write."""

    known: Known
    done: dict[str, bool]
    texts: dict[str, str]
    skipped: set[str] = field(default_factory=set)
    severity: str | None = None
    queue: list[merge.Operation] = field(default_factory=list)
    own: list[merge.Operation] = field(default_factory=list)
    ticks: dict[str, bool] = field(default_factory=dict)
    notes: list[merge.Change] = field(default_factory=list)

    def act(self, step: str, is_done: bool) -> None:
        """A person ticks or unticks in the room."""
        if self.done[step] != is_done:
            self.done[step] = is_done
            self.queue.append(merge.SetBox(step, is_done))

    def add(self, words: str) -> str:
        step = f"added-{len(self.done)}"
        self.done[step], self.texts[step] = False, words
        return step

    def read(self, text: str) -> None:
        """Do what people did on GitHub."""
        found = merge.read(self.known, text, LEVELS, self.own)
        names: dict[str, str] = {}
        for change in found.changes:
            self._take(change, names)
        self.known = found.known.named(names)

    def _take(self, change: merge.Change, names: dict[str, str]) -> None:
        match change:
            case merge.Ticked(step):
                self.skipped.discard(step)
                self.act(step, True)
            case merge.Unticked(step):
                self.act(step, False)
            case merge.Added(name, text, _, _, is_ticked):
                names[name] = self.add(text)
                self.done[names[name]] = is_ticked
            case merge.Removed(step, _):
                self.skipped |= set() if self.done[step] else {step}
            case merge.Restored(step, is_ticked, _):
                self.skipped.discard(step)
                self.done[step] = is_ticked
            case merge.SeverityNamed(level):
                self.severity = level
            case merge.Reworded() | merge.Doubted() | merge.SeverityUnclear():
                self.notes.append(change)

    def send(self, github: GitHub, fate: str) -> None:
        """Send what waits first. It may be lost on the way, or arrive without Tocsin hearing of it."""
        if not self.queue or fate == "lost":
            return
        operation = self.queue[0]
        self.own = [operation]
        written = merge.write(self.known, github.text, [operation], LEVELS)
        github.text = written.text
        if fate == "unheard":
            return
        # What is read meanwhile counts: the change is made to what is known now, not to what was known then.
        self.known, self.own = written.known, []
        self.queue.pop(0)


def both(line_end: str = "\n") -> tuple[GitHub, Tocsin]:
    text = start_body(line_end)
    items = [
        KnownItem(f"step-{number}", item.text, item.section, item.is_ticked)
        for number, item in enumerate(bodies.read(text).items)
    ]
    done = {item.step: item.is_ticked for item in items}
    known = Known(tuple(items), severity_text="_High/Medium/Low_")
    return GitHub(text, text), Tocsin(known, done, {item.step: item.text for item in items})


number = st.integers(0, len(SENTENCES) - 1)
fresh = st.integers(0, len(FRESH) - 1)
actions = st.one_of(
    st.tuples(st.just("github ticks"), number, st.booleans()),
    st.tuples(st.just("github rewords"), number, st.sampled_from([" now", " — see the log", " (done by phone)"])),
    st.tuples(st.just("github adds"), fresh, number),
    st.tuples(st.just("github removes"), number),
    st.tuples(st.just("github writes"), st.sampled_from(["Saw it too.", "> quoted", "## Notes", "- plain bullet"])),
    st.tuples(st.just("tocsin ticks"), number, st.booleans()),
    st.tuples(st.just("tocsin adds"), st.integers(0, 2)),
    st.tuples(st.just("tocsin reads")),
    st.tuples(st.just("tocsin sends"), st.sampled_from(["well", "well", "lost", "unheard"])),
)
OURS = ("Phone the insurer about the kiosk", "Count the vouchers at dusk", "Thank the crew in person")


def perform(action: tuple, github: GitHub, tocsin: Tocsin) -> None:
    match action:
        case ("github ticks", n, is_ticked):
            words = SENTENCES[n]
            if words not in github.removed:
                github.edit(github.line_of(words), rf"\g<1>{'x' if is_ticked else ' '}\g<3>\g<4>")
                github.ticks[words] = is_ticked
        case ("github rewords", n, more):
            github.edit(github.line_of(SENTENCES[n]), rf"\g<1>\g<2>\g<3>{more}\g<4>")
        case ("github adds", f, n):
            words = FRESH[f]
            if words not in github.added and SENTENCES[n] not in github.removed:
                end = bodies.line_end(github.text)
                github.edit(
                    github.line_of(SENTENCES[n]), rf"\g<0>- [ ] {words}{end}".replace("\\g<0>", r"\g<1>\g<2>\g<3>\g<4>")
                )
                github.added.add(words)
        case ("github removes", n):
            github.edit(github.line_of(SENTENCES[n]), "")
            github.removed.add(SENTENCES[n])
        case ("github writes", words):
            end = bodies.line_end(github.text)
            github.text, github.shadow = (f"{text}{end}{end}{words}" for text in (github.text, github.shadow))
        case ("tocsin ticks", n, is_done):
            if f"step-{n}" not in tocsin.skipped:
                tocsin.act(f"step-{n}", is_done)
                tocsin.ticks[SENTENCES[n]] = is_done
        case ("tocsin adds", o):
            if OURS[o] not in tocsin.texts.values():
                step = tocsin.add(OURS[o])
                tocsin.queue.append(merge.AddLine(step, OURS[o], near=("step-6", "step-7")))
        case ("tocsin reads",):
            tocsin.read(github.text)
        case ("tocsin sends", fate):
            tocsin.send(github, fate)


def meet(github: GitHub, tocsin: Tocsin) -> None:
    """The outage is over: everything that waits gets through, and each side hears of the other."""
    for _ in range(200):
        tocsin.read(github.text)
        if not tocsin.queue:
            return
        tocsin.send(github, "well")
    pytest.fail("the two sides never came to rest")


def without_ticks(text: str) -> str:
    """The body with every box empty and without the lines that Tocsin put in."""
    for item in bodies.read(text).items:
        text = bodies.set_box(text, item, False)
    for words in OURS:
        text = re.sub(rf"(?m)^[^\r\n]*\[ \] {re.escape(words)}(\r?\n|\Z)", "", text)
    return text


@settings(max_examples=400, deadline=None)
@given(acts=st.lists(actions, max_size=40), line_end=st.sampled_from(["\n", "\r\n"]))
def test_both_sides_meet_again_with_everything(acts: list[tuple], line_end: str) -> None:
    github, tocsin = both(line_end)
    for act in acts:
        perform(act, github, tocsin)
    meet(github, tocsin)

    in_body = {bodies.visible(item.text): item.is_ticked for item in bodies.read(github.text).items}
    for item in tocsin.known.items:
        assert in_body[bodies.visible(item.text)] == tocsin.done[item.step] == item.is_ticked
    assert len(in_body) == len(tocsin.known.items)
    for n, words in enumerate(SENTENCES):
        step = f"step-{n}"
        if words in github.removed:
            assert tocsin.done[step] or step in tocsin.skipped
        elif words in github.ticks and words not in tocsin.ticks:
            assert tocsin.done[step] == github.ticks[words]
        elif words in tocsin.ticks and words not in github.ticks:
            assert tocsin.done[step] == tocsin.ticks[words]
    assert {bodies.visible(words) for words in github.added} <= set(tocsin.texts.values())
    assert all(
        any(words in item.text for item in tocsin.known.items) for words in OURS if words in tocsin.texts.values()
    )
    assert without_ticks(github.text).rstrip("\r\n") == without_ticks(github.shadow).rstrip("\r\n")
    assert len(tocsin.texts) == len(set(tocsin.texts.values())), "a step was added twice"


@settings(max_examples=100, deadline=None)
@given(acts=st.lists(actions, max_size=25))
def test_once_they_have_met_nothing_moves_any_more(acts: list[tuple]) -> None:
    github, tocsin = both()
    for act in acts:
        perform(act, github, tocsin)
    meet(github, tocsin)
    assert merge.read(tocsin.known, github.text, LEVELS).changes == ()
    operations = [merge.SetBox(item.step, tocsin.done[item.step]) for item in tocsin.known.items]
    assert merge.write(tocsin.known, github.text, operations, LEVELS).text == github.text
