"""Print what becomes of many messages when lines fail and workers are killed. Exits 1 when a promise is broken.

`python -m bench.outbox_faults [COUNT] [KILLS] [SEED]`; `TOCSIN_TEST_DATABASE=postgresql` runs it on PostgreSQL.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from tests.delivery.fault_run import Figures, Order, run


def is_kept(figures: Figures) -> bool:
    return (
        figures.statuses == {"sent": figures.expected}
        and figures.arrived == figures.expected
        and figures.strangers == figures.out_of_order == figures.repeats["askable"] == 0
    )


def main(count: int = 600, kills: int = 20, seed: int = 1) -> int:
    with tempfile.TemporaryDirectory(prefix="tocsin-faults-") as folder:
        if os.environ.get("TOCSIN_TEST_DATABASE") == "postgresql" and "TOCSIN_DATABASE_URL" not in os.environ:
            from tests.outside.postgresql import start_server

            os.environ["TOCSIN_DATABASE_URL"] = start_server(f"{folder}/postgresql")
        figures = run(Order(count, kills, threads=30, within_seconds=120, seed=seed), Path(folder))
    print(figures)
    return 0 if is_kept(figures) else 1


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
