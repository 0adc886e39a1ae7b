"""How long reading takes: a document against its bare Markdown parse, and how time grows with the number of steps.

Run with `python bench/playbook.py [FILE]`. It prints figures and judges nothing.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

from markdown_it import MarkdownIt

from tocsin.playbook import compile_document, library

ROUNDS = 9
REPEATS = 20


def seconds(work: Callable[[], object], repeats: int = 1) -> float:
    """Processor seconds of one call: the least of several rounds, which other work on the machine disturbs least."""
    work()
    best = float("inf")
    for _ in range(ROUNDS if repeats > 1 else 2):
        start = time.process_time()
        for _ in range(repeats):
            work()
        best = min(best, (time.process_time() - start) / repeats)
    return best


def document() -> tuple[str, bytes]:
    if len(sys.argv) > 1:
        path = Path(sys.argv[1])
        return path.name, path.read_bytes()
    return "general-incident.md", library.load("general-incident")


def long_document(steps: int) -> bytes:
    lines = [f"- [ ] Step {number}: close gate {number} and write it down" for number in range(steps)]
    return ("# Gates\n\n" + "\n".join(lines) + "\n").encode()


def dense_document(steps: int) -> bytes:
    lines = [f"- [ ] {n}: notify team {n} within {n % 50 + 1} minutes if SEV1 is confirmed" for n in range(steps)]
    return ("# Gates\n\n" + "\n".join(lines) + "\n").encode()


def main() -> None:
    parser = MarkdownIt("commonmark").enable("table")
    name, source = document()
    text = source.decode()
    bare = seconds(lambda: parser.parse(text), REPEATS)
    whole = seconds(lambda: compile_document(source, name), REPEATS)
    print(f"{name}: bare parse {bare * 1000:.2f} ms, compiled {whole * 1000:.2f} ms, ratio {whole / bare:.2f}")
    for kind, make in (("plain", long_document), ("dense", dense_document)):
        for steps in (1_000, 10_000):
            made = make(steps)
            print(f"{steps} {kind} steps: {seconds(lambda made=made: compile_document(made, 'long.md')):.2f} s")


if __name__ == "__main__":
    main()
