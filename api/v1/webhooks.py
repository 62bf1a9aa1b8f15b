"""/api/v1/webhooks: where a business is told of its events, the log of every delivery, and sending one again."""

from functools import partial
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Response
from fastapi.responses import JSONResponse
from pydantic import Field

from api import sealing
from api.deps import Caller, Page, needs, paged, paging
from api.wire import PROBLEMS, Body, Given, Id, Instant, Shown, page_of
from storage.context import Context
from storage.tables import WebhookDelivery, WebhookEndpoint
from tools import webhook_deliveries, webhooks

router = APIRouter(prefix="/api/v1/webhooks", tags=["webhooks"], responses=PROBLEMS)

Manager = Annotated[Caller, Depends(needs("MANAGE_INTEGRATIONS"))]
Url = Annotated[str, Field(min_length=1, max_length=500)]
Events = Annotated[list[Given], Field(min_length=1, max_length=20)]


class WebhookShown(Shown):
    """An endpoint, never its secret. `disabled_reason` is gone (it answered 410) or staff."""

    id: str
    url: str
    events: list[str]
    active: bool
    disabled_at: Instant | None
    disabled_reason: str | None
    previous_secret_until: Instant | None
    created_at: Instant
    updated_at: Instant


class WebhookMade(WebhookShown):
    """An endpoint with its `whsec_` secret (Standard Webhooks 1.0), shown this once."""

    secret: str


class NewWebhook(Body):
    """An endpoint to tell: an https URL on the public internet, and the events it wants, or `*` for all of them."""

    url: Url
    events: Events


class WebhookPatch(Body):
    """What should change; members left out stay. A new URL is pinged."""

    url: Url | None = None
    events: Events | None = None
    active: bool | None = None


class DeliveryShown(Shown):
    """One event for one endpoint. `webhook_id` is the same on every try; `last_error` is one word."""

    id: str
    webhook_id: str
    event: str
    subject_kind: str
    subject_id: str
    body: str
    state: Literal["queued", "delivered", "dead", "kept"]
    attempts: int
    last_status: int | None
    last_error: str | None
    latency_ms: int | None
    reply: str | None
    next_attempt_at: Instant | None
    created_at: Instant
    finished_at: Instant | None


@router.get("", response_model=page_of("webhooks", WebhookShown))
async def list_webhooks(caller: Manager, page: Annotated[Page, Depends(paging)]) -> JSONResponse:
    """Every endpoint, oldest first. Scope MANAGE_INTEGRATIONS."""

    def ask(ctx: Context) -> dict[str, Any]:
        rows = webhooks.listed(ctx)
        shown = [WebhookShown(**_fields(row)).shown() for row in rows[page.offset : page.offset + page.size]]
        return paged("webhooks", shown, len(rows), page)

    return JSONResponse(await caller.read(ask))


@router.post("", status_code=201, response_model=WebhookMade)
async def create_webhook(body: NewWebhook, caller: Manager) -> JSONResponse:
    """Have events sent to a URL; its secret is in this answer and nowhere else, and a ping follows.

    Scope MANAGE_INTEGRATIONS.
    """

    def act(ctx: Context) -> dict[str, Any]:
        own_machine = caller.house.settings.sandbox
        endpoint, secret = webhooks.register(ctx, body.url, body.events, seal=_seal(caller), own_machine=own_machine)
        return WebhookMade(**_fields(endpoint), secret=secret).shown()

    return JSONResponse(await caller.write(act), status_code=201)


@router.get("/{webhook_id}", response_model=WebhookShown)
async def get_webhook(webhook_id: Id, caller: Manager) -> JSONResponse:
    """One endpoint. Scope MANAGE_INTEGRATIONS."""
    return JSONResponse(await caller.read(lambda ctx: WebhookShown(**_fields(webhooks.get(ctx, webhook_id))).shown()))


@router.patch("/{webhook_id}", response_model=WebhookShown)
async def update_webhook(webhook_id: Id, body: WebhookPatch, caller: Manager) -> JSONResponse:
    """Change the URL or the events, or switch an endpoint off and on. Scope MANAGE_INTEGRATIONS."""

    def act(ctx: Context) -> dict[str, Any]:
        endpoint = webhooks.get(ctx, webhook_id)
        own_machine = caller.house.settings.sandbox
        webhooks.change(ctx, endpoint, own_machine=own_machine, url=body.url, events=body.events, active=body.active)
        return WebhookShown(**_fields(endpoint)).shown()

    return JSONResponse(await caller.write(act))


@router.delete("/{webhook_id}", status_code=204)
async def delete_webhook(webhook_id: Id, caller: Manager) -> Response:
    """Forget an endpoint with its log. Scope MANAGE_INTEGRATIONS."""
    await caller.write(lambda ctx: webhooks.remove(ctx, webhooks.get(ctx, webhook_id)))
    return Response(status_code=204)


@router.post("/{webhook_id}/rotate", response_model=WebhookMade)
async def rotate_webhook_secret(webhook_id: Id, caller: Manager) -> JSONResponse:
    """A new secret; for 24 hours deliveries carry both signatures. Scope MANAGE_INTEGRATIONS."""

    def act(ctx: Context) -> dict[str, Any]:
        endpoint = webhooks.get(ctx, webhook_id)
        secret = webhooks.rotate(ctx, endpoint, seal=_seal(caller))
        return WebhookMade(**_fields(endpoint), secret=secret).shown()

    return JSONResponse(await caller.write(act))


@router.post("/{webhook_id}/ping", status_code=202, response_model=DeliveryShown)
async def ping_webhook(webhook_id: Id, caller: Manager) -> JSONResponse:
    """Send a test event; look for it in the deliveries. Scope MANAGE_INTEGRATIONS."""
    shown = await caller.write(lambda ctx: _delivery(webhooks.ping(ctx, webhooks.get(ctx, webhook_id))))
    return JSONResponse(shown, status_code=202)


@router.get("/{webhook_id}/deliveries", response_model=page_of("deliveries", DeliveryShown))
async def list_deliveries(
    webhook_id: Id,
    caller: Manager,
    page: Annotated[Page, Depends(paging)],
    state: Literal["queued", "delivered", "dead", "kept"] | None = None,
) -> JSONResponse:
    """What was sent to an endpoint, the newest first. Scope MANAGE_INTEGRATIONS."""

    def ask(ctx: Context) -> dict[str, Any]:
        endpoint = webhooks.get(ctx, webhook_id)
        rows, total = webhook_deliveries.log(ctx, endpoint, offset=page.offset, size=page.size, state=state)
        return paged("deliveries", [_delivery(row) for row in rows], total, page)

    return JSONResponse(await caller.read(ask))


@router.post("/deliveries/{delivery_id}/resend", status_code=202, response_model=DeliveryShown)
async def resend_delivery(delivery_id: Id, caller: Manager) -> JSONResponse:
    """Send a finished delivery again, with the same webhook-id and body. Scope MANAGE_INTEGRATIONS."""

    def act(ctx: Context) -> dict[str, Any]:
        delivery = webhook_deliveries.get(ctx, delivery_id)
        webhook_deliveries.resend(ctx, delivery)
        return _delivery(delivery)

    return JSONResponse(await caller.write(act), status_code=202)


def _seal(caller: Caller) -> webhooks.Seal:
    return partial(sealing.seal, caller.house.settings.secret_key)


def _fields(endpoint: WebhookEndpoint) -> dict[str, Any]:
    same = ("id", "url", "events", "disabled_at", "disabled_reason", "created_at", "updated_at")
    return {
        **{name: getattr(endpoint, name) for name in same},
        "active": endpoint.disabled_at is None,
        "previous_secret_until": endpoint.previous_until,
    }


def _delivery(row: WebhookDelivery) -> dict[str, Any]:
    same = (
        *("id", "subject_kind", "subject_id", "body", "state", "attempts", "last_status", "last_error", "reply"),
        *("created_at", "finished_at"),
    )
    return DeliveryShown(
        **{name: getattr(row, name) for name in same},
        webhook_id=row.message_id,
        event=row.event_type,
        latency_ms=row.milliseconds,
        next_attempt_at=row.due_at,
    ).shown()
