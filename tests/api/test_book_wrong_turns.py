"""A homeowner takes a wrong turn, or we do: a link a text broke in two, too long a form, a bug. Each time a page."""

import logging

import httpx2
import pytest

from storage.tables import Booking
from tests.fakes import Shop
from tools import pages

pytestmark = pytest.mark.engines("sqlite")

LONG = "x" * 70_000
HTML = "text/html; charset=utf-8"


def title(answer: httpx2.Response) -> str:
    """The heading of a page; of anything else there is none."""
    assert answer.headers["content-type"] == HTML
    return answer.text.partition("<h1>")[2].partition("</h1>")[0]


async def test_seventy_kilobytes_are_too_long_and_book_nothing(shop: Shop) -> None:
    answer = await shop.client.post("/book/bluebird", data={"notes": LONG})
    assert (answer.status_code, title(answer)) == (413, "That was too long")
    assert await shop.rows(Booking) == []


async def test_too_long_is_said_in_spanish_to_a_spanish_browser(shop: Shop) -> None:
    answer = await shop.client.post("/book/bluebird", data={"notes": LONG}, headers={"Accept-Language": "es-MX"})
    assert title(answer) == "Es demasiado largo"


async def test_a_form_cut_off_on_its_way_is_told_and_books_nothing(shop: Shop) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    answer = await shop.client.post("/book/bluebird", content=b"--c\r\nhalf", headers=headers)
    assert (answer.status_code, title(answer)) == (400, "That did not arrive whole")
    assert await shop.rows(Booking) == []


async def test_a_form_from_another_sites_page_is_told_in_words(shop: Shop) -> None:
    answer = await shop.client.post("/book/bluebird", data={}, headers={"Sec-Fetch-Site": "cross-site"})
    assert (answer.status_code, title(answer)) == (403, "Please open the page again")


@pytest.mark.parametrize("origin", ["http://[", "", "elsewhere"])
async def test_an_origin_that_is_no_address_is_another_site(shop: Shop, origin: str) -> None:
    answer = await shop.client.post("/book/bluebird", data={}, headers={"Origin": origin})
    assert (answer.status_code, title(answer)) == (403, "Please open the page again")


async def test_a_bug_of_ours_is_a_page_and_a_log_line_without_its_words(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("Sarah Jones, 12 Oak St")

    monkeypatch.setattr(pages, "offered", broken)
    with caplog.at_level(logging.ERROR):
        answer = await shop.client.get("/book/bluebird")
    assert (answer.status_code, title(answer)) == (500, "That did not work")
    assert "bug RuntimeError" in caplog.text
    assert "Sarah" not in caplog.text + answer.text


@pytest.mark.parametrize(
    ("asked", "leads_to"),
    [
        ("/book/bluebird/", "/book/bluebird"),
        ("/book/bluebird/?lang=es", "/book/bluebird?lang=es"),
        ("/book/bluebird/manage/abc/", "/book/bluebird/manage/abc"),
        ("/chat/bluebird/", "/chat/bluebird"),
        ("/book/", "/book"),
        ("/chat/", "/chat"),
        ("/book/a%23b%5Cc/", "/book/a%23b%5Cc"),
    ],
)
async def test_a_slash_too_many_leads_to_the_page(shop: Shop, asked: str, leads_to: str) -> None:
    answer = await shop.client.get(asked)
    assert (answer.status_code, answer.headers["location"]) == (301, leads_to)


@pytest.mark.parametrize("rest", ["manage", "manage/abc/def", "manage/abc/cancel/now"])
async def test_a_link_broken_in_two_says_so_and_leads_to_a_new_visit(shop: Shop, rest: str) -> None:
    answer = await shop.client.get(f"/book/bluebird/{rest}")
    assert (answer.status_code, "open the link in your text again" in answer.text) == (404, True)
    assert ('href="/book/bluebird"' in answer.text, "(512) 555-0100" in answer.text) == (True, True)


@pytest.mark.parametrize("path", ["/book/nobody", "/book/nobody/x", "/book/bluebird/x", "/chat/nobody", "/chat/a/b"])
async def test_an_address_that_is_no_page_is_told_by_a_page(shop: Shop, path: str) -> None:
    answer = await shop.client.get(path)
    assert (answer.status_code, bool(title(answer))) == (404, True)


@pytest.mark.parametrize("word", ["book", "chat"])
async def test_the_bare_word_leads_to_the_one_business(shop: Shop, word: str) -> None:
    answer = await shop.client.get(f"/{word}")
    assert (answer.status_code, answer.headers["location"]) == (302, "/book/bluebird")


@pytest.mark.parametrize(
    "path", ["/", "/book/bluebird", "/book/bluebird/manage/x", "/console/sign-in", "/healthz", "/readyz"]
)
async def test_a_monitor_may_ask_for_the_head_alone(shop: Shop, path: str) -> None:
    whole, head = await shop.client.get(path), await shop.client.head(path)
    said = ("content-type", "content-length")
    assert (head.status_code, [head.headers.get(one) for one in said]) == (
        whole.status_code,
        [whole.headers.get(one) for one in said],
    )
