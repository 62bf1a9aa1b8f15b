"""U-11: Mia steps in, hands back, and says yes or nothing to a visit that was asked for; and who may see what."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.stories.browser import Browser, joined, owner, thread
from tests.stories.real_server import MARCUS, SARAH, RealServer

DAYS = 24 * 3600


@dataclass
class Told:
    """What happened, in the order it happened."""

    server: RealServer
    mia: Browser
    sarah: str
    state: str
    during: int
    after_three_days: int
    resumed: str


def thread_of(server: RealServer, phone: str) -> str:
    [(found,)] = server.rows("select id from conversations where phone = ?", phone)
    return str(found)


def no_turn_waits(server: RealServer) -> None:
    """Wait until every answer that was due has been given."""
    server.until(
        lambda: server.rows(
            "select 1 where not exists (select 1 from jobs where topic = 'turn' and state in ('queued', 'claimed'))"
        )
    )


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """Mia answers Sarah herself, and hands the thread back three days later."""
    folder: Path = tmp_path_factory.mktemp("u11")
    server = RealServer(folder, f"sqlite:///{folder}/ringback.db")
    server.start()
    try:
        mia = owner(server)
        server.say("AC died, 12 Oak St 78701")
        sarah = thread_of(server, SARAH)
        once = re.search(r'name="once" value="([^"]+)"', mia.page(thread(sarah)))
        assert once
        said = mia.post(f"{thread(sarah)}/reply", body="Hi Sarah, Mia here", once=once[1])
        assert said.status_code == 303
        server.until(lambda: server.sent(SARAH, "staff"))
        [(state,)] = server.rows("select state from conversations where id = ?", sarah)
        before = len(server.sent(SARAH, "reply"))
        for body in ("Hello Mia", "Monday at 9 works", "are you there?"):
            server.text(body)
            server.pass_time(30)
        no_turn_waits(server)
        during = len(server.sent(SARAH, "reply")) - before
        server.pass_time(3 * DAYS)
        server.text("Can you come on Wednesday?")
        server.pass_time(30)
        no_turn_waits(server)
        later = len(server.sent(SARAH, "reply")) - before
        assert mia.post(f"{thread(sarah)}/resume").status_code == 303
        server.use_new_key()
        resumed = server.say("Is Thursday next week possible?")
        yield Told(server, mia, sarah, state, during, later, resumed)
    finally:
        server.stop()


def test_a_reply_of_mias_takes_the_thread_over(told: Told) -> None:
    assert told.state == "human"


def test_her_next_three_texts_get_no_reply_from_the_assistant(told: Told) -> None:
    assert told.during == 0


def test_three_days_later_the_assistant_is_still_silent(told: Told) -> None:
    assert told.after_three_days == 0


def test_once_resumed_the_next_text_is_answered(told: Told) -> None:
    assert "Thursday, December 3" in told.resumed
    [(state,)] = told.server.rows("select state from conversations where id = ?", told.sarah)
    assert state in ("bot", "waiting_customer")


@dataclass
class Asked:
    """Two visits asked for while the office decides: one it approves, one it forgets."""

    server: RealServer
    reply: str
    pending: dict[str, Any]
    open_while_pending: list[str]
    approved: dict[str, Any]
    texts: list[dict[str, Any]]
    forgotten: dict[str, Any]
    open_while_forgotten: list[str]
    told_expired: list[dict[str, Any]]
    open_after: list[str]


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    folder: Path = tmp_path_factory.mktemp("u11-approval")
    server = RealServer(folder, f"sqlite:///{folder}/ringback.db")
    server.start()
    try:
        diagnostic, _install = (f"/api/v1/services/{one['id']}" for one in server.company["services"])
        server.ask("PATCH", diagnostic, json={"booking_mode": "approval"}).raise_for_status()
        server.say("AC died, 12 Oak St 78701, Monday morning?")
        reply = server.say("9 works")
        (pending,) = server.bookings(SARAH)
        open_while_pending = server.open_slots()
        server.use_new_key()
        server.ask("POST", f"/api/v1/bookings/{pending['id']}/approve").raise_for_status()
        server.until(lambda: server.sent(SARAH, "approved"))
        (approved,) = server.bookings(SARAH)
        server.say("No heat at 9 Pine Rd 78704, Tuesday morning?", sender=MARCUS)
        server.say("9 works", sender=MARCUS)
        (forgotten,) = server.bookings(MARCUS)
        open_while_forgotten = server.open_slots()
        server.use_new_key()
        server.pass_time(DAYS + 60)
        told_expired = server.until(lambda: server.sent(MARCUS, "expired"))
        texts = [one for one in server.sent(SARAH, "approved", "confirmation") if one["booking_id"] == pending["id"]]
        yield Asked(
            server,
            reply,
            pending,
            open_while_pending,
            approved,
            texts,
            forgotten,
            open_while_forgotten,
            told_expired,
            server.open_slots(),
        )
    finally:
        server.stop()


def test_a_visit_that_waits_for_approval_is_called_a_request(asked: Asked) -> None:
    assert "request" in asked.reply.lower()
    assert "confirmed" not in asked.reply.lower()


def test_it_is_pending_and_its_time_is_offered_to_nobody(asked: Asked) -> None:
    assert (asked.pending["status"], asked.pending["scheduledStartAt"]) == ("PENDING", "2026-11-23T15:00:00Z")
    assert "2026-11-23 09:00" not in asked.open_while_pending


def test_approving_confirms_it_with_one_confirmation_text(asked: Asked) -> None:
    assert asked.approved["status"] == "CONFIRMED"
    confirming = [one for one in asked.texts if "confirmed" in one["body"].lower()]
    assert len(confirming) == 1


def test_left_for_a_day_its_time_is_free_again(asked: Asked) -> None:
    assert asked.forgotten["status"] == "PENDING"
    assert "2026-11-24 09:00" not in asked.open_while_forgotten
    assert asked.server.bookings(MARCUS)[0]["status"] == "CANCELED"
    assert "2026-11-24 09:00" in asked.open_after


def test_left_for_a_day_the_customer_is_told_and_the_office_has_a_task(asked: Asked) -> None:
    assert len(asked.told_expired) == 1
    tasks = asked.server.rows("select id from tasks where booking_id = ?", asked.forgotten["id"])
    assert len(tasks) == 1


def test_an_agent_may_not_open_the_keys(told: Told) -> None:
    told.server.use_new_key()
    lena = joined(told.server, "Lena", "agent")
    assert lena.get("/console").status_code == 200
    assert lena.get("/console/settings/keys").status_code == 403


def test_a_supervisor_sees_only_the_teams_threads(told: Told) -> None:
    server = told.server
    server.use_new_key()
    team = server.ask("POST", "/api/v1/teams", json={"name": "Installs"}).json()["id"]
    _diagnostic, install = (f"/api/v1/services/{one['id']}" for one in server.company["services"])
    server.ask("PATCH", install, json={"team_id": team}).raise_for_status()
    server.say("I need a new water heater at 9 Pine Rd 78704", sender=MARCUS)
    omar = joined(server, "Omar", "supervisor", team)
    assert omar.inbox() == [thread_of(server, MARCUS)]
    assert omar.get(thread(told.sarah)).status_code == 404
