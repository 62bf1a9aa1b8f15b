"""U-14, the pages of day one: the set-up page, an invite, and hours that change."""

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser import overnight
from tests.browser.conftest import Screens
from tests.browser.overnight import ADA
from tests.stories.real_server import RealServer

AT_THREE = {"scheduledStartAt": "2026-11-25T21:00:00Z", "scheduledEndAt": "2026-11-25T22:30:00Z"}


@pytest.fixture(scope="module", autouse=True)
def server(shop_server: RealServer, screens: Screens) -> RealServer:
    """The demo company as it is seeded."""
    return shop_server


@pytest.fixture
def set_up(mia: Page) -> Page:
    """Mia on the set-up page, which the navigation leads to."""
    mia.goto("/console")
    mia.get_by_role("link", name="Set-up").click()
    expect(mia.get_by_role("heading", level=1)).to_have_text("Set-up")
    return mia


def test_the_addresses_to_paste_are_this_servers_own(set_up: Page, server: RealServer) -> None:
    shown = set_up.locator("#addresses code").all_inner_texts()
    assert f"{server.url}/api/twilio/sms/inbound" in shown
    assert any(one.startswith(f"{server.url}/api/retell/") for one in shown)
    assert {one.split("/api/")[0].replace("ws://", "http://") for one in shown if "/api/" in one} == {server.url}


def test_the_tool_definitions_can_be_pasted(set_up: Page) -> None:
    tools = json.loads(set_up.locator("#tools-json").inner_text())
    listed = tools if isinstance(tools, list) else tools["tools"]
    assert len(listed) > 4
    assert {one["parameters"]["type"] for one in listed if "parameters" in one} == {"object"}


def test_a_missed_call_is_tried_from_the_page(set_up: Page) -> None:
    set_up.get_by_label("Ring from").fill("(512) 555-0177")
    set_up.get_by_role("button", name="Miss a call").click()
    expect(set_up.locator("#call .said")).to_contain_text("Bluebird Heating")


def test_the_registration_with_the_carriers_is_kept(set_up: Page) -> None:
    boxes = set_up.locator("input[name=carrier_registration]")
    wanted = set_up.locator("input[name=carrier_registration]:not(:checked)").first.get_attribute("value")
    set_up.locator(f"input[value={wanted}]").check()
    set_up.locator("#registration").get_by_role("button", name="Save").click()
    expect(set_up.locator("input[name=carrier_registration]:checked")).to_have_value(wanted or "")
    expect(boxes).not_to_have_count(0)


def test_a_signature_of_each_platform_is_tried(set_up: Page) -> None:
    for name in ("Twilio", "Retell"):
        expect(set_up.locator("#signatures .row", has_text=name).first).to_contain_text("works")


def test_an_invite_opens_once_and_gives_the_role_chosen(mia: Page, window: Callable[..., Page]) -> None:
    mia.goto("/console/settings/staff")
    mia.get_by_label("E-mail").fill(ADA)
    mia.get_by_label("Role").select_option("admin")
    mia.get_by_role("button", name="Make the invite").click()
    link = mia.get_by_text("/console/invite/").inner_text().strip()
    ada = window()
    ada.goto(link)
    ada.get_by_label("Your name").fill("Ada")
    ada.get_by_label("Choose a password").fill("nine blue herons")
    ada.get_by_label("The password once more").fill("nine blue herons")
    ada.get_by_role("button", name="Join").click()
    expect(ada.locator(".nav-me")).to_contain_text("Admin")
    again = window().goto(link)
    assert again
    assert again.status in (404, 410)


def test_an_invite_nobody_made_is_not_there(window: Callable[..., Page]) -> None:
    answer = window().goto("/console/invite/not-a-token-of-anybody")
    assert answer
    assert answer.status == 404


def test_shorter_hours_close_the_afternoon_and_tell_of_the_visit_that_stays(mia: Page, server: RealServer) -> None:
    phone = overnight.texter(50)
    visit = {**overnight.ANN_ON_MONDAY, **AT_THREE, "customerPhone": phone}
    overnight.asked(server, "POST", "/api/private/v1/bookings", visit)
    assert "2026-11-24 15:00" in server.open_slots()
    mia.goto("/console/settings/hours")
    for day in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday"):
        mia.get_by_label(day, exact=True).fill("8:00-16:00")
    mia.get_by_role("button", name="Save the hours").click()
    expect(mia.locator("#outside")).to_contain_text("Wednesday, November 25 at 3:00 PM")
    assert [slot for slot in server.open_slots() if slot.endswith("15:00")] == []
    assert [one["status"] for one in server.bookings(phone)] == ["CONFIRMED"]
