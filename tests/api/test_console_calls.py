"""The calls of the console: lists, a call's page, its recording, and the sheet."""

import csv
import io
import re

import pytest

from storage.context import Context
from storage.tables import AuditEntry, Call, Lead
from tests.api.console_staff import Desk
from tests.api.phone_line import BOOK, MONDAY_9, line_to
from tests.api.test_retell import tell
from tests.fakes import SARAH, SHOP, Shop
from tools import calls

pytestmark = pytest.mark.engines("sqlite")

MARCUS = "+15125550143"
RECORDING = "https://recordings.test/1.wav"


def order(page: str) -> list[str]:
    """The calls of a page, in its order."""
    return re.findall(r'class="row" href="/console/calls/([\w-]+)"', page)


async def call_of(shop: Shop, provider_id: str) -> Call:
    """The call the platform knows by this id."""
    [found] = await shop.rows(Call, provider_id=provider_id)
    return found


async def busy(shop: Shop) -> None:
    """Sarah booked with the assistant, Marcus was put through, and rang once more and was missed."""
    await (await line_to(shop)).say(BOOK, slot=MONDAY_9, name="Sarah Jones", call_id="booked")
    await tell(shop, "call_ended", call_id="booked", transcript="Agent: Hello.\nUser: My AC died.")
    await tell(shop, "call_ended", call_id="through", from_number=MARCUS, disconnection_reason="call_transfer")
    await shop.miss("CA1", sender=MARCUS)


@pytest.mark.parametrize(
    ("tab", "wanted"),
    [("all", {"booked", "through", "CA1"}), ("missed", {"CA1"}), ("answered", {"through"}), ("assistant", {"booked"})],
)
async def test_each_list_holds_its_calls(shop: Shop, mia: Desk, tab: str, wanted: set[str]) -> None:
    await busy(shop)
    ids = {one.id: one.provider_id for one in await shop.rows(Call)}
    assert {ids[one] for one in order(await mia.get("/console/calls", tab=tab))} == wanted


async def test_the_days_asked_for_count_both(shop: Shop, mia: Desk) -> None:
    await shop.miss("CA1")
    assert len(order(await mia.get("/console/calls", since="2026-11-21", until="2026-11-21"))) == 1
    assert order(await mia.get("/console/calls", since="2026-11-22")) == []


async def test_a_call_shows_what_was_said_and_which_tools_were_used(shop: Shop, mia: Desk) -> None:
    await busy(shop)
    call = await call_of(shop, "booked")
    page = await mia.get(f"/console/calls/{call.id}")
    assert "User: My AC died." in page
    assert re.search(r'<summary><span class="strong">voice book</span>', page)
    assert "Sarah Jones" in page


async def test_a_missed_call_says_why_it_got_no_text(shop: Shop, mia: Desk) -> None:
    await shop.text("STOP", "SM1")
    await shop.miss("CA1")
    call = await call_of(shop, "CA1")
    assert "No text: they asked for no texts." in await mia.get(f"/console/calls/{call.id}")


async def test_a_text_back_that_left_is_told_as_such(shop: Shop, mia: Desk) -> None:
    await shop.miss("CA1")
    await shop.worker.drain()
    assert "Text sent" in await mia.get("/console/calls")


async def recorded(shop: Shop) -> Call:
    """A call of Sarah's with a recording."""
    await tell(shop, "call_analyzed", call_id="rec", from_number=SARAH, recording_url=RECORDING)
    return await call_of(shop, "rec")


async def test_listening_leads_by_a_short_lived_link_to_whoever_keeps_it(shop: Shop, mia: Desk) -> None:
    call = await recorded(shop)
    assert RECORDING not in await mia.get(f"/console/calls/{call.id}")
    answer = await mia.client.get(f"/console/calls/{call.id}/recording")
    assert answer.headers["location"].startswith("/api/recordings/")
    assert (await shop.client.get(answer.headers["location"])).headers["location"] == RECORDING
    await shop.pass_time(minutes=6)
    assert (await shop.client.get(answer.headers["location"])).status_code == 410


async def test_mia_deletes_a_recording_and_the_audit_says_so(shop: Shop, mia: Desk) -> None:
    call = await recorded(shop)
    await mia.post(f"/console/calls/{call.id}/recording/delete")
    assert "It was deleted." in await mia.get(f"/console/calls/{call.id}")
    [line] = await shop.rows(AuditEntry, action="recording.deleted")
    assert (line.actor_name, line.subject_id) == ("Mia", call.id)


async def test_a_supervisor_deletes_no_recording(shop: Shop, ruth: Desk) -> None:
    call = await recorded(shop)
    assert (await ruth.post(f"/console/calls/{call.id}/recording/delete")).status_code == 403
    assert (await call_of(shop, "rec")).recording_url == RECORDING


async def test_the_sheet_holds_the_calls_of_the_list(shop: Shop, mia: Desk) -> None:
    await busy(shop)
    text = await mia.get("/console/calls/sheet", tab="missed")
    [row] = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    assert (row["from"], row["outcome"]) == (MARCUS, "missed")


async def test_ken_sees_no_call_and_hears_no_recording_that_is_not_his_teams(shop: Shop, ken: Desk) -> None:
    call = await recorded(shop)
    assert order(await ken.get("/console/calls")) == []
    for path in (f"/console/calls/{call.id}", f"/console/calls/{call.id}/recording"):
        assert (await ken.client.get(path)).status_code == 404
    assert await shop.rows(Lead) != []


async def test_the_second_page_of_calls_goes_on_where_the_first_ended(shop: Shop, mia: Desk) -> None:
    def many(ctx: Context) -> None:
        for number in range(43):
            calls.rang(ctx, f"CA{number}", f"+151255503{number:02}", SHOP)

    await shop.act(many)
    first = await mia.get("/console/calls")
    [older] = re.findall(r'href="([^"]+)" rel="next"', first)
    second = await mia.get(older.replace("&amp;", "&"))
    assert (len(order(first)), len(set(order(first) + order(second)))) == (40, 43)
