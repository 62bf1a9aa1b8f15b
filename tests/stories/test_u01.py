"""U-01: a missed call becomes a booked visit, by the script and by a model over either protocol."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.stories.conftest import BRAINS
from tests.stories.model_server import Use, in_the_tools_words, model_server
from tests.stories.real_server import SARAH, RealServer, times_named
from tools.rules import sms

LOOKS_UP = Use(
    "list_open_slots", {"service": None, "preferred_day": "monday", "preferred_time": "morning", "postal_code": "78701"}
)
MONDAY_NINE = {
    "slot": "2026-11-23 09:00",
    "service": None,
    "customer_name": None,
    "address": "12 Oak St",
    "postal_code": "78701",
    "notes": "AC died",
    "email": None,
    "urgency": None,
}
BOOKS = Use("book_job", MONDAY_NINE)


@dataclass
class Told:
    """What happened, in the order it happened."""

    answer: httpx2.Response
    first_texts: list[dict[str, Any]]
    later_texts: list[dict[str, Any]]
    open_slots: list[str]
    offer: str
    reply: str
    confirmations: list[dict[str, Any]]
    server: RealServer


@pytest.fixture(scope="module", params=BRAINS)
def told(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """Sarah's morning, played once for each brain."""
    folder: Path = tmp_path_factory.mktemp("u01")
    with model_server() as model:
        model.play(LOOKS_UP, in_the_tools_words, BOOKS, in_the_tools_words)
        brain = {"OPENAI_BASE_URL": model.url, "OPENAI_API_KEY": "of-nobody", "RINGBACK_MODEL_API": request.param}
        server = RealServer(folder, f"sqlite:///{folder}/ringback.db", **({} if request.param == "script" else brain))
        server.start()
        try:
            answer = server.miss("CA1")
            first_texts = server.until(server.sent)
            server.miss("CA1")
            server.pass_time(60)
            server.miss("CA2")
            server.pass_time(10)
            offer = server.say("AC died, 12 Oak St 78701")
            later_texts = server.sent(SARAH, "text_back")
            open_slots = server.open_slots()
            reply = server.say("Monday at 9 works")
            confirmations = server.until(lambda: server.sent(SARAH, "confirmation"))
            assert request.param == "script" or model.used_up
            yield Told(answer, first_texts, later_texts, open_slots, offer, reply, confirmations, server)
        finally:
            server.stop()


def test_the_carrier_hears_back_with_twiml(told: Told) -> None:
    assert told.answer.status_code == 200
    assert "<Response" in told.answer.text


def test_one_text_names_the_business_the_assistant_and_the_way_out(told: Told) -> None:
    (text,) = told.first_texts
    assert all(word in text["body"] for word in ("Bluebird", "assistant", "STOP"))
    assert sms.segments(text["body"]) <= 2


def test_the_same_call_again_and_another_a_minute_later_send_nothing(told: Told) -> None:
    assert len(told.later_texts) == 1


def test_the_second_call_is_kept_with_the_reason_it_got_no_text(told: Told) -> None:
    calls = told.server.rows("select provider_id, skip_reason from calls order by provider_id")
    assert calls == [("CA1", None), ("CA2", "cooldown")]


def test_every_time_offered_is_open(told: Told) -> None:
    offered = times_named(told.offer)
    assert offered
    assert set(offered) <= set(told.open_slots)


def test_sarah_has_one_confirmed_visit_on_monday_at_nine(told: Told) -> None:
    (visit,) = told.server.bookings(SARAH)
    assert (visit["scheduledStartAt"], visit["status"]) == ("2026-11-23T15:00:00Z", "CONFIRMED")
    assert visit["source"]["channel"] == "SMS"


def test_her_address_is_on_the_visit(told: Told) -> None:
    (visit,) = told.server.bookings(SARAH)
    assert (visit["address"], visit["postalCode"]) == ("12 Oak St", "78701")


def test_the_lead_is_booked(told: Told) -> None:
    assert told.server.rows("select status from leads") == [("booked",)]


def test_the_reply_spells_the_day_and_the_time(told: Told) -> None:
    assert "Monday, November 23 at 9:00 AM" in told.reply


def test_the_confirmation_carries_the_link_that_manages_the_visit(told: Told) -> None:
    (text,) = told.confirmations
    assert re.search(r"/book/bluebird/manage/[0-9a-f-]{36}", text["body"])


def test_the_visit_counts_as_won_from_a_missed_call(told: Told) -> None:
    stats = told.server.ask("GET", "/api/v1/stats", params={"start": "2026-11-01", "end": "2026-12-01"})
    assert stats.status_code == 200
    assert stats.json()["bookings_from_missed_calls"] == 1
