"""Who is told: "notify X", "share with X", "X notified", "post in #channel", and the lines of a notification list."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from tocsin.playbook.outline import Words
from tocsin.playbook.rules.hints import folded, hints_of

_TELL = (
    r"notify(?:ing)?|inform(?:ing)?|alert(?=\s+(?:the|all|any|our|your|on-?call|team|users?|customers?|stakeholders?|security|management|leadership|affected|impacted|"
    r"additional|relevant|appropriate|(?-i:[@#A-Z\[])))|e-?mails?\s+(?:\w+\s+){1,4}to|e-?mail|(?<!status )(?<!status)page(?=\s+(?:the|an?|all|on-?call|"
    r"our|(?-i:[@#A-Z\[])|secondary|primary|backup|manager|security|team|engineer|sre|ops|devops|database|infra|\w+ on-?call))|tell|contact|"
    r"brief(?=\s+(?:the|all|new|incoming|on-?call|leadership|management|executives?|stakeholders?|(?:\w+ )?team|support))|"
    r"warn|ping|call(?=\s+(?:the\s+)?(?:police|customer|client|on-call|legal|\w+ (?:team|lead|manager)))|"
    r"engag(?:e|ing)(?=\s+(?:the\s+)?(?:[\w-]+\s+){0,3}(?:team|legal|counsel|vendor|lead|support|security|partner|cirt|officer|"
    r"on-call|expert|stakeholder)\w*)|notifies|alerts|informs|pings|notificar?|benachrichtig\w*|avis(?:ar|er)|informar|"
    r"loop(?:ing)? in|reach(?:ing)? out to|escalat(?:e|ing|es)(?:\s+\w+ly)?\s+(?:communication\s+)?to|"
    r"report(?:ing)?(?:\s+(?:\w+\s+){0,3})?\s+to|communicat\w+\s+(?:\w+\s+){0,3}(?:to|with)|shar(?:e|ing)\s+(?:[\w'()]+\s+){0,5}with|"
    r"send(?:s|ing)?\s+(?:[\w()'-]+\s+){0,6}?(?:to\b|via email to|vie email to)|(?:provide|post|give|publish|circulate)\s+(?:[\w()'-]+\s+){0,4}?(?:updates?|status|summary|notice)\s+to|"
    r"(?:communication|message|notice|updates|notification|e-?mail|sitrep)s?\s+(?:(?:sent|posted|issued|provided|given)\s+)?to|"
    r"let(?=\s+(?:the\s+)?[\w\s]+\sknow)|updat(?:e|ing)(?=\s+(?:the\s+)?(?:[\w-]+\s+){0,2}(?:stakeholders?|customers?|users?|clients?|leadership|"
    r"management|executives?|team|reporter|status\s?page|partners?))|keep\s+(?=(?:[\w&/-]+\s+){1,5}(?:informed|updated|posted))|"
    r"asking|regular updates to|involve|invite"
)
TELL = re.compile(rf"(?<![\w-])(?P<verb>{_TELL})\s+(?P<who>(?:[<\[`@#*\w(“\"'&].*)|$)", re.IGNORECASE)
_VERB_START = re.compile(
    r"\b(?:notif|inform|alert|e-?mail|pag(?:e|ing)\b|tell|contact|brief|warn|ping|call\b|engag|benachrichtig|avis|loop|reach|"
    r"escalat|report|communicat|shar|send|provide|post|give|publish|circulate|message|notice|update|let\b|keep\b|asking|regular|"
    r"involve|invite|sitrep)",
)
_END = re.compile(
    r"\s*(?:[.;:!?]+(?=\s|$)|[\"”]|,\s+(?!(?:and|or|&)\b)(?!\s*[A-Z]?[\w\s&'-]{2,30},?\s+(?:and|or)\s)|\s\(|\)|\s[—–-]\s|\s→|"
    r"\s(?:of|about|that|when|if|immediately|within|via|through|by|in the|on the|using|as|with|for|at|before|after|once|every|so|"
    r"to|who|which|unless|until|has|have|is|are|and\s+(?:provide|request|ask|add|update|include|create|start|post|share|begin|"
    r"document|follow|open|get|set|link|obtain|coordinate|then|prepare|assess|confirm|note|record|summarize|wait)|asap|promptly|"
    r"know|informed|updated|posted|regularly|regarding|on(?!-|\scall)|and\s+await|accordingly|directly|during|without|first|right away|early|from|"
    r"do not|not|describing|including|explaining|only|must|should|will|can|may)\b)",
    re.IGNORECASE,
)
_TOLD = (
    r"(?:notified|informed|alerted|e-?mailed|paged|contacted|briefed|looped in|engaged|updated|told|уведомл\w+|notificad\w+|"
    r"informad\w+|оповещ\w+|проинформирован\w*|benachrichtigt|informiert|geïnformeerd|prévenue?s?|avisad\w+)\b"
)
_PARTICIPLE = re.compile(rf"\b{_TOLD}")
PASSIVE = re.compile(
    r"(?P<who>(?:[@#`\[\"(]?[\w&/'’.`)\]-]+\s+){1,7}?)(?:(?:has|have|had|must|should|will|is|are|was|were|been|be|being|to|needs?)\s+){0,4}"
    rf"{_TOLD}",
    re.IGNORECASE,
)
NOTIFICATION = re.compile(
    r"\b(?P<who>(?:[a-z]+,\s+){0,3}(?:and\s+)?(?:(?:user|customer|client|stakeholder|regulat\w+|partner|public|employee|staff|media|legal|vendor|patient|"
    r"executive|management|leadership|member|subscriber|authority|data subject|board|insurer|police|law enforcement|individual|"
    r"affected\s+\w+|internal|external)s?\s+){1,2})(?:notifications?|comms plan|notices?|alert)\b"
    r"(?!\s+(?:is|are|were|obligation|requirement|decision|template|duty|plan|deadline|timer))",
    re.IGNORECASE,
)
STATUS_PAGE = re.compile(r"\b(?:(?:public|external|internal)\s+)?status\s?page\b", re.IGNORECASE)
_POST = re.compile(
    r"\b(?:post\w*|declar\w+|announc\w+|shar\w+|notif\w+|alert\w*|ping\w*|send\w*|sent|signal\w*|report\w*|communicat\w+|messag\w+|"
    r"update[sd]?|updates|inform\w*|thread|escalat\w+|tell|ask)\b",
    re.IGNORECASE,
)
_NOT_WHO = re.compile(
    r"(?:(?:from|via|of|at|address(?:es)?|them|you|we|us|where|when|and|or|is|are|on|in|with|for|to|by|if|IDs?|fires?|rules?|info|information|numbers?|details|list|thresholds?)(?![\w-]).*|(?:\w+ )?(?:nodes?|servers?|hosts?|endpoints?|pods?|services?|databases?|logs?)|it|this|them|us|me|you|your|time|date|status|ticket|issue|tracking issue|progress|documentation|docs?|document|the issue|the ticket|"
    r"this document|runbook|record|timeline|details|logs?|link|page|steps?|title|description|all|any|anyone|someone|info|information|"
    r"(?:the )?\w+ (?:issue|document|runbook|template|checklist|timeline|policy|policies|plan|ticket|log))",
    re.IGNORECASE,
)
_LIST_HEADING = re.compile(
    r"\b(?:notification (?:check-?list|list|matrix|requirements)|notifications?(?=\W*$)|notify|notified|who (?:to|should|needs|must)|stakeholders?|audience|recipients?|distribution|reporting contacts?|"
    r"report to|inform|alert(?:s|ed)?\b.*\bteams?|impacted (?:support )?teams?|communications? (?:list|targets?))\b",
    re.IGNORECASE,
)
_NOT_LIST_HEADING = re.compile(
    r"template|when|criteria|requirement|method|decision|deadline|content|plan\b|communication channel", re.I
)
_NAMES_ONE = re.compile(
    r"\W*(?:[\d.]+\s*)?(?:customer|user|client|regulat\w+|public|legal|media|initial|tenant|team)s?\s+notifications?\W*$",
    re.IGNORECASE,
)
_VERB_LEAD = re.compile(
    r"(?:add|assign|attach|check|close|collect|confirm|consider|coordinate|create|define|describe|determine|do|document|draft|ensure|"
    r"establish|fill|follow|get|give|identify|include|keep|link|log|maintain|make|obtain|open|post|prepare|provide|publish|record|request|"
    r"review|run|schedule|send|set|share|start|submit|track|update|use|verify|write|remove|join|what|how|has|have|is|are|was|were|did|"
    r"date|time|number|list|status|initial)\b",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Told:
    """Someone who is told, by name, with the place of the words."""

    start: int
    end: int
    name: str


_HINTS = frozenset(
    [
        "noti",
        "info",
        "aler",
        "emai",
        "mail",
        "e",
        "page",
        "pagi",
        "pagé",
        "tell",
        "cont",
        "brie",
        "warn",
        "ping",
        "call",
        "enga",
        "loop",
        "reac",
        "esca",
        "repo",
        "comm",
        "shar",
        "send",
        "sent",
        "post",
        "decl",
        "anno",
        "sign",
        "upda",
        "let",
        "keep",
        "told",
        "aski",
        "invo",
        "invi",
        "увед",
        "опов",
        "прои",
        "avis",
        "bena",
        "geïn",
        "prév",
        "stat",
        "circ",
        "publ",
        "prov",
        "give",
        "mess",
    ]
)


_PASSIVE_HINTS = frozenset(
    [
        "noti",
        "info",
        "aler",
        "e",
        "emai",
        "page",
        "cont",
        "brie",
        "loop",
        "enga",
        "upda",
        "told",
        "увед",
        "опов",
        "прои",
        "bena",
        "geïn",
        "prév",
        "avis",
    ]
)
_NOTICE_HINTS = frozenset(["noti", "comm", "aler"])


def read_audiences(
    words: Words, channels: Iterable[tuple[int, int, str]], is_instruction: bool, hints: frozenset[str] | None = None
) -> list[Told]:
    """Who a text says is told, left to right, each name once."""
    text = words.text
    spans = list(channels)
    hints = hints_of(text) if hints is None else hints
    if not spans and _HINTS.isdisjoint(hints):
        return []
    found: list[Told] = []
    if is_instruction:
        found.extend(_told(text))
        if not _PASSIVE_HINTS.isdisjoint(hints):
            found.extend(_passive(text))
        if "stat" in hints:
            found.extend(_status_page(text))
        if not _NOTICE_HINTS.isdisjoint(hints):
            found.extend(_notifications(text))
    found.extend(_in_channel(text, spans))
    return _distinct(found)


def listed_audience(words: Words) -> Told | None:
    """The one named by an item of a list of people to tell ("Security team (immediate)", "**Police**: 000")."""
    text = words.text
    lead = words.lead if words.lead and re.match(r"\s*[:–—-]|$", text[words.lead :]) else 0
    name = text[:lead] if lead else re.split(r"\s*[(:\[]|\s[–—-]\s", text, maxsplit=1)[0]
    name = name.strip(" *_`:.,")
    if not name or len(name) > 70 or len(name.split()) > 7 or _VERB_LEAD.match(name) or name.endswith("?"):
        return None
    if re.match(r"immediate|standard|automatic|none\b|n/?a\b|as needed|no\b|optional|normal|manual", name, re.I):
        return None
    if "→" in text or re.search(
        r"\b(?:is|are|involved|consulted|required|coordinates|needed|yes|notified|informed|sent|updated|assigned|channel|bridge|document)\b",
        name,
        re.I,
    ):
        return None
    return Told(0, len(name), name)


def lists_audiences(heading: str) -> bool:
    """Whether what stands under a heading or label is a list of people to tell."""
    if _NAMES_ONE.match(heading):
        return False
    return bool(_LIST_HEADING.search(heading)) and not _NOT_LIST_HEADING.search(heading)


def _told(text: str) -> Iterable[Told]:
    at = 0
    for verb in _VERB_START.finditer(folded(text)):
        match = TELL.match(text, verb.start()) if verb.start() >= at else None
        if match is None:
            continue
        at = match.end("verb")
        if re.match(r"asking|invite|involve", match.group("verb"), re.I) and not re.search(r"join|share", text, re.I):
            continue
        start = match.start("who")
        name, end = _name(text, start)
        if name:
            yield Told(match.start(), end, name)


def _name(text: str, start: int) -> tuple[str, int]:
    match = _END.search(text, start + 1)
    end = match.start() if match else len(text)
    end = min(end, start + 110)
    name = text[start:end].strip(" *_`,.:;\"'“”[]()")
    name = re.sub(r"^(?:the|all|any|our|your|their|an?|to|appropriate(?= \w+ team))\s+", "", name, flags=re.I)
    name = re.sub(r"\s+(?:and|or|&|immediately|directly|as soon as possible)$", "", name, flags=re.I).strip(
        " *_`,.:;\"'"
    )
    if not name or _NOT_WHO.fullmatch(name) or not re.search(r"[^\W\d_]{2}|#|\bL\d", name) or len(name.split()) > 14:
        return "", end
    return name, end


def _passive(text: str) -> Iterable[Told]:
    for end in _PARTICIPLE.finditer(folded(text)):
        match = PASSIVE.search(text, max(0, end.start() - 90), end.end())
        if match is None or match.end() != end.end():
            continue
        who = re.split(r"[.;:,]\s|\bif\b|\bensure\b|\bwhen\b|\bthat\b", match.group("who"))[-1]
        name = re.sub(r"^\s*(?:[A-Z]{1,3}:\s*)?(?:the|all|any|and|or)?\s+", "", " " + who).strip(" *_`,.:;()[]\"'")
        name = re.sub(r"^(?:keep|ensure|get|make sure)\s+", "", name, flags=re.I)
        name = re.sub(r"\s+(?:has|have|been|must|be|is|are|was|were|to|should|will)$", "", name).strip()
        updated = match.group().lower().endswith("updated")
        if (
            not name
            or _NOT_WHO.fullmatch(name)
            or (updated and not re.search(r"stakeholder|customer|status\s?page|team|user|lead", name, re.I))
        ):
            continue
        for part in re.split(r"\s+AND\s+", name):
            start = match.start() + max(0, match.group().find(part))
            yield Told(start, start + len(part), part)


def _notifications(text: str) -> Iterable[Told]:
    for match in NOTIFICATION.finditer(text):
        if re.search(r"\b(?:in|of|for|from|about|all|no)\s+$", text[: match.start()], re.I):
            continue
        if re.match(r"\s*(?:$|[.,;:()–—-]|within|sent|via|by|if|when|to\b|plan\b)", text[match.end() :], re.I):
            yield Told(match.start(), match.end(), _plural(match.group("who").strip(" ,")))


def _plural(name: str) -> str:
    name = re.sub(r"regulatory$", "regulator", name, flags=re.I)
    return (
        name if re.search(r"(?:s|c|al|y|ed|media|staff|leadership|management|enforcement)$", name, re.I) else name + "s"
    )


def _status_page(text: str) -> Iterable[Told]:
    match = STATUS_PAGE.search(text) if "status" in text.lower() else None
    if (
        match
        and re.search(r"updat|post|publish|notice|notif|\bstatus page\W*$|announc|receive|communicat|готов", text, re.I)
        and not re.search(r"status\s?page (?:updates? )?(?:is|are) |template|check\w* .{0,30}status page", text, re.I)
    ):
        yield Told(match.start(), match.end(), match.group())


def _in_channel(text: str, channels: Iterable[tuple[int, int, str]]) -> Iterable[Told]:
    for start, end, name in channels:
        left = text[max(0, start - 90) : start]
        clause = re.split(r"[.;]\s|\boutside\b|\bin war room\b", left)[-1]
        if _POST.search(clause) and re.search(
            r"(?:\b(?:in|to|on|at|as|via|into|notif\w+|alert\w*|ping\w*|page|inform|tell|through|team)|:)\W*(?:the\s+)?$",
            clause,
            re.I,
        ):
            yield Told(start, end, name)
    match = (
        re.search(r"\b(?:Slack|incident) (?:thread|channel)\b", text) if "channel" in text or "thread" in text else None
    )
    if match and re.search(
        r"\b(?:post|announce|share|notify)\b(?:\s+\w+){0,4}\s+(?:in|to|on)\s+the\s+$", text[: match.start()], re.I
    ):
        yield Told(match.start(), match.end(), match.group())


def _distinct(found: Iterable[Told]) -> list[Told]:
    kept: list[Told] = []
    for told in sorted(found, key=lambda t: (t.start, -t.end)):
        key = re.sub(r"\W", "", told.name.lower())
        if not any(_same(key, re.sub(r"\W", "", k.name.lower())) or k.start <= told.start < k.end for k in kept):
            kept.append(told)
    return kept


def _same(left: str, right: str) -> bool:
    return left == right or (len(left) > 4 and left in right) or (len(right) > 4 and right in left)
