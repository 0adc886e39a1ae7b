"""What holds of every incident, whatever people and the clock do."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.incident.documents import EVERYTHING, PARCELS
from tests.incident.story import COMMANDER, ENGINEER, REPORTER, SPEAKER, START
from tocsin.incident import commands as cmd
from tocsin.incident import events as ev
from tocsin.incident.codec import event_from_json, event_to_json
from tocsin.incident.decide import CommandRefusedError, decide
from tocsin.incident.due import due, next_due_at
from tocsin.incident.evolve import evolve, fold
from tocsin.incident.plan import plan_of
from tocsin.incident.room import room
from tocsin.incident.state import IncidentState
from tocsin.incident.timeline import describe
from tocsin.incident.why import why_event, why_step

PEOPLE = st.sampled_from([REPORTER, COMMANDER, SPEAKER, ENGINEER])
PLAYBOOKS = {"parcels": PARCELS, "everything": EVERYTHING}
CLOCK = cmd.AdvanceClock()
TICK = timedelta(microseconds=1)


def commands_for(state: IncidentState, now: datetime) -> st.SearchStrategy[cmd.Command]:
    """Any command, mostly about things that exist, some about things that do not."""
    playbook = state.playbook
    steps = st.sampled_from([*plan_of(playbook).entries, *(s.id for s in state.added_steps), "no-such-step"])
    step_or_none = st.none() | steps
    levels = st.sampled_from([*(level.name for level in playbook.severities), "Dreadful"])
    questions = st.sampled_from([*(q.id for q in playbook.questions), "no-such-question"])
    promises = st.sampled_from([*state.open_promises.values(), *list(state.promises)[-2:], "no-such-promise"])
    roles = st.sampled_from(["incident commander", "note-taker", "communications lead", "driver"])
    words = st.sampled_from(["", "something", "more words"])
    audiences = st.sampled_from([(), ("#parcel-status",), ("shops",), ("#status", "board")])
    moments = st.integers(-7200, 7200).map(lambda seconds: now + timedelta(seconds=seconds))
    makers: list[st.SearchStrategy[Any]] = [
        st.builds(cmd.DeclareIncident, by=PEOPLE, title=words),
        st.builds(cmd.ConfirmIncident, by=PEOPLE),
        st.builds(cmd.DismissIncident, by=PEOPLE, reason=words),
        st.builds(cmd.ResolveIncident, by=PEOPLE, summary=words),
        st.builds(cmd.ReopenIncident, by=PEOPLE, reason=words),
        st.builds(cmd.CloseIncident, by=PEOPLE),
        st.builds(cmd.DescribeIncident, by=PEOPLE, title=st.none() | words, summary=st.none() | words),
        st.builds(cmd.SetBeganAt, by=PEOPLE, began_at=moments),
        st.builds(cmd.AssignSeverity, by=PEOPLE, severity=levels),
        st.builds(cmd.RejectSuggestion, by=PEOPLE, severity=levels),
        st.builds(cmd.AnswerQuestion, by=PEOPLE, question=questions, answer=st.sampled_from(["yes", "no", "unknown"])),
        st.builds(
            cmd.DescribeImpact,
            by=PEOPLE,
            text=words,
            is_full_downtime=st.none() | st.booleans(),
            since=st.none() | moments,
        ),
        st.builds(cmd.CompleteStep, by=PEOPLE, step=steps, evidence=words),
        st.builds(cmd.UncompleteStep, by=PEOPLE, step=steps),
        st.builds(cmd.SkipStep, by=PEOPLE, step=steps, reason=words),
        st.builds(cmd.AssignStep, by=PEOPLE, step=steps, person=st.none() | PEOPLE),
        st.builds(
            cmd.AddStep,
            by=PEOPLE,
            phase=st.sampled_from([*(phase.title for phase in playbook.phases), "Nowhere"]),
            text=words,
            after=step_or_none,
        ),
        st.builds(cmd.JoinIncident, by=PEOPLE, person=PEOPLE, name=words),
        st.builds(cmd.TakeRole, by=PEOPLE, role=roles, person=PEOPLE, name=words),
        st.builds(cmd.LeaveRole, by=PEOPLE, role=roles),
        st.builds(cmd.PostUpdate, by=PEOPLE, text=words, audiences=audiences, is_no_change=st.booleans()),
        st.builds(cmd.NotifyAudience, by=PEOPLE, audience=st.sampled_from(["shops", "board", ""]), text=words),
        st.builds(cmd.AddNote, by=PEOPLE, text=words),
        st.builds(cmd.SnoozePromise, by=PEOPLE, promise=promises, until=moments),
        st.builds(cmd.KeepPromise, by=PEOPLE, promise=promises, evidence=words),
        st.builds(cmd.LinkIssue, by=PEOPLE, url=words, step=step_or_none),
        st.builds(cmd.DeclareInChannel, by=PEOPLE, channel=words, text=words, step=step_or_none),
        st.builds(cmd.StartCall, by=PEOPLE, url=words, step=step_or_none),
        st.builds(cmd.ShareCall, by=PEOPLE, audiences=audiences),
        st.builds(cmd.ConsultDocument, by=PEOPLE, url=words, finding=words, step=step_or_none),
        st.builds(cmd.AnnounceResolution, by=PEOPLE, audiences=audiences, text=words),
        st.builds(cmd.RetainEvidence, by=PEOPLE, title=words, step=step_or_none),
        st.builds(cmd.ReleaseHotfix, by=PEOPLE, text=words),
        st.builds(cmd.DraftReport, by=PEOPLE, text=words),
        st.builds(cmd.ApproveReport, by=PEOPLE, version=st.integers(0, 3)),
        st.builds(cmd.WithdrawApproval, by=PEOPLE, version=st.integers(0, 3)),
        st.builds(cmd.ShareReport, by=PEOPLE, audiences=audiences),
        st.builds(cmd.CreateFollowUp, by=PEOPLE, title=words),
        st.builds(cmd.CompleteFollowUp, by=PEOPLE, follow_up=st.sampled_from(["follow-up-1", "follow-up-2"])),
        st.builds(cmd.ReopenFollowUp, by=PEOPLE, follow_up=st.sampled_from(["follow-up-1", "follow-up-2"])),
        st.builds(cmd.LinkFollowUp, by=PEOPLE, follow_up=st.just("follow-up-1"), url=st.sampled_from(["a", "b"])),
        st.builds(cmd.ScheduleRetrospective, by=PEOPLE, starts_at=moments),
    ]
    return st.one_of(makers)


class AnyIncident(RuleBasedStateMachine):
    """People do anything in any order while the clock runs, stops, jumps ahead and is set back."""

    @initialize(name=st.sampled_from(sorted(PLAYBOOKS)), is_suspected=st.booleans())
    def declare(self, name: str, is_suspected: bool) -> None:
        self.state = IncidentState(playbook=PLAYBOOKS[name])
        self.log: list[ev.Event] = []
        self.now = START
        self.ask(cmd.DeclareIncident(by=REPORTER, title="It broke", is_suspected=is_suspected))

    def ask(self, command: cmd.Command) -> None:
        before = self.state
        try:
            events = decide(self.state, command, self.now)
        except CommandRefusedError as refusal:
            assert str(refusal)
            assert self.state is before
            return
        assert decide(before, command, self.now) == events, "the same question has the same answer"
        for event in events:
            self.state = evolve(self.state, event)
        self.log += events

    @rule(data=st.data())
    def somebody_acts(self, data: st.DataObject) -> None:
        self.ask(data.draw(commands_for(self.state, self.now)))

    @rule(seconds=st.integers(0, 20000))
    def the_process_sleeps_and_wakes(self, seconds: int) -> None:
        due_at = next_due_at(self.state)
        self.now += timedelta(seconds=seconds)
        happens = decide(self.state, CLOCK, self.now)
        is_due = due_at is not None and (due_at <= self.now or due_at == self.state.last_at)
        assert bool(happens) == is_due, "nothing happens before the moment given, and nothing is missed after it"
        self.ask(CLOCK)

    @rule(seconds=st.sampled_from([1, 60, 3600, 90000]))
    def the_clock_is_set_back(self, seconds: int) -> None:
        self.now -= timedelta(seconds=seconds)
        self.ask(CLOCK)

    @precondition(lambda self: next_due_at(self.state) is not None)
    @rule()
    def the_worker_sleeps_until_something_is_due(self) -> None:
        due_at = next_due_at(self.state)
        assert due_at is not None
        assert decide(self.state, CLOCK, due_at), "at the moment given something is due"
        if self.state.last_at is not None and due_at > self.state.last_at:
            assert decide(self.state, CLOCK, due_at - TICK) == [], "just before it nothing is"
        self.now = max(self.now, due_at)
        self.ask(CLOCK)

    @invariant()
    def replay_equals_live(self) -> None:
        assert fold(self.state.playbook, self.log) == self.state

    @invariant()
    def the_log_survives_being_stored(self) -> None:
        for event in self.log[-5:]:
            assert event_from_json(json.loads(json.dumps(event_to_json(event)))) == event

    @invariant()
    def the_same_moment_twice_adds_nothing(self) -> None:
        events = decide(self.state, CLOCK, self.now)
        later = self.state
        for event in events:
            later = evolve(later, event)
        assert decide(later, CLOCK, self.now) == []
        assert [item.event for item in sorted(due(self.state, self.now), key=lambda d: events.index(d.event))] == events

    @invariant()
    def time_never_runs_back_in_the_log(self) -> None:
        times = [event.at for event in self.log]
        assert times == sorted(times)

    @invariant()
    def every_cause_comes_before_what_it_caused(self) -> None:
        for number, event in enumerate(self.log, 1):
            assert event.cause is None or 0 < event.cause < number
            if event.by in ("clock", "system"):
                assert event.cause is not None and (event.line or isinstance(event, ev.RoleTaken))
        assert why_event(self.log, len(self.log), self.state)[-1].number >= 1

    @invariant()
    def one_open_promise_a_timer(self) -> None:
        open_now = [p for p in self.state.promises.values() if p.is_open]
        assert sorted(p.id for p in open_now) == sorted(self.state.open_promises.values())
        assert len({p.timer for p in open_now}) == len(open_now)
        if self.state.status in ("closed", "dismissed"):
            assert open_now == []

    @invariant()
    def no_reminder_is_early_or_given_twice(self) -> None:
        fired: dict[str, list[ev.PromiseReminded]] = {}
        due_at: dict[str, datetime] = {}
        for event in self.log:
            if isinstance(event, ev.PromiseMade | ev.PromiseMoved):
                due_at[event.promise] = event.due_at
                fired[event.promise] = []
            elif isinstance(event, ev.PromiseSnoozed):
                due_at[event.promise] = event.until
                fired[event.promise] = []
            elif isinstance(event, ev.PromiseReminded):
                stages_so_far = [earlier.stage for earlier in fired[event.promise]]
                assert event.stage == "other-way" or event.stage not in stages_so_far
                assert event.stage == "ahead" or event.at >= due_at[event.promise]
                assert event.late_seconds >= 0
                fired[event.promise].append(event)

    @invariant()
    def the_room_and_the_words_are_whole(self) -> None:
        shown = room(self.state, self.now)
        views = [view for phase in shown.phases for view in phase.steps]
        assert len(views) == len(plan_of(self.state.playbook).entries) + len(self.state.added_steps)
        assert all(view.why.endswith((".", "…", "?", "!")) for view in views)
        assert all(why_step(self.state, view.id, self.now) for view in views)
        assert sum(view.is_next for view in views) == (shown.next_step is not None)
        assert all(describe(event, self.state) for event in self.log[-3:])

    @invariant()
    def an_open_promise_will_be_heard_of(self) -> None:
        if self.state.open_promises:
            assert next_due_at(self.state) is not None


AnyIncident.TestCase.settings = settings(
    max_examples=60, stateful_step_count=30, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
TestAnyIncident = AnyIncident.TestCase
