"""The pages a homeowner sees, in Spanish: by the browser, by the link on the page, and by what we know of her."""

import re
from string import Formatter
from typing import Any

import httpx2
import pytest

from api.book.tongues import TONGUES
from storage.tables import Booking, Customer, Message
from tests.api.test_book_pages import FORM
from tests.fakes import Shop
from tools import ways_in

pytestmark = pytest.mark.engines("sqlite")

SPANISH = {"Accept-Language": "es-MX,es;q=0.9,en;q=0.8"}
PICKED = {"service": "Diagnostic visit", "zip_code": "78701"}


def language(page: httpx2.Response) -> str:
    """The language a page says it is in."""
    [found] = re.findall(r'<html lang="([^"]*)">', page.text)
    return str(found)


async def book(shop: Shop, lang: str | None = None, **form: str) -> httpx2.Response:
    return await shop.client.post("/book/bluebird", params={"lang": lang} if lang else {}, data=FORM | form)


async def her_link(shop: Shop, spoken: str = "es") -> str:
    """The path of Sarah's manage link, for Monday at nine; she speaks this language."""
    await book(shop, spoken)
    [visit] = await shop.rows(Booking)
    return f"/book/bluebird/manage/{visit.management_token}"


async def chat(shop: Shop) -> str:
    """The key of the business's web chat."""
    return str((await shop.act(lambda ctx: ways_in.add(ctx, {"name": "Our site", "kind": "widget"}))).id)


def test_both_languages_have_the_same_words_and_fill_in_the_same() -> None:
    english, spanish = (
        {name: {field for _, field, _, _ in Formatter().parse(said) if field} for name, said in one.words.items()}
        for one in TONGUES.values()
    )
    assert english == spanish


def test_no_words_are_the_same_in_both_languages() -> None:
    assert [name for name, said in TONGUES["en"].words.items() if said == TONGUES["es"].words[name]] == []


@pytest.mark.parametrize("path", ["/book/bluebird", "/book/nobody", "/book/bluebird/manage/none", "/chat/nobody"])
async def test_a_spanish_browser_gets_the_page_in_spanish(shop: Shop, path: str) -> None:
    spanish, english = [await shop.client.get(path, headers=one) for one in (SPANISH, {})]
    assert (language(spanish), language(english)) == ("es", "en")
    assert re.search(r">English</a>", spanish.text)
    assert re.search(r">Español</a>", english.text)


async def test_the_times_stand_in_spanish_under_their_days(shop: Shop) -> None:
    page = (await shop.client.get("/book/bluebird", params=PICKED, headers=SPANISH)).text
    assert "<legend>lunes 23 de noviembre</legend>" in page
    assert 'value="2026-11-23 09:00"' in page
    assert "<span>9:00 AM</span>" in page
    assert "Más adelante: del " in page


async def test_the_fee_is_told_in_spanish(shop: Shop) -> None:
    assert "tarifa de visita $89" in (await shop.client.get("/book/bluebird", headers=SPANISH)).text


async def test_the_language_picked_stays_through_every_step(shop: Shop) -> None:
    first = await shop.client.get("/book/bluebird", params={"lang": "es"})
    assert '<input type="hidden" name="lang" value="es">' in first.text
    times = await shop.client.get("/book/bluebird", params=PICKED | {"lang": "es"})
    assert 'action="/book/bluebird?lang=es"' in times.text
    refused = await book(shop, "es", phone="555")
    assert (language(refused), 'action="/book/bluebird?lang=es"' in refused.text) == ("es", True)
    done = await book(shop, "es")
    assert (done.status_code, language(done), "Su visita está reservada" in done.text) == (201, "es", True)
    assert "lunes 23 de noviembre a las 9:00 AM" in done.text


async def test_the_link_to_the_other_language_leads_to_the_same_step(shop: Shop) -> None:
    page = (await shop.client.get("/book/bluebird", params=PICKED, headers=SPANISH)).text
    assert 'href="/book/bluebird?service=Diagnostic+visit&amp;zip_code=78701&amp;lang=en"' in page


async def test_english_picked_on_a_spanish_browser_is_english(shop: Shop) -> None:
    page = await shop.client.get("/book/bluebird", params={"lang": "en"}, headers=SPANISH)
    assert (language(page), '<input type="hidden" name="lang" value="en">' in page.text) == ("en", True)


@pytest.mark.parametrize("lang", ["tlh", '"><script>', "//elsewhere.example", "es\r\nX-Bad: 1", "__class__"])
async def test_a_language_that_is_none_is_nowhere_in_the_answer(shop: Shop, lang: str) -> None:
    link = await her_link(shop, "en")
    page = await shop.client.get("/book/bluebird", params={"lang": lang})
    moved = await shop.client.post(f"{link}/cancel", params={"lang": lang})
    assert (language(page), lang in page.text) == ("en", False)
    assert moved.headers["location"] == f"{link}?said=cancelled"


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"phone": ""}, "Elija una hora y escriba su nombre, teléfono y dirección"),
        ({"phone": "555"}, "Ese número de teléfono no nos sirve."),
        ({"slot": "2026-11-26 09:00"}, "Cerrado el jueves 26 de noviembre"),
        ({"slot": "soon"}, "Elija una de las horas de abajo"),
        ({"zip_code": "79901"}, "Ese código postal está fuera de la zona que cubrimos."),
    ],
    ids=["no phone", "bad phone", "Thanksgiving", "no time", "outside"],
)
async def test_a_refusal_is_told_in_spanish(shop: Shop, form: dict[str, str], said: str) -> None:
    page = await book(shop, "es", **form)
    assert (page.status_code, said in page.text) == (422, True)


async def test_a_taken_time_is_told_in_spanish(shop: Shop) -> None:
    await book(shop)
    assert "Esa hora la acaban de tomar." in (await book(shop, "es", phone="512-555-0177")).text


async def test_whoever_is_new_and_books_in_spanish_is_texted_in_spanish(shop: Shop) -> None:
    await book(shop, "es")
    await shop.pass_time(seconds=5)
    [customer] = await shop.rows(Customer)
    [text] = await shop.rows(Message, kind="confirmation")
    assert (customer.language, "lunes 23 de noviembre" in text.body) == ("es", True)


async def test_a_form_changes_nobodys_language_who_was_known(shop: Shop) -> None:
    await book(shop)
    await shop.pass_time(seconds=5)
    await book(shop, "es", slot="2026-11-24 14:00")
    assert [one.language for one in await shop.rows(Customer)] == ["en"]


async def test_the_link_of_a_spanish_customer_is_spanish_in_any_browser(shop: Shop) -> None:
    page = await shop.client.get(await her_link(shop), headers={"Accept-Language": "en-US"})
    assert language(page) == "es"
    assert "lunes 23 de noviembre de 2026 a las 9:00 AM" in page.text
    assert "hasta cerca de las 10:30 AM, hora del Centro, con Dana Ruiz" in page.text


async def test_the_link_of_an_english_customer_is_english_in_any_browser(shop: Shop) -> None:
    assert language(await shop.client.get(await her_link(shop, "en"), headers=SPANISH)) == "en"


@pytest.mark.parametrize(
    ("act", "form", "note"),
    [
        ("move", {"slot": "2026-11-24 14:00"}, "Su visita tiene una hora nueva."),
        ("cancel", {}, "Su visita está cancelada."),
    ],
)
async def test_what_was_done_is_told_in_spanish(shop: Shop, act: str, form: dict[str, str], note: str) -> None:
    answer = await shop.client.post(f"{await her_link(shop)}/{act}", data=form)
    assert note in (await shop.client.get(answer.headers["location"])).text


async def test_english_picked_by_a_spanish_customer_stays_after_a_move(shop: Shop) -> None:
    link = await her_link(shop)
    assert f'action="{link}/move?lang=en"' in (await shop.client.get(link, params={"lang": "en"})).text
    answer = await shop.client.post(f"{link}/move", params={"lang": "en"}, data={"slot": "2026-11-24 14:00"})
    assert language(await shop.client.get(answer.headers["location"])) == "en"


async def test_a_move_that_is_refused_says_why_in_spanish(shop: Shop) -> None:
    answer = await shop.client.post(f"{await her_link(shop)}/move")
    assert (answer.status_code, "Primero elija una hora" in answer.text) == (409, True)


async def test_a_link_that_has_expired_says_so_in_the_customers_language(shop: Shop) -> None:
    link = await her_link(shop)
    await shop.pass_time(days=7)
    page = await shop.client.get(link)
    assert (page.status_code, language(page)) == (410, "es")
    assert "Llámenos o escríbanos al " in page.text


async def test_the_chat_page_keeps_its_language_through_a_message(shop: Shop) -> None:
    key = await chat(shop)
    empty = await shop.client.get(f"/chat/{key}", params={"lang": "es"})
    assert (language(empty), 'data-lang="es"' in empty.text) == ("es", True)
    assert f'action="/chat/{key}?lang=es"' in empty.text
    refused = await shop.client.post(f"/chat/{key}", params={"lang": "es"}, data={"token": "made up", "text": "Hola"})
    assert (language(refused), "Este chat ya terminó." in refused.text) == ("es", True)


async def test_the_script_draws_the_chat_in_the_visitors_language(shop: Shop) -> None:
    key = await chat(shop)

    async def told(**asked: Any) -> Any:
        return (await shop.client.get(f"/api/v1/webchat/{key}", **asked)).json()

    assert (await told())["words"]["send"] == "Send"
    assert (await told(headers=SPANISH))["words"]["hello"].startswith("Hola, soy ")
    assert (await told(params={"lang": "en"}, headers=SPANISH))["lang"] == "en"


async def test_the_script_is_refused_in_the_visitors_language(shop: Shop) -> None:
    headers = {"Origin": "https://ringback.test", "Authorization": "Bearer made.1.up"} | SPANISH
    answer = await shop.client.get(f"/api/v1/webchat/{await chat(shop)}/messages", headers=headers)
    assert (answer.status_code, answer.json()["detail"]) == (401, "Este chat ya terminó.")


async def test_the_script_finds_every_word_it_uses(shop: Shop) -> None:
    key = await chat(shop)
    used = set(re.findall(r"\bwords\.(\w+)", (await shop.client.get(f"/chat/{key}.js")).text))
    words = (await shop.client.get(f"/api/v1/webchat/{key}")).json()["words"]
    assert used <= set(words)
    assert "hello" in used
