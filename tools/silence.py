"""The line is silent for too long: nobody rings or texts, so perhaps its number leads here no more (wish S-14)."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select

import prompts
from storage import outbox
from storage.context import Context
from storage.tables import Call, Conversation, new_id
from tools import crew, messages, profile
from tools.opening_hours import open_stretches
from tools.rules import phones

KIND = "staff_silence"
TOPIC = "silence"
DAY = timedelta(days=1)  # it is looked at daily: the hours may change meanwhile


def watch(ctx: Context, hours: int) -> None:
    """Watch from now on for `hours` of opening time without a call or a text; 0 ends the watch."""
    outbox.supersede(ctx, ("org", ctx.org.id), "switched", topics=(TOPIC,))
    if hours:
        _look_at(ctx, ctx.now, over(ctx, ctx.now, hours))


def look(ctx: Context, since: datetime, public_url: str) -> str | None:
    """Tell the owner, else the first on call, once for each such silence since then, and look again when the next could
    be over. None, or why nobody was texted: off, not_yet, no_number, nobody, or the reason the text was skipped for."""
    # Who switches while a look is under way begins a second watch: they take turns at the business's row, one goes on.
    ctx.session.refresh(ctx.org, with_for_update={"key_share": True})
    outbox.supersede(ctx, ("org", ctx.org.id), "looked at", topics=(TOPIC,))
    hours = ctx.org.silence_hours
    if not hours:
        return "off"
    since = max([since, *_heard(ctx)])
    phone, numbers = crew.owners_phone(ctx), profile.numbers(ctx)
    # What would wait for the morning is not written before: somebody may call until then.
    due_at = messages.outside_quiet_hours(ctx, max(over(ctx, since, hours), ctx.now), phone)
    if due_at > ctx.now:
        _look_at(ctx, since, due_at)
        return "not_yet"
    _look_at(ctx, ctx.now, over(ctx, ctx.now, hours))
    if not numbers or phone is None:
        return "no_number" if not numbers else "nobody"
    body = prompts.render(
        f"sms/{KIND}",
        business_name=ctx.org.name,
        hours=hours,
        number=phones.shown(numbers[0]),
        console_url=f"{public_url}/console/set-up",
    )
    message = messages.say(ctx, to=phone, body=body, kind=KIND, dedupe_key=f"silence:{since:%Y-%m-%dT%H:%M:%S}")
    return message.reason if message.state == "skipped" else None


def over(ctx: Context, since: datetime, hours: int) -> datetime:
    """When the business has been open for `hours` since then (UTC), as far as that is within a day; else in a day."""
    begins, left = int(since.timestamp()), hours * 3600
    first = (since.astimezone(ctx.org.zone).date() - ctx.local_now.date()).days - 1
    for one in open_stretches(ctx, first, 1):
        opens = max(one.opens, begins)
        if one.closes - opens >= left:
            return min(datetime.fromtimestamp(opens + left, UTC), ctx.now + DAY)
        left -= max(one.closes - opens, 0)
    return ctx.now + DAY


def _heard(ctx: Context) -> list[datetime]:
    """When somebody last rang, and when somebody last texted; the web chat comes by another way."""
    # A voice platform says itself when a call began.
    mine = (Call.org_id == ctx.org.id, Call.direction == "inbound", Call.started_at <= ctx.now)
    rang = select(func.max(Call.started_at)).where(*mine)
    wrote = select(func.max(Conversation.last_inbound_at)).where(
        Conversation.org_id == ctx.org.id, Conversation.channel != "web"
    )
    return [at for at in (ctx.session.scalar(rang), ctx.session.scalar(wrote)) if at is not None]


def _look_at(ctx: Context, since: datetime, due_at: datetime) -> None:
    payload = {"since": since.isoformat()}
    outbox.put(ctx, TOPIC, f"{TOPIC}:{new_id()}", ("org", ctx.org.id), due_at=due_at, payload=payload)
