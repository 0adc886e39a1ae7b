"""Change documents at random, for a bounded time, and see that each is answered with a playbook or a refusal.

Run with `python tests/playbook/fuzz_mutations.py [SECONDS] [FILE…]`; without files it changes our own playbooks.
It prints the seed of whatever breaks, and ends with 1.
"""

# ruff: noqa: E501
from __future__ import annotations

import random
import sys
import time
from pathlib import Path

from tocsin.playbook import PlaybookError, compile_document, library
from tocsin.playbook.codec import from_json, to_json

PIECES = [b"- [ ] ", b"[x]", b"|", b"\n", b"\n\n", b"  ", b"> ", b"```\n", b"<!-- tocsin: ", b"-->", b"SEV1", b"P0-P3", b"every 5 min",
          b"if ", b"(", b")", b"**", b"[a][b]", b"---\n", b"body:\n", b"\xff", b"\0", b"\xe2\x98\x90", b"#", b": ", b"&a", b"*a"]  # fmt: skip
SLOW_SECONDS = 5.0


def changed(source: bytes, dice: random.Random) -> bytes:
    data = bytearray(source)
    for _ in range(dice.randint(1, 12)):
        at = dice.randint(0, len(data))
        deed = dice.randrange(4)
        if deed == 0:
            data[at:at] = dice.choice(PIECES) * dice.choice((1, 1, 1, 40))
        elif deed == 1:
            del data[at : at + dice.randint(1, 80)]
        elif deed == 2:
            start = dice.randint(0, len(data))
            data[at:at] = data[start : start + dice.randint(1, 200)]
        elif data:
            data[at % len(data)] = dice.randrange(256)
    return bytes(data)


def main() -> int:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 20.0
    files = [Path(name) for name in sys.argv[2:]]
    documents = [(path.name, path.read_bytes()) for path in files] or [
        (f"{n}.md", library.load(n)) for n in library.names()
    ]
    until, seed = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        seed += 1
        dice = random.Random(seed)
        name, source = dice.choice(documents)
        mutant = changed(source, dice)
        began = time.monotonic()
        try:
            playbook = compile_document(mutant, name)
            assert from_json(to_json(playbook)) == playbook, "the JSON form does not turn back"
        except PlaybookError:
            pass
        except Exception as error:
            print(f"seed {seed} of {name}: {error!r}")
            return 1
        if time.monotonic() - began > SLOW_SECONDS:
            print(f"seed {seed} of {name}: took {time.monotonic() - began:.1f} s")
            return 1
    print(f"{seed} documents answered")
    return 0


if __name__ == "__main__":
    sys.exit(main())
