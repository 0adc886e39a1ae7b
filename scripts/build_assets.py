"""Copy the front-end packages' finished files to where the server serves them from. Downloads nothing: `npm ci` did.

Writes `src/tocsin/web/static/vendor/` anew: style sheet, htmx, letters, the icons that package.json names and the
packages' licences. Refuses files that would make a browser ask another server for anything.
"""

from __future__ import annotations

import gzip
import json
import re
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "src" / "tocsin" / "web" / "static" / "vendor"
FILES = {
    "@tabler/core/dist/css/tabler.min.css": "tabler.min.css",
    "@tabler/icons/LICENSE": "tabler-icons.LICENSE.txt",
    "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2": "inter-latin.woff2",
    "@fontsource-variable/inter/files/inter-latin-ext-wght-normal.woff2": "inter-latin-ext.woff2",
    "@fontsource-variable/inter/LICENSE": "inter.LICENSE.txt",
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
    "htmx.org/LICENSE": "htmx.LICENSE.txt",
}
OUTSIDE = re.compile(r"""(?:url\(\s*["']?|@import\s+["']?)(?:https?:)?//""")


def main() -> None:
    if not MODULES.is_dir():
        sys.exit("There is no node_modules folder. Run `make setup`, or `npm ci` beside package.json.")
    shutil.rmtree(VENDOR, ignore_errors=True)
    (VENDOR / "icons").mkdir(parents=True)
    for source, name in FILES.items():
        copy(MODULES / source, VENDOR / name)
    for name in json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["tocsin"]["icons"]:
        copy(MODULES / "@tabler/icons/icons/outline" / f"{name}.svg", VENDOR / "icons" / f"{name}.svg")
    sys.stdout.write(f"{sum(path.is_file() for path in VENDOR.rglob('*'))} files in {VENDOR.relative_to(ROOT)}\n")


def copy(source: Path, target: Path) -> None:
    """Copy one file, without its pointer to a source map, and a packed copy of those worth packing."""
    if not source.is_file():
        sys.exit(f"{source.relative_to(ROOT)} is missing. Run `npm ci`; if it stays missing, the package changed.")
    content = source.read_bytes()
    if target.suffix in {".css", ".js"}:
        text = re.sub(r"\n?/[/*]# sourceMappingURL=\S+(?: \*/)?", "", content.decode("utf-8"))
        if OUTSIDE.search(text):
            sys.exit(f"{source.relative_to(ROOT)} would load something from another server.")
        content = text.encode()
        target.with_name(f"{target.name}.gz").write_bytes(gzip.compress(content, mtime=0))
    target.write_bytes(content)


if __name__ == "__main__":
    main()
