"""Credentials: what may be granted, what is stored, and what ends (contract 2.3)."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from storage.db import Database
from storage.lookup import secret_hash
from storage.tables import AuditEntry, Credential
from tests.people import Office
from tools import access
from tools.problems import Problem

pytestmark = [pytest.mark.anyio, pytest.mark.engines("sqlite", "postgres")]


def test_aliases_are_spelled_out_in_the_order_of_all_scopes() -> None:
    assert access.scopes_named(["scheduling:write", "scheduling:read"]) == [
        "READ_BOOKINGS",
        "WRITE_BOOKINGS",
        "READ_AVAILABILITY",
    ]


@pytest.mark.parametrize("name", ["company:*", "company:read", " company:*"])
def test_a_whole_company_is_too_wide_to_be_granted(name: str) -> None:
    with pytest.raises(Problem) as refused:
        access.scopes_named(["READ_BOOKINGS", name])
    assert (refused.value.code, "too wide" in refused.value.detail) == ("VALIDATION_ERROR", True)


@pytest.mark.parametrize(("names", "code"), [(["READ_MINDS"], "VALIDATION_ERROR"), ([], "MISSING_FIELDS")])
def test_unknown_or_no_scopes_are_refused(names: list[str], code: str) -> None:
    with pytest.raises(Problem) as refused:
        access.scopes_named(names)
    assert refused.value.code == code


async def test_only_the_hash_of_a_secret_is_stored(db: Database) -> None:
    made, secret = await Office(db)(lambda ctx: access.create(ctx, "Acme", ["READ_BOOKINGS"]))
    stored = await db.read(lambda s: s.get_one(Credential, made.id).__dict__.values())
    assert secret.startswith("rbk_")
    assert made.secret_hash == secret_hash(secret)
    assert secret not in [value for value in stored if isinstance(value, str)]


@pytest.mark.parametrize("hours", [-1, 25])
async def test_an_overlap_is_at_most_a_day(db: Database, hours: int) -> None:
    office = Office(db)
    made, _ = await office(lambda ctx: access.create(ctx, "Acme", ["READ_BOOKINGS"]))
    with pytest.raises(Problem) as refused:
        await office(
            lambda ctx: access.rotate(ctx, ctx.session.get_one(Credential, made.id), overlap=timedelta(hours=hours))
        )
    assert refused.value.code == "VALIDATION_ERROR"


async def test_an_address_that_is_none_is_refused(db: Database) -> None:
    with pytest.raises(Problem) as refused:
        await Office(db)(lambda ctx: access.create(ctx, "Acme", ["READ_BOOKINGS"], allowed_ips=["Austin"]))
    assert refused.value.code == "VALIDATION_ERROR"


async def test_revoking_twice_keeps_the_first_moment_and_one_audit_line(db: Database) -> None:
    office = Office(db)
    made, _ = await office(lambda ctx: access.create(ctx, "Acme", ["READ_BOOKINGS"]))
    await office(lambda ctx: access.revoke(ctx, access.get(ctx, made.id)))
    first = office.now
    office.later(hours=1)
    await office(lambda ctx: access.revoke(ctx, access.get(ctx, made.id)))
    revoked = await db.read(lambda s: s.get_one(Credential, made.id).revoked_at)
    lines = await db.read(lambda s: list(s.scalars(select(AuditEntry.action).where(AuditEntry.subject_id == made.id))))
    assert (revoked, sorted(lines)) == (first, ["credential.created", "credential.revoked"])


async def test_a_credential_that_is_not_ours_is_not_found(db: Database) -> None:
    with pytest.raises(Problem) as refused:
        await Office(db)(lambda ctx: access.get(ctx, "somebody-elses"))
    assert refused.value.code == "NOT_FOUND"
