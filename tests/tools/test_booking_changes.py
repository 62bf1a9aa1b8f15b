"""Changes to a visit: moved, cancelled, requested, approved, expired, done."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from storage.context import CUSTOMER, SYSTEM, Context
from storage.tables import Booking, Job, Lead, SlotCell, Task
from tests.people import (
    ACME,
    LUIS,
    MIA,
    PRIYA,
    Office,
    at,
    count,
    diagnostic,
    events,
    refused,
    visit,
    wall,
    water_heater,
)
from tools import booking

pytestmark = [pytest.mark.anyio, pytest.mark.engines("sqlite", "postgres")]
NINE, ELEVEN, TWO = "2026-11-23 09:00", "2026-11-23 11:00", "2026-11-23 14:00"


async def test_a_moved_visit_keeps_its_id_and_remembers_where_it_was(office: Office) -> None:
    row = await office(lambda ctx: visit(ctx, NINE))

    def unit(ctx: Context) -> None:
        moved = booking.move(ctx, booking.get(ctx, row.id), at(TWO))
        lines = [(line.event, line.old, line.new) for line in booking.history(ctx, moved)]
        assert (moved.id, moved.status, wall(moved.start_at)) == (row.id, "rescheduled", TWO)
        assert (moved.previous_start_at, moved.reschedule_count, moved.revision) == (at(NINE), 1, 1)
        assert lines[1] == ("moved", "2026-11-23T15:00:00Z", "2026-11-23T20:00:00Z")
        assert wall(visit(ctx, NINE, PRIYA).start_at) == NINE

    await office(unit)


async def test_a_visit_may_move_onto_part_of_its_own_time(office: Office) -> None:
    row = await office(lambda ctx: visit(ctx, "2026-11-23 10:00"))
    moved = await office(lambda ctx: booking.move(ctx, booking.get(ctx, row.id), at(ELEVEN)))
    cells = await office(lambda ctx: count(ctx, SlotCell))
    assert (wall(moved.start_at), cells) == (ELEVEN, 18)


async def test_moving_to_the_time_it_has_is_said_and_changes_nothing(office: Office) -> None:
    row = await office(lambda ctx: visit(ctx, NINE))
    problem = await refused(office, lambda ctx: booking.move(ctx, booking.get(ctx, row.id), at(NINE)))
    assert (problem.code, await office(lambda ctx: booking.get(ctx, row.id).revision)) == ("SAME_TIME", 0)


async def test_a_move_to_a_taken_time_leaves_the_old_visit_whole(office: Office) -> None:
    await office(lambda ctx: visit(ctx, TWO, PRIYA))
    row = await office(lambda ctx: visit(ctx, NINE))
    problem = await refused(office, lambda ctx: booking.move(ctx, booking.get(ctx, row.id), at(TWO)))
    kept = await office(lambda ctx: booking.get(ctx, row.id))
    assert (problem.code, bool(problem.extras["alternatives"])) == ("SLOT_UNAVAILABLE", True)
    assert (wall(kept.start_at), kept.status, await office(lambda ctx: count(ctx, SlotCell))) == (NINE, "confirmed", 36)


async def test_a_visit_handed_to_luis_keeps_its_time_and_texts_nobody(office: Office) -> None:
    row = await office(lambda ctx: visit(ctx, NINE, service=water_heater))
    moved = await office(lambda ctx: booking.move(ctx, booking.get(ctx, row.id), at(NINE), technician_id=LUIS))
    assert (moved.technician_id, moved.revision, moved.status) == (LUIS, 0, "confirmed")


async def test_a_cancelled_visit_frees_its_time_at_once_and_stays_on_record(office: Office) -> None:
    row = await office(lambda ctx: visit(ctx, NINE))

    def unit(ctx: Context) -> None:
        for _ in range(2):
            gone = booking.cancel(ctx, booking.get(ctx, row.id), reason="fixed itself", by_customer=True)
        assert (gone.status, gone.revision, gone.cancel_reason) == ("cancelled", 1, "fixed itself")
        assert events(ctx, gone) == ["booked", "cancelled"]
        assert ctx.session.get_one(Lead, gone.lead_id).status == "active"
        assert visit(ctx, NINE).id != row.id

    await office(unit)


@pytest.mark.parametrize("ending", ["COMPLETED", "NO_SHOW", "CANCELED"])
async def test_a_visit_that_is_over_cannot_be_moved(office: Office, ending: str) -> None:
    row = await office(lambda ctx: visit(ctx, NINE))
    await office(lambda ctx: booking.set_status(ctx, booking.get(ctx, row.id), ending), actor=MIA)
    problem = await refused(office, lambda ctx: booking.move(ctx, booking.get(ctx, row.id), at(TWO)), actor=MIA)
    assert (problem.code, problem.fix) == ("INVALID_TRANSITION", "Book a new visit.")
    assert await office(lambda ctx: count(ctx, SlotCell)) == 0


async def test_a_completed_visit_wins_the_lead_and_cannot_be_cancelled(office: Office) -> None:
    row = await office(lambda ctx: visit(ctx, NINE))
    await office(lambda ctx: booking.set_status(ctx, booking.get(ctx, row.id), "attended"), actor=MIA)
    assert await office(lambda ctx: ctx.session.get_one(Lead, row.lead_id).status) == "won"
    assert (
        await refused(office, lambda ctx: booking.cancel(ctx, booking.get(ctx, row.id)))
    ).code == "INVALID_TRANSITION"


async def test_a_no_show_is_corrected_by_staff_within_a_week_and_by_nobody_later(office: Office) -> None:
    row = await office(lambda ctx: visit(ctx, NINE))
    await office(lambda ctx: booking.set_status(ctx, booking.get(ctx, row.id), "no-show"), actor=MIA)

    def completed(ctx: Context) -> Booking:
        return booking.set_status(ctx, booking.get(ctx, row.id), "completed")

    assert (await refused(office, completed, actor=ACME)).code == "INVALID_TRANSITION"
    late = row.end_at + timedelta(days=7, minutes=1)
    assert (await refused(office, completed, actor=MIA, now=late)).code == "INVALID_TRANSITION"
    assert (await office(completed, actor=MIA)).status == "completed"


@pytest.mark.parametrize(("word", "code"), [("RESCHEDULED", "INVALID_TRANSITION"), ("lost", "VALIDATION_ERROR")])
async def test_a_status_that_cannot_be_set_says_why(office: Office, word: str, code: str) -> None:
    row = await office(lambda ctx: visit(ctx, NINE))
    assert (await refused(office, lambda ctx: booking.set_status(ctx, booking.get(ctx, row.id), word))).code == code


async def test_the_status_it_already_has_changes_nothing(office: Office) -> None:
    def unit(ctx: Context) -> list[str]:
        row = visit(ctx, NINE)
        booking.set_status(ctx, row, "CONFIRMED")
        return events(ctx, row)

    assert await office(unit) == ["booked"]


async def test_inside_the_cutoff_a_customer_cannot_change_a_visit_but_staff_can(office: Office) -> None:
    def unit(ctx: Context) -> Booking:
        ctx.org.cancel_cutoff_hours = 72
        return visit(ctx, NINE)

    row = await office(unit)
    assert (await refused(office, lambda ctx: booking.cancel(ctx, booking.get(ctx, row.id)), actor=CUSTOMER)).code == (
        "CUTOFF_PASSED"
    )
    problem = await refused(office, lambda ctx: booking.move(ctx, booking.get(ctx, row.id), at(TWO)), actor=CUSTOMER)
    assert problem.code == "CUTOFF_PASSED"
    moved = await office(lambda ctx: booking.move(ctx, booking.get(ctx, row.id), at(TWO)), actor=MIA)
    assert wall(moved.start_at) == TWO


def on_approval(ctx: Context) -> Booking:
    diagnostic(ctx).booking_mode = "approval"
    return visit(ctx, NINE)


async def test_a_requested_visit_hides_its_slot_until_the_office_answers(office: Office) -> None:
    row = await office(on_approval)
    assert (row.status, row.expires_at) == ("pending", office.now + timedelta(hours=24))
    assert (await refused(office, lambda ctx: visit(ctx, NINE, PRIYA))).code == "SLOT_UNAVAILABLE"
    approved = await office(lambda ctx: booking.approve(ctx, booking.get(ctx, row.id)), actor=MIA)
    assert (approved.status, approved.expires_at) == ("confirmed", None)


async def test_a_requested_visit_that_is_moved_still_waits_for_the_office(office: Office) -> None:
    row = await office(on_approval)
    assert (await office(lambda ctx: booking.move(ctx, booking.get(ctx, row.id), at(TWO)))).status == "pending"


async def test_a_request_nobody_answers_expires_and_becomes_a_task(office: Office) -> None:
    row = await office(on_approval)

    def expire(ctx: Context) -> str:
        return booking.expire(ctx, booking.get(ctx, row.id)).status

    due = await office(lambda ctx: ctx.session.scalars(select(Job.due_at).where(Job.topic == "expire")).one())
    assert due == row.expires_at
    assert await office(expire, actor=SYSTEM) == "pending"
    office.later(hours=24)
    assert await office(expire, actor=SYSTEM) == "cancelled"
    assert await office(lambda ctx: (count(ctx, SlotCell), count(ctx, Task))) == (0, 1)
    problem = await refused(office, lambda ctx: booking.approve(ctx, booking.get(ctx, row.id)), actor=MIA)
    assert problem.code == "INVALID_TRANSITION"


async def test_a_credential_that_needs_approval_only_requests(office: Office) -> None:
    row = await office(lambda ctx: visit(ctx, NINE, needs_approval=True), actor=ACME, channel="api")
    assert row.status == "pending"


async def test_details_change_without_a_new_revision_and_history_holds_no_values(office: Office) -> None:
    def unit(ctx: Context) -> None:
        row = booking.change_details(ctx, visit(ctx, NINE), notes="gate 1234", address="9 Elm St")
        assert (row.notes, row.revision) == ("gate 1234", 0)
        assert booking.history(ctx, row)[-1].new == "address, notes"

    await office(unit)
