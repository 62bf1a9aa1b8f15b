"""U-05: STOP, CANCEL and START."""

import re
from pathlib import Path

import pytest

from tests.stories.real_server import MARCUS, SARAH, RealServer

FORBIDDEN = re.compile(r"reply\W+(?:with\W+)?(?:cancel|end|quit)\b", re.IGNORECASE)
PROMPTS = Path(__file__).parents[2] / "prompts"
VISIT = {
    "customerName": "Sarah Jones",
    "scheduledStartAt": "2026-11-24T15:00:00Z",
    "scheduledEndAt": "2026-11-24T16:30:00Z",
    "serviceLabel": "Diagnostic visit",
}


@pytest.fixture(scope="module")
def house(module_server: RealServer) -> RealServer:
    """Sarah stops with a visit on file, and misses being called; Marcus cancels in one word, then in a sentence."""
    server = module_server
    booked = server.ask("POST", "/api/private/v1/bookings", json={**VISIT, "customerPhone": SARAH})
    assert booked.status_code == 201, booked.text
    server.until(lambda: server.sent(SARAH, "confirmation"))
    server.text("STOP")
    server.pass_time(60)
    server.miss("CA-after-stop")
    server.http.post("/api/sandbox/clock", json={"now": "2026-11-24T14:30:00Z"}).raise_for_status()
    server.until(lambda: [one for one in reminders(server, SARAH) if one[0] != "queued"])
    server.until(lambda: not [one for one in reminders(server, SARAH) if one[0] in ("queued", "claimed")])
    return server


def reminders(server: RealServer, phone: str) -> list[tuple[str, str | None]]:
    """The reminders of somebody's visits as (state, reason)."""
    query = """
        select state, reason from jobs where topic = 'remind' and payload like '%reminder%'
        and subject_id in (select id from bookings where customer_phone = ?)
    """
    return [(str(state), reason) for state, reason in server.rows(query, phone)]


def opted_out(server: RealServer, phone: str) -> bool:
    return server.rows("select opted_out_at is not null from customers where phone = ?", phone) == [(1,)]


def test_stop_is_not_answered(house: RealServer) -> None:
    assert [one["kind"] for one in house.sent(SARAH)] == ["confirmation"]


def test_stop_opts_her_out(house: RealServer) -> None:
    assert opted_out(house, SARAH)


def test_reminders_that_waited_are_skipped_for_that_reason(house: RealServer) -> None:
    assert set(reminders(house, SARAH)) == {("skipped", "opted_out")}


def test_a_missed_call_of_hers_is_kept_and_not_texted(house: RealServer) -> None:
    assert house.rows("select skip_reason from calls where provider_id = 'CA-after-stop'") == [("opted_out",)]
    assert house.sent(SARAH, "text_back") == []


def test_start_opts_in_again(module_server: RealServer) -> None:
    module_server.text("STOP", sender=MARCUS)
    assert opted_out(module_server, MARCUS)
    module_server.text("Start", sender=MARCUS)
    assert not opted_out(module_server, MARCUS)


def with_a_visit(server: RealServer, customer: str, day: str) -> None:
    """Somebody who stopped once and started again books a visit."""
    server.use_new_key()
    server.text("STOP", sender=customer)
    server.text("Start", sender=customer)
    times = {"scheduledStartAt": f"{day}T15:00:00Z", "scheduledEndAt": f"{day}T16:30:00Z"}
    answer = server.ask("POST", "/api/private/v1/bookings", json={**VISIT, **times, "customerPhone": customer})
    assert answer.status_code == 201, answer.text
    server.until(lambda: server.sent(customer, "confirmation"))


def test_the_one_word_cancel_opts_out_and_the_visit_stands(module_server: RealServer) -> None:
    server, ann = module_server, "+15125550161"
    with_a_visit(server, ann, "2026-11-27")
    server.text("CANCEL", sender=ann)
    assert opted_out(server, ann)
    (visit,) = server.bookings(ann)
    assert visit["status"] == "CONFIRMED"
    tasks = "select urgency, text from tasks where done_at is null and booking_id = ?"
    [(urgency, words)] = server.rows(tasks, visit["id"])
    assert urgency == "urgent"
    assert "May want to cancel" in words


def test_cancelling_in_a_sentence_cancels_and_keeps_her_opted_in(module_server: RealServer) -> None:
    server, bea = module_server, "+15125550162"
    with_a_visit(server, bea, "2026-11-30")
    assert "cancel" in server.say("please cancel my appointment", sender=bea).lower()
    assert [one["status"] for one in server.bookings(bea)] == ["CANCELED"]
    assert not opted_out(server, bea)


def test_no_template_asks_for_a_word_that_blocks_the_number() -> None:
    shipped = [one for one in PROMPTS.rglob("*") if one.is_file() and one.suffix != ".pyc"]
    assert len(shipped) > 20
    assert [one.name for one in shipped if FORBIDDEN.search(one.read_text(encoding="utf-8"))] == []
