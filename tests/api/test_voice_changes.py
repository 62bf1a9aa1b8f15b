"""Cancelling and moving on the phone: two shots, whose visit it is, and the truth about the old one (contract 2.6)."""

import asyncio
import re
from typing import Any

import pytest
from sqlalchemy import event

from storage.tables import Booking, BookingEvent, Message, Org, SlotCell, Task
from tests.api.phone_line import MONDAY_9, TUESDAY_8, WEDNESDAY_9, Line, line_to
from tests.fakes import Shop
from tests.people import MARCUS, SARAH

pytestmark = pytest.mark.engines("sqlite")

CANCEL, MOVE, MINE = "cancel-booking", "reschedule-booking", "my-bookings"


@pytest.fixture
async def line(shop: Shop) -> Line:
    return await line_to(shop)


@pytest.fixture
async def two(line: Line) -> list[str]:
    """Sarah's Diagnostic visit on Tuesday and her install on Wednesday."""
    return [
        await line.has("2026-11-24 10:00", customer_name="Sarah Jones"),
        await line.has_heater("2026-11-25 08:00"),
    ]


async def test_nobody_cancels_what_is_not_there(line: Line) -> None:
    answer = await line.say(CANCEL)
    assert answer.text == (
        "BOOKING CANCELLATION FAILED: there is no upcoming visit under the number ending 0142. Nothing was cancelled. "
        "Ask for the number it was booked with. [code: NOT_FOUND]"
    )


async def test_the_only_visit_is_cancelled_at_once(line: Line) -> None:
    await line.has(MONDAY_9)
    answer = await line.say(CANCEL)
    assert answer.text == (
        "Cancelled! Your Diagnostic visit (90 min) on Monday, November 23, 2026 at 9:00 AM has been cancelled."
    )


async def test_of_two_visits_one_must_be_chosen(line: Line, two: list[str]) -> None:
    answer = await line.say(CANCEL)
    assert answer.text == (
        "CHOICE NEEDED: nothing has been cancelled yet. This caller has 2 upcoming visits:\n"
        f"1. Diagnostic visit, Tuesday, November 24 at 10:00 AM [booking:{two[0][:8]}]\n"
        f"2. Water heater install, Wednesday, November 25 at 8:00 AM [booking:{two[1][:8]}]\n"
        "Ask which one, then call this tool again with booking_selector set to the number, the booking code, or part "
        "of the service name."
    )
    assert answer.headers["x-ringback-outcome"] == "choice"


async def test_the_number_means_the_line_that_was_read(line: Line, two: list[str]) -> None:
    await line.say(CANCEL)
    await line.has(MONDAY_9)  # would be line 1 now
    assert (await line.say(CANCEL, booking_selector="2")).text.startswith("Cancelled! Your Water heater install")


@pytest.mark.parametrize("selector", ["2", "water", "the Wednesday one", "code"])
async def test_a_visit_is_chosen_by_line_name_day_or_code(line: Line, two: list[str], selector: str) -> None:
    await line.say(CANCEL, booking_selector=two[1][:8] if selector == "code" else selector)
    assert [await line.status(one) for one in two] == ["confirmed", "cancelled"]


async def test_a_number_beyond_the_list_repeats_it(line: Line, two: list[str]) -> None:
    text = (await line.say(CANCEL, booking_selector="9")).text
    assert text.startswith("BOOKING CANCELLATION FAILED: no upcoming visit matches that. Nothing was cancelled. ")
    assert f"2. Water heater install, Wednesday, November 25 at 8:00 AM [booking:{two[1][:8]}]" in text
    assert text.endswith("[code: NOT_FOUND]")


async def test_asked_again_the_same_sentence_and_one_event(shop: Shop, line: Line, two: list[str]) -> None:
    first = await line.say(CANCEL, booking_selector="2")
    second = await line.say(CANCEL, booking_selector="2")
    assert (second.text, second.headers["x-ringback-outcome"]) == (first.text, "replayed")
    assert len(await shop.rows(BookingEvent, event="cancelled")) == 1


async def test_cancel_it_after_a_new_booking_means_the_new_one(line: Line) -> None:
    await line.has(MONDAY_9)
    await line.say(CANCEL)
    await line.say("diagnostic-visit/book", slot=WEDNESDAY_9, name="Sarah Jones")
    assert "Wednesday, November 25" in (await line.say(CANCEL)).text


async def test_a_careful_business_reads_even_one_visit_back(shop: Shop, line: Line) -> None:
    booking = await line.has(MONDAY_9)
    await shop.change(Org, voice_confirm_changes=True)
    text = (await line.say(CANCEL)).text
    assert text.startswith("CHOICE NEEDED: nothing has been cancelled yet. This caller has one upcoming visit:\n1. ")
    assert await line.status(booking) == "confirmed"


STRANGER = {"caller": MARCUS, "phone": SARAH}


async def test_a_stranger_must_prove_it(line: Line, two: list[str]) -> None:
    answer = await line.say(CANCEL, **STRANGER)
    assert answer.text == (
        "BOOKING CANCELLATION FAILED: this call is not from the number on the visit. Nothing was cancelled. Ask for "
        "the last name and the day of the visit, then try again. [code: IDENTITY_NEEDED]"
    )


@pytest.mark.parametrize("tool", [CANCEL, MOVE, MINE, "context"])
async def test_a_stranger_hears_nothing_of_the_visits(line: Line, two: list[str], tool: str) -> None:
    text = (await line.say(tool, **STRANGER, new_slot=TUESDAY_8)).text
    assert "[code: IDENTITY_NEEDED]" in text
    assert not re.search(rf"Diagnostic|heater|November|Sarah|{two[0][:8]}", text)


async def test_the_last_name_and_the_day_are_proof(line: Line, two: list[str]) -> None:
    answer = await line.say(CANCEL, **STRANGER, name="Jones", visit_day="Tuesday", booking_selector="diagnostic")
    assert answer.text.startswith("Cancelled! ")


async def test_the_booking_code_is_proof(line: Line, two: list[str]) -> None:
    assert (await line.say(CANCEL, **STRANGER, booking_selector=two[0][:8])).text.startswith("Cancelled! ")


async def test_without_an_envelope_the_credential_vouches(line: Line, two: list[str]) -> None:
    answer = await line.post(CANCEL, {"phone": SARAH, "booking_selector": "1"})
    assert answer.text.startswith("Cancelled! ")


@pytest.mark.parametrize("call", [{"call_type": "web_call"}, {"from_number": "anonymous", "direction": "inbound"}])
async def test_a_caller_without_a_number_must_prove_it(line: Line, two: list[str], call: dict[str, Any]) -> None:
    answer = await line.post(CANCEL, {"call": {"call_id": "c9", **call}, "args": {"phone": SARAH}})
    assert answer.headers["x-ringback-code"] == "IDENTITY_NEEDED"


async def test_a_business_may_trust_its_agent(shop: Shop, line: Line) -> None:
    await line.has(MONDAY_9)
    await shop.change(Org, voice_identity="trust_agent")
    assert (await line.say(CANCEL, **STRANGER)).text.startswith("Cancelled! ")


@pytest.fixture
async def strict(shop: Shop, line: Line, two: list[str]) -> Line:
    await shop.change(Org, voice_identity="strict")
    return line


async def the_code(shop: Shop) -> str:
    found = re.search(r"\d{6}", (await shop.rows(Message, kind="code"))[-1].body)
    assert found is not None
    return found[0]


async def test_a_strict_business_texts_a_code_to_the_visits_phone(shop: Shop, strict: Line) -> None:
    await strict.say(CANCEL, **STRANGER, name="Jones", visit_day="Tuesday")
    assert [one.to_phone for one in await shop.rows(Message, kind="code")] == [SARAH]


async def test_the_texted_code_is_proof(shop: Shop, strict: Line) -> None:
    await strict.say(CANCEL, **STRANGER)
    answer = await strict.say(CANCEL, **STRANGER, confirm_code=await the_code(shop), booking_selector="1")
    assert answer.text.startswith("Cancelled! ")


async def test_three_wrong_codes_spend_the_right_one(shop: Shop, strict: Line) -> None:
    await strict.say(CANCEL, **STRANGER)
    code = await the_code(shop)
    for _ in range(3):
        await strict.say(CANCEL, **STRANGER, confirm_code=f"{(int(code) + 1) % 1_000_000:06}")
    answer = await strict.say(CANCEL, **STRANGER, confirm_code=code)
    assert answer.headers["x-ringback-code"] == "IDENTITY_NEEDED"


async def test_inside_the_cutoff_the_policy_is_told_and_the_office_asked(shop: Shop, line: Line) -> None:
    booking = await line.has(MONDAY_9)
    await shop.change(Org, cancel_cutoff_hours=72)
    answer = await line.say(CANCEL)
    assert answer.text == (
        "BOOKING CANCELLATION FAILED: changes less than 72 hours before a visit go through the office. Nothing was "
        "cancelled. Tell the caller that the office has been asked to call about it. [code: CUTOFF_PASSED]"
    )
    assert [(one.kind, one.booking_id) for one in await shop.rows(Task)] == [("cutoff", booking)]


async def test_a_second_try_inside_the_cutoff_leaves_one_task(shop: Shop, line: Line) -> None:
    await line.has(MONDAY_9)
    await shop.change(Org, cancel_cutoff_hours=72)
    await line.say(CANCEL)
    await line.say(CANCEL)
    assert len(await shop.rows(Task)) == 1


async def test_a_move_is_told_in_the_contracts_words(line: Line) -> None:
    await line.has("2026-11-24 10:00")
    assert (await line.say(MOVE, new_slot="2026-11-25 14:00")).text == (
        "Rescheduled! Your Diagnostic visit is now confirmed for Wednesday, November 25, 2026 at 2:00 PM.\n"
        "The previous time, Tuesday, November 24 at 10:00 AM, has been released."
    )


async def test_a_visit_moves_into_the_time_only_it_takes(line: Line) -> None:
    await line.has("2026-11-24 10:00")
    assert (await line.say(MOVE, new_slot="2026-11-24 11:00")).text.startswith("Rescheduled! ")


async def test_a_taken_time_leaves_the_old_visit_and_says_so(line: Line) -> None:
    await line.has("2026-11-25 14:00", MARCUS)
    booking = await line.has("2026-11-24 10:00")
    text = (await line.say(MOVE, new_slot="2026-11-25 14:00")).text
    assert text.startswith(
        "RESCHEDULE FAILED: 2:00 PM on Wednesday, November 25 was just taken. The visit on Tuesday, November 24 at "
        '10:00 AM still stands. Nearest open times: Wednesday, November 25 at 12:00 PM [slot:"2026-11-25 12:00"], '
    )
    assert text.endswith("[code: SLOT_UNAVAILABLE]")
    assert await line.status(booking) == "confirmed"


async def test_the_same_time_fails_politely(line: Line) -> None:
    await line.has(MONDAY_9)
    assert (await line.say(MOVE, new_slot=MONDAY_9)).text == (
        "RESCHEDULE FAILED: the visit is already at that time. The visit on Monday, November 23 at 9:00 AM still "
        "stands. Tell the caller it is that time already, or ask which other time they want. [code: SAME_TIME]"
    )


async def test_a_move_without_a_time_moves_nothing(line: Line) -> None:
    await line.has(MONDAY_9)
    assert (await line.say(MOVE)).text == (
        "RESCHEDULE FAILED: no new time was given. Nothing was moved. Ask the caller for it, then call this tool again "
        "with new_slot. [code: MISSING_FIELDS]"
    )


async def test_of_two_visits_none_has_been_moved_yet(line: Line, two: list[str]) -> None:
    assert (await line.say(MOVE, new_slot=MONDAY_9)).text.startswith("CHOICE NEEDED: nothing has been moved yet. ")


async def test_there_and_back_and_there_again_moves_three_times(line: Line) -> None:
    await line.has(MONDAY_9)
    for slot in (WEDNESDAY_9, MONDAY_9, WEDNESDAY_9):
        answer = await line.say(MOVE, new_slot=slot)
    assert answer.headers["x-ringback-outcome"] == "ok"
    assert [f"{one.local_start:%Y-%m-%d %H:%M}" for one in await line.visits()] == [WEDNESDAY_9]


@pytest.mark.engines("sqlite", "postgres")
async def test_a_fault_after_taking_the_new_time_leaves_the_old_one(shop: Shop, line: Line) -> None:
    booking = await line.has(MONDAY_9)
    cells = len(await shop.rows(SlotCell))

    def fault(*_anything: object) -> None:
        raise RuntimeError("Sarah Jones +15125550142")

    event.listen(Booking, "before_update", fault)
    try:
        answer = await line.say(MOVE, new_slot=WEDNESDAY_9)
    finally:
        event.remove(Booking, "before_update", fault)
    assert (answer.status_code, answer.headers["x-ringback-code"]) == (200, "INTERNAL_ERROR")
    assert answer.text.startswith("RESCHEDULE FAILED: ")
    assert [(one.id, f"{one.local_start:%d %H:%M}") for one in await line.visits()] == [(booking, "23 09:00")]
    assert len(await shop.rows(SlotCell)) == cells


async def test_my_bookings_reads_them_in_order(line: Line, two: list[str]) -> None:
    assert (await line.say(MINE)).text == (
        "This caller has 2 upcoming visits:\n"
        f"1. Diagnostic visit, Tuesday, November 24 at 10:00 AM [booking:{two[0][:8]}]\n"
        f"2. Water heater install, Wednesday, November 25 at 8:00 AM [booking:{two[1][:8]}]\n"
        "Do not read the bracketed codes aloud."
    )


async def test_nothing_booked_is_no_failure(line: Line) -> None:
    answer = await line.say(MINE)
    assert answer.headers["x-ringback-outcome"] == "none"
    assert answer.text.startswith("NO UPCOMING VISITS: there is no upcoming visit under the number ending 0142.")


async def test_a_number_means_the_list_my_bookings_read(line: Line, two: list[str]) -> None:
    await line.say(MINE)
    await line.has(MONDAY_9)
    assert (await line.say(CANCEL, booking_selector="1")).text.startswith(
        "Cancelled! Your Diagnostic visit (90 min) on T"
    )


@pytest.mark.engines("sqlite", "postgres")
async def test_three_copies_of_a_cancellation_cancel_once(shop: Shop, line: Line) -> None:
    await line.has(MONDAY_9)
    answers = await asyncio.gather(*(line.say(CANCEL) for _ in range(3)))
    assert {one.text[:10] for one in answers} == {"Cancelled!"}
    assert len(await shop.rows(BookingEvent, event="cancelled")) == 1
