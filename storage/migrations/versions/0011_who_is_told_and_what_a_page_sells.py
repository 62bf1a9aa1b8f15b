"""Who is told, and what a page sells

Staff keep a pause after a hand-off. A booking page may belong to one person and sell visits of a length of its own. A
way in may keep hours and a zone of its own.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from storage.tables.columns import Utc

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("staff", sa.Column("wrap_up_minutes", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("staff", sa.Column("last_hand_off_at", Utc(timezone=True), nullable=True))
    op.add_column("booking_pages", sa.Column("technician_id", sa.String(), nullable=True))
    op.add_column("booking_pages", sa.Column("duration_minutes", sa.Integer(), nullable=True))
    op.add_column("entry_points", sa.Column("template_id", sa.String(), nullable=True))
    op.add_column("entry_points", sa.Column("timezone", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("entry_points", "timezone")
    op.drop_column("entry_points", "template_id")
    op.drop_column("booking_pages", "duration_minutes")
    op.drop_column("booking_pages", "technician_id")
    op.drop_column("staff", "last_hand_off_at")
    op.drop_column("staff", "wrap_up_minutes")
