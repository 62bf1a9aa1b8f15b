"""What the script says between the tools' own sentences."""

from collections.abc import Sequence

from storage.tables import Service
from tools.rules import prices
from tools.wording import VisitWords

IS_ASSISTANT = "I'm {business}'s automated assistant, and I can get you a person from the office any time."
HELLO = "Hi, this is {business}'s assistant. What's going on, and what's the address?"
SAY_MORE = "I'm not sure I follow. What do you need help with, and is there a day that suits you?"
MENU = "Reply with a number: 1 to get a visit, 2 to move a visit, 3 to call one off, 4 to reach a person."
WHICH_TIME = "Sorry, which day and time do you mean?"
WHICH_ONE = "Which of those times would you like?"
ANOTHER_TIME = "Is there another day or time that suits you?"
AND_ADDRESS = "And what's the address?"
SORRY = "Sorry to hear that, let's get someone out to you."
NO_PROBLEM = "No problem. Is there another day or time that suits you?"
NO_VISIT = "I see no upcoming visit under your number. What do you need help with?"
MOVE_WHEN = "Sure, I can move your {visit}. Which day or time suits you better?"
BACK_AGAIN = "Text us any time if you need us again."


def visit(words: VisitWords) -> str:
    """A visit in a few words."""
    return f"{words.service} on {words.when}"


def which_visit(visits: Sequence[VisitWords]) -> str:
    """Ask which of several visits is meant."""
    return "Which visit do you mean? " + " ".join(f"{number}. {visit(one)}" for number, one in enumerate(visits, 1))


def price(service: Service) -> str:
    """What the visit costs, from the service's own row; what a repair costs is the technician's to say."""
    if service.fee_cents is None:
        return f"The price of a {service.name} is {service.fee_note or 'quoted before any work starts'}."
    note = f", {service.fee_note}" if service.fee_note else ""
    return (
        f"The fee for a {service.name} is {prices.dollars(service.fee_cents)}{note}. The technician quotes any repair."
    )


def noted(words: VisitWords | None) -> str:
    """Details are kept; the visit they belong to, if there is one."""
    return f"Thanks, I've noted that for your {visit(words)}." if words else "Thanks, I've noted that."


def welcome(words: VisitWords | None) -> str:
    """A kind last word."""
    return f"You're welcome! Your {visit(words)} is on the schedule." if words else "You're welcome!"
