"""What the documents say is what the code has."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scripts.write_settings_page import page

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


def test_the_settings_page_is_the_table_of_options() -> None:
    """`make docs` writes it."""
    assert (ROOT / "docs/settings.md").read_text(encoding="utf-8") == page()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_to_a_file_leads_to_one(document: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)", document.read_text(encoding="utf-8"))
    files = [link for link in links if "://" not in link and not link.startswith(("mailto:", "/"))]
    assert [link for link in files if not (document.parent / link).exists()] == []


def test_every_decision_is_one_page_with_its_own_number() -> None:
    numbers = [path.name[:4] for path in (ROOT / "docs/decisions").glob("[0-9]*.md")]
    assert len(numbers) == len(set(numbers))
