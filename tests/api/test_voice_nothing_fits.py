"""On the phone: a service nobody has, a minute nobody starts at, and what is said instead."""

import pytest

from tests.api.phone_line import BOOK, SLOTS, Line, line_to
from tests.fakes import Shop

pytestmark = [pytest.mark.anyio, pytest.mark.engines("sqlite")]


@pytest.fixture
async def line(shop: Shop) -> Line:
    return await line_to(shop)


async def test_an_unknown_service_is_answered_with_the_ones_there_are_in_a_sentence(line: Line) -> None:
    answer = await line.say(SLOTS.replace("diagnostic-visit", "quantum-teleporter"))
    assert answer.text == (
        "SLOT LOOKUP FAILED: this business has no service by that name; the ones it offers are Diagnostic visit and "
        "Water heater install. Ask which of these the caller needs, then call this tool again with its name as "
        "service. [code: NOT_FOUND]"
    )


async def test_a_start_off_the_five_minutes_is_refused_with_the_nearest_open_ones(line: Line) -> None:
    answer = await line.say(BOOK, slot="2026-11-23 09:07", name="Sarah Jones")
    assert answer.text == (
        "**BOOKING FAILED: the visit is NOT booked. Do not tell the caller it is.**\n"
        "Why: visits start and end on a multiple of five minutes.\n"
        'Nearest open times: Monday, November 23 at 9:00 AM [slot:"2026-11-23 09:00"], Monday, November 23 at 10:00 AM '
        '[slot:"2026-11-23 10:00"], Monday, November 23 at 8:00 AM [slot:"2026-11-23 08:00"].\n'
        "Next: offer these times, then call this tool again with the one the caller picks.\n"
        "[code: INVALID_TIME]"
    )
    assert await line.visits() == []
