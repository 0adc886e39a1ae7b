"""Playbooks made by hand, in the shape of documents that teams write; the core's tests need no compiler."""

from __future__ import annotations

from tocsin.playbook.model import (
    AllOf,
    Answered,
    AnyOf,
    Channel,
    Elapsed,
    Link,
    Not,
    Phase,
    Playbook,
    Question,
    Reading,
    Severity,
    SeverityIn,
    StateIs,
    Step,
    Timer,
)

SERIOUS = SeverityIn(("High", "Medium"))
STATUS_CHANNEL = Channel("#parcel-status", "C0PARCEL", "https://chat.example/archives/C0PARCEL")

PARCELS = Playbook(
    name="Parcel tracking incident",
    source="parcels.md",
    digest="sha256:parcels",
    severities=(
        Severity("High", 0, 21, ("A breach of addresses or payment details",)),
        Severity("Medium", 1, 22, ("Full downtime of tracking for more than 30 minutes",), 1800),
        Severity("Low", 2, 23, ("Some depots are slow",)),
    ),
    phases=(
        Phase(
            "Begin",
            9,
            (
                Step("begin-1", 11, "Open a ticket", is_ordered=True, is_done=True, action="open-issue"),
                Step("begin-2", 12, "Declare it in #parcel-status", is_ordered=True, action="declare"),
                Step("begin-3", 13, "Start a call", is_ordered=True, action="start-call"),
                Step("begin-4", 14, "Share the call", is_ordered=True, action="share-call"),
                Step("begin-5", 15, "Share the work out", is_ordered=True, action="delegate"),
            ),
        ),
        Phase(
            "Judge",
            17,
            (
                Step("judge-1", 19, "Find out what is hit", action="determine-impact"),
                Step("judge-2", 20, "Choose the severity", action="assign-severity"),
                Step(
                    "judge-3",
                    29,
                    "Tell #parcel-status",
                    action="notify",
                    condition=SERIOUS,
                    channels=(STATUS_CHANNEL,),
                ),
                Step(
                    "judge-4",
                    30,
                    "If it lasts over 60 minutes or addresses have been breached, tell the shops",
                    action="notify",
                    condition=AllOf((SERIOUS, AnyOf((Elapsed(3600), Answered("addresses-breached"))))),
                    timers=(Timer("elapsed", 3600, "start", line=30, text="over 60 minutes"),),
                    audiences=("shops",),
                ),
                Step(
                    "judge-5",
                    31,
                    "If it is an attack, tell security",
                    action="notify",
                    condition=AllOf((SERIOUS, Answered("attack"))),
                    audiences=("security",),
                ),
            ),
        ),
        Phase(
            "Mend",
            33,
            (
                Step("mend-1", 35, "Ask someone to take notes", action="take-notes"),
                Step(
                    "mend-2",
                    36,
                    "Read the runbook",
                    action="consult",
                    links=(Link("runbook", "https://docs.example/runbook"),),
                ),
                Step(
                    "mend-3",
                    37,
                    "Say in the thread that it is over",
                    action="announce-resolution",
                    condition=StateIs("resolved"),
                ),
                Step("mend-4", 38, "Keep what may be needed", action="retain-evidence"),
                Step(
                    "mend-5",
                    42,
                    "Send updates to #parcel-status every 30 minutes",
                    action="post-updates",
                    condition=SERIOUS,
                    timers=(Timer("recurring", 1800, "last_update", line=42, text="every 30 minutes"),),
                    channels=(STATUS_CHANNEL,),
                ),
                Step(
                    "mend-6",
                    44,
                    "Tell #parcel-status that it is over",
                    action="announce-resolution",
                    condition=AllOf((SERIOUS, StateIs("resolved"))),
                    channels=(STATUS_CHANNEL,),
                ),
            ),
        ),
        Phase(
            "After",
            46,
            (
                Step(
                    "after-1",
                    48,
                    "At Medium and High, write a report",
                    action="write-report",
                    condition=SERIOUS,
                    steps=(
                        Step("after-1-1", 49, "Draft it", is_ordered=True, action="draft-report", condition=SERIOUS),
                        Step(
                            "after-1-2",
                            51,
                            "Have those involved approve it",
                            is_ordered=True,
                            action="approve-report",
                            condition=SERIOUS,
                        ),
                        Step("after-1-3", 52, "Share it", is_ordered=True, action="share-report", condition=SERIOUS),
                    ),
                ),
                Step("after-2", 53, "File what is left to do", action="create-follow-ups"),
            ),
        ),
    ),
    questions=(
        Question("addresses-breached", "addresses have been breached", 30),
        Question("attack", "it is an attack", 31),
    ),
    audiences=("shops", "security"),
    channels=("#parcel-status",),
    readings=(
        Reading(27, "guard", "Medium and High", ("High", "Medium")),
        Reading(40, "guard", "Medium and High", ("High", "Medium")),
        Reading(48, "guard", "At Medium and High", ("High", "Medium")),
    ),
)

# Every kind of timer, anchor and condition at once; the property tests walk it.
EVERYTHING = Playbook(
    name="Everything",
    source="everything.md",
    digest="sha256:everything",
    severities=(
        Severity("SEV1", 0, 2, ("full outage for over 10 minutes",), 600),
        Severity("SEV2", 1, 3, ("an attack",)),
        Severity("SEV3", 2, 4),
    ),
    phases=(
        Phase(
            "One",
            5,
            (
                Step("a", 6, "Acknowledge", timers=(Timer("deadline", 900, "start", line=6),)),
                Step("b", 7, "Find the cause", timers=(Timer("deadline", 3600, "step", line=7),)),
                Step(
                    "c",
                    8,
                    "Tell the board",
                    action="notify",
                    condition=AllOf((SeverityIn(("SEV1",)), AnyOf((Elapsed(7200), Answered("known"))))),
                    timers=(
                        Timer("elapsed", 7200, "start", line=8),
                        Timer("deadline", 86400, "severity", ("SEV1",), line=8),
                    ),
                    audiences=("board",),
                ),
                Step("d", 9, "Page a second person", condition=AllOf((Elapsed(1800), Not(Answered("known"))))),
                Step("e", 10, "Call it quiet", condition=Not(Elapsed(600))),
                Step("f", 11, "Choose the severity", action="assign-severity"),
            ),
        ),
        Phase(
            "Two",
            20,
            (
                Step(
                    "g",
                    21,
                    "Post updates",
                    action="post-updates",
                    timers=(
                        Timer("recurring", 1800, "last_update", ("SEV1",), line=21),
                        Timer("recurring", 14400, "last_update", ("SEV2", "SEV3"), line=21),
                    ),
                    channels=(Channel("#status"),),
                ),
                Step(
                    "h",
                    22,
                    "Check the backups",
                    action="consult",
                    timers=(Timer("recurring", 21600, "start", line=22),),
                ),
                Step(
                    "i",
                    23,
                    "Report",
                    condition=StateIs("resolved"),
                    timers=(Timer("deadline", 5 * 86400, "resolved", line=23, is_business_days=True),),
                    steps=(
                        Step("i1", 24, "Draft", is_ordered=True, condition=StateIs("resolved")),
                        Step(
                            "i2",
                            25,
                            "Share",
                            is_ordered=True,
                            condition=StateIs("resolved"),
                            timers=(Timer("deadline", 3600, "step", line=25),),
                        ),
                    ),
                ),
                Step("j", 26, "Ask for news", timers=(Timer("elapsed", 2700, "last_update", line=26),)),
                Step("k", 27, "Ticket", is_done=True),
            ),
        ),
    ),
    questions=(Question("known", "the attack is known", 8),),
    timers=(
        Timer("recurring", 3600, "last_update", ("SEV1", "SEV2"), line=40, text="update every hour"),
        Timer("deadline", 1200, "severity", ("SEV1",), line=41, text="acknowledge within 20 minutes"),
    ),
)
