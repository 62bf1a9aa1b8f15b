"""Wordings that look like a claim about this customer's visit and are none. Texts are in lower case."""

import re

from agent.spoken_days import WD

# A time that somebody else holds, a crew that is busy, a policy: none of it is a claim about this customer.
ELSEWHERE = re.compile(
    r"\b(?:that|this|the|those|\d|am|pm|slot|time|one|"
    + WD
    + r")(?: \w+){0,2}? (?:is|was|has|got|are|were)(?: (?!all)\w+)? (?:(?:already |just |now |"
    r"since )(?:been )?(?:booked|reserved|scheduled)|(?:booked|reserved)(?= (?:while|by|before|since))|(?:already |"
    r"just |been |now |since )*(?:taken|filled))\b(?! (?:for you|you|under your|in your|with|on|for|at|care))|"
    r"\b(?:fully|completely|double|over|totally|all|already|being)[- ]?booked(?= (?:up|solid|out|on|that|"
    r"monday|tuesday|wednesday|thursday|friday|this|next|for the|until|through|today|tomorrow|all)|[.,!]|"
    r"$)(?<!you're all booked)(?<!you are all booked)(?<!you're already booked)(?<!you are already booked)"
    r"(?<!already booked)|"
    r"\bbooked (?:up|solid|out)\b|\bwe(?:'re| are) (?:fully |all |already )?booked\b|\bbooked by (?:someone|"
    r"another)|"
    r"\b(?<!your )(?<!sus )(?:visits|appointments|bookings|cancellations|jobs|citas)\b.{0,20}\b(?:cancel+ed|booked|"
    r"rescheduled|moved|confirmed|made|scheduled|changed)\b|\b(?:any|every|each|all) (?:visit|appointment|"
    r"booking)s?\b|\banything (?:booked|scheduled|reserved)\b|"
    r"\bwe (?:only|usually|normally|always|generally|mostly) (?:come|visit|book|schedule|send|arrive)(?: out)?\b|"
    r"\b(?:someone|somebody|another (?:customer|caller)) (?:else )?(?:just |already )?(?:booked|took|"
    r"grabbed|reserved|has)\b|\bjust (?:taken|booked)\b(?! (?:you|your|it for|for you))|\b(?:reservad|ocupad|tomad|"
    r"agendad)[oa]s? por otr[oa]|\b(?:esa|ese|esta|este) (?:hora|horario|lugar|turno)(?: \w+){0,2} (?:reservad|"
    r"ocupad|tomad|agendad)[oa]\b(?! para usted)|\bpeople\b|\blicensed\b|\bsee you (?:go|leave)\b",
)
# It is the words that are on their way, nobody of ours.
WORDS_COME = re.compile(
    r"\b(?:confirmation|text|message|e-?mail|link|reminder|details)(?: \w+)?(?: is|'s| are) (?:\w+ )?"
    r"on (?:its|the|their) way\b|\b(?:call|callback|text|message|confirmation|reminder|e-?mail)(?: \w+)? (?:will|"
    r"should|is going to) "
    r"(?:be|come|arrive|reach|follow)\b"
)
REFUSED = re.compile(
    r"[^.!?,;]{0,25}?\b(?:not|no longer|isn't|wasn't|aren't|(?:already|just) (?:got |been )?(?:taken|"
    r"booked|reserved)|taken|gone|full|unavailable|closed|doesn't|won't|can't|couldn't|ocupad[oa]|ya no|no esta|"
    r"lleno)\b(?! (?:a problem|you|for|with|care))",
)
