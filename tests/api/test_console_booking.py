"""The page of a visit, and the forms that move, cancel, mark and book one."""

import re

import pytest

from storage.seed import demo_id
from storage.tables import AuditEntry, Booking, Conversation, Lead, Message
from tests.api.console_staff import Desk
from tests.api.office import approval_wanted, kept, visit_of
from tests.fakes import SARAH, Shop

pytestmark = pytest.mark.engines("sqlite")

SUNDAY = {"override": "1", "date": "2026-11-22", "time": "15:00"}
BOOK = {"service": demo_id("diagnostic-visit"), "day": "2026-11-24", "phone": "(512) 555-0142", "name": "Sarah Jones"}


async def test_the_page_tells_who_where_when_and_what_went_out(shop: Shop, mia: Desk) -> None:
    visit = await visit_of(shop)
    await shop.worker.drain()
    page = await mia.get(f"/console/bookings/{visit.id}")
    told = ("Sarah Jones", "(512) 555-0142", "12 Oak St", "Dana Ruiz", "Monday, November 23, 2026 at 9:00 AM", "$89")
    assert [one for one in told if one not in page] == []
    assert re.search(r"Confirmation</dt><dd>sent", page)
    assert re.search(r"24 h before: (queued|skipped)", page)


async def test_a_visit_moves_to_one_of_the_open_times(shop: Shop, mia: Desk) -> None:
    visit = await visit_of(shop)
    page = await mia.get(f"/console/bookings/{visit.id}", day="2026-11-24")
    offered = re.findall(r'name="slot" value="([^"]+)"', page)
    assert offered[0] == "2026-11-24 08:00"
    await mia.post(f"/console/bookings/{visit.id}/move", slot=offered[0])
    moved = await kept(shop, visit.id)
    assert (moved.local_start.isoformat(), moved.status) == ("2026-11-24T08:00:00-06:00", "rescheduled")
    assert "The visit is moved. The customer gets a text." in await mia.get(f"/console/bookings/{visit.id}")


async def test_the_times_to_move_to_leave_the_visit_itself_out_of_the_way(shop: Shop, mia: Desk) -> None:
    visit = await visit_of(shop)
    page = await mia.get(f"/console/bookings/{visit.id}", day="2026-11-23")
    offered = re.findall(r'name="slot" value="2026-11-23 (\d\d):00"', page)
    assert offered[:2] == ["08", "10"]  # both overlap nine o'clock, which it holds itself


async def test_a_time_that_is_taken_is_refused_with_the_open_ones_near_it(shop: Shop, mia: Desk) -> None:
    visit = await visit_of(shop)
    await visit_of(shop, phone="+15125550143", start="2026-11-24T15:00:00Z", end="2026-11-24T16:30:00Z")
    await mia.post(f"/console/bookings/{visit.id}/move", slot="2026-11-24 09:00")
    assert (await kept(shop, visit.id)).reschedule_count == 0
    page = await mia.get(f"/console/bookings/{visit.id}")
    assert re.search(r"notice bad.*Open near it: .*November 24", page)


async def test_mia_moves_a_visit_to_sunday_and_the_audit_keeps_why(shop: Shop, mia: Desk) -> None:
    visit = await visit_of(shop)
    await mia.post(f"/console/bookings/{visit.id}/move", **SUNDAY, override_reason="No heat, baby at home")
    assert (await kept(shop, visit.id)).local_start.isoformat() == "2026-11-22T15:00:00-06:00"
    [line] = [one for one in await shop.rows(AuditEntry) if one.action == "booking.override"]
    assert (line.actor_name, line.detail["reason"]) == ("Mia", "No heat, baby at home")


async def test_setting_the_hours_aside_needs_a_reason(shop: Shop, mia: Desk) -> None:
    visit = await visit_of(shop)
    assert (await mia.post(f"/console/bookings/{visit.id}/move", **SUNDAY)).status_code == 400
    assert (await kept(shop, visit.id)).reschedule_count == 0


async def test_a_supervisor_sets_no_hours_aside(shop: Shop, mia: Desk, ruth: Desk) -> None:
    visit = await visit_of(shop)
    answer = await ruth.post(f"/console/bookings/{visit.id}/move", **SUNDAY, override_reason="Please")
    assert answer.status_code == 403
    assert (await kept(shop, visit.id)).reschedule_count == 0


async def test_not_even_mia_puts_two_visits_over_each_other(shop: Shop, mia: Desk) -> None:
    visit = await visit_of(shop)
    await visit_of(shop, phone="+15125550143", start="2026-11-24T15:00:00Z", end="2026-11-24T16:30:00Z")
    there = {"override": "1", "date": "2026-11-24", "time": "09:30", "override_reason": "In a hurry"}
    await mia.post(f"/console/bookings/{visit.id}/move", **there, technician=demo_id("dana"))
    assert (await kept(shop, visit.id)).reschedule_count == 0


async def texts_of(shop: Shop, kind: str) -> list[str]:
    """What was texted of a kind."""
    await shop.worker.drain()
    return [one.body for one in await shop.rows(Message) if one.kind == kind]


async def test_a_cancelled_visit_is_told_of_when_ticked(shop: Shop, mia: Desk) -> None:
    visit = await visit_of(shop)
    await mia.post(f"/console/bookings/{visit.id}/cancel", reason="Dana is ill", tell="1")
    assert len(await texts_of(shop, "cancelled")) == 1
    cancelled = await kept(shop, visit.id)
    assert (cancelled.status, cancelled.cancel_reason) == ("cancelled", "Dana is ill")


async def test_a_cancelled_visit_is_not_told_of_when_unticked(shop: Shop, mia: Desk) -> None:
    visit = await visit_of(shop)
    await mia.post(f"/console/bookings/{visit.id}/cancel")
    assert await texts_of(shop, "cancelled") == []
    assert "not told" in await mia.get(f"/console/bookings/{visit.id}")


async def test_who_opted_out_gets_no_text_and_the_office_is_told_to_call(shop: Shop, mia: Desk) -> None:
    visit = await visit_of(shop)
    await shop.text("STOP", "SM1")
    await mia.post(f"/console/bookings/{visit.id}/move", slot="2026-11-24 08:00")
    assert "The visit is moved. The customer gets no text (opted out): call them." in await mia.get("/console")


@pytest.mark.parametrize("status", ["completed", "no_show"])
async def test_the_office_says_how_a_visit_went(shop: Shop, mia: Desk, status: str) -> None:
    visit = await visit_of(shop)
    await mia.post(f"/console/bookings/{visit.id}/status", status=status)
    assert (await kept(shop, visit.id)).status == status


@pytest.mark.parametrize(("who", "texts"), [("technician", 1), ("customer", 0)])
async def test_the_customer_hears_of_it_when_we_run_late(shop: Shop, mia: Desk, who: str, texts: int) -> None:
    visit = await visit_of(shop)
    await mia.post(f"/console/bookings/{visit.id}/status", status="late", who=who)
    assert (await kept(shop, visit.id)).status == "late"
    assert len(await texts_of(shop, "running_late")) == texts


async def test_notes_on_a_visit_are_kept_and_its_history_names_the_field_only(shop: Shop, mia: Desk) -> None:
    visit = await visit_of(shop)
    told = {"customer_name": "Sarah Jones", "address": visit.address or "", "postal_code": "78701"}
    await mia.post(f"/console/bookings/{visit.id}/details", **told, notes="Gate code 4411")
    page = await mia.get(f"/console/bookings/{visit.id}")
    assert "Gate code 4411" in page
    assert "Changed: notes" in page


async def test_a_line_of_a_visit_can_be_emptied(shop: Shop, mia: Desk) -> None:
    visit = await visit_of(shop)
    await mia.post(f"/console/bookings/{visit.id}/details", was_customer_name="Sarah Jones", customer_name="")
    (row,) = await shop.rows(Booking, id=visit.id)
    assert row.customer_name is None


async def test_what_a_visit_was_cannot_be_changed_once_it_is_cancelled(shop: Shop, mia: Desk) -> None:
    visit = await visit_of(shop)
    await mia.post(f"/console/bookings/{visit.id}/cancel")
    await mia.post(f"/console/bookings/{visit.id}/move", slot="2026-11-24 09:00")
    page = await mia.get(f"/console/bookings/{visit.id}")
    assert "it cannot be moved" in page
    assert "Move to this time" not in page


async def test_a_visit_of_nobodys_a_neighbours_and_an_unseen_one_read_the_same(
    shop: Shop, mia: Desk, ken: Desk
) -> None:
    visit = await visit_of(shop)
    rosa = await mia.neighbour()
    pages = []
    for who, booking_id in ((mia, "nothing"), (rosa, visit.id), (ken, visit.id)):
        answer = await who.client.get(f"/console/bookings/{booking_id}")
        assert answer.status_code == 404
        pages.append(re.findall(r"There is no such \w+", answer.text))
    assert pages == [["There is no such booking"]] * 3


async def test_mia_books_a_visit_for_sarah_and_the_phone_stays_out_of_every_address(shop: Shop, mia: Desk) -> None:
    page = (await mia.post("/console/book", **BOOK, look="1")).text
    [first, *_] = re.findall(r'name="slot" value="([^"]+)"', page)
    assert 'value="(512) 555-0142"' in page
    answer = await mia.post("/console/book", **BOOK, slot=first, address="12 Oak St 78701", notes="Dog")
    [visit] = await shop.rows(Booking)
    assert answer.headers["location"] == f"/console/bookings/{visit.id}"
    assert (visit.customer_phone, visit.actor_name, visit.channel, visit.notes) == (SARAH, "Mia", "console", "Dog")


async def test_pressing_book_twice_books_once(shop: Shop, mia: Desk) -> None:
    for _ in range(2):
        await mia.post("/console/book", **BOOK, slot="2026-11-24 09:00")
    assert len(await shop.rows(Booking)) == 1


async def test_a_refused_booking_shows_the_form_as_it_was_filled_in(shop: Shop, mia: Desk) -> None:
    answer = await mia.post("/console/book", **{**BOOK, "phone": "12"}, slot="2026-11-24 09:00")
    assert answer.status_code == 400
    assert 'value="Sarah Jones"' in answer.text
    assert "not a phone number" in answer.text
    assert await shop.rows(Booking) == []


async def test_a_zip_outside_the_area_says_so(mia: Desk) -> None:
    page = (await mia.post("/console/book", **BOOK, postal_code="90210", look="1")).text
    assert "outside the area" in page


async def test_mia_books_at_night_with_a_reason(shop: Shop, mia: Desk) -> None:
    night = {"override": "1", "date": "2026-11-24", "time": "22:00", "override_reason": "No heat"}
    await mia.post("/console/book", **BOOK, **night)
    [visit] = await shop.rows(Booking)
    assert visit.local_start.hour == 22


async def test_an_agent_books_at_no_night(shop: Shop, ken: Desk) -> None:
    night = {"override": "1", "date": "2026-11-24", "time": "22:00", "override_reason": "No heat"}
    assert (await ken.post("/console/book", **BOOK, **night)).status_code == 403
    assert await shop.rows(Booking) == []


async def test_a_visit_booked_from_a_lead_belongs_to_it(shop: Shop, mia: Desk) -> None:
    await shop.text("AC died, 12 Oak St 78701", "SM1")
    [lead] = await shop.rows(Lead)
    page = await mia.get("/console/book", lead=lead.id)
    assert 'value="(512) 555-0142"' in page
    await mia.post("/console/book", **BOOK, lead=lead.id, slot="2026-11-24 09:00")
    [visit] = await shop.rows(Booking)
    assert visit.lead_id == lead.id


async def test_a_visit_booked_from_a_thread_belongs_to_it(shop: Shop, mia: Desk) -> None:
    await shop.text("AC died, 12 Oak St 78701", "SM1")
    [thread] = await shop.rows(Conversation)
    assert f'name="conversation" value="{thread.id}"' in await mia.get("/console/book", conversation=thread.id)
    await mia.post("/console/book", **BOOK, conversation=thread.id, slot="2026-11-24 09:00")
    [visit] = await shop.rows(Booking)
    assert visit.conversation_id == thread.id


async def test_what_ken_books_for_another_crew_is_booked_and_not_shown_to_him(shop: Shop, ken: Desk) -> None:
    answer = await ken.post("/console/book", **BOOK, slot="2026-11-24 09:00")
    assert answer.headers["location"] == "/console/calendar"
    [visit] = await shop.rows(Booking)
    assert (visit.status, visit.actor_name) == ("confirmed", "Ken")


async def waiting(shop: Shop) -> Booking:
    """Sarah's visit, requested."""
    await approval_wanted(shop)
    return await visit_of(shop)


async def test_requested_visits_wait_the_oldest_first(shop: Shop, mia: Desk) -> None:
    first = await waiting(shop)
    await shop.pass_time(minutes=5)
    second = await visit_of(shop, phone="+15125550143", start="2026-11-24T15:00:00Z", end="2026-11-24T16:30:00Z")
    page = await mia.get("/console/approvals")
    assert re.findall(r"/console/approvals/([\w-]+)/approve", page) == [first.id, second.id]
    assert "until Sun 10:00 AM" in page


async def test_an_approved_visit_is_confirmed_with_one_text(shop: Shop, mia: Desk) -> None:
    visit = await waiting(shop)
    for _ in range(2):
        await mia.post(f"/console/approvals/{visit.id}/approve")
    assert (await kept(shop, visit.id)).status == "confirmed"
    assert len(await texts_of(shop, "approved")) == 1


async def test_a_declined_visit_is_off_and_keeps_the_reason_to_us(shop: Shop, mia: Desk) -> None:
    visit = await waiting(shop)
    await mia.post(f"/console/approvals/{visit.id}/decline", reason="No parts")
    declined = await kept(shop, visit.id)
    assert (declined.status, declined.cancel_reason) == ("cancelled", "No parts")
    [told] = await texts_of(shop, "cancelled")
    assert "No parts" not in told


async def test_a_confirmed_visit_is_not_declined(shop: Shop, mia: Desk) -> None:
    visit = await visit_of(shop)
    await mia.post(f"/console/approvals/{visit.id}/decline")
    assert (await kept(shop, visit.id)).status == "confirmed"
    assert "cannot be declined" in await mia.get("/console/approvals")


async def test_ken_answers_no_request_he_cannot_see(shop: Shop, ken: Desk) -> None:
    visit = await waiting(shop)
    assert visit.id not in await ken.get("/console/approvals")
    assert (await ken.post(f"/console/approvals/{visit.id}/approve")).status_code == 404
    assert (await kept(shop, visit.id)).status == "pending"
