"""Who waits is found at once

Every cancelled visit asks whether somebody waits for a time. Hardly anybody does, and the open leads are many.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    on_sqlite, on_postgresql = sa.text("waitlist = 1"), sa.text("waitlist")
    op.create_index("ix_leads_waiting", "leads", ["org_id"], sqlite_where=on_sqlite, postgresql_where=on_postgresql)


def downgrade() -> None:
    op.drop_index("ix_leads_waiting", "leads")
