"""The core's sentences in Spanish: all that a whole incident gives as a reason, lengths, moments and refusals."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import translation

from tests.web.conftest import DOCUMENT
from tocsin.delivery.ports import NotDeliveredError
from tocsin.incident.refusals import UnknownStepError, WrongStatusError
from tocsin.incident.room import room
from tocsin.incident.simulate import Simulation, simulate
from tocsin.playbook import compile_document
from tocsin.web.durations import in_words, until_in_words
from tocsin.web.sentences import refusal, say

HOURS = 3600
DOCUMENTS = (DOCUMENT.read_bytes(),)


@pytest.fixture
def in_spanish() -> Iterator[None]:
    with translation.override("es"):
        yield


def _runs() -> Iterator[Simulation]:
    for source in DOCUMENTS:
        playbook = compile_document(source, "document.md")
        for severity in ("High", "Medium", "Low", None):
            for absent in (False, True):
                yield simulate(
                    playbook, severity=severity, duration_seconds=5 * HOURS, resolve_at=4 * HOURS, absent=absent
                )


def test_every_reason_of_whole_incidents_is_said_in_spanish(in_spanish: None) -> None:
    """Whether people act or not, at every level: the log's reasons, and the room's from hour to hour."""
    reasons = set()
    for run in _runs():
        reasons |= {event.why for event in run.events if event.why}
        for hours in range(6):
            shown = room(run.state, run.events[0].at + timedelta(hours=hours))
            reasons |= {step.why for phase in shown.phases for step in phase.steps if step.why}
            reasons |= {promise.why for promise in shown.promises}
    assert len(reasons) > 40
    english = (" is ", " was ", " the ", " at ", " and ", "Applies", " not ", "(line")
    wrong = [f"{reason} -> {say(reason)}" for reason in sorted(reasons) if _is_left(reason, say(reason), english)]
    assert wrong == []


def _is_left(reason: str, said: str, english: tuple[str, ...]) -> bool:
    """Somebody's own words, after a colon or within quotes, stay as they are."""
    own = [reason.rpartition(": ")[2], *(part.partition("”")[0] for part in reason.split("“")[1:])]
    for words in own:
        said = said.replace(words, "")
    return said == reason or any(word in said for word in english)


def test_a_reason_in_english_stays_as_the_core_said_it() -> None:
    assert say("Applies from the start.") == "Applies from the start."


@pytest.mark.parametrize(
    ("english", "spanish"),
    [
        (
            "Applies because severity is High (line 27) and 60 minutes have passed since the start (line 30).",
            "Corresponde porque la gravedad es High (línea 27) y han pasado 60 minutos desde el inicio (línea 30).",
        ),
        (
            "Waits: applies 1 hour after the start (at 10:00 UTC) (line 3), or when “Is it or not, and why?” is "
            "answered yes (line 4).",
            "En espera: corresponde 1 hora después del inicio (a las 10:00 UTC) (línea 3) o cuando se responde que sí "
            "a «Is it or not, and why?» (línea 4).",
        ),
        (
            "Does not apply: severity is Low, not High, Medium or Worst (line 9).",
            "No corresponde: la gravedad es Low, no High, Medium o Worst (línea 9).",
        ),
        (
            "Within 2 working days, counted from the resolution at Mon 2 Mar 14:32 UTC (line 7).",
            "En un plazo de 2 días laborables, contando desde la resolución a las Lun 2 Mar 14:32 UTC (línea 7).",
        ),
        ("Done by Ada at 09:00 UTC: is it and is it not.", "Hecho por Ada a las 09:00 UTC: is it and is it not."),
        ("Somebody's own words, and more.", "Somebody's own words, and more."),
    ],
)
def test_a_sentence_is_said_with_its_lengths_and_moments(in_spanish: None, english: str, spanish: str) -> None:
    assert say(english).casefold() == spanish.casefold()


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 segundos"),
        (1, "1 segundo"),
        (119, "1 minuto 59 segundos"),
        (3_660, "1 hora 1 minuto"),
        (7_200, "2 horas"),
        (90_000, "1 día 1 hora"),
        (190_000, "2 días 4 horas"),
    ],
)
def test_lengths_count_in_spanish(in_spanish: None, seconds: int, words: str) -> None:
    assert in_words(seconds) == words


def test_what_is_left_counts_the_minute_that_has_begun_in_spanish(in_spanish: None) -> None:
    assert until_in_words(1_741) == "30 minutos"


def test_a_refusal_says_its_first_paragraph_in_the_readers_language(in_spanish: None) -> None:
    assert refusal(UnknownStepError()).startswith("Este incidente no tiene ese paso.")
    assert refusal(WrongStatusError("This incident is closed. Reopen it first, saying why.")) == (
        "Este incidente está cerrado. Reábrelo primero y di por qué."
    )
    assert refusal(NotDeliveredError()).endswith("qué hacer si no es posible.")
