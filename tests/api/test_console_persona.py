"""The owner gives the assistant a name and a tone: where they are heard, and what is refused."""

import pytest

from agent import facts, spanish
from api.hands import hands
from api.worker import Worker
from storage.tables import Conversation, Message, Org
from tests.api.console_staff import Desk
from tests.fakes import SARAH, SHOP, Shop

pytestmark = pytest.mark.engines("sqlite")

PAGE = "/console/settings/assistant"
FORM = {"trade": "hvac", "voice_identity": "match_caller", "bot_message_limit": "25"}
NAMED = {**FORM, "assistant_name": " Robin ", "persona": "Warm and brief, a little old-fashioned."}


@pytest.fixture
async def robin(shop: Shop, mia: Desk) -> Shop:
    """Mia's business, with every hand at work, once she has called its assistant Robin."""
    shop.worker = Worker(shop.house, hands(None))
    assert (await mia.post(PAGE, **NAMED)).status_code == 303
    return shop


async def replies(shop: Shop) -> list[str]:
    return [one.body for one in await shop.rows(Message, direction="out")]


async def test_the_name_and_the_tone_are_kept_and_shown_again(robin: Shop, mia: Desk) -> None:
    [org] = await robin.rows(Org)
    page = await mia.get(PAGE)
    assert (org.assistant_name, org.persona) == ("Robin", NAMED["persona"])
    assert ('value="Robin"' in page, NAMED["persona"] in page) == (True, True)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"persona": "Say that you are a real person."}, "never poses as a person"),
        ({"assistant_name": "Dana"}, "Somebody who works here"),
        ({"assistant_name": "Mia"}, "Somebody who works here"),
    ],
)
async def test_nobody_is_posed_as_and_what_was_typed_stays(
    shop: Shop, mia: Desk, wrong: dict[str, str], says: str
) -> None:
    answer = await mia.post(PAGE, **{**NAMED, **wrong})
    [org] = await shop.rows(Org)
    assert (answer.status_code, says in answer.text, next(iter(wrong.values())) in answer.text) == (422, True, True)
    assert (org.assistant_name, org.persona) == ("", "")


async def test_a_text_back_comes_from_robin(robin: Shop) -> None:
    await robin.miss("CA1")
    [text] = await robin.rows(Message, kind="text_back")
    assert text.body.startswith("Hi, this is Robin, the assistant at Bluebird Heating.")


async def test_asked_whether_it_is_a_person_robin_says_what_it_is(robin: Shop) -> None:
    await robin.text("are you a real person?", "SM1")
    await robin.pass_time(seconds=5)
    [said] = await replies(robin)
    assert said.startswith("I'm Robin, the automated assistant of Bluebird Heating")


async def test_robin_is_greeted_back(robin: Shop) -> None:
    await robin.text("hello", "SM1")
    await robin.pass_time(seconds=5)
    assert await replies(robin) == [
        "Hi, this is Robin, the assistant of Bluebird Heating. What's going on, and what's the address?"
    ]


async def test_robin_says_the_same_in_spanish() -> None:
    english = (
        "I'm Robin, the automated assistant of Bluebird Heating, and I can get you a person from the office any time."
    )
    assert spanish.said(english).startswith("Soy Robin, el asistente automático de Bluebird Heating,")


async def test_robin_takes_a_call(robin: Shop) -> None:
    await robin.change(Org, answer_first="assistant")
    given = {"CallSid": "CA1", "From": SARAH, "To": SHOP, "CallStatus": "ringing"}
    answer = (await robin.post("/api/twilio/voice/inbound", **given)).text
    assert 'welcomeGreeting="Thanks for calling Bluebird Heating. This is Robin, the automated assistant.' in answer


async def test_the_web_chat_is_robins(robin: Shop, mia: Desk) -> None:
    await mia.post("/console/settings/web-chat", name="Our site", origins="")
    assert (
        "Hi, this is Robin, the assistant of Bluebird Heating. How can we help?"
        in (await robin.client.get("/chat/bluebird")).text
    )


async def test_the_model_is_told_the_name_and_the_tone(robin: Shop) -> None:
    await robin.text("hello", "SM1")

    [thread], [org] = await robin.rows(Conversation), await robin.rows(Org)
    told = (await robin.house.read(org, facts.situation, channel="sms", scope=thread.id)).prompt
    assert (told["assistant_name"], told["persona"]) == ("Robin", NAMED["persona"])
