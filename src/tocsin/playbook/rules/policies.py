"""The warning that sensitive information must not be put in an issue or in chat, in whatever words a team chose."""

from __future__ import annotations

import re

from tocsin.playbook.model import Place
from tocsin.playbook.rules.hints import folded, hints_of

_THING = (
    r"(?:sensitive|confidential|classified|secrets?\b|credentials?|passwords?|tokens?\b|personal (?:data|information)|personally[- ]identif\w+|"
    r"\bpii\b|\bphi\b|private (?:data|keys?|information|evidence)|customer data|unredacted|api keys?|proprietary|exploit details|"
    r"dados (?:sens[ií]veis|pessoais)|datos (?:sensibles|personales)|sens[ií]ve\w+|vertraulich\w*|personenbezogen\w*|gevoelig\w*|"
    r"donn[ée]es (?:sensibles|personnelles)|конфиденциальн\w*|персональн\w*|segred\w+|secretos|contraseñas|senhas)"
)
_FORBIDS = (
    r"(?:do(?:es)? not|don[’']t|never|must not|may not|must never|should not|shouldn[’']t|cannot|can[’']t|avoid|refrain from|without|no\b|not be|"
    r"n[ãa]o|nunca|nicht|keine?|niet|geen|ne pas|не\b|evite|evitar)"
)
_PUTTING = (
    r"(?:put\w*|plac(?:e|ed|ing)|includ\w*|post\w*|shar\w*|past\w*|log(?:ged|ging)?\b|add\w*|attach\w*|disclos\w*|store[ds]?|transmit\w*|write|copy|upload\w*|"
    r"publish\w*|enter|provide|document\w*|contain\w*|discuss\w*|reveal\w*|exposing|expose|mention|commit|submit|"
    r"inclua|incluya|incluir|compartilh\w*|compart\w*|eingeben|teilen|deel|partage\w*|публик\w*|добавля\w*|размеща\w*|указыва\w*|cole|inclui\w*)"
)
_WARNING = re.compile(
    rf"\b{_FORBIDS}\b.{{0,60}}?\b{_PUTTING}\b.{{0,120}}?{_THING}"
    rf"|{_THING}.{{0,80}}?\b(?:must|may|should|can|need|to)\s*(?:not|never)\b.{{0,30}}?\b{_PUTTING}"
    rf"|{_THING}.{{0,60}}?\bmust never be\b",
)
_THING_SEEN = re.compile(_THING.replace(r"\b", "") + "|internal use|tlp:|externally|publicly|outside|any|this|these")
_REDACT = re.compile(
    rf"\b(?:redact|mask|sanitiz|sanitis|scrub|remove|strip|anonymi[sz]|redija|ocult|mascar)\w*\b.{{0,60}}?{_THING}",
)
_CONFIDENTIAL = re.compile(
    r"\b(?:confidential|internal use only|tlp:(?:red|amber))\b.{0,30}\bdo not (?:share|distribute|forward|disclose)"
    r"|\bdo not (?:share|distribute|disclose|forward)\s+(?:this|these|externally|publicly|outside|any\s+details)\b",
    re.IGNORECASE,
)
_DEED = re.compile(r"\b(?:i (?:have )?removed|was removed)\b", re.IGNORECASE)
_HINTS = frozenset(
    [
        "sens",
        "conf",
        "clas",
        "secr",
        "cred",
        "pass",
        "toke",
        "pers",
        "pii",
        "phi",
        "priv",
        "cust",
        "unre",
        "api",
        "apis",
        "prop",
        "expl",
        "vert",
        "gevo",
        "donn",
        "конф",
        "перс",
        "segr",
        "senh",
        "cont",
        "dado",
        "dato",
        "shar",
        "dist",
        "disc",
        "forw",
        "inte",
        "tlp",
        "sego",
    ]
)


_FORBID_HINTS = frozenset(
    [
        "not",
        "neve",
        "no",
        "avoi",
        "refr",
        "with",
        "cann",
        "can",
        "don",
        "must",
        "may",
        "shou",
        "não",
        "nao",
        "nunc",
        "nich",
        "kein",
        "keine",
        "niet",
        "geen",
        "pas",
        "не",
        "evit",
        "reda",
        "mask",
        "sani",
        "scru",
        "remo",
        "stri",
        "anon",
        "redi",
        "ocul",
        "conf",
        "tlp",
        "inte",
        "isn",
        "doesn",
        "shouldn",
    ]
)


def warns_of_sensitive(text: str) -> bool:
    """Whether a text forbids putting sensitive information where others can read it."""
    text = text[:4000]
    hints = hints_of(text)
    if _HINTS.isdisjoint(hints) or _FORBID_HINTS.isdisjoint(hints) or _DEED.search(text):
        return False
    lowered = folded(text)
    if _THING_SEEN.search(lowered) is None:
        return False
    return bool(_WARNING.search(lowered) or _REDACT.search(lowered) or _CONFIDENTIAL.search(text))


def places_of(text: str) -> tuple[Place, ...]:
    """The places a warning names; both where it names none."""
    places: list[Place] = []
    if re.search(r"\b(?:issue|ticket|github|report|incident|template|form)\b", text, re.I):
        places.append("issue")
    if re.search(r"\b(?:slack|chat|channel|thread|teams|discord)\b", text, re.I):
        places.append("slack")
    return tuple(places) or ("issue", "slack")
