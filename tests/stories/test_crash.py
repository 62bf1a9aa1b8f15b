"""The power goes at any moment of the demo: no text is lost, none is sent twice, no visit stands without its customer.

The provider of these tests posts again until it hears back, as carriers and voice platforms do.
"""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

import httpx2
import pytest

from tests.fakes import fake_twilio
from tests.stories.real_server import MARCUS, SARAH, SATURDAY, RealServer

T = TypeVar("T")

pytestmark = pytest.mark.timeout(240)
# Seconds into a step at which the power goes: while it is posted, worked on, sent, and answered.
MOMENTS = (0.002, 0.02, 0.06, 0.15)
STEPS = ("the missed call", "the first text", "the yes", "the call that books")


class Player:
    """The world, playing the demo against a server that may go away at any time."""

    def __init__(self, server: RealServer) -> None:
        self.server = server
        self.clock = datetime.fromisoformat(SATURDAY)
        self.begun = {step: threading.Event() for step in STEPS}

    def play(self) -> None:
        self.step("the missed call", lambda: self.server.miss("CA1"), self.has("text_back", 1))
        self.step(
            "the first text", lambda: self.server.text("AC died, 12 Oak St 78701", sid="SM1"), self.has("reply", 1)
        )
        self.step("the yes", lambda: self.server.text("Monday at 9 works", sid="SM2"), self.has("confirmation", 1))
        self.step("the call that books", self.call_that_books, lambda: bool(self.server.sent(MARCUS, "confirmation")))

    def step(self, name: str, post: Callable[[], httpx2.Response], done: Callable[[], object]) -> None:
        self.clock += timedelta(minutes=1)
        self.until_heard(lambda: self.set_clock(0))
        self.begun[name].set()
        assert self.until_heard(post).status_code == 200
        until = time.monotonic() + 60
        while not self.until_heard(lambda: (self.set_clock(10), done())[1]):
            assert time.monotonic() < until, f"{name} came to nothing"
            time.sleep(0.4)

    def set_clock(self, ahead: float) -> None:
        """Where the story is, after a restart too; it never goes back."""
        now = (self.clock + timedelta(seconds=ahead)).isoformat()
        self.server.http.post("/api/sandbox/clock", json={"now": now}).raise_for_status()

    def has(self, kind: str, count: int) -> Callable[[], bool]:
        return lambda: len(self.server.sent(SARAH, kind)) >= count

    def call_that_books(self) -> httpx2.Response:
        return self.server.voice(
            "any/book", caller=MARCUS, service="water heater install", slot="2026-11-24 13:00", name="Marcus Webb"
        )

    @staticmethod
    def until_heard(act: Callable[[], T]) -> T:
        until = time.monotonic() + 60
        while True:
            try:
                return act()
            except httpx2.TransportError:
                assert time.monotonic() < until, "the server did not come back"
                time.sleep(0.05)


def play_with_a_power_cut(server: RealServer, step: str, after: float) -> None:
    """The whole demo, with the power gone `after` seconds into a step, and the server started again."""
    player = Player(server)
    with ThreadPoolExecutor(1) as pool:
        playing = pool.submit(player.play)
        assert player.begun[step].wait(60)
        time.sleep(after)
        server.kill()
        server.start()
        playing.result(timeout=120)


def check(server: RealServer) -> None:
    """What must be so, whatever happened on the way."""
    server.use_new_key()
    sent = [one["kind"] for one in server.sent(SARAH)]
    assert sorted(sent) == ["confirmation", "reply", "reply", "text_back"]
    heard = server.rows("select provider_id from messages where direction = 'in' order by provider_id")
    assert heard == [("SM1",), ("SM2",)]
    # Five to the two customers, and whoever is on call hears of either visit.
    assert server.rows("select count(*), count(distinct provider_id) from messages where direction = 'out'") == [(7, 7)]
    assert [one["status"] for one in server.bookings(SARAH)] == ["CONFIRMED"]
    assert [one["status"] for one in server.bookings(MARCUS)] == ["CONFIRMED"]
    orphans = "select count(*) from bookings where customer_id not in (select id from customers)"
    assert server.rows(orphans) == [(0,)]
    astray = "select count(*) from slot_cells where holder_id not in (select id from bookings)"
    assert server.rows(astray) == [(0,)]
    assert server.rows("select count(*) from slot_cells") == [((90 + 180) // 5,)]
    assert server.rows("select count(*) from jobs where state in ('claimed', 'uncertain', 'failed')") == [(0,)]


@pytest.mark.parametrize(("step", "after"), list(zip(STEPS, MOMENTS, strict=True)))
def test_a_power_cut_loses_nothing_and_repeats_nothing(step: str, after: float, server: RealServer) -> None:
    play_with_a_power_cut(server, step, after)
    check(server)


def test_a_power_cut_while_the_carrier_answers_does_not_text_twice(tmp_path: Path) -> None:
    with fake_twilio() as carrier:
        server = RealServer(
            tmp_path,
            f"sqlite:///{tmp_path}/ringback.db",
            RINGBACK_SANDBOX="0",
            RINGBACK_NOW="",
            TWILIO_ACCOUNT_SID="AC1",
            TWILIO_AUTH_TOKEN="token",
            TWILIO_BASE_URL=carrier.url,
        )
        server.start()
        try:
            carrier.next = ["slow"]
            server.miss("CA1")
            server.until(lambda: carrier.taken)
            server.kill()
            server.start()
            state = "select state from messages where kind = 'text_back'"
            server.until(lambda: server.rows(state) == [("sent",)], within=60)
            assert len(carrier.taken) == 1
        finally:
            server.stop()
