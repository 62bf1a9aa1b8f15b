"""U-09: the bad day of a tool server."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
import pytest

from tests.stories.real_server import SARAH, SHOP, RealServer

SUCCESS = re.compile("Booked!|Cancelled!|Rescheduled!|Requested!")
BOOK = "/api/v1/scheduling/voice/water-heater-install/book"
LAST_YEAR = 1_763_740_800_000  # the same day of 2025, in Unix ms: near neither the real nor the sandbox's clock


def wrapped(call_id: str, **args: Any) -> dict[str, Any]:
    return {"name": "book", "call": {"call_id": call_id, "direction": "inbound", "from_number": SARAH}, "args": args}


def test_a_variable_nobody_filled_in_is_named(module_server: RealServer) -> None:
    answer = module_server.retell(BOOK, wrapped("u1", slot="2026-11-23 08:00", name="{{user_name}}"))
    assert answer.status_code == 200
    assert answer.text.startswith("**BOOKING FAILED:")
    assert "name" in answer.text
    assert "variable" in answer.text


SHAPES = {
    "wrapped": lambda args: {"name": "slots", "call": {"call_id": "u2"}, "args": args},
    "arguments only": lambda args: args,
    "arguments as text": lambda args: {"name": "slots", "call": {"call_id": "u2"}, "args": json.dumps(args)},
    "with a field nobody defined": lambda args: {
        "name": "slots",
        "call": {"call_id": "u2"},
        "args": {**args, "execution_message": "One moment"},
    },
}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES.keys())
def test_every_envelope_means_the_same(shape: Any, module_server: RealServer) -> None:
    path = "/api/v1/scheduling/voice/diagnostic-visit/slots"
    plain = module_server.retell(path, {"preferred_day": "tuesday"})
    assert module_server.retell(path, shape({"preferred_day": "tuesday"})).text == plain.text
    assert plain.text.startswith("Offering: ")


def test_three_copies_at_once_book_once_and_say_so_three_times(module_server: RealServer) -> None:
    body = wrapped("u3", slot="2026-11-24 08:00", name="Sarah Jones", phone="+15125550166")

    def post(_number: int) -> httpx2.Response:
        with httpx2.Client(timeout=30) as client:
            return module_server.retell(BOOK, body, client=client)

    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(post, range(3)))
    assert all(answer.text.startswith("Booked!") for answer in answers)
    assert sorted(answer.headers["x-ringback-outcome"] for answer in answers) == ["ok", "replayed", "replayed"]
    assert len({answer.text for answer in answers}) == 1
    assert len(module_server.rows("select id from bookings where customer_phone = '+15125550166'")) == 1


@pytest.mark.parametrize("tool", ["diagnostic-visit/slots", "any/book", "cancel-booking", "reschedule-booking"])
def test_a_forged_signature_is_refused_in_the_tools_own_words(tool: str, module_server: RealServer) -> None:
    answer = module_server.retell(f"/api/v1/scheduling/voice/{tool}", wrapped("u4"), key="key_of_a_stranger")
    assert answer.status_code == 401
    assert answer.text.split(":")[0] in (
        "SLOT LOOKUP FAILED",
        "**BOOKING FAILED",
        "BOOKING CANCELLATION FAILED",
        "RESCHEDULE FAILED",
    )


def test_an_old_signature_is_refused(module_server: RealServer) -> None:
    answer = module_server.retell(BOOK, wrapped("u5"), at=LAST_YEAR)
    assert answer.status_code == 401


def test_a_body_with_accents_verifies(module_server: RealServer) -> None:
    body = wrapped("u6", slot="2026-11-24 13:00", name="Señora Muñoz", phone="+15125550167")
    answer = module_server.retell(BOOK, body)
    assert answer.text.startswith("Booked! Señora Muñoz")


def test_a_bad_email_is_told_before_a_taken_slot(module_server: RealServer) -> None:
    first = wrapped("u7", slot="2026-11-25 08:00", name="Ann Lee", phone="+15125550168")
    module_server.retell(BOOK.replace("water-heater-install", "diagnostic-visit"), first)
    second = wrapped("u8", slot="2026-11-25 08:00", name="Doug", phone="+15125550169", email="doug@resolvency.")
    answer = module_server.retell(BOOK.replace("water-heater-install", "diagnostic-visit"), second)
    assert answer.headers["x-ringback-code"] == "INVALID_EMAIL"


def test_no_failure_holds_a_word_of_success(module_server: RealServer) -> None:
    failures = [
        module_server.voice("cancel-booking", call_id="u9", caller="+15125550170"),
        module_server.voice("reschedule-booking", call_id="u9", caller="+15125550170", new_slot="2026-11-24 08:00"),
        module_server.voice("any/book", call_id="u9", slot="2026-11-26 09:00", name="Ann"),
        module_server.voice("any/book", call_id="u9", slot="2026-11-24 09:10", name="Ann"),
        module_server.voice("any/book", call_id="u9", name="Ann"),
        module_server.voice("nothing-of-ours/slots", call_id="u9"),
    ]
    assert [one.status_code for one in failures] == [200] * len(failures)
    assert [one.text for one in failures if SUCCESS.search(one.text) or "[code: " not in one.text] == []


def test_an_outgoing_calls_customer_is_the_one_who_was_called(module_server: RealServer) -> None:
    call = {"call_id": "u10", "direction": "outbound", "from_number": SHOP, "to_number": "+15125550171"}
    body = {"call": call, "args": {"slot": "2026-11-27 08:00", "name": "Ann Lee"}}
    assert "0171" in module_server.retell(BOOK, body).text
