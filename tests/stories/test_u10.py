"""U-10: the morning after: twelve threads of the night, the most pressing first, each with its card."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.stories.browser import Browser, owner, thread
from tests.stories.real_server import SARAH, RealServer

LATE = "2026-11-20T22:30:00-06:00"
CALL_ME = "The furnace is out at 12 Oak St 78701. Please have a real person call me."
NIGHT = (
    *("AC died, 34 Elm St 78702", "I smell gas by the furnace", CALL_ME, "Do you do drains?"),
    *("My water heater leaks, 9 Pine Rd 78704", "The carbon monoxide alarm is going off", "No hot water at all"),
    *("Let me talk to a human please", "What does a visit cost?", "The thermostat is blank", "Can you come Tuesday?"),
)


@dataclass
class Told:
    """The night, and Mia at her browser in the morning."""

    server: RealServer
    mia: Browser

    def thread_of(self, phone: str) -> str:
        [(found,)] = self.server.rows("select id from conversations where phone = ?", phone)
        return str(found)

    def unread(self) -> int:
        """How many threads the inbox says are unread."""
        found = re.search(r"<title>\((\d+)\) Inbox", self.mia.page("/console"))
        return int(found[1]) if found else 0


def number(index: int) -> str:
    return f"+15125550{300 + index}"


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """Eleven strangers write in the night, and Sarah books."""
    folder: Path = tmp_path_factory.mktemp("u10")
    server = RealServer(folder, f"sqlite:///{folder}/ringback.db", RINGBACK_NOW=LATE)
    server.start()
    try:
        for index, body in enumerate(NIGHT):
            server.text(body, sender=number(index))
            server.pass_time(60)
        answered = "select count(distinct conversation_id) from messages where direction = 'out' and state = 'sent'"
        server.until(lambda: server.rows(answered)[0][0] >= len(NIGHT))
        server.say("AC died, 12 Oak St 78701")
        server.say("Monday at 9 works")
        server.until(lambda: server.bookings(SARAH))
        server.use_new_key()
        server.http.post("/api/sandbox/clock", json={"now": "2026-11-21T07:30:00-06:00"}).raise_for_status()
        yield Told(server, owner(server))
    finally:
        server.stop()


def test_emergencies_come_first_then_who_needs_a_person_then_the_rest(told: Told) -> None:
    rows = told.server.rows("select id, urgency, state, last_message_at from conversations")
    assert len(rows) == 12
    groups = [
        [one for one in rows if one[1] == "emergency"],
        [one for one in rows if one[1] != "emergency" and one[2] == "needs_human"],
        [one for one in rows if one[1] != "emergency" and one[2] != "needs_human"],
    ]
    assert [bool(one) for one in groups] == [True, True, True]
    wanted = [one[0] for group in groups for one in sorted(group, key=lambda one: str(one[3]), reverse=True)]
    assert told.mia.inbox() == wanted


def test_the_emergencies_are_the_gas_and_the_carbon_monoxide(told: Told) -> None:
    assert set(told.mia.inbox()[:2]) == {told.thread_of(number(5)), told.thread_of(number(1))}


def test_every_thread_of_the_night_counts_as_unread_until_it_is_marked_read(told: Told) -> None:
    assert told.unread() == 12
    gas = told.thread_of(number(1))
    told.mia.page(thread(gas))
    told.mia.card(gas)
    assert told.unread() == 12
    assert told.mia.post(f"{thread(gas)}/read").status_code == 303
    assert told.unread() == 11
    told.server.text("still smells", sender=number(1))
    assert told.unread() == 12


def test_the_card_has_issue_address_and_the_next_action_with_its_time(told: Told) -> None:
    card = told.mia.card(told.thread_of(number(2)))
    assert "furnace is out" in card
    assert "12 Oak St" in card
    assert re.search(r'<p class="next.*?Next:.*?Due <time datetime="[^"]+">', card, re.DOTALL)


def test_without_a_model_the_card_is_made_by_rules(told: Told) -> None:
    assert "from rules" in told.mia.card(told.thread_of(number(2)))


def test_each_fact_leads_to_the_message_it_was_said_in(told: Told) -> None:
    page = told.mia.page(thread(told.thread_of(number(2))))
    card = told.mia.card(told.thread_of(number(2)))
    for fact in ("Issue", "Address"):
        found = re.search(rf'<dt>{fact}</dt><dd>.*?href="#(m-[0-9a-f-]+)"', card)
        assert found, fact
        assert f'id="{found[1]}"' in page
        [(said,)] = told.server.rows("select body from messages where id = ?", found[1].removeprefix("m-"))
        assert said == CALL_ME


def test_the_card_has_the_booking_as_the_calendar_has_it_now(told: Told) -> None:
    sarah = told.thread_of(SARAH)
    assert "Monday, November 23 at 9:00 AM" in told.mia.card(sarah)
    (visit,) = told.server.bookings(SARAH)
    moved = {"scheduledStartAt": "2026-11-25T20:00:00Z"}
    told.server.ask("PATCH", f"/api/private/v1/bookings/{visit['id']}", json=moved).raise_for_status()
    card = told.mia.card(sarah)
    assert "Wednesday, November 25 at 2:00 PM" in card
    assert "Monday, November 23" not in card
