"""The demo company beside a Cal.com on this machine, and a program that books there."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2

from api import calcom, calcom_jobs
from api.worker import Worker
from storage.seed import demo_id
from tests.api.doors import MONDAY_9, Key, key_of
from tests.calcom_server import EVENT_TYPE, KEY, SECRET, CalcomServer
from tests.fakes import HANDS, SARAH, Shop, open_shop

SETUP = "/api/v1/integrations/calcom/setup"
DIAGNOSTIC = demo_id("diagnostic-visit")


@asynccontextmanager
async def connected_shop(database_url: str, there: CalcomServer) -> AsyncIterator[Shop]:
    """The demo company, with a Cal.com on this machine that it has not set up yet."""
    async with open_shop(database_url, calcom_base_url=there.url) as opened:
        hands = {**HANDS, "outside": calcom_jobs.settle, "outside_pull": calcom_jobs.pull}
        opened.worker = Worker(opened.house, hands)
        yield opened
        await calcom.connections(opened.house.settings).aclose()


async def keeping_there(shop: Shop) -> Key:
    """A program's key, once the diagnostic visits are kept in Cal.com, too."""
    made = await key_of(shop)
    assert (await made.ask("PUT", SETUP, setup())).status_code == 200
    return made


def setup(**more: Any) -> dict[str, Any]:
    services = [{"service_id": DIAGNOSTIC, "event_type_id": EVENT_TYPE}]
    return {"api_key": KEY, "webhook_secret": SECRET, "services": services, **more}


async def ask_for(key: Key, start: str = MONDAY_9, phone: str = SARAH, again: str | None = None) -> httpx2.Response:
    """A program asks for a diagnostic visit."""
    body = {"name": "Sarah Jones", "phone": phone, "event_type_id": "diagnostic-visit", "start_time": start}
    return await key.post("/api/v1/bookings", body, again)


async def booked(key: Key, **more: str) -> dict[str, Any]:
    """It gets one."""
    answer = await ask_for(key, **more)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def starts(key: Key, day: str) -> list[str]:
    listed = await key.get(f"/api/private/v1/slots?from={day}&to={day}&service=diagnostic-visit")
    return [one["start"] for one in listed["slots"]]
