"""Every text is in the Spanish catalogue, no template holds a bare one, and pages in Spanish are in Spanish."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import polib
import pytest
from django.template.base import Lexer, TokenType
from django.test import Client

from scripts import catalogue
from tests.web.conftest import NOW
from tests.web.rooms import declare, done, words_of
from tocsin.people.models import Person

ROOT = Path(__file__).resolve().parents[2]
# The page of a fault needs nothing that could be broken too; a test of its own reads it.
TEMPLATES = [path for path in sorted((ROOT / "src/tocsin").rglob("templates/**/*.html")) if path.name != "500.html"]
PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[sd]|%%")
SPOKEN = {"aria-label", "title", "alt", "placeholder"}
# Names and marks that are the same in every language.
SAME = {"Tocsin", "UTC", "Ctrl"}


@pytest.fixture(scope="module")
def spanish() -> polib.POFile:
    return catalogue.read()


def test_the_catalogue_holds_the_texts_of_the_source_and_no_others(spanish: polib.POFile) -> None:
    wanted = {(each.singular, each.plural) for each in catalogue.texts()}
    assert {(entry.msgid, entry.msgid_plural) for entry in spanish} == wanted, "Run `make texts`."


def test_every_text_has_its_spanish(spanish: polib.POFile) -> None:
    missing = [entry.msgid for entry in spanish if not entry.translated() or entry.fuzzy]
    assert missing == []
    assert all(all(entry.msgstr_plural.values()) for entry in spanish if entry.msgid_plural)


def test_every_translation_holds_the_same_placeholders(spanish: polib.POFile) -> None:
    wrong = [
        said
        for entry in spanish
        for said in (entry.msgstr_plural.values() if entry.msgid_plural else [entry.msgstr])
        if sorted(PLACEHOLDER.findall(said)) not in _placeholders(entry)
    ]
    assert wrong == []


def _placeholders(entry: polib.POEntry) -> list[list[str]]:
    """A plural's "once" may leave the number out."""
    return [sorted(PLACEHOLDER.findall(each)) for each in (entry.msgid, entry.msgid_plural) if each]


def test_the_compiled_catalogue_is_that_of_the_source(spanish: polib.POFile) -> None:
    compiled = polib.mofile(str(catalogue.CATALOGUE.with_suffix(".mo")))
    found = {(each.msgid, each.msgstr, *each.msgstr_plural.values()) for each in compiled}
    assert found == {(each.msgid, each.msgstr, *each.msgstr_plural.values()) for each in spanish}, "Run `make setup`."


class _Bare(HTMLParser):
    """Collects what a template says itself: words between tags, and in the attributes that are read out."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"kbd", "code", "style", "script"}:
            self._inside.append(tag)
        self.found += [value for name, value in attrs if name in SPOKEN and value and _says(value)]

    def handle_endtag(self, tag: str) -> None:
        if self._inside and self._inside[-1] == tag:
            self._inside.pop()

    def handle_data(self, data: str) -> None:
        if not self._inside and _says(data):
            self.found.append(data.strip())


def _says(text: str) -> bool:
    return any(word not in SAME for word in re.findall(r"[^\W\d_]{2,}", text))


def _bare_texts(source: str) -> list[str]:
    """Return the words of a template that stand outside its tags for translation."""
    kept, is_translated, is_setting = [], False, False
    for token in Lexer(source).tokenize():
        if token.token_type is TokenType.BLOCK:
            name = token.contents.split()[0]
            is_setting = (name == "block" and token.contents.split()[1] == "width") or (
                is_setting and name != "endblock"
            )
            is_translated = name == "blocktranslate" or (is_translated and name != "endblocktranslate")
        elif token.token_type is TokenType.TEXT and not (is_translated or is_setting):
            kept.append(token.contents)
    reader = _Bare()
    reader.feed("".join(kept))
    reader.close()
    return reader.found


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_template_holds_a_bare_text(path: Path) -> None:
    assert _bare_texts(path.read_text(encoding="utf-8")) == []


def test_the_search_for_bare_texts_finds_them() -> None:
    assert _bare_texts("<p>Hello {% if a %}you{% endif %}</p>") == ["Hello you"]
    assert _bare_texts('<a title="Away" class="x">{% translate "Go" %}</a>') == ["Away"]
    assert _bare_texts("{% blocktranslate %}Hello {{ name }}{% endblocktranslate %}") == []


def test_the_page_of_a_fault_says_itself_in_both_languages() -> None:
    source = (ROOT / "src/tocsin/web/templates/web/errors/500.html").read_text(encoding="utf-8")
    english, spanish = re.findall(r'<section[^>]*lang="(en|es)"', source)
    assert (english, spanish) == ("en", "es")
    assert "Something in Tocsin broke" in source and "Algo se ha roto en Tocsin" in source


# --- pages --------------------------------------------------------------------------------------------------------


@pytest.fixture
def rosa_in_spanish(rosa: Client) -> Client:
    Person.objects.filter(name="Rosa").update(language="es", time_zone="Europe/Madrid")
    return rosa


PAGES = {
    "/": "No hay ningún incidente abierto",
    "/declare/": "¿Qué está pasando?",
    "/playbooks/": "Cada versión de un documento",
    "/people/": "Invitar a alguien",
    "/people/me/": "Tus ajustes",
    "/follow-ups/": "No queda nada por hacer",
    "/nowhere/": "No hay ninguna página en esta dirección",
}


@pytest.mark.parametrize(("path", "words"), PAGES.items())
def test_a_page_is_in_the_language_of_ones_account(rosa_in_spanish: Client, digest: str, path: str, words: str) -> None:
    answer = rosa_in_spanish.get(path)
    assert words in words_of(answer)
    assert '<html lang="es"' in answer.content.decode()


def test_a_browsers_language_holds_for_those_without_an_account_or_a_choice(client: Client, sam: Client) -> None:
    asked = {"Accept-Language": "es-MX,es;q=0.9,en;q=0.5"}
    assert "Inicia sesión con un enlace" in words_of(client.get("/sign-in/", headers=asked))
    assert "Sign in with a link" in words_of(client.get("/sign-in/", headers={"Accept-Language": "de"}))
    assert "Tus ajustes" in words_of(sam.get("/people/me/", headers=asked))
    sam.post("/people/me/", {"name": "Sam", "time_zone": "UTC", "language": "en"})
    assert "Your settings" in words_of(sam.get("/people/me/", headers=asked))


def test_a_room_is_in_spanish_with_the_playbooks_own_words(rosa_in_spanish: Client, digest: str) -> None:
    ref = declare(rosa_in_spanish, title="Nadie puede entrar", severity="High")
    done(rosa_in_spanish, ref, "note", text="Miramos el registro")
    said = words_of(rosa_in_spanish.get(f"/incidents/{ref}/"))
    for words in ("Haz esto ahora", "Lista de pasos", "en 30 minutos", "declaró el incidente", "Rosa está al mando"):
        assert words in said
    assert "Declare the incident" in said, "A playbook's own words stay as they are."


def test_a_refusal_is_in_spanish(rosa_in_spanish: Client, digest: str) -> None:
    ref = declare(rosa_in_spanish)
    answer = rosa_in_spanish.post(f"/incidents/{ref}/do/note/", {"key": "k", "text": ""})
    assert "Este campo es obligatorio." in words_of(answer)
    assert "No hay ningún incidente con esta referencia" in words_of(rosa_in_spanish.get("/incidents/INC-99/"))


def test_moments_are_in_the_readers_zone_and_language(rosa_in_spanish: Client, digest: str) -> None:
    """Declared at 9:00 UTC, read the day after: 10:00 in Madrid, with the month in Spanish and UTC at hand."""
    ref = declare(rosa_in_spanish)
    assert f"{NOW:%H:%M} UTC" == "09:00 UTC"
    page = rosa_in_spanish.get(f"/incidents/{ref}/?at=2026-03-02T10:30").content.decode()
    assert "2 mar 2026, 10:30" in page.replace("Mar", "mar")
    assert 'title="2026-03-02 09:30:00 UTC"' in page
