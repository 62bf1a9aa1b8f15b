"""Two people have the same settings open: whoever saves second hears of it, and takes nothing back unseen."""

import re

import pytest

from storage.context import Context
from storage.tables import Org
from tests.api.console_staff import Desk, desk_of
from tests.api.page_forms import form_of
from tests.fakes import Shop

pytestmark = pytest.mark.engines("sqlite", "postgres")

SETTINGS = "/console/settings"
# A page, its form ("" for the page's own address), what Noa changes first, and what Mia changes then.
FORMS = {
    "business": ("", "", ("name", "Bluebird Air"), ("about", "Since 1998")),
    "automation": ("/automation", "", ("approval_hours", "12"), ("alert_minutes", "7")),
    "assistant": ("/assistant", "", ("assistant_name", "Robin"), ("bot_message_limit", "9")),
    "texts": ("/messages", "", ("reminders", "2 days"), ("collect_seconds", "9")),
    "wording": ("/messages/moved", "", ("wording", "{business_name}: now {date}"), ("wording", "Hi from {day}")),
    "week": ("/hours", "/hours/{id}", ("day0", "09:00-12:00"), ("day1", "10:00-16:00")),
    "area": ("/area", "", ("codes", "78701-78709"), ("codes", "78701-78799")),
    "service": ("/services/{id}", "", ("fee_cents", "99"), ("description", "We look at it")),
    "technician": ("/people/{id}", "", ("phone", "(512) 555-0177"), ("travel_minutes", "25")),
    "booking page": ("/booking-pages/{id}", "", ("intro", "No hot water?"), ("title", "Tune-ups")),
    "number": ("/numbers/{id}", "", ("source", "Van"), ("name", "Shop line")),
    "colleague": ("/staff/{id}", "", ("phone", "(512) 555-0178"), ("name", "Mia Chen")),
}


async def addresses(desk: Desk, path: str, action: str) -> tuple[str, str]:
    """The page and the form's address, an id found where the list links to it."""
    if path.endswith("{id}"):
        around = SETTINGS + path.removesuffix("/{id}")
        [first, *_] = re.findall(rf'href="({around}/[0-9a-f-]{{36}})"', await desk.get(around))
        return first, first
    page = SETTINGS + path
    if action:
        found = re.search(rf'action="({SETTINGS}{action.format(id="[0-9a-f-]{36}")})"', await desk.get(page))
        assert found is not None
        return page, found[1]
    return page, page


@pytest.fixture
async def noa(shop: Shop) -> Desk:
    """Noa, an admin, at another browser."""
    return await desk_of(shop, "noa@bluebird.example", "Noa", "admin")


@pytest.mark.parametrize(("path", "action", "noas", "mias"), FORMS.values(), ids=FORMS)
async def test_the_second_to_save_is_told_and_nothing_is_lost(
    mia: Desk, noa: Desk, path: str, action: str, noas: tuple[str, str], mias: tuple[str, str]
) -> None:
    await mia.post(f"{SETTINGS}/booking-pages/new", title="Spring tune-ups", slug="tune-ups", whose="", active="1")
    page, target = await addresses(mia, path, action)
    opened = form_of(await mia.get(page), target)
    first = await noa.post(target, **{**form_of(await noa.get(page), target), noas[0]: noas[1]})
    assert first.status_code == 303

    second = await mia.post(target, **{**opened, mias[0]: mias[1]})
    assert second.status_code == 422
    assert "Somebody changed this while you had it open" in second.text
    assert second.text.count("Changed meanwhile to: " + noas[1]) == 1

    again = form_of(second.text, target)
    assert again[mias[0]] == [mias[1]]
    kept = form_of(await mia.get(page), target)
    assert kept[noas[0]] == [noas[1]]  # Noa's stands, and nothing of Mia's is written
    assert mias[0] == noas[0] or (again[noas[0]], kept[mias[0]]) == ([noas[1]], opened[mias[0]])


async def test_once_looked_over_mias_save_holds_with_noas(shop: Shop, mia: Desk, noa: Desk) -> None:
    opened = form_of(await mia.get(SETTINGS), SETTINGS)
    await noa.post(SETTINGS, **{**form_of(await noa.get(SETTINGS), SETTINGS), "name": "Bluebird Air"})
    refused = await mia.post(SETTINGS, **{**opened, "about": "Since 1998"})
    assert (await mia.post(SETTINGS, **form_of(refused.text, SETTINGS))).status_code == 303
    [org] = await shop.rows(Org)
    assert (org.name, org.about) == ("Bluebird Air", "Since 1998")


async def test_a_refusal_of_ones_own_does_not_hide_a_colleagues_change(mia: Desk, noa: Desk) -> None:
    opened = form_of(await mia.get(SETTINGS), SETTINGS)
    refused = await mia.post(SETTINGS, **{**opened, "forward_to": "12"})
    assert (refused.status_code, "Somebody changed this" in refused.text) == (422, False)
    await noa.post(SETTINGS, **{**form_of(await noa.get(SETTINGS), SETTINGS), "name": "Bluebird Air"})
    again = await mia.post(SETTINGS, **{**form_of(refused.text, SETTINGS), "forward_to": "", "about": "Since 1998"})
    assert "Changed meanwhile to: Bluebird Air" in again.text


async def test_a_box_ticked_meanwhile_is_ticked_and_named(mia: Desk, noa: Desk) -> None:
    page = f"{SETTINGS}/automation"
    opened = form_of(await mia.get(page), page)
    theirs = {name: value for name, value in opened.items() if name != "outbound_enabled"}
    await noa.post(page, **theirs, whatsapp_enabled="1")
    refused = await mia.post(page, **{**opened, "alert_minutes": "7"})
    again = form_of(refused.text, page)
    assert ("outbound_enabled" in again, again["whatsapp_enabled"]) == (False, ["1"])
    assert (refused.text.count("Unticked meanwhile."), refused.text.count(">Ticked meanwhile.")) == (1, 1)


async def test_luis_who_was_given_the_service_meanwhile_keeps_it(mia: Desk, noa: Desk) -> None:
    page, _ = await addresses(mia, "/services/{id}", "")
    opened = form_of(await mia.get(page), page)
    everybody = sorted(set(re.findall(r'name="technician_ids" value="([^"]+)"', await mia.get(page))))
    await noa.post(page, **{**opened, "technician_ids": everybody})
    refused = await mia.post(page, **{**opened, "description": "We look at it"})
    assert (len(everybody), sorted(form_of(refused.text, page)["technician_ids"])) == (2, everybody)


async def test_a_place_in_the_ring_order_is_not_taken_back(mia: Desk, noa: Desk) -> None:
    new = f"{SETTINGS}/teams/new"
    dana = re.search(r'name="members" value="([^"]+)"', await mia.get(new))
    assert dana is not None
    await mia.post(new, name="North crew", members=dana[1])
    found = re.search(rf'href="({SETTINGS}/teams/[0-9a-f-]{{36}})"', await mia.get(f"{SETTINGS}/people"))
    assert found is not None
    team, rung = found[1], f"on_call_{dana[1]}"
    opened = form_of(await mia.get(team), team)
    await noa.post(team, **{**opened, rung: "2"})
    refused = await mia.post(team, **{**opened, "description": "Up north"})
    assert "Changed meanwhile to: 2" in refused.text
    assert form_of(await mia.get(team), team)[rung] == ["2"]


async def test_the_rides_stand_still_while_a_zone_is_named(mia: Desk, noa: Desk) -> None:
    area, rides = f"{SETTINGS}/area", f"{SETTINGS}/area/rides"
    await mia.post(area, codes="North: 78701-78730\nSouth: 78731-78759")
    opened = form_of(await mia.get(area), rides)
    await noa.post(area, codes="East: 78799\nNorth: 78701-78730\nSouth: 78731-78759")
    assert (await mia.post(rides, **{**opened, "ride_0_1": "20"})).status_code == 422
    assert set(form_of(await mia.get(area), rides)["ride_0_1"]) == {""}


async def test_the_sites_of_a_web_chat_are_not_taken_back(mia: Desk, noa: Desk) -> None:
    page = f"{SETTINGS}/web-chat"
    await mia.post(page, name="Our web site", origins="https://one.example")
    found = re.search(rf'action="({page}/[0-9a-f-]{{36}})">\s*<input type="hidden" name="was_"', await mia.get(page))
    assert found is not None
    chat = found[1]
    opened = form_of(await mia.get(page), chat)
    del opened["active"]  # of the button beside it, which closes the chat
    await noa.post(chat, **{**opened, "origins": "https://two.example"})
    refused = await mia.post(chat, **{**opened, "origins": "https://three.example"})
    assert refused.status_code == 422
    assert "Changed meanwhile to: https://two.example" in refused.text
    assert "https://three.example" in refused.text
    assert "https://two.example" in await mia.get(page)


async def test_a_new_service_that_is_refused_was_changed_by_nobody(mia: Desk) -> None:
    page = f"{SETTINGS}/services/new"
    refused = await mia.post(page, **form_of(await mia.get(page), page))
    assert (refused.status_code, "meanwhile" in refused.text) == (422, False)


async def test_saving_again_what_nobody_else_touched_needs_no_second_look(shop: Shop, mia: Desk) -> None:
    def write(ctx: Context) -> None:
        ctx.session.get_one(Org, ctx.org.id).about = " Two\r\nlines \u200b"  # as another door may have kept it

    await shop.house.write(shop.org, write)
    assert (await mia.post(SETTINGS, **form_of(await mia.get(SETTINGS), SETTINGS))).status_code == 303
