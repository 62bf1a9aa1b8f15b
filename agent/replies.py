"""What the script says between the tools' own sentences."""

from collections.abc import Sequence
from datetime import datetime

from storage.tables import Org, Service
from tools.rules import prices, speech
from tools.wording import VisitWords, lower_first

IS_ASSISTANT = "I'm {business}'s automated assistant, and I can get you a person from the office any time."
IS_NAMED_ASSISTANT = (
    "I'm {assistant}, the automated assistant of {business}, and I can get you a person from the office any time."
)
HOW_CAN_I_HELP = "What can I help you with?"
HELLO = "Hi, this is {business}'s assistant. What's going on, and what's the address?"
NAMED_HELLO = "Hi, this is {assistant}, the assistant of {business}. What's going on, and what's the address?"
WHATS_GOING_ON = "Thanks! What do you need help with?"
SAY_MORE = "I'm not sure I follow. What do you need help with, and is there a day that suits you?"
MENU = "Reply with a number: 1 to get a visit, 2 to move a visit, 3 to call one off, 4 to reach a person."
WHICH_TIME = "Sorry, which day and time do you mean?"
WHICH_ONE = "Which of those times would you like?"
SUGGEST = "How about {when}? Does that work?"
SHALL_I = "Just to be sure: shall I book {when} for you?"
REPLY_YES = "Just reply yes, and I'll book {when} for you."
ANOTHER_TIME = "Is there another day or time that suits you?"
AND_ADDRESS = "And what's the address?"
SEE_TIMES = "Would you like to see open times?"
SORRY = "Sorry to hear that, let's get someone out to you."
SORRY_FOR_THAT = "I'm sorry about that."
TAKE_YOUR_TIME = "Of course, take your time. Just text me the day and time that suit you."
NO_PROBLEM = "No problem. Is there another day or time that suits you?"
GOODBYE = "No problem. Text us any time if you need us."
NO_VISIT = "I see no upcoming visit under your number. What do you need help with?"
MOVE_WHEN = "Sure, I can move your {visit}. Which day or time suits you better?"
NEW_TIME = "Which day or time suits you better?"
MOVE_OR_CANCEL = "No problem, I can move your {visit}, or cancel it. Which day or time would suit you better?"
SURE_TO_CANCEL = "Would you like me to cancel your {visit}?"
BACK_AGAIN = "Text us any time if you need us again."
FAR_AWAY = "{code} is outside the area we cover."
WRONG_NUMBER = "No problem, sorry for the mix-up. Have a good day!"
NOT_FOR_US = "This line is for {business}'s customers. If you need a visit, tell me what's going on."
EMERGENCY = (
    "Someone from the office has been alerted. If anyone is in danger, get everyone out and call 911 from outside."
)


def who_we_are(org: Org) -> str:
    """To somebody who asks whether this is a person."""
    words = IS_NAMED_ASSISTANT if org.assistant_name else IS_ASSISTANT
    return words.format(business=org.name, assistant=org.assistant_name)


def hello(org: Org) -> str:
    """To somebody who greets."""
    return (NAMED_HELLO if org.assistant_name else HELLO).format(business=org.name, assistant=org.assistant_name)


def visit(words: VisitWords) -> str:
    """A visit in a few words."""
    return f"{words.service} on {words.when}"


def which_visit(visits: Sequence[VisitWords]) -> str:
    """Ask which of several visits is meant."""
    return "Which visit do you mean? " + " ".join(f"{number}. {visit(one)}" for number, one in enumerate(visits, 1))


def price(service: Service) -> str:
    """What the visit costs, from the service's own row; what a repair costs is the technician's to say."""
    if service.fee_cents is None:
        return f"The {lower_first(service.name)} is {service.fee_note or 'priced by the office'}."
    note = f", {service.fee_note}" if service.fee_note else ""
    return f"A {service.name} is {prices.dollars(service.fee_cents)}{note}."


def shall_i(start: datetime, before: str | None) -> str:
    """Ask whether to book this one local start; asked already, say what to write instead of asking again."""
    asked = (before or "").startswith(SHALL_I[:15])
    return (REPLY_YES if asked else SHALL_I).format(when=speech.moment(start))


def noted(words: VisitWords | None) -> str:
    """Details are kept; the visit they belong to, if there is one."""
    return f"Thanks, I've noted that for your {visit(words)}." if words else "Thanks, I've noted that."


def welcome(words: VisitWords | None, *, thanked: bool = True) -> str:
    """A kind last word."""
    kind = "You're welcome!" if thanked else "Great!"
    return f"{kind} Your {visit(words)} is on the schedule." if words else f"{kind} Text us any time you need us."
