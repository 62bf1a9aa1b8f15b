"""Settings > Booking pages: made, found, changed, texted and removed by the office, through the API's own acts."""

import re
from typing import Any

import pytest

from storage.seed import demo_id
from storage.tables import AuditEntry, BookingPage, Message
from tests.api.console_staff import Desk, desk_of
from tests.api.doors import key_of
from tests.api.page_forms import form_of
from tests.fakes import Shop

pytestmark = pytest.mark.engines("sqlite")

PAGES = "/console/settings/booking-pages"
DIAGNOSTIC, HEATER = demo_id("diagnostic-visit"), demo_id("water-heater-install")
LUIS, DANA = f"technician {demo_id('luis')}", f"technician {demo_id('dana')}"
BLANK: dict[str, Any] = {"title": "Water heaters", "slug": "", "intro": "", "confirmation": "", "active": "1"}
BLANK |= {"whose": "", "duration_minutes": ""}


async def made(mia: Desk, **fields: Any) -> str:
    """The address of a new page's own page in the console."""
    answer = await mia.post(f"{PAGES}/new", **{**BLANK, **fields})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


async def offered(shop: Shop, slug: str) -> list[str]:
    """The services a homeowner finds on a page."""
    return re.findall(r'name="service" value="([^"]+)"', (await shop.client.get(f"/book/{slug}")).text)


def errors(html: str) -> list[str]:
    """The fields marked as wrong."""
    return re.findall(r'<input id="f-(\w+)"[^>]* aria-invalid="true"', html)


async def test_a_new_page_has_its_link_its_tag_and_its_homeowner(shop: Shop, mia: Desk) -> None:
    here = await made(mia, intro="No hot water?", service_ids=[HEATER])
    html = await mia.get(here)
    assert '<code id="link-page">https://ringback.test/book/water-heaters</code>' in html
    assert 'href="/book/water-heaters" aria-label="Open Water heaters"' in html
    assert '&lt;a href="https://ringback.test/book/water-heaters"&gt;Book a visit&lt;/a&gt;' in html
    assert await offered(shop, "water-heaters") == ["Water heater install"]
    assert "No hot water?" in (await shop.client.get("/book/water-heaters")).text


async def test_the_list_says_what_each_offers_whose_and_how_long(mia: Desk) -> None:
    await made(mia, whose=LUIS, duration_minutes="240")
    await made(mia, title="All of it")
    html = await mia.get(PAGES)
    assert "Water heater install · Luis Ortega · 240 min each" in html
    assert "Everything that can be booked · Everybody</p>" in html
    assert "https://ringback.test/book/all-of-it</code>" in html


async def test_the_businesss_own_page_is_found_before_there_is_another(mia: Desk) -> None:
    html = await mia.get(PAGES)
    assert "https://ringback.test/book/bluebird</code>" in html
    assert "None yet" in html


async def test_a_page_that_offers_nothing_says_so(mia: Desk) -> None:
    await made(mia, whose=LUIS, service_ids=[DIAGNOSTIC])  # only Dana does it
    assert "offers nothing" in await mia.get(PAGES)


async def test_a_teams_page_becomes_danas(shop: Shop, mia: Desk) -> None:
    team = (await (await key_of(shop)).post("/api/v1/teams", {"name": "Plumbing"})).json()["id"]
    here = await made(mia, whose=f"team {team}")
    form = form_of(await mia.get(here), here)
    assert form["whose"] == [f"team {team}"]
    assert (await mia.post(here, **{**form, "whose": DANA})).status_code == 303
    [row] = await shop.rows(BookingPage)
    assert (row.team_id, row.technician_id) == (None, demo_id("dana"))


async def test_saving_what_one_opened_changes_nothing(shop: Shop, mia: Desk) -> None:
    fields = {"intro": "No hot water?", "confirmation": "Clear the way.", "whose": LUIS, "duration_minutes": "240"}
    here = await made(mia, **fields, service_ids=[HEATER])

    def columns(row: BookingPage) -> dict[str, Any]:
        return {column.key: getattr(row, column.key) for column in BookingPage.__table__.columns}

    [before] = [columns(row) for row in await shop.rows(BookingPage)]
    assert (before["technician_id"], before["duration_minutes"]) == (demo_id("luis"), 240)
    assert (await mia.post(here, **form_of(await mia.get(here), here))).status_code == 303
    assert [columns(row) for row in await shop.rows(BookingPage)] == [before]


async def test_an_unticked_page_is_paused_and_says_so_in_the_list(shop: Shop, mia: Desk) -> None:
    here = await made(mia)
    form = {name: value for name, value in form_of(await mia.get(here), here).items() if name != "active"}
    await mia.post(here, **form)
    assert "takes no bookings at the moment" in (await shop.client.get("/book/water-heaters")).text
    assert ">paused<" in await mia.get(PAGES)
    assert "/send" not in await mia.get(here)


async def test_an_address_left_empty_stays(shop: Shop, mia: Desk) -> None:
    here = await made(mia)
    form = form_of(await mia.get(here), here)
    assert (await mia.post(here, **{**form, "title": "Boilers", "slug": ""})).status_code == 303
    assert [(row.title, row.slug) for row in await shop.rows(BookingPage)] == [("Boilers", "water-heaters")]


@pytest.mark.parametrize(
    ("typed", "field", "said"),
    [
        ({"title": "\u200b"}, "title", "A page needs a title."),
        ({"slug": "bluebird"}, "slug", "That address is taken."),
        ({"slug": "Not A Slug"}, "slug", "That is not a slug."),
        ({"title": "\u6e6f"}, "slug", "No slug can be made of that."),
        ({"duration_minutes": "52"}, "duration_minutes", "The length of a visit is a multiple of 5 minutes."),
        ({"duration_minutes": "0"}, "duration_minutes", "The length of a visit is 5 to 1440 minutes."),
    ],
)
async def test_what_is_refused_is_said_at_its_field_and_what_was_typed_stays(
    shop: Shop, mia: Desk, typed: dict[str, str], field: str, said: str
) -> None:
    form = {**BLANK, "intro": "No hot water?", "whose": LUIS, "service_ids": [HEATER], **typed}
    answer = await mia.post(f"{PAGES}/new", **form)
    assert (answer.status_code, errors(answer.text)) == (422, [field])
    assert re.search(rf'<p class="hint bad" id="h-{field}">\s*{re.escape(said)}</p>', answer.text)
    again = form_of(answer.text, f"{PAGES}/new")
    assert (again["intro"], again["whose"], again["service_ids"]) == (["No hot water?"], [LUIS], [HEATER])
    assert await shop.rows(BookingPage) == []


async def test_a_refused_change_writes_nothing(shop: Shop, mia: Desk) -> None:
    here = await made(mia)
    form = form_of(await mia.get(here), here)
    answer = await mia.post(here, **{**form, "intro": "Hello", "slug": "bluebird"})
    assert (answer.status_code, errors(answer.text)) == (422, ["slug"])
    assert [(row.intro, row.slug) for row in await shop.rows(BookingPage)] == [("", "water-heaters")]


async def test_a_second_click_makes_no_second_page(shop: Shop, mia: Desk) -> None:
    await made(mia)
    again = await mia.post(f"{PAGES}/new", **BLANK)
    assert (again.status_code, errors(again.text)) == (422, ["slug"])
    assert len(await shop.rows(BookingPage)) == 1


async def test_a_team_that_went_away_meanwhile_is_no_choice(shop: Shop, mia: Desk) -> None:
    answer = await mia.post(f"{PAGES}/new", **{**BLANK, "intro": "Hello", "whose": f"team {demo_id('gone')}"})
    assert answer.status_code == 422
    assert "They are not here any more. Choose somebody else." in answer.text
    assert "Hello" in answer.text
    assert await shop.rows(BookingPage) == []


async def test_a_paused_page_whose_team_is_gone_offers_nothing_until_it_is_saved_for_everybody(
    shop: Shop, mia: Desk
) -> None:
    key = await key_of(shop)
    team = (await key.post("/api/v1/teams", {"name": "Plumbing"})).json()["id"]
    here = await made(mia, whose=f"team {team}")
    [row] = await shop.rows(BookingPage)
    await key.patch(f"/api/v1/booking-pages/{row.id}", {"active": False})
    assert (await mia.post(f"/console/settings/teams/{team}/remove")).status_code == 303
    html = await mia.get(PAGES)
    assert ("Nobody who is here any more" in html, "offers nothing" in html) == (True, True)
    assert (await mia.post(here, **{**form_of(await mia.get(here), here), "active": "1"})).status_code == 303
    assert await offered(shop, "water-heaters") == ["Diagnostic visit", "Water heater install"]


async def test_luis_who_left_still_stands_on_his_page_and_on_no_new_one(shop: Shop, mia: Desk) -> None:
    here = await made(mia, whose=LUIS)
    form = {"name": "Luis Ortega", "phone": "", "travel_minutes": "0", "on_call": "", "position": "0"}
    assert (await mia.post(f"/console/settings/people/{demo_id('luis')}", **form)).status_code == 303
    assert f'<option value="{LUIS}" selected>' in await mia.get(here)
    assert LUIS not in await mia.get(f"{PAGES}/new")


async def test_services_noa_ticked_meanwhile_are_not_taken_back(shop: Shop, mia: Desk) -> None:
    noa = await desk_of(shop, "noa@bluebird.example", "Noa", "admin")
    here = await made(mia, service_ids=[HEATER])
    opened = form_of(await mia.get(here), here)
    await noa.post(here, **{**opened, "service_ids": [HEATER, DIAGNOSTIC], "whose": DANA})
    refused = await mia.post(here, **{**opened, "title": "Boilers"})
    assert refused.status_code == 422
    assert (refused.text.count(">Ticked meanwhile."), "Changed meanwhile to: Dana Ruiz" in refused.text) == (1, True)
    again = form_of(refused.text, here)
    assert (sorted(again["service_ids"]), again["title"]) == (sorted([HEATER, DIAGNOSTIC]), ["Boilers"])
    assert (await mia.post(here, **again)).status_code == 303
    [row] = await shop.rows(BookingPage)
    assert (row.title, row.technician_id) == ("Boilers", demo_id("dana"))


async def test_a_removed_page_is_off_the_list_and_its_link_says_so(shop: Shop, mia: Desk) -> None:
    here = await made(mia)
    assert "Remove this page</summary>" in await mia.get(here)
    assert (await mia.post(f"{here}/remove")).headers["location"] == PAGES
    assert "water-heaters" not in await mia.get(PAGES)
    assert (await shop.client.get("/book/water-heaters")).status_code == 410
    assert (await mia.client.get(here)).status_code == 404


async def test_a_page_is_texted_once_however_often_one_clicks(shop: Shop, mia: Desk) -> None:
    here = await made(mia)
    form = {**form_of(await mia.get(here), f"{here}/send"), "phone": "512 555 0142"}
    for _ in range(2):
        assert (await mia.post(f"{here}/send", **form)).status_code == 303
    [text] = await shop.rows(Message)
    assert (text.to_phone, "https://ringback.test/book/water-heaters" in text.body) == ("+15125550142", True)
    assert (await mia.post(f"{here}/send", **{**form, "phone": "512 555 0143"})).status_code == 303
    assert len(await shop.rows(Message)) == 2


async def test_who_asked_for_no_texts_is_sent_no_page(shop: Shop, mia: Desk) -> None:
    here = await made(mia)
    await shop.text("STOP", "SM1")
    answer = await mia.post(f"{here}/send", phone="512 555 0142", once="1")
    assert (answer.status_code, errors(answer.text)) == (422, ["phone"])
    assert "This number asked us not to text it." in answer.text
    assert form_of(answer.text, f"{here}/send")["phone"] == ["512 555 0142"]
    assert await shop.rows(Message, kind="booking_link") == []


@pytest.mark.parametrize("act", ["", "/send", "/remove"])
async def test_rosa_of_another_business_touches_no_page_of_ours(shop: Shop, mia: Desk, act: str) -> None:
    rosa = await mia.neighbour()
    here = await made(mia)
    assert (await rosa.client.get(here)).status_code == 404
    assert (await rosa.post(here + act, **BLANK, phone="5125550142")).status_code == 404
    assert "water-heaters" not in await rosa.get(PAGES)
    assert (await shop.client.get("/book/water-heaters")).status_code == 200


@pytest.mark.parametrize("act", ["", "/send", "/remove"])
async def test_ken_and_ruth_may_do_none_of_it(shop: Shop, mia: Desk, ken: Desk, ruth: Desk, act: str) -> None:
    here = await made(mia)
    for desk in (ken, ruth):
        assert (await desk.client.get(here)).status_code == 403
        assert (await desk.post(here + act, **BLANK, phone="5125550142")).status_code == 403
        assert (await desk.post(f"{PAGES}/new", **{**BLANK, "slug": "other"})).status_code == 403
    assert [(row.slug, row.removed_at) for row in await shop.rows(BookingPage)] == [("water-heaters", None)]


async def test_a_form_from_another_site_is_refused(shop: Shop, mia: Desk) -> None:
    answer = await mia.client.post(f"{PAGES}/new", data=BLANK, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert await shop.rows(BookingPage) == []


async def test_the_audit_names_mia(shop: Shop, mia: Desk) -> None:
    await made(mia)
    rows = await shop.rows(AuditEntry, action="booking_page.created")
    assert [(row.actor_kind, row.actor_name) for row in rows] == [("staff", "Mia")]
