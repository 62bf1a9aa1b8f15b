"""The line may fall silent

After how many opening hours without a call or a text the owner is told; 0 is never.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0012"
down_revision: str | None = "0011"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("orgs", sa.Column("silence_hours", sa.Integer(), nullable=False, server_default="0"))
    _count_changes()


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(sa.text("drop trigger version_orgs_update"))  # it names the column that goes
    op.drop_column("orgs", "silence_hours")
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
