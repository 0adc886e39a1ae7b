"""Collect the texts that people read, without any outside program, and keep the Spanish catalogue up with them.

`python -m scripts.catalogue` adds new texts to `locale/es/LC_MESSAGES/django.po` with nothing as their translation, and
takes out those that are gone; a test fails until each has its Spanish. `scripts/build_texts.py` compiles the catalogue.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polib
from django.template.base import Node, Template
from django.template.engine import Engine
from django.templatetags.i18n import BlockTranslateNode, TranslateNode

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "tocsin"
CATALOGUE = SOURCE / "web" / "locale" / "es" / "LC_MESSAGES" / "django.po"
SINGULAR = {"_", "gettext", "gettext_lazy", "gettext_noop"}
PLURAL = {"ngettext", "ngettext_lazy"}
# Parts whose refusals reach people on pages: their classes' docstrings are what is said.
REFUSING = ("errors.py", "incident", "desk", "store", "people", "delivery")
HEAD = {
    "Project-Id-Version": "tocsin",
    "Language": "es",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=2; plural=(n != 1);",
}


@dataclass(frozen=True, slots=True)
class Text:
    """One text of the source. `plural` is "" where it has none; `place` is a file from the root of the repository."""

    singular: str
    plural: str
    place: str


def texts() -> list[Text]:
    """Return every text of the pages, forms, accounts and refusals, in the order of the files."""
    found: list[Text] = []
    for path in sorted(SOURCE.rglob("*.py")):
        found += _in_code(path)
    for path in sorted(SOURCE.rglob("templates/**/*.html")):
        found += _in_template(path)
    return found


def _in_code(path: Path) -> Iterator[Text]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    place = _place(path)
    refuses = path.relative_to(SOURCE).parts[0] in REFUSING
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            words = [each.value for each in node.args if isinstance(each, ast.Constant) and isinstance(each.value, str)]
            if node.func.id in SINGULAR and words:
                yield Text(words[0], "", place)
            elif node.func.id in PLURAL and len(words) > 1:
                yield Text(words[0], words[1], place)
        elif refuses and isinstance(node, ast.ClassDef) and node.name.endswith("Error"):
            said = inspect.cleandoc(ast.get_docstring(node) or "").partition("\n\n")[0]
            yield from [Text(said, "", place)] if said else []


def _in_template(path: Path) -> Iterator[Text]:
    template = Template(path.read_text(encoding="utf-8"), engine=_engine())
    for node in template.nodelist.get_nodes_by_type(Node):
        if isinstance(node, TranslateNode) and isinstance(node.filter_expression.var.literal, str):
            yield Text(node.filter_expression.var.literal.replace("%", "%%"), "", _place(path))
        elif isinstance(node, BlockTranslateNode):
            plural = node.render_token_list(node.plural)[0] if node.plural else ""
            yield Text(node.render_token_list(node.singular)[0], plural, _place(path))


def _engine() -> Engine:
    libraries = {
        "i18n": "django.templatetags.i18n",
        "static": "django.templatetags.static",
        "tocsin": "tocsin.web.templatetags.tocsin",
    }
    return Engine(libraries=libraries)


def _place(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def renew(catalogue: polib.POFile, found: list[Text]) -> polib.POFile:
    """Return the catalogue of these texts with the translations that are known already."""
    known = {(entry.msgid, entry.msgid_plural): entry for entry in catalogue}
    fresh = polib.POFile(wrapwidth=120)
    fresh.metadata = dict(HEAD)
    for text in {(each.singular, each.plural): each for each in reversed(found)}.values():
        places = sorted(
            {(each.place, "") for each in found if (each.singular, each.plural) == (text.singular, text.plural)}
        )
        entry = known.get((text.singular, text.plural)) or _empty(text)
        entry.occurrences = places
        fresh.append(entry)
    fresh.sort(key=lambda entry: (entry.occurrences[0][0], entry.msgid))
    return fresh


def _empty(text: Text) -> polib.POEntry:
    flags = ["python-format"] if re.search(r"%(?:\(\w+\))?[sd]", text.singular) else []
    if text.plural:
        return polib.POEntry(msgid=text.singular, msgid_plural=text.plural, msgstr_plural={0: "", 1: ""}, flags=flags)
    return polib.POEntry(msgid=text.singular, msgstr="", flags=flags)


def read() -> polib.POFile:
    return polib.pofile(str(CATALOGUE)) if CATALOGUE.exists() else polib.POFile()


def main() -> None:
    import django

    django.setup()
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    fresh = renew(read(), texts())
    fresh.save(str(CATALOGUE))
    sys.stdout.write(f"{len(fresh)} texts, {len(fresh.untranslated_entries())} of them without Spanish\n")


if __name__ == "__main__":
    main()
