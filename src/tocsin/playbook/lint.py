"""Find what is wrong with a playbook before an incident does: each finding with its line and how to mend it.

It looks at the compiled playbook and at the source text, and never changes either. Whether an audience has members only
a directory can say; hand its names in to have that checked.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Literal

from tocsin.playbook.conditions import (
    Facts,
    describe,
    elapsed_thresholds,
    evaluate,
    questions_in,
    severities_in,
)
from tocsin.playbook.model import Condition, Playbook
from tocsin.playbook.rules.levels import NUMBERED_STRICT, canonical

FindingLevel = Literal["error", "warning", "note"]
MOST_QUESTIONS = 6

_DEFINITION = re.compile(r"^ {0,3}\[([^\]\n]{1,200})\]:[ \t]*\S", re.MULTILINE)
_REFERENCE = re.compile(r"\[([^\[\]\n]{1,200})\]\[([^\[\]\n]{0,200})\]")
_ANCHOR = re.compile(r"\]\(#([^)\s]{1,200})\)")
_EMPTY = re.compile(r"\[([^\[\]\n]{1,200})\]\(\s*\)")
_HEADING = re.compile(r"^\s{0,3}#{1,6}\s+(.*?)\s*#*\s*$")
_FENCE = re.compile(r"^\s*(```|~~~)")
_CODE = re.compile(r"`[^`\n]*`")


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem. `line` counts from 1, 0 is the whole document. `code` names the check; `mend` says what to do."""

    line: int
    level: FindingLevel
    code: str
    message: str
    mend: str


def lint(playbook: Playbook, source_text: str, known_audiences: Collection[str] | None = None) -> list[Finding]:
    """Check a playbook against its source.

    Shape: findings in order of line, then of weight; empty when all is well. `known_audiences` are the names of the
    directory that have at least one member; None means there is no directory, and audiences are not checked.
    """
    findings = [
        *_links(source_text),
        *_channels(playbook),
        *_undefined_severities(playbook, source_text),
        *_impossible_rules(playbook),
        *_unread(playbook),
        *_audiences(playbook, known_audiences),
        *_no_steps(playbook),
    ]
    weight = {"error": 0, "warning": 1, "note": 2}
    return sorted(dict.fromkeys(findings), key=lambda found: (found.line, weight[found.level], found.code))


def has_errors(findings: Iterable[Finding]) -> bool:
    return any(finding.level == "error" for finding in findings)


# --- links and channels -------------------------------------------------------------------------------------------


def _links(source_text: str) -> Iterator[Finding]:
    defined = {" ".join(name.lower().split()) for name in _DEFINITION.findall(source_text)}
    lines = list(_prose(source_text))
    anchors = _anchors(source_text)
    for number, line in lines:
        if "](" not in line and "][" not in line:
            continue
        for match in _REFERENCE.finditer(line):
            name = " ".join((match.group(2) or match.group(1)).lower().split())
            if name not in defined and not re.fullmatch(r"[ x]?", match.group(1)):
                mend = f"add a line `[{name}]: https://…` to the end of the document, or write the address in the link"
                yield Finding(number, "error", "broken-link", f"the link [{name}] leads nowhere", mend)
        for match in _ANCHOR.finditer(line):
            if match.group(1).lower() not in anchors:
                mend = "name a heading of this document, in lower case with dashes between the words"
                yield Finding(number, "error", "broken-link", f"no heading is called #{match.group(1)}", mend)
        for match in _EMPTY.finditer(line):
            mend = "write the address between the round brackets"
            yield Finding(number, "error", "broken-link", f"the link [{match.group(1)}] has no address", mend)


def _prose(source_text: str) -> Iterator[tuple[int, str]]:
    """The lines outside code, with code in a line blanked."""
    fence = ""
    for number, line in enumerate(source_text.split("\n"), 1):
        mark = _FENCE.match(line)
        if mark and not fence:
            fence = mark.group(1)
        elif mark and mark.group(1) == fence:
            fence = ""
        elif not fence:
            yield number, _CODE.sub("", line) if "`" in line else line


def _anchors(source_text: str) -> set[str]:
    found: set[str] = set(re.findall(r"<a\s+(?:name|id)=[\"']([^\"']+)[\"']", source_text))
    for _, line in _prose(source_text):
        match = _HEADING.match(line)
        if match:
            found.add(_anchor(match.group(1)))
    counts: dict[str, int] = {}
    for _, line in _prose(source_text):
        match = _HEADING.match(line)
        if match:
            name = _anchor(match.group(1))
            counts[name] = counts.get(name, 0) + 1
            if counts[name] > 1:
                found.add(f"{name}-{counts[name] - 1}")
    return found


def _anchor(heading: str) -> str:
    """The anchor GitHub gives a heading."""
    plain = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", heading)
    return re.sub(r"[^\w\- ]", "", plain.lower()).strip().replace(" ", "-")


def _channels(playbook: Playbook) -> Iterator[Finding]:
    seen: set[str] = set()
    linked = {
        reading.value["name"]
        for reading in playbook.readings
        if reading.kind == "channel" and isinstance(reading.value, dict) and reading.value.get("id")
    }
    for reading in playbook.readings:
        if reading.kind != "channel" or not isinstance(reading.value, dict):
            continue
        name = str(reading.value.get("name"))
        if name in seen or name in linked or "[" in name:
            continue
        seen.add(name)
        mend = "link its name to its Slack archive, such as `[#name](https://team.slack.com/archives/C0123456789)`"
        yield Finding(
            reading.line, "note", "channel-without-id", f"{name} has no ID, so it is found by name only", mend
        )


# --- severities and conditions ------------------------------------------------------------------------------------


def _undefined_severities(playbook: Playbook, source_text: str) -> Iterator[Finding]:
    names = [severity.name for severity in playbook.severities]
    known = {canonical(name) for name in names}
    families = {re.sub(r"\d", "", name) for name in known if re.search(r"\d$", name)}
    if families:
        for number, line in _prose(source_text):
            for match in NUMBERED_STRICT.finditer(line):
                said = canonical(match.group())
                if re.sub(r"\d", "", said) in families and said not in known:
                    mend = f"define {match.group()} beside {', '.join(names)}, or name one of these"
                    message = f"{match.group()} is no severity of this playbook"
                    yield Finding(number, "error", "undefined-severity", message, mend)
    yield from _never_defined(playbook)


def _never_defined(playbook: Playbook) -> Iterator[Finding]:
    listed = {option.split(" ")[0].lower() for field in playbook.fields for option in field.options}
    bare = [s for s in playbook.severities if not s.criteria and s.name.lower().split(" ")[0] not in listed]
    if playbook.severities and len(bare) == len(playbook.severities):
        names = ", ".join(severity.name for severity in bare)
        mend = "add a list with each level in bold and what it means: `- **High:** customer data is lost`"
        yield Finding(bare[0].line, "warning", "undefined-severity", f"{names}: used, but never defined", mend)


def _impossible_rules(playbook: Playbook) -> Iterator[Finding]:
    inherited: set[Condition] = set()
    for step in playbook.all_steps():
        condition = step.condition
        if condition is None or condition in inherited or _can_hold(condition, playbook):
            continue
        inherited.add(condition)
        message = f"this step can never apply: it is for {describe(condition, playbook)}"
        mend = "a heading, a parent step and the step's own words must all hold; take one of them away"
        yield Finding(step.line, "error", "impossible-rule", message, mend)


def _can_hold(condition: Condition, playbook: Playbook) -> bool:
    """Whether any severity, answers and time make a condition true: every combination that matters is tried."""
    questions = questions_in(condition)[:MOST_QUESTIONS]
    names = tuple(severity.name for severity in playbook.severities) or severities_in(condition) or (None,)
    times = (0, *elapsed_thresholds(condition))
    combinations = product(names, times, (False, True), product((False, True), repeat=len(questions)))
    return any(
        evaluate(condition, Facts(name, dict(zip(questions, said, strict=True)), at, is_resolved)) is not False
        for name, at, is_resolved, said in combinations
    )


# --- the rest -----------------------------------------------------------------------------------------------------


def _unread(playbook: Playbook) -> Iterator[Finding]:
    for unread in playbook.unknown:
        if unread.text.startswith("tocsin:"):
            yield Finding(unread.line, "error", "remark", f"`{unread.text}` is not understood", unread.why)
        else:
            mend = "say it another way, or put a `<!-- tocsin: … -->` remark beside the step"
            message = f"“{_short(unread.text)}” looks like a rule and was not read: {unread.why}"
            yield Finding(unread.line, "warning", "unread-rule", message, mend)


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57].rstrip() + "…"


def _audiences(playbook: Playbook, known: Collection[str] | None) -> Iterator[Finding]:
    if known is None:
        return
    directory = {_plain(name) for name in known}
    seen: set[str] = set()
    for reading in playbook.readings:
        name = str(reading.value or reading.text) if reading.kind == "audience" else ""
        if not name or name.startswith("#") or name in seen or _plain(name) in directory:
            continue
        seen.add(name)
        mend = f"add an audience called “{name}” to the directory, with at least one member"
        yield Finding(reading.line, "warning", "empty-audience", f"nobody is in the audience “{name}”", mend)


def _plain(name: str) -> str:
    return " ".join(re.sub(r"^(?:the|our)\s+", "", name.lower().lstrip("@#")).split())


def _no_steps(playbook: Playbook) -> Iterator[Finding]:
    if not any(True for _ in playbook.all_steps()):
        mend = "write each thing to do as a list item with a box: `- [ ] Declare the incident`"
        yield Finding(0, "warning", "no-steps", "there is nothing to do in this document", mend)
