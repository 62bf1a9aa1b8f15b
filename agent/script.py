"""The same turn without a model: what was heard decides, and the same tools act.

Everything happens in one transaction. What the customer is being asked is kept in the conversation's memory, so a
restart forgets nothing. A customer who is not understood gets a menu, then a person.
"""

import re
from datetime import datetime
from typing import Any

from agent import replies
from agent.hearing import Heard, hear
from storage.context import Context
from storage.idempotency import call_key
from storage.tables import Booking, Conversation, Lead, Service
from tools import chat, leads, services, slots, toolbox
from tools import selector as chooser
from tools.problems import Problem
from tools.recorded import recorded
from tools.rules import acceptance, slot_tag
from tools.rules.when import When
from tools.tool import Said

MENU = {1: "book", 2: "reschedule", 3: "cancel", 4: "human"}
INSTEAD = re.compile(
    r"\b(instead|resched\w*|move (?:it|my|the)|change (?:it|my|the)|(?:different|another|other) (?:day|time)|"
    r"push (?:it|my)|can'?t make (?:it|that)|doesn'?t work any\s?more|switch)\b",
    re.IGNORECASE,
)
LOST_AFTER = 2  # messages not understood in a row before the menu, and one more before a person


class Turn:
    """One turn of the script: what is known, what was heard, and the tools with this turn's key."""

    def __init__(self, ctx: Context, turn_key: str) -> None:
        self.ctx = ctx
        self.key = turn_key
        self.thread: Conversation = chat.thread_of(ctx)
        self.memory: dict[str, Any] = dict(self.thread.memory)
        self.text, self.before = chat.last_words(ctx)
        self.heard: Heard = hear(self.text, ctx.local_now, context=self.before, awaiting=self.memory.get("awaiting"))
        self.needs_human: str | None = None

    def tool(self, name: str, **arguments: Any) -> Said:
        """Call a tool as the model would, once per turn and arguments."""
        return toolbox.call(self.ctx, name, arguments, key=call_key(self.key, name, arguments), turn_id=self.key)

    def ask(self, awaiting: str | None, doing: str | None = None, **more: Any) -> None:
        """Remember what the next message answers, and what for."""
        kept = {name: self.memory[name] for name in ("service",) if name in self.memory}
        self.memory = {**kept, "awaiting": awaiting, "doing": doing, **more}

    def find_times(self, service: Service, wish: When) -> Said:
        """Open times for a wish read from the customer's own words."""
        said, _ = recorded(
            self.ctx,
            "list_open_slots",
            {"service": service.slug},
            lambda: chat.find_times(self.ctx, service, wish, self.heard.postal_code),
            lambda problem: chat.refused(self.ctx, "list_open_slots", problem),
            turn_id=self.key,
        )
        return said


def answer(ctx: Context, turn_key: str) -> tuple[str, str | None]:
    """The reply to the conversation's latest messages, and why a person is needed, if one is."""
    turn = Turn(ctx, turn_key)
    _keep_details(turn)
    parts = []
    if turn.heard.asks_if_human:
        parts.append(replies.IS_ASSISTANT.format(business=ctx.org.name))
    if turn.heard.price_question:
        parts.append(replies.price(_service(turn)))
    parts.append(_act(turn, answered=bool(parts)))
    turn.thread.memory = turn.memory
    return " ".join(part for part in parts if part), turn.needs_human


def _act(turn: Turn, *, answered: bool) -> str:
    """Do what was asked for, or go on with what was begun."""
    heard, memory = turn.heard, turn.memory
    intent = heard.intent
    if memory.get("awaiting") == "menu" and re.fullmatch(r"\W*[1-4]\W*", turn.text):
        intent = MENU[int(re.sub(r"\D", "", turn.text))]
    if intent == "human":
        return _hand_off(turn, "asked_for_person")
    if intent == "cancel" or (memory.get("doing") == "cancel" and memory.get("awaiting") == "visit"):
        return _cancel(turn)
    slot = _accepted(turn)
    if slot is not None:
        return slot
    if intent == "reschedule" or memory.get("doing") == "move" or _means_another_time(turn):
        return _move(turn)
    if intent == "lookup":
        return turn.tool("find_my_bookings").say
    if not heard.when.sure:
        return replies.WHICH_TIME
    wants_times = intent in ("book", "availability", "give_issue", "give_datetime") or heard.issue is not None
    if wants_times or (memory.get("awaiting") == "slot" and _said_when(heard.when)):
        return _offer(turn)
    if memory.get("awaiting") in ("address", "name") and (heard.address or heard.name or heard.postal_code):
        return _noted(turn)
    if intent in ("give_address", "give_name") and (heard.address or heard.name or heard.postal_code):
        return _offer(turn) if memory.get("awaiting") == "issue" or not chat.visits_of(turn.ctx) else _noted(turn)
    if intent == "deny":
        turn.ask(None)
        return replies.NO_PROBLEM
    if heard.thanks or intent == "confirm":
        return _acknowledge(turn)
    if answered:
        return ""
    if heard.greeting and not memory.get("lost"):
        turn.ask("issue", "book")
        return replies.HELLO.format(business=turn.ctx.org.name)
    return _lost(turn)


def _means_another_time(turn: Turn) -> bool:
    """Whether someone who has a visit speaks of another time for it, and not of another job."""
    if _is_booking(turn) or not chat.visits_of(turn.ctx):
        return False
    if INSTEAD.search(turn.text):
        return True
    return turn.heard.intent in ("availability", "give_datetime") and turn.heard.issue is None


def _is_booking(turn: Turn) -> bool:
    """Whether a new booking is being made already."""
    return turn.memory.get("doing") == "book" and turn.memory.get("awaiting") == "slot"


def _said_when(when: When) -> bool:
    return bool(when.day or when.start or when.end or when.days or when.times or when.asap or when.not_days)


def _keep_details(turn: Turn) -> None:
    """Keep what they said about themselves and the job, before anything else can fail."""
    heard = turn.heard
    told = {
        "customer_name": heard.name,
        "address": heard.address,
        "postal_code": heard.postal_code,
        "email": heard.email,
        "issue": heard.issue,
    }
    if any(told.values()):
        turn.tool("update_lead", **told, service=None)


def _service(turn: Turn) -> Service:
    """The service they need: named just now, named before, else the usual first visit."""
    named = services.match_label(turn.ctx, turn.text) if turn.heard.issue or turn.heard.intent == "book" else None
    if named is not None:
        turn.memory["service"] = named.slug
        leads.describe(turn.ctx, turn.thread.lead_id, service_id=named.id)
    return services.find_service(turn.ctx, turn.memory.get("service"))


def _offer(turn: Turn) -> str:
    """Look up times and offer a few."""
    said = turn.find_times(_service(turn), turn.heard.when)
    if said.code == "OUT_OF_SERVICE_AREA":
        turn.thread.unbooked_reason = "out_of_area"
        turn.ask(None)
        return said.say
    if said.code == "NO_OPEN_TIMES":
        turn.thread.unbooked_reason = "no_capacity"
        return f"{said.say} {_hand_off(turn, 'stuck')}"
    sorry = replies.SORRY if turn.heard.intent == "give_issue" and turn.memory.get("awaiting") != "slot" else ""
    turn.ask("slot", "book")
    ask = "" if chat.customer_of(turn.ctx).address else replies.AND_ADDRESS
    return " ".join(part for part in (sorry, said.say, ask) if part)


def _accepted(turn: Turn) -> str | None:
    """Book or move to the slot they accepted; None when they accepted none."""
    offer = slots.remembered(turn.ctx, "slots")
    if offer is None and turn.memory.get("awaiting") != "slot":
        return None
    zone = turn.ctx.org.zone
    offered = [datetime.fromisoformat(one).astimezone(zone) for one in offer.items] if offer else []
    said = acceptance.accepted(turn.text, offered, turn.ctx.local_now, context=turn.before)
    if said.slot is None:
        return replies.WHICH_ONE if said.reason == "ambiguous" and turn.heard.intent == "confirm" else None
    value = slot_tag.value(said.slot)
    if turn.memory.get("doing") == "move":
        result = turn.tool("reschedule", booking_selector=turn.memory.get("visit"), new_slot=value)
    else:
        result = turn.tool(
            "book_job",
            slot=value,
            service=None,
            customer_name=turn.heard.name,
            address=turn.heard.address,
            postal_code=turn.heard.postal_code,
            notes=_issue(turn),
            email=turn.heard.email,
            urgency=None,
        )
    if not result.ok:
        return result.say if result.data.get("slots") else f"{result.say} {replies.ANOTHER_TIME}"
    slots.remember(turn.ctx, "slots", [], None, turn.ctx.org.timezone)
    turn.ask("address" if result.say.endswith("?") else None)
    return result.say


def _issue(turn: Turn) -> str | None:
    lead = turn.ctx.session.get(Lead, turn.thread.lead_id) if turn.thread.lead_id else None
    return lead.issue if lead else turn.heard.issue


def _cancel(turn: Turn) -> str:
    """Cancel the visit meant, or ask which one."""
    if not chat.visits_of(turn.ctx):
        turn.ask("issue", "book")
        return replies.NO_VISIT
    asked_which = turn.memory.get("awaiting") == "visit"
    said = turn.tool("cancel", booking_selector=turn.text[:80] if asked_which else _selector(turn), reason=None)
    if said.code == "CHOICE_NEEDED":
        turn.ask("visit", "cancel")
    else:
        turn.ask(None)
    return f"{said.say} {replies.BACK_AGAIN}" if said.ok else said.say


def _selector(turn: Turn) -> str | None:
    """Which of several visits the words name; None for the only one."""
    visits = chat.visits_of(turn.ctx)
    if len(visits) < 2:
        return None
    label = services.match_label(turn.ctx, turn.text)
    if label is not None and sum(one.service_id == label.id for one in visits) == 1:
        return label.name
    day = turn.heard.when.day
    return day.isoformat() if day and sum(one.local_start.date() == day for one in visits) == 1 else None


def _move(turn: Turn) -> str:
    """Find the visit, then offer new times for it."""
    visit = _visit_to_move(turn)
    if isinstance(visit, str):
        return visit
    service = turn.ctx.session.get(Service, visit.service_id) if visit.service_id else None
    if not turn.heard.when.sure:
        return replies.WHICH_TIME
    if not _said_when(turn.heard.when):
        turn.ask("slot", "move", visit=visit.id[:8])
        return replies.MOVE_WHEN.format(visit=replies.visit(chat.words(turn.ctx, visit)))
    said = turn.find_times(service or services.find_service(turn.ctx, None), turn.heard.when)
    turn.ask("slot", "move", visit=visit.id[:8])
    return said.say


def _visit_to_move(turn: Turn) -> Booking | str:
    visits = chat.visits_of(turn.ctx)
    kept = turn.memory.get("visit")
    named = [one for one in visits if kept and one.id.startswith(kept)]
    if named:
        return named[0]
    if not visits:
        turn.ask("issue", "book")
        return replies.NO_VISIT
    if len(visits) == 1:
        return visits[0]
    selector = turn.text[:80] if turn.memory.get("awaiting") == "visit" else _selector(turn)
    if selector is not None:
        try:
            return chooser.pick(turn.ctx, visits, selector)
        except Problem as problem:
            turn.ask("visit", "move")
            return chat.refused(turn.ctx, "reschedule", problem).say
    turn.ask("visit", "move")
    slots.remember(turn.ctx, "visits", [one.id for one in visits], None, turn.ctx.org.timezone)
    return replies.which_visit([chat.words(turn.ctx, one) for one in visits])


def _noted(turn: Turn) -> str:
    turn.ask(None)
    visits = chat.visits_of(turn.ctx)
    return replies.noted(chat.words(turn.ctx, visits[0]) if visits else None)


def _acknowledge(turn: Turn) -> str:
    visits = chat.visits_of(turn.ctx)
    return replies.welcome(chat.words(turn.ctx, visits[0]) if visits else None)


def _lost(turn: Turn) -> str:
    """Ask again, then offer the menu, then bring in a person."""
    lost = int(turn.memory.get("lost", 0)) + 1
    if lost > LOST_AFTER:
        return _hand_off(turn, "stuck")
    turn.ask("menu" if lost == LOST_AFTER else "issue", "book", lost=lost)
    return replies.MENU if lost == LOST_AFTER else replies.SAY_MORE


def _hand_off(turn: Turn, reason: str) -> str:
    turn.ask(None)
    return turn.tool("hand_off", reason=reason, urgency=None, note=_issue(turn)).say
