"""Live sending against a Twilio on loopback: what it takes leaves once, whatever the network does (U-05, CS-21)."""

import asyncio
import random
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from api import carrier, sending
from api.worker import Worker
from storage import outbox
from storage.tables import ConsentEvent, Customer, Job, Message, Task
from tests.fakes import HANDS, SARAH, SHOP, FakeTwilio, Shop, fake_twilio, open_shop
from tools import leads, messages, receipts

pytestmark = [pytest.mark.anyio, pytest.mark.engines("sqlite", "postgres")]


@pytest.fixture
async def twilio() -> AsyncIterator[FakeTwilio]:
    with fake_twilio() as fake:
        yield fake


@pytest.fixture
async def live(database_url: str, anyio_backend: str, twilio: FakeTwilio) -> AsyncIterator[Shop]:
    """The demo company with a Twilio account; nothing is signed here, texts are queued directly."""
    given = {"sandbox": False, "twilio_account_sid": "AC1", "twilio_auth_token": "token"}
    async with open_shop(database_url, twilio_base_url=twilio.url, **given) as opened:
        yield opened


async def say(shop: Shop, body: str = "Hello Sarah", **more: object) -> Message:
    def unit(ctx: object) -> Message:
        customer = leads.customer_for(ctx, SARAH)
        return messages.say(ctx, to=customer, body=body, kind="reply", exempt_quiet=True, **more)

    return await shop.act(unit)


async def text(shop: Shop) -> Message:
    [found] = await shop.rows(Message)
    return found


async def job(shop: Shop) -> Job:
    [found] = await shop.rows(Job)
    return found


async def test_a_text_leaves_once_with_our_id_in_its_receipts_address(live: Shop, twilio: FakeTwilio) -> None:
    queued = await say(live)
    await live.worker.drain()
    [sent], now = twilio.taken, await text(live)
    assert (sent["to"], sent["from"], sent["body"]) == (SARAH, SHOP, "Hello Sarah")
    assert sent["status_callback"] == f"https://ringback.test/api/twilio/sms/status?message={queued.id}"
    assert (now.state, now.provider_id, (await job(live)).state) == ("sent", sent["sid"], "sent")


@pytest.mark.parametrize("silence", ["drop", "slow", 500, 503])
async def test_after_a_silence_nothing_is_sent_until_somebody_has_looked(
    live: Shop, twilio: FakeTwilio, monkeypatch: pytest.MonkeyPatch, silence: int | str
) -> None:
    monkeypatch.setattr(carrier, "WHOLE_SECONDS", 0.5)
    twilio.next = [silence]
    await say(live)
    await live.worker.drain()
    assert ((await text(live)).state, (await job(live)).state) == ("uncertain", "uncertain")
    assert twilio.posts == 1


@pytest.mark.parametrize("silence", ["drop", "slow"])
async def test_a_text_that_was_taken_in_silence_is_adopted_and_not_sent_again(
    live: Shop, twilio: FakeTwilio, monkeypatch: pytest.MonkeyPatch, silence: str
) -> None:
    monkeypatch.setattr(carrier, "WHOLE_SECONDS", 0.5)
    twilio.next = [silence]
    await say(live)
    await live.worker.drain()
    await live.pass_time(seconds=20)
    assert ((await text(live)).state, (await text(live)).provider_id) == ("sent", twilio.taken[0]["sid"])
    assert (await job(live)).state == "sent"
    assert twilio.posts == 1


async def test_a_text_nobody_took_is_sent_after_three_empty_looks(live: Shop, twilio: FakeTwilio) -> None:
    twilio.next = [500]
    await say(live)
    await live.worker.drain()
    for _ in range(2):
        await live.pass_time(seconds=31)
    assert (twilio.looks, twilio.posts) == (2, 1)
    await live.pass_time(seconds=31)
    assert (twilio.looks, twilio.posts, (await text(live)).state) == (3, 2, "sent")


async def test_a_second_silence_needs_three_looks_of_its_own(live: Shop, twilio: FakeTwilio) -> None:
    twilio.next = [500, "drop"]
    twilio.hidden = True
    await say(live)
    await live.worker.drain()
    for _ in range(3):
        await live.pass_time(seconds=31)
    assert twilio.posts == 2
    await live.pass_time(seconds=31)
    assert twilio.posts == 2
    twilio.hidden = False
    await live.pass_time(seconds=31)
    assert (twilio.posts, (await text(live)).state) == (2, "sent")


async def test_the_same_words_sent_before_are_not_mistaken_for_this_text(live: Shop, twilio: FakeTwilio) -> None:
    await say(live)
    await live.worker.drain()
    twilio.next = [500]
    await say(live)
    await live.worker.drain()
    for _ in range(3):
        await live.pass_time(seconds=31)
    assert len(twilio.taken) == 2
    assert {message.provider_id for message in await live.rows(Message)} == {one["sid"] for one in twilio.taken}


async def claimed_by_the_dead(live: Shop) -> Job:
    now = live.clock.now()
    [found] = await live.house.db.write(lambda s: outbox.claim(s, "dead", now, topics=("send",), limit=1))
    return found


async def about_to_post(live: Shop, claimed: Job) -> None:
    """What a hand writes down before it sends."""
    await live.act(lambda ctx: receipts.leaving(ctx, ctx.session.get_one(Message, claimed.subject_id), claimed))


async def test_a_worker_that_died_with_a_claim_alone_delays_nothing(live: Shop, twilio: FakeTwilio) -> None:
    await say(live)
    await claimed_by_the_dead(live)
    await live.house.db.write(outbox.free_claims)
    await live.worker.drain()
    assert (twilio.looks, twilio.posts, (await text(live)).state) == (0, 1, "sent")


async def test_a_worker_that_died_before_sending_is_made_up_for_once(live: Shop, twilio: FakeTwilio) -> None:
    await say(live)
    await about_to_post(live, await claimed_by_the_dead(live))
    await live.house.db.write(outbox.free_claims)
    for _ in range(4):
        await live.pass_time(seconds=31)
    assert (twilio.posts, (await text(live)).state) == (1, "sent")


async def test_a_worker_that_died_after_sending_sends_nothing_again(live: Shop, twilio: FakeTwilio) -> None:
    await say(live)
    await about_to_post(live, await claimed_by_the_dead(live))
    twilio.take({"To": SARAH, "From": SHOP, "Body": "Hello Sarah"})
    await live.house.db.write(outbox.free_claims)
    await live.pass_time(seconds=31)
    assert (twilio.posts, (await text(live)).provider_id) == (0, twilio.taken[0]["sid"])


async def test_a_hand_held_up_past_its_lease_leaves_the_text_to_the_next(live: Shop, twilio: FakeTwilio) -> None:
    await say(live)
    late = await claimed_by_the_dead(live)
    await live.house.db.write(outbox.free_claims)
    await live.worker.drain()
    await sending.send(live.house, late)
    assert twilio.posts == 1


async def test_an_answer_that_came_after_the_lease_is_still_believed(live: Shop, twilio: FakeTwilio) -> None:
    await say(live)
    late = await claimed_by_the_dead(live)
    await about_to_post(live, late)
    await live.house.db.write(outbox.free_claims)
    sid = twilio.take({"To": SARAH, "From": SHOP, "Body": "Hello Sarah"})["sid"]
    twilio.hidden = True
    await live.act(lambda ctx: sending._settle(ctx, late, carrier.Outcome("accepted", sid)))
    for _ in range(4):
        await live.pass_time(seconds=31)
    assert (twilio.posts, (await text(live)).provider_id, (await job(live)).state) == (0, sid, "sent")


async def test_a_text_waits_for_the_earlier_one_to_the_same_person(live: Shop, twilio: FakeTwilio) -> None:
    twilio.next = [429]
    await say(live, "First")
    live.clock.advance(timedelta(seconds=1))
    await say(live, "Second")
    await live.worker.drain()
    assert twilio.taken == []
    await live.pass_time(seconds=10)
    assert [one["body"] for one in twilio.taken] == ["First", "Second"]


async def test_a_text_waits_for_the_earlier_one_no_longer_than_half_a_minute(live: Shop, twilio: FakeTwilio) -> None:
    twilio.next = ["drop"]
    twilio.hidden = True
    await say(live, "First")
    live.clock.advance(timedelta(seconds=1))
    await say(live, "Second")
    await live.pass_time(seconds=30)
    assert [one["body"] for one in twilio.taken] == ["First", "Second"]


async def test_a_text_put_off_to_the_morning_holds_up_nothing(live: Shop, twilio: FakeTwilio) -> None:
    await say(live, "Tomorrow", due_at=live.clock.now() + timedelta(hours=20))
    live.clock.advance(timedelta(seconds=1))
    await say(live, "Today")
    await live.worker.drain()
    assert [one["body"] for one in twilio.taken] == ["Today"]


async def twins(live: Shop, twilio: FakeTwilio, *plans: int | str) -> list[Message]:
    """Two texts of the same words to Sarah, the fate of both unknown for now, the earlier one first."""
    twilio.next = list(plans)
    await say(live)
    live.clock.advance(timedelta(seconds=1))
    await say(live)
    await live.pass_time(seconds=0)
    await live.change(Job, lane=None)
    await live.worker.drain()
    return await live.rows(Message)


async def test_a_twin_is_not_given_the_one_text_the_list_shows(live: Shop, twilio: FakeTwilio) -> None:
    first, second = await twins(live, twilio, "drop", 500)
    for _ in range(5):
        await live.pass_time(seconds=31)
    now = {message.id: message.provider_id for message in await live.rows(Message)}
    assert [now[first.id], now[second.id]] == [one["sid"] for one in twilio.taken]


async def test_a_receipt_takes_a_text_back_from_the_twin_that_adopted_it(live: Shop, twilio: FakeTwilio) -> None:
    first, second = await twins(live, twilio, 500, "drop")
    await live.pass_time(seconds=16)
    assert (await live.rows(Message, id=first.id))[0].provider_id == twilio.taken[0]["sid"]
    sid = twilio.taken[0]["sid"]
    told = await live.post(
        f"/api/twilio/sms/status?message={second.id}", "token", MessageSid=sid, MessageStatus="sent", From=SHOP
    )
    for _ in range(5):
        await live.pass_time(seconds=31)
    now = {message.id: message.provider_id for message in await live.rows(Message)}
    assert (told.status_code, now[second.id], now[first.id]) == (204, sid, twilio.taken[1]["sid"])


async def test_too_many_requests_waits_as_long_as_it_is_told(live: Shop, twilio: FakeTwilio) -> None:
    twilio.next = [429]
    await say(live)
    await live.worker.drain()
    waiting = await job(live)
    wait = waiting.due_at - live.clock.now()
    assert waiting.state == "queued"
    assert timedelta(seconds=7) <= wait <= timedelta(seconds=9)
    await live.pass_time(seconds=9)
    assert (await text(live)).state == "sent"


async def test_a_closed_door_is_tried_again_without_looking(live: Shop, twilio: FakeTwilio) -> None:
    sender = carrier.sender_for(live.house.settings)
    assert sender is not None
    sender._http.base_url = "http://127.0.0.1:9"
    await say(live)
    await live.worker.drain()
    assert (await job(live)).state == "queued"
    sender._http.base_url = twilio.url
    await live.pass_time(seconds=5)
    assert (twilio.looks, twilio.posts, (await text(live)).state) == (0, 1, "sent")


async def test_an_opt_out_the_carrier_knew_of_is_ours_too(live: Shop, twilio: FakeTwilio) -> None:
    twilio.next = [21610]
    await say(live)
    await live.worker.drain()
    now, [customer], [consent] = await text(live), await live.rows(Customer), await live.rows(ConsentEvent)
    assert (now.state, now.reason, now.error_code) == ("failed", "opted_out", "21610")
    assert customer.opted_out_at is not None
    assert (consent.event, consent.source) == ("opted_out", "carrier")


async def test_a_landline_is_marked_and_the_office_asked_to_call(live: Shop, twilio: FakeTwilio) -> None:
    twilio.next = [30006]
    await say(live)
    await live.worker.drain()
    [customer], [task] = await live.rows(Customer), await live.rows(Task)
    assert customer.landline
    assert (task.kind, task.customer_id) == ("landline", customer.id)


async def test_wrong_credentials_stop_the_sending_and_are_told_once(live: Shop, twilio: FakeTwilio) -> None:
    sender = carrier.sender_for(live.house.settings)
    assert sender is not None
    sender._http.auth = ("AC1", "old")
    await say(live)
    await say(live, "And one more")
    await live.worker.drain()
    assert [one.state for one in await live.rows(Job)] == ["queued", "queued"]
    assert [task.kind for task in await live.rows(Task)] == ["sending_stopped"]
    sender._http.auth = ("AC1", "token")
    await live.pass_time(minutes=13)
    assert [one.state for one in await live.rows(Message)] == ["sent", "sent"]


async def test_stop_between_queueing_and_sending_keeps_it_here(live: Shop, twilio: FakeTwilio) -> None:
    await say(live, due_at=live.clock.now() + timedelta(minutes=1))

    def opted_out(ctx: object) -> None:
        leads.customer_for(ctx, SARAH).opted_out_at = ctx.now  # type: ignore[attr-defined]

    await live.act(opted_out)
    await live.pass_time(minutes=2)
    assert ((await text(live)).state, (await text(live)).reason, twilio.posts) == ("skipped", "opted_out", 0)


async def test_a_text_past_its_time_is_not_sent_late(live: Shop, twilio: FakeTwilio) -> None:
    await say(live, expires_at=live.clock.now() + timedelta(hours=1))
    await live.pass_time(hours=2)
    assert ((await text(live)).state, (await text(live)).reason, twilio.posts) == ("skipped", "expired", 0)


async def receipt(shop: Shop, sid: str, word: str, **more: str) -> None:
    [message] = await shop.rows(Message)
    path = f"/api/twilio/sms/status?message={message.id}"
    answer = await shop.post(path, token="token", MessageSid=sid, MessageStatus=word, To=SARAH, From=SHOP, **more)
    assert answer.status_code == 204


async def test_receipts_only_move_a_text_forward(live: Shop, twilio: FakeTwilio) -> None:
    await say(live)
    await live.worker.drain()
    sid = twilio.taken[0]["sid"]
    for word in ("delivered", "sent", "queued", "delivered"):
        await receipt(live, sid, word)
    now = await text(live)
    assert (now.state, now.delivered_at) == ("delivered", live.clock.now())


async def test_a_receipt_with_our_id_settles_a_text_whose_answer_was_lost(live: Shop, twilio: FakeTwilio) -> None:
    twilio.next = ["drop"]
    await say(live)
    await live.worker.drain()
    await receipt(live, twilio.taken[0]["sid"], "sent")
    await live.pass_time(minutes=5)
    assert ((await text(live)).provider_id, (await job(live)).state) == (twilio.taken[0]["sid"], "sent")
    assert (twilio.looks, twilio.posts) == (0, 1)


async def test_a_landline_found_out_by_receipt_counts_too(live: Shop, twilio: FakeTwilio) -> None:
    await say(live)
    await live.worker.drain()
    await receipt(live, twilio.taken[0]["sid"], "undelivered", ErrorCode="30006")
    assert ((await text(live)).state, (await text(live)).reason) == ("failed", "landline")
    assert [customer.landline for customer in await live.rows(Customer)] == [True]


async def test_a_receipt_for_a_text_we_do_not_know_changes_nothing(live: Shop) -> None:
    path = "/api/twilio/sms/status?message=nobody"
    answer = await live.post(path, token="token", MessageSid="SM9", MessageStatus="sent", To=SARAH, From=SHOP)
    assert answer.status_code == 204


async def test_in_a_storm_every_text_leaves_exactly_once(
    live: Shop, twilio: FakeTwilio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(carrier, "WHOLE_SECONDS", 0.5)
    weather = random.Random(7).choices([201, "drop", "slow", "taken 503", 500, 429], [10, 3, 2, 3, 3, 3], k=60)
    twilio.next = list(weather)
    for number in range(40):
        await say(live, f"Text {number}")
    for _ in range(30):
        await live.pass_time(seconds=31)
    assert sorted(one["body"] for one in twilio.taken) == sorted(f"Text {number}" for number in range(40))
    assert {message.state for message in await live.rows(Message)} == {"sent"}


async def test_twelve_texts_through_two_workers_all_leave_once(live: Shop, twilio: FakeTwilio) -> None:
    for number in range(12):
        await say(live, f"Text {number}")
    await asyncio.gather(*(Worker(live.house, HANDS).drain() for _ in range(2)))
    await live.worker.drain()
    assert sorted(one["body"] for one in twilio.taken) == sorted(f"Text {number}" for number in range(12))
