"""The waiting list: Monday at nine comes free, and whoever has waited longest hears of it, once."""

from datetime import UTC, datetime
from typing import Any

import pytest

from api.hands import hands
from api.worker import Worker
from storage.context import CUSTOMER, Context
from storage.tables import Booking, Conversation, Customer, Job, Lead, LeadEvent, Message
from tests.fakes import Shop
from tests.people import MARCUS, MIA, PRIYA, SARAH, at, diagnostic, visit, wall, water_heater
from tools import booking, conversations, leads

pytestmark = [pytest.mark.anyio, pytest.mark.engines("sqlite")]

NINE, THURSDAY = "2026-11-23 09:00", "2026-12-03 09:00"
TOM = "+15125550145"


@pytest.fixture
async def taken(shop: Shop) -> Booking:
    """Tom has Monday at nine; texts are answered by the script."""
    shop.worker = Worker(shop.house, hands(None))
    row = await shop.act(lambda ctx: visit(ctx, NINE, TOM))
    await shop.worker.drain()
    return row


async def waits(shop: Shop, phone: str, service: Any = diagnostic, **customer: Any) -> None:
    """Somebody asks to be told when a time comes free, a minute after whoever asked before."""

    def unit(ctx: Context) -> None:
        person = leads.customer_for(ctx, phone)
        for name, value in customer.items():
            setattr(person, name, value)
        lead = leads.open_lead(ctx, person)
        leads.describe(ctx, lead.id, service_id=service(ctx).id if service else None)
        leads.wait(ctx, lead, True)

    await shop.act(unit, actor=MIA)
    await shop.pass_time(minutes=1)


async def cancelled(shop: Shop, row: Booking) -> None:
    await shop.act(lambda ctx: booking.cancel(ctx, booking.get(ctx, row.id)), actor=MIA)
    await shop.pass_time(minutes=2)


async def offers(shop: Shop) -> list[tuple[str | None, str]]:
    return [(one.to_phone, one.body) for one in await shop.rows(Message, kind="opening")]


async def says(shop: Shop, words: str, phone: str = PRIYA, number: int = 1) -> str:
    """Somebody texts, and what they are answered."""
    await shop.text(words, f"SM{number}", sender=phone)
    await shop.pass_time(seconds=10)
    return (await shop.rows(Message, to_phone=phone, kind="reply"))[-1].body


async def visits(shop: Shop, phone: str) -> list[tuple[str, str]]:
    rows = await shop.rows(Booking, customer_phone=phone)
    return sorted((wall(row.start_at), row.status) for row in rows)


@pytest.mark.engines("sqlite", "postgres")
async def test_the_longest_waiting_hears_of_a_cancelled_time_first(shop: Shop, taken: Booking) -> None:
    await waits(shop, PRIYA)
    await waits(shop, MARCUS)
    await cancelled(shop, taken)
    await shop.pass_time(minutes=50)
    [(phone, body)] = await offers(shop)
    assert phone == PRIYA
    assert "a time has opened for Diagnostic visit: Monday, November 23 at 9:00 AM. Shall I book it for you?" in body


@pytest.mark.engines("sqlite", "postgres")
async def test_after_an_hour_of_silence_the_next_hears_of_it_and_nobody_twice(shop: Shop, taken: Booking) -> None:
    await waits(shop, PRIYA)
    await waits(shop, MARCUS)
    await cancelled(shop, taken)
    for _ in range(5):
        await shop.pass_time(hours=1)
    assert [phone for phone, _ in await offers(shop)] == [PRIYA, MARCUS]
    assert (await says(shop, "Yes please", MARCUS)).startswith("Booked!")
    late = await says(shop, "yes", PRIYA, 2)
    assert not late.startswith("Booked!")
    assert "9:00 AM" not in late.partition("Monday")[0]
    assert await visits(shop, PRIYA) == []


async def test_a_time_taken_within_the_hour_is_offered_to_nobody_else(shop: Shop, taken: Booking) -> None:
    await waits(shop, PRIYA)
    await waits(shop, MARCUS)
    await cancelled(shop, taken)
    await says(shop, "Yes please")
    await shop.pass_time(hours=2)
    assert [phone for phone, _ in await offers(shop)] == [PRIYA]


@pytest.mark.engines("sqlite", "postgres")
async def test_her_yes_books_it_and_she_waits_no_longer(shop: Shop, taken: Booking) -> None:
    await waits(shop, PRIYA)
    await cancelled(shop, taken)
    assert await visits(shop, PRIYA) == []
    assert (await says(shop, "Yes please")).startswith("Booked! Diagnostic visit on Monday, November 23 at 9:00 AM")
    assert await visits(shop, PRIYA) == [(NINE, "confirmed")]
    assert [lead.waitlist for lead in await shop.rows(Lead)] == [False, False]


async def test_who_has_a_later_visit_is_offered_to_move_it_and_keeps_one(shop: Shop, taken: Booking) -> None:
    await shop.act(lambda ctx: visit(ctx, THURSDAY, PRIYA))
    await waits(shop, PRIYA)
    await cancelled(shop, taken)
    [(_, body)] = await offers(shop)
    assert "Shall I move your visit to it?" in body
    assert (await says(shop, "YES")).startswith("Rescheduled!")
    assert await visits(shop, PRIYA) == [(NINE, "rescheduled")]
    await shop.pass_time(minutes=5)
    assert len(await offers(shop)) == 1  # her own Thursday is nobody's news: nobody waits any more


async def test_the_time_a_visit_moved_away_from_is_offered_too(shop: Shop, taken: Booking) -> None:
    await waits(shop, PRIYA)
    tuesday = at("2026-11-24 09:00")
    await shop.act(lambda ctx: booking.move(ctx, booking.get(ctx, taken.id), tuesday), actor=MIA)
    await shop.pass_time(minutes=2)
    assert [phone for phone, _ in await offers(shop)] == [PRIYA]


async def test_who_asked_for_no_texts_is_passed_over(shop: Shop, taken: Booking) -> None:
    await waits(shop, PRIYA, opted_out_at=datetime(2026, 11, 1, tzinfo=UTC))
    await waits(shop, MARCUS)
    await cancelled(shop, taken)
    assert [phone for phone, _ in await offers(shop)] == [MARCUS]


async def test_in_the_night_it_waits_for_the_morning(shop: Shop, taken: Booking) -> None:
    await waits(shop, PRIYA)
    shop.clock.set(at("2026-11-21 23:00"))
    await cancelled(shop, taken)
    assert await offers(shop) == []
    shop.clock.set(at("2026-11-22 08:01"))
    await shop.worker.drain()
    assert [phone for phone, _ in await offers(shop)] == [PRIYA]


@pytest.mark.parametrize("service", [water_heater, None], ids=["other work", "nobody knows what"])
async def test_who_wants_other_work_does_not_hear_of_it(shop: Shop, taken: Booking, service: Any) -> None:
    if service is not None:  # three hours do not fit before Dana's visit at eleven, and Luis is away
        await shop.act(lambda ctx: visit(ctx, "2026-11-23 11:00", MARCUS))
        await shop.act(lambda ctx: visit(ctx, NINE, "+15125550146", water_heater))
    await waits(shop, PRIYA, service)
    await cancelled(shop, taken)
    assert await offers(shop) == []


async def test_an_earlier_visit_of_their_own_wants_no_later_time(shop: Shop, taken: Booking) -> None:
    await shop.act(lambda ctx: visit(ctx, "2026-11-23 15:00", PRIYA))
    await waits(shop, PRIYA)
    later = await shop.act(lambda ctx: visit(ctx, THURSDAY, MARCUS))
    await cancelled(shop, later)
    assert await offers(shop) == []


async def test_where_nobody_waits_nothing_is_queued(shop: Shop, taken: Booking) -> None:
    await shop.act(lambda ctx: booking.cancel(ctx, booking.get(ctx, taken.id)), actor=MIA)
    assert await shop.rows(Job, topic="opening") == []


async def test_a_time_that_somebody_took_meanwhile_is_offered_to_nobody(shop: Shop, taken: Booking) -> None:
    await waits(shop, PRIYA)
    await shop.act(lambda ctx: booking.cancel(ctx, booking.get(ctx, taken.id)), actor=MIA)
    await shop.act(lambda ctx: visit(ctx, NINE, MARCUS))
    await shop.pass_time(minutes=2)
    assert await offers(shop) == []
    assert [(job.state, job.reason) for job in await shop.rows(Job, topic="opening")] == [("skipped", "nobody_waits")]


async def test_whoever_says_yes_too_late_is_told_and_offered_others(shop: Shop, taken: Booking) -> None:
    await waits(shop, PRIYA)
    await cancelled(shop, taken)
    await shop.act(lambda ctx: visit(ctx, NINE, MARCUS))
    answer = await says(shop, "Yes")
    assert "taken" in answer
    assert await visits(shop, PRIYA) == []


async def test_a_no_books_nothing(shop: Shop, taken: Booking) -> None:
    await waits(shop, PRIYA)
    await cancelled(shop, taken)
    await says(shop, "No thanks")
    assert await visits(shop, PRIYA) == []


async def test_a_spanish_offer_is_taken_with_si(shop: Shop, taken: Booking) -> None:
    await waits(shop, PRIYA, language="es")
    await cancelled(shop, taken)
    [(_, body)] = await offers(shop)
    assert "hay una hora libre para Diagnostic visit: lunes 23 de noviembre" in body
    await says(shop, "Si")
    assert await visits(shop, PRIYA) == [(NINE, "confirmed")]


async def test_who_talks_with_a_person_is_not_interrupted(shop: Shop, taken: Booking) -> None:
    await waits(shop, PRIYA)
    await waits(shop, MARCUS)

    def held(ctx: Context) -> None:
        conversations.thread_for(ctx, PRIYA, None, "sms").state = "human"

    await shop.act(held)
    await cancelled(shop, taken)
    assert [phone for phone, _ in await offers(shop)] == [MARCUS]


async def test_who_gives_a_time_back_is_not_offered_it(shop: Shop, taken: Booking) -> None:
    await waits(shop, TOM)
    away = await shop.act(lambda ctx: booking.cancel(ctx, booking.get(ctx, taken.id), by_customer=True), actor=CUSTOMER)
    await shop.pass_time(minutes=2)
    assert (away.status, await offers(shop)) == ("cancelled", [])


async def test_two_times_at_once_go_to_two_people(shop: Shop, taken: Booking) -> None:
    other = await shop.act(lambda ctx: visit(ctx, "2026-11-24 09:00", SARAH))
    await waits(shop, PRIYA)
    await waits(shop, MARCUS)
    for row in (taken, other):
        await shop.act(lambda ctx, row=row: booking.cancel(ctx, booking.get(ctx, row.id)), actor=MIA)
    await shop.pass_time(minutes=2)
    assert sorted(str(phone) for phone, _ in await offers(shop)) == [MARCUS, PRIYA]


async def test_the_office_sees_the_offer_on_the_lead_and_in_the_thread(shop: Shop, taken: Booking) -> None:
    await waits(shop, PRIYA)
    await cancelled(shop, taken)
    [noted] = await shop.rows(LeadEvent, event="opening_offered")
    [thread] = await shop.rows(Conversation, phone=PRIYA)
    [message] = await shop.rows(Message, kind="opening")
    assert noted.detail == {"start": "2026-11-23T15:00:00Z"}
    assert (message.conversation_id, thread.lead_id, message.state) == (thread.id, noted.lead_id, "sent")


async def test_a_time_that_is_over_is_nobodys_opening(shop: Shop, taken: Booking) -> None:
    await waits(shop, PRIYA)
    shop.clock.set(at("2026-11-23 09:30"))
    await cancelled(shop, taken)
    assert await shop.rows(Job, topic="opening") == []


async def test_an_address_outside_the_area_is_passed_over(shop: Shop, taken: Booking) -> None:
    await waits(shop, PRIYA, postal_code="10001")
    await cancelled(shop, taken)
    assert await offers(shop) == []
    assert [one.postal_code for one in await shop.rows(Customer, phone=PRIYA)] == ["10001"]
