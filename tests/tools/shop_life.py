"""A shop's life as hypothesis plays it: whatever is done in whatever order, the promises hold after every step."""

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import Connection, delete, or_, select
from sqlalchemy.orm import Session

from storage.context import ASSISTANT, Context
from storage.db import Kept
from storage.tables import Booking, Hold, Hours, Service, Skill, SlotCell
from storage.tables.bookings import ACTIVE, CELL_SECONDS
from tests.people import LUIS, MARCUS, MIA, PRIYA, SARAH, SATURDAY, bluebird, diagnostic, water_heater
from tools import booking, holds, slots
from tools.booking import Visit
from tools.problems import Problem

REFUSALS = {"SLOT_UNAVAILABLE", "OUTSIDE_BOOKING_WINDOW", "INVALID_TRANSITION", "SAME_TIME"}
PEOPLE = st.sampled_from([SARAH, PRIYA, MARCUS])
SERVICES = st.sampled_from([diagnostic, water_heater])
# Quarter hours from 7:00 to 17:00 on Monday, in cells after 6:00: neighbours are common, refused starts too.
STARTS = st.integers(4, 44).map(lambda quarter: 3 * quarter)
SHOPS = st.tuples(st.booleans(), st.booleans())  # the office approves installs; Dana works alone
PLACES = st.integers(0, 30)
STRANGER = "+15125550199"


class ShopLife(RuleBasedStateMachine):
    """One transaction on `connection`, rolled back at the end, and the acts in savepoints of it.

    `tried` says how many offered and how many refused starts are put to the act after each step, the next ones every
    time; all of them are put to the rule.
    """

    connection: Connection
    tried = 1

    def __init__(self) -> None:
        super().__init__()
        self.outer = self.connection.begin()
        self.session = Session(self.connection, join_transaction_mode="create_savepoint", expire_on_commit=False)
        self.now = SATURDAY
        self.steps = 0
        self.org = bluebird(self.session, self.now)
        self.kept = Kept()

    def teardown(self) -> None:
        self.session.close()
        self.outer.rollback()

    @initialize(before=st.sampled_from([0, 15, 30]), after=st.sampled_from([0, 30, 45]), shop=SHOPS)
    def set_up_shop(self, before: int, after: int, shop: tuple[bool, bool]) -> None:
        ctx = self.ctx()
        one, other = diagnostic(ctx), water_heater(ctx)
        one.buffer_before, one.buffer_after, other.buffer_after = before, after, 15
        approval, dana_alone = shop
        other.booking_mode = "approval" if approval else None
        if dana_alone:
            self.session.execute(delete(Skill).where(Skill.technician_id == LUIS))
        self.session.flush()

    def ctx(self, scope: str | None = None, **more: Any) -> Context:
        return Context(self.session, self.org, more.get("actor", ASSISTANT), "sms", self.now, scope)

    def act(self, deed: Any) -> Any:
        """Do it in a savepoint, as a unit would be; a refusal is one of the known ones and leaves nothing."""
        try:
            with self.session.begin_nested():
                return deed()
        except Problem as problem:
            if problem.code not in REFUSALS:
                raise
            return problem

    def rows(self, *statuses: str) -> list[Booking]:
        found = select(Booking).where(Booking.status.in_(statuses or ACTIVE)).order_by(Booking.start_at, Booking.id)
        return list(self.session.scalars(found))

    def start(self, cell: int) -> datetime:
        return SATURDAY.replace(day=23, hour=12, minute=0) + timedelta(minutes=5 * cell)

    def offered(self, ctx: Context, service: Service) -> list[datetime]:
        """What is listed, with what was kept of earlier lists; looked at outside of every savepoint."""
        day = self.start(0).date()
        self.kept.lend(self.session)
        listing = slots.list_open(ctx, service, day, day + timedelta(days=1))
        self.kept.take(self.session)
        self.session.info.clear()
        assert listing == slots.list_open(ctx, service, day, day + timedelta(days=1)), "a stale list was kept"
        self.session.info.clear()
        return [one.start for one in listing.openings]

    @rule(cell=STARTS, who=PEOPLE, service=SERVICES, on_grid=st.booleans())
    def book_any_start(self, cell: int, who: str, service: Any, on_grid: bool) -> None:
        ctx = self.ctx()
        self.act(lambda: booking.book(ctx, Visit(self.start(cell), service(ctx), customer_phone=who, on_grid=on_grid)))

    @rule(place=PLACES, who=PEOPLE, service=SERVICES)
    def book_an_offered_start(self, place: int, who: str, service: Any) -> None:
        ctx = self.ctx(scope=who)
        offered = self.offered(ctx, service(ctx))
        if offered:
            start = offered[place % len(offered)]
            assert self.act(lambda: booking.book(ctx, Visit(start, service(ctx), customer_phone=who))).is_active

    @precondition(lambda self: self.rows())
    @rule(place=PLACES, cell=STARTS)
    def move(self, place: int, cell: int) -> None:
        rows = self.rows()
        row = rows[place % len(rows)]
        before = (row.start_at, row.technician_id, row.revision)
        answer = self.act(lambda: booking.move(self.ctx(), row, self.start(cell), on_grid=False))
        if isinstance(answer, Problem):
            self.session.refresh(row)
            assert (row.start_at, row.technician_id, row.revision) == before

    @precondition(lambda self: self.rows())
    @rule(place=PLACES, twice=st.booleans())
    def cancel(self, place: int, twice: bool) -> None:
        rows = self.rows()
        row = rows[place % len(rows)]
        for _ in range(1 + twice):
            self.act(lambda: booking.cancel(self.ctx(actor=MIA), row))
        assert row.status == "cancelled"

    @precondition(lambda self: self.rows())
    @rule(place=PLACES, word=st.sampled_from(["completed", "no_show", "late", "confirmed"]))
    def the_office_says(self, place: int, word: str) -> None:
        rows = self.rows()
        self.act(lambda: booking.set_status(self.ctx(actor=MIA), rows[place % len(rows)], word))

    @precondition(lambda self: self.rows("pending"))
    @rule(place=PLACES)
    def approve(self, place: int) -> None:
        rows = self.rows("pending")
        row = rows[place % len(rows)]
        self.act(lambda: booking.approve(self.ctx(actor=MIA), row))
        assert row.status == "confirmed"

    @precondition(lambda self: self.rows("pending"))
    @rule(place=PLACES)
    def expire(self, place: int) -> None:
        rows = self.rows("pending")
        self.act(lambda: booking.expire(self.ctx(), rows[place % len(rows)]))

    @rule(cell=STARTS, who=PEOPLE, service=SERVICES)
    def hold(self, cell: int, who: str, service: Any) -> None:
        ctx = self.ctx(scope=who)
        self.act(lambda: holds.hold(ctx, service(ctx), self.start(cell)))

    @rule(who=PEOPLE)
    def release(self, who: str) -> None:
        holds.release(self.ctx(scope=who))

    @rule(closes=st.sampled_from([12, 15, 17]), before=st.sampled_from([0, 30]))
    def the_office_changes_its_rules(self, closes: int, before: int) -> None:
        """What stands keeps its own; what is offered from now on goes by these."""
        for hours in self.session.scalars(select(Hours)):
            hours.closes = closes * 60
        diagnostic(self.ctx()).buffer_before = before
        self.session.flush()

    @rule(minutes=st.sampled_from([3, 12, 60, 24 * 60]))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @invariant()
    def nobody_is_in_two_places_and_the_larger_gap_is_kept(self) -> None:
        for technician in {row.technician_id for row in self.rows()}:
            own = [row for row in self.rows() if row.technician_id == technician]
            for one, other in pairwise(own):
                gap = max(one.buffer_after, other.buffer_before)
                assert one.end_at + timedelta(minutes=gap) <= other.start_at, "two visits of one technician overlap"

    @invariant()
    def the_cells_are_the_active_visits_and_the_live_holds(self) -> None:
        live = list(self.session.scalars(select(Hold).where(Hold.expires_at > self.now)))
        wanted = {
            (one.technician_id, cell, one.id)
            for one in [*self.rows(), *live]
            for cell in range(
                int(one.start_at.timestamp()) // CELL_SECONDS, int(one.end_at.timestamp()) // CELL_SECONDS
            )
        }
        kept = self.session.execute(
            select(SlotCell.technician_id, SlotCell.cell, SlotCell.holder_id).where(
                or_(SlotCell.expires_at.is_(None), SlotCell.expires_at > self.now)
            )
        )
        assert {tuple(row) for row in kept} == wanted, "the cells are not the union of visits and holds"

    @invariant()
    def what_is_offered_books_and_what_is_not_is_refused_with_a_reason(self) -> None:
        ctx = self.ctx(scope="somebody new")
        service = (diagnostic, water_heater)[self.steps % 2](ctx)
        offered = self.offered(ctx, service)
        hidden = [start for start in map(self.start, range(12, 132, 3)) if start not in offered]
        for start in self.next_of(offered):
            savepoint = self.session.begin_nested()
            row = booking.book(ctx, Visit(start, service, customer_phone=STRANGER))
            assert (row.start_at, row.is_active) == (start, True), "an offered start did not book"
            savepoint.rollback()
        for start in self.next_of(hidden):
            refused = self.act(lambda start=start: booking.book(ctx, Visit(start, service, customer_phone=STRANGER)))
            assert isinstance(refused, Problem), "a start that is not offered was booked"
            assert refused.extras["reason"]
        day = self.start(0).date()
        calendar = slots.calendar_for(ctx, service, day, day)
        assert {start for start in hidden if not hasattr(calendar.decide(start), "reason")} == set()
        self.steps += 1

    def next_of(self, starts: list[datetime]) -> list[datetime]:
        """As many as are tried after one step, others after the next."""
        first = self.steps * self.tried
        return [starts[(first + one) % len(starts)] for one in range(min(self.tried, len(starts)))]
