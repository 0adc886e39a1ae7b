"""Messages to outsiders and pages, as the core decides them: given events, when command, then events."""

from __future__ import annotations

import pytest

from tests.incident.documents import PARCELS
from tests.incident.story import REPORTER, Story, at
from tocsin.incident import commands as cmd
from tocsin.incident import events as ev
from tocsin.incident import refusals
from tocsin.incident.due import next_due_at
from tocsin.incident.refusals import CommandRefusedError

SENT_TO = {"to": ("contact:1",), "to_names": ("North",)}


def draft(**parts: object) -> cmd.DraftMessage:
    return cmd.DraftMessage(**{"by": REPORTER, "audience": "shops", "text": "We are late", **parts})


def names(events: list[ev.Event]) -> list[str]:
    return [type(event).__name__ for event in events]


def drafted() -> Story:
    return Story(PARCELS).declared(severity="High").given((1, draft()))


def sent() -> Story:
    story = drafted().given((2, cmd.ApproveMessage(by=REPORTER, message="message-1")))
    return story.given((3, cmd.SendMessage(by=REPORTER, message="message-1", **SENT_TO)))


def test_a_message_is_drafted_approved_and_sent() -> None:
    message = sent().state.messages["message-1"]
    assert (message.approved_by, message.sent_at, message.recipients) == (REPORTER, at(3), ("contact:1",))


def test_rewriting_takes_the_approval_away_and_keeps_the_id() -> None:
    story = drafted().given((2, cmd.ApproveMessage(by=REPORTER, message="message-1")))
    story.given((3, draft(message="message-1", text="Very late")))
    message = story.state.messages["message-1"]
    assert (message.text, message.approved_by) == ("Very late", None)


@pytest.mark.parametrize(
    ("command", "refusal", "says"),
    [
        (cmd.SendMessage(by=REPORTER, message="message-1", **SENT_TO), refusals.WrongStatusError, "approved"),
        (cmd.SendMessage(by=REPORTER, message="message-9"), refusals.UnknownMessageError, "no such message"),
        (draft(text=" "), refusals.MissingTextError, "what they are told"),
        (draft(kind="correction"), refusals.WrongStatusError, "which message it corrects"),
        (draft(corrects="message-1"), refusals.WrongStatusError, "nothing else does"),
        (draft(kind="correction", corrects="message-1"), refusals.WrongStatusError, "rewrite it"),
        (
            cmd.AcknowledgeMessage(by="contact:1", message="message-1", recipient="contact:1"),
            refusals.UnknownPersonError,
            "did not go to you",
        ),
    ],
)
def test_what_cannot_be_is_refused_with_what_to_do(
    command: cmd.Command, refusal: type[CommandRefusedError], says: str
) -> None:
    with pytest.raises(refusal, match=says):
        drafted().when(5, command)


def test_nobody_to_send_to_is_refused() -> None:
    story = drafted().given((2, cmd.ApproveMessage(by=REPORTER, message="message-1")))
    with pytest.raises(refusals.UnknownPersonError, match="Nobody of shops"):
        story.when(3, cmd.SendMessage(by=REPORTER, message="message-1"))


def test_what_was_sent_can_be_corrected_and_neither_changed_nor_thrown_away() -> None:
    story = sent()
    for command in (draft(message="message-1"), cmd.DiscardMessage(by=REPORTER, message="message-1")):
        with pytest.raises(refusals.WrongStatusError, match="was sent"):
            story.when(4, command)
    assert names(story.when(4, draft(kind="correction", corrects="message-1"))) == ["MessageDrafted"]


def test_a_choice_can_be_taken_back() -> None:
    chosen = cmd.ChooseRecipients(by=REPORTER, audience="shops", recipients=("contact:1",), names=("North",))
    story = Story(PARCELS).declared().given((1, chosen))
    assert story.state.recipients == {"shops": ("contact:1",)}
    with pytest.raises(refusals.NothingToChangeError):
        story.when(2, chosen)
    story.given((3, cmd.ChooseRecipients(by=REPORTER, audience="shops")))
    assert story.state.recipients == {}


def paged(**parts: object) -> Story:
    command = cmd.PageTeam(
        **{"by": REPORTER, "team": "crew", "text": "Come", "stages": ("person:7", "person:8 person:9"), **parts}
    )
    return Story(PARCELS).declared().given((0, command))


def test_the_next_stage_is_paged_after_the_wait_and_the_last_twice_more() -> None:
    story = paged()
    assert next_due_at(story.state) == at(5)
    story.time_passes_to(60)
    went = [(event.at, event.to) for event in story.log if isinstance(event, ev.PageEscalated)]
    assert went == [(at(minute), ("person:8", "person:9")) for minute in (5, 10, 15)]


def test_an_answer_stops_it() -> None:
    story = paged().given((3, cmd.AcknowledgePage(by="person:7", page="page-1")))
    story.time_passes_to(60)
    assert not any(isinstance(event, ev.PageEscalated) for event in story.log)
    with pytest.raises(refusals.NothingToChangeError, match="answered already"):
        story.when(61, cmd.AcknowledgePage(by="person:8", page="page-1"))


def test_after_an_outage_one_stage_is_paged_and_not_all_at_once() -> None:
    events = paged().when(60, cmd.AdvanceClock())
    assert names(events).count("PageEscalated") == 1


@pytest.mark.parametrize("parts", [{"stages": ()}, {"stages": (" ",)}, {"wait_seconds": 5}, {"text": ""}])
def test_a_page_that_reaches_nobody_or_never_is_refused(parts: dict[str, object]) -> None:
    with pytest.raises(CommandRefusedError):
        paged(**parts)


def test_the_retrospective_is_planned_moved_and_called_off() -> None:
    story = Story(PARCELS).declared()
    with pytest.raises(refusals.WrongStatusError, match="No retrospective"):
        story.when(1, cmd.CancelRetrospective(by=REPORTER))
    story.given((1, cmd.ScheduleRetrospective(by=REPORTER, starts_at=at(6000))))
    story.given((2, cmd.CancelRetrospective(by=REPORTER, reason="Holiday")))
    assert (story.state.retrospective_at, story.state.retrospective_number) == (None, 2)
