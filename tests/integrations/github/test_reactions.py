"""A reaction of the chosen kind makes a whole comment a note of whoever wrote it. GitHub sends no webhook for reactions,
so they are found by looking, in the sums that GitHub puts onto comments."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.integrations.github.harbour import Harbour, Town
from tests.integrations.github.harbour import town as town_in
from tests.integrations.github.test_two_ways import declared
from tests.outside.github_front import GitHubFront, no_reactions
from tocsin.incident import events as ev
from tocsin.store import queries

GULLS, RELAY, LETTER = "I wonder what the gulls think.", "The relay smells burnt.", "Let me in!"


@pytest.fixture
def front(the_harbour: Harbour) -> Iterator[GitHubFront]:
    with GitHubFront(the_harbour.url) as found:
        yield found


def notes(ref: str) -> list[tuple[str, str]]:
    """Who noted what."""
    people = queries.load(ref).state.responders
    found = [entry for entry in queries.timeline(ref) if isinstance(entry.event, ev.NoteAdded)]
    return [(people[entry.event.by], entry.event.text) for entry in found if isinstance(entry.event, ev.NoteAdded)]


def commented(town: Town) -> str:
    """Let people comment an incident's issue, and return the incident."""
    ref, number = declared(town)
    for who, words in (("grace", GULLS), ("ada", RELAY), ("stranger", LETTER)):
        town.comment(who, number, words)
    return ref


def test_githubs_own_example_has_every_reaction_that_can_be_chosen() -> None:
    assert {"rocket", "eyes", "heart", "hooray", "+1", "-1", "laugh", "confused"} <= set(no_reactions())


def test_the_chosen_reaction_makes_a_comment_its_authors_note_once(
    the_harbour: Harbour, front: GitHubFront, transactional_db: None
) -> None:
    with town_in(the_harbour, api_url=front.url) as town:
        ref = commented(town)
        town.meet()
        assert notes(ref) == []
        front.reacted = {GULLS: {"heart": 2, "+1": 1}, RELAY: {"rocket": 1}, LETTER: {"rocket": 3}}
        town.meet()
        town.meet()
        # The gulls got other reactions, and the stranger does not belong to the repository.
        assert notes(ref) == [("ada", RELAY)]
        front.reacted[RELAY] = {"rocket": 2}
        town.meet()
        assert notes(ref) == [("ada", RELAY)]


def test_another_reaction_can_be_chosen(the_harbour: Harbour, front: GitHubFront, transactional_db: None) -> None:
    with town_in(the_harbour, api_url=front.url, note_reaction="eyes") as town:
        ref = commented(town)
        front.reacted = {GULLS: {"eyes": 1}, RELAY: {"rocket": 1}}
        town.meet()
        assert notes(ref) == [("grace", GULLS)]
