"""The assistant has a name

What it calls itself, and how it speaks. Both belong to how a business is set up, so a change of them counts its
`config_version`: on SQLite that trigger names its columns, and is made anew.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

COLUMNS = ("assistant_name", "persona")


def upgrade() -> None:
    for name in COLUMNS:
        op.add_column("orgs", sa.Column(name, sa.String(), nullable=False, server_default=""))
    _count_changes()


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(sa.text("drop trigger version_orgs_update"))  # it names the columns that go
    for name in COLUMNS:
        op.drop_column("orgs", name)
    _count_changes()


def _count_changes() -> None:
    """On SQLite, count a change of every column but the count itself; on PostgreSQL the trigger names none."""
    bind = op.get_bind()
    if bind.dialect.name != "sqlite":
        return
    own = [one["name"] for one in sa.inspect(bind).get_columns("orgs") if one["name"] != "config_version"]
    op.execute(sa.text("drop trigger if exists version_orgs_update"))
    op.execute(
        sa.text(
            f"create trigger version_orgs_update after update of {', '.join(own)} on orgs begin "
            "update orgs set config_version = config_version + 1 where id = new.id; end"
        )
    )
