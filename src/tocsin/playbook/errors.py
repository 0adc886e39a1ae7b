"""What is said when a document cannot be a playbook."""

from __future__ import annotations

from tocsin.errors import RefusedError


class PlaybookError(RefusedError):
    """This document cannot be read as a playbook. Mend the line that is named and compile it again.

    `line` counts from 1; 0 stands for the whole document. `reason` says what is wrong and what to do about it.
    """

    def __init__(self, reason: str | None = None, line: int = 0, source: str = "") -> None:
        place = ", ".join(part for part in (source, f"line {line}" if line else "") if part)
        super().__init__(f"{place}: {reason}" if place and reason else reason)
        self.line = line
        self.reason = reason or self.message
