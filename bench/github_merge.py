"""What a merge of an issue's body costs, next to parsing that body once with markdown-it. Run: `make bench`.

Bodies grow to GitHub's limit; the hard case rewords every line at once. Each figure is the best of five.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]

from markdown_it import MarkdownIt  # noqa: E402

from tocsin.integrations.github import body, merge  # noqa: E402
from tocsin.integrations.github.known import Known, KnownItem  # noqa: E402

WORDS = [
    "harbour",
    "ferry",
    "ticket",
    "gate",
    "lamp",
    "relay",
    "pier",
    "crane",
    "buoy",
    "signal",
    "diver",
    "rope",
    "kiosk",
    "breaker",
    "tide",
]


def main() -> None:
    print(f"{'boxes':>6} {'characters':>10} {'parse':>9} {'one tick':>9} {'read edit':>9} {'all reworded':>12}")
    for count in (22, 100, 500):
        text = "".join(f"- [ ] {sentence(n)}\n" for n in range(count))
        text += "x" * (body.LIMIT - len(text)) if count == 500 else ""
        known = known_of(text)
        ticked = text.replace("- [ ]", "- [x]", 1)
        reworded = text.replace("Check", "Look at").replace("twice", "again")
        reference = best(lambda text=text: MarkdownIt("commonmark").parse(text))
        figures = [
            best(lambda known=known, text=text: merge.write(known, text, [merge.SetBox("s0", True)], [])),
            best(lambda known=known, ticked=ticked: merge.read(known, ticked, [])),
            best(lambda known=known, reworded=reworded: merge.read(known, reworded, [])),
        ]
        shown = " ".join(f"{seconds * 1000:6.1f} ms" for seconds in figures)
        ratio = figures[0] / reference
        print(f"{count:>6} {len(text):>10} {reference * 1000:6.1f} ms {shown}   one tick is {ratio:.1f} parses")


def sentence(n: int) -> str:
    picked = [WORDS[(n * step + step) % len(WORDS)] for step in (1, 3, 7, 11)]
    return f"Check {' '.join(picked)} number {n} twice"


def known_of(text: str) -> Known:
    items = body.read(text).items
    return Known(tuple(KnownItem(f"s{n}", item.text, item.section, item.is_ticked) for n, item in enumerate(items)))


def best(work: Callable[[], object]) -> float:
    taken = []
    for _ in range(5):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return min(taken)


if __name__ == "__main__":
    main()
