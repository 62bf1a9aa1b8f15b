"""A form over 64 KB: a page a person can read, with a way back, and nothing of it kept."""

import pytest

from storage.tables import Org
from tests.api.console_staff import Desk
from tests.fakes import Shop

pytestmark = pytest.mark.engines("sqlite")

LONG = "x" * 70_000


async def test_an_about_text_of_seventy_kilobytes_is_answered_with_a_page_and_the_way_back(
    shop: Shop, mia: Desk
) -> None:
    answer = await mia.post("/console/settings", name="Bluebird Air", about=LONG)
    assert (answer.status_code, answer.headers["content-type"]) == (413, "text/html; charset=utf-8")
    assert "64 KB" in answer.text
    assert 'href="/console/settings">Open the page again' in answer.text
    assert [one.name for one in await shop.rows(Org)] == ["Bluebird Heating"]


async def test_from_a_form_of_a_thread_the_way_leads_back_to_the_thread(shop: Shop, mia: Desk) -> None:
    answer = await mia.post("/console/conversations/c1/notes", note=LONG)
    assert answer.status_code == 413
    assert 'href="/console/conversations/c1">Open the page again' in answer.text


async def test_whoever_is_not_signed_in_gets_a_page_too(shop: Shop) -> None:
    answer = await shop.client.post("/console/sign-in", data={"email": LONG})
    assert (answer.status_code, answer.headers["content-type"]) == (413, "text/html; charset=utf-8")
