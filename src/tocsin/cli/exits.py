"""The exit codes of the program, and how an error is told: one line that says what to do, or JSON with `--json`.

Codes 1, 3, 4 and 5 come from the table of meanings in `tocsin.errors`; 2 is the terminal's own for a command that is
written wrongly.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence

from tocsin.errors import TocsinError, meaning_of, slug_of

EXIT_CODES: dict[int, str] = {
    0: "Done.",
    1: "Refused. Standard error says why and what to do.",
    2: "The command is written wrongly, or something it needs was not given and nobody is there to be asked.",
    3: "The server, or a service it needs, does not answer or fails. Try again.",
    4: "Not signed in. Run `tocsin login`, or set TOCSIN_TOKEN.",
    5: "Stored data is damaged, or Tocsin has a fault. Tell whoever runs the server.",
}


def tell(error: TocsinError, arguments: Sequence[str]) -> int:
    """Print `error` as the command line asked for it, and return the exit code."""
    if "--json" in arguments:
        document = {"type": slug_of(type(error)), "detail": error.message}
        notes = getattr(error, "__notes__", [])
        print(notes[0] if notes else json.dumps(document, ensure_ascii=False), file=sys.stderr)  # noqa: T201
    else:
        import typer

        typer.secho(error.message, err=True, fg="red")
    return meaning_of(type(error)).exit_code
