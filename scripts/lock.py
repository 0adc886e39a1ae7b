"""Resolve the lock files: every package by version and hash, without the address it came from."""

import subprocess
import sys

OPTIONS = "--universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header --quiet"


def compile_lock(*arguments: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "uv", "pip", "compile", *OPTIONS.split(), "pyproject.toml", *arguments], check=True
    )


if __name__ == "__main__":
    compile_lock("--group", "dev", "--output-file", "requirements/dev.txt")
    compile_lock("--group", "build", "--constraint", "requirements/dev.txt", "--output-file", "requirements/run.txt")
