"""What goes out by itself goes out in the customer's language; the business's own wordings stay as written."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from storage.context import Context
from storage.tables import Booking, Customer, Message, Org, Service
from tests.calls.play import Stage
from tests.fakes import SARAH, Shop
from tests.people import at, visit
from tools import leads, pages, reminders, selector
from tools.rules import sms

pytestmark = [pytest.mark.anyio, pytest.mark.engines("sqlite")]
SATURDAY_VISIT = "2026-11-28 13:00"
URL = "https://ringback.test/book/bluebird"
Then = Callable[[Context, Booking], None]


async def sarah_speaks_spanish(shop: Shop) -> None:
    def unit(ctx: Context) -> None:
        leads.customer_for(ctx, SARAH).language = "es"

    await shop.act(unit)


async def told(shop: Shop, then: Then | None = None, **values: Any) -> str:
    """The last text Sarah gets about Monday's visit once `then` has happened to it."""
    await sarah_speaks_spanish(shop)
    row = await shop.act(lambda ctx: visit(ctx, "2026-11-23 13:00", address="12 Oak St"))
    if then is not None:

        def unit(ctx: Context) -> None:
            booking = ctx.session.get_one(Booking, row.id)
            for name, value in values.items():
                setattr(booking, name, value)
            then(ctx, booking)

        await shop.act(unit)
    await shop.worker.drain()
    return (await shop.rows(Message, to_phone=SARAH))[-1].body


SATURDAY = {"start_at": at(SATURDAY_VISIT), "end_at": at(SATURDAY_VISIT) + timedelta(minutes=90), "revision": 1}


@pytest.mark.parametrize(
    ("then", "values", "words"),
    [
        (
            None,
            {},
            "Bluebird Heating: Diagnostic visit queda reservado para el lunes 23 de noviembre a la 1:00 PM, 12 Oak",
        ),
        (reminders.moved, SATURDAY, "Diagnostic visit cambia al sabado 28 de noviembre a la 1:00 PM."),
        (
            reminders.approved,
            {},
            "Diagnostic visit queda confirmado para el lunes 23 de noviembre a la 1:00 PM, con Dana",
        ),
        (
            lambda ctx, row: reminders.cancelled(ctx, row, tell=True),
            {"status": "cancelled", "revision": 1},
            f"del lunes 23 de noviembre a la 1:00 PM queda cancelado. Cuando quiera otra hora: {URL}",
        ),
        (
            reminders.expired,
            {"status": "cancelled", "revision": 1},
            "la oficina no pudo tomar Diagnostic visit el lunes",
        ),
        (reminders.late, {"status": "late"}, "Dana Ruiz va con retraso para Diagnostic visit."),
        (reminders.no_show, {"status": "no_show"}, "sentimos no haberle encontrado para Diagnostic visit el lunes 23"),
    ],
    ids=["confirmed", "moved", "approved", "cancelled", "expired", "late", "no-show"],
)
async def test_a_text_about_a_visit_is_in_the_customers_language(
    then: Then | None, values: dict[str, Any], words: str, shop: Shop
) -> None:
    text = await told(shop, then, **values)
    assert words in text
    assert sms.segments(text) <= 2


async def test_a_request_is_answered_in_the_customers_language(shop: Shop) -> None:
    await shop.change(Org, booking_mode="approval")
    assert "recibimos su solicitud de Diagnostic visit para el lunes 23 de noviembre" in await told(shop)


async def test_a_reminder_is_in_the_language_the_customer_has_when_it_is_due(shop: Shop) -> None:
    await shop.act(lambda ctx: visit(ctx, "2026-11-23 13:00"))
    await sarah_speaks_spanish(shop)
    await shop.pass_time(days=1, hours=4)
    [reminder] = await shop.rows(Message, kind="reminder")
    assert reminder.body.startswith("Recordatorio de Bluebird Heating: Diagnostic visit el lunes 23 de noviembre a la")


async def test_an_arrival_window_is_in_spanish(shop: Shop) -> None:
    await shop.change(Service, window_minutes=120)
    assert "espera llegar entre la 1:00 PM y las 3:00 PM" in await told(shop, reminders.late, status="late")


async def test_the_businesss_own_wording_stays_as_it_was_written(shop: Shop) -> None:
    await shop.change(Org, texts={"confirmed": "See you {date} at {time}!"})
    assert await told(shop) == "See you Monday, November 23 at 1:00 PM!"


async def test_a_businesss_own_text_back_stays_as_it_was_written(shop: Shop) -> None:
    own = "{business_name} here, sorry! What is wrong? Reply STOP to opt out."
    await shop.change(Org, texts={"text_back_closed": own, "text_back_open": own})
    await sarah_speaks_spanish(shop)
    await shop.miss("CA1")
    await shop.worker.drain()
    [text] = await shop.rows(Message, kind="text_back")
    assert text.body == "Bluebird Heating here, sorry! What is wrong? Reply STOP to opt out."


async def test_who_asks_for_help_in_a_spanish_thread_is_helped_in_spanish(shop: Shop) -> None:
    await sarah_speaks_spanish(shop)
    await shop.text("HELP", "SM1")
    [text] = await shop.rows(Message, kind="notice")
    assert text.body.startswith("Bluebird Heating: este es nuestro asistente virtual")


async def test_a_link_and_a_code_are_sent_in_the_customers_language(shop: Shop) -> None:
    await sarah_speaks_spanish(shop)
    await shop.act(lambda ctx: visit(ctx, "2026-11-23 13:00"))

    def unit(ctx: Context) -> list[str]:
        selector.send_code(ctx, SARAH)
        return [pages.text_link(ctx, leads.customer_for(ctx, SARAH), rebook_link=URL).body]

    [link] = await shop.act(unit)
    [code] = await shop.rows(Message, kind="code")
    assert link == f"Bluebird Heating: elija una hora para su visita: {URL} Responda STOP para no recibir mensajes."
    assert code.body.startswith("Bluebird Heating: su clave es ")


async def test_a_spanish_conversation_is_followed_by_spanish_texts(shop: Shop) -> None:
    stage = Stage(shop)
    await stage.say("Hola, no funciona mi calefacción, 12 Oak St 78701")
    _reply, confirmation = await stage.say("sí, el lunes a las 8 por favor")
    assert confirmation.kind == "confirmation"
    assert "queda reservado para el lunes 23 de noviembre a las 8:00 AM" in confirmation.body
    assert [one.language for one in await shop.rows(Customer, phone=SARAH)] == ["es"]


async def test_words_of_ours_are_sent_without_the_accents_that_cost_a_segment(shop: Shop) -> None:
    stage = Stage(shop)
    (offer,) = await stage.say("Hola, no funciona mi calefacción, 12 Oak St 78701")
    assert "¿Cual le sirve?" in offer.body
    assert offer.segments == sms.segments(offer.body) <= 2
