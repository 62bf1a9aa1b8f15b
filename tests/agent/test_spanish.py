"""A customer who writes Spanish is answered in Spanish, by the script and by the model, until they ask otherwise."""

from collections.abc import AsyncIterator

import pytest

import prompts
from agent import replies, spanish
from api import line, retell_llm
from storage.tables import Booking, Customer
from tests.calls.play import ScriptedModel, Stage
from tests.fakes import SARAH, Shop, open_shop
from tests.people import wall
from tools import chat, pages, refusals
from tools.rules import sms, spanish_heard

pytestmark = pytest.mark.engines("sqlite")

SENTENCES = [
    *(
        value
        for module in (replies, line)
        for name, value in vars(module).items()
        if name.isupper() and isinstance(value, str)
    ),
    *refusals.SENTENCES.values(),
    *(words for _code, words in pages.NO_TEXT.values()),
    *line.STILL_THERE,
    retell_llm.SAY_AGAIN,
    chat.OUTSIDE,
]


@pytest.fixture
async def shop(database_url: str, anyio_backend: str) -> AsyncIterator[Shop]:
    """Bluebird Heating on a Saturday morning."""
    async with open_shop(database_url) as opened:
        yield opened


@pytest.mark.parametrize("sentence", SENTENCES)
def test_every_sentence_of_the_script_has_a_spanish_form(sentence: str) -> None:
    lines = prompts.render("es/sentences").splitlines()
    whole = spanish.said(sentence)
    assert sentence in lines or whole != sentence
    assert not {"the", "you", "and", "is"} & set(whole.lower().replace("?", " ").split())


def test_dates_times_and_lists_follow_spanish_rules() -> None:
    said = spanish.said("I have Monday, November 23 at 1:00 PM or 3:00 PM. Which works for you?")
    assert said == "Tengo el lunes 23 de noviembre a la 1:00 PM o 3:00 PM. ¿Cuál le sirve?"


def test_a_spanish_answer_costs_no_more_than_two_segments() -> None:
    assert all(sms.fits(sms.thrifty(spanish.said(sentence))) for sentence in SENTENCES)


@pytest.mark.parametrize("assistant", ["", "Maximiliana Robinson"])
@pytest.mark.parametrize("name", ["open", "closed", "late", "voicemail"])
def test_a_spanish_text_back_fits_names_us_and_says_how_to_stop(name: str, assistant: str) -> None:
    text = prompts.render(f"es/text_back_{name}", business_name="Bluebird Heating & Air of Austin", assistant=assistant)
    assert sms.fits(text)
    assert "Bluebird" in text
    assert "STOP" in text


@pytest.mark.parametrize(
    ("text", "english"),
    [
        ("la primera por favor", "the first one please"),
        ("sí, el lunes a las 10", "yes, Monday at 10"),
        ("mañana por la mañana", "tomorrow in the morning"),
        ("a las nueve y media", "at 9:30"),
        ("¿es usted un robot?", "are you a robot?"),
        ("¿qué citas tengo?", "when is my visit?"),
        ("no puedo ir el miércoles", "I can't make it Wednesday"),
        ("que la visita sea el lunes", "que la visita sea Monday"),
        ("Monday at 10 works", "Monday at 10 works"),
        ("12 La Vista Dr", "12 La Vista Dr"),
    ],
)
def test_what_decides_is_put_into_english(text: str, english: str) -> None:
    assert spanish_heard.in_english(text) == english


async def test_the_script_books_in_spanish(shop: Shop) -> None:
    stage = Stage(shop)
    (offer,) = await stage.say("Hola, no funciona mi calefacción, 12 Oak St 78701")
    (booked, *_texts) = await stage.say("sí, el lunes a las 8 por favor")
    assert "el lunes 23 de noviembre a las 8:00 AM" in offer.body
    assert booked.body.startswith("¡Reservado! Diagnostic visit, el lunes 23 de noviembre a las 8:00 AM")
    assert [wall(one.start_at) for one in await shop.rows(Booking)] == ["2026-11-23 08:00"]
    assert [one.language for one in await shop.rows(Customer, phone=SARAH)] == ["es"]


async def test_who_cannot_come_is_asked_for_another_day_and_not_told_that_all_is_well(shop: Shop) -> None:
    stage = Stage(shop)
    await stage.say("Hola, no funciona mi calefacción, 12 Oak St 78701")
    await stage.say("sí, el lunes a las 8 por favor")
    (answer,) = await stage.say("no puedo ir el lunes")
    assert answer.body.startswith("No hay problema, puedo cambiar su visita")


async def test_english_please_switches_back(shop: Shop) -> None:
    stage = Stage(shop)
    await stage.say("Hola, no funciona mi calefacción, 12 Oak St 78701")
    (answer,) = await stage.say("English please")
    assert answer.body == replies.WHICH_ONE


async def test_the_model_is_told_to_answer_in_spanish(shop: Shop) -> None:
    model = ScriptedModel(["Hola, ¿qué sucede con la calefacción?"])
    await Stage(shop, model).say("Hola, necesito ayuda con la calefacción")
    assert "in Spanish, for that is what the customer writes" in model.asked[0][0]["content"]


async def test_a_spanish_lie_of_the_model_is_replaced_by_spanish_words(shop: Shop) -> None:
    lie = "Su cita quedó confirmada para el lunes a las nueve."
    (answer,) = await Stage(shop, ScriptedModel([lie, lie])).say("Hola, necesito una cita")
    assert answer.body.startswith("Quiero darle la informacion correcta")


async def test_a_missed_call_from_a_spanish_speaker_is_texted_back_in_spanish(shop: Shop) -> None:
    stage = Stage(shop)
    await stage.say("Hola, necesito ayuda con la calefacción")
    await shop.pass_time(minutes=61)
    await shop.miss("CAes")
    (text,) = await stage.after(seconds=10)
    assert text.body.startswith("Hola, soy el asistente de Bluebird Heating.")


async def test_a_yes_in_spanish_lets_the_model_book(shop: Shop) -> None:
    nothing = (
        '"service": null, "customer_name": null, "address": null, "postal_code": null, "notes": null, "email": null'
    )
    model = ScriptedModel(
        [
            {"list_open_slots": '{"preferred_day": "monday"}'},
            "Tengo el lunes 23 de noviembre a las 8:00 AM. ¿Le sirve?",
            {"book_job": f'{{"slot": "2026-11-23 08:00", {nothing}, "urgency": null}}'},
            "¡Listo! Su visita está reservada para el lunes 23 de noviembre a las 8:00 AM con Dana Ruiz.",
        ]
    )
    stage = Stage(shop, model)
    await stage.say("Hola, no funciona mi calefacción, 12 Oak St 78701")
    (booked, *_texts) = await stage.say("sí, por favor")
    assert booked.body.startswith("¡Listo! Su visita esta reservada")
    assert model.steps == []
