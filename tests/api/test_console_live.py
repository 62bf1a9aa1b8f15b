"""Live pages: a stream says that something changed, and only then."""

import asyncio

import pytest

from api.console import live
from api.console.live import Watch
from storage.tables import Conversation
from tests.api.console_staff import Desk
from tests.fakes import Shop

pytestmark = pytest.mark.engines("sqlite")


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look every hundredth of a second, so that no test waits."""
    monkeypatch.setattr(live, "LOOK_EVERY", 0.01)


async def marks(watch: Watch, place: tuple[str, str | None], known: str | None, lasts: float = 0.4) -> list[str | None]:
    return [mark async for mark in watch.changes(place, known, lasts) if mark is not None]


async def test_a_text_changes_the_inbox_and_the_thread(shop: Shop) -> None:
    await shop.text("Hello", "SM1")
    [thread] = await shop.rows(Conversation)
    watch = Watch(shop.house.db)
    places = [(shop.org.id, None), (shop.org.id, thread.id)]
    waiting = [asyncio.create_task(marks(watch, place, None, 1.0)) for place in places]
    await asyncio.sleep(0.2)
    await shop.text("Are you there?", "SM2")
    assert [len(await one) for one in waiting] == [1, 1]


async def test_where_nothing_happens_nothing_is_said(shop: Shop) -> None:
    watch = Watch(shop.house.db)
    assert await marks(watch, (shop.org.id, None), None) == []


async def test_what_changed_before_the_stream_began_is_told_at_once(shop: Shop) -> None:
    watch = Watch(shop.house.db)
    [mark] = await marks(watch, (shop.org.id, None), "how the page found it")
    assert await marks(watch, (shop.org.id, None), mark) == []


async def test_another_thread_and_another_business_leave_a_thread_alone(shop: Shop) -> None:
    await shop.text("Hello", "SM1")
    [thread] = await shop.rows(Conversation)
    watch = Watch(shop.house.db)
    waiting = asyncio.create_task(marks(watch, (shop.org.id, thread.id), None, 0.6))
    await asyncio.sleep(0.2)
    await shop.text("Hello", "SM2", sender="+15125550143")
    assert await waiting == []


async def test_nobody_looks_when_nobody_watches(shop: Shop) -> None:
    watch = Watch(shop.house.db)
    await marks(watch, (shop.org.id, None), None, 0.1)
    await asyncio.sleep(0.1)
    assert watch._looker is not None
    assert watch._looker.done()


async def test_a_thread_out_of_sight_has_no_stream(shop: Shop, ken: Desk) -> None:
    await shop.text("Hello", "SM1")
    [thread] = await shop.rows(Conversation)
    assert (await ken.client.get(f"/console/live?conversation={thread.id}")).status_code == 404


async def test_a_stream_is_plain_events_that_nobody_keeps(
    shop: Shop, mia: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Watch.changes, "__defaults__", (0.2,))
    answer = await mia.client.get("/console/live?mark=older")
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["cache-control"] == "no-store"
    assert "event: changed" in answer.text


async def test_one_browser_holds_a_few_streams_and_no_more(
    shop: Shop, mia: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "STREAMS", 0)
    assert (await mia.client.get("/console/live")).status_code == 429
