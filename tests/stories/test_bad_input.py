"""Bad input gets the contract's clear answer, and nothing is half done."""

from typing import Any

import httpx2
import pytest

from tests.stories.real_server import SHOP, RealServer

TABLES = ("bookings", "customers", "leads", "conversations", "calls", "slot_cells", "tasks", "provider_events")
VISIT = {
    "customerPhone": "+15125550150",
    "scheduledStartAt": "2026-11-24T15:00:00Z",
    "scheduledEndAt": "2026-11-24T16:30:00Z",
    "serviceLabel": "Diagnostic visit",
}


def counts(server: RealServer) -> dict[str, int]:
    """How many rows of everything a request may leave at once; texts of earlier tests go out meanwhile."""
    heard = server.rows("select count(*) from messages where direction = 'in'")[0][0]
    return {"heard": heard, **{table: server.rows(f"select count(*) from {table}")[0][0] for table in TABLES}}


def problem(answer: httpx2.Response) -> tuple[int, str]:
    assert answer.headers["content-type"].startswith("application/problem+json")
    return answer.status_code, answer.json()["code"]


@pytest.fixture
def server(module_server: RealServer) -> RealServer:
    module_server.use_new_key()
    return module_server


BAD_VISITS: dict[str, tuple[dict[str, Any], int, str]] = {
    "nothing in it": ({"customerPhone": None, "scheduledStartAt": None}, 400, "MISSING_FIELDS"),
    "a day that does not exist": ({"scheduledStartAt": "2026-11-31T15:00:00Z"}, 400, "INVALID_TIME"),
    "no time at all": ({"scheduledStartAt": "half past soon"}, 400, "INVALID_TIME"),
    "an hour the clocks skip": (
        {"scheduledStartAt": "2027-03-14T02:30:00", "scheduledEndAt": "2027-03-14T03:30:00"},
        400,
        "INVALID_TIME",
    ),
    "an end before the start": ({"scheduledEndAt": "2026-11-24T14:00:00Z"}, 400, "INVALID_TIME"),
    "minutes that are not of five": (
        {"scheduledStartAt": "2026-11-24T15:03:00Z", "scheduledEndAt": "2026-11-24T16:33:00Z"},
        400,
        "INVALID_TIME",
    ),
    "a phone that is none": ({"customerPhone": "call me maybe"}, 400, "INVALID_PHONE"),
    "an e-mail that is none": ({"customerEmail": "doug@resolvency."}, 400, "INVALID_EMAIL"),
    "a holiday": (
        {"scheduledStartAt": "2026-11-26T15:00:00Z", "scheduledEndAt": "2026-11-26T16:30:00Z"},
        409,
        "SLOT_UNAVAILABLE",
    ),
    "an address outside the area": ({"postalCode": "79901"}, 422, "OUT_OF_SERVICE_AREA"),
    "somebody else's lead": ({"leadId": "7b0f6f8e-0000-4000-8000-000000000000"}, 404, "NOT_FOUND"),
}


@pytest.mark.parametrize(("change", "status", "code"), BAD_VISITS.values(), ids=BAD_VISITS.keys())
def test_a_visit_that_cannot_be_leaves_nothing(
    change: dict[str, Any], status: int, code: str, server: RealServer
) -> None:
    before = counts(server)
    answer = server.ask("POST", "/api/private/v1/bookings", json={**VISIT, **change})
    assert problem(answer) == (status, code)
    assert counts(server) == before


def test_an_empty_body_is_told_what_it_lacks(server: RealServer) -> None:
    status, code = problem(server.ask("POST", "/api/private/v1/bookings", content=b""))
    assert status == 400
    assert code in ("INVALID_BODY", "MISSING_FIELDS")


def test_a_body_that_is_no_json_is_called_that(server: RealServer) -> None:
    headers = {"Content-Type": "application/json"}
    answer = server.ask("POST", "/api/private/v1/bookings", content=b"{slot: now", headers=headers)
    assert problem(answer) == (400, "INVALID_BODY")


MEGABYTE = b"x" * 1024 * 1024


def test_a_megabyte_is_too_large_for_a_json_door(server: RealServer) -> None:
    answer = server.ask("POST", "/api/private/v1/bookings", content=MEGABYTE)
    assert problem(answer) == (413, "BODY_TOO_LARGE")


def test_a_megabyte_is_refused_in_the_voice_tools_own_words(server: RealServer) -> None:
    answer = server.retell("/api/v1/scheduling/voice/any/book", MEGABYTE.decode())
    assert answer.status_code == 413
    assert answer.text.startswith("**BOOKING FAILED:")


def test_a_megabyte_of_text_message_changes_nothing(server: RealServer) -> None:
    before = counts(server)
    assert server.text(MEGABYTE.decode(), sender="+15125550151").status_code == 413
    assert counts(server) == before


def test_no_credential_is_unauthorized(server: RealServer) -> None:
    assert problem(server.http.get("/api/private/v1/bookings")) == (401, "UNAUTHORIZED")


def test_a_number_that_is_not_ours_is_answered_with_nothing(server: RealServer) -> None:
    before = counts(server)
    fields = {"MessageSid": "SMx1", "From": "+15125550152", "To": "+15125559999", "Body": "hello", "NumMedia": "0"}
    answer = server.twilio("/sms/inbound", **fields)
    assert answer.status_code == 200
    assert answer.text.endswith("<Response/>")
    assert counts(server) == before


@pytest.mark.parametrize("path", ["/sms/inbound", "/voice/inbound", "/voice/dial-complete", "/voice/status"])
def test_a_forged_post_is_refused_and_leaves_nothing(path: str, server: RealServer) -> None:
    before = counts(server)
    fields = {"MessageSid": "SMx2", "CallSid": "CAx2", "From": "+15125550153", "To": SHOP, "Body": "hello"}
    answer = server.twilio(path, token="somebody-elses-token", DialCallStatus="no-answer", **fields)
    assert answer.status_code == 403
    assert counts(server) == before


def test_a_post_with_one_field_changed_is_refused(server: RealServer) -> None:
    fields = {"MessageSid": "SMx3", "From": "+15125550153", "To": SHOP, "Body": "hello", "NumMedia": "0"}
    signed = server.twilio("/sms/inbound", **fields).request.headers["x-twilio-signature"]
    changed = {**fields, "Body": "cancel everything"}
    answer = server.http.post("/api/twilio/sms/inbound", data=changed, headers={"X-Twilio-Signature": signed})
    assert answer.status_code == 403


def test_an_anonymous_caller_is_kept_and_not_texted(server: RealServer) -> None:
    assert server.miss("CAanon", sender="anonymous").status_code == 200
    kept = server.rows("select from_phone, textback, skip_reason from calls where provider_id = 'CAanon'")
    assert kept == [(None, "skipped", "anonymous")]


def test_a_text_of_emoji_is_answered(server: RealServer) -> None:
    assert server.say("🔥🥶💧😭", sender="+15125550154")


def test_an_empty_text_with_a_picture_is_answered(server: RealServer) -> None:
    before = len(server.sent("+15125550155", "reply"))
    fields = {"MediaUrl0": "https://media.example/1.jpg", "MediaContentType0": "image/jpeg"}
    sent = {"MessageSid": "SMx4", "From": "+15125550155", "To": SHOP, "Body": "", "NumMedia": "1", **fields}
    assert server.twilio("/sms/inbound", **sent).status_code == 200
    server.pass_time(5)
    assert server.until(lambda: server.sent("+15125550155", "reply")[before:])


def test_a_name_of_emoji_is_booked_as_it_is(server: RealServer) -> None:
    answer = server.voice(
        "any/book",
        call_id="emoji",
        caller="+15125550156",
        service="water heater",
        slot="2026-12-01 08:00",
        name="Zoë 🐦",
    )
    assert answer.text.startswith("Booked! Zoë 🐦")


SPOKEN = {
    "a date that does not exist": ("2026-11-31 09:00", "INVALID_TIME"),
    "a time off the grid": ("2026-11-24 09:10", "SLOT_UNAVAILABLE"),
    "words": ("whenever suits", "INVALID_TIME"),
    "the past": ("2026-11-20 09:00", "OUTSIDE_BOOKING_WINDOW"),
    "a closed day": ("2026-11-26 09:00", "SLOT_UNAVAILABLE"),
}


@pytest.mark.parametrize(("slot", "code"), SPOKEN.values(), ids=SPOKEN.keys())
def test_a_voice_agent_with_a_bad_slot_hears_what_to_say(slot: str, code: str, server: RealServer) -> None:
    before = counts(server)
    answer = server.voice("diagnostic-visit/book", call_id=f"bad {slot}", caller="+15125550157", slot=slot, name="Ann")
    assert answer.status_code == 200
    assert answer.text.startswith("**BOOKING FAILED:")
    assert answer.headers["x-ringback-code"] == code
    assert counts(server) == before


def test_a_voice_agent_with_an_empty_body_is_told_what_is_missing(server: RealServer) -> None:
    answer = server.retell("/api/v1/scheduling/voice/diagnostic-visit/book", "")
    assert answer.status_code == 200
    assert answer.headers["x-ringback-code"] == "MISSING_FIELDS"
