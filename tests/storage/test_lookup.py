"""The questions asked before we know whose data it is."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from storage import lookup
from storage.context import SYSTEM
from storage.db import Database
from storage.tables import Credential, EntryPoint, Org
from tests.people import SATURDAY, Office, bluebird
from tools import access

pytestmark = pytest.mark.anyio


async def test_the_number_that_was_called_leads_to_bluebird(db: Database) -> None:
    org = await db.write(bluebird)
    found = await db.read(lambda s: lookup.entry_point_by_phone(s, "+15125550100"))
    assert found is not None
    assert (found.org_id, found.answers) == (org.id, "forward")


async def test_a_number_that_was_given_up_leads_nowhere(db: Database) -> None:
    await db.write(bluebird)
    await db.write(lambda s: s.execute(update(EntryPoint).values(active=False)) and None)
    assert await db.read(lambda s: lookup.entry_point_by_phone(s, "+15125550100")) is None


async def test_the_slug_names_the_business(db: Database) -> None:
    org = await db.write(bluebird)
    found = await db.read(lambda s: (lookup.org_by_slug(s, "bluebird"), lookup.org_by_slug(s, "cardinal")))
    assert found[0] is not None
    assert (found[0].id, found[1]) == (org.id, None)


async def test_each_webhook_token_leads_to_its_business_and_no_other_token_does(db: Database) -> None:
    org = await db.write(bluebird)
    found = await db.read(
        lambda s: [
            lookup.org_by_retell_token(s, org.retell_token),
            lookup.org_by_callsavvy_token(s, org.callsavvy_token),
            lookup.org_by_retell_token(s, org.callsavvy_token),
        ]
    )
    assert [one and one.id for one in found] == [org.id, org.id, None]


async def test_the_only_business_is_found_until_there_are_two(db: Database) -> None:
    org = await db.write(bluebird)
    alone = await db.read(lookup.only_org)
    assert alone is not None
    assert alone.id == org.id
    await db.write(lambda s: s.add(Org(slug="cardinal", name="Cardinal", timezone="UTC", created_at=SATURDAY)))
    assert await db.read(lookup.only_org) is None


@pytest.mark.parametrize("later", [timedelta(0), timedelta(minutes=59)])
async def test_after_a_rotation_both_secrets_work_inside_the_overlap(db: Database, later: timedelta) -> None:
    office = Office(db)
    made, old = await office(lambda ctx: access.create(ctx, "Acme", ["READ_BOOKINGS"]), actor=SYSTEM)
    new = await office(
        lambda ctx: access.rotate(ctx, ctx.session.get_one(Credential, made.id), overlap=timedelta(hours=1))
    )
    found = await db.read(lambda s: [lookup.credential_by_secret(s, secret, SATURDAY + later) for secret in (old, new)])
    assert [one is not None for one in found] == [True, True]


async def test_the_old_secret_ends_with_the_overlap_and_the_new_one_goes_on(db: Database) -> None:
    office = Office(db)
    made, old = await office(lambda ctx: access.create(ctx, "Acme", ["READ_BOOKINGS"]))
    new = await office(
        lambda ctx: access.rotate(ctx, ctx.session.get_one(Credential, made.id), overlap=timedelta(hours=1))
    )
    later = SATURDAY + timedelta(hours=1)
    found = await db.read(lambda s: [lookup.credential_by_secret(s, secret, later) for secret in (old, new)])
    assert [one is not None for one in found] == [False, True]


async def test_without_an_overlap_the_old_secret_ends_at_once(db: Database) -> None:
    office = Office(db)
    made, old = await office(lambda ctx: access.create(ctx, "Acme", ["READ_BOOKINGS"]))
    await office(lambda ctx: access.rotate(ctx, ctx.session.get_one(Credential, made.id)))
    assert await db.read(lambda s: lookup.credential_by_secret(s, old, SATURDAY)) is None


async def test_an_expired_credential_opens_nothing(db: Database) -> None:
    office, end = Office(db), SATURDAY + timedelta(days=1)
    _made, secret = await office(lambda ctx: access.create(ctx, "Acme", ["READ_BOOKINGS"], expires_at=end))
    before, after = end - timedelta(seconds=1), end
    found = await db.read(lambda s: [lookup.credential_by_secret(s, secret, at) for at in (before, after)])
    assert [one is not None for one in found] == [True, False]


async def test_a_revoked_credential_opens_nothing_from_that_moment(db: Database) -> None:
    office = Office(db)
    made, secret = await office(lambda ctx: access.create(ctx, "Acme", ["READ_BOOKINGS"]))
    await office(lambda ctx: access.revoke(ctx, ctx.session.get_one(Credential, made.id)))
    assert await db.read(lambda s: lookup.credential_by_secret(s, secret, SATURDAY)) is None
