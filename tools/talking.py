"""A phone call our own assistant takes: its row, its thread, what was said on either side, and how it ended."""

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from storage.context import Context
from storage.once import insert_once
from storage.tables import Call, Conversation, Customer, Message, ToolCall
from tools import assistant_calls, calls, chat, conversations, crew, handoff, latest, leads, messages, opt_out
from tools.opening_hours import open_now, way_to
from tools.rules import consent, languages, overheard, phones, urgency

NUDGE = "nudge"  # the kind of words that answer nothing: the assistant's context stays what was said before
UNHEARD = "unheard"
TOLD_ON = ("book_job", "reschedule", "cancel", "hand_off", "send_link")  # what a caller must hear of, once it is done
TO_A_PERSON = ("emergency", "asked_for_person", "complaint")
# Said to a voice, "stop" means stop talking. About texts it is meant only when it names them (contract 2.8).
ABOUT_TEXTS = re.compile(
    r"\b(?:text\w*|sms|messag\w+|unsubscribe|opt(?:ed)?[ -]?(?:me )?out|mensajes?|textos?)\b", re.I
)


@dataclass(frozen=True, slots=True)
class Ring:
    """A call as its socket tells of it: `provider` twilio or retell and its id of the call, both numbers as written
    there. `caller` is the customer's number, whoever dialled; `socket` names this connection."""

    provider: str
    provider_id: str
    socket: str
    caller: str = ""
    to_phone: str = ""


@dataclass(frozen=True, slots=True)
class Talk:
    """A call under way: our ids of it and of its thread, whether words were exchanged on an earlier connection, whether
    this caller is one the office has put aside, and the language they spoke before ("en" or "es")."""

    call_id: str
    thread_id: str
    resumed: bool
    put_aside: bool
    language: str


@dataclass(frozen=True, slots=True)
class Heard:
    """What was just said: when it was written down, the danger in it (a key of `handoff.DANGERS`), whether it asked
    for no more texts, whether the thread is an emergency's, what we did that the caller has not heard of yet, and the
    caller's language ("en" or "es")."""

    at: datetime
    danger: str | None
    stopped: bool
    emergency: bool
    untold: tuple[str, ...]
    language: str


def begin(ctx: Context, ring: Ring) -> Talk:
    """The assistant is on the line. The same call again goes on in the same thread, and is no longer over."""
    ours = phones.e164(ring.to_phone, ctx.org.region) or ""
    row = calls.rang(ctx, ring.provider_id, ring.caller, ours, provider=ring.provider)
    call = ctx.session.get_one(Call, row.id, with_for_update=True, populate_existing=True)
    thread = ctx.session.get(Conversation, call.details.get("talk", ""))
    resumed = thread is not None
    if thread is None:
        thread = Conversation(org_id=ctx.org.id, channel="voice", state="bot", created_at=ctx.now)
        ctx.session.add(thread)
        ctx.session.flush()
        call.details = {**call.details, "talk": thread.id, "talk_from": ctx.now.isoformat()}
    elif thread.state == "closed":
        thread.state, thread.closed_at = "bot", None
    call.details = {**call.details, "socket": ring.socket}
    call.status, call.answered_by = "ongoing", call.answered_by or "assistant"
    call.ended_at = call.seconds = None
    waiting = ctx.session.get(Message, call.textback_message_id) if call.textback_message_id else None
    if waiting is not None and waiting.state == "queued":
        messages.withdraw(ctx, waiting, "answered")
        call.missed, call.textback, call.textback_message_id = False, None, None
    call.conversation_id = thread.id
    put_aside = identify(ctx, call.id, ring.caller, ring.to_phone)
    customer = ctx.session.get(Customer, thread.customer_id) if thread.customer_id else None
    return Talk(call.id, thread.id, resumed, put_aside, customer.language if customer is not None else "en")


def identify(ctx: Context, call_id: str, caller: str, to_phone: str, *, outbound: bool = False) -> bool:
    """Tie call and thread to whoever rings, as far as the number tells; a second time changes nothing.

    True for a caller the office has put aside: blocked, or a lead of spam.
    """
    call = ctx.session.get_one(Call, call_id)
    thread = ctx.session.get_one(Conversation, call.details["talk"])
    call.direction = "outbound" if outbound else call.direction
    known = (call.from_phone, call.to_phone)
    theirs, ours = reversed(known) if call.direction == "outbound" else known
    thread.phone = thread.phone or theirs or phones.e164(caller, ctx.org.region)
    thread.our_phone = thread.our_phone or ours or phones.e164(to_phone, ctx.org.region)
    told = (thread.our_phone, thread.phone) if call.direction == "outbound" else (thread.phone, thread.our_phone)
    call.from_phone, call.to_phone = told
    if thread.phone is None:
        return False
    call.caller_kind = "number"
    customer = leads.customer_for(ctx, thread.phone)
    call.customer_id = thread.customer_id = customer.id
    if handoff.who_works_here(ctx, thread.phone) is not None:
        return False
    lead = conversations.lead_for(ctx, customer, "VOICE")
    if call.lead_id is None:
        leads.note(ctx, lead, "talked_to_assistant", call_id=call.id)
    call.lead_id = lead.id
    conversations.attach(ctx, thread, customer, lead)
    return customer.blocked or lead.lost_reason in conversations.PUT_ASIDE


def hear(ctx: Context, words: str, *, whole: bool = False) -> Heard:
    """Write down what the caller said, and act on danger and a plain wish for no more texts before any model.

    `whole`: the words are everything said since we last spoke, of which an earlier part may be written down already.
    """
    thread = latest.thread_of(ctx)
    waiting = latest.unanswered(ctx)[0]
    if whole and waiting:
        words = overheard.beyond(words, " ".join(one.body for one in waiting))
    before = [one.body for one in latest.recent(ctx, 3) if one.direction == "in"]
    message = conversations.hear(ctx, thread, words) if words else waiting[-1]
    customer = chat.customer_of(ctx)
    customer.language = languages.meant(customer.language, message.body)
    urgent = _urgency(ctx, message.body, before)
    wish = consent.read(message.body, opted_out=False)
    stopped = wish.kind == "stop" and not wish.exact and ABOUT_TEXTS.search(message.body) is not None
    if stopped:
        opt_out.stop(ctx, customer, "phrase", message_id=message.id)
        thread.unbooked_reason = "opted_out"
    if urgent.kind is not None:
        handoff.hand_off(ctx, thread, "emergency", "emergency", None, customer, danger=urgent.kind)
        for call in ctx.session.scalars(
            select(Call).where(Call.org_id == ctx.org.id, Call.conversation_id == thread.id)
        ):
            call.details = {**call.details, "danger": urgent.kind}
    elif urgent.level == "urgent" and thread.urgency == "routine":
        thread.urgency = urgent.level
    emergency = thread.urgency == "emergency"
    return Heard(message.created_at, urgent.kind, stopped, emergency, untold(ctx), customer.language)


def _urgency(ctx: Context, words: str, before: list[str]) -> urgency.Urgency:
    """Read alone and together with what was said before: people name the danger and its sign in two breaths."""
    alone = urgency.read(words, trade=ctx.org.trade)
    if alone.kind is not None or not before or urgency.read(before[-1], trade=ctx.org.trade).kind is not None:
        return alone
    both = urgency.read(f"{before[-1]}. {words}", trade=ctx.org.trade)
    return both if both.kind is not None else alone


def untold(ctx: Context) -> tuple[str, ...]:
    """What was done in this call since our last words that were heard to their end, in the tools' own sentences."""
    heard_out = select(Message.created_at).where(
        Message.conversation_id == ctx.scope,
        Message.direction == "out",
        Message.kind.in_(latest.TALKED),
        Message.reason.is_(None),
    )
    since = ctx.session.scalars(heard_out.order_by(Message.created_at.desc()).limit(1)).first()
    done = select(ToolCall.answer).where(
        ToolCall.org_id == ctx.org.id, ToolCall.scope == ctx.scope, ToolCall.ok, ToolCall.name.in_(TOLD_ON)
    )
    if since is not None:
        done = done.where(ToolCall.created_at > since)
    said = " ".join(one.body for one in latest.recent(ctx, 4) if one.direction == "out")
    rows = ctx.session.scalars(done.order_by(ToolCall.created_at, ToolCall.id))
    return tuple(one for one in dict.fromkeys(rows) if overheard.up_to(said, one.split(" with ")[0]) is None)


def spoke(ctx: Context, turn_key: str, words: str, *, kind: str = "reply", cut: bool = False) -> bool:
    """Keep what we said, once per turn; False when it was kept before. `cut`: the caller talked over the rest."""
    thread = latest.thread_of(ctx)
    ctx.session.refresh(thread, with_for_update=True)
    message_id = messages.id_for(ctx, f"turn:{turn_key}")
    fresh = insert_once(
        ctx.session,
        Message,
        ["id"],
        id=message_id,
        org_id=ctx.org.id,
        conversation_id=thread.id,
        customer_id=thread.customer_id,
        direction="out",
        channel="voice",
        kind=kind,
        from_phone=thread.our_phone,
        to_phone=thread.phone,
        body=words,
        media=[],
        state="delivered",
        reason="interrupted" if cut else None,
        segments=1,
        actor_kind=ctx.actor.kind,
        actor_name=ctx.actor.name,
        turn_id=turn_key,
        created_at=conversations.next_moment(ctx, thread),
        sent_at=ctx.now,
        delivered_at=ctx.now,
    )
    if fresh and thread.state == "bot":
        thread.state = "waiting_customer"
    return fresh


def said_in(ctx: Context, turn_key: str) -> str | None:
    """What we said in this turn, if it was kept."""
    message = ctx.session.get(Message, messages.id_for(ctx, f"turn:{turn_key}"))
    return message.body if message is not None else None


def answer_to(ctx: Context, words: str) -> str | None:
    """What we said last, if it answers these words and was heard to its end as far as we know."""
    said = [one for one in latest.recent(ctx, 8) if one.kind != NUDGE]
    if len(said) < 2 or said[-1].direction != "out" or said[-2].direction != "in":
        return None
    return said[-1].body if overheard.same(said[-2].body, words) else None


def last_spoken(ctx: Context) -> Message | None:
    """Our last words in this thread that answered something."""
    said = [one for one in latest.recent(ctx, 6) if one.direction == "out" and one.kind in latest.TALKED]
    return said[-1] if said else None


def cut(ctx: Context, heard: str) -> tuple[str, str] | None:
    """The caller talked over our last words after `heard` of them: only that much was said.

    Gives back those words and what stays of them; None when nothing changes, because `heard` is not from them or is all
    of them.
    """
    message = last_spoken(ctx)
    said = message.body if message is not None else ""
    body = overheard.up_to(said, heard)
    if message is None or body is None or overheard.same(body, said):
        return None
    message.body, message.reason = body, "interrupted"
    if not body:
        message.kind, message.state = UNHEARD, "skipped"
    return said, body


def person_for(ctx: Context, turn_key: str, *, danger: bool) -> str | None:
    """The number (E.164) to put this caller through to, when in this turn there was danger or the office was brought in
    for somebody who wants a person: in an emergency at any hour, otherwise while the business is open."""
    handed = select(ToolCall.arguments).where(
        ToolCall.org_id == ctx.org.id, ToolCall.turn_id == turn_key, ToolCall.ok, ToolCall.name == "hand_off"
    )
    reasons = {"emergency"} if danger else {str(one.get("reason")) for one in ctx.session.scalars(handed)}
    if not reasons & set(TO_A_PERSON):
        return None
    thread = latest.thread_of(ctx)
    if "emergency" not in reasons and not open_now(ctx, way_to(ctx, thread.our_phone)):
        return None
    return crew.transfer_number(ctx, thread=thread)


def transfer_number(ctx: Context, call: Call) -> str | None:
    """The number (E.164) this call is put through to: its team's, as `crew.transfer_number` says."""
    thread = ctx.session.get(Conversation, call.details.get("talk") or "")
    return crew.transfer_number(ctx, thread=thread, customer_id=call.customer_id)


def over(ctx: Context, call_id: str, socket: str, reason: str) -> None:
    """The line is gone: how long they talked, what was said, and the missed-call rule (contract 2.8).

    Only for the connection that was the call's last: another `socket` may have taken it over meanwhile.
    """
    call = ctx.session.get_one(Call, call_id, with_for_update=True, populate_existing=True)
    if call.details.get("socket") != socket:
        return
    thread = ctx.session.get_one(Conversation, call.details["talk"])
    call.ended_at = ctx.now
    call.seconds = int((ctx.now - datetime.fromisoformat(call.details["talk_from"])).total_seconds())
    call.disconnection_reason = call.disconnection_reason or reason
    call.transcript = transcript(ctx, thread) or call.transcript
    assistant_calls.over(ctx, call)
    if thread.state in ("bot", "waiting_customer"):
        conversations.close(ctx, thread)


def transcript(ctx: Context, thread: Conversation) -> str:
    """The call as text, one line for each time somebody spoke."""
    spoken = [one for one in conversations.read_thread(ctx, thread) if one.state != "skipped"]
    return "\n".join(f"{'User' if one.direction == 'in' else 'Agent'}: {one.body}" for one in spoken)


def put_through(ctx: Context, call: Call) -> None:
    """The caller is being put through to a person."""
    call.disconnection_reason = "call_transfer"
