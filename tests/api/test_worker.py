"""The worker: each job to one hand, another try when a hand fails, and a task for the office when it is given up."""

import asyncio
import dataclasses
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from api.deps import House
from api.opening import open_house
from api.worker import TRIES, WAITS, Worker
from storage import outbox
from storage.context import Context
from storage.tables import Job, Task
from tests.fakes import SATURDAY, Shop

pytestmark = [pytest.mark.anyio, pytest.mark.engines("sqlite", "postgres")]


async def queue(shop: Shop, number: int = 1, **more: object) -> None:
    def unit(ctx: Context) -> None:
        for place in range(number):
            given = {"due_at": ctx.now, **more}
            outbox.put(ctx, "turn", f"turn:{place}", ("conversation", str(place)), **given)  # type: ignore[arg-type]

    await shop.act(unit)


async def done(house: House, job: Job) -> None:
    now = house.clock.now()
    assert await house.db.write(lambda s: outbox.settle(s, job, "sent", now))


async def broken(_house: House, _job: Job) -> None:
    raise ValueError("Sarah said 4471")


async def the_job(shop: Shop) -> Job:
    [found] = await shop.rows(Job)
    return found


async def test_a_due_job_goes_to_its_hand_and_is_settled(shop: Shop) -> None:
    await queue(shop)
    await Worker(shop.house, {"turn": done}).drain()
    found = await the_job(shop)
    assert (found.state, found.attempts, found.owner, found.lease_until) == ("sent", 1, None, None)


async def test_a_job_that_is_not_due_waits(shop: Shop) -> None:
    await queue(shop, due_at=SATURDAY + timedelta(minutes=1))
    worker = Worker(shop.house, {"turn": done})
    await worker.drain()
    assert (await the_job(shop)).state == "queued"
    shop.clock.advance(timedelta(minutes=1))
    await worker.drain()
    assert (await the_job(shop)).state == "sent"


async def test_a_topic_without_a_hand_here_is_left_for_others(shop: Shop) -> None:
    await queue(shop)
    await Worker(shop.house, {"send": done}).drain()
    assert (await the_job(shop)).state == "queued"


async def test_a_hand_that_raises_is_tried_again_after_a_wait(shop: Shop) -> None:
    await queue(shop)
    await Worker(shop.house, {"turn": broken}).drain()
    found = await the_job(shop)
    assert (found.state, found.reason, found.due_at) == (
        "uncertain",
        "error",
        SATURDAY + timedelta(seconds=WAITS[0]),
    )


async def test_after_five_tries_it_is_given_up_and_the_office_gets_a_task(shop: Shop) -> None:
    await queue(shop)
    worker = Worker(shop.house, {"turn": broken})
    await worker.drain()
    for wait in WAITS:
        shop.clock.advance(timedelta(seconds=wait))
        await worker.drain()
    found = await the_job(shop)
    [task] = await shop.rows(Task)
    assert (found.state, found.attempts) == ("failed", TRIES)
    assert (task.kind, task.urgency, "4471" in task.text) == ("needs_review", "urgent", False)


async def test_one_bad_row_blocks_nobody(shop: Shop) -> None:
    async def picky(house: House, job: Job) -> None:
        await (broken if job.subject_id == "0" else done)(house, job)

    await queue(shop, 3)
    await Worker(shop.house, {"turn": picky}).drain()
    assert sorted(job.state for job in await shop.rows(Job)) == ["sent", "sent", "uncertain"]


async def test_what_a_hand_raised_is_logged_without_its_words(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    await queue(shop)
    await Worker(shop.house, {"turn": broken}).drain()
    assert ("ValueError" in caplog.text, "4471" in caplog.text) == (True, False)


async def test_two_workers_never_share_a_job(shop: Shop) -> None:
    taken: list[str] = []

    async def count(house: House, job: Job) -> None:
        taken.append(job.id)
        await asyncio.sleep(0)
        await done(house, job)

    await queue(shop, 80)
    await asyncio.gather(*(Worker(shop.house, {"turn": count}).drain() for _ in range(2)))
    assert (len(taken), len(set(taken))) == (80, 80)


async def test_a_job_whose_worker_vanished_is_uncertain_once_its_lease_is_over(shop: Shop) -> None:
    await queue(shop)
    await shop.house.db.write(lambda s: outbox.claim(s, "gone", SATURDAY, topics=["turn"], limit=1))
    worker = Worker(shop.house, {"turn": done})
    await worker.drain()
    assert (await the_job(shop)).owner == "gone"
    past = datetime.now(UTC) - timedelta(seconds=1)
    await shop.house.db.write(lambda s: s.execute(update(Job).values(lease_until=past)) and None)
    await worker.drain()
    found = await the_job(shop)
    assert (found.state, found.attempts, found.payload["was_uncertain"]) == ("sent", 2, True)


async def test_a_late_worker_cannot_settle_what_another_took_over(shop: Shop) -> None:
    await queue(shop)
    [mine] = await shop.house.db.write(lambda s: outbox.claim(s, "slow", SATURDAY, topics=["turn"], limit=1))
    await shop.house.db.write(outbox.free_claims)
    await Worker(shop.house, {"turn": done}).drain()
    assert not await shop.house.db.write(lambda s: outbox.settle(s, mine, "failed", SATURDAY))
    assert (await the_job(shop)).state == "sent"


async def test_a_worker_that_is_told_to_stop_finishes_the_job_in_its_hand(shop: Shop) -> None:
    begun = asyncio.Event()

    async def slow(house: House, job: Job) -> None:
        begun.set()
        await asyncio.sleep(0.05)
        await done(house, job)

    await queue(shop)
    running = asyncio.create_task(Worker(shop.house, {"turn": slow}).run())
    await asyncio.wait_for(begun.wait(), 5)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert (await the_job(shop)).state == "sent"


async def test_a_queued_job_wakes_a_sleeping_worker(shop: Shop) -> None:
    taken = asyncio.Event()

    async def notice(house: House, job: Job) -> None:
        await done(house, job)
        taken.set()

    worker = Worker(shop.house, {"turn": notice})
    running = asyncio.create_task(worker.run())
    await asyncio.sleep(0.1)
    assert worker.last_beat is not None
    await queue(shop)
    await asyncio.wait_for(taken.wait(), 0.8)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_slow_texts_do_not_queue_behind_each_other(shop: Shop) -> None:
    async def slow(house: House, job: Job) -> None:
        await asyncio.sleep(0.5)
        await done(house, job)

    def unit(ctx: Context) -> None:
        for place in range(60):
            outbox.put(ctx, "send", f"send:{place}", ("message", str(place)), due_at=ctx.now)

    await shop.act(unit)
    began = asyncio.get_running_loop().time()
    await Worker(shop.house, {"send": slow}).drain()
    assert asyncio.get_running_loop().time() - began < 60 * 0.5 / 4
    assert {job.state for job in await shop.rows(Job)} == {"sent"}


async def test_turns_that_think_for_long_leave_room_for_a_text(shop: Shop) -> None:
    thought, sent = asyncio.Event(), asyncio.Event()

    async def think(house: House, job: Job) -> None:
        await thought.wait()
        await done(house, job)

    async def send(house: House, job: Job) -> None:
        await done(house, job)
        sent.set()

    def text(ctx: Context) -> None:
        outbox.put(ctx, "send", "send:1", ("message", "1"), due_at=ctx.now)

    await queue(shop, 150)
    running = asyncio.create_task(Worker(shop.house, {"turn": think, "send": send}).run())
    await asyncio.sleep(0.5)
    await shop.act(text)
    await asyncio.wait_for(sent.wait(), 10)
    thought.set()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_jobs_of_one_lane_are_done_in_their_order_by_several_workers(shop: Shop) -> None:
    order: list[str] = []
    under_way = 0

    async def one_at_a_time(house: House, job: Job) -> None:
        nonlocal under_way
        under_way += 1
        assert under_way == 1
        order.append(job.subject_id)
        await asyncio.sleep(0.01)
        under_way -= 1
        await done(house, job)

    def unit(ctx: Context) -> None:
        for place in reversed(range(8)):
            written_at = ctx.now + timedelta(microseconds=place)
            about = ("message", str(place))
            outbox.put(ctx, "send", f"send:{place}", about, due_at=ctx.now, lane="sarah", written_at=written_at)

    await shop.act(unit)
    workers = [asyncio.create_task(Worker(shop.house, {"send": one_at_a_time}).run()) for _ in range(3)]
    async with asyncio.timeout(20):
        while len(order) < 8 or under_way:  # noqa: ASYNC110 - until all are done
            await asyncio.sleep(0.05)
    for worker in workers:
        worker.cancel()
    await asyncio.gather(*workers, return_exceptions=True)
    assert order == [str(place) for place in range(8)]


@pytest.mark.engines("sqlite")
async def test_a_worker_in_a_process_of_its_own_looks_at_the_file_often(shop: Shop, database_url: str) -> None:
    other = open_house(shop.house.settings)
    taken = asyncio.Event()

    async def notice(house: House, job: Job) -> None:
        await done(house, job)
        taken.set()

    running = asyncio.create_task(Worker(dataclasses.replace(other, clock=shop.clock), {"turn": notice}).run())
    await asyncio.sleep(0.3)
    await queue(shop)
    await asyncio.wait_for(taken.wait(), 2)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await other.db.close()
