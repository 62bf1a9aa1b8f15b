"""Telling other systems what happened: who asked to be told, and one delivery row with its job per event told.

The envelope is Empfio's (EM-A3) with `id` and `api_version`; it is signed as Standard Webhooks 1.0 when it leaves.
"""

import base64
import json
import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import delete, select

from storage import listings, outbox
from storage.context import Context
from storage.tables import WebhookDelivery, WebhookEndpoint, new_id
from storage.tables.webhooks import EVENTS, EVERYTHING
from tools import audit
from tools.problems import Problem, not_found
from tools.refusals import utc
from tools.rules import public_address
from tools.setup import setup_seen

API_VERSION = "v1"
PING = "ping"
OVERLAP = timedelta(hours=24)  # how long the secret before a rotation still signs
_URL = re.compile(r"[!-~]{1,500}")
_NAME = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9-]{2,63}\.?")
INSIDE = (".localhost", ".local", ".internal", ".lan", ".home.arpa")  # names no public resolver answers

Seal = Callable[[str], str]


def announce(ctx: Context, event_type: str, data: Mapping[str, Any], *, subject: tuple[str, str]) -> None:
    """Tell every endpoint that asked for this event, in this unit; nothing at all when none did.

    `data` is small and plain JSON; `subject` (kind, id) is what it is about: for one endpoint, events of one subject
    go out in the order in which they happened.
    """
    if setup_seen(ctx).told.isdisjoint((event_type, EVERYTHING)):
        return
    wanting = [endpoint for endpoint in _active(ctx) if endpoint.wants(event_type)]
    if wanting:
        message_id, body = _envelope(ctx, event_type, data)
        for endpoint in wanting:
            _queue(ctx, endpoint, event_type, message_id, body, subject)


def register(
    ctx: Context, url: str, events: Sequence[str], *, seal: Seal, own_machine: bool
) -> tuple[WebhookEndpoint, str]:
    """A new endpoint and its secret, which cannot be shown again; a ping goes out at once.

    `seal` makes of the secret what may be stored; `own_machine` allows addresses of this machine, for the sandbox.
    Raises VALIDATION_ERROR for a URL that may not be called and for an unknown event, MISSING_FIELDS for no events.
    """
    secret = _new_secret()
    endpoint = WebhookEndpoint(
        id=new_id(),
        org_id=ctx.org.id,
        url=checked_url(url, own_machine=own_machine),
        events=_events_named(events),
        sealed_secret=seal(secret),
        created_at=ctx.now,
        updated_at=ctx.now,
    )
    ctx.session.add(endpoint)
    _changed(ctx, endpoint, "created")
    ping(ctx, endpoint)
    return endpoint, secret


def change(
    ctx: Context,
    endpoint: WebhookEndpoint,
    *,
    own_machine: bool,
    url: str | None = None,
    events: Sequence[str] | None = None,
    active: bool | None = None,
) -> None:
    """Change where an endpoint is, what it wants, or whether it is told anything; what is None stays.

    A new URL is pinged. Raises what `register` raises.
    """
    moved = url is not None and url != endpoint.url
    if url is not None:
        endpoint.url = checked_url(url, own_machine=own_machine)
    if events is not None:
        endpoint.events = _events_named(events)
    if active is not None and active != (endpoint.disabled_at is None):
        endpoint.disabled_at, endpoint.disabled_reason = (None, None) if active else (ctx.now, "staff")
    _changed(ctx, endpoint, "changed")
    if moved and endpoint.disabled_at is None:
        ping(ctx, endpoint)


def rotate(ctx: Context, endpoint: WebhookEndpoint, *, seal: Seal) -> str:
    """A new secret; for 24 hours deliveries carry the signatures of both, so the receiver can change in its time."""
    secret = _new_secret()
    endpoint.previous_sealed_secret, endpoint.previous_until = endpoint.sealed_secret, ctx.now + OVERLAP
    endpoint.sealed_secret = seal(secret)
    _changed(ctx, endpoint, "rotated")
    return secret


def remove(ctx: Context, endpoint: WebhookEndpoint) -> None:
    """Forget an endpoint, its secrets and its log; what still waited for it is not sent.

    An empty row stays: a visit booked at this very moment may be about to tell it.
    """
    mine = WebhookDelivery.endpoint_id == endpoint.id
    for delivery_id in ctx.session.scalars(select(WebhookDelivery.id).where(mine, WebhookDelivery.state == "queued")):
        outbox.supersede(ctx, ("delivery", delivery_id), "removed")
    ctx.session.execute(delete(WebhookDelivery).where(mine))
    endpoint.removed_at = endpoint.disabled_at = ctx.now
    endpoint.url = endpoint.sealed_secret = ""
    endpoint.previous_sealed_secret = None
    _changed(ctx, endpoint, "removed")


def ping(ctx: Context, endpoint: WebhookEndpoint) -> WebhookDelivery:
    """Send a test event. Raises INVALID_TRANSITION for a disabled endpoint."""
    if endpoint.disabled_at is not None:
        raise Problem("INVALID_TRANSITION", "The endpoint is disabled.", fix="Send active true first.")
    message_id, body = _envelope(ctx, PING, {"endpoint_id": endpoint.id})
    return _queue(ctx, endpoint, PING, message_id, body, (PING, message_id))


def get(ctx: Context, endpoint_id: str) -> WebhookEndpoint:
    """One endpoint of this business; raises NOT_FOUND."""
    endpoint = listings.one_of(ctx, WebhookEndpoint, endpoint_id)
    return endpoint if endpoint is not None and endpoint.removed_at is None else not_found("webhook")


def listed(ctx: Context) -> list[WebhookEndpoint]:
    """Every endpoint of this business, oldest first."""
    mine = select(WebhookEndpoint).where(WebhookEndpoint.org_id == ctx.org.id, WebhookEndpoint.removed_at.is_(None))
    return list(ctx.session.scalars(mine.order_by(WebhookEndpoint.created_at, WebhookEndpoint.id)))


def checked_url(url: str, *, own_machine: bool) -> str:
    """The URL, when it may be called: https on the public internet or, where allowed, anything on this machine.

    A name is looked at again when it is resolved, before every delivery. Raises VALIDATION_ERROR.
    """
    url = url.strip()
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise _refused("That is not a URL.") from None
    if not host or parts.scheme not in ("https", "http") or not _URL.fullmatch(url):
        raise _refused("That is not a URL.")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise _refused("The URL holds a user name or a fragment.")
    if own_machine and public_address.is_own_machine(host):
        return url
    if public_address.is_address(host):
        private = not public_address.is_public(host)
    else:
        private = not _NAME.fullmatch(host) or host.rstrip(".").endswith(INSIDE)
    if private:
        raise _refused("The URL points into a private network.")
    if parts.scheme != "https":
        raise _refused("The URL is not https.")
    return url


def _refused(detail: str) -> Problem:
    errors = [{"field": "url", "detail": detail}]
    fix = "Send an https URL of a public host, such as https://hooks.example.com/ringback."
    return Problem("VALIDATION_ERROR", detail, fix=fix, errors=errors)


def _events_named(names: Sequence[str]) -> list[str]:
    if not names:
        raise Problem(
            "MISSING_FIELDS", "A webhook needs an event.", fix=f"Send events, or {EVERYTHING}.", fields=["events"]
        )
    if EVERYTHING in names:
        return [EVERYTHING]
    if any(name not in EVENTS for name in names):
        raise Problem("VALIDATION_ERROR", "There is no such event.", fix=f"Use any of: {', '.join(EVENTS)}.")
    return [event for event in EVENTS if event in names]


def _active(ctx: Context) -> list[WebhookEndpoint]:
    """The endpoints that are told anything, read once a unit: one visit booked is three events."""
    known: dict[str, list[WebhookEndpoint]] = ctx.session.info.setdefault("webhook_endpoints", {})
    if ctx.org.id not in known:
        mine = select(WebhookEndpoint).where(
            WebhookEndpoint.org_id == ctx.org.id, WebhookEndpoint.disabled_at.is_(None)
        )
        with ctx.session.no_autoflush:
            known[ctx.org.id] = list(ctx.session.scalars(mine.order_by(WebhookEndpoint.created_at)))
    return known[ctx.org.id]


def _envelope(ctx: Context, event_type: str, data: Mapping[str, Any]) -> tuple[str, str]:
    message_id = f"msg_{secrets.token_hex(16)}"
    envelope = {
        "id": message_id,
        "event": event_type,
        "api_version": API_VERSION,
        "timestamp": utc(ctx.now),
        "organization_id": ctx.org.id,
        "data": dict(data),
    }
    return message_id, json.dumps(envelope, ensure_ascii=False, separators=(",", ":"))


def _queue(
    ctx: Context, endpoint: WebhookEndpoint, event_type: str, message_id: str, body: str, subject: tuple[str, str]
) -> WebhookDelivery:
    delivery = WebhookDelivery(
        id=new_id(),
        org_id=ctx.org.id,
        endpoint_id=endpoint.id,
        message_id=message_id,
        event_type=event_type,
        subject_kind=subject[0],
        subject_id=subject[1],
        body=body,
        state="queued",
        attempts=0,
        due_at=ctx.now,
        created_at=ctx.now,
    )
    ctx.session.add(delivery)
    outbox.put(ctx, "webhook", f"webhook:{delivery.id}", ("delivery", delivery.id), due_at=ctx.now)
    return delivery


def _new_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def _changed(ctx: Context, endpoint: WebhookEndpoint, deed: str) -> None:
    endpoint.updated_at = ctx.now
    ctx.session.info.pop("webhook_endpoints", None)
    audit.note(ctx, f"webhook.{deed}", "webhook", endpoint.id, events=endpoint.events)
    ctx.session.flush()
