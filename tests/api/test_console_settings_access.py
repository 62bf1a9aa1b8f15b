"""The settings that decide who gets in: keys, webhooks, staff and the audit."""

import re

import pytest
from sqlalchemy import select

from storage.context import Context
from storage.tables import Credential, Staff, WebhookEndpoint
from tests.api.console_staff import Desk, desk_of
from tests.api.test_console_settings import one, profile
from tests.fakes import Shop

pytestmark = pytest.mark.engines("sqlite")


async def test_a_key_shows_its_secret_once_and_opens_the_api(shop: Shop, mia: Desk) -> None:
    form = {"name": "Retell agent", "actor_type": "VOICE_AGENT", "scopes": ["READ_BOOKINGS", "WRITE_BOOKINGS"]}
    answer = await mia.post("/console/settings/keys/new", **form, expires_on="2026-12-31")
    secret = re.search(r"rbk_[\w-]+", answer.text)
    assert secret is not None
    me = await shop.client.get("/api/v1/me", headers={"Authorization": f"Bearer {secret[0]}"})
    assert me.json()["credential"]["expires_at"].startswith("2027-01-01T06:00")
    row = await one(shop, Credential, name="Retell agent")
    assert isinstance(row, Credential)
    assert secret[0] not in await mia.get(f"/console/settings/keys/{row.id}")


async def test_a_key_without_permissions_is_refused(mia: Desk) -> None:
    answer = await mia.post("/console/settings/keys/new", name="Nothing", actor_type="INTEGRATION")
    assert answer.status_code == 422
    assert "at least one scope" in answer.text


async def test_a_rotated_key_works_with_both_secrets_and_a_revoked_one_with_none(shop: Shop, mia: Desk) -> None:
    made = await mia.post("/console/settings/keys/new", name="CRM", actor_type="INTEGRATION", scopes="READ_LEADS")
    row = await one(shop, Credential, name="CRM")
    assert isinstance(row, Credential)
    again = await mia.post(f"/console/settings/keys/{row.id}/rotate", overlap_hours="2")
    secrets = [re.findall(r"rbk_[\w-]+", answer.text)[0] for answer in (made, again)]

    async def statuses() -> list[int]:
        return [(await shop.client.get("/api/v1/me", headers={"X-API-Key": secret})).status_code for secret in secrets]

    assert await statuses() == [200, 200]
    await mia.post(f"/console/settings/keys/{row.id}/revoke")
    assert await statuses() == [401, 401]


async def test_a_webhook_is_added_with_its_secret_pinged_and_removed(shop: Shop, mia: Desk) -> None:
    form = {"url": "https://hooks.example.com/r", "events": ["booking.created"]}
    answer = await mia.post("/console/settings/webhooks/new", **form)
    assert "whsec_" in answer.text
    row = await one(shop, WebhookEndpoint, url="https://hooks.example.com/r")
    assert isinstance(row, WebhookEndpoint)
    here = f"/console/settings/webhooks/{row.id}"
    assert (await mia.post(f"{here}/ping")).status_code == 303
    assert (await mia.get(here)).count("What was sent") == 2
    await mia.post(f"{here}/remove")
    assert "hooks.example.com" not in await mia.get("/console/settings/webhooks")


async def test_a_webhook_into_a_private_network_is_refused(mia: Desk) -> None:
    answer = await mia.post("/console/settings/webhooks/new", url="https://10.0.0.7/x", events="lead.created")
    assert answer.status_code == 422
    assert "private network" in answer.text


async def test_the_audit_names_who_changed_the_business(mia: Desk) -> None:
    await mia.post("/console/settings", **profile(name="Bluebird Air"))
    html = await mia.get("/console/settings/audit", kind="business.*")
    assert "Business profile changed" in html
    assert "Mia" in html
    assert "Nothing happened" in await mia.get("/console/settings/audit", kind="invite.*")


async def test_an_admin_cannot_make_herself_owner(shop: Shop) -> None:
    ann = await desk_of(shop, "ann@bluebird.example", "Ann", "admin")
    answer = await ann.post(f"/console/settings/staff/{ann.staff_id}", name="Ann", phone="", role="owner")
    assert answer.status_code == 403


async def test_the_last_owner_cannot_leave(mia: Desk, shop: Shop) -> None:
    def others_out(ctx: Context) -> None:
        for row in ctx.session.scalars(select(Staff).where(Staff.org_id == ctx.org.id, Staff.id != mia.staff_id)):
            row.active = False

    await shop.house.write(shop.org, others_out)
    answer = await mia.post(f"/console/settings/staff/{mia.staff_id}/leave")
    assert answer.status_code == 422
    assert "last owner" in answer.text


async def test_ken_who_left_is_signed_out_at_once(mia: Desk, ken: Desk) -> None:
    await mia.post(f"/console/settings/staff/{ken.staff_id}/leave")
    assert (await ken.client.get("/console")).headers["location"].startswith("/console/sign-in")
