"""Compile the catalogues of translations, `django.po`, to the `django.mo` beside them that Django reads. Needs no gettext."""

from __future__ import annotations

import sys
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent
CATALOGUES = ROOT / "src" / "tocsin" / "web" / "locale"


def main() -> None:
    for source in sorted(CATALOGUES.glob("*/LC_MESSAGES/django.po")):
        catalogue = polib.pofile(str(source))
        catalogue.save_as_mofile(str(source.with_suffix(".mo")))
        sys.stdout.write(f"{source.relative_to(ROOT)}: {catalogue.percent_translated()} % translated\n")


if __name__ == "__main__":
    main()
