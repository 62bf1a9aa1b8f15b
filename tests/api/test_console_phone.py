"""The phone simulator: everything it does goes in by the doors real phones come by, and shows what came of it."""

import re
from dataclasses import replace

import pytest

from api.hands import hands
from api.worker import Worker
from storage.tables import Booking, Call, Credential, Message, ProviderEvent
from tests.api.console_staff import Desk, desk_of
from tests.fakes import SARAH, Shop, open_shop

pytestmark = pytest.mark.engines("sqlite")

PHONE = "/console/phone"


@pytest.fixture
def working(shop: Shop) -> Shop:
    """The shop with every hand of its worker at work."""
    shop.worker = Worker(shop.house, hands(None))
    return shop


async def rings(mia: Desk, ends: str = "missed", **form: str) -> str:
    answer = await mia.post(f"{PHONE}/ring", who="sarah", ends=ends, **form)
    assert answer.status_code == 200, answer.text
    return answer.text


async def texts(mia: Desk, body: str) -> None:
    """Sarah texts from the page, and the assistant has answered."""
    assert (await mia.post(f"{PHONE}/text", who="sarah", body=body)).status_code == 303
    await mia.shop.pass_time(seconds=6)


async def listed(mia: Desk) -> str:
    form = {"slots_preferred_day": "monday", "slots_postal_code": "78701"}
    answer = await mia.post(f"{PHONE}/tool", who="sarah", tool="slots", call="one-call", **form)
    return answer.text


async def test_a_call_that_rings_out_is_texted_back(working: Shop, mia: Desk) -> None:
    await rings(mia)
    await working.pass_time(seconds=1)
    assert "Sorry we missed your call" in await mia.get(PHONE)


async def test_a_call_comes_in_as_the_carriers_posts(working: Shop, mia: Desk) -> None:
    await rings(mia)
    kinds = [one.kind for one in await working.rows(ProviderEvent, provider="twilio")]
    assert kinds == ["voice.inbound", "voice.dial_complete", "voice.status"]


async def test_the_page_tells_each_post_and_what_was_answered(working: Shop, mia: Desk) -> None:
    page = await rings(mia)
    assert "Rings (512) 555-0113 for 20 seconds." in page
    assert "POST /api/twilio/voice/dial-complete" in page


async def test_a_second_missed_call_within_the_hour_says_why_nobody_is_texted(working: Shop, mia: Desk) -> None:
    await rings(mia)
    await working.pass_time(seconds=1)
    assert "no text: " in await rings(mia)


async def test_a_call_the_shop_takes_texts_nobody(working: Shop, mia: Desk) -> None:
    assert "Not a missed call" in await rings(mia, "taken")
    assert await working.rows(Message) == []


async def test_a_voicemail_is_kept_with_its_words(working: Shop, mia: Desk) -> None:
    await rings(mia, "voicemail", words="The boiler leaks")
    (call,) = await working.rows(Call)
    assert call.transcript == "The boiler leaks"


async def test_with_a_carriers_token_the_posts_are_signed(database_url: str) -> None:
    async with open_shop(database_url, twilio_auth_token="t" * 32) as shop:
        mia = await desk_of(shop, "mia@bluebird.example")
        await rings(mia)
        assert len(await shop.rows(Call)) == 1


async def test_sarah_books_from_the_page(working: Shop, mia: Desk) -> None:
    await texts(mia, "AC died, 12 Oak St 78701")
    await texts(mia, "Monday at 9 works")
    assert [one.customer_phone for one in await working.rows(Booking)] == [SARAH]


async def test_the_guide_leads_to_the_conversation(working: Shop, mia: Desk) -> None:
    await texts(mia, "AC died, 12 Oak St 78701")
    found = re.search(r"/console/conversations/[0-9a-f-]{36}", await mia.get(PHONE))
    assert found is not None
    assert "AC died" in await mia.get(found[0])


async def test_a_texts_state_is_shown(working: Shop, mia: Desk) -> None:
    await rings(mia)
    before = await mia.get(f"{PHONE}/screen", who="sarah")
    await working.pass_time(seconds=1)
    after = await mia.get(f"{PHONE}/screen", who="sarah")
    assert (" · queued" in before, " · sent" in after) == (True, True)


async def test_nothing_is_drawn_anew_while_nothing_changed(working: Shop, mia: Desk) -> None:
    mark = re.search(r"mark=([^\"&]+)", await mia.get(PHONE))
    assert mark is not None
    same = await mia.client.get(f"{PHONE}/screen", params={"who": "sarah", "mark": mark[1]})
    assert same.status_code == 204


async def test_whoever_is_on_call_is_seen_to_be_woken(working: Shop, mia: Desk) -> None:
    await texts(mia, "I smell gas in the kitchen")
    others = (await mia.get(PHONE)).partition("Texts to other phones")[2]
    assert "Luis Ortega" in others


async def test_an_agent_hears_the_tools_words(working: Shop, mia: Desk) -> None:
    heard = await listed(mia)
    assert "[slot:&#34;2026-11-23 08:00&#34;]" in heard
    assert "X-Ringback-Outcome: ok" in heard


async def test_an_agent_books_moves_and_cancels(working: Shop, mia: Desk) -> None:
    await listed(mia)
    form = {"who": "sarah", "call": "one-call"}
    booking = {"book_slot": "2026-11-23 09:00", "book_name": "Sarah Jones", "book_postal_code": "78701"}
    said = [
        await mia.post(f"{PHONE}/tool", tool="book", **form, **booking),
        await mia.post(f"{PHONE}/tool", tool="mine", **form),
        await mia.post(f"{PHONE}/tool", tool="reschedule", reschedule_new_slot="2026-11-24 13:00", **form),
        await mia.post(f"{PHONE}/tool", tool="cancel", cancel_reason="Found another", **form),
    ]
    words = ("Booked!", "Monday, November 23", "Rescheduled!", "Cancelled!")
    assert [word in answer.text for word, answer in zip(words, said, strict=True)] == [True] * 4


async def test_a_refusal_shows_its_code(working: Shop, mia: Desk) -> None:
    answer = await mia.post(f"{PHONE}/tool", who="sarah", tool="cancel", call="one-call")
    assert "X-Ringback-Code: NOT_FOUND" in answer.text


async def test_the_simulator_has_one_credential_of_its_own(working: Shop, mia: Desk) -> None:
    for _ in range(2):
        await listed(mia)
    made = await working.rows(Credential, name="Phone simulator")
    assert [(one.actor_type, one.revoked_at) for one in made] == [("VOICE_AGENT", None)]


async def test_a_key_another_process_revoked_is_made_anew(working: Shop, mia: Desk) -> None:
    await listed(mia)
    await working.change(Credential, revoked_at=working.clock.now())
    assert "X-Ringback-Outcome: ok" in await listed(mia)


@pytest.mark.parametrize(
    ("form", "shown"),
    [
        ({"move": "hour"}, "11:00 AM"),
        ({"move": "tomorrow"}, "8:00 AM"),
        ({"move": "to", "at": "2026-11-23T14:30"}, "2:30 PM"),
    ],
)
async def test_the_clock_is_moved(working: Shop, mia: Desk, form: dict[str, str], shown: str) -> None:
    assert (await mia.post(f"{PHONE}/clock", who="sarah", **form)).status_code == 303
    assert f"<span>{shown}</span>" in await mia.get(PHONE)


async def test_the_clock_goes_to_what_waits_next(working: Shop, mia: Desk) -> None:
    await texts(mia, "AC died, 12 Oak St 78701")
    await texts(mia, "Monday at 9 works")
    await mia.post(f"{PHONE}/clock", who="sarah", move="next")
    await working.worker.drain()
    assert [one.kind for one in await working.rows(Message, kind="reminder")] == ["reminder"]


async def test_no_number_stands_in_an_address_of_the_page(working: Shop, mia: Desk) -> None:
    await rings(mia)
    addresses = re.findall(r'(?:href|action|hx-get|hx-post)="([^"]+)"', await mia.get(PHONE, who="marcus"))
    assert [one for one in addresses if "555" in one] == []


async def test_outside_the_sandbox_there_is_no_simulator(shop: Shop, mia: Desk) -> None:
    app = mia.client._transport.app  # type: ignore[attr-defined]
    app.state.house = replace(shop.house, settings=replace(shop.house.settings, sandbox=False))
    assert [(await mia.client.get(PHONE)).status_code, (await mia.post(f"{PHONE}/ring", who="sarah")).status_code] == [
        404,
        404,
    ]


async def test_ken_does_not_get_to_play_with_the_clock(shop: Shop, ken: Desk) -> None:
    assert (await ken.post(f"{PHONE}/clock", who="sarah", move="hour")).status_code == 403


async def test_mia_opens_a_web_chat_and_gets_its_tag(shop: Shop, mia: Desk) -> None:
    await mia.post(
        "/console/settings/web-chat", name="Our site", origins="www.bluebird.example\nhttps://bluebird.example"
    )
    page = await mia.get("/console/settings/web-chat")
    assert re.search(r"&lt;script src=\"https://ringback\.test/chat/[0-9a-f-]{36}\.js\" async&gt;", page)


async def test_a_site_that_is_none_is_refused_with_the_reason(shop: Shop, mia: Desk) -> None:
    answer = await mia.post("/console/settings/web-chat", name="Our site", origins="http://bluebird.example")
    assert (answer.status_code, "written with https" in answer.text) == (422, True)


async def test_a_closed_web_chat_can_be_opened_again(shop: Shop, mia: Desk) -> None:
    await mia.post("/console/settings/web-chat", name="Our site", origins="")
    action = re.search(r'action="(/console/settings/web-chat/[^"]+)"', await mia.get("/console/settings/web-chat"))
    assert action is not None
    seen = []
    for active in ("0", "1"):
        await mia.post(action[1], active=active)
        seen.append((await shop.client.get("/chat/bluebird")).status_code)
    assert seen == [404, 200]
