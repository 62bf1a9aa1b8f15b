"""Idempotency-Key: what is asked twice is done once and answered twice (contract 2.4)."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from storage.context import Context
from storage.tables import Booking, IdempotentAnswer, Job
from tests.api.doors import MONDAY_9, TUESDAY_9, Key, booked, key_of, visit_body
from tests.fakes import Shop

pytestmark = [pytest.mark.anyio, pytest.mark.engines("sqlite", "aiosqlite", "postgres")]

BOOKINGS = "/api/private/v1/bookings"


async def book(key: Key, name: str = "k1", **more: Any) -> Any:
    return await key.post(BOOKINGS, visit_body(**more), key=name)


async def test_the_same_request_again_gets_the_same_answer_and_does_nothing(shop: Shop) -> None:
    key = await key_of(shop)
    first = await book(key)
    jobs = len(await shop.rows(Job))
    again = await book(key)
    assert (again.status_code, again.content) == (201, first.content)
    assert (first.headers.get("idempotent-replayed"), again.headers["idempotent-replayed"]) == (None, "true")
    assert (len(await shop.rows(Booking)), len(await shop.rows(Job))) == (1, jobs)


async def test_the_order_of_members_does_not_make_another_request(shop: Shop) -> None:
    key = await key_of(shop)
    await book(key)
    again = await key.post(BOOKINGS, dict(reversed(visit_body().items())), key="k1")
    assert again.headers["idempotent-replayed"] == "true"


async def test_the_key_may_be_quoted(shop: Shop) -> None:
    key = await key_of(shop)
    await book(key, "k1")
    assert (await book(key, '"k1"')).headers["idempotent-replayed"] == "true"


async def test_the_same_key_for_another_start_is_a_conflict_and_nothing_is_done(shop: Shop) -> None:
    key = await key_of(shop)
    await book(key)
    other = await book(key, start=TUESDAY_9, end="2026-11-24T16:30:00Z")
    assert (other.status_code, other.json()["code"]) == (409, "IDEMPOTENCY_KEY_CONFLICT")
    assert len(await shop.rows(Booking)) == 1


async def test_the_same_key_on_another_path_is_a_conflict(shop: Shop) -> None:
    key = await key_of(shop)
    booking = (await book(key)).json()["booking"]
    other = await key.patch(f"{BOOKINGS}/{booking['id']}", {"status": "CANCELED"}, key="k1")
    assert (other.status_code, other.json()["code"]) == (409, "IDEMPOTENCY_KEY_CONFLICT")


async def test_a_failed_try_frees_its_key(shop: Shop) -> None:
    key = await key_of(shop)
    closed = await book(key, start="2026-11-26T09:00:00", end="2026-11-26T10:30:00")
    assert closed.json()["code"] == "SLOT_UNAVAILABLE"
    assert (await book(key)).status_code == 201


async def test_two_callers_may_use_the_same_key(shop: Shop) -> None:
    await book(await key_of(shop))
    other = await book(await key_of(shop, name="Other"), start=TUESDAY_9, end="2026-11-24T16:30:00Z")
    assert (other.status_code, "idempotent-replayed" in other.headers) == (201, False)


async def test_the_replay_tells_what_the_request_did_though_the_visit_moved_since(shop: Shop) -> None:
    key = await key_of(shop)
    booking = (await book(key)).json()["booking"]
    await key.patch(f"{BOOKINGS}/{booking['id']}", {"scheduledStartAt": TUESDAY_9})
    assert (await book(key)).json()["booking"]["scheduledStartAt"] == MONDAY_9


async def test_a_replayed_move_moves_once(shop: Shop) -> None:
    key = await key_of(shop)
    booking = await booked(key)
    answers = [
        await key.patch(f"{BOOKINGS}/{booking['id']}", {"scheduledStartAt": TUESDAY_9}, key="move") for _ in range(2)
    ]
    assert [one.json()["booking"]["rescheduleCount"] for one in answers] == [1, 1]
    assert answers[1].headers["idempotent-replayed"] == "true"


async def test_a_key_is_free_again_after_a_day(shop: Shop) -> None:
    key = await key_of(shop)
    await book(key)
    shop.clock.advance(timedelta(hours=24))
    later = await book(key, start=TUESDAY_9, end="2026-11-24T16:30:00Z")
    assert (later.status_code, len(await shop.rows(IdempotentAnswer))) == (201, 1)


async def test_while_the_first_request_still_runs_the_second_is_told_to_wait(shop: Shop) -> None:
    key = await key_of(shop)
    await book(key)

    def still_running(ctx: Context) -> None:
        row = ctx.session.get_one(IdempotentAnswer, (key.id, "k1"))
        row.status = row.body = None

    await shop.act(still_running)
    waiting = await book(key)
    assert (waiting.status_code, waiting.json()["code"]) == (409, "IDEMPOTENCY_IN_PROGRESS")
    assert waiting.headers["retry-after"] == "1"


@pytest.mark.parametrize("name", ["", '""', "two words", "x" * 256, "caf\u00e9"])
async def test_a_key_that_is_none_is_refused(shop: Shop, name: str) -> None:
    key = await key_of(shop)
    headers = {"Authorization": f"Bearer {key.secret}", "Idempotency-Key": name.encode()}
    answer = await shop.client.post(BOOKINGS, json=visit_body(), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "VALIDATION_ERROR")
    assert await shop.rows(Booking) == []


async def test_a_key_of_255_characters_works(shop: Shop) -> None:
    assert (await book(await key_of(shop), "x" * 255)).status_code == 201


async def test_twenty_at_once_with_one_key_make_one_visit(shop: Shop) -> None:
    key = await key_of(shop)
    answers = await asyncio.gather(*(book(key, "k2") for _ in range(20)))
    assert len(await shop.rows(Booking)) == 1
    done = [one for one in answers if one.status_code == 201]
    assert {one.json()["booking"]["id"] for one in done} == {done[0].json()["booking"]["id"]}
    assert sum("idempotent-replayed" not in one.headers for one in done) == 1
    assert {one.json()["code"] for one in answers if one.status_code != 201} <= {"IDEMPOTENCY_IN_PROGRESS"}
    assert len(await shop.rows(Job, topic="remind")) == 3
