"""A link sets a password

An invite may be for somebody who works here already and has forgotten their password.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0013"
down_revision: str | None = "0012"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("invites", sa.Column("staff_id", sa.String(), nullable=True))


def downgrade() -> None:
    op.execute(sa.text("delete from invites where staff_id is not null"))  # the older code would take them for invites
    op.drop_column("invites", "staff_id")
