"""Write docs/settings.md from the table of options."""

from __future__ import annotations

import sys
from pathlib import Path

from tocsin.project.options import OPTIONS

HEAD = """# Settings

Every setting is an environment variable, or the same name in lower case without `TOCSIN_` in `tocsin.toml`. Secrets are read
from the environment, or from the file that `<NAME>_FILE` names, and never from `tocsin.toml`. `tocsin doctor` lists all of
them with where each value came from. This page is made by `make docs`.

| setting | default | what it is |
| --- | --- | --- |
"""


def page() -> str:
    """Return the page's text."""
    rows = (
        f"| `{option.variable}` | {f'`{option.default}`' if option.default else ''} |"
        f" {option.help}{' *(secret)*' if option.is_secret else ''} |\n"
        for option in OPTIONS
    )
    return HEAD + "".join(rows)


if __name__ == "__main__":
    Path(sys.argv[1] if len(sys.argv) > 1 else "docs/settings.md").write_text(page(), encoding="utf-8")
