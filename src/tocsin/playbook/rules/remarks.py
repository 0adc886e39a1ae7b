"""What a `<!-- tocsin: action=notify audience=devsecops after=60m severity=high -->` says of the step beside it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import cast, get_args

from tocsin.playbook.model import Action, TimerKind
from tocsin.playbook.rules.durations import find_durations

KEYS = ("action", "audience", "after", "every", "within", "severity", "question", "state", "role", "channel")
_PAIR = re.compile(r"(?P<key>[\w-]+)\s*=\s*(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)'|(?P<bare>[^\s\"']+))")
_TIMER_KEYS: dict[str, TimerKind] = {"after": "elapsed", "every": "recurring", "within": "deadline"}


@dataclass(slots=True)
class Said:
    """A remark, read. `timers` are (kind, seconds, is in business days); `problems` are (words, why)."""

    line: int
    action: Action | None = None
    audiences: list[str] = field(default_factory=list)
    channels: list[str] = field(default_factory=list)
    roles: list[str] = field(default_factory=list)
    severities: list[str] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    timers: list[tuple[TimerKind, int, bool]] = field(default_factory=list)
    is_resolved: bool = False
    problems: list[tuple[str, str]] = field(default_factory=list)


def read_remark(text: str, line: int) -> Said:
    """Read the words after "tocsin:". What cannot be read is a problem, never a guess."""
    said = Said(line)
    rest = _PAIR.sub(" ", text).strip(" ,;")
    for match in _PAIR.finditer(text):
        value = next(v for v in (match.group("double"), match.group("single"), match.group("bare")) if v is not None)
        _take(said, match.group("key").lower(), value.strip(), match.group())
    if rest:
        said.problems.append((rest, "write key=value, with quotes around a value that has spaces"))
    return said


def _take(said: Said, key: str, value: str, pair: str) -> None:
    if not value or key not in KEYS:
        why = f"the keys are {', '.join(KEYS)}" if value else "the value is empty"
        said.problems.append((pair, why))
    elif key in _TIMER_KEYS:
        _take_timer(said, key, value, pair)
    elif key == "action":
        if value in get_args(Action):
            said.action = cast(Action, value)
        else:
            said.problems.append((pair, f"the actions are {', '.join(get_args(Action))}"))
    elif key == "state":
        said.is_resolved = value == "resolved"
        if not said.is_resolved:
            said.problems.append((pair, 'the only state a step can wait for is "resolved"'))
    elif key == "severity":
        said.severities.extend(part.strip() for part in re.split(r"[,/|]", value) if part.strip())
    elif key == "question":
        said.questions.append(value)
    else:
        into = {"audience": said.audiences, "channel": said.channels, "role": said.roles}[key]
        into.extend(part.strip() for part in value.split(",") if part.strip())


def _take_timer(said: Said, key: str, value: str, pair: str) -> None:
    spans = find_durations(value)
    if len(spans) == 1 and value[: spans[0].start].strip() == "" and value[spans[0].end :].strip() == "":
        said.timers.append((_TIMER_KEYS[key], spans[0].high, spans[0].is_business_days))
    else:
        said.problems.append((pair, 'write a length of time such as 60m, 1h or "5 business days"'))
