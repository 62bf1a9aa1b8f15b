"""The third-party phone system and the messages' leftovers"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

import storage.tables.columns

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """What another phone system knows of threads, calls, leads and people, and what a business may switch."""
    op.add_column("orgs", sa.Column("callsavvy_ips", sa.JSON(), nullable=False, server_default=sa.text("'[]'")))
    op.add_column("orgs", sa.Column("whatsapp_enabled", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("orgs", sa.Column("alert_on_booking", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column("customers", sa.Column("tags", sa.JSON(), nullable=False, server_default=sa.text("'[]'")))
    op.add_column("conversations", sa.Column("team_id", sa.String(), nullable=True))
    op.create_index("ix_conversations_team_id", "conversations", ["team_id"])  # the console's, of a column made here
    op.add_column("conversations", sa.Column("subject", sa.String(), nullable=True))
    op.add_column("conversations", sa.Column("external_key", sa.String(), nullable=True))
    op.add_column("conversations", sa.Column("given_phone", sa.String(), nullable=True))
    op.create_index("ix_conversations_org_id_external_key", "conversations", ["org_id", "external_key"])
    op.add_column("messages", sa.Column("retry_of", sa.String(), nullable=True))
    op.add_column("calls", sa.Column("team_id", sa.String(), nullable=True))
    op.create_index("ix_technicians_calendar_token", "technicians", ["calendar_token"], unique=True)
    op.add_column("leads", sa.Column("organization", sa.String(), nullable=True))
    op.add_column("leads", sa.Column("location", sa.String(), nullable=True))
    op.add_column("services", sa.Column("calcom_event_type_id", sa.Integer(), nullable=True))
    _outside_calendar()
    # Jobs of one lane are done one after another.
    op.add_column("jobs", sa.Column("lane", sa.String(), nullable=True))
    where = sa.text("lane is not null and state in ('queued', 'uncertain', 'claimed')")
    op.create_index("ix_jobs_lane", "jobs", ["lane"], sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    """Forget it again."""
    op.drop_table("busy_times")
    op.drop_table("calcom_accounts")
    op.drop_column("services", "calcom_event_type_id")
    op.drop_index("ix_jobs_lane", "jobs")
    op.drop_column("jobs", "lane")
    op.drop_column("leads", "location")
    op.drop_column("leads", "organization")
    op.drop_index("ix_technicians_calendar_token", "technicians")
    op.drop_column("calls", "team_id")
    op.drop_column("messages", "retry_of")
    op.drop_index("ix_conversations_org_id_external_key", "conversations")
    op.drop_index("ix_conversations_team_id", "conversations")
    for column in ("given_phone", "external_key", "subject", "team_id"):
        op.drop_column("conversations", column)
    op.drop_column("customers", "tags")
    for column in ("alert_on_booking", "whatsapp_enabled", "callsavvy_ips"):
        op.drop_column("orgs", column)


def _outside_calendar() -> None:
    instant = storage.tables.columns.Utc(timezone=True)
    op.create_table(
        "calcom_accounts",
        sa.Column("org_id", sa.String(), nullable=False),
        sa.Column("sealed_key", sa.String(), nullable=False),
        sa.Column("sealed_secret", sa.String(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("technician_id", sa.String(), nullable=True),
        sa.Column("last_success_at", instant, nullable=True),
        sa.Column("last_error_at", instant, nullable=True),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.Column("pulled_at", instant, nullable=True),
        sa.Column("created_at", instant, nullable=False),
        sa.ForeignKeyConstraint(["org_id"], ["orgs.id"], name=op.f("fk_calcom_accounts_org_id_orgs")),
        sa.ForeignKeyConstraint(
            ["technician_id"],
            ["technicians.id"],
            name=op.f("fk_calcom_accounts_technician_id_technicians"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("org_id", name=op.f("pk_calcom_accounts")),
        sa.UniqueConstraint("token", name="uq_calcom_accounts_token"),
    )
    op.create_table(
        "busy_times",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("org_id", sa.String(), nullable=False),
        sa.Column("technician_id", sa.String(), nullable=False),
        sa.Column("uid", sa.String(), nullable=True),
        sa.Column("start_at", instant, nullable=False),
        sa.Column("end_at", instant, nullable=False),
        sa.Column("told_at", instant, nullable=False),
        sa.ForeignKeyConstraint(["org_id"], ["orgs.id"], name=op.f("fk_busy_times_org_id_orgs")),
        sa.ForeignKeyConstraint(
            ["technician_id"],
            ["technicians.id"],
            name=op.f("fk_busy_times_technician_id_technicians"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_busy_times")),
    )
    op.create_index("ix_busy_times_technician_id_end_at", "busy_times", ["technician_id", "end_at"])
    op.create_index("ix_busy_times_org_id_uid", "busy_times", ["org_id", "uid"])
