"""Random work on both sides, with GitHub away, Tocsin down and webhooks lost at random: in the end both say the same."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from contextlib import suppress

import pytest

from tests.integrations.github.asking import skipped
from tests.integrations.github.harbour import Harbour, Town
from tests.integrations.github.harbour import town as town_in
from tests.integrations.github.test_two_ways import REPORTER, act, declared
from tests.outside.fault_proxy import CUT_HTTP, DROP, PASS, FaultProxy
from tocsin.errors import RefusedError, UnavailableError
from tocsin.incident import commands as cmd
from tocsin.integrations.github import body as bodies
from tocsin.integrations.github import ledger
from tocsin.store import queries

STORIES = int(os.environ.get("TOCSIN_TEST_STORIES", "3"))
"""How many random stories are told; more in a long run."""
ADDED = [
    "Borrow a generator.",
    "Feed the pier's cat 🐈",
    "Photograph the relay",
    "صوّر لوحة القواطع",
    "Count the vouchers",
]


@pytest.fixture
def proxy(the_harbour: Harbour) -> Iterator[FaultProxy]:
    with FaultProxy(the_harbour.emulator.ports["github"]) as found:
        yield found


@pytest.fixture
def town(the_harbour: Harbour, proxy: FaultProxy, transactional_db: None) -> Iterator[Town]:
    with town_in(the_harbour, proxy) as found:
        yield found


class Story:
    """What one seed does. `github` and `tocsin` hold the words of boxes that only that side touched, as last left."""

    def __init__(self, town: Town, proxy: FaultProxy, seed: int) -> None:
        self.town, self.proxy, self.chance = town, proxy, random.Random(seed)
        self.ref, self.number = declared(town)
        self.added = list(ADDED)
        self.github: dict[str, bool] = {}
        self.tocsin: dict[str, bool] = {}

    def run(self, length: int) -> None:
        acts = [self.tick_on_github] * 3 + [self.tick_in_tocsin] * 3
        acts += [self.add_line, self.send, self.hear, self.lose_webhooks, self.break_line, self.mend_line]
        for _ in range(length):
            with suppress(UnavailableError):
                self.chance.choice(acts)()

    def boxes(self) -> dict[str, bool]:
        return {item.text: item.is_ticked for item in bodies.read(self.town.body(self.number)).items}

    def tick_on_github(self) -> None:
        text = self.chance.choice(list(self.boxes()))
        item = next(found for found in bodies.read(self.town.body(self.number)).items if found.text == text)
        self.town.edit("grace", self.number, lambda body: bodies.set_box(body, item, not item.is_ticked))
        self.github[text] = not item.is_ticked

    def tick_in_tocsin(self) -> None:
        state = queries.load(self.ref).state
        step = self.chance.choice([entry for entry in state.playbook.all_steps() if entry.line])
        record = state.steps.get(step.id)
        is_done = record is not None and record.done_at is not None
        kind = cmd.UncompleteStep if is_done else cmd.CompleteStep
        with suppress(RefusedError):
            act(self.town, self.ref, kind(by=REPORTER, step=step.id))
            item = ledger.known_of(ledger.issue_of(self.ref)).find(step.id)  # type: ignore[arg-type]
            assert item is not None
            self.tocsin[item.text] = not is_done

    def add_line(self) -> None:
        if self.added:
            words = self.added.pop()
            self.town.edit(
                "ada", self.number, lambda body: body.replace("## Follow-up", f"- [ ] {words}\n\n## Follow-up", 1)
            )

    def send(self) -> None:
        self.town.worker.run_due(self.town.clock.pass_(seconds=40))

    def hear(self) -> None:
        self.town.clock.pass_(seconds=5)
        self.town.hear()

    def lose_webhooks(self) -> None:
        self.town.sent()

    def break_line(self) -> None:
        self.proxy.choose = lambda number: self.chance.choice([DROP, DROP, CUT_HTTP, PASS])

    def mend_line(self) -> None:
        self.proxy.choose = lambda number: PASS


@pytest.mark.parametrize("seed", range(1, STORIES + 1))
def test_after_random_outages_both_sides_say_the_same_and_nothing_is_lost(
    town: Town, proxy: FaultProxy, seed: int
) -> None:
    story = Story(town, proxy, seed)
    story.run(40)
    story.mend_line()
    town.clock.pass_(minutes=30)
    town.meet()
    town.meet()

    boxes = story.boxes()
    state = queries.load(story.ref).state
    issue = ledger.issue_of(story.ref)
    assert issue is not None and issue.own == []
    for item in ledger.known_of(issue).items:
        record = state.steps.get(item.step)
        assert boxes[item.text] == (record is not None and record.done_at is not None), item.text
    for text, is_ticked in story.github.items():
        assert text in story.tocsin or boxes[text] == is_ticked, text
    for text, is_ticked in story.tocsin.items():
        assert text in story.github or boxes[text] == is_ticked, text
    assert {entry.text for entry in state.added_steps} == set(ADDED) - set(story.added)
    assert skipped(story.ref) == {}
