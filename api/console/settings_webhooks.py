"""Settings: where other systems are told of events, and the log of every delivery."""

from functools import partial
from typing import Any

from fastapi import Request, Response

from api import sealing
from api.console import pages
from api.console.door import StaffCaller, router
from api.console.forms import Sent, refused_by, sent
from api.console.settings import ROOT, Office, show
from storage.context import Context
from storage.tables.webhooks import DELIVERY_STATES, EVENTS, EVERYTHING, WebhookEndpoint
from tools import webhook_deliveries, webhooks
from tools.problems import Problem

PAGE = f"{ROOT}/webhooks"
SHOWN = 50  # deliveries on a page
NEW: dict[str, Any] = {"url": "", "events": []}


@router.get("/settings/webhooks")
async def see_webhooks(request: Request, caller: Office) -> Response:
    """Every endpoint."""
    return show(request, "settings_webhooks.html.j2", "/webhooks", endpoints=await caller.read(webhooks.listed))


@router.get("/settings/webhooks/new")
async def new_webhook(request: Request, caller: Office) -> Response:
    """A form for one more."""
    return _form(request, NEW)


@router.post("/settings/webhooks/new")
async def add_webhook(request: Request, caller: Office) -> Response:
    """Register it; this answer shows the secret, once, and a ping goes out."""
    form = await sent(request)
    made: list[str] = []

    def act(ctx: Context) -> None:
        own_machine = caller.house.settings.sandbox
        url, events = form.text("url", 500), form.several("events")
        made.append(webhooks.register(ctx, url, events, seal=_seal(caller), own_machine=own_machine)[1])

    refused = await refused_by(caller, act)
    if refused is not None:
        return _form(request, form.over(NEW), refused)
    return _secret(request, made[-1])


@router.get("/settings/webhooks/{webhook_id}")
async def see_webhook(
    request: Request, webhook_id: str, caller: Office, state: str | None = None, page: int = 0
) -> Response:
    """One endpoint with its log."""
    return await _one(request, caller, webhook_id, state=state, page=page)


@router.post("/settings/webhooks/{webhook_id}")
async def save_webhook(request: Request, webhook_id: str, caller: Office) -> Response:
    """Change where it is, what it wants, or whether it is told anything."""
    form = await sent(request)

    def act(ctx: Context) -> None:
        webhooks.change(
            ctx,
            webhooks.get(ctx, webhook_id),
            own_machine=caller.house.settings.sandbox,
            url=form.text("url", 500),
            events=form.several("events"),
            active=form.ticked("active"),
        )

    refused = await refused_by(caller, form.unless_newer(lambda ctx: _shown(webhooks.get(ctx, webhook_id)), act))
    if refused is not None:
        return await _one(request, caller, webhook_id, form=form, refused=refused)
    return pages.back_to(request, f"{PAGE}/{webhook_id}", "The webhook is saved.")


@router.post("/settings/webhooks/{webhook_id}/ping")
async def ping(request: Request, webhook_id: str, caller: Office) -> Response:
    """Send a test event."""
    await caller.write(lambda ctx: webhooks.ping(ctx, webhooks.get(ctx, webhook_id)))
    return pages.back_to(request, f"{PAGE}/{webhook_id}", "A test event is on its way; look below in a moment.")


@router.post("/settings/webhooks/{webhook_id}/rotate")
async def rotate(request: Request, webhook_id: str, caller: Office) -> Response:
    """A new secret; for a day deliveries carry both signatures."""
    secret = await caller.write(lambda ctx: webhooks.rotate(ctx, webhooks.get(ctx, webhook_id), seal=_seal(caller)))
    return _secret(request, secret)


@router.post("/settings/webhooks/{webhook_id}/remove")
async def remove(request: Request, webhook_id: str, caller: Office) -> Response:
    """Forget it with its log."""
    await caller.write(lambda ctx: webhooks.remove(ctx, webhooks.get(ctx, webhook_id)))
    return pages.back_to(request, PAGE, "The webhook is removed.")


@router.post("/settings/webhooks/{webhook_id}/deliveries/{delivery_id}/resend")
async def resend(request: Request, webhook_id: str, delivery_id: str, caller: Office) -> Response:
    """Send one delivery again."""
    await caller.write(lambda ctx: webhook_deliveries.resend(ctx, webhook_deliveries.get(ctx, delivery_id)))
    return pages.back_to(request, f"{PAGE}/{webhook_id}", "It is being sent again.")


def _form(request: Request, v: dict[str, Any], refused: Problem | None = None) -> Response:
    return show(
        request, "settings_webhook_new.html.j2", "/webhooks", v=v, events=(EVERYTHING, *EVENTS), refused=refused
    )


def _secret(request: Request, secret: str) -> Response:
    return show(
        request, "settings_secret.html.j2", "/webhooks", secret=secret, name="Webhook secret", what="webhook", back=PAGE
    )


async def _one(
    request: Request,
    caller: StaffCaller,
    webhook_id: str,
    *,
    state: str | None = None,
    page: int = 0,
    form: Sent | None = None,
    refused: Problem | None = None,
) -> Response:
    wanted = state if state in DELIVERY_STATES else None
    place = min(max(page, 0), 10_000)

    def ask(ctx: Context) -> dict[str, Any]:
        row = webhooks.get(ctx, webhook_id)
        log, total = webhook_deliveries.log(ctx, row, offset=place * SHOWN, size=SHOWN, state=wanted)
        return {"endpoint": row, "log": log, "total": total, "v": _shown(row)}

    facts = await caller.read(ask)
    if form is not None:
        facts["v"] = form.over(facts["v"])
    here, query = f"{PAGE}/{webhook_id}", f"state={wanted}&" if wanted else ""
    tabs = [(one.capitalize(), f"{here}?state={one}", one == wanted, None) for one in DELIVERY_STATES]
    return show(
        request,
        "settings_webhook.html.j2",
        "/webhooks",
        events=(EVERYTHING, *EVENTS),
        tabs=[("All", here, wanted is None, None), *tabs],
        newer=f"{here}?{query}page={place - 1}" if place else None,
        older=f"{here}?{query}page={place + 1}" if (place + 1) * SHOWN < facts["total"] else None,
        refused=refused,
        **facts,
    )


def _shown(row: WebhookEndpoint) -> dict[str, Any]:
    return {"url": row.url, "events": list(row.events), "active": row.disabled_at is None}


def _seal(caller: StaffCaller) -> webhooks.Seal:
    return partial(sealing.seal, caller.house.settings.secret_key)
