"""The set-up page: what to paste where, a missed call tried out, and every connection looked at."""

import html
import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from sqlalchemy import select

from api import self_test, signatures
from api.carrier import sender_for
from api.settings import Settings
from storage.context import Context
from storage.tables import AuditEntry, EntryPoint, Message, Org
from tests.api.console_staff import Desk, desk_of
from tests.chaos.provider import ACCOUNT, NO_PHONE, WELL, Provider, provider
from tests.chaos.wire import TOKEN
from tests.fakes import SATURDAY, SHOP, Shop, open_shop
from tools.founding import STAND_INS

pytestmark = pytest.mark.engines("sqlite")

PAGE = "/console/set-up"


async def test_the_page_shows_the_exact_addresses_with_the_businesss_tokens(shop: Shop, mia: Desk) -> None:
    text = await mia.get(PAGE)
    url = shop.house.settings.public_url
    for path in ("/api/twilio/voice/inbound", "/api/twilio/voice/status", "/api/twilio/sms/inbound"):
        assert f">{url}{path}<" in text
    assert f">{url}/api/retell/inbound/{shop.org.retell_token}<" in text
    assert f">{url}/api/callsavvy/webhook/{shop.org.callsavvy_token}<" in text


async def test_every_address_on_the_page_is_one_of_our_doors(shop: Shop, mia: Desk) -> None:
    url = shop.house.settings.public_url
    shown = re.findall(rf'<code id="u\d+">{re.escape(url)}([^<]+)<', await mia.get(PAGE))
    answers = [await shop.client.post(path) for path in shown]
    assert len(shown) == 10
    assert [one.status_code for one in answers if one.status_code in (404, 405)] == []


async def test_no_agent_opens_the_set_up_page(ken: Desk) -> None:
    assert (await ken.client.get(PAGE)).status_code == 403


@pytest.mark.parametrize("platform", ["retell", "vapi", "elevenlabs", "openai", "mcp"])
async def test_the_tools_to_paste_are_valid_json(mia: Desk, platform: str) -> None:
    found = re.search(r'id="tools-json"[^>]*>(.*?)</pre>', await mia.get(PAGE, platform=platform), re.S)
    assert found is not None
    tools = json.loads(html.unescape(found[1]))
    assert len(tools["tools"] if platform == "mcp" else tools) == 10


async def test_a_retell_tools_parameters_begin_with_an_object(mia: Desk) -> None:
    found = re.search(r'id="tools-json"[^>]*>(.*?)</pre>', await mia.get(PAGE), re.S)
    assert found is not None
    assert {next(iter(one["parameters"].items())) for one in json.loads(html.unescape(found[1]))} == {
        ("type", "object")
    }


async def test_a_missed_call_is_tried_and_its_text_back_shown(shop: Shop, mia: Desk) -> None:
    answer = await mia.post(f"{PAGE}/call", number="(512) 555-0177")
    [text] = await shop.rows(Message, to_phone="+15125550177")
    assert text.kind == "text_back"
    assert html.escape(text.body, quote=False).replace("'", "&#39;") in answer.text


async def test_a_second_call_within_the_hour_says_why_there_is_no_text(mia: Desk) -> None:
    await mia.post(f"{PAGE}/call", number="(512) 555-0177")
    assert "texted back a short while ago" in (await mia.post(f"{PAGE}/call", number="(512) 555-0177")).text


async def test_the_shops_own_number_is_not_texted_back(mia: Desk) -> None:
    assert "one of your own numbers" in (await mia.post(f"{PAGE}/call", number=SHOP)).text


async def test_what_is_no_number_is_refused_and_stays_typed(mia: Desk) -> None:
    answer = await mia.post(f"{PAGE}/call", number="call me")
    assert answer.status_code == 422
    assert 'value="call me"' in answer.text


async def test_without_a_tracked_number_the_page_says_so(shop: Shop, mia: Desk) -> None:
    await shop.change(EntryPoint, active=False)
    assert "There is no tracked number yet" in await mia.get(PAGE)


async def test_a_signed_process_lets_the_test_call_in(database_url: str, anyio_backend: str) -> None:
    async with open_shop(database_url, twilio_auth_token="twilio secret") as shop:
        mia = await desk_of(shop, "mia@bluebird.example")
        await mia.post(f"{PAGE}/call", number="(512) 555-0177")
        assert len(await shop.rows(Message, to_phone="+15125550177")) == 1


@dataclass(frozen=True, slots=True)
class Live:
    """Mia in front of a live server whose Twilio is on loopback."""

    shop: Shop
    mia: Desk
    twilio: Provider


@pytest.fixture
async def live(database_url: str, anyio_backend: str) -> AsyncIterator[Live]:
    """A live server; nothing but the address of Twilio is other than in earnest."""
    async with (
        provider(7, WELL) as twilio,
        open_shop(
            database_url, sandbox=False, twilio_account_sid=ACCOUNT, twilio_auth_token=TOKEN, twilio_base_url=twilio.url
        ) as shop,
    ):
        yield Live(shop, await desk_of(shop, "mia@bluebird.example"), twilio)
        carrier = sender_for(shop.house.settings)
        assert carrier is not None
        await carrier.close()


async def test_the_live_page_says_to_ring_with_a_real_phone(live: Live) -> None:
    assert "Ring <strong>(512) 555-0100</strong>" in await live.mia.get(PAGE)


async def test_live_a_real_call_is_placed_and_says_a_sentence(live: Live) -> None:
    answer = await live.mia.post(f"{PAGE}/call", number="(512) 555-0177")
    [form] = live.twilio.rung
    assert (form["To"], form["From"]) == ("+15125550177", SHOP)
    assert "test call of Bluebird Heating" in form["Twiml"]
    assert "your phone rings within seconds" in answer.text


async def test_live_a_call_that_twilio_refuses_says_why(live: Live) -> None:
    answer = await live.mia.post(f"{PAGE}/call", number=NO_PHONE)
    assert (answer.status_code, "error 21211" in answer.text) == (422, True)
    assert "check the number" in answer.text


async def test_live_the_shops_own_number_is_not_called(live: Live) -> None:
    assert (await live.mia.post(f"{PAGE}/call", number=SHOP)).status_code == 422
    assert live.twilio.rung == []


async def test_live_a_test_call_stands_in_the_audit_without_the_number(live: Live) -> None:
    await live.mia.post(f"{PAGE}/call", number="(512) 555-0177")
    [line] = await live.shop.rows(AuditEntry, action="test_call.placed")
    assert line.detail == {"outcome": "accepted"}


async def test_live_a_stand_in_is_no_number_to_call_from(live: Live) -> None:
    def unit(ctx: Context) -> None:
        for point, number in zip(ctx.session.scalars(select(EntryPoint)), STAND_INS, strict=False):
            point.phone = number

    await live.shop.house.write(live.shop.org, unit)
    answer = await live.mia.post(f"{PAGE}/call", number="(512) 555-0177")
    assert "Buy a number at Twilio" in answer.text
    assert live.twilio.rung == []


async def test_the_sandbox_says_what_a_real_call_needs(mia: Desk) -> None:
    assert "needs TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN, which are not set" in await mia.get(PAGE)


async def test_the_owner_notes_that_the_carriers_were_asked(shop: Shop, mia: Desk) -> None:
    assert (await mia.post(f"{PAGE}/registration", carrier_registration="submitted")).status_code == 303
    [org] = await shop.rows(Org)
    assert org.carrier_registration == "submitted"
    assert 'value="submitted" checked' in await mia.get(PAGE)


async def test_a_registration_that_is_none_is_refused(shop: Shop, mia: Desk) -> None:
    assert (await mia.post(f"{PAGE}/registration", carrier_registration="perhaps")).status_code == 400


async def test_the_doctors_lines_stand_on_the_page_when_asked_for(mia: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from api import doctor

    async def examine(_settings: Settings) -> list[doctor.Finding]:
        return [doctor.Finding("worker", "wrong", "Jobs are waiting and nobody does them.", "Run: ringback worker")]

    monkeypatch.setattr(doctor, "examine", examine)
    assert "Jobs are waiting" not in await mia.get(PAGE)
    assert "Jobs are waiting" in await mia.get(PAGE, checks="1")


def test_without_keys_the_signature_checks_are_not_asked_for() -> None:
    assert [one.state for one in self_test.signatures_tried(Settings(), SATURDAY)] == ["open", "open"]


def test_with_keys_a_signed_post_is_let_in_and_a_changed_one_refused() -> None:
    settings = Settings(twilio_auth_token="token", retell_api_key="key_1234")
    assert [one.state for one in self_test.signatures_tried(settings, SATURDAY)] == ["ok", "ok"]


def test_a_check_that_lets_everything_in_is_called_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(twilio_auth_token="token", retell_api_key="key_1234")
    monkeypatch.setattr(signatures, "twilio", lambda *_: True)
    monkeypatch.setattr(signatures, "retell", lambda *_: True)
    assert [one.state for one in self_test.signatures_tried(settings, SATURDAY)] == ["wrong", "wrong"]
