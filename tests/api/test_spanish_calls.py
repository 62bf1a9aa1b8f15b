"""A caller who speaks Spanish is answered in Spanish on the phone, as in texts, with and without a model."""

import pytest

from api import relay
from storage.tables import Booking, Customer, Message, Org
from tests.api.sockets import Relay, Talking, app_of, ringing
from tests.api.test_retell_llm import calling
from tests.fakes import SARAH, SHOP, Shop
from tests.people import wall
from tools import leads

pytestmark = [pytest.mark.anyio, pytest.mark.engines("sqlite")]

NEED = "Hola, no funciona mi calefacción, estoy en 12 Oak Street, 78701"
OFFER = "lunes 23 de noviembre a las 8:00 de la mañana"


@pytest.fixture(autouse=True)
def quick_voice(monkeypatch: pytest.MonkeyPatch) -> None:
    """A voice that needs no time to speak."""
    monkeypatch.setattr(relay, "SECONDS_A_CHARACTER", 0.0)


async def tuned(call: Relay, words: str) -> str:
    """Say these words; the language Twilio is told to hear and speak, before the answer."""
    await call.prompt(words)
    frame = await call.socket.frame()
    assert frame["type"] == "language"
    assert frame["ttsLanguage"] == frame["transcriptionLanguage"]
    return str(frame["ttsLanguage"])


async def test_the_script_books_on_the_phone_in_spanish(shop: Shop) -> None:
    async with ringing(shop) as call:
        assert await tuned(call, NEED) == "es-US"
        offer = await call.listen()
        booked = await call.say("sí, el lunes a las ocho por favor")
    assert OFFER in offer
    assert booked.startswith(f"¡Reservado! Diagnostic visit, el {OFFER}")
    assert [wall(one.start_at) for one in await shop.rows(Booking)] == ["2026-11-23 08:00"]
    assert [one.language for one in await shop.rows(Customer, phone=SARAH)] == ["es"]


async def test_what_is_spoken_keeps_its_accents(shop: Shop) -> None:
    async with ringing(shop) as call:
        await tuned(call, NEED)
        assert "¿Cuál" in await call.listen()


async def test_the_first_one_is_the_first_that_was_said(shop: Shop) -> None:
    async with ringing(shop) as call:
        await tuned(call, NEED)
        await call.listen()
        await call.say("la primera por favor")
    assert [wall(one.start_at) for one in await shop.rows(Booking)] == ["2026-11-23 08:00"]


async def test_a_confirmation_of_a_spanish_call_is_texted_in_spanish(shop: Shop) -> None:
    async with ringing(shop) as call:
        await tuned(call, NEED)
        await call.listen()
        await call.say("sí, el lunes a las ocho por favor")
    await shop.worker.drain()
    [text] = await shop.rows(Message, kind="confirmation")
    assert "queda reservado para el lunes 23 de noviembre a las 8:00 AM" in text.body


async def test_english_please_switches_back(shop: Shop) -> None:
    async with ringing(shop) as call:
        await tuned(call, NEED)
        await call.listen()
        assert await tuned(call, "English please") == "en-US"
        assert await call.listen() == "Which of those times would you like?"


async def test_a_spanish_caller_is_asked_in_spanish_whether_they_are_there(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "QUIET_SECONDS", 0.05)
    async with ringing(shop) as call:
        await tuned(call, NEED)
        await call.listen()
        assert await call.listen() == "¿Sigue ahí?"


async def test_who_spoke_spanish_before_is_greeted_and_heard_in_spanish(shop: Shop) -> None:
    def unit(ctx: object) -> None:
        leads.customer_for(ctx, SARAH).language = "es"  # type: ignore[arg-type]

    await shop.act(unit)
    await shop.change(Org, answer_first="assistant")
    given = {"CallSid": "CA1", "From": SARAH, "To": SHOP, "CallStatus": "ringing"}
    answer = (await shop.post("/api/twilio/voice/inbound", **given)).text
    assert 'welcomeGreeting="Gracias por llamar a Bluebird Heating.' in answer
    assert "<ConversationRelay" in answer
    assert ' language="es-US"' in answer
    async with ringing(shop) as call:
        assert OFFER in await call.say("no funciona mi calefacción")
    assert (await shop.rows(Message, kind="reply"))[0].body.startswith("Gracias por llamar")


async def test_a_retell_agent_is_given_spanish_words(shop: Shop) -> None:
    async with calling(shop) as call:
        await call.details()
        assert OFFER in await call.say(NEED)


async def test_a_lie_of_the_model_is_replaced_by_spanish_words(shop: Shop) -> None:
    lie = "Su cita quedó confirmada para el lunes a las nueve."
    app_of(shop).state.model = Talking([lie, lie])
    async with ringing(shop) as call:
        await tuned(call, NEED)
        assert (await call.listen()).startswith("Quiero darle la información correcta")


async def test_a_booking_the_caller_talked_over_is_told_again_in_spanish(shop: Shop) -> None:
    async with ringing(shop) as call:
        await tuned(call, NEED)
        await call.listen()
        await shop.pass_time(seconds=3)
        await call.say("sí, el lunes a las ocho por favor")
        await call.socket.send(type="interrupt", utteranceUntilInterrupt="¡Reservado!")
        assert f"¡Reservado! Diagnostic visit, el {OFFER}" in await call.say("¿hola, me escucha?")
    assert len(await shop.rows(Booking)) == 1
