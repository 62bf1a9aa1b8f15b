"""Two people of the office at one visit or one lead: neither loses what the other wrote."""

import pytest

from storage.tables import Booking, Lead
from tests.api.console_staff import Desk
from tests.api.office import visit_of
from tests.api.page_forms import form_of
from tests.fakes import Shop

pytestmark = pytest.mark.engines("sqlite", "postgres")


async def test_who_corrects_one_line_keeps_what_a_colleague_has_written_since(shop: Shop, mia: Desk) -> None:
    visit = await visit_of(shop)
    path = f"/console/bookings/{visit.id}"
    opened = form_of(await mia.get(path), f"{path}/details")
    await mia.post(f"{path}/details", **{**opened, "address": "7 Elm St, Austin"})
    await mia.post(f"{path}/details", **{**opened, "notes": "Gate code 4411"})
    (row,) = await shop.rows(Booking, id=visit.id)
    assert (row.customer_name, row.address, row.notes) == ("Sarah Jones", "7 Elm St, Austin", "Gate code 4411")


async def test_who_corrects_the_line_a_colleague_has_just_corrected_sees_it_first(shop: Shop, mia: Desk) -> None:
    visit = await visit_of(shop)
    path = f"/console/bookings/{visit.id}"
    opened = form_of(await mia.get(path), f"{path}/details")
    await mia.post(f"{path}/details", **{**opened, "notes": "Gate code 4411"})
    answer = await mia.post(f"{path}/details", **{**opened, "notes": "Big dog", "address": "7 Elm St, Austin"})
    assert answer.status_code == 422
    assert "Changed meanwhile to: Gate code 4411" in answer.text
    assert form_of(answer.text, f"{path}/details")["notes"] == ["Big dog"]
    (row,) = await shop.rows(Booking, id=visit.id)
    assert (row.notes, row.address) == ("Gate code 4411", visit.address)
    again = form_of(answer.text, f"{path}/details")
    assert (await mia.post(f"{path}/details", **again)).status_code == 303
    (row,) = await shop.rows(Booking, id=visit.id)
    assert (row.notes, row.address) == ("Big dog", "7 Elm St, Austin")


async def test_notes_a_colleague_wrote_meanwhile_are_not_lost(shop: Shop, mia: Desk) -> None:
    await shop.text("AC died, 12 Oak St 78701", "SM1")
    [lead] = await shop.rows(Lead)
    path = f"/console/leads/{lead.id}"
    opened = form_of(await mia.get(path), f"{path}/opinion")
    await mia.post(f"{path}/opinion", **{**opened, "notes": "Two units"})
    answer = await mia.post(f"{path}/opinion", **{**opened, "notes": "Dog in the yard"})
    assert answer.status_code == 422
    assert "Changed meanwhile to: Two units" in answer.text
    assert ">Dog in the yard</textarea>" in answer.text
    assert [one.notes for one in await shop.rows(Lead)] == ["Two units"]


async def test_a_second_click_on_save_finds_its_own_first_and_no_colleague(shop: Shop, mia: Desk) -> None:
    visit = await visit_of(shop)
    path = f"/console/bookings/{visit.id}"
    form = {**form_of(await mia.get(path), f"{path}/details"), "notes": "Gate code 4411"}
    assert [(await mia.post(f"{path}/details", **form)).status_code for _ in range(2)] == [303, 303]
    (row,) = await shop.rows(Booking, id=visit.id)
    assert row.notes == "Gate code 4411"


async def test_notes_whose_lines_end_as_on_old_machines_can_still_be_changed(shop: Shop, mia: Desk) -> None:
    visit = await visit_of(shop, notes="Dog\rGate")
    path = f"/console/bookings/{visit.id}"
    browsers = {"was_": "", "was_notes": "Dog\r\nGate", "notes": "Dog\r\nGate code 4411"}
    assert (await mia.post(f"{path}/details", **browsers)).status_code == 303
    (row,) = await shop.rows(Booking, id=visit.id)
    assert row.notes == "Dog\nGate code 4411"


async def test_the_end_of_a_line_counts_as_one_letter_as_in_the_browser(shop: Shop, mia: Desk) -> None:
    visit = await visit_of(shop)
    path = f"/console/bookings/{visit.id}"
    lines = "\r\n".join(["x" * 39] * 100)  # 3,999 letters to a browser, which lets 4,000 be typed
    assert (await mia.post(f"{path}/details", notes=lines)).status_code == 303
    (row,) = await shop.rows(Booking, id=visit.id)
    assert row.notes == lines.replace("\r", "")
