"""What does this message want? Weighted cues from its words, weighed against what the business had asked."""

import re
from dataclasses import dataclass

from agent.cues import CUES, WORDS
from agent.spelling import mended
from tools.rules import assent

_BARE_NOUNS = re.compile(r"[a-z]{3,}")
_GREETING_ONLY = re.compile(r"^\W*(?:hi|hello|hey|howdy|good (?:morning|afternoon|evening)|hola)(?: there| again)?\W*$")
_NEW_WISH = re.compile(r"\b(?:book|schedul\w+|reserv\w+|appointment|viewing|visit)\b")


@dataclass(frozen=True, slots=True)
class Facts:
    """What else was found in the message, and what kinds of answer the business was waiting for (agent.asked)."""

    asked: frozenset[str]
    named: bool
    addressed: bool
    timed: bool  # a day, an hour or a part of the day
    new_time: bool  # and no number of it stands in what the business had said
    chosen: bool  # a place in a list of options
    stop: bool  # tools.rules.consent says so


def intent(text: str, facts: Facts) -> str:
    """One of book, reschedule, cancel, availability, confirm, deny, give_name, give_address, give_issue, give_datetime,
    lookup, stop, human, other. Never raises; `text` as received."""
    scores = scored(text, facts)
    best = max(scores, key=lambda kind: scores[kind])
    return best if scores[best] >= 1.5 else "other"


def scored(text: str, facts: Facts) -> dict[str, float]:
    """The weight of every intent that has any; "other" always stands with at least 1."""
    plain = mended(assent.plain(text), WORDS)
    scores: dict[str, float] = {"other": 1.0}
    for kind, weight, pattern in CUES:
        if pattern.search(plain):
            scores[kind] = scores.get(kind, 0.0) + weight
    # Saying one wish in two ways does not make it twice as certain.
    scores = {
        kind: min(weight, 8.0) if kind in ("other", "human") else min(weight, 6.5) for kind, weight in scores.items()
    }
    _answer(scores, text, plain, facts)
    _told(scores, plain, facts)
    if facts.stop:
        scores["stop"] = 20.0
    return scores


def _add(scores: dict[str, float], kind: str, weight: float) -> None:
    scores[kind] = scores.get(kind, 0.0) + weight


def _answer(scores: dict[str, float], text: str, plain: str, facts: Facts) -> None:
    """Yes and no count by what was asked: much after a yes-or-no question, little after a statement."""
    read = assent.sentences(text)
    asks_only = all(s.asks for s in read)
    opens_yes = (
        bool(read)
        and read[0].agrees
        and not read[0].asks
        and not (read[0].doubts or read[0].refuses or read[0].negates)
    )
    takes_back = any(s.refuses and not s.asks for s in read[1:]) or any(s.doubts for s in read)
    if "yes_no" in facts.asked:
        if opens_yes and not takes_back:
            _add(scores, "confirm", 8.0)
        elif assent.agrees(text) and not takes_back:
            _add(scores, "confirm", 6.0)
        elif scores.get("deny", 0) > 0 or any(s.refuses for s in read):
            _add(scores, "deny", 4.0 if not asks_only or facts.timed or "actually" in plain else 1.5)
            if scores.get("reschedule", 0) > 0:
                scores["reschedule"] -= 3.0
        elif facts.timed and scores.get("availability", 0) < 4:
            _add(scores, "deny" if not asks_only or plain.startswith(("make", "change")) else "give_datetime", 3.5)
        elif scores.get("reschedule", 0) > 0:
            _add(scores, "deny", 5.5)
        if facts.new_time and scores.get("confirm", 0) > 0:
            scores["confirm"] -= 3.0
            _add(scores, "give_datetime", 4.0)
    elif assent.agrees(text) and (all(s.agrees for s in read) or (not facts.asked and opens_yes and not takes_back)):
        weight = {"more": 2.0, "done": 1.0, "said": 2.0, "none_free": 1.0}
        _add(scores, "confirm", max((weight.get(kind, 1.5) for kind in facts.asked), default=4.2 if opens_yes else 3.2))
    if facts.chosen:
        _add(scores, "give_datetime", 5.0)
    if "more" in facts.asked and scores.get("deny", 0) > 0:
        _add(scores, "deny", 5.0)
    if "none_free" in facts.asked or "when" in facts.asked:
        scores["deny"] = scores.get("deny", 0) - 1.5
    if scores.get("deny", 0) > 0 and not facts.asked and (facts.timed or facts.named) and scores.get("deny", 0) < 5:
        scores["deny"] -= 1.0


def _told(scores: dict[str, float], plain: str, facts: Facts) -> None:
    """Names, addresses, times and troubles: asked for they are answers, unasked they accompany some other wish."""
    asked = facts.asked
    wish = max((scores.get(kind, 0.0) for kind in ("book", "reschedule", "cancel", "lookup", "human")), default=0.0)
    if facts.named:
        _add(scores, "give_name", 7.0 if "name" in asked else 4.6 if wish < 2.5 else 1.0)
    if facts.addressed:
        _add(scores, "give_address", 7.0 if "address" in asked else 4.5 if wish < 3 else 1.0)
    if "issue" in asked and _BARE_NOUNS.search(plain) and not _GREETING_ONLY.match(plain):
        scores["book"] = min(scores.get("book", 0.0), 5.0)
        _add(scores, "give_issue", 5.5 if not plain.rstrip().endswith("?") or len(plain) > 60 else 2.0)
    elif "issue" not in asked and wish >= 2 and scores.get("give_issue", 0) > 0:
        scores["give_issue"] -= 2.0
    if "none_free" in asked:
        _add(scores, "availability", 5.0 if facts.timed else 2.0)
    if facts.timed:
        if "when" in asked:
            _add(scores, "give_datetime", 6.5)
        elif "none_free" not in asked:
            alone = wish < 2 and scores.get("availability", 0) < 2 and scores["other"] < 2.5
            _add(scores, "give_datetime", 3.5 if alone else 1.5)
    if "said" in asked and _NEW_WISH.search(plain):
        _add(scores, "book", 1.0)
