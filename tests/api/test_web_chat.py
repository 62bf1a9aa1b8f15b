"""Somebody on the shop's web site writes: the same assistant as by text, on pages that are allowed to hold it."""

from dataclasses import dataclass, replace
from typing import Any

import httpx2
import pytest

from api.hands import hands
from api.worker import Worker
from storage.tables import Booking, Conversation, EntryPoint, Lead, Message, Task
from tests.api.console_staff import Desk
from tests.fakes import Shop
from tools import ways_in

pytestmark = pytest.mark.engines("sqlite")

SITE = "https://www.bluebird.example"


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who looks at a page that holds the chat."""

    shop: Shop
    way: EntryPoint
    token: str = ""
    site: str | None = SITE

    async def ask(self, method: str, path: str = "", body: Any = None, **headers: str) -> httpx2.Response:
        given = {"Origin": self.site} if self.site else {}
        given |= {"Authorization": f"Bearer {self.token}"} if self.token else {}
        url = f"/api/v1/webchat/{self.way.id}{path}"
        return await self.shop.client.request(method, url, json=body, headers=given | headers)

    async def begins(self) -> "Visitor":
        answer = await self.ask("POST", "/sessions")
        assert answer.status_code == 201, answer.text
        return replace(self, token=answer.json()["token"])

    async def says(self, text: str, once: str = "") -> httpx2.Response:
        return await self.ask("POST", "/messages", {"text": text, "once": once or f"once-{abs(hash(text)):020d}"})

    async def hears(self, text: str) -> str:
        """What is answered to a message."""
        answer = await self.says(text)
        assert answer.status_code == 202, answer.text
        await self.shop.pass_time(seconds=2)
        said = await self.sees()
        return str(said[-1]["text"]) if said[-1]["who"] == "assistant" else ""

    async def sees(self) -> list[dict[str, Any]]:
        answer = await self.ask("GET", "/messages")
        assert answer.status_code == 200, answer.text
        listed: list[dict[str, Any]] = answer.json()["messages"]
        return listed


@pytest.fixture
async def site(shop: Shop) -> Visitor:
    """A visitor of the shop's site, who has not begun; every hand of the worker is at work."""
    shop.worker = Worker(shop.house, hands(None))
    fields = {"name": "Our site", "kind": "widget", "origins": ["www.bluebird.example"]}
    return Visitor(shop, await shop.act(lambda ctx: ways_in.add(ctx, fields)))


@pytest.fixture
async def visitor(site: Visitor) -> Visitor:
    """A visitor who has begun to chat."""
    return await site.begins()


async def test_a_visitor_gets_times_like_whoever_texts(visitor: Visitor) -> None:
    assert "November 23" in await visitor.hears("My AC died, 12 Oak St 78701. Can you come Monday?")


async def test_without_a_number_nothing_is_booked(shop: Shop, visitor: Visitor) -> None:
    await visitor.hears("AC died, 12 Oak St 78701. Can you come Monday?")
    assert "phone number" in await visitor.hears("Monday at 9 works")
    assert await shop.rows(Booking) == []


async def test_with_a_number_the_visit_is_booked_and_confirmed_by_text(shop: Shop, visitor: Visitor) -> None:
    for text in ("AC died, 12 Oak St 78701. Can you come Monday?", "Monday at 9 works", "512-555-0142", "Yes"):
        await visitor.hears(text)
    (booking,) = await shop.rows(Booking)
    (confirmation,) = await shop.rows(Message, kind="confirmation")
    assert (booking.customer_phone, confirmation.to_phone) == ("+15125550142", "+15125550142")


async def test_the_lead_came_by_the_web_chat(shop: Shop, visitor: Visitor) -> None:
    await visitor.hears("AC died")
    (lead,) = await shop.rows(Lead)
    assert (lead.source, lead.entry_point_id) == ("WEB", visitor.way.id)


async def test_a_gas_smell_gets_its_fixed_words_at_once_and_no_times(shop: Shop, visitor: Visitor) -> None:
    await visitor.says("I smell gas in the kitchen")
    assert "911" in (await visitor.sees())[-1]["text"]
    assert [task.kind for task in await shop.rows(Task)] == ["emergency"]


async def test_a_message_sent_twice_is_one(shop: Shop, visitor: Visitor) -> None:
    answers = [await visitor.says("AC died", once="the-same-one") for _ in range(2)]
    assert answers[0].json()["id"] == answers[1].json()["id"]
    assert len(await shop.rows(Message, direction="in")) == 1


async def test_somebody_who_only_looks_leaves_nothing(shop: Shop, visitor: Visitor) -> None:
    assert await visitor.sees() == []
    assert await shop.rows(Conversation) == []


async def test_a_visitor_sees_nothing_of_another(visitor: Visitor, site: Visitor) -> None:
    await visitor.hears("AC died, 12 Oak St 78701")
    assert await (await site.begins()).sees() == []


async def test_a_number_that_is_told_opens_no_earlier_thread(shop: Shop, visitor: Visitor) -> None:
    await shop.text("My gate code is 4711", "SM1")
    await visitor.hears("My number is 512-555-0142, what did I write you?")
    assert "4711" not in str(await visitor.sees())


@pytest.mark.parametrize("token", ["", "x", "a.1.b", "ü.1.2"])
async def test_a_token_that_is_not_ours_opens_nothing(visitor: Visitor, token: str) -> None:
    answer = await visitor.shop.client.get(
        f"/api/v1/webchat/{visitor.way.id}/messages",
        headers={b"Origin": SITE.encode(), b"Authorization": f"Bearer {token}".encode()},
    )
    assert answer.status_code == 401


async def test_a_token_of_another_web_chat_opens_nothing(shop: Shop, visitor: Visitor) -> None:
    fields = {"name": "Other", "kind": "widget", "origins": [SITE]}
    other = await shop.act(lambda ctx: ways_in.add(ctx, fields))
    assert (await replace(visitor, way=other).ask("GET", "/messages")).status_code == 401


async def test_a_token_lasts_a_day(shop: Shop, visitor: Visitor) -> None:
    await shop.pass_time(hours=25)
    assert (await visitor.ask("GET", "/messages")).status_code == 401


async def test_whoever_guesses_tokens_is_soon_told_to_wait(visitor: Visitor) -> None:
    guessing = replace(visitor, token="x")
    assert [(await guessing.ask("GET", "/messages")).status_code for _ in range(11)] == [401] * 10 + [429]


async def test_ten_messages_a_minute_are_enough(visitor: Visitor) -> None:
    assert [(await visitor.says(f"Message {n}")).status_code for n in range(11)] == [202] * 10 + [429]


async def test_a_message_is_as_long_as_a_text_at_most(visitor: Visitor) -> None:
    assert [(await visitor.says("a" * n)).status_code for n in (1600, 1601)] == [202, 400]


async def test_a_site_that_is_not_allowed_gets_nothing(visitor: Visitor) -> None:
    answer = await replace(visitor, site="https://elsewhere.example").ask("GET", "/messages")
    assert (answer.status_code, answer.headers.get("access-control-allow-origin")) == (403, None)


async def test_a_page_that_does_not_say_where_it_is_cannot_write(visitor: Visitor) -> None:
    assert (await replace(visitor, site=None).says("AC died")).status_code == 403


async def test_the_site_that_is_allowed_may_read_the_answers_and_the_refusals(visitor: Visitor) -> None:
    answers = [await visitor.ask("GET", "/messages"), await replace(visitor, token="x").ask("GET", "/messages")]
    assert [one.headers["access-control-allow-origin"] for one in answers] == [SITE, SITE]


async def test_the_preflight_is_answered_for_the_site_alone(visitor: Visitor) -> None:
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    ours = await visitor.ask("OPTIONS", "/messages", **asked)
    theirs = await replace(visitor, site="https://elsewhere.example").ask("OPTIONS", "/messages", **asked)
    assert (ours.status_code, ours.headers["access-control-allow-headers"]) == (204, "authorization, content-type")
    assert theirs.status_code == 403


async def test_a_closed_web_chat_has_no_script(shop: Shop, visitor: Visitor) -> None:
    there = await shop.client.get(f"/chat/{visitor.way.id}.js")
    await shop.act(lambda ctx: ways_in.change(ctx, visitor.way.id, {"active": False}))
    gone = await shop.client.get(f"/chat/{visitor.way.id}.js")
    assert (there.headers["content-type"], gone.status_code) == ("text/javascript; charset=utf-8", 404)


async def test_what_mia_answers_reaches_the_visitor(shop: Shop, visitor: Visitor, mia: Desk) -> None:
    await visitor.hears("AC died")
    (thread,) = await shop.rows(Conversation)
    await mia.post(f"/console/conversations/{thread.id}/reply", body="Mia here, I'll call you.", once="1")
    last = (await visitor.sees())[-1]
    assert (last["who"], last["name"], last["text"]) == ("person", "Mia", "Mia here, I'll call you.")


async def test_the_assistant_is_silent_once_mia_has_the_chat(shop: Shop, visitor: Visitor, mia: Desk) -> None:
    await visitor.hears("AC died")
    (thread,) = await shop.rows(Conversation)
    await mia.post(f"/console/conversations/{thread.id}/take-over")
    assert await visitor.hears("Hello?") == ""
    assert (await visitor.ask("GET", "/messages")).json()["person"] is True


async def test_after_the_limit_of_answers_the_office_is_called(shop: Shop, visitor: Visitor) -> None:
    await visitor.hears("AC died")
    await shop.change(Conversation, bot_messages=25)
    assert await visitor.hears("Hello?") == ""
    (thread,) = await shop.rows(Conversation)
    assert thread.needs_human_reason == "bot_limit"


async def test_the_business_has_a_page_that_needs_no_script(shop: Shop, site: Visitor) -> None:
    page = await shop.client.post("/chat/bluebird", data={"text": "I smell gas", "once": "0123456789"})
    assert (page.status_code, "911" in page.text) == (200, True)


async def test_the_page_goes_on_with_the_token_of_its_form(shop: Shop, site: Visitor) -> None:
    first = await shop.client.post("/chat/bluebird", data={"text": "I smell gas", "once": "0123456789"})
    token = first.text.partition('name="token" value="')[2].partition('"')[0]
    again = await shop.client.post("/chat/bluebird", data={"token": token, "text": ""})
    assert "I smell gas" in again.text


async def test_the_page_stands_in_no_frame(shop: Shop, site: Visitor) -> None:
    page = await shop.client.get("/chat/bluebird")
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]


async def test_another_sites_form_writes_nothing(shop: Shop, site: Visitor) -> None:
    form = {"text": "I smell gas", "once": "0123456789"}
    await shop.client.post("/chat/bluebird", data=form, headers={"Sec-Fetch-Site": "cross-site"})
    assert await shop.rows(Message) == []


async def test_a_business_without_a_web_chat_has_no_page(shop: Shop) -> None:
    assert (await shop.client.get("/chat/bluebird")).status_code == 404
