"""The words that make a length of time a timer: patterns over what stands left and right of it. They decide nothing."""

from __future__ import annotations

import re

OPEN = r"[\s*_`\"'(]*"
EVERY = re.compile(
    rf"\b(?:every|each|once\s+(?:every|per|in)|at least every|per|jede[nrs]?|alle|cada|a cada|elke|iedere|toutes les|"
    rf"chaque|кажд\w+|co)\s*(?:other\s)?{OPEN}(?:~|approx\w*\.?|about)?\s*$",
    re.IGNORECASE,
)
TIMES = re.compile(r"\b(once|twice|(\d{1,2})\s?(?:x|×|times))\s*(?:/|per|every|each|a)?\s*$", re.IGNORECASE)
WITHIN = re.compile(
    rf"(?:\b(?:within|no later than|not later than|no more than|in no more than|in under|in less than|inside(?: of)?|at most|"
    rf"maximum(?: of)?|max\.?(?: of)?|in the first|during the first|innerhalb von|innerhalb|binnen|dentro de|em até|"
    rf"en menos de|dans les|sous|в течение|не позднее)|(?<![a-z])T\+){OPEN}(?:the\s+)?(?:first\s+)?(?:an?\s+)?(?:~|about)?$",
    re.IGNORECASE,
)
NEXT_UPDATE = re.compile(r"\bnext\s+(?:status\s+)?update\s*(?:is\s+|due\s+)?(?::|in|within|at)?\s*$", re.IGNORECASE)
LESS = re.compile(rf"(?:<=?|≤|\bunder|\bless than|\bup to|\bby){OPEN}$", re.IGNORECASE)
MORE = re.compile(
    rf"(?:\b(?:more\s+th[ae]n|longer\s+th[ae]n|over|exceed(?:s|ing)?|at least|in excess of|beyond|past|greater than|"
    rf"for|länger als|mehr als|más de|mais de|plus de|langer dan|meer dan|более|дольше)|>=?|≥){OPEN}(?:about\s+)?$",
    re.IGNORECASE,
)
AFTER = re.compile(
    rf"\b(?:after|nach|después de|após|après|na|через|wait){OPEN}(?:about\s+|another\s+)?$", re.IGNORECASE
)
LASTS = re.compile(
    r"\b(?:last(?:s|ed|ing)?|tak(?:es?|en|ing)|runs?|running|continu\w+|persist\w*|ongoing|goes on|go on|going on|"
    r"unresolved|not (?:been )?(?:resolved|fixed|mitigated|acknowledged|contained)|open|unacknowledged|spend(?:s|ing)?|spent|"
    r"remain\w*|exceed\w*|down|outage|downtime|disruption|unavailable|elapsed|duration|stuck|dauert|dura|duurt|dure|длится|продолжается)\b"
    r"(?:\W+(?:\w+\W+){0,3})?(?:for\s+)?(?:(?:more|longer)\s+th[ae]n|over|beyond|past|in excess of|at least|>=?|≥)?"
    rf"{OPEN}(?:about\s+)?$",
    re.IGNORECASE,
)
IF = re.compile(
    r"\b(?:if|when|once|should|unless|until|where|wenn|falls|si|se|als|если|seek|escalate|page|prevent)\b", re.I
)
STAY = re.compile(
    r"\b(?:monitor\w*|observ\w+|watch\w*|stable|stay\w*|stick\w*|wait\w*|keep\w*|hold\w*|remain\w*|without|soak\w*|"
    r"verify|confirm\w*|no (?:new|further|recurr\w+|more))\b",
    re.IGNORECASE,
)
UPDATE = re.compile(
    r"\b(?:updat\w+|sit-?reps?|cadence|communicat\w+|status|report\w*|check-?ins?|notif\w+|brief\w*|post\w*|comms?|"
    r"intervals?|frequency|stand-?ups?|sync\w*|informe?\w*|обновл\w+|actualiz\w+|atualiz\w+|aktualis\w+)\b",
    re.IGNORECASE,
)
NOT_CADENCE = re.compile(r"\b(?:review|rotate|rotation|test|drill|retain|audit|exercise|backup|stand-?ups?)\w*\b", re.I)
ADVERB = re.compile(
    r"\b(?:(?P<times>once|twice|(?P<count>\d)\s?(?:x|×|times))[\s\-]*(?:a\s+|per\s+|/\s?|every\s+)?)?"
    r"(?P<word>half-?hourly|hourly|bi-?hourly|daily|day|weekly|hour)\b",
    re.IGNORECASE,
)
ADVERB_SECONDS = {
    "halfhourly": 1800,
    "hourly": 3600,
    "hour": 3600,
    "bihourly": 7200,
    "daily": 86400,
    "day": 86400,
    "weekly": 604800,
}
EACH = re.compile(
    r"\b(?:(?P<within>(?:within|in|during)\s+the(?:\s+(?:first|next))?|\(first)|every|each|once\s+per|per|jede|cada|elke|каждый|chaque)\s+"
    r"(?P<other>other\s+)?(?P<unit>hour|day|stunde|hora|uur|час|heure)\b(?!\s*(?:s\b|/))",
    re.IGNORECASE,
)
UNIT_SECONDS = {"day": 86400} | dict.fromkeys(("hour", "stunde", "hora", "uur", "час", "heure"), 3600)
NARRATIVE = re.compile(
    r"\b(?:can(?: be| also)?|could|may|might|typically|usually|often|expires?|retain\w*|retention|keep logs|older|"
    r"last|past|previous|ago|in the last|over the last|recent\w*|was|were|trends?|since|every time|each time)\b\s*(?:\w+\s+){0,3}$",
    re.IGNORECASE,
)
PROMISE_WORD = re.compile(
    r"\b(?:response|respond|acknowledg\w*|ack\b|resol\w+|assign\w*|escalat\w*|update\w*|notif\w*|target|sla|slo|rto|"
    r"post-?mortem|communicat\w*|triage|contain\w*|mitigat\w*|investigat\w*|begins?|starts?|deploy\w*|patch\w*|fix\w*|report\w*|time|deadline|review|engage\w*|initial|first|page\w*)\b",
    re.IGNORECASE,
)
WITHOUT = re.compile(
    r"\b(?:no|not|still|without|isn't|hasn't|un(?:resolved|acknowledged|acked|answered|mitigated|fixed))\b"
    r"[^.;:]{0,30}?\s(?:in|for|after|within)(?:\s+the)?(?:\s+(?:last|past|next|first))?[\s*_`]*$",
    re.IGNORECASE,
)
STILL_OPEN = re.compile(
    r"[\s*_`(]*(?:of\s+)?(?:unresolved|unacknowledged|unanswered|unmitigated|without|with no|no\s)", re.IGNORECASE
)
ESCALATES_LEFT = re.compile(
    r"\b(?:auto-?(?:matic(?:ally)?\s)?)?escalat(?:e|es|ion)\s*(?:after|in|at|:)?\s*$", re.IGNORECASE
)
ENDS = re.compile(r"[\s*_`)]*(?:$|[,.;|])")
WHEN_HEADING = re.compile(
    r"\b(?:when to|escalat\w+ (?:triggers?|criteria|rules?)|escalate (?:when|if))\b", re.IGNORECASE
)
NOTICE_RIGHT = re.compile(
    r"[\s\-]+(?:[\w\-]+\s+){0,2}?(?:notification|reporting|disclosure)\s+(?:window|deadline|clock|period)\b",
    re.IGNORECASE,
)
IF_MORE = re.compile(
    r"\b(?:if|when|after|once)\s+(?:it\s+\w+\s+)?(?:>|≥|more than|over|longer than|exceeding|lasts)\s*$", re.IGNORECASE
)
AVERAGE = re.compile(r"\s*\(?(?:on average|average|avg|mean|median)\b", re.IGNORECASE)
SLA_RIGHT = re.compile(r"[\s\-]*(?:response\s+)?(?:sla|response(?:\s+time)?|acknowledg\w+)\s*[)\]]", re.IGNORECASE)
CADENCE_HEADING = re.compile(r"\b(?:updates?|cadence|frequency|communicat\w+)\b", re.IGNORECASE)
BARE_LABEL = re.compile(
    r"[\W_]*[\w /+-]{1,24}(?:\([^)]*\))?[\s*_`]*(?::|—|–|→|->|-|=)[\s*_`]*(?:<=?|≤|within|max\.?|under)?[\s*_`]*", re.I
)
NOTICE_HEADING = re.compile(r"\b(?:notif\w+|report\w*|disclos\w+)\b", re.IGNORECASE)
FOR_RIGHT = re.compile(r"[\s*_`]*(?:$|[.,;(]|(?:for|of|from|after|to)\b)", re.IGNORECASE)
LEVEL_START = re.compile(
    r"[\W_]*(?:(?:SEV(?:ERITY)?|P|S|Level|Tier|L)[\s-]?\d|critical|high|medium|low|major|minor|urgent|moderate)\b", re.I
)
ABOUT_TIME = re.compile(
    r"\b(?:respon\w+|sla|slo|times?|targets?|acknowledg\w*|updates?|cadence|frequency|interval|escalat\w*|communicat\w*|deadlines?|resol\w+)\b",
    re.IGNORECASE,
)
LABEL = re.compile(
    r"\b(?P<what>(?:(?:initial|first|target|max(?:imum)?|expected|mean)\s+)?(?:response|acknowledg\w*|ack|resolution|"
    r"escalation|update|communication|notification|status(?: update)?|containment|mitigation|triage|assignment|post-?mortem|"
    r"report\w*|respond|resolve|reply|time to \w+|sla|rto|deadline|tempo de resposta|reaktionszeit|время реакции|"
    r"comunicaci[oó]n|comunica[çc][ãa]o|respuesta|resposta|tiempo de \w+|eta comunicaci[oó]n)"
    r"\s*(?:time|sla|target|window|frequency|cadence|interval|within|deadline|required|due|in)?)"
    rf"[\s*_`]*(?:[:=]|→|-|–|—|\()?[\s*_`]*(?:required\s+)?(?:immediate\w*\s*\()?(?:<=?|≤|~|under|within|max\.?)?{OPEN}$",
    re.IGNORECASE,
)
CLOCK_RIGHT = re.compile(
    r"[\s\-]*(?:\(?[A-Z]{2,6}\)?\s+)?(?:[\w\-]+\s+){0,2}?(?:timer|clock|deadline|countdown|window|sla|limit)\b", re.I
)
START_LEFT = re.compile(
    r"\b(?:start|begin|set|open|trigger|mind|observe|meet|respect|track|note)\w*\s+(?:the\s+|an?\s+)?$", re.I
)
ARROW_LEFT = re.compile(r"(?:→|->|=>|⇒|\||—|–|:)[\s*_`]*(?:<=?|≤|~|within|in)?\s*[*_`]*$")
RESOLVED = re.compile(
    r"\b(?:of|after|from|following|post|since)\s+(?:the\s+)?(?:incident(?:'s)?\s+)?(?:being\s+)?"
    r"(?:is\s+|has been\s+|service\s+)?(?:resol\w+|clos\w+|recover\w+|restor\w+|mitigat\w+|containment|end\b|conclusion)"
    r"|\bpost[\s-]?(?:resolution|incident|recovery)\b|\b(?:after|once|when)\s+(?:the\s+)?incident\s+(?:is|has been)\s+"
    r"(?:resolved|closed|over)",
    re.IGNORECASE,
)
STARTED = re.compile(
    r"\b(?:of|after|from|since|upon|following)\s+(?:the\s+)?(?:(?:incident|breach|suspected|initial|personal data|first|its?|your|being)\s+){0,3}"
    r"(?:start\w*|detect\w*|declar\w*|discover\w*|identif\w*|report\w*|aware\w*|becoming aware|suspect\w*|incident|"
    r"notification|begin\w*|onset|confirm\w*|knowledge|occurrence)\b",
    re.IGNORECASE,
)
AFTERWARDS = re.compile(
    r"\b(?:post-?mortems?|retro\w*|post-?incident|lessons|debrief\w*|follow-?ups?|rca\b|root cause analysis|"
    r"after-?action|action items?|corrective|final report|incident review|review meeting|wrap-?up|blameless)\b",
    re.IGNORECASE,
)
BARE_HEADING = re.compile(
    r"(?:^|[(\[—–:]|\b(?:first|initial|next))[\s*_`]*(?:<=?|≤|~|within|first|t\+?)?\s*$", re.IGNORECASE
)
BARE_HEADING_RIGHT = re.compile(r"\s*(?:$|[)\]:—–-]|of\b|after\b|from\b|post\b|response|window|\+)", re.IGNORECASE)
BARE_STEP = re.compile(r"[(\[][\s*_`]*(?:<=?|≤|~|first|within|max\.?|in the first)?\s*$", re.IGNORECASE)
SENTENCE = re.compile(r"[.!?](?=\s+[A-Z(*\"“])|\n")
TIE_AFTER = re.compile(
    r"[\s*_`]*[(\[]?[\s*_`]*(?:for|of|at|on|in case of|if|bei|для|:|->|→)?[\s(*_`]*(?:all|any|every|an?)?\s*[*_`]*$",
    re.IGNORECASE,
)
