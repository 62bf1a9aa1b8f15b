"""Nothing unsigned gets in once there is a token, and nothing at all is stored of it."""

from collections.abc import AsyncIterator
from urllib.parse import urlencode

import pytest

from api.signatures import twilio_signature
from storage.tables import Message, ProviderEvent
from tests.fakes import SARAH, SHOP, Shop, open_shop

pytestmark = [pytest.mark.anyio, pytest.mark.engines("sqlite")]
INBOUND = "/api/twilio/sms/inbound"
TEXT = {"MessageSid": "SM1", "From": SARAH, "To": SHOP, "Body": "Señora Muñoz here 🙂", "NumMedia": "0", "FromCity": ""}


@pytest.fixture
async def guarded(database_url: str, anyio_backend: str) -> AsyncIterator[Shop]:
    async with open_shop(database_url, twilio_auth_token="12345") as opened:
        yield opened


async def test_a_signed_text_is_taken_blank_fields_and_accents_included(guarded: Shop) -> None:
    answer = await guarded.post(INBOUND, token="12345", **TEXT)
    assert (answer.status_code, answer.text) == (200, '<?xml version="1.0" encoding="UTF-8"?><Response/>')
    assert [message.body for message in await guarded.rows(Message, direction="in")] == [TEXT["Body"]]


@pytest.mark.parametrize("token", [None, "54321"], ids=["unsigned", "wrong token"])
async def test_a_forged_text_is_refused_and_leaves_nothing(guarded: Shop, token: str | None) -> None:
    answer = await guarded.post(INBOUND, token=token, **TEXT)
    assert answer.status_code == 403
    assert len(answer.content) < 100
    assert await guarded.rows(Message) == []
    assert await guarded.rows(ProviderEvent) == []


async def test_a_signature_for_another_url_is_refused(guarded: Shop) -> None:
    signed = twilio_signature("12345", f"https://inner.test{INBOUND}", TEXT.items())
    answer = await guarded.client.post(INBOUND, data=TEXT, headers={"X-Twilio-Signature": signed})
    assert answer.status_code == 403


async def test_a_query_is_part_of_what_is_signed(guarded: Shop) -> None:
    path = "/api/twilio/voice/screen?call=CA1&to=%2B15125550100"
    answer = await guarded.post(path, token="12345", CallSid="CA9", From=SARAH)
    assert answer.status_code == 200
    assert "<Gather" in answer.text


async def test_a_field_sent_twice_is_signed_with_both_values(guarded: Shop) -> None:
    pairs = [*TEXT.items(), ("Tag", "b"), ("Tag", "a")]
    signed = twilio_signature("12345", f"https://ringback.test{INBOUND}", pairs)
    answer = await guarded.client.post(
        INBOUND,
        content=urlencode(pairs),
        headers={"X-Twilio-Signature": signed, "Content-Type": "application/x-www-form-urlencoded"},
    )
    assert answer.status_code == 200


async def test_in_the_sandbox_without_a_token_unsigned_posts_are_taken(shop: Shop) -> None:
    assert (await shop.text("hello", "SM1")).status_code == 200


async def test_live_without_a_token_nothing_is_taken(database_url: str) -> None:
    async with open_shop(database_url, sandbox=False, twilio_account_sid="AC1") as live:
        assert (await live.post(INBOUND, **TEXT)).status_code == 403
