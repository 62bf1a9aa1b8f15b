"""What ran out is swept away, what still counts stays, and the worker does it by itself."""

import asyncio
from datetime import timedelta

import pytest

from api.worker import Worker
from storage import idempotency, sweeping
from storage.context import Context
from storage.tables import ConfirmCode, Hold, IdempotentAnswer, Offer, SlotCell
from tests.fakes import Shop, open_shop
from tests.people import at, diagnostic
from tools import holds, slots

pytestmark = [pytest.mark.anyio, pytest.mark.engines("sqlite", "postgres")]

KEPT = (IdempotentAnswer, Offer, ConfirmCode, Hold, SlotCell)


def leave(ctx: Context) -> None:
    """One of everything that runs out."""
    idempotency.claim(ctx, "credential", "key", "print")
    slots.remember(ctx, "slots", ["2026-11-23T15:00:00+00:00"], None, "America/Chicago")
    holds.hold(ctx, diagnostic(ctx), at("2026-11-23 09:00"))
    code = ConfirmCode(org_id=ctx.org.id, phone="+15125550142", code_hash="x", created_at=ctx.now)
    code.expires_at = ctx.now + timedelta(minutes=10)
    ctx.session.add(code)


async def left(shop: Shop) -> set[str]:
    return {table.__tablename__ for table in KEPT if await shop.rows(table)}


async def swept(shop: Shop) -> set[str]:
    now = shop.clock.now()
    assert await shop.house.db.write(lambda session: sweeping.sweep(session, now)) is False
    return await left(shop)


async def test_everything_goes_when_its_time_is_over_and_not_before(database_url: str) -> None:
    async with open_shop(database_url) as shop:
        await shop.house.write(shop.org, leave, scope="call-1")
        everything = {table.__tablename__ for table in KEPT}
        assert await swept(shop) == everything
        shop.clock.advance(timedelta(minutes=10))
        assert await swept(shop) == {"idempotent_answers", "offers", "holds"}
        shop.clock.advance(timedelta(hours=2))
        assert await swept(shop) == {"idempotent_answers", "holds"}
        shop.clock.advance(timedelta(hours=22))
        assert await swept(shop) == set()


async def test_a_big_heap_is_swept_a_little_at_a_time(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeping, "AT_ONCE", 2)
    async with open_shop(database_url) as shop:

        def unit(ctx: Context) -> None:
            for number in range(3):
                idempotency.claim(ctx, "credential", f"key {number}", "print")

        await shop.act(unit)
        now = shop.clock.now() + timedelta(days=2)
        assert await shop.house.db.write(lambda session: sweeping.sweep(session, now)) is True
        assert len(await shop.rows(IdempotentAnswer)) == 1


async def test_the_worker_sweeps_by_itself(database_url: str) -> None:
    async with open_shop(database_url) as shop:
        await shop.house.write(shop.org, leave, scope="call-1")
        shop.clock.advance(timedelta(days=2))
        working = asyncio.create_task(Worker(shop.house, {}).run())
        for _ in range(500):
            if not (still := await left(shop)):
                break
            await asyncio.sleep(0.02)
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
        assert still == set()
