"""The inbox page, and who may open it."""

import re
from datetime import timedelta

import pytest

from storage.tables import Conversation
from tests.api.console_staff import Desk
from tests.fakes import Shop

pytestmark = pytest.mark.engines("sqlite")

PRIYA, MARCUS = "+15125550144", "+15125550143"


def order(page: str) -> list[str]:
    """The threads of a page, in its order."""
    return re.findall(r'class="row[^"]*" href="/console/conversations/([\w-]+)"', page)


async def overnight(shop: Shop) -> dict[str, str]:
    """Marcus asks a price, Priya smells gas, Sarah asks for a person; the ids of their threads by their first names."""
    await shop.text("I smell gas in the kitchen!", "SM1", sender=PRIYA)
    shop.clock.advance(timedelta(minutes=5))
    await shop.text("Please stop, I want to talk to a real person", "SM2")
    shop.clock.advance(timedelta(minutes=5))
    await shop.text("How much is a visit?", "SM3", sender=MARCUS)
    ids = {one.phone: one.id for one in await shop.rows(Conversation)}
    await shop.act(lambda ctx: setattr(ctx.session.get(Conversation, ids["+15125550142"]), "state", "needs_human"))
    return {"priya": ids[PRIYA], "sarah": ids["+15125550142"], "marcus": ids[MARCUS]}


async def test_the_emergency_stands_above_who_needs_a_person_and_the_rest(shop: Shop, mia: Desk) -> None:
    threads = await overnight(shop)
    assert order(await mia.get("/console")) == [threads["priya"], threads["sarah"], threads["marcus"]]


async def test_unread_threads_are_counted_in_the_title_and_the_tab(shop: Shop, mia: Desk) -> None:
    await overnight(shop)
    page = await mia.get("/console")
    assert "<title>(3) Inbox" in page
    assert re.search(r'Unread <span class="count">3</span>', page)


async def test_looking_at_the_inbox_marks_nothing_read(shop: Shop, mia: Desk) -> None:
    await overnight(shop)
    await mia.get("/console")
    assert [one.unread for one in await shop.rows(Conversation)] == [1, 1, 1]


async def test_an_empty_inbox_says_what_will_come(mia: Desk) -> None:
    assert "next missed call or text" in await mia.get("/console")


async def test_an_empty_inbox_of_a_sandbox_leads_the_owner_to_the_phone_and_nobody_else(mia: Desk, ken: Desk) -> None:
    assert 'class="button primary" href="/console/phone"' in await mia.get("/console")
    assert "/console/phone" not in await ken.get("/console")


async def test_the_second_page_goes_on_where_the_first_ended(shop: Shop, mia: Desk) -> None:
    for number in range(45):
        await shop.text("Hello", f"SM{number}", sender=f"+151255503{number:02}")
    first = await mia.get("/console")
    [older] = re.findall(r'href="(/console\?after=[^"]+)" rel="next"', first)
    second = await mia.get(older)
    assert (len(order(first)), len(order(second))) == (40, 5)
    assert not set(order(first)) & set(order(second))


async def test_the_address_of_a_page_tells_nothing_of_anybody(shop: Shop, mia: Desk) -> None:
    await overnight(shop)
    addresses = re.findall(r'(?:href|action|hx-get)="(/[^"]*)"', await mia.get("/console"))
    assert addresses
    assert not re.search(r"5125550|sarah|jones", " ".join(addresses), re.IGNORECASE)


async def test_ken_who_is_in_no_team_sees_nothing_until_a_thread_is_his(shop: Shop, mia: Desk, ken: Desk) -> None:
    threads = await overnight(shop)
    assert order(await ken.get("/console")) == []
    await mia.post(f"/console/conversations/{threads['sarah']}/assign", staff=ken.staff_id)
    assert order(await ken.get("/console")) == [threads["sarah"]]


async def test_htmx_is_given_the_list_alone(shop: Shop, mia: Desk) -> None:
    await overnight(shop)
    answer = await mia.client.get("/console", headers={"HX-Request": "true", "HX-Target": "inbox"})
    assert answer.text.lstrip().startswith('<div id="inbox"')
    assert "<html" not in answer.text


async def test_a_tab_that_is_none_is_a_page_that_says_so(mia: Desk) -> None:
    answer = await mia.client.get("/console", params={"tab": "spam"})
    assert answer.status_code == 400
    assert "There is no such list" in answer.text


async def test_an_address_of_the_console_that_leads_nowhere_is_a_page(mia: Desk) -> None:
    answer = await mia.client.get("/console/nowhere")
    assert answer.status_code == 404
    assert "To the inbox" in answer.text
