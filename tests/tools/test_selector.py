"""Which visit, and may they touch it: Sarah has a diagnostic visit on Monday and an install on Friday."""

import re
from typing import Any

import pytest
from sqlalchemy import select

from storage.context import Context
from storage.db import Database
from storage.tables import Booking, Message
from tests.people import MARCUS, PRIYA, SARAH, Office, visit, water_heater
from tools import booking, selector
from tools.problems import Problem

pytestmark = [pytest.mark.anyio, pytest.mark.engines("sqlite", "postgres")]


@pytest.fixture
async def office(db: Database) -> Office:
    opened = Office(db)
    await opened(lambda ctx: visit(ctx, "2026-11-23 10:00", customer_name="Sarah Muñoz-Jones"))
    await opened(lambda ctx: visit(ctx, "2026-11-27 08:00", service=water_heater, customer_name="Sarah Muñoz-Jones"))
    return opened


def picked(ctx: Context, said: str | None) -> str:
    return selector.pick(ctx, booking.upcoming(ctx, SARAH), said).service_label


async def refused(office: Office, said: str | None, code: str) -> list[str]:
    """The services of the visits that the refusal lists."""

    def unit(ctx: Context) -> list[str]:
        with pytest.raises(Problem, match=code) as caught:
            picked(ctx, said)
        return [one.service_label for one in caught.value.extras["visits"]]

    return await office(unit)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("1", "Diagnostic visit"),
        ("number 2", "Water heater install"),
        ("#2", "Water heater install"),
        ("the second one", "Water heater install"),
        ("the last one", "Water heater install"),
        ("WATER", "Water heater install"),
        ("my diagnostic appointment", "Diagnostic visit"),
        ("the Monday one", "Diagnostic visit"),
        ("Friday", "Water heater install"),
        ("the 27th", "Water heater install"),
        ("the one at 8am", "Water heater install"),
        ("2026-11-23", "Diagnostic visit"),
    ],
)
async def test_sarah_says_which_one_in_her_own_words(office: Office, said: str, meant: str) -> None:
    assert await office(lambda ctx: picked(ctx, said)) == meant


@pytest.mark.parametrize("wrap", ["{}", "[booking:{}]", "booking:{}"])
async def test_the_code_that_was_read_out_finds_its_visit(office: Office, wrap: str) -> None:
    rows = await office(lambda ctx: booking.upcoming(ctx, SARAH))
    assert await office(lambda ctx: picked(ctx, wrap.format(rows[1].id[:8].upper()))) == "Water heater install"


@pytest.mark.parametrize("said", [None, "", "i"])
async def test_two_visits_that_both_fit_are_a_choice(office: Office, said: str | None) -> None:
    assert await refused(office, said, "CHOICE_NEEDED") == ["Diagnostic visit", "Water heater install"]


@pytest.mark.parametrize("said", ["9", "chimney", "the Wednesday one", "0"])
async def test_words_that_fit_no_visit_get_the_list_again(office: Office, said: str) -> None:
    assert await refused(office, said, "NOT_FOUND") == ["Diagnostic visit", "Water heater install"]


async def test_the_only_visit_needs_no_word(office: Office) -> None:
    await office(lambda ctx: booking.cancel(ctx, selector.pick(ctx, booking.upcoming(ctx, SARAH), "1")))
    assert await office(lambda ctx: picked(ctx, None)) == "Water heater install"


async def test_number_two_is_the_second_visit_of_the_list_that_was_read_out(office: Office) -> None:
    def asked(ctx: Context) -> None:
        with pytest.raises(Problem, match="CHOICE_NEEDED"):
            picked(ctx, None)

    await office(asked, scope="call-1")
    await office(lambda ctx: visit(ctx, "2026-11-23 08:00"))
    assert await office(lambda ctx: picked(ctx, "2"), scope="call-1") == "Water heater install"
    assert await office(lambda ctx: picked(ctx, "2"), scope="call-2") == "Diagnostic visit"


async def test_a_line_whose_visit_has_gone_is_not_another_visit(office: Office) -> None:
    def asked(ctx: Context) -> str:
        with pytest.raises(Problem, match="CHOICE_NEEDED"):
            picked(ctx, None)
        return booking.upcoming(ctx, SARAH)[0].id

    first = await office(asked, scope="call-1")
    await office(lambda ctx: booking.cancel(ctx, booking.get(ctx, first)))
    with pytest.raises(Problem, match="NOT_FOUND"):
        await office(lambda ctx: picked(ctx, "1"), scope="call-1")


async def test_nobody_elses_visit_is_ever_in_the_list(office: Office) -> None:
    await office(lambda ctx: visit(ctx, "2026-11-24 10:00", MARCUS))
    assert [row.customer_phone for row in await office(lambda ctx: booking.upcoming(ctx, MARCUS))] == [MARCUS]


def proof(ctx: Context, mode: str, caller: str | None, **facts: str) -> None:
    ctx.org.voice_identity = mode
    selector.prove(ctx, SARAH, caller, **facts)


ALLOWED = [
    ("match_caller", SARAH, {}),
    ("match_caller", None, {}),
    ("match_caller", PRIYA, {"name": "Jones", "visit_day": "Monday"}),
    ("match_caller", PRIYA, {"name": "sarah munoz jones", "visit_day": "November 27"}),
    ("trust_agent", PRIYA, {}),
    ("strict", SARAH, {}),
]
REFUSED = [
    ("match_caller", PRIYA, {}),
    ("match_caller", PRIYA, {"name": "Jones"}),
    ("match_caller", PRIYA, {"name": "Jones", "visit_day": "Tuesday"}),
    ("match_caller", PRIYA, {"name": "Sarah", "visit_day": "Monday"}),
    ("match_caller", PRIYA, {"name": "Jones", "visit_day": "next week"}),
    ("strict", None, {}),
    ("strict", PRIYA, {"name": "Jones", "visit_day": "Monday"}),
]


@pytest.mark.parametrize("case", ALLOWED, ids=str)
async def test_a_caller_who_proves_it_may_touch_the_visit(office: Office, case: Any) -> None:
    mode, caller, facts = case
    await office(lambda ctx: proof(ctx, mode, caller, **facts))


@pytest.mark.parametrize("case", REFUSED, ids=str)
async def test_a_caller_who_does_not_is_refused(office: Office, case: Any) -> None:
    mode, caller, facts = case
    with pytest.raises(Problem, match="IDENTITY_NEEDED"):
        await office(lambda ctx: proof(ctx, mode, caller, **facts))


async def test_the_code_of_the_booking_is_proof_but_half_of_it_is_not(office: Office) -> None:
    rows: list[Booking] = await office(lambda ctx: booking.upcoming(ctx, SARAH))
    await office(lambda ctx: proof(ctx, "match_caller", PRIYA, booking_code=rows[0].id[:8]))
    with pytest.raises(Problem, match="IDENTITY_NEEDED"):
        await office(lambda ctx: proof(ctx, "match_caller", PRIYA, booking_code=rows[0].id[:4]))


async def texted_code(office: Office) -> str:
    assert await office(lambda ctx: selector.send_code(ctx, SARAH), scope="call-1")
    body = await office(lambda ctx: ctx.session.scalars(select(Message.body).where(Message.kind == "code")).one())
    found = re.search(r"\d{6}", body)
    assert found
    return found[0]


async def test_the_texted_code_proves_it_in_that_call_and_in_no_other(office: Office) -> None:
    code = await texted_code(office)
    assert await office(lambda ctx: selector.redeem(ctx, SARAH, " ".join(code)), scope="call-1")
    await office(lambda ctx: proof(ctx, "strict", PRIYA), scope="call-1")
    with pytest.raises(Problem, match="IDENTITY_NEEDED"):
        await office(lambda ctx: proof(ctx, "strict", PRIYA, confirm_code=code), scope="call-2")


async def test_three_wrong_codes_spend_the_right_one(office: Office) -> None:
    code = await texted_code(office)
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    for _ in range(3):
        assert not await office(lambda ctx: selector.redeem(ctx, SARAH, wrong), scope="call-1")
    assert not await office(lambda ctx: selector.redeem(ctx, SARAH, code), scope="call-1")


async def test_a_strict_refusal_texts_one_code_and_keeps_the_tries_a_rollback_undid(office: Office) -> None:
    def refused_three_times(ctx: Context) -> list[str]:
        for _ in range(3):
            with pytest.raises(Problem) as caught, ctx.session.begin_nested():
                proof(ctx, "strict", PRIYA, confirm_code="no")
            ctx.org.voice_identity = "strict"
            selector.after_refusal(ctx, caught.value)
        return list(ctx.session.scalars(select(Message.body).where(Message.kind == "code")))

    bodies = await office(refused_three_times, scope="call-1")
    code = re.findall(r"\d{6}", bodies[0])[0]
    assert len(bodies) == 1
    assert await office(lambda ctx: selector.redeem(ctx, SARAH, code), scope="call-1")
    assert not await office(lambda ctx: selector.redeem(ctx, SARAH, code), scope="call-2")


async def test_a_code_is_worth_nothing_after_ten_minutes(office: Office) -> None:
    code = await texted_code(office)
    office.later(minutes=10)
    assert not await office(lambda ctx: selector.redeem(ctx, SARAH, code), scope="call-1")


async def test_no_code_is_sent_to_a_number_without_a_visit(office: Office) -> None:
    assert not await office(lambda ctx: selector.send_code(ctx, PRIYA))
