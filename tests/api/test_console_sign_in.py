"""Signing in to the console, staying in, and being shown out."""

from datetime import timedelta

import pytest

from storage.tables import StaffSession
from tests.api.console_staff import PASSWORD, Desk, desk_of
from tests.fakes import Shop

pytestmark = pytest.mark.engines("sqlite")

MIA = {"email": "mia@bluebird.example", "password": PASSWORD}


async def test_a_stranger_is_sent_to_sign_in_and_from_there_to_the_page_they_wanted(shop: Shop, mia: Desk) -> None:
    shop.client.cookies.clear()
    sent = await shop.client.get("/console/sessions")
    assert (sent.status_code, sent.headers["location"]) == (303, "/console/sign-in?next=/console/sessions")
    back = await shop.client.post("/console/sign-in", data=MIA | {"next": "/console/sessions"})
    assert (back.status_code, back.headers["location"]) == (303, "/console/sessions")


@pytest.mark.parametrize(
    "elsewhere",
    ["https://elsewhere.example", "//elsewhere.example", "/console//elsewhere", "/consolesque", "/console/../x", "/x"],
)
async def test_nobody_is_sent_anywhere_but_the_console_after_signing_in(shop: Shop, mia: Desk, elsewhere: str) -> None:
    back = await shop.client.post("/console/sign-in", data=MIA | {"next": elsewhere})
    assert back.headers["location"] in ("/console", "/console//elsewhere")


async def test_mia_signs_in_whatever_the_case_of_her_address(shop: Shop, mia: Desk) -> None:
    shop.client.cookies.clear()
    await shop.client.post("/console/sign-in", data=MIA | {"email": " Mia@Bluebird.Example "})
    assert (await shop.client.get("/console/sessions")).status_code == 200


async def test_a_wrong_password_and_an_unknown_address_read_the_same(shop: Shop, mia: Desk) -> None:
    wrong = await shop.client.post("/console/sign-in", data=MIA | {"password": "nearly"})
    unknown = await shop.client.post("/console/sign-in", data=MIA | {"email": "nobody@bluebird.example"})
    assert (wrong.status_code, unknown.status_code) == (401, 401)
    assert wrong.text.replace(MIA["email"], "") == unknown.text.replace("nobody@bluebird.example", "")


async def test_the_eleventh_try_in_a_minute_is_not_even_checked(shop: Shop, mia: Desk) -> None:
    for _ in range(9):
        await shop.client.post("/console/sign-in", data={"email": "ken@bluebird.example", "password": "guess"})
    answers = [await shop.client.post("/console/sign-in", data=MIA) for _ in range(2)]
    assert [one.status_code for one in answers] == [303, 429]


async def test_the_cookie_is_for_our_pages_alone(shop: Shop, mia: Desk) -> None:
    answer = await shop.client.post("/console/sign-in", data=MIA)
    cookie = answer.headers["set-cookie"]
    assert all(word in cookie for word in ("HttpOnly", "SameSite=lax", "Secure", "Path=/console"))


async def test_the_cookies_value_is_not_in_the_database(shop: Shop, mia: Desk) -> None:
    token = mia.client.cookies["ringback_console"]
    [row] = await shop.rows(StaffSession)
    assert token not in str(vars(row))


async def test_signing_out_ends_the_session_itself(shop: Shop, mia: Desk) -> None:
    token = mia.client.cookies["ringback_console"]
    await mia.post("/console/sign-out")
    mia.client.cookies.set("ringback_console", token)
    assert (await mia.client.get("/console/sessions")).status_code == 303


async def test_mia_ends_the_session_she_left_open_elsewhere(shop: Shop, mia: Desk) -> None:
    other = await desk_of(shop, "mia@bluebird.example")
    lost = next(row for row in await shop.rows(StaffSession) if row.id != mia.session_id)
    await mia.post(f"/console/sessions/{lost.id}/revoke")
    assert (await other.client.get("/console/sessions")).status_code == 303
    assert (await mia.client.get("/console/sessions")).status_code == 200


async def test_nobody_ends_the_session_of_somebody_else(shop: Shop, mia: Desk, ken: Desk) -> None:
    answer = await ken.post(f"/console/sessions/{mia.session_id}/revoke")
    assert answer.status_code == 404
    assert (await mia.client.get("/console/sessions")).status_code == 200


async def test_a_session_unused_for_three_days_is_over(shop: Shop, mia: Desk) -> None:
    [row] = await shop.rows(StaffSession)
    await shop.change(StaffSession, last_seen_at=row.last_seen_at - timedelta(days=3))
    assert (await mia.client.get("/console/sessions")).status_code == 303


async def test_moving_the_sandbox_clock_signs_nobody_out(shop: Shop, mia: Desk) -> None:
    shop.clock.advance(timedelta(days=30))
    assert (await mia.client.get("/console/sessions")).status_code == 200


async def test_another_sites_form_signs_nobody_out(shop: Shop, mia: Desk) -> None:
    answer = await mia.client.post("/console/sign-out", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert (await mia.client.get("/console/sessions")).status_code == 200


async def test_a_part_of_a_page_sends_the_whole_page_to_sign_in(shop: Shop) -> None:
    answer = await shop.client.get("/console/sessions", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["hx-redirect"]) == (401, "/console/sign-in")


async def test_pages_run_only_our_own_files_and_are_kept_by_nobody(shop: Shop, mia: Desk) -> None:
    page = await mia.client.get("/console/sessions")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "unsafe" not in page.headers["content-security-policy"]
    assert page.headers["cache-control"] == "no-store"
    assert " style=" not in page.text
    assert "<script>" not in page.text


async def test_htmx_comes_from_us_and_may_be_kept_for_good(shop: Shop) -> None:
    answer = await shop.client.get("/console/assets/htmx-2.0.3.js")
    assert answer.text.startswith("var htmx=")
    assert "immutable" in answer.headers["cache-control"]


async def test_an_address_of_two_businesses_asks_which_one(shop: Shop, mia: Desk) -> None:
    await mia.also_works_for_cardinal()
    shop.client.cookies.clear()
    asked = await shop.client.post("/console/sign-in", data=MIA)
    assert "Cardinal Plumbing" in asked.text
    await shop.client.post("/console/sign-in", data=MIA | {"business": "cardinal"})
    assert "Cardinal Plumbing" in (await shop.client.get("/console/sessions")).text
