"""What Tocsin last knew of an issue's body: each check box with its step, and the severity. A value with a JSON form.

It is the third side of the merge. Only what Tocsin has acted upon is in it, so that nothing is acted upon twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from tocsin.integrations.github.severity import levels_in


@dataclass(frozen=True, slots=True)
class KnownItem:
    """One check box as it was. `step` is the step it stands for, "" for a box that is no step; `level` is the severity
    that ticking it chooses, "" for none."""

    step: str
    text: str
    section: tuple[str, ...] = ()
    is_ticked: bool = False
    level: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """`items` stand in the body's order. `gone` are those that were removed from it. `severity_text` is what stood in
    the severity field, `severity` the level that it or the boxes named last, "" where they never named one."""

    items: tuple[KnownItem, ...] = ()
    gone: tuple[KnownItem, ...] = ()
    severity_text: str = ""
    severity: str = ""

    def named(self, steps: Mapping[str, str]) -> Known:
        """Return it with the steps of new items, which stood under a name of the reading's own, named for good."""
        return replace(self, items=tuple(replace(item, step=steps.get(item.step, item.step)) for item in self.items))

    def with_tick(self, step: str, is_ticked: bool) -> Known:
        items = (replace(item, is_ticked=is_ticked) if item.step == step else item for item in self.items)
        return replace(self, items=tuple(items))

    def level(self, levels: Sequence[str]) -> str | None:
        """Return the one severity that the body named, or None where it named none or several."""
        ticked = [item.level for item in self.items if item.level and item.is_ticked]
        named = levels_in(self.severity_text, levels) or ticked
        return named[0] if len(named) == 1 else None

    def agreed(self, levels: Sequence[str]) -> str | None:
        """Return the severity that both sides last knew. It outlasts a body that names none or several: with boxes,
        whoever changes from one level to another passes through that."""
        return self.level(levels) or self.severity or None

    def find(self, step: str) -> KnownItem | None:
        return next((item for item in self.items if item.step == step), None) if step else None

    def to_json(self) -> dict[str, Any]:
        return {
            "items": [asdict(item) for item in self.items],
            "gone": [asdict(item) for item in self.gone],
            "severity_text": self.severity_text,
            "severity": self.severity,
        }


def known_from_json(value: Mapping[str, Any]) -> Known:
    return Known(_items(value["items"]), _items(value["gone"]), value["severity_text"], value.get("severity", ""))


def _items(values: Iterable[Mapping[str, Any]]) -> tuple[KnownItem, ...]:
    return tuple(KnownItem(**{**value, "section": tuple(value["section"])}) for value in values)
