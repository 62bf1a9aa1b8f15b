"""What the assistant is called and how it speaks, in the owner's words. Neither may pose it as a person: whoever writes
to it may always learn that it is software (contract 2.11)."""

import re

from tools.rules.company_lines import UnreadableAnswer

LONGEST_NAME = 20
LONGEST_MANNER = 300

_NAME = re.compile(r"[^\W\d_][^\W\d_ .'-]*(?:[ .'-]+[^\W\d_]+)*\.?")
_POSES = re.compile(
    r"\b(?:humans?|wom[ae]n|man|lady|guy|girl|boy|mom|dad|years? old|pretend\w*|pos(?:e|es|ing)|undercover"
    r"|one of (?:us|our|the))\b"
    r"|\b(?:you are|you're|be|as|like|say|claim\w*)\b[^.;]{0,30}"
    r"\b(?:persons?|somebody|someone|employee|dispatcher|technician)\b"
    r"|\b(?:not?|never|isn't|without|hid\w+|den(?:y|ies))\b[^.;]{0,40}"
    r"\b(?:ai|bots?|robots?|software|machines?|automat\w+|computers?|programs?|assistant)\b",
    re.IGNORECASE,
)


def name(text: str, people: tuple[str, ...]) -> str:
    """What the assistant calls itself, such as "Robin"; "" for nothing but the assistant.

    `people` are the names of those who work here: none of them may be borrowed. Raises UnreadableAnswer.
    """
    called = " ".join(text.split())
    if not called:
        return ""
    if len(called) > LONGEST_NAME or _NAME.fullmatch(called) is None:
        raise UnreadableAnswer(f"The assistant's name is at most {LONGEST_NAME} letters, like Robin.")
    words = set(called.casefold().split())
    if any(words & set(one.casefold().split()) for one in people):
        raise UnreadableAnswer("Somebody who works here is called that; customers would take the assistant for them.")
    return called


def manner(text: str) -> str:
    """How the assistant speaks, such as "Warm and brief, a little old-fashioned."; "" for the usual way.

    Raises UnreadableAnswer for a manner that would have it pose as a person, or that is too long.
    """
    told = " ".join(text.split())
    if len(told) > LONGEST_MANNER:
        raise UnreadableAnswer(f"The tone is one or two sentences, at most {LONGEST_MANNER} characters.")
    if _POSES.search(told):
        raise UnreadableAnswer(
            "The assistant never poses as a person. Write how it speaks, like: Warm and brief, never pushy."
        )
    return told
