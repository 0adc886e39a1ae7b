"""Whatever the line and GitHub do, each issue and comment is there once, in order, and no change is lost."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.integrations.github.asking import step
from tests.integrations.github.documents import PLAYBOOK
from tests.integrations.github.harbour import Harbour, Town
from tests.integrations.github.harbour import town as town_in
from tests.outside.fault_proxy import CUT_HTTP, DROP, PASS, Fault, FaultProxy, http_answer
from tocsin.delivery import queue
from tocsin.delivery.models import Attempt, Delivery
from tocsin.desk import playbooks, writer
from tocsin.errors import UnavailableError
from tocsin.incident import commands as cmd
from tocsin.store import queries

SECONDARY = http_answer(
    403,
    {"Retry-After": "30", "Content-Type": "application/json"},
    b'{"message": "You have exceeded a secondary rate limit."}',
)
WRONG_GATEWAY = http_answer(502, {"Content-Type": "text/html"}, b"<html>bad gateway</html>")
FAULTS = (PASS, PASS, DROP, CUT_HTTP, WRONG_GATEWAY, SECONDARY)


@pytest.fixture
def proxy(the_harbour: Harbour) -> Iterator[FaultProxy]:
    with FaultProxy(the_harbour.emulator.ports["github"]) as found:
        yield found


@pytest.fixture
def town(the_harbour: Harbour, proxy: FaultProxy, transactional_db: None) -> Iterator[Town]:
    with town_in(the_harbour, proxy) as found:
        yield found


def declare(town: Town) -> str:
    digest = playbooks.add(PLAYBOOK.encode(), "harbour.md", now=town.clock.now())
    command = cmd.DeclareIncident(by="person:9001", title="Pier 4 is dark", by_name="Ada")
    return writer.declare(command, digest, key="declare", now=town.clock.now()).ref


def try_until_sent(town: Town, tries: int = 60) -> None:
    for _ in range(tries):
        town.worker.run_due(town.clock.pass_(seconds=31))
        try:
            town.parts.reader.tell_incidents(town.clock.now())
        except UnavailableError:
            continue
        if not Delivery.objects.filter(connector="github").exclude(status="sent").exists():
            return
    pytest.fail(f"not all was sent: {list(Delivery.objects.values_list('kind', 'status', 'last_error'))}")


def one_fault(fault: Fault, at: int, proxy: FaultProxy) -> None:
    first = proxy.connections
    proxy.choose = lambda number: fault if number - first == at else PASS


@pytest.mark.parametrize("fault", [DROP, CUT_HTTP, WRONG_GATEWAY, SECONDARY], ids=["drop", "cut", "502", "limit"])
def test_one_fault_leaves_one_issue_and_one_comment(town: Town, proxy: FaultProxy, fault: Fault) -> None:
    ref = declare(town)
    one_fault(fault, 0, proxy)
    try_until_sent(town)
    [issue] = town.issues()
    assert Attempt.objects.filter(outcome="failed").count() == 1
    assert queries.load(ref).state.issue_url == issue["html_url"]
    writer.run(ref, cmd.PostUpdate(by="person:9001", text="Lamps on order."), key="update", now=town.clock.now())
    one_fault(fault, 0, proxy)
    try_until_sent(town)
    assert len([words for words in town.comments(issue["number"]) if "Lamps on order." in words]) == 1
    before = town.body(issue["number"])
    writer.run(ref, cmd.CompleteStep(by="person:9001", step=step(ref, "Retain")), key="tick", now=town.clock.now())
    for at in (0, 1):
        one_fault(fault, at, proxy)
        try_until_sent(town)
    assert town.body(issue["number"]) == before.replace("[ ] Retain", "[x] Retain")


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_many_faults_lose_nothing_repeat_nothing_and_keep_the_order(town: Town, proxy: FaultProxy, seed: int) -> None:
    chance = random.Random(seed)
    ref = declare(town)
    proxy.choose = lambda number: chance.choice(FAULTS)
    for number in range(6):
        command = cmd.PostUpdate(by="person:9001", text=f"Lamp {number} glows.")
        writer.run(ref, command, key=f"update-{number}", now=town.clock.pass_(seconds=5))
        if number % 2:
            town.worker.run_due(town.clock.now())
    writer.run(ref, cmd.CompleteStep(by="person:9001", step=step(ref, "Retain")), key="tick", now=town.clock.now())
    follow = cmd.CreateFollowUp(by="person:9001", title="Watch the lamps", category="Adding monitoring")
    writer.run(ref, follow, key="follow", now=town.clock.now())
    try_until_sent(town, tries=200)
    proxy.choose = lambda number: PASS
    issue, follow_up = town.issues()
    assert "[x] Retain" in issue["body"]
    assert follow_up["title"] == "Watch the lamps"
    said = [words.split("\n\n")[1] for words in town.comments(issue["number"])]
    assert said == [f"Lamp {number} glows." for number in range(6)]


def test_a_rate_limit_pauses_github_until_it_says(town: Town, proxy: FaultProxy) -> None:
    declare(town)
    at = town.clock.now()
    reset = int((at + timedelta(minutes=20)).timestamp())
    headers = {"X-RateLimit-Limit": "5000", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(reset)}
    headers["Content-Type"] = "application/json"
    one_fault(http_answer(403, headers, b'{"message": "API rate limit exceeded for installation ID 99."}'), 0, proxy)
    town.worker.run_due(at)
    asked = proxy.connections
    town.worker.run_due(town.clock.pass_(minutes=19))
    assert proxy.connections == asked
    town.worker.run_due(town.clock.pass_(minutes=2))
    assert len(town.issues()) == 1


def test_what_github_refuses_for_good_says_what_to_do(town: Town, proxy: FaultProxy) -> None:
    ref = declare(town)
    gone = http_answer(404, {"Content-Type": "application/json"}, b'{"message": "Not Found"}')
    one_fault(gone, 0, proxy)
    town.worker.run_due(town.clock.now())
    [failed] = queue.attention().filter(thread=ref)
    assert failed.kind == "issue"
    assert "may see it" in failed.mend
    queue.retry(failed.identity, town.clock.now())
    try_until_sent(town)
    assert len(town.issues()) == 1


def test_an_hour_without_github_or_without_tocsin_ends_with_both_the_same(town: Town, proxy: FaultProxy) -> None:
    ref = declare(town)
    try_until_sent(town)
    [issue] = town.issues()
    number, before = issue["number"], issue["body"]
    proxy.choose = lambda number: DROP
    writer.run(ref, cmd.CompleteStep(by="person:9001", step=step(ref, "Retain")), key="tick", now=town.clock.now())
    for _ in range(12):
        town.worker.run_due(town.clock.pass_(minutes=5))
        with pytest.raises(UnavailableError):
            town.parts.reader.look(town.clock.now())
    town.edit(
        "grace", number, lambda body: body.replace("[ ] Check the", "[x] Check the").replace("## Remediate", "## Mend")
    )
    proxy.choose = lambda number: PASS
    town.clock.pass_(minutes=10)
    town.meet()
    expected = before.replace("[ ] Retain", "[x] Retain").replace("[ ] Check the", "[x] Check the")
    assert town.body(number) == expected.replace("## Remediate", "## Mend")
    state = queries.load(ref).state
    assert all(state.steps[step(ref, words)].done_at for words in ("Retain", "Check the"))
