"""The diaries have a version

Whatever takes or gives back a technician's time counts that technician's `diary_version` up, in the same transaction:
open times that were worked out once may be listed again until one of the numbers behind them is another. Triggers keep
the promise, as with `config_version`. A row of each technician's own, so that nobody waits for another's diary.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# Tables with the columns that count when updated; none named means all of them.
WATCHED: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "bookings",
        ("technician_id", "start_at", "end_at", "buffer_before", "buffer_after", "status", "postal_code"),
    ),
    ("holds", ()),
    ("busy_times", ()),
)
COUNT = "update technicians set diary_version = diary_version + 1 where id "


def upgrade() -> None:
    op.add_column("technicians", sa.Column("diary_version", sa.Integer(), nullable=False, server_default=sa.text("0")))
    for statement in _sqlite() if op.get_bind().dialect.name == "sqlite" else _postgresql():
        op.execute(sa.text(statement))


def downgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table, _ in WATCHED:
        if sqlite:
            for event in ("insert", "update", "delete"):
                op.execute(sa.text(f"drop trigger if exists diary_{table}_{event}"))
        else:
            op.execute(sa.text(f"drop trigger if exists diary_{table} on {table}"))
            op.execute(sa.text(f"drop function if exists diary_{table}()"))
    op.drop_column("technicians", "diary_version")


def _sqlite() -> list[str]:
    statements = []
    for table, columns in WATCHED:
        of = f" of {', '.join(columns)}" if columns else ""
        for event, whose in (
            ("insert", "= new.technician_id"),
            (f"update{of}", "in (old.technician_id, new.technician_id)"),
            ("delete", "= old.technician_id"),
        ):
            name = f"diary_{table}_{event.split()[0]}"
            statements.append(f"create trigger {name} after {event} on {table} begin {COUNT}{whose}; end")
    return statements


def _postgresql() -> list[str]:
    statements = []
    for table, columns in WATCHED:
        of = f" of {', '.join(columns)}" if columns else ""
        statements.append(
            f"create function diary_{table}() returns trigger language plpgsql as $$ begin "
            f"if tg_op = 'INSERT' then {COUNT}= new.technician_id; "
            f"elsif tg_op = 'DELETE' then {COUNT}= old.technician_id; "
            f"else {COUNT}in (old.technician_id, new.technician_id); end if; return null; end $$"
        )
        statements.append(
            f"create trigger diary_{table} after insert or delete or update{of} on {table} "
            f"for each row execute function diary_{table}()"
        )
    return statements
