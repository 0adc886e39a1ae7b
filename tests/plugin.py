"""Set the environment of the tests before Django reads it: a data folder of its own and the database asked for.

`TOCSIN_TEST_DATABASE=postgresql` runs the suite on a real PostgreSQL server started here and ended with the run.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

os.environ.pop("TOCSIN_CONFIG", None)
for name in [name for name in os.environ if name.startswith("TOCSIN_") and not name.startswith("TOCSIN_TEST_")]:
    if name not in {"TOCSIN_SHARED", "TOCSIN_DATABASE_URL"}:
        del os.environ[name]


def _memory() -> str | None:
    """Return a folder in memory where there is one with room: flushing to a disk is most of what the tests would wait for."""
    memory = Path("/dev/shm")
    return str(memory) if memory.is_dir() and shutil.disk_usage(memory).free > 2**30 else None


_folder = tempfile.TemporaryDirectory(prefix="tocsin-tests-", dir=_memory())
os.environ["TOCSIN_DATA"] = _folder.name
os.environ.setdefault("XDG_RUNTIME_DIR", _folder.name)
os.environ["TOCSIN_SECRET_KEY"] = "only-for-tests"

if os.environ.get("TOCSIN_TEST_DATABASE") == "postgresql":
    if "TOCSIN_DATABASE_URL" not in os.environ:
        from tests.outside.postgresql import start_server

        os.environ["TOCSIN_DATABASE_URL"] = start_server(f"{_folder.name}/postgresql")
else:
    os.environ.pop("TOCSIN_DATABASE_URL", None)
