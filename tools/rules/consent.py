"""May we text this person: STOP, START and HELP, read before any model sees the message (contract 2.8).

Carriers block the sender on a one-word keyword themselves; 47 CFR 64.1200(a)(10) makes any reasonable wording count, so
plain sentences are read too. What somebody wants done with a visit ("please cancel my appointment") is no opt-out.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from tools.rules import opt_out_phrases


@dataclass(frozen=True, slots=True)
class Consent:
    """What a message says about being texted. `exact`: it is nothing but a keyword, so the carrier has acted on it and
    answered already; `word` is that keyword in capitals ("CANCEL", "OPT OUT"), None for a sentence."""

    kind: Literal["stop", "start", "help"] | None
    exact: bool
    word: str | None


STOP_WORDS = frozenset(
    {"stop", "stopall", "stop all", "unsubscribe", "cancel", "end", "quit", "revoke", "optout", "opt out"}
    | {"alto", "parar"}
)
START_WORDS = frozenset({"start", "unstop"})
HELP_WORDS = frozenset({"help", "info"})

# Around these, politeness changes nothing. CANCEL and END are left out: "cancel please" is about a visit.
_INSISTENT = frozenset({"stop", "stopall", "unsubscribe", "unsub", "optout", "quit", "revoke", "alto"})
_POLITE = frozenset(
    "please pls plz now just ok okay thanks thank you thx immediately already all everything it this that these those "
    "the hey hi hello sir guys no yes and i said asap por favor ya txt text sms messages message gracias dammit damn "
    "fucking sorry again seriously right away".split()
)
_WANTS_PERSON = re.compile(r"\b(?:talk|speak|human|someone|agent|representative|real person)\b")


def read(text: str, *, opted_out: bool) -> Consent:
    """What `text`, a whole message, says about consent. `opted_out` is the sender's present state: YES is an opt-in
    only for somebody who had opted out, otherwise it answers a question."""
    clauses = _clauses(text)
    whole = " ".join(clauses)
    word = whole.upper()
    if whole in STOP_WORDS:
        return Consent("stop", True, word)
    if whole in START_WORDS or (whole == "yes" and opted_out):
        return Consent("start", True, word)
    if whole in HELP_WORDS:
        return Consent("help", True, word)
    if _told_to_stop(clauses):
        return Consent("stop", False, None)
    return Consent(None, False, None)


def _told_to_stop(clauses: list[str]) -> bool:
    if any(map(_is_polite_stop, clauses)) and not _WANTS_PERSON.search(" ".join(clauses)):
        return True
    return opt_out_phrases.found_in(" , ".join(clauses))


def _is_polite_stop(clause: str) -> bool:
    words = set(clause.replace("opt out", "optout").split())
    return bool(words & _INSISTENT) and words <= _INSISTENT | _POLITE


def _clauses(text: str) -> list[str]:
    """Lower case, no accents, no apostrophes, emoji or punctuation; split where a sentence or line ends."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    letters = re.sub(r"['\u2019\u2018`\u00b4\u0300-\u036f]", "", letters)
    found = (" ".join(re.findall(r"[a-z0-9]+", part)) for part in re.split(r"[.!?;,\n]+", letters))
    return [clause for clause in found if clause]
