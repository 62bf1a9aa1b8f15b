"""What may exist once exists once, whoever comes first."""

import asyncio

import pytest
from sqlalchemy import select

from storage import inbox, outbox
from storage.context import Context
from storage.db import Database
from storage.tables import Customer, Job, ProviderEvent
from tests.people import SARAH, Office
from tools import leads

pytestmark = [pytest.mark.anyio, pytest.mark.engines("sqlite", "aiosqlite", "postgres")]


async def test_of_eight_copies_of_one_delivery_one_is_the_first_and_the_rest_are_counted(db: Database) -> None:
    office = Office(db)
    await office(lambda ctx: None)
    told = await asyncio.gather(
        *(office(lambda ctx: inbox.once(ctx, "twilio", "SM1", "sms", {"Body": "hello"})) for _ in range(8))
    )
    copies = await db.read(lambda s: list(s.scalars(select(ProviderEvent.copies))))
    assert (sorted(told), copies) == ([False] * 7 + [True], [7])


async def test_two_different_deliveries_are_both_new(db: Database) -> None:
    office = Office(db)
    assert [await office(lambda ctx, key=key: inbox.once(ctx, "twilio", key, "sms", {})) for key in ("SM1", "SM2")] == [
        True,
        True,
    ]


async def test_a_delivery_whose_unit_failed_is_new_again(db: Database) -> None:
    office = Office(db)

    def fails(ctx: Context) -> None:
        inbox.once(ctx, "twilio", "SM1", "sms", {})
        raise LookupError

    with pytest.raises(LookupError):
        await office(fails)
    assert await office(lambda ctx: inbox.once(ctx, "twilio", "SM1", "sms", {}))


async def test_a_job_is_queued_once_under_its_key(db: Database) -> None:
    office = Office(db)
    await office(lambda ctx: None)
    told = await asyncio.gather(
        *(
            office(lambda ctx: outbox.put(ctx, "turn", "turn:1", ("conversation", "1"), due_at=ctx.now))
            for _ in range(6)
        )
    )
    assert sorted(told) == [False] * 5 + [True]
    assert len(await db.read(lambda s: list(s.scalars(select(Job.id))))) == 1


async def test_six_first_contacts_at_once_make_one_sarah(db: Database) -> None:
    office = Office(db)
    await office(lambda ctx: None)
    found = await asyncio.gather(*(office(lambda ctx: leads.customer_for(ctx, SARAH).id) for _ in range(6)))
    assert len(set(found)) == 1
    assert len(await db.read(lambda s: list(s.scalars(select(Customer.id))))) == 1
