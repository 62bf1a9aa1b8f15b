"""Invites and passwords: a link that opens once, and a password that is changed with the old one."""

import re
from datetime import timedelta

import httpx2
import pytest

from api.console.sign_in import hasher
from storage.context import Context
from storage.tables import Staff
from tests.api.console_staff import PASSWORD, Desk, desk_of
from tests.fakes import Shop
from tools import staff_sessions

pytestmark = pytest.mark.engines("sqlite")

FIRST = {"name": "Ann Ward", "new": "seven red cardinals", "again": "seven red cardinals"}
NEW = "eleven grey doves"


async def invited(mia: Desk, email: str = "ann@bluebird.example", role: str = "admin") -> str:
    """The path of the link on the page that follows the invite."""
    answer = await mia.post("/console/settings/staff/invites", email=email, role=role)
    found = re.search(r"(/console/invite/[\w-]+)<", answer.text)
    assert found is not None, answer.text[-600:]
    return found[1]


def stranger(shop: Shop) -> httpx2.AsyncClient:
    """A browser of its own, signed in nowhere."""
    return httpx2.AsyncClient(transport=shop.client._transport, base_url="https://inner.test")


async def test_ann_joins_as_admin_and_is_signed_in(shop: Shop, mia: Desk) -> None:
    link = await invited(mia)
    async with stranger(shop) as browser:
        assert "ann@bluebird.example as admin" in (await browser.get(link)).text
        assert (await browser.post(link, data=FIRST)).headers["location"] == "/console"
        assert "Ann Ward" in (await browser.get("/console")).text
        assert (await browser.get("/console/settings")).status_code == 200


async def test_ann_signs_in_again_with_the_password_she_chose(shop: Shop, mia: Desk) -> None:
    link = await invited(mia)
    async with stranger(shop) as browser, stranger(shop) as another:
        await browser.post(link, data=FIRST)
        form = {"email": "ann@bluebird.example", "password": FIRST["new"], "next": "/console"}
        assert (await another.post("/console/sign-in", data=form)).status_code == 303


async def test_the_link_opens_once(shop: Shop, mia: Desk) -> None:
    link = await invited(mia)
    async with stranger(shop) as browser:
        await browser.post(link, data=FIRST)
        assert (await browser.post(link, data=FIRST)).status_code == 410
        assert "has been used" in (await browser.get(link)).text


async def test_looking_at_the_link_uses_nothing_up(shop: Shop, mia: Desk) -> None:
    link = await invited(mia)
    async with stranger(shop) as browser:
        assert [(await browser.get(link)).status_code for _ in range(3)] == [200] * 3


async def test_a_wrong_token_is_not_there(shop: Shop) -> None:
    async with stranger(shop) as browser:
        assert (await browser.get("/console/invite/nonsense")).status_code == 404
        assert (await browser.post("/console/invite/nonsense", data=FIRST)).status_code == 404


async def test_an_invite_that_was_taken_back_opens_no_more(shop: Shop, mia: Desk) -> None:
    link = await invited(mia)
    place = re.search(r"/console/settings/staff/invites/[\w-]+/revoke", await mia.get("/console/settings/staff"))
    assert place is not None
    await mia.post(place[0])
    async with stranger(shop) as browser:
        assert (await browser.get(link)).status_code == 410


async def test_a_new_link_closes_the_old_one(shop: Shop, mia: Desk) -> None:
    old = await invited(mia)
    place = re.search(r"/console/settings/staff/invites/[\w-]+/resend", await mia.get("/console/settings/staff"))
    assert place is not None
    again = re.search(r"(/console/invite/[\w-]+)<", (await mia.post(place[0])).text)
    assert again is not None
    async with stranger(shop) as browser:
        assert ((await browser.get(old)).status_code, (await browser.get(again[1])).status_code) == (404, 200)


async def test_the_link_is_old_after_a_week(shop: Shop, mia: Desk) -> None:
    link = await invited(mia)
    await shop.pass_time(days=8)
    async with stranger(shop) as browser:
        assert "expired" in (await browser.get(link)).text


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"new": "short", "again": "short"}, "10 to 200 characters"),
        ({"again": "seven blue cardinals"}, "passwords differ"),
        ({"name": " "}, "name is needed"),
    ],
)
async def test_a_password_or_name_that_will_not_do_leaves_the_link_open(
    shop: Shop, mia: Desk, wrong: dict[str, str], said: str
) -> None:
    link = await invited(mia)
    async with stranger(shop) as browser:
        answer = await browser.post(link, data={**FIRST, **wrong})
        assert (answer.status_code, said in answer.text) == (422, True)
        assert (await browser.post(link, data=FIRST)).status_code == 303


async def test_guessing_tokens_is_slowed_down(shop: Shop) -> None:
    async with stranger(shop) as browser:
        answers = [(await browser.get(f"/console/invite/guess{number}")).status_code for number in range(12)]
    assert answers[-1] == 429


async def test_an_admin_cannot_invite_an_owner(shop: Shop) -> None:
    ann = await desk_of(shop, "ann@bluebird.example", "Ann", "admin")
    answer = await ann.post("/console/settings/staff/invites", email="ben@bluebird.example", role="owner")
    assert answer.status_code == 403


async def test_an_address_that_works_here_is_not_invited_twice(mia: Desk, ken: Desk) -> None:
    answer = await mia.post("/console/settings/staff/invites", email="ken@bluebird.example", role="agent")
    assert answer.status_code == 422
    assert "works here already" in answer.text


async def test_ken_changes_his_password_with_the_old_one(shop: Shop, ken: Desk) -> None:
    form = {"old": PASSWORD, "new": NEW, "again": NEW}
    assert (await ken.post("/console/account/password", **form)).status_code == 303
    [row] = await shop.rows(Staff, id=ken.staff_id)
    assert hasher().verify(NEW, row.password_hash or "")


async def test_the_old_password_is_needed(shop: Shop, ken: Desk) -> None:
    answer = await ken.post("/console/account/password", old="nine red herons", new=NEW, again=NEW)
    assert "old password is not right" in answer.text
    [row] = await shop.rows(Staff, id=ken.staff_id)
    assert hasher().verify(PASSWORD, row.password_hash or "")


async def test_a_new_password_signs_every_other_browser_out(shop: Shop, ken: Desk) -> None:
    at_home = await desk_of(shop, "ken@bluebird.example", "Ken", "agent")
    await ken.post("/console/account/password", old=PASSWORD, new=NEW, again=NEW)
    assert (await at_home.client.get("/console")).status_code == 303
    assert (await ken.client.get("/console")).status_code == 200


async def test_mia_signs_ken_out_everywhere(shop: Shop, mia: Desk, ken: Desk) -> None:
    await mia.post(f"/console/settings/staff/{ken.staff_id}/sign-out")

    def open_ones(ctx: Context) -> int:
        return len(staff_sessions.listed(ctx, ctx.session.get_one(Staff, ken.staff_id), ctx.now))

    assert await shop.house.read(shop.org, open_ones) == 0


async def forgotten(mia: Desk, staff_id: str) -> str:
    """The path of the link by which somebody sets a new password."""
    answer = await mia.post(f"/console/settings/staff/{staff_id}/password")
    found = re.search(r"(/console/invite/[\w-]+)<", answer.text)
    assert found is not None, answer.text[-600:]
    return found[1]


async def test_ken_has_forgotten_his_password_and_sets_a_new_one(shop: Shop, mia: Desk, ken: Desk) -> None:
    link = await forgotten(mia, ken.staff_id)
    before = (await shop.rows(Staff, id=ken.staff_id))[0]
    assert (await ken.client.get("/console")).status_code == 200
    async with stranger(shop) as browser:
        page = (await browser.get(link)).text
        assert ("A new password" in page, 'name="name"' in page) == (True, False)
        assert (await browser.post(link, data={"new": NEW, "again": NEW})).headers["location"] == "/console"
        assert (await browser.get("/console")).status_code == 200
        assert (await browser.post(link, data={"new": NEW, "again": NEW})).status_code == 410
    assert (await ken.client.get("/console")).status_code == 303
    after = (await shop.rows(Staff, id=ken.staff_id))[0]
    assert (after.name, after.role) == (before.name, before.role)
    assert hasher().verify(NEW, after.password_hash or "")


async def test_a_link_for_a_password_lasts_a_day_and_the_next_takes_its_place(shop: Shop, mia: Desk, ken: Desk) -> None:
    first, second = await forgotten(mia, ken.staff_id), await forgotten(mia, ken.staff_id)
    async with stranger(shop) as browser:
        assert (await browser.get(first)).status_code == 410
        assert (await browser.get(second)).status_code == 200
        shop.clock.advance(timedelta(hours=24))
        assert (await browser.get(second)).status_code == 410


async def test_an_admin_makes_no_link_for_an_owner_and_an_agent_for_nobody(shop: Shop, mia: Desk, ken: Desk) -> None:
    noa = await desk_of(shop, "noa@bluebird.example", "Noa", "admin")
    assert (await noa.post(f"/console/settings/staff/{mia.staff_id}/password")).status_code == 403
    assert (await ken.post(f"/console/settings/staff/{mia.staff_id}/password")).status_code == 403
    rosa = await mia.neighbour()
    assert (await rosa.post(f"/console/settings/staff/{mia.staff_id}/password")).status_code == 404


async def test_a_link_for_a_password_is_no_invite_and_opens_nothing_for_who_left(
    shop: Shop, mia: Desk, ken: Desk
) -> None:
    link = await forgotten(mia, ken.staff_id)
    assert "/invites/" not in await mia.get("/console/settings/staff")  # nothing to resend or to take back
    await mia.post(f"/console/settings/staff/{ken.staff_id}/leave")
    async with stranger(shop) as browser:
        assert (await browser.post(link, data={"new": NEW, "again": NEW})).status_code == 410
    assert (await shop.rows(Staff, id=ken.staff_id))[0].active is False
    assert (await mia.post(f"/console/settings/staff/{ken.staff_id}/password")).status_code == 409
