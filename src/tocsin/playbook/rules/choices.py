"""Which boxes choose (a severity, a browser, a symptom) and which are steps.

A box is a step unless its list plainly chooses: its items are levels, or its heading asks for a kind, a cause or what is
affected and its items do not say what to do.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from tocsin.playbook.outline import Words
from tocsin.playbook.rules.hints import folded
from tocsin.playbook.rules.levels import lead_level

_CHOOSES = re.compile(
    r"^\W*(?:\d+[.)]\s*)?(?:(?:select|choose|tick|check)\b.*\b(?:one|apply|applicable|that apply|appropriate)\b|.*\b(?:type|types|category|categories|classification|"
    r"symptoms?|browsers?|platforms?(?:/os)?|operating systems?|environments?|detection(?: method| source)?|affected\b.*|impacted (?!teams|support|audience).*|"
    r"source|scope|components?|severity(?: level)?|priority|regions?|status|potential impact|impact(?: on users| level| assessment| type)?|data involved|"
    r"attack vector|root cause categor\w+|reported by|discovered by|how (?:was|did|were)\b.*|who is affected.*|which .*|what (?:is|was|kind|type)\b.*))\W*(?:\(.*\))?\W*$",
    re.IGNORECASE,
)
_ASKS_FOR_WORK = re.compile(
    r"\W*(?:(?:step|phase)?\s*\d+[.):]?\s*)?(?:assess|identify|determine|confirm|verify|evaluate|analy[sz]e|understand)\b",
    re.I,
)
_STEPS = re.compile(
    r"check-?list|\bsteps?\b|\bactions?\b|\btasks?\b|\bchecks?\b|\bto-?dos?\b|response|containment|notification|remediat|mitigat|recover|verification|"
    r"follow|post-?mortem|post-?incident|resol|procedure|triage|investigat|communicat",
    re.IGNORECASE,
)
_VERBS = [
    "acknowledge",
    "activate",
    "add",
    "address",
    "alert",
    "analyze",
    "announce",
    "apply",
    "appoint",
    "archive",
    "assemble",
    "assess",
    "assign",
    "attach",
    "audit",
    "backup",
    "block",
    "brief",
    "build",
    "call",
    "capture",
    "change",
    "check",
    "clean",
    "close",
    "collect",
    "communicate",
    "complete",
    "conduct",
    "confirm",
    "consider",
    "contact",
    "contain",
    "continue",
    "coordinate",
    "copy",
    "count",
    "create",
    "declare",
    "define",
    "delegate",
    "deploy",
    "describe",
    "detect",
    "determine",
    "disable",
    "discuss",
    "dismiss",
    "document",
    "download",
    "draft",
    "email",
    "enable",
    "engage",
    "ensure",
    "escalate",
    "establish",
    "evaluate",
    "examine",
    "execute",
    "export",
    "file",
    "fill",
    "finalize",
    "find",
    "fix",
    "flag",
    "follow",
    "gather",
    "get",
    "give",
    "hold",
    "identify",
    "implement",
    "inform",
    "inspect",
    "instruct",
    "investigate",
    "invite",
    "isolate",
    "issue",
    "join",
    "keep",
    "launch",
    "link",
    "list",
    "lock",
    "log",
    "make",
    "manage",
    "mark",
    "measure",
    "meet",
    "mitigate",
    "monitor",
    "move",
    "notify",
    "obtain",
    "open",
    "organize",
    "page",
    "patch",
    "pause",
    "perform",
    "plan",
    "post",
    "prepare",
    "preserve",
    "prevent",
    "prioritize",
    "propose",
    "provide",
    "publish",
    "purge",
    "quarantine",
    "raise",
    "read",
    "record",
    "recover",
    "redeploy",
    "reduce",
    "refer",
    "release",
    "remediate",
    "remind",
    "remove",
    "replace",
    "report",
    "request",
    "reset",
    "resolve",
    "respond",
    "restart",
    "restore",
    "restrict",
    "retain",
    "review",
    "revoke",
    "roll",
    "rollback",
    "rotate",
    "run",
    "save",
    "scale",
    "scan",
    "schedule",
    "scope",
    "search",
    "secure",
    "select",
    "send",
    "set",
    "share",
    "shut",
    "sign",
    "snapshot",
    "start",
    "stop",
    "submit",
    "summarize",
    "suspend",
    "switch",
    "take",
    "tell",
    "terminate",
    "test",
    "thank",
    "track",
    "triage",
    "understand",
    "update",
    "upload",
    "use",
    "validate",
    "verify",
    "wait",
    "warn",
    "watch",
    "write",
]
_VERB = re.compile(
    rf"[\W_]*(?:\d+[.)]\s*)?(?:[A-Z]{{1,4}}:\s+)?(?:immediately\s+|please\s+|if\b[^,]*,\s*)?(?:{'|'.join(_VERBS)})(?:s|es)?\b",
    re.IGNORECASE,
)
_DONE = re.compile(
    r"\b(?:assigned|identified|notified|informed|sent|created|updated|documented|scheduled|completed?|deployed|implemented|verified|confirmed|"
    r"restored|preserved|revoked|isolated|started|opened|linked|done|written|filed|stopped|declared|captured|applied|performed|contained|"
    r"published|shared|collected|reviewed|resolved|tested|closed|executed|paged|frozen|archived|recorded|established|engaged|posted|"
    r"назначен\w*|уведомл\w+|открыт\w*|готов\w*|доступн\w*)\b",
)


def is_choice(heading: str, items: Sequence[Words]) -> bool:
    """Whether the boxes of one list choose something instead of being done."""
    if not items:
        return False
    levels = sum(1 for item in items if lead_level(item) is not None)
    if len(items) > 1 and levels >= max(2, 0.6 * len(items)):
        return True
    if len(items) > 1 and all(
        re.match(r"\W*(?:yes|no|n/?a|unknown|maybe|partial\w*|tbd)\b\W*", item.text, re.I) for item in items
    ):
        return True
    deeds = sum(1 for item in items if is_deed(item.text))
    if _CHOOSES.match(heading) and not _ASKS_FOR_WORK.match(heading):
        same_start = {item.text.split(" ")[0].lower() for item in items}
        is_kind_of = (
            len(same_start) == 1 and len(items) > 1 and heading.lower().strip(" *:")[:5] == next(iter(same_start))[:5]
        )
        return is_kind_of or (
            deeds < 0.5 * len(items)
            and not _STEPS.search(re.sub(r"(?i)(response|resol\w*) time|impact\w* (assessment)?", "", heading))
        )
    return False


def is_form_choice(label: str, tag: str, items: Sequence[Words]) -> bool:
    """Whether a form's check boxes choose: the same, with the field's own name heard too."""
    if _STEPS.search(f"{label} {tag.replace('_', ' ').replace('-', ' ')}"):
        levels = sum(1 for item in items if lead_level(item) is not None)
        return levels >= max(2, 0.6 * len(items))
    if is_choice(label, items):
        return True
    deeds = sum(1 for item in items if is_deed(item.text))
    asks = re.search(
        r"impact|affect|browser|platform|symptom|environment|type|categor|component|source|scope|classif",
        f"{label} {tag}",
        re.I,
    )
    return bool(asks) and deeds < 0.5 * len(items)


def is_deed(text: str) -> bool:
    """Whether a text tells someone to do something, or that it is done."""
    return bool(_VERB.match(text) or _DONE.search(folded(text)[:120]))


def starts_with_verb(text: str) -> bool:
    return bool(_VERB.match(text))
