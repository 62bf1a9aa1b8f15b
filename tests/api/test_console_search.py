"""Search: who is found by what, for whom, and that no address of a page says what was looked for."""

import pytest

from storage.tables import Conversation, Lead
from tests.api.console_staff import Desk
from tests.api.office import leads_the_crew_of, visit_of
from tests.fakes import Shop

pytestmark = pytest.mark.engines("sqlite")


async def found(desk: Desk, words: str) -> str:
    """The page a search shows; it must open."""
    answer = await desk.post("/console/search", words=words)
    assert answer.status_code == 200, answer.text[-300:]
    return answer.text


@pytest.mark.parametrize(
    "words", ["sarah", "JONES", "555-0142", "(512) 555 01", "0142", "12 oak", "Oak St"], ids=lambda one: one
)
async def test_sarah_is_found_by(shop: Shop, mia: Desk, words: str) -> None:
    visit = await visit_of(shop)
    page = await found(mia, words)
    [lead] = await shop.rows(Lead)
    assert "Sarah Jones" in page
    assert f"/console/bookings/{visit.id}" in page
    assert f"/console/leads/{lead.id}" in page


@pytest.mark.parametrize("words", ["marcus", "999-0142", "%%", "__", "Elm St"], ids=lambda one: one)
async def test_sarah_is_not_found_by(shop: Shop, mia: Desk, words: str) -> None:
    await visit_of(shop)
    page = await found(mia, words)
    assert "Nobody found" in page


async def test_a_thread_is_found_with_its_customer(shop: Shop, mia: Desk) -> None:
    await shop.text("AC died, 12 Oak St 78701", "SM1")
    [thread] = await shop.rows(Conversation)
    assert f"/console/conversations/{thread.id}" in await found(mia, "5550142")


@pytest.mark.parametrize("length", [4, 8, 36])
async def test_a_visit_is_found_by_the_beginning_of_its_id(shop: Shop, mia: Desk, length: int) -> None:
    visit = await visit_of(shop)
    assert "Visits with this id" in await found(mia, visit.id[:length])
    assert f"/console/bookings/{visit.id}" in await found(mia, f"#{visit.id[:length]}")


async def test_one_letter_is_too_little(mia: Desk) -> None:
    answer = await mia.post("/console/search", words="s")
    assert answer.status_code == 400
    assert "at least two" in answer.text


async def test_the_form_posts_so_that_no_address_holds_the_words(mia: Desk) -> None:
    assert '<form class="search-form" method="post" action="/console/search"' in await mia.get("/console/search")


async def test_a_neighbour_finds_nobody_of_ours(shop: Shop, mia: Desk) -> None:
    visit = await visit_of(shop)
    rosa = await mia.neighbour()
    assert "Nobody found" in await found(rosa, "sarah")
    assert visit.id not in await found(rosa, visit.id[:8])


async def test_ken_finds_sarah_once_her_visit_is_his_crews(shop: Shop, ken: Desk) -> None:
    visit = await visit_of(shop)
    assert "Nobody found" in await found(ken, "sarah")
    await leads_the_crew_of(shop, ken, "diagnostic-visit")
    assert visit.id in await found(ken, "sarah")
