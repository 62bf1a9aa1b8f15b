"""Signing in to the console"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

import storage.tables.columns

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ORDERS = (
    ("ix_conversations_state_last", ["org_id", "state", "last_message_at", "id"]),
    ("ix_conversations_urgency_last", ["org_id", "urgency", "last_message_at", "id"]),
    ("ix_conversations_assigned_last", ["assigned_to", "last_message_at", "id"]),
    ("ix_conversations_lead_id", ["lead_id"]),
)
PARTS = (("ix_conversations_open", "state <> 'closed'"), ("ix_conversations_unread", "unread > 0"))


def upgrade() -> None:
    """Sessions of staff, their teams, the orders the inbox reads in, and what the office sets in the console."""
    op.create_table(
        "staff_sessions",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("org_id", sa.String(), nullable=False),
        sa.Column("staff_id", sa.String(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("created_at", storage.tables.columns.Utc(timezone=True), nullable=False),
        sa.Column("last_seen_at", storage.tables.columns.Utc(timezone=True), nullable=False),
        sa.Column("expires_at", storage.tables.columns.Utc(timezone=True), nullable=False),
        sa.Column("revoked_at", storage.tables.columns.Utc(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["org_id"], ["orgs.id"], name=op.f("fk_staff_sessions_org_id_orgs")),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_staff_sessions_staff_id_staff"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_sessions")),
        sa.UniqueConstraint("token_hash", name="uq_staff_sessions_token_hash"),
    )
    op.create_index("ix_staff_sessions_staff_id", "staff_sessions", ["staff_id"])
    op.create_table(
        "team_staff",
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("staff_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["team_id"], ["teams.id"], name=op.f("fk_team_staff_team_id_teams"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_team_staff_staff_id_staff"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("team_id", "staff_id", name=op.f("pk_team_staff")),
    )
    op.create_index("ix_team_staff_staff_id", "team_staff", ["staff_id"])
    op.create_table(
        "notes",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("org_id", sa.String(), nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("created_at", storage.tables.columns.Utc(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["org_id"], ["orgs.id"], name=op.f("fk_notes_org_id_orgs")),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_notes_conversation_id_conversations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notes")),
    )
    op.create_index("ix_notes_conversation_id", "notes", ["conversation_id"])
    op.drop_index("ix_conversations_org_id_state", "conversations")
    for name, columns in ORDERS:
        op.create_index(name, "conversations", columns)
    for name, condition in PARTS:
        op.create_index(
            name,
            "conversations",
            ["org_id", "last_message_at", "id"],
            sqlite_where=sa.text(condition),
            postgresql_where=sa.text(condition),
        )
    op.create_index("ix_tasks_conversation_id", "tasks", ["conversation_id"])
    op.create_index("ix_leads_service_id", "leads", ["service_id", "id"])
    op.create_index("ix_leads_org_id_created_at", "leads", ["org_id", "created_at", "id"])
    op.add_column("entry_points", sa.Column("origins", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("orgs", sa.Column("texts", sa.JSON(), nullable=False, server_default="{}"))
    op.add_column("orgs", sa.Column("carrier_registration", sa.String(), nullable=False, server_default="not_started"))


def downgrade() -> None:
    """Nobody is signed in."""
    op.drop_column("orgs", "carrier_registration")
    op.drop_column("orgs", "texts")
    op.drop_column("entry_points", "origins")
    op.drop_index("ix_leads_org_id_created_at", "leads")
    op.drop_index("ix_leads_service_id", "leads")
    op.drop_index("ix_tasks_conversation_id", "tasks")
    for name, _ in (*ORDERS, *PARTS):
        op.drop_index(name, "conversations")
    op.create_index("ix_conversations_org_id_state", "conversations", ["org_id", "state"])
    op.drop_table("notes")
    op.drop_table("team_staff")
    op.drop_table("staff_sessions")
