"""Print what Slack holds after many incidents behind a faulty line, with workers killed. Exits 1 when a promise is broken.

`python -m bench.slack_faults [INCIDENTS] [KILLS] [SEED]`
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.integrations.slack.fault_run import Order, run


def main(incidents: int = 300, kills: int = 20, seed: int = 1) -> int:
    with tempfile.TemporaryDirectory(prefix="tocsin-slack-faults-") as folder:
        figures = run(Order(incidents, kills, within_seconds=900, seed=seed), Path(folder))
    print(figures)
    return 0 if figures.is_kept and figures.incidents == incidents and figures.kills == kills else 1


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
