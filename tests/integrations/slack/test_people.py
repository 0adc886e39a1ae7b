"""Slack's users as people: by verified e-mail, else as guests."""

from __future__ import annotations

from tests.integrations.slack.test_declare import declare
from tests.integrations.slack.workspace import Workspace
from tocsin.integrations.slack.models import SlackAccount
from tocsin.people.models import Person
from tocsin.store import queries


def test_a_slack_user_is_the_person_with_the_same_address(slack: Workspace) -> None:
    ana = Person.objects.create_user("Ana@example.org", name="Ana of the harbour")
    ref, _ = declare(slack)
    assert queries.load(ref).state.declared_by == ana.ref
    assert SlackAccount.objects.get(person=ana).is_guest is False


def test_whoever_is_not_known_joins_as_a_guest_with_slacks_name(slack: Workspace) -> None:
    ref, _ = declare(slack)
    account = SlackAccount.objects.get(user=slack.users["ana"])
    assert (account.person.name, account.is_guest) == ("Ana Ruiz", True)
    assert queries.load(ref).state.responders == {account.person.ref: "Ana Ruiz"}
    assert not account.person.has_usable_password()


def test_nobody_is_listed_and_each_user_is_asked_for_once(slack: Workspace) -> None:
    """No path a person waits for lists users or channels."""
    ref, _ = declare(slack)
    for _ in range(3):
        slack.press("ben", "incident:join", {"ref": ref})
        slack.settle()
    methods = slack.door.methods()
    assert not {"users.list", "conversations.list"} & set(methods)
    assert methods.count("users.info") == 2


def test_an_observer_may_join_and_not_decide(slack: Workspace) -> None:
    Person.objects.create_user("ben@example.org", name="Ben", access=Person.Access.OBSERVER)
    ref, _ = declare(slack)
    slack.type("ben", "severity High")
    slack.settle()
    assert "access" in slack.door.answers[-1]["text"]
    assert queries.load(ref).state.severity is None


def test_a_person_seen_only_in_tocsin_is_found_in_slack_by_address(slack: Workspace) -> None:
    dora = Person.objects.create_user("dora@example.org", name="Dora")
    assert slack.parts.connector.user_of(dora.ref) == slack.users["dora"]
