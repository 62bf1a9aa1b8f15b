"""The same turn without a model: what was heard decides, and the same tools act.

Everything happens in one transaction. What the customer is being asked is kept in the conversation's memory, so a
restart forgets nothing. A customer who is not understood gets a menu, then a person.
"""

import re

from agent import existing, offering, replies, spanish
from agent.exchange import Turn
from agent.signals import (
    GOODBYE,
    LINK,
    SALES,
    THINKING,
    TO_A_VISIT,
    TROUBLE,
    UPSET,
    WRONG_NUMBER,
)
from storage.context import Context
from tools import chat, latest, services, setup

MENU = {1: "book", 2: "reschedule", 3: "cancel", 4: "human"}
LOST_AFTER = 2  # messages not understood in a row before the menu, and one more before a person


def answer(ctx: Context, turn_key: str) -> str:
    """The reply to the conversation's latest messages."""
    turn = Turn(ctx, turn_key)
    if turn.thread.urgency == "emergency":
        return spanish.said(replies.EMERGENCY) if chat.customer_of(ctx).language == "es" else replies.EMERGENCY
    _keep_details(turn)
    parts = []
    if turn.heard.asks_if_human:
        parts.append(replies.who_we_are(ctx.org))
    if turn.heard.price_question:
        parts.append(replies.price(offering.service_meant(turn)))
    parts.append(_act(turn, answered=bool(parts)))
    told = " ".join(part for part in parts if part)
    if chat.customer_of(ctx).language == "es":
        told, english = spanish.said(told), told
        turn.memory["meant"] = {"english": english, "said": told}
    turn.thread.memory = turn.memory
    return told


def _act(turn: Turn, *, answered: bool) -> str:
    """Do what was asked for, or go on with what was begun."""
    heard, memory = turn.heard, turn.memory
    intent = heard.intent
    if memory.get("awaiting") == "menu" and re.fullmatch(r"\W*[1-4]\W*", turn.text):
        intent = MENU[int(re.sub(r"\D", "", turn.text))]
    if intent == "human":
        return turn.hand_off("asked_for_person")
    if UPSET.search(turn.text):
        return f"{replies.SORRY_FOR_THAT} {turn.hand_off('complaint', 'urgent')}"
    if LINK.search(turn.text):
        return _link(turn)
    if existing.cannot_come(turn):
        return existing.move_or_cancel(turn)
    if intent == "cancel" or (memory.get("doing") == "cancel" and memory.get("awaiting") == "visit"):
        return existing.cancel(turn)
    if memory.get("awaiting") == "cancel" and intent == "confirm":
        return existing.cancel(turn)
    chosen = offering.with_number(turn) or offering.accepted(turn)
    if chosen is not None:
        return chosen
    if intent == "reschedule" or memory.get("doing") == "move" or existing.means_another_time(turn):
        return _farewell(turn) or existing.move(turn)
    if intent == "lookup":
        return turn.tool("find_my_bookings").say
    if not heard.when.sure:
        return replies.WHICH_TIME
    return _aside(turn, answered=answered) or _go_on(turn, intent, answered=answered)


def _link(turn: Turn) -> str:
    """Text the page they ask for: of the visit they have, when they speak of one, else where they book."""
    visits = chat.visits_of(turn.ctx) if TO_A_VISIT.search(turn.text) else []
    return turn.tool("send_link", booking_selector=visits[0].id[:8] if visits else None).say


def _aside(turn: Turn, *, answered: bool) -> str | None:
    """What needs a word and no times: doubts, a no, a wrong number, somebody selling something, a mere price."""
    heard = turn.heard
    if WRONG_NUMBER.search(turn.text):
        turn.thread.unbooked_reason = "wrong_number"
        return replies.WRONG_NUMBER
    if SALES.search(turn.text):
        turn.thread.unbooked_reason = "spam"
        return replies.NOT_FOR_US.format(business=turn.ctx.org.name)
    if existing.speaks_of_a_visit(turn) and not heard.issue and turn.memory.get("awaiting") != "slot":
        return _acknowledge(turn)
    if turn.said_when or (heard.issue and not heard.price_question):
        return None
    if THINKING.search(turn.text):
        turn.thread.unbooked_reason = "thinking"
        return replies.TAKE_YOUR_TIME
    if heard.intent == "deny":
        turn.forget_wish()
        turn.ask(None, turn.memory.get("doing"))
        return replies.GOODBYE if heard.thanks or GOODBYE.search(turn.text) else replies.NO_PROBLEM
    if answered and heard.price_question and (heard.issue is None or heard.issue.endswith("?")):
        if latest.said_offers(turn.ctx):
            return replies.WHICH_ONE
        if not chat.visits_of(turn.ctx):
            turn.ask("times", "book")
            return replies.SEE_TIMES
        return ""
    return None


def _go_on(turn: Turn, intent: str, *, answered: bool) -> str:
    """Times for whoever wants a visit; thanks for what was told; and when nothing fits, help."""
    heard, memory = turn.heard, turn.memory
    told = heard.address or heard.name or heard.postal_code
    visits = chat.visits_of(turn.ctx)
    if memory.get("awaiting") in ("address", "name") and told and not turn.said_when:
        return _noted(turn)
    if memory.get("awaiting") in ("times", "slot") and intent == "confirm" and not heard.thanks:
        return offering.offer(turn)  # a yes to times named too long ago is answered with today's
    if memory.get("lost") and intent == "give_issue" and not (turn.said_when or told or _known_trouble(turn)):
        return _lost(turn)
    if intent in ("book", "availability", "give_issue", "give_datetime") or heard.issue is not None:
        return offering.offer(turn)
    if turn.said_when and not (visits and heard.thanks):
        return offering.offer(turn)
    if told:
        if visits:
            return _noted(turn)
        return offering.offer(turn) if turn.issue or memory.get("awaiting") == "issue" else _what_for(turn)
    if intent == "confirm" or heard.thanks or GOODBYE.search(turn.text):
        return _acknowledge(turn)
    if answered:
        return "" if turn.issue or visits else replies.HOW_CAN_I_HELP
    if heard.greeting and not memory.get("lost"):
        turn.ask("issue", "book")
        return replies.hello(turn.ctx.org)
    return _lost(turn)


def _known_trouble(turn: Turn) -> bool:
    return bool(TROUBLE.search(turn.text)) or services.match_label(turn.ctx, turn.text) is not None


def _keep_details(turn: Turn) -> None:
    """Keep what they said about themselves and the job, before anything else can fail."""
    heard = turn.heard
    only_a_price = heard.price_question and (heard.issue or "").endswith("?")
    told = {
        "customer_name": heard.name,
        "address": heard.address,
        "postal_code": heard.postal_code,
        "email": heard.email,
        "issue": None if only_a_price else heard.issue,
    }
    if any(told.values()):
        turn.tool("update_lead", **told, service=None)


def _what_for(turn: Turn) -> str:
    turn.ask("issue", "book")
    return replies.WHATS_GOING_ON


def _noted(turn: Turn) -> str:
    visits = chat.visits_of(turn.ctx)
    code = turn.heard.postal_code
    if code is not None and not setup.setup_of(turn.ctx).rides.covers(code):
        turn.thread.unbooked_reason = "out_of_area"
        return f"{replies.FAR_AWAY.format(code=code)} {turn.hand_off('out_of_scope')}"
    if not visits and turn.issue:
        return offering.offer(turn)
    turn.ask(None)
    return replies.noted(chat.words(turn.ctx, visits[0]) if visits else None)


def _farewell(turn: Turn) -> str | None:
    """A thank-you or goodbye that names no time ends a move that was begun, and changes nothing."""
    if turn.said_when or turn.heard.intent in ("reschedule", "availability", "give_datetime"):
        return None
    if turn.heard.thanks or GOODBYE.search(turn.text):
        turn.ask(None)
        return _acknowledge(turn)
    return None


def _acknowledge(turn: Turn) -> str:
    visits = chat.visits_of(turn.ctx)
    return replies.welcome(chat.words(turn.ctx, visits[0]) if visits else None, thanked=turn.heard.thanks)


def _lost(turn: Turn) -> str:
    """Ask again, then offer the menu, then bring in a person; while times are on offer, ask about those first."""
    if turn.memory.get("booked") and "?" not in turn.text:
        return _acknowledge(turn)
    offered = latest.said_offers(turn.ctx)
    if offered and turn.memory.get("awaiting") == "slot" and not turn.memory.get("lost"):
        turn.ask("slot", turn.memory.get("doing"), lost=1, visit=turn.memory.get("visit"))
        return replies.shall_i(offered[0], turn.before) if len(offered) == 1 else replies.WHICH_ONE
    lost = int(turn.memory.get("lost", 0)) + 1
    if lost > LOST_AFTER:
        return turn.hand_off("stuck")
    turn.ask("menu" if lost == LOST_AFTER else "issue", "book", lost=lost)
    return replies.MENU if lost == LOST_AFTER else replies.SAY_MORE
