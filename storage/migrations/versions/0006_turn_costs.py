"""What a turn cost, and what a conversation is about"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Tokens a provider had kept from before, and whether the owner gets the night's digest."""
    op.add_column("turns", sa.Column("tokens_cached", sa.Integer(), nullable=False, server_default=sa.text("0")))
    op.add_column("orgs", sa.Column("digest", sa.Boolean(), nullable=False, server_default=sa.true()))


def downgrade() -> None:
    """As if neither had been kept."""
    op.drop_column("orgs", "digest")
    op.drop_column("turns", "tokens_cached")
