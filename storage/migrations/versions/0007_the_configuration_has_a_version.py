"""The configuration has a version

Every change to how a business is set up counts its `config_version` up, in the same transaction, whoever makes it: what
was read once may be used until the number is another. Triggers keep the promise, because a bulk statement or a hand on
the database would forget.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# How a row leads to its business. `{row}` is NEW or OLD.
DIRECT = "{row}.org_id"
BY_SERVICE = "(select org_id from services where id = {row}.service_id)"
BY_TEMPLATE = "(select org_id from schedule_templates where id = {row}.template_id)"
BY_TEAM = "(select org_id from teams where id = {row}.team_id)"

# Tables with the columns that count when updated; none named means all of them.
WATCHED: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("services", DIRECT, ()),
    ("skills", BY_SERVICE, ()),
    ("technicians", DIRECT, ("name", "phone", "template_id", "travel_minutes", "on_call", "active", "position")),
    ("teams", DIRECT, ()),
    ("team_members", BY_TEAM, ()),
    ("schedule_templates", DIRECT, ()),
    ("hours", BY_TEMPLATE, ()),
    ("date_overrides", DIRECT, ()),
    ("service_areas", DIRECT, ()),
    ("entry_points", DIRECT, ()),
    ("travel", DIRECT, ()),
    ("webhook_endpoints", DIRECT, ("url", "events", "disabled_at", "removed_at")),
    (
        "credentials",
        DIRECT,
        (
            *("name", "actor_type", "prefix", "secret_hash", "previous_hash", "previous_until", "scopes"),
            *("allowed_ips", "requires_approval", "expires_at", "revoked_at"),
        ),
    ),
)


def upgrade() -> None:
    for statement in _sqlite() if op.get_bind().dialect.name == "sqlite" else _postgresql():
        op.execute(sa.text(statement))


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        names = [f"version_{table}_{event}" for table, _, _ in WATCHED for event in ("insert", "update", "delete")]
        for name in [*names, "version_orgs_update"]:
            op.execute(sa.text(f"drop trigger if exists {name}"))
        return
    for table, _, _ in WATCHED:
        op.execute(sa.text(f"drop trigger if exists version_{table} on {table}"))
        op.execute(sa.text(f"drop function if exists version_{table}()"))
    op.execute(sa.text("drop trigger if exists version_orgs on orgs"))
    op.execute(sa.text("drop function if exists version_orgs()"))


def _sqlite() -> list[str]:
    count = "update orgs set config_version = config_version + 1 where id = "
    statements = []
    for table, org, columns in WATCHED:
        of = f" of {', '.join(columns)}" if columns else ""
        for event, row in (("insert", "new"), (f"update{of}", "new"), ("delete", "old")):
            name = f"version_{table}_{event.split()[0]}"
            body = count + org.format(row=row)
            statements.append(f"create trigger {name} after {event} on {table} begin {body}; end")
    own = [one["name"] for one in sa.inspect(op.get_bind()).get_columns("orgs") if one["name"] != "config_version"]
    statements.append(
        f"create trigger version_orgs_update after update of {', '.join(own)} on orgs begin {count}new.id; end"
    )
    return statements


def _postgresql() -> list[str]:
    statements = [
        "create function version_orgs() returns trigger language plpgsql as $$ begin "
        "new.config_version := old.config_version + 1; return new; end $$",
        "create trigger version_orgs before update on orgs for each row execute function version_orgs()",
    ]
    for table, org, columns in WATCHED:
        of = f" of {', '.join(columns)}" if columns else ""
        body = "update orgs set config_version = config_version + 1 where id = "
        statements.append(
            f"create function version_{table}() returns trigger language plpgsql as $$ begin "
            f"if tg_op = 'DELETE' then {body}{org.format(row='old')}; return old; end if; "
            f"{body}{org.format(row='new')}; return new; end $$"
        )
        statements.append(
            f"create trigger version_{table} after insert or delete or update{of} on {table} "
            f"for each row execute function version_{table}()"
        )
    return statements
