"""Draw lanes as an SVG picture: light or dark as the reader's screen is, readable without colour, told in words too.

Never reads an incident; `lanes.lanes_of` arranges one. The picture needs no script, font or file beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from tocsin.incident.lanes import Bar, Lane, Row
from tocsin.incident.marks import Mark, MarkKind

_WIDTH, _LEFT, _RIGHT = 1240, 372, 28
_ROW, _HEAD, _TOP, _FOOT = 27, 30, 84, 64
_PLOT = _WIDTH - _LEFT - _RIGHT
_LABEL_LENGTH = 46
_STEPS = (60, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800)
_MOST_TICKS = 13
_NAMES: dict[MarkKind, str] = {
    "reminds": "reminder ahead of time",
    "due": "due",
    "overdue": "overdue",
    "escalates": "told a second person",
    "tells": "somebody is told",
    "suggests": "severity suggested",
}
_STYLE = """
svg { font: 12.5px system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
  --ground: #ffffff; --band: #f4f6fa; --ink: #1b2333; --soft: #5c677d; --rule: #dfe4ee;
  --done: #a9c7f5; --open: #3f78d8; --skipped: #c9cfdb; --withdrawn: #c9cfdb; --frame: #2a5db8;
  --reminds: #5c677d; --due: #9a5b00; --overdue: #c62828; --escalates: #8e1459; --tells: #12724a; --suggests: #6b3fc4; }
@media (prefers-color-scheme: dark) { svg {
  --ground: #12161f; --band: #1a202c; --ink: #e8ecf4; --soft: #9aa6bc; --rule: #2b3343;
  --done: #2c4a7c; --open: #5b93f0; --skipped: #3a4356; --withdrawn: #3a4356; --frame: #86b1fa;
  --reminds: #9aa6bc; --due: #ffb84d; --overdue: #ff6b6b; --escalates: #ff8ad0; --tells: #4fd39a; --suggests: #b695ff; } }
.ground { fill: var(--ground); } .band { fill: var(--band); } .rule { stroke: var(--rule); stroke-width: 1; }
text { fill: var(--ink); } .soft { fill: var(--soft); } .head { font-weight: 650; font-size: 13px; }
.title { font-weight: 700; font-size: 19px; } .line { fill: var(--soft); font-size: 11px; text-anchor: end; }
.tick { fill: var(--soft); font-size: 11.5px; text-anchor: middle; font-variant-numeric: tabular-nums; }
.done { fill: var(--done); } .open { fill: var(--open); fill-opacity: .82; }
.skipped, .withdrawn { fill: var(--skipped); } .withdrawn { fill-opacity: .55; stroke: var(--soft); stroke-dasharray: 3 2; }
.m-reminds { fill: var(--ground); stroke: var(--reminds); stroke-width: 1.6; }
.m-due { fill: var(--due); } .m-overdue { fill: var(--overdue); } .m-escalates { fill: var(--escalates); }
.m-tells { fill: var(--tells); } .m-suggests { fill: var(--suggests); }
.mark { stroke: var(--ground); stroke-width: 1; paint-order: stroke; }
"""


def draw(lanes: Sequence[Lane], *, title: str, description: str, duration_seconds: int) -> str:
    """Draw lanes over `duration_seconds` (at least 1) from the start. The description is read out to those who listen."""
    span = max(1, duration_seconds)
    height = _TOP + sum(_HEAD + _ROW * len(lane.rows) for lane in lanes) + _FOOT
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}" '
        'role="img" aria-labelledby="picture-title picture-description">',
        f'<title id="picture-title">{escape(title)}</title>',
        f'<desc id="picture-description">{escape(description)}</desc>',
        f"<style>{_STYLE}</style>",
        f'<rect class="ground" width="{_WIDTH}" height="{height}"/>',
        f'<text class="title" x="24" y="36">{escape(_cut(title, 100))}</text>',
        f'<text class="soft" x="24" y="57">{escape(_cut(description, 170))}</text>',
        *_axis(span, height),
        *_lanes(lanes, span),
        *_legend(height),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def clock(seconds: int) -> str:
    """Say a time from the start: "0:30", "4:00", "2 d 6:00"."""
    days, rest = divmod(seconds, 86400)
    hours = f"{rest // 3600}:{rest % 3600 // 60:02}"
    return f"{days} d {hours}" if days else hours


# --- time ---------------------------------------------------------------------------------------------------------


def _x(seconds: int, span: int) -> float:
    return round(_LEFT + _PLOT * min(max(seconds, 0), span) / span, 1)


def _axis(span: int, height: int) -> Iterator[str]:
    step = next((size for size in _STEPS if span / size <= _MOST_TICKS), _STEPS[-1] * (span // _STEPS[-1] // 12 + 1))
    for at in range(0, span + 1, step):
        x = _x(at, span)
        yield f'<line class="rule" x1="{x}" x2="{x}" y1="{_TOP - 4}" y2="{height - _FOOT}"/>'
        yield f'<text class="tick" x="{x}" y="{_TOP - 9}">{clock(at)}</text>'


# --- lanes --------------------------------------------------------------------------------------------------------


def _lanes(lanes: Sequence[Lane], span: int) -> Iterator[str]:
    y = _TOP
    for lane in lanes:
        yield f'<rect class="band" x="12" y="{y + 3}" width="{_WIDTH - 24}" height="{_HEAD - 6}" rx="5"/>'
        yield f'<text class="head" x="24" y="{y + _HEAD / 2 + 4.5}">{escape(_cut(lane.title, 90))}</text>'
        y += _HEAD
        for row in lane.rows:
            yield from _row(row, y, span)
            y += _ROW


def _row(row: Row, y: int, span: int) -> Iterator[str]:
    indent = 12 * row.depth
    label = _cut(row.label, _LABEL_LENGTH - 2 * row.depth)
    yield f"<g><title>{escape(row.label)}</title>"
    yield f'<text x="{24 + indent}" y="{y + 18}">{escape(label)}</text>'
    if row.line is not None:
        yield f'<text class="line" x="{_LEFT - 12}" y="{y + 18}">{row.line}</text>'
    for bar in row.bars:
        yield _bar(bar, y, span)
    for mark in row.marks:
        yield _mark(mark, y + _ROW / 2 + 0.5, span)
    yield "</g>"


def _bar(bar: Bar, y: int, span: int) -> str:
    start, end = _x(bar.start, span), _x(bar.end, span)
    told = f"{bar.ended}, {clock(bar.start)} to {clock(bar.end)}"
    width = max(4.0, round(end - start, 1))
    return (
        f'<rect class="{bar.ended}" x="{start}" y="{y + 8}" width="{width}" height="{_ROW - 15}" rx="5">'
        f"<title>{told}</title></rect>"
    )


# --- marks --------------------------------------------------------------------------------------------------------


def _mark(mark: Mark, y: float, span: int) -> str:
    told = f"{clock(mark.at)} {_NAMES.get(mark.kind, mark.kind)}: {mark.text}"
    to = f" → {', '.join(mark.to)}" if mark.to else ""
    return f"{_shape(mark.kind, _x(mark.at, span), y)[:-2]}><title>{escape(told + to)}</title></{_tag(mark.kind)}>"


def _tag(kind: MarkKind) -> str:
    return "circle" if kind in ("reminds", "due") else "path"


def _shape(kind: MarkKind, x: float, y: float) -> str:
    """Give each kind a shape of its own, so that colour is never needed to tell them apart."""
    if kind == "reminds":
        return f'<circle class="m-reminds" cx="{x}" cy="{y}" r="3.4"/>'
    if kind == "due":
        return f'<circle class="mark m-due" cx="{x}" cy="{y}" r="5"/>'
    outlines = {
        "overdue": f"M{x} {y - 6.5}l6 11h-12z",
        "escalates": f"M{x} {y - 7}l7 7-7 7-7-7z",
        "tells": f"M{x - 5} {y - 13}h10v6.5h-3.2l-1.8 3-1.8-3h-3.2z",
        "suggests": f"M{x} {y - 7}l2 5h5l-4 3.4 1.6 5.4-4.6-3.2-4.6 3.2 1.6-5.4-4-3.4h5z",
    }
    return f'<path class="mark m-{kind}" d="{outlines[kind]}"/>'


def _legend(height: int) -> Iterator[str]:
    x, y = 24.0, height - 26
    bars: tuple[tuple[str, str], ...] = (
        ("done", "open until done"),
        ("open", "still open"),
        ("withdrawn", "withdrawn"),
    )
    for kind, name in bars:
        yield f'<rect class="{kind}" x="{x}" y="{y - 10}" width="26" height="12" rx="5"/>'
        yield f'<text class="soft" x="{x + 33}" y="{y}">{name}</text>'
        x += 50 + 6.6 * len(name)
    for mark, name in _NAMES.items():
        yield _shape(mark, x + 8, y - 4 + (7.5 if mark == "tells" else 0))
        yield f'<text class="soft" x="{x + 21}" y="{y}">{name}</text>'
        x += 40 + 6.6 * len(name)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
