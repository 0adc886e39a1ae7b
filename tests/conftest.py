"""What every test can ask for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real documents that this project does not own. A lone clone has none, and the test says so."""
    folder = Path(os.environ.get("TOCSIN_SHARED", ROOT.parent / "shared"))
    if not folder.is_dir():
        pytest.skip("the shared documents are not beside this clone (set TOCSIN_SHARED to their folder)")
    return folder


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Keep the tests' SQLite in a file, as in earnest: one in memory has other locks, which threads trip over."""
    from django.conf import settings

    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        database["TEST"] = {**database.get("TEST", {}), "NAME": f"{database['NAME']}-tests"}
