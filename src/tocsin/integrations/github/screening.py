"""Look for what a playbook's policy keeps out of an issue: secrets and personal data in words people wrote. Pure.

It errs towards holding back: what is held stays in the room, and the issue says that it is there.
"""

from __future__ import annotations

import re

from tocsin.playbook.model import Playbook

_SIGNS = {
    "a private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    "a token": re.compile(
        r"\b(?:gh[pousr]_\w{20,}|github_pat_\w{20,}|xox[abprs]-[\w-]{10,}|AKIA[0-9A-Z]{16}|eyJ[\w-]{10,}\.[\w-]{5,}\.\w)"
    ),
    "a password": re.compile(r"\b(?:pass(?:word|wd|phrase)?|secret|api[ _-]?key)\s*[:=]\s*\S+", re.I),
    "an e-mail address": re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+"),
    "an account, card or telephone number": re.compile(r"(?<![\w/#.-])\+?\d[\d ()-]{8,}\d(?![\w/-])"),
}


def withheld(text: str, playbook: Playbook) -> str:
    """Return what the text seems to hold that the playbook keeps out of issues, "" where it may go there."""
    if not any("issue" in policy.places for policy in playbook.policies):
        return ""
    return next((name for name, sign in _SIGNS.items() if sign.search(text)), "")
