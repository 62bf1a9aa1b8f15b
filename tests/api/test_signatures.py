"""Every provider's signature against answers computed with the provider's own code, and every way to get it wrong."""

import base64
from datetime import UTC, datetime, timedelta

import pytest

from api.signatures import retell, retell_digest, sign_webhook, twilio, twilio_signature, webhook

TOKEN = "12345"
CALL_URL = "https://mycompany.com/myapp.php?foo=1&bar=2"
CALL = [
    ("CallSid", "CA1234567890ABCDE"),
    ("Caller", "+14158675309"),
    ("Digits", "1234"),
    ("From", "+14158675309"),
    ("To", "+18005551212"),
]
CALL_SIGNATURE = "RSOYDt4T1cUTdK1PDd93/VVr8B8="
SMS_URL = "https://example.test/twilio/sms"
SMS = [
    ("MessageSid", "SM1"),
    ("From", "+15125550100"),
    ("To", "+15125550199"),
    ("Body", "hi there"),
    ("NumMedia", "0"),
]

KEY = "key_test_0123456789abcdef"
MS = 1700000000000
THEN = datetime.fromtimestamp(MS / 1000, UTC)
TOOL_BODY = b'{"name":"book_job","args":{"zip":"73301"},"call":{"call_id":"c1"}}'
TOOL_DIGEST = "7236bf44a31274a1ebdef39977926386c1830aafcdd4d054300116a866d733d6"

SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
EVENT = b'{"type":"booking.created","timestamp":"2023-11-14T22:13:20Z","data":{"id":"b1"}}'
EVENT_SIGNATURE = "v1,EbFQ4Z1iMWsZDnFigfi3l0l/4IAj6/+mZGiXjWP6oiI="


def header(digest: str = TOOL_DIGEST, ms: int = MS) -> str:
    return f"v={ms},d={digest}"


def delivery(signature: str = EVENT_SIGNATURE, timestamp: int = 1700000000) -> dict[str, str]:
    return {"webhook-id": "msg_1", "webhook-timestamp": str(timestamp), "webhook-signature": signature}


@pytest.mark.parametrize(
    ("url", "fields", "signature"),
    [
        pytest.param(CALL_URL, CALL, CALL_SIGNATURE, id="call form"),
        pytest.param(SMS_URL, SMS, "4f1jTxe4IOBH6hAev+Q/0VB8Uac=", id="text form"),
        pytest.param("wss://example.test/relay", [], "lNfLOx89jw6NAiVD1LU4fMt17hE=", id="socket"),
    ],
)
def test_twilios_own_signature_is_accepted(url: str, fields: list[tuple[str, str]], signature: str) -> None:
    assert twilio([TOKEN], url, fields, signature)


@pytest.mark.parametrize("url", ["https://mycompany.com:443/myapp.php?foo=1&bar=2", CALL_URL])
@pytest.mark.parametrize("signed_url", ["https://mycompany.com:443/myapp.php?foo=1&bar=2", CALL_URL])
def test_the_default_port_may_stand_in_either_url(url: str, signed_url: str) -> None:
    assert twilio([TOKEN], url, CALL, twilio_signature(TOKEN, signed_url, CALL))


def test_another_port_is_another_url() -> None:
    assert not twilio([TOKEN], "https://mycompany.com:8443/myapp.php?foo=1&bar=2", CALL, CALL_SIGNATURE)


@pytest.mark.parametrize(
    ("signature", "url", "fields"),
    [
        pytest.param(None, CALL_URL, CALL, id="header missing"),
        pytest.param("", CALL_URL, CALL, id="header empty"),
        pytest.param("v1=" + CALL_SIGNATURE, CALL_URL, CALL, id="wrong prefix"),
        pytest.param(base64.b64decode(CALL_SIGNATURE).hex().upper(), CALL_URL, CALL, id="hex instead"),
        pytest.param(CALL_SIGNATURE, CALL_URL.replace("foo", "fOo"), CALL, id="signature of another url"),
        pytest.param(CALL_SIGNATURE, CALL_URL, [*CALL[:4], ("To", "+18005551212 ")], id="one space more"),
        pytest.param(CALL_SIGNATURE, CALL_URL, CALL[:4], id="field dropped"),
        pytest.param("\udcff\u00e9", CALL_URL, CALL, id="not even ascii"),
    ],
)
def test_a_wrong_twilio_signature_is_refused(signature: str | None, url: str, fields: list[tuple[str, str]]) -> None:
    assert not twilio([TOKEN], url, fields, signature)


def test_all_values_of_a_field_sent_twice_are_signed() -> None:
    twice = [*SMS, ("MediaUrl", "a"), ("MediaUrl", "b")]
    assert not twilio([TOKEN], SMS_URL, [*SMS, ("MediaUrl", "b")], twilio_signature(TOKEN, SMS_URL, twice))


def test_the_vendors_validator_signs_duplicate_and_blank_fields_as_we_do() -> None:
    from starlette.datastructures import FormData
    from twilio.request_validator import RequestValidator

    fields = [*SMS, ("MediaUrl", "b"), ("MediaUrl", "a"), ("MediaUrl", "a"), ("Blank", ""), ("Name", "Señora Muñoz")]
    vendors = RequestValidator(TOKEN).compute_signature(SMS_URL, FormData(fields))
    assert twilio([TOKEN], SMS_URL, fields, vendors)


def test_a_blank_field_is_part_of_what_is_signed() -> None:
    from twilio.request_validator import RequestValidator

    vendors = RequestValidator(TOKEN).compute_signature(SMS_URL, {**dict(SMS), "Blank": ""})
    assert not twilio([TOKEN], SMS_URL, SMS, vendors)


def test_during_a_rotation_the_old_token_works_beside_the_new() -> None:
    assert twilio(["new", TOKEN], CALL_URL, CALL, CALL_SIGNATURE)


def test_no_token_accepts_nothing() -> None:
    assert not twilio([], CALL_URL, CALL, CALL_SIGNATURE)


def test_retells_own_signature_is_accepted() -> None:
    assert retell([KEY], TOOL_BODY, header(), THEN)


def test_retells_signature_of_an_empty_body_is_accepted() -> None:
    assert retell([KEY], b"", header("470b04370c56b02732fa865407488dda5a515b23bd190afe034a947177ec32a8"), THEN)


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param(None, id="missing"),
        pytest.param("", id="empty"),
        pytest.param(f"t={MS},d={TOOL_DIGEST}", id="wrong prefix"),
        pytest.param(header(TOOL_DIGEST.upper()), id="upper-case hex"),
        pytest.param(f"d={TOOL_DIGEST},v={MS}", id="parts swapped"),
        pytest.param(header() + "\n", id="something after it"),
        pytest.param(header(ms=MS + 1), id="another time"),
        pytest.param(f"v={'9' * 400},d={TOOL_DIGEST}", id="endless time"),
        pytest.param(f"v=\u0661,d={TOOL_DIGEST}", id="foreign digits"),
        pytest.param(header(TOOL_DIGEST[:-1] + "0"), id="one digit off"),
    ],
)
def test_a_wrong_retell_signature_is_refused(wrong: str | None) -> None:
    assert not retell([KEY], TOOL_BODY, wrong, THEN)


@pytest.mark.parametrize(("seconds", "accepted"), [(-301, False), (-300, True), (300, True), (301, False)])
def test_retells_signature_lives_five_minutes_either_way(seconds: int, accepted: bool) -> None:
    assert retell([KEY], TOOL_BODY, header(), THEN + timedelta(seconds=seconds)) is accepted


def test_a_retell_body_changed_by_one_space_is_refused() -> None:
    assert not retell([KEY], TOOL_BODY.replace(b":", b": ", 1), header(), THEN)


@pytest.mark.parametrize(
    "body", ['{"n":"Señora Muñoz"}'.encode(), b'{"n":"Se\\u00f1ora Mu\\u00f1oz"}'], ids=["raw", "escaped"]
)
def test_a_spanish_name_verifies_however_it_is_written(body: bytes) -> None:
    from retell.lib import verify

    signed = header(retell_digest(KEY, body, MS))
    assert retell([KEY], body, signed, THEN)
    ours_now = int(datetime.now(UTC).timestamp() * 1000)
    assert verify(body.decode(), KEY, header(retell_digest(KEY, body, ours_now), ours_now))


def test_two_retell_keys_work_during_a_change_over() -> None:
    assert retell(["key_new", KEY], TOOL_BODY, header(), THEN)


def test_a_webhook_is_signed_as_the_standard_says() -> None:
    assert sign_webhook([SECRET], "msg_1", 1700000000, EVENT) == EVENT_SIGNATURE


def test_the_standards_library_accepts_what_we_sign() -> None:
    from standardwebhooks.webhooks import Webhook

    now = int(datetime.now(UTC).timestamp())
    signed = delivery(sign_webhook([SECRET], "msg_1", now, EVENT), now)
    assert Webhook(SECRET).verify(EVENT, signed)


def test_during_a_rotation_both_secrets_sign() -> None:
    other = "whsec_" + base64.b64encode(b"x" * 32).decode()
    both = sign_webhook([other, SECRET], "msg_1", 1700000000, EVENT)
    assert both.split(" ")[1] == EVENT_SIGNATURE
    assert webhook([SECRET], delivery(both), EVENT, THEN)


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({}, id="missing"),
        pytest.param(delivery(EVENT_SIGNATURE.replace("v1,", "v2,")), id="wrong prefix"),
        pytest.param(delivery(EVENT_SIGNATURE.removeprefix("v1,")), id="no prefix"),
        pytest.param(delivery(EVENT_SIGNATURE.upper().replace("V1", "v1")), id="upper case"),
        pytest.param({**delivery(), "webhook-id": "msg_2"}, id="another id"),
        pytest.param({**delivery(), "webhook-timestamp": "1700000001"}, id="another time"),
        pytest.param({**delivery(), "webhook-timestamp": "soon"}, id="no time"),
        pytest.param(delivery("v1,é"), id="not ascii"),
    ],
)
def test_a_wrong_webhook_signature_is_refused(headers: dict[str, str]) -> None:
    assert not webhook([SECRET], headers, EVENT, THEN)


@pytest.mark.parametrize(("seconds", "accepted"), [(-301, False), (300, True), (301, False)])
def test_a_webhook_signature_lives_five_minutes_either_way(seconds: int, accepted: bool) -> None:
    assert webhook([SECRET], delivery(), EVENT, THEN + timedelta(seconds=seconds)) is accepted


def test_a_webhook_body_changed_by_one_space_is_refused() -> None:
    assert not webhook([SECRET], delivery(), EVENT + b" ", THEN)


def test_a_secret_that_is_not_base64_verifies_nothing() -> None:
    assert not webhook(["whsec_!!"], delivery(), EVENT, THEN)
