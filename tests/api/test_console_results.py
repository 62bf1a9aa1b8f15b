"""The results page: the numbers of contract 2.13, the rows behind each, and the same in a sheet."""

import csv
import html
import io
import re

import pytest

from tests.api.console_staff import Desk
from tests.api.doors import key_of
from tests.api.office import leads_the_crew_of, visit_of
from tests.fakes import Shop
from tools import stats

pytestmark = pytest.mark.engines("sqlite")

MARCUS = "+15125550143"


async def a_good_day(shop: Shop) -> None:
    """Sarah rings, is missed, answers the text and books; Marcus rings, is missed and says nothing; one is withheld."""
    await shop.miss("CA1")
    await shop.miss("CA2", sender=MARCUS)
    await shop.miss("CA3", sender="anonymous")
    await shop.worker.drain()
    await shop.pass_time(minutes=2)
    await shop.text("Yes please, my furnace is out", "SM1")
    await visit_of(shop)


def links(page: str) -> dict[str, int]:
    """Every number of the page by where it leads."""
    found = re.findall(r'<a href="(/console/results/rows[^"]+)">([\d.]+)<', page)
    return {html.unescape(path): int(number) for path, number in found}


async def test_the_page_shows_what_the_api_counts(shop: Shop, mia: Desk) -> None:
    await a_good_day(shop)
    told = await (await key_of(shop)).get("/api/v1/stats")
    shown = links(await mia.get("/console/results"))
    assert {name: shown[f"/console/results/rows?of={name}"] for name in stats.COUNTED} == {
        name: told[name] for name in stats.COUNTED
    }
    assert told["missed_calls"] == 3


async def test_every_number_leads_to_as_many_rows(shop: Shop, mia: Desk) -> None:
    await a_good_day(shop)
    for path, number in links(await mia.get("/console/results")).items():
        page = await mia.get(path)
        assert (page.count('class="row"'), f"{number} row" in page) == (number, True), path


async def test_a_row_leads_to_the_thing_itself(shop: Shop, mia: Desk) -> None:
    await a_good_day(shop)
    for of in ("missed_calls", "replies", "bookings"):
        page = await mia.get("/console/results/rows", of=of)
        for path in re.findall(r'class="row" href="([^"]+)"', page):
            await mia.get(path)
        assert 'class="row" href=' in page


async def test_a_text_that_was_sent_is_no_recovery(shop: Shop, mia: Desk) -> None:
    await shop.miss("CA1")
    await shop.worker.drain()
    shown = links(await mia.get("/console/results"))
    assert shown["/console/results/rows?of=text_backs_sent"] == 1
    assert shown["/console/results/rows?of=bookings_from_missed_calls"] == 0


async def test_why_a_call_got_no_text_leads_to_that_call(shop: Shop, mia: Desk) -> None:
    await a_good_day(shop)
    assert links(await mia.get("/console/results"))["/console/results/rows?of=skipped_by_reason&why=anonymous"] == 1
    page = await mia.get("/console/results/rows", of="skipped_by_reason", why="anonymous")
    assert "the caller withheld their number" in page


async def test_another_month_has_its_own_numbers(shop: Shop, mia: Desk) -> None:
    await a_good_day(shop)
    shown = links(await mia.get("/console/results", start="2026-10-01", end="2026-10-31"))
    assert set(shown.values()) == {0}


async def test_a_plot_has_a_bar_for_every_day_so_far(shop: Shop, mia: Desk) -> None:
    await a_good_day(shop)
    page = await mia.get("/console/results")
    [plot] = re.findall(r'<svg[^>]*aria-label="Missed calls by day\. At most 3 a day\."[^>]*>.*?</svg>', page)
    assert plot.count("<rect") == 21  # November 1 to 21
    assert "Sat, Nov 21: 3" in plot


async def test_nothing_on_the_page_is_styled_inline(shop: Shop, mia: Desk) -> None:
    await a_good_day(shop)
    assert not re.search(r"\sstyle=|<style", await mia.get("/console/results"))


async def test_the_sheet_holds_the_same_totals(shop: Shop, mia: Desk) -> None:
    await a_good_day(shop)
    sheet = (await mia.get("/console/results/sheet")).removeprefix("\ufeff")
    totals = {(row["number"], row["of"]): row["value"] for row in csv.DictReader(io.StringIO(sheet))}
    for path, number in links(await mia.get("/console/results")).items():
        of, _, why = path.partition("of=")[2].partition("&why=")
        assert totals[(of, why)] in (str(number), f"{number}.0"), path


async def test_a_range_that_ends_before_it_starts_is_a_page_that_says_so(mia: Desk) -> None:
    answer = await mia.client.get("/console/results", params={"start": "2026-11-02", "end": "2026-11-01"})
    assert answer.status_code == 400
    assert "ends before it starts" in answer.text


async def test_a_number_there_is_not_is_refused(mia: Desk) -> None:
    for asked in ({"of": "revenue"}, {"of": "skipped_by_reason"}, {"of": "bookings", "why": "x"}):
        assert (await mia.client.get("/console/results/rows", params=asked)).status_code == 400


async def test_a_supervisor_counts_only_what_is_her_teams(shop: Shop, ruth: Desk) -> None:
    await a_good_day(shop)
    assert set(links(await ruth.get("/console/results")).values()) == {0}
    await leads_the_crew_of(shop, ruth, "diagnostic-visit")
    shown = links(await ruth.get("/console/results"))
    assert shown["/console/results/rows?of=missed_calls"] == 1
    assert shown["/console/results/rows?of=bookings"] == 1
    assert "555-0143" not in await ruth.get("/console/results/rows", of="missed_calls")


async def test_results_are_not_for_agents(ken: Desk) -> None:
    assert (await ken.client.get("/console/results")).status_code == 403
    assert (await ken.client.get("/console/results/sheet")).status_code == 403
