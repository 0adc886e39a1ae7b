"""What Tocsin can do or help with, by the words of a step; and the roles and approvals that steps speak of."""

from __future__ import annotations

import re

from tocsin.playbook.model import Action
from tocsin.playbook.rules.hints import folded

_ACTIONS: tuple[tuple[Action, str], ...] = (
    ("open-issue", r"\b(?:creat|open|fil|submit|rais)\w*\s+(?:an?\s+|the\s+|this\s+)?(?:\w+\s+){0,3}(?:issue|ticket)\b(?! for follow)|\bissue (?:created|opened)\b"),
    ("create-follow-ups", r"\bfollow[\s-]?up (?:tasks?|issues?|items?|work|tickets?|actions?)|\baction items?\b.*\b(?:creat|assign|fil|track|ticket)|\bcorrective actions filed|\b(?:creat|fil)\w* .*\b(?:follow[\s-]?ups?|action items)"),
    ("schedule-retrospective", r"\b(?:schedul|plan|organi[sz]|book|arrang|hold)\w*\b.{0,40}\b(?:retro|post-?mortem|review|debrief|lessons)|\b(?:retrospective|post-?mortem|review)\b.{0,30}\bscheduled\b"),
    ("draft-report", r"\b(?:write|draft|start|prepare)\w*\s+(?:a\s+|an\s+|the\s+)?(?:\w+\s+)?(?:draft\b|first draft)|\bdraft (?:an?\s+|the\s+)?(?:incident\s+)?(?:report|post-?mortem)"),
    ("approve-report", r"\bthumbs[\s-]?up\b|\b(?:sign(?:ed)?[\s-]?off|approv\w+)\b.{0,40}\b(?:report|post-?mortem|those|draft|review)|\bget .{0,20}(?:approval|sign-?off)"),
    ("share-report", r"\b^\W*shar\w+ (?:(?:it|the|this|report|final)\s+){0,3}with\b|\bshar\w+ (?:(?:it|the|this|report|post-?mortem|final|incident)\s+){0,4}(?:with|to)\b.{0,30}\b(?:stakeholders?|team|company|everyone|leadership|customers?)"),
    ("write-report", r"\b(?:write|complete|prepare|produce|publish|finali[sz]e)\w*\b.{0,40}\b(?:incident report|report|post-?mortem|write-?up|retrospective|rca)\b|\bpost-?mortem (?:doc\w* )?(?:written|started|completed|published)"),
    ("start-call", r"\b(?:start|open|set up|create|launch|begin|spin up|join)\w*\s+(?:an?\s+|the\s+)?(?:\w+\s+){0,3}(?:call|bridge|war room|hangout|zoom|meet(?:ing)?|huddle|conference)\b(?! notes)|\bhangout started"),
    ("share-call", r"\bshar\w+\b.{0,30}\b(?:link|invite|url)\b.{0,30}\b(?:call|bridge|zoom|meet|war room|hangout)|\bshar\w+ .{0,30}(?:call|bridge|war room) link|\bhangout .* shared"),
    ("declare", r"\bdeclar\w+\b|\bannounc\w+ (?:the |an )?incident\b"),
    ("post-updates", r"\b(?:provid|post|send|giv|shar|publish|issu)\w*\b.{0,40}\b(?:updates?|sit-?reps?)\b|\bupdates? (?:every|at least)|\bregular updates?\b"),
    ("announce-resolution", r"\b(?:announc|post|notif|communicat|signal|inform|tell|declar|send)\w*\b.{0,80}\b(?:resol(?:ved|ution)|all[\s-]clear|end of incident|incident is over)"),
    ("assign-severity", r"\b(?:assign|set|determin|classif|assess|choos|select|decid|pick|confirm|review)\w*\b.{0,25}\b(?:severity|priority)\b|\bseverity (?:\w+ )?(?:assigned|classified|set|determined|confirmed)"),
    ("determine-impact", r"\b(?:determin|assess|identif|understand|scope|evaluat|estimat|confirm)\w*\b.{0,30}\b(?:impact|scope|blast radius|affected)"),
    ("take-notes", r"\b(?:tak|keep|assign|delegat)\w*\b.{0,40}\b(?:notes|minutes|scribe|note-taker)\b|\bdocument (?:everything|all actions|timeline|the timeline)"),
    ("delegate", r"\bdelegat\w+\b|\bassign\w*\b.{0,30}\b(?:roles?|tasks?|responders?|owners?)\b|\broles? assigned"),
    ("retain-evidence", r"\b(?:retain|preserv|collect|captur|secur|archiv|sav)\w*\b.{0,40}\b(?:evidence|materials?|logs?|artifacts?|snapshots?|records?|forensic)"),
    ("release-hotfix", r"\b(?:releas|deploy|ship|push|roll out)\w*\b.{0,25}\b(?:hot-?fix|fix|patch)\w*\b"),
    ("consult", r"\b(?:check|consult|review|refer to|follow|see|read)\b.{0,40}\b(?:documentation|docs|runbooks?|playbooks?|guide|handbook|procedure|wiki)\b"),
)  # fmt: skip
# A pattern is tried only where a word starts with the first three letters of one of these.
_STEMS: dict[Action, tuple[str, ...]] = {
    "open-issue": ("issue", "ticket"),
    "create-follow-ups": ("follow", "action item", "corrective"),
    "schedule-retrospective": ("retro", "mortem", "postmortem", "review", "debrief", "lesson"),
    "draft-report": ("draft",),
    "approve-report": ("thumb", "sign", "approv"),
    "share-report": ("shar",),
    "write-report": ("report", "mortem", "postmortem", "write", "retro", "rca"),
    "start-call": ("call", "bridge", "room", "hangout", "zoom", "meet", "huddle", "conference"),
    "share-call": ("shar",),
    "declare": ("declar", "announc"),
    "post-updates": ("update", "sit"),
    "announce-resolution": ("resol", "clear", "end of incident", "is over"),
    "assign-severity": ("severity", "priority"),
    "determine-impact": ("impact", "scope", "blast", "affected"),
    "take-notes": ("note", "minutes", "scribe", "document"),
    "delegate": ("delegat", "assign"),
    "retain-evidence": ("evidence", "material", "log", "artifact", "snapshot", "record", "forensic"),
    "release-hotfix": ("fix", "hotfix", "patch"),
    "consult": ("doc", "runbook", "playbook", "guide", "handbook", "procedure", "wiki"),
}
_COMPILED = tuple((name, re.compile(pattern, re.IGNORECASE)) for name, pattern in _ACTIONS)
_RESOLUTION = dict(_COMPILED)["announce-resolution"]
_WORD = re.compile(r"[a-z]+")
_BY_START: dict[str, set[int]] = {}
for _at, (_name, _) in enumerate(_COMPILED):
    for _stem in _STEMS[_name]:
        _BY_START.setdefault(_stem[:3], set()).add(_at)
_STARTS_NOTIFY = re.compile(
    r"\b(?:notif\w+|inform|alert|e-?mail(?:ed)?|page|contact|tell|brief|escalate to|reach out)\b", re.IGNORECASE
)
_ROLES = re.compile(
    r"\b(?:incident (?:commander|manager|lead(?:er)?|coordinator|handler)|situation lead|(?:technical|tech|ops|operations|comms?|communications?|"
    r"security|engineering|response|customer|client comms|support|team|strategy|protocol) (?:lead|manager|liaison)|scribe|note[\s-]?taker|"
    r"on-?call(?: (?:engineer|responder|lead))?|subject matter expert|privacy officer|data protection officer|child safety officer|"
    r"(?:customer|legal|public) liaison|messenger|duty (?:manager|officer))\b",
)
_APPROVAL = re.compile(
    r"\bthumbs[\s-]?up\b|\bsign(?:ed)?[\s-]?off\b|\b(?:get|obtain|require\w*|need\w*|with|without|seek)\b.{0,40}\bapprov\w+|\bapproved by\b|"
    r"\brun all messages by\b|\bsecond person approv\w+",
    re.IGNORECASE,
)


def read_action(text: str, has_audience: bool, has_cadence: bool) -> Action | None:
    """The action a step asks for, None for a plain step."""
    text = text[:1000]
    lowered = text.lower()
    if has_cadence and re.search(r"\bupdat\w*|sit-?rep|status", text, re.I):
        return "post-updates"
    if "resol" in lowered and _RESOLUTION.search(text):
        return "announce-resolution"
    rules = {at for word in _WORD.findall(lowered) for at in _BY_START.get(word[:3], ())}
    for at in sorted(rules):
        if _COMPILED[at][1].search(text):
            return _COMPILED[at][0]
    return "notify" if has_audience and _STARTS_NOTIFY.search(text) else None


def read_roles(text: str) -> list[tuple[int, int, str]]:
    """The roles a text names, with the place of the words."""
    return [(match.start(), match.end(), text[match.start() : match.end()]) for match in _ROLES.finditer(folded(text))]


def read_approval(text: str) -> tuple[int, int] | None:
    match = _APPROVAL.search(text)
    return match.span() if match else None
