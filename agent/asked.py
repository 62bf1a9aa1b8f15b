"""What did the business ask last? Read from its own words, so that a short answer can be understood."""

import re

_PARTS = (
    ("name", r"\bname\b(?! of)|\bwho (?:am i|is this|should i|do i have|'?s calling)|\bfirst_name|\blast_name"),
    (
        "address",
        r"\baddress\b|\bwhere (?:are|is|to|do|does|did|will|would|should|shall|can|in|exactly)\b"
        r"|\bwhere'?s\b|\bdestination\b|\bzip\b|\bstreet\b"
        r"|\b(?:pick ?up|drop ?off|your|job|service) location\b|\bwhat (?:city|area)\b|\bwhich place\b|\bto which\b",
    ),
    (
        "issue",
        r"\bsymptoms?\b|\bdescribe\b|\bgoing on\b|\b(?:problem|issue|trouble|matter|wrong)\b"
        r"|\byour request\b|\bwhat (?:do you need|can we fix|needs)\b"
        r"|\bwhat'?s (?:up|happening)\b|\btell me (?:more )?about\b|\breason for\b|\bwhat (?:kind of"
        r"|sort of|type of)? ?(?:work|service|job|repair)\b",
    ),
    (
        "when",
        r"\b(?:what|which) (?:other )?(?:day|date|time|hour)s?\b|\bwhen\b|\bpreferred (?:day|date|time)\b"
        r"|\b(?:day|date|time)s? (?:and time )?(?:works?|suits?|would|do you|did you|you)\b"
        r"|\bdate and time\b|asked for: .*(?:date|time)|\bhow soon\b",
    ),
    ("which_visit", r"\bwhich (?:one|visit|appointment|booking|of (?:them|these))\b|\bwhich would you\b"),
    (
        "more",
        r"\b(?:anything|something|any ?thing) (?:else|more)\b|\b(?:further|other|more"
        r"|else).{0,12}\b(?:assist|help|do for you|need)",
    ),
)
_OPEN = re.compile(
    r"\bhow (?:can|may|could|should) (?:i|we) (?:help|assist|be of)|\bwhat (?:can|may|could"
    r"|should) (?:i|we)\b|^\W*(?:\w+\W+){0,3}(?:what|which|who|where|when|why|how (?!about))\b"
)
_ASKS = tuple((kind, re.compile(pattern)) for kind, pattern in _PARTS)
_YES_NO = re.compile(
    r"(?:^|[\s,.])(?:is|are|do|does|did|would|will|shall|should|can|could|may|want|have|has|was"
    r"|ready)(?:n'?t)? (?:you|i|we|it|that|this|there|the|your|to|me|he|she|they|my|an?|any|\w+ (?:\d"
    r"|sound|work|good|okay|ok))\b"
    r"|\b(?:right|correct|ok|okay|yes|good|sound good|work|confirm)\s?\?|\bhow about\b"
    r"|\bplease confirm\b|\bconfirm(?:ation)?\b.{0,12}(?:following|details|that|you)"
    r"|\blet me know if\b|\breply yes\b|\bto confirm\b"
)
_CONFIRMS = re.compile(
    r"^(?:\w+[,:.]? ){0,4}(?:please )?confirm\b|\b(?:please|kindly|to|need to|need you to|your"
    r"|want to) confirm|\breply yes\b|\blet me know if\b|\b(?:so|okay|ok|alright)?,? ?you(?:'d"
    r"| would)? (?:want|like|need) (?:to|an?|the)\b|\bis (?:this|that|it) (?:correct|right|ok|okay)\b"
    r"|\blet'?s con?firm\b|\bhow about\b|\bi have you (?:scheduled|down|booked)\b(?=.*\?)"
    r"|\bdetails are correct\b"
)
_NONE_FREE = re.compile(
    r"\bunfortunately\b|\bnot available\b|\bunavailable\b|\bno (?:\w+ ){0,2}(?:appointment|viewing"
    r"|opening|availability|slots?|times?)s?\b|\b(?:fully booked|booked up|booked solid)\b"
    r"|\b(?:isn't|not|aren't|wasn't|unable|couldn't|can't) (?:able to )?(?:available|free|open|make"
    r"|to make|do|book)\b|\bconflict|\b(?:is|been|already|just) taken\b|\bdifferent (?:day|time)\b"
    r"|\banother (?:day|time)\b"
)
_OFFERS_ANYWAY = re.compile(r"\bhow about\b|\b(?:does|do|is|would) (?:\w+ ){1,6}(?:work|sound good|ok(?:ay)?|suit)")
_IN_PAST = re.compile(
    r"\b(?:is|are|been|has been|'s|now|successfully|i(?:'ve)?|have) (?:\w+ ){0,3}(?:booked|scheduled"
    r"|reserved|confirmed|cancell?ed|moved|done)\b|\bgood ?bye\b|\bbye\b|\bsee you\b"
)
_SENTENCE = re.compile(r"[^.!?\n]+[.!?\n]*")


def asked(context: str | None, awaiting: str | None = None) -> frozenset[str]:
    """The kinds of answer the last business message waits for.

    Any of "name", "address", "issue", "when" (open question for a day or time), "which_visit", "more" (anything else?),
    "yes_no", "none_free" (told that a time is not to be had), "done" (a closing or a finished act), "said" (a
    statement). `awaiting` is
    what our own script asked for and comes on top. Empty when there is no context.
    """
    own = {"name": "name", "address": "address", "slot": "yes_no", "visit": "which_visit", "issue": "issue"}
    kinds = {own[awaiting]} if awaiting in own else set()
    text = " ".join((context or "")[-600:].lower().replace("\u2019", "'").split())
    if not text:
        return frozenset(kinds)
    parts = _SENTENCE.findall(re.sub(r"\b(dr|mr|mrs|ms|st)\.", r"\1", text))
    questions = [part for part in parts if "?" in part]
    last = questions[-1] if questions else text
    for kind, pattern in _ASKS:
        if (
            pattern.search(last)
            and (questions or kind in ("name", "address", "issue", "when"))
            and _wants(last, questions)
        ):
            kinds.add(kind)
    if _NONE_FREE.search(text) and not _OFFERS_ANYWAY.search(last):
        kinds -= {"when"}
        kinds.add("none_free")
    elif (
        questions
        and not kinds & {"name", "address", "issue", "when", "which_visit", "more"}
        and any(_YES_NO.search(part) and not _OPEN.search(part) for part in questions[-2:])
    ) or (_CONFIRMS.search(text) and not (questions and _OPEN.search(last))):
        kinds -= {"when", "address", "issue"}
        kinds.add("yes_no")
    if not kinds:
        kinds.add("done" if _IN_PAST.search(text) else "said")
    return frozenset(kinds)


def _wants(last: str, questions: list[str]) -> bool:
    """A statement asks for something only when it is put as a request ("let me know what date")."""
    return bool(questions) or bool(
        re.search(
            r"\b(?:let (?:me|us) know|tell (?:me|us)|please (?:give|provide|share|send|enter|let|state)"
            r"|asked for|i(?:'ll)? need|what|need your)\b",
            last,
        )
    )
