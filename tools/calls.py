"""Phone calls as a carrier reports them: when one was missed, and what a voicemail says (contract 2.8)."""

import re
from datetime import datetime, timedelta

from sqlalchemy import select

from storage.context import Context
from storage.once import insert_once
from storage.tables import Call, Conversation, Customer, ProviderEvent, Service, new_id
from tools import audit, inbound, textback
from tools.problems import not_found
from tools.rules import phones, urgency

NOT_TAKEN = ("no-answer", "busy", "failed", "canceled")
FINAL = ("completed", *NOT_TAKEN)
# The end of the call and the end of its dialling are told separately, in either order: a text-back waits this long.
IN_EITHER_ORDER = timedelta(seconds=3)


def rang(ctx: Context, provider_id: str, caller: str, to_phone: str, *, provider: str = "twilio") -> Call:
    """The row of this call, found or made. `caller` as the carrier writes it, withheld ids too; `to_phone` E.164."""
    phone = phones.e164(caller, ctx.org.region)
    insert_once(
        ctx.session,
        Call,
        ["org_id", "provider", "provider_id"],
        id=new_id(),
        org_id=ctx.org.id,
        provider=provider,
        provider_id=provider_id,
        from_phone=phone,
        to_phone=to_phone,
        caller_kind=phones.kind_of_caller(caller, ctx.org.region),
        status="ringing",
        started_at=ctx.now,
        created_at=ctx.now,
    )
    found = find(ctx, provider_id, provider=provider)
    assert found is not None
    return found


def find(ctx: Context, provider_id: str, *, provider: str = "twilio") -> Call | None:
    """The call the provider knows by this id."""
    its = (Call.org_id == ctx.org.id, Call.provider == provider, Call.provider_id == provider_id)
    return ctx.session.scalars(select(Call).where(*its)).first()


def accepted(ctx: Context, call: Call) -> None:
    """Whoever was rung pressed 1: proof of a person, which a cell phone's voicemail is not."""
    textback.answered(ctx, call)


def dial_ended(ctx: Context, call: Call, status: str, *, bridged: bool | None, assistant_next: bool = False) -> None:
    """The shop's phone was rung and this is how it ended; `bridged` is None when the carrier does not say.

    Missed: not taken, never bridged, or, where the shop screens its calls, taken without a press of 1. Not missed is
    whoever talked to our assistant before, or will now (`assistant_next`).
    """
    unproven = ctx.org.screen_forwarded and call.answered_by not in ("person", "assistant")
    taken = not (status in NOT_TAKEN or bridged is False or unproven)
    call.details = {**call.details, "dial": status, "taken": taken}
    if not taken:
        if call.answered_by != "assistant" and not assistant_next:
            textback.missed(ctx, call)
    elif status in ("completed", "answered"):
        textback.answered(ctx, call)


def ended(ctx: Context, call: Call, status: str, seconds: int | None) -> None:
    """The caller's own leg is over. Missed when nobody of the business and no assistant was ever on it."""
    if status not in FINAL:
        return
    call.status, call.seconds = status, seconds
    call.ended_at = call.ended_at or ctx.now
    if call.answered_by is None:
        textback.missed(ctx, call, wait=IN_EITHER_ORDER if status == "completed" else timedelta(0))


def left_voicemail(
    ctx: Context, call: Call, *, recording_url: str | None, seconds: int | None, transcript: str | None
) -> None:
    """A message was left, or its transcript came in later; danger in it is acted on like danger in a text."""
    call.answered_by = call.answered_by or "voicemail"
    call.recording_url = recording_url or call.recording_url
    call.transcript = transcript or call.transcript
    call.details = {**call.details, "voicemail_seconds": seconds} if seconds is not None else call.details
    gist = None if call.transcript is None else _gist(ctx, call.transcript)
    textback.missed(ctx, call, voicemail=True, gist=gist)
    textback.mention_voicemail(ctx, call, gist)
    danger = urgency.read(call.transcript, trade=ctx.org.trade) if call.transcript else None
    thread = ctx.session.get(Conversation, call.conversation_id) if call.conversation_id else None
    customer = ctx.session.get(Customer, call.customer_id) if call.customer_id else None
    if danger is not None and danger.kind is not None and thread is not None and customer is not None:
        inbound.alarm(ctx, danger.kind, thread, customer, call.id)


def recording(ctx: Context, call: Call) -> str | None:
    """How the recording of a call stands: available, expired (the platform's link has died), deleted; null for none."""
    if call.recording_deleted_at is not None:
        return "deleted"
    if call.recording_url is None:
        return None
    until = recording_until(call)
    return "available" if until is None or until > ctx.now else "expired"


def recording_until(call: Call) -> datetime | None:
    """When the platform's link to the recording dies; null when it does not."""
    written = call.details.get("recording_until")
    return datetime.fromisoformat(written) if written else None


def delete_recording(ctx: Context, call: Call) -> None:
    """Forget where the recording is, for good; the audit keeps who did it. Raises NOT_FOUND when there is none.

    A later report of the same call does not bring it back.
    """
    if call.recording_url is None or call.recording_deleted_at is not None:
        not_found("recording")
    call.recording_url, call.recording_deleted_at = None, ctx.now
    told = select(ProviderEvent).where(
        ProviderEvent.org_id == ctx.org.id,
        ProviderEvent.provider == call.provider,
        ProviderEvent.event_key.startswith(f"{call.provider_id}:", autoescape=True),
    )
    for event in ctx.session.scalars(told):
        event.payload = {name: value for name, value in event.payload.items() if "recording" not in name.lower()}
    audit.note(ctx, "recording.deleted", "call", call.id, provider=call.provider)


def _gist(ctx: Context, transcript: str) -> str | None:
    """What a voicemail is about, by the longest of the services' names in it: "the water heater"."""
    offered = select(Service).where(Service.org_id == ctx.org.id, Service.is_bookable)
    names = [name for service in ctx.session.scalars(offered) for name in (service.name, *service.aliases)]
    said = [name for name in names if re.search(rf"\b{re.escape(name)}\b", transcript, re.IGNORECASE)]
    if not said:
        return None
    name = max(said, key=len).lower()
    return f"the {name.upper() if len(name) < 3 else name}"
