"""Somebody who asks for a link is sent it, once, and told so only when it is on its way."""

from collections.abc import AsyncIterator

import pytest

from storage.context import Context
from storage.tables import Booking, Conversation, Customer, Message, Org
from tests.api.sockets import ringing
from tests.calls.play import ScriptedModel, Stage
from tests.fakes import SARAH, Shop, open_shop
from tests.people import visit
from tools import toolbox
from tools.tool import Said

pytestmark = [pytest.mark.anyio, pytest.mark.engines("sqlite")]
PAGE = "https://ringback.test/book/bluebird"
TO_PAGE = {"send_link": '{"booking_selector": null}'}


@pytest.fixture
async def shop(database_url: str, anyio_backend: str) -> AsyncIterator[Shop]:
    """Bluebird Heating on a Saturday morning."""
    async with open_shop(database_url) as opened:
        yield opened


async def sent(shop: Shop) -> list[tuple[str, str]]:
    return [(one.body, one.state) for one in await shop.rows(Message, kind="booking_link")]


async def called(shop: Shop, channel: str = "sms", **arguments: str | None) -> Said:
    """What the tool answers in the newest thread."""
    scope = (await shop.rows(Conversation))[-1].id

    def unit(ctx: Context) -> Said:
        here = Context(ctx.session, ctx.org, ctx.actor, channel, ctx.now, scope, ctx.public_url)
        return toolbox.call(here, "send_link", arguments, key="one")

    return await shop.act(unit)


async def test_the_script_sends_the_booking_page(shop: Shop) -> None:
    link, answer = await Stage(shop).say("Can you send me a link to book online?")
    assert link.body == f"Bluebird Heating: pick a time for your visit here: {PAGE} Reply STOP to opt out."
    assert answer.body == "I've sent you the link to our booking page."


async def test_the_script_sends_the_page_of_a_visit(shop: Shop) -> None:
    row = await shop.act(lambda ctx: visit(ctx, "2026-11-23 13:00"))
    stage = Stage(shop)
    await stage.after(seconds=0)
    link, answer = await stage.say("could you text me the link to change my appointment")
    assert link.body.endswith(f"your Diagnostic visit here: {PAGE}/manage/{row.management_token}")
    assert answer.body == "I've sent you the link to your Diagnostic visit on Monday, November 23 at 1:00 PM."


async def test_both_are_said_in_spanish(shop: Shop) -> None:
    link, answer = await Stage(shop).say("Hola, me puede mandar el enlace por favor")
    assert link.body.startswith(f"Bluebird Heating: elija una hora para su visita: {PAGE}")
    assert answer.body == "Le envié el enlace para reservar una visita."


async def test_a_model_may_say_what_it_sent(shop: Shop) -> None:
    said = "I've sent you the link to our booking page. Pick any time that suits you."
    *_link, answer = await Stage(shop, ScriptedModel([TO_PAGE, said])).say("send me a link please")
    assert answer.body == said


async def test_a_model_that_sent_nothing_may_not_say_so(shop: Shop) -> None:
    lie = "I've sent you the link to our booking page."
    await Stage(shop, ScriptedModel([lie, lie])).say("send me a link please")
    assert await sent(shop) == []
    assert lie not in [one.body for one in await shop.rows(Message, direction="out")]


async def test_the_same_call_twice_sends_one_text(shop: Shop) -> None:
    await Stage(shop).say("hello")
    assert [(await called(shop)).ok, (await called(shop)).ok] == [True, True]
    assert len(await sent(shop)) == 1


async def test_nobody_is_promised_a_link_that_cannot_leave(shop: Shop) -> None:
    await Stage(shop).say("hello")
    await shop.change(Customer, opted_out_at=shop.clock.now())
    said = await called(shop)
    assert (said.ok, said.code, said.say) == (False, "OPTED_OUT", "This number asked us not to text it.")


async def test_no_link_is_promised_where_texts_are_off(shop: Shop) -> None:
    await Stage(shop).say("hello")
    await shop.change(Org, outbound_enabled=False)
    assert (await called(shop)).code == "UPSTREAM_UNAVAILABLE"


async def test_a_strangers_visit_has_no_link_here(shop: Shop) -> None:
    row = await shop.act(lambda ctx: visit(ctx, "2026-11-23 13:00", "+15125550143"))
    await Stage(shop).say("hello")
    assert (await called(shop, booking_selector=row.id[:8])).code == "NOT_FOUND"
    assert await sent(shop) == []


async def test_a_caller_is_texted_the_link(shop: Shop) -> None:
    async with ringing(shop) as call:
        assert await call.say("Can you text me the link") == "I've sent you the link to our booking page."
    [(body, state)] = await sent(shop)
    assert (PAGE in body, state) == (True, "queued")
    [message] = await shop.rows(Message, kind="booking_link")
    assert (message.to_phone, message.channel) == (SARAH, "sms")


async def test_a_caller_without_a_number_is_told_why_not(shop: Shop) -> None:
    async with ringing(shop, caller="anonymous") as call:
        assert await call.say("Can you text me the link") == "There is no number to text."
    assert await shop.rows(Booking) == []
