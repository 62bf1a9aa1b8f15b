"""/api/v1/webhooks and what really arrives at a receiver, over real sockets (U-13)."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from standardwebhooks import WebhookVerificationError

from api.webhook_sending import AT_ONCE, resolve, webhook_hand
from api.worker import Worker
from storage.tables import WebhookDelivery, WebhookEndpoint
from tests.api.doors import MONDAY_9, TUESDAY_9, Key, booked, key_of, second_business
from tests.fakes import HANDS, Shop
from tests.receiver import Receiver, receiver

pytestmark = [pytest.mark.anyio, pytest.mark.engines("sqlite")]

WEBHOOKS = "/api/v1/webhooks"
BOOKINGS = "/api/private/v1/bookings"
TUESDAY_1030 = "2026-11-24T16:30:00Z"


@dataclass(slots=True)
class Line:
    """The shop with a key of its owner, and one registered receiver."""

    shop: Shop
    key: Key
    there: Receiver
    id: str
    secret: str

    async def deliveries(self) -> list[dict[str, Any]]:
        """The log, the newest first."""
        found: list[dict[str, Any]] = (await self.key.get(f"{WEBHOOKS}/{self.id}/deliveries"))["deliveries"]
        return found

    async def ask(self, method: str, path: str = "", body: Any = None) -> Any:
        answer = await self.key.ask(method, f"{WEBHOOKS}/{self.id}{path}", body)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None


@pytest.fixture
def there() -> Iterator[Receiver]:
    with receiver() as running:
        yield running


@pytest.fixture
async def line(shop: Shop, there: Receiver) -> Line:
    """Registered for every event, its ping delivered."""
    shop.worker = Worker(shop.house, {**HANDS, "webhook": webhook_hand()})
    key = await key_of(shop)
    made = (await key.post(WEBHOOKS, {"url": f"{there.url}/in?from=us", "events": ["*"]})).json()
    await shop.worker.drain()
    return Line(shop, key, there, made["id"], made["secret"])


async def book_and_tell(line: Line) -> dict[str, Any]:
    """Sarah's visit; only bookings are told from here on."""
    await line.ask("PATCH", body={"events": ["booking.created", "booking.rescheduled", "booking.cancelled"]})
    made = await booked(line.key)
    await line.shop.worker.drain()
    return made


async def resend(line: Line, delivery_id: str) -> None:
    answer = await line.key.post(f"{WEBHOOKS}/deliveries/{delivery_id}/resend")
    assert answer.status_code == 202, answer.text


async def test_registering_sends_a_ping_that_the_receivers_library_verifies(line: Line) -> None:
    (ping,) = line.there.told
    envelope = ping.verified(line.secret)
    assert (envelope["event"], envelope["organization_id"], envelope["api_version"]) == ("ping", line.shop.org.id, "v1")
    assert envelope["id"] == ping.id
    assert line.there.paths == ["/in?from=us"]


async def test_another_secret_does_not_verify(line: Line) -> None:
    with pytest.raises(WebhookVerificationError):
        line.there.told[0].verified("whsec_" + "A" * 44)


async def test_book_move_and_cancel_arrive_in_order_with_ids_of_their_own(line: Line) -> None:
    made = await book_and_tell(line)
    path = f"{BOOKINGS}/{made['id']}"
    await line.key.patch(path, {"scheduledStartAt": TUESDAY_9, "scheduledEndAt": TUESDAY_1030})
    await line.key.patch(path, {"status": "CANCELED"})
    await line.shop.worker.drain()
    told = line.there.told[1:]
    data = [one.verified(line.secret)["data"] for one in told]
    assert line.there.events == ["booking.created", "booking.rescheduled", "booking.cancelled"]
    assert [one["status"] for one in data] == ["confirmed", "rescheduled", "cancelled"]
    assert {one["booking_id"] for one in data} == {made["id"]}
    assert (data[1]["previous_start_time"], data[1]["start_time"]) == (MONDAY_9, TUESDAY_9)
    assert len({one.id for one in told}) == 3


async def test_events_that_queue_up_while_nobody_works_still_arrive_in_order(line: Line) -> None:
    made = await booked(line.key)
    path = f"{BOOKINGS}/{made['id']}"
    await line.key.patch(path, {"scheduledStartAt": TUESDAY_9, "scheduledEndAt": TUESDAY_1030})
    await line.key.patch(path, {"status": "CANCELED"})
    await line.shop.worker.drain()
    bookings = [event for event in line.there.events if event.startswith("booking.")]
    assert bookings == ["booking.created", "booking.rescheduled", "booking.cancelled"]


async def test_a_receiver_that_answers_500_twice_gets_the_third_try(line: Line) -> None:
    line.there.next = [500, 500]
    await book_and_tell(line)
    assert len(line.there.events) == 1
    await line.shop.pass_time(seconds=73)
    assert len(line.there.events) == 2
    await line.shop.pass_time(minutes=7)
    told = line.there.told[1:]
    assert [one.event for one in told] == ["booking.created"] * 3
    assert len({one.id for one in told}) == 1
    told[-1].verified(line.secret)
    delivery = (await line.deliveries())[0]
    assert (delivery["state"], delivery["attempts"], delivery["last_status"]) == ("delivered", 3, 204)


async def test_a_later_event_of_a_visit_waits_for_the_earlier_one(line: Line) -> None:
    line.there.next = [500]
    made = await book_and_tell(line)
    await line.key.patch(f"{BOOKINGS}/{made['id']}", {"status": "CANCELED"})
    await line.shop.worker.drain()
    assert line.there.events == ["booking.created"]
    await line.shop.pass_time(seconds=80)
    assert line.there.events == ["booking.created", "booking.created", "booking.cancelled"]


async def test_a_receiver_that_never_works_is_given_up_after_six_tries(line: Line) -> None:
    line.there.next = [500] * 20
    await book_and_tell(line)
    for _ in range(8):
        await line.shop.pass_time(hours=15)
    delivery = (await line.deliveries())[0]
    assert (delivery["state"], delivery["attempts"], delivery["last_error"]) == ("dead", 6, "status_500")
    assert len(line.there.events) == 6


async def test_a_dead_delivery_is_resent_with_the_same_webhook_id(line: Line) -> None:
    line.there.next = [500] * 6
    await book_and_tell(line)
    for _ in range(6):
        await line.shop.pass_time(hours=15)
    await resend(line, (await line.deliveries())[0]["id"])
    await line.shop.worker.drain()
    assert (await line.deliveries())[0]["state"] == "delivered"
    assert len({one.id for one in line.there.told[1:]}) == 1
    assert len({one.body for one in line.there.told[1:]}) == 1
    assert len(line.there.told) == 8


async def test_a_delivery_can_be_resent_twice(line: Line) -> None:
    ping = (await line.deliveries())[0]
    for _ in range(2):
        await resend(line, ping["id"])
        await line.shop.worker.drain()
    assert [one.id for one in line.there.told] == [ping["webhook_id"]] * 3


async def test_what_still_waits_is_not_resent(line: Line) -> None:
    ping = await line.ask("POST", "/ping")
    answer = await line.key.post(f"{WEBHOOKS}/deliveries/{ping['id']}/resend")
    assert (answer.status_code, answer.json()["code"]) == (409, "INVALID_TRANSITION")


async def test_after_a_rotation_both_secrets_sign_for_a_day(line: Line) -> None:
    newer = (await line.ask("POST", "/rotate"))["secret"]
    await line.ask("POST", "/ping")
    await line.shop.worker.drain()
    both = line.there.told[-1]
    assert both.verified(newer) == both.verified(line.secret)
    await line.shop.pass_time(hours=24)
    await line.ask("POST", "/ping")
    await line.shop.worker.drain()
    line.there.told[-1].verified(newer)
    with pytest.raises(WebhookVerificationError):
        line.there.told[-1].verified(line.secret)


async def test_a_redirect_is_a_failure_and_is_not_followed(line: Line) -> None:
    line.there.next = [302]
    await line.ask("POST", "/ping")
    await line.shop.worker.drain()
    delivery = (await line.deliveries())[0]
    assert (delivery["state"], delivery["last_error"]) == ("queued", "status_302")
    assert "/elsewhere" not in line.there.paths


async def test_a_receiver_that_is_gone_is_told_nothing_more(line: Line) -> None:
    line.there.next = [410]
    await book_and_tell(line)
    assert (await line.ask("GET"))["disabled_reason"] == "gone"
    await line.ask("PATCH", body={"events": ["*"]})
    await booked(line.key, start=TUESDAY_9, end=TUESDAY_1030)
    await line.shop.pass_time(hours=20)
    assert line.there.events == ["booking.created"]


async def test_a_receiver_switched_on_again_is_told_again(line: Line) -> None:
    await line.ask("PATCH", body={"active": False})
    assert (await line.key.post(f"{WEBHOOKS}/{line.id}/ping")).status_code == 409
    await line.ask("PATCH", body={"active": True})
    await book_and_tell(line)
    assert line.there.events == ["booking.created"]


async def test_an_endless_answer_is_read_to_its_limit_only(line: Line) -> None:
    line.there.next = ["endless"]
    await line.ask("POST", "/ping")
    await line.shop.worker.drain()
    delivery = (await line.deliveries())[0]
    assert (delivery["state"], len(delivery["reply"])) == ("delivered", 500)
    assert delivery["reply"].startswith("said  so")


async def test_a_receiver_that_asks_for_an_hour_is_given_it(line: Line) -> None:
    line.there.next, line.there.headers = [429], {"Retry-After": "3600"}
    await line.ask("POST", "/ping")
    await line.shop.worker.drain()
    assert (await line.deliveries())[0]["next_attempt_at"] == "2026-11-21T17:00:00Z"


async def test_a_receiver_that_is_not_there_is_tried_again(line: Line) -> None:
    await line.ask("PATCH", body={"url": "http://127.0.0.1:9/closed"})
    await line.shop.worker.drain()
    delivery = (await line.deliveries())[0]
    assert (delivery["event"], delivery["state"], delivery["last_error"]) == ("ping", "queued", "no_connection")


async def test_localhost_reaches_a_receiver_that_listens_on_one_of_its_addresses(line: Line) -> None:
    await line.ask("PATCH", body={"url": line.there.url.replace("127.0.0.1", "localhost")})
    await line.shop.worker.drain()
    assert line.there.told[-1].headers["host"].startswith("localhost:")


async def test_the_system_resolver_knows_this_machine() -> None:
    assert "127.0.0.1" in await resolve("127.0.0.1", 80)


async def test_the_secret_is_shown_once_and_stored_sealed(line: Line) -> None:
    (row,) = await line.shop.rows(WebhookEndpoint)
    shown = json.dumps([await line.ask("GET"), await line.key.get(WEBHOOKS), await line.deliveries()])
    assert line.secret.removeprefix("whsec_") not in shown + row.sealed_secret
    assert "sealed" not in shown


async def test_only_a_key_that_manages_integrations_sees_webhooks(line: Line) -> None:
    answer = await (await key_of(line.shop, "READ_BOOKINGS", "MANAGE_CREDENTIALS")).ask("GET", WEBHOOKS)
    assert (answer.status_code, answer.json()["code"]) == (403, "INSUFFICIENT_SCOPE")


async def test_another_business_sees_none_of_it(line: Line) -> None:
    other = await key_of(line.shop, org=await second_business(line.shop))
    paths = ("", "/rotate", "/ping", "/deliveries")
    methods = ("GET", "POST", "POST", "GET")
    codes = [
        (await other.ask(method, f"{WEBHOOKS}/{line.id}{path}")).status_code
        for method, path in zip(methods, paths, strict=True)
    ]
    assert codes == [404] * 4
    assert (await other.get(WEBHOOKS))["total"] == 0


async def test_what_waits_for_a_removed_endpoint_is_not_sent(line: Line) -> None:
    await booked(line.key)
    assert (await line.key.ask("DELETE", f"{WEBHOOKS}/{line.id}")).status_code == 204
    await line.shop.worker.drain()
    assert line.there.events == []
    assert await line.shop.rows(WebhookDelivery) == []
    assert (await line.key.ask("GET", f"{WEBHOOKS}/{line.id}")).status_code == 404


async def test_more_events_than_are_sent_at_once_all_arrive(line: Line) -> None:
    for _ in range(AT_ONCE + 4):
        await line.ask("POST", "/ping")
    for _ in range(3):
        await line.shop.pass_time(seconds=1)
    assert len({one.id for one in line.there.told}) == AT_ONCE + 5
    assert len(line.there.told) == AT_ONCE + 5
