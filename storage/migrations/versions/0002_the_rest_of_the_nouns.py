"""Roles, invites, booking pages, entry points and what else the JSON doors name"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

import storage.tables.columns

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Invites, booking pages, ways in with a target and a source, and histories in order of time."""
    op.create_table(
        "invites",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("org_id", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("team_id", sa.String(), nullable=True),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("invited_by", sa.String(), nullable=False),
        sa.Column("expires_at", storage.tables.columns.Utc(timezone=True), nullable=False),
        sa.Column("accepted_at", storage.tables.columns.Utc(timezone=True), nullable=True),
        sa.Column("revoked_at", storage.tables.columns.Utc(timezone=True), nullable=True),
        sa.Column("created_at", storage.tables.columns.Utc(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["org_id"], ["orgs.id"], name=op.f("fk_invites_org_id_orgs")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invites")),
    )
    op.create_index("ix_invites_org_id_created_at", "invites", ["org_id", "created_at"])
    op.create_index("ix_invites_token_hash", "invites", ["token_hash"], unique=True)
    op.create_table(
        "booking_pages",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("org_id", sa.String(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("intro", sa.String(), nullable=False),
        sa.Column("confirmation", sa.String(), nullable=False),
        sa.Column("service_ids", sa.JSON(), nullable=False),
        sa.Column("team_id", sa.String(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("removed_at", storage.tables.columns.Utc(timezone=True), nullable=True),
        sa.Column("created_at", storage.tables.columns.Utc(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["org_id"], ["orgs.id"], name=op.f("fk_booking_pages_org_id_orgs")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_pages")),
    )
    op.create_index("ix_booking_pages_org_id", "booking_pages", ["org_id"])
    op.create_index("ix_booking_pages_slug", "booking_pages", ["slug"], unique=True)
    op.add_column("entry_points", sa.Column("target", sa.String(), nullable=True))
    op.add_column("entry_points", sa.Column("source", sa.String(), nullable=False, server_default=""))
    op.add_column("leads", sa.Column("entry_point_id", sa.String(), nullable=True))
    op.create_index("ix_booking_events_org_id_at", "booking_events", ["org_id", "at"])
    op.create_index("ix_lead_events_org_id_at", "lead_events", ["org_id", "at"])
    op.drop_column("services", "after_hours_fee_cents")


def downgrade() -> None:
    """Without them."""
    op.add_column("services", sa.Column("after_hours_fee_cents", sa.Integer(), nullable=True))
    op.drop_index("ix_lead_events_org_id_at", "lead_events")
    op.drop_index("ix_booking_events_org_id_at", "booking_events")
    op.drop_column("leads", "entry_point_id")
    for column in ("source", "target"):
        op.drop_column("entry_points", column)
    for table in ("booking_pages", "invites"):
        op.drop_table(table)
