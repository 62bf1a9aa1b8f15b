"""What is true now, for the prompt and for the claim guard alike: the business, the customer, what was offered."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from agent import earlier
from agent.evidence import Visit, at
from agent.plain_numbers import plain
from agent.spoken_times import moments
from storage.context import Context
from storage.tables import Booking, Conversation, Message
from tools import chat, latest, profile, slots
from tools.rules import languages, speech
from tools.rules.masking import without_cards

BACK = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Situation:
    """One thread at the start of a turn. `prompt` are the facts of prompts/receptionist; the rest is evidence."""

    prompt: dict[str, Any]
    profile: str
    thread: tuple[tuple[str, str], ...]  # (role, text): user, assistant or staff
    latest: str
    customer_said: tuple[str, ...]
    visits: tuple[Visit, ...]
    offered: tuple[datetime, ...]
    staff_names: tuple[str, ...]
    now: datetime
    language: str = "en"
    record: str = ""  # the customer's card, and what they told long ago


def situation(ctx: Context) -> Situation:
    """Everything a turn rests on, read in one transaction; dates are spelled in the business's zone."""
    thread = chat.thread_of(ctx)
    past = earlier.history(ctx)
    messages = past.spoken
    said = tuple(message.body for message in messages if message.direction == "in")
    visits = _visits(ctx, thread)
    offer = slots.remembered(ctx, "slots")
    zone = ctx.org.zone
    offered = tuple(datetime.fromisoformat(one).astimezone(zone) for one in offer.items) if offer else ()
    names = profile.technician_names(ctx)
    words = "\n".join(one.body for one in latest.unanswered(ctx)[0])
    known = chat.customer_of(ctx).language if thread.customer_id else "en"
    spoken = languages.meant(known, words)
    prompt = _prompt(ctx, thread, visits, offered) | {"earlier": list(past.told), "language": spoken}
    return Situation(
        prompt=prompt,
        profile=_profile(ctx, prompt),
        thread=tuple((_role(message), without_cards(message.body)[: earlier.BUDGET]) for message in messages),
        latest=words,
        language=spoken,
        customer_said=said,
        visits=visits,
        offered=offered,
        staff_names=names,
        now=ctx.local_now,
        record="\n".join([prompt["customer"] or "", *past.told]),
    )


def offered_in(ctx: Context, reply: str) -> list[datetime] | None:
    """The open times a reply of ours names, in the order it names them; None when it names none that was looked up."""
    looked_up = slots.remembered(ctx, "slots")
    zone = ctx.org.zone
    found = [datetime.fromisoformat(one).astimezone(zone) for one in looked_up.items] if looked_up else []
    starts = list(dict.fromkeys([*found, *latest.said_offers(ctx)]))
    named = [one for _sentence, named in moments(plain(reply), ctx.local_now.date()) for one in named if one.clock]
    said = [start for moment in named for start in starts if at(moment, start)]
    if looked_up is not None and not found:
        return []
    return list(dict.fromkeys(said)) or None


def _role(message: Message) -> str:
    if message.direction == "in":
        return "user"
    return "staff" if message.actor_kind == "staff" else "assistant"


def _visits(ctx: Context, thread: Conversation) -> tuple[Visit, ...]:
    return tuple(visit_of(row, technician) for row, technician in chat.all_visits(ctx, thread, BACK))


def visit_of(row: Booking, technician: str | None) -> Visit:
    """A stored booking as the guard knows it."""
    return Visit(row.local_start, row.local_end, row.status, row.service_label, technician)


def _prompt(
    ctx: Context, thread: Conversation, visits: tuple[Visit, ...], offered: tuple[datetime, ...]
) -> dict[str, Any]:
    customer = chat.customer_of(ctx) if thread.customer_id else None
    known = (customer.name, customer.address, customer.postal_code) if customer else ()
    upcoming = [one for one in visits if one.status in ("pending", "confirmed", "rescheduled", "late")]
    return {
        "business_name": ctx.org.name,
        "assistant_name": ctx.org.assistant_name,
        "persona": ctx.org.persona,
        "now_words": speech.moment_with_year(ctx.local_now),
        "hours": profile.hours_lines(ctx),
        "services": profile.services_told(ctx),
        "area": profile.area_words(ctx),
        "customer": ", ".join(part for part in known if part) or None,
        "upcoming": [
            f"{one.service} on {speech.moment(one.start)}"
            + (f" with {one.technician}" if one.technician else "")
            + (" (waiting for the office's approval)" if one.status == "pending" else "")
            for one in upcoming
            if one.end > ctx.local_now
        ],
        "offered": [speech.moment(one) for one in offered],
        "trade": ctx.org.trade,
    }


def _profile(ctx: Context, prompt: dict[str, Any]) -> str:
    """The business's facts as text: what a reply may repeat about hours, fees, area and numbers."""
    services = [
        f"{one['name']}: {one['duration']}. {one['fee'] or ''} {one['description']}" for one in prompt["services"]
    ]
    return "\n".join(
        [
            ctx.org.name,
            ctx.org.about,
            ctx.org.assistant_name,
            *prompt["hours"],
            *services,
            prompt["area"] or "",
            *profile.numbers(ctx),
        ]
    )
