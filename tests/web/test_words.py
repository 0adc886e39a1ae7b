"""Lengths of time, the timeline's sentences, icons and playbooks' words."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tocsin.incident import events as ev
from tocsin.web.durations import in_words, until_in_words
from tocsin.web.history import known_kinds
from tocsin.web.wording import plain, render_block, render_inline

ROOT = Path(__file__).resolve().parents[2]
WEB = ROOT / "src" / "tocsin" / "web"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 seconds"),
        (1, "1 second"),
        (119, "1 minute 59 seconds"),
        (120, "2 minutes"),
        (3_660, "1 hour 1 minute"),
        (3_600, "1 hour"),
        (90_000, "1 day 1 hour"),
        (86_460, "1 day"),
        (-300, "5 minutes"),
    ],
)
def test_lengths_are_said_in_two_units_at_most(seconds: int, words: str) -> None:
    assert in_words(seconds) == words


@pytest.mark.parametrize(
    ("seconds", "words"), [(1_799, "30 minutes"), (1_741, "30 minutes"), (119, "1 minute 59 seconds")]
)
def test_what_is_left_counts_the_minute_that_has_begun(seconds: int, words: str) -> None:
    assert until_in_words(seconds) == words


def test_every_kind_of_event_can_be_told() -> None:
    kinds = {kind for kind in vars(ev).values() if isinstance(kind, type) and issubclass(kind, ev.Event)} - {ev.Event}
    assert kinds == set(known_kinds())


def test_markdown_is_rendered_without_html_or_images() -> None:
    assert render_inline("**a** <b>b</b>") == "<strong>a</strong> &lt;b&gt;b&lt;/b&gt;"
    assert "<img" not in render_block("![x](https://example.org/x.png)")
    assert render_inline("[#ops][ops]") == "#ops"
    assert plain("[#ops][ops] and **now**") == "#ops and now"


def test_every_icon_that_a_page_names_is_built() -> None:
    known = set(json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["tocsin"]["icons"])
    templates = "".join(path.read_text(encoding="utf-8") for path in (WEB / "templates").rglob("*.html"))
    code = "".join(path.read_text(encoding="utf-8") for path in [*WEB.glob("forms/*.py"), WEB / "views" / "errors.py"])
    named = set(re.findall(r'{% icon "([a-z0-9-]+)"', templates)) | set(re.findall(r'icon = "([a-z0-9-]+)"', code))
    assert named <= known
    assert all((WEB / "static" / "vendor" / "icons" / f"{name}.svg").is_file() for name in named)


def test_nothing_is_loaded_from_another_server() -> None:
    loads = re.compile(r"""(?:src|href)=["'](?:https?:)?//|url\(["']?(?:https?:)?//|@import""")
    for path in [*(WEB / "templates").rglob("*.html"), *(WEB / "static").rglob("*.css")]:
        assert not loads.search(path.read_text(encoding="utf-8")), path


def test_no_page_has_a_script_or_style_inside() -> None:
    inside = re.compile(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=")
    for path in (WEB / "templates").rglob("*.html"):
        assert not inside.search(path.read_text(encoding="utf-8")), path
