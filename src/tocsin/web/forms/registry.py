"""Every form of a room by its verb, and which one a step's action asks for."""

from __future__ import annotations

from tocsin.playbook.model import Action
from tocsin.web.forms import actions, incident, people, steps, telling
from tocsin.web.forms.act import ActForm

ACTS: dict[str, type[ActForm]] = {
    form.verb: form for form in (*steps.FORMS, *telling.FORMS, *actions.FORMS, *incident.FORMS, *people.FORMS)
}

# Actions that are not here (delegate, the report as a whole) are plain steps with help beside them.
OF_ACTION: dict[Action, type[ActForm]] = {
    "open-issue": actions.LinkIssue,
    "declare": telling.DeclareInChannel,
    "start-call": actions.StartCall,
    "share-call": actions.ShareCall,
    "determine-impact": incident.DescribeImpact,
    "assign-severity": incident.AssignSeverity,
    "notify": telling.Notify,
    "take-notes": people.TakeNotes,
    "consult": actions.Consult,
    "announce-resolution": telling.AnnounceResolution,
    "retain-evidence": actions.RetainEvidence,
    "post-updates": telling.Update,
    "release-hotfix": actions.ReleaseHotfix,
    "draft-report": actions.DraftReport,
    "approve-report": actions.ApproveReport,
    "share-report": actions.ShareReport,
    "create-follow-ups": actions.CreateFollowUp,
    "schedule-retrospective": actions.ScheduleRetrospective,
}
