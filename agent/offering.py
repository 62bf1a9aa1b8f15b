"""The script's times: look them up, offer a few, and book or move to the one they take."""

from agent import replies
from agent.exchange import Turn
from agent.signals import ANY_TIME, LIKES, TROUBLE, WISHES
from storage.tables import Service
from tools import chat, latest, leads, services, slots
from tools.rules import slot_tag, speech


def service_meant(turn: Turn) -> Service:
    """The service they need: named just now, named before, else the usual first visit."""
    spoken_of = turn.heard.issue or turn.heard.price_question or turn.heard.intent == "book"
    named = services.match_label(turn.ctx, turn.text) if spoken_of else None
    if named is not None:
        turn.memory["service"] = named.slug
        leads.describe(turn.ctx, turn.thread.lead_id, service_id=named.id)
    return services.find_service(turn.ctx, turn.memory.get("service"))


def offer(turn: Turn) -> str:
    """Look up times and offer a few."""
    said = turn.find_times(service_meant(turn), turn.wish)
    if said.code == "OUT_OF_SERVICE_AREA":
        turn.thread.unbooked_reason = "out_of_area"
        turn.ask("address", "book")
        return said.say
    if said.code == "SERVICE_NOT_BOOKABLE":
        turn.memory.pop("service")
        return f"{said.say} {turn.hand_off('out_of_scope')}"
    if said.code == "NO_OPEN_TIMES":
        turn.thread.unbooked_reason = "no_capacity"
        return f"{said.say} {turn.hand_off('stuck')}"
    turn.thread.unbooked_reason = None
    turn.ask("slot", "book")
    sorry = ask = ""
    if turn.heard.issue and not turn.memory.get("sorry") and TROUBLE.search(turn.heard.issue):
        turn.memory["sorry"] = True
        sorry = replies.SORRY
    if not chat.customer_of(turn.ctx).address and not turn.memory.get("address_asked"):
        turn.memory["address_asked"] = True
        ask = replies.AND_ADDRESS
    return " ".join(part for part in (sorry, said.say, ask) if part)


def accepted(turn: Turn) -> str | None:
    """Book or move to the slot they accepted; None when they accepted none."""
    offered = latest.said_offers(turn.ctx)
    if not offered and turn.memory.get("awaiting") != "slot" and turn.heard.issue is None:
        return None
    taken = latest.taken_up(turn.ctx)
    if taken.slot is not None and taken.slot not in offered and WISHES.search(turn.text):
        return None  # a wish for a time nobody offered is answered with that time, and their yes books it
    if taken.slot is None:
        return _which_one(turn, taken.reason) if offered and not turn.said_when else None
    value = slot_tag.value(taken.slot)
    if turn.memory.get("doing") == "move":
        result = turn.tool("reschedule", booking_selector=turn.memory.get("visit"), new_slot=value)
    else:
        result = turn.tool(
            "book_job",
            slot=value,
            service=None if offered else service_meant(turn).slug,
            customer_name=turn.heard.name,
            address=turn.heard.address,
            postal_code=turn.heard.postal_code,
            notes=turn.issue,
            email=turn.heard.email,
            urgency=None,
        )
    if result.code == "MISSING_FIELDS" and turn.thread.channel == "web":
        turn.ask("phone", "book", slot=value)
        return result.say
    if not result.ok:
        return result.say if result.data.get("slots") else f"{result.say} {replies.ANOTHER_TIME}"
    turn.thread.unbooked_reason = None
    turn.forget_wish()
    turn.ask("address" if result.say.endswith("?") else None, booked=value[:10])
    return result.say


def with_number(turn: Turn) -> str | None:
    """A visitor of the web site told the number their time waited for: name that time once more, for their yes."""
    if turn.memory.get("awaiting") != "phone" or turn.thread.given_phone is None:
        return None
    start = slot_tag.read(turn.memory["slot"], turn.ctx.org.zone).astimezone(turn.ctx.org.zone)
    slots.remember(turn.ctx, "slots", [start.isoformat()], service_meant(turn).id, turn.ctx.org.timezone)
    turn.ask("slot", "book")
    return replies.shall_i(start, None)


def _which_one(turn: Turn, reason: str) -> str | None:
    """They like the times and did not say which: ask, or suggest one when they leave it to us."""
    offered = latest.said_offers(turn.ctx)
    if ANY_TIME.search(turn.text) and turn.heard.intent != "deny":
        return replies.SUGGEST.format(when=speech.moment(min(offered)))
    if turn.heard.intent != "confirm" and not LIKES.fullmatch(turn.text):
        return None
    if reason == "ambiguous":
        return replies.WHICH_ONE
    return replies.shall_i(offered[0], turn.before) if len(offered) == 1 else None
