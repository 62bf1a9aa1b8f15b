"""Cal.com's webhooks: what was booked, cancelled or moved over there (contract 2.14, EM-A4).

Its signature carries no time, so a copy may come whenever it likes: trigger, uid and its own time make an event one.
"""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request, Response

from api import sealing, signatures
from api.calcom import OURS, instant
from api.deps import house_of
from api.envelopes import parse, storable
from api.voice import body_of
from storage import lookup
from storage.context import Context
from tools import outside_news
from tools.outside_calendar import CALCOM
from tools.outside_news import News
from tools.problems import Problem, not_found

router = APIRouter(prefix="/api/calcom", include_in_schema=False)

KINDS = {
    "BOOKING_CREATED": "created",
    "BOOKING_RESCHEDULED": "rescheduled",
    "BOOKING_CANCELLED": "cancelled",
    "BOOKING_REJECTED": "cancelled",
}


@router.post("/webhook/{token}")
async def webhook(request: Request, token: str) -> Response:
    """One event. Another kind than these, or one without a booking in it, changes nothing and is well received."""
    house = house_of(request)
    found = await house.db.read(lambda session: lookup.org_by_calcom_token(session, token))
    body = await body_of(request)
    if found is None:
        not_found("address")
    org, sealed = found
    secret = sealing.unseal(house.settings.secret_key, sealed)
    if secret is None or not signatures.calcom(secret, body, request.headers.get("x-cal-signature-256")):
        raise Problem("UNAUTHORIZED", "The signature does not match.", fix="Give both sides the same webhook secret.")
    said = storable(parse(body))
    news = read(said)

    def unit(ctx: Context) -> None:
        if news is not None:
            outside_news.heard(ctx, news, said)

    await house.write(org, unit, actor=CALCOM)
    return Response(status_code=204)


def read(said: Mapping[str, Any]) -> News | None:
    """An event as we take it in; null for one that is none of our business."""
    payload = said.get("payload")
    trigger = said.get("triggerEvent")
    if not isinstance(trigger, str) or trigger not in KINDS or not isinstance(payload, Mapping):
        return None
    uid, metadata = payload.get("uid"), payload.get("metadata")
    if not isinstance(uid, str) or not uid:
        return None
    made_for = metadata.get(OURS) if isinstance(metadata, Mapping) else None
    old = payload.get("rescheduleUid")
    try:
        times = [instant(payload[name]) if payload.get(name) else None for name in ("startTime", "endTime")]
    except ValueError:
        return None
    return News(
        key=f"{trigger}:{uid}:{said.get('createdAt')}"[:300],
        kind=KINDS[trigger],
        uid=uid,
        id=_number(payload.get("bookingId")),
        event_type_id=_number(payload.get("eventTypeId")),
        start=times[0],
        end=times[1],
        old_uid=old if isinstance(old, str) and old else None,
        made_for=str(made_for) if made_for else None,
    )


def _number(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
