"""How the outside systems have been doing for one business, read from the rows their work leaves (SC-12)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from storage.context import Context
from storage.tables import CalcomAccount, Message, ProviderEvent, ToolCall, Turn, WebhookDelivery, WebhookEndpoint

LOOK_BACK = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Standing:
    """What became of a system's work in the last thirty days: when it last went well and last failed (UTC), and why,
    in a word or the system's own code. `in_use`: the business has something set up there."""

    last_success_at: datetime | None
    last_error_at: datetime | None
    last_error: str | None
    in_use: bool

    @property
    def failing(self) -> bool:
        """Whether the last thing that happened was a failure."""
        good = self.last_success_at
        return self.last_error_at is not None and (good is None or self.last_error_at > good)


def standings(ctx: Context) -> dict[str, Standing]:
    """The standing of twilio, retell, model, vapi, elevenlabs, callsavvy, calcom and webhooks."""
    return {
        "twilio": _twilio(ctx),
        "retell": _platform(ctx, "retell"),
        "model": _model(ctx),
        **{platform: _platform(ctx, platform) for platform in ("vapi", "elevenlabs", "callsavvy")},
        "calcom": _calcom(ctx),
        "webhooks": _webhooks(ctx),
    }


def _twilio(ctx: Context) -> Standing:
    recent = (Message.org_id == ctx.org.id, Message.created_at >= ctx.now - LOOK_BACK, Message.direction == "out")
    sent = select(func.max(func.coalesce(Message.delivered_at, Message.sent_at))).where(*recent)
    failed = select(Message.created_at, Message.error_code, Message.reason).where(*recent, Message.state == "failed")
    last = ctx.session.execute(failed.order_by(Message.created_at.desc()).limit(1)).first()
    good = _latest(_heard(ctx, "twilio"), ctx.session.scalar(sent))
    return Standing(good, last[0] if last else None, (last[1] or last[2]) if last else None, good is not None)


def _platform(ctx: Context, provider: str) -> Standing:
    used = select(func.max(ToolCall.created_at)).where(
        ToolCall.org_id == ctx.org.id, ToolCall.created_at >= ctx.now - LOOK_BACK, ToolCall.platform == provider
    )
    good = _latest(_heard(ctx, provider), ctx.session.scalar(used))
    return Standing(good, None, None, good is not None)


def _model(ctx: Context) -> Standing:
    recent = (Turn.org_id == ctx.org.id, Turn.created_at >= ctx.now - LOOK_BACK)
    good = ctx.session.scalar(select(func.max(Turn.created_at)).where(*recent, Turn.source == "model"))
    failed = select(Turn.created_at, Turn.error).where(*recent, Turn.error.is_not(None))
    last = ctx.session.execute(failed.order_by(Turn.created_at.desc()).limit(1)).first()
    return Standing(good, last[0] if last else None, last[1] if last else None, good is not None or last is not None)


def _calcom(ctx: Context) -> Standing:
    account = ctx.session.get(CalcomAccount, ctx.org.id)
    if account is None:
        return Standing(None, None, None, False)
    return Standing(account.last_success_at, account.last_error_at, account.last_error, True)


def _webhooks(ctx: Context) -> Standing:
    live = (WebhookEndpoint.org_id == ctx.org.id, WebhookEndpoint.removed_at.is_(None))
    ids = list(ctx.session.scalars(select(WebhookEndpoint.id).where(*live)))
    recent = (WebhookDelivery.endpoint_id.in_(ids), WebhookDelivery.created_at >= ctx.now - LOOK_BACK)
    delivered = WebhookDelivery.state == "delivered"
    good = ctx.session.scalar(select(func.max(WebhookDelivery.finished_at)).where(*recent, delivered))
    failed = select(WebhookDelivery.created_at, WebhookDelivery.last_error, WebhookDelivery.last_status)
    tried = failed.where(*recent, ~delivered, WebhookDelivery.attempts > 0)
    last = ctx.session.execute(tried.order_by(WebhookDelivery.number.desc()).limit(1)).first()
    why = (last[1] or f"status_{last[2]}") if last else None
    return Standing(good, last[0] if last else None, why, bool(ids))


def _heard(ctx: Context, provider: str) -> datetime | None:
    """When a provider last told us something."""
    mine: Any = (ProviderEvent.org_id == ctx.org.id, ProviderEvent.received_at >= ctx.now - LOOK_BACK)
    return ctx.session.scalar(
        select(func.max(ProviderEvent.received_at)).where(*mine, ProviderEvent.provider == provider)
    )


def _latest(*instants: datetime | None) -> datetime | None:
    return max((one for one in instants if one is not None), default=None)
