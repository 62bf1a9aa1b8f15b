"""What a call's tools were asked and answered; recordings and sockets"""

import uuid
from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """What a platform asked goes beside the answer; each business gets a token for two more platforms."""
    for column in ("platform", "event_type", "body", "replay_of"):
        op.add_column("tool_calls", sa.Column(column, sa.String(), nullable=True))
    op.add_column("tool_calls", sa.Column("place", sa.Integer(), nullable=False, server_default="0"))
    op.create_index("ix_tool_calls_org_id_created_at", "tool_calls", ["org_id", "created_at"])
    op.create_index("ix_calls_provider_id", "calls", ["org_id", "provider_id"])
    orgs = sa.table("orgs", sa.column("id"), sa.column("vapi_token"), sa.column("elevenlabs_token"))
    for token in ("vapi_token", "elevenlabs_token"):
        op.add_column("orgs", sa.Column(token, sa.String(), nullable=False, server_default=""))
    for org_id in op.get_bind().execute(sa.select(orgs.c.id)).scalars().all():
        tokens = {"vapi_token": str(uuid.uuid4()), "elevenlabs_token": str(uuid.uuid4())}
        op.execute(orgs.update().where(orgs.c.id == org_id).values(**tokens))
    for token in ("vapi_token", "elevenlabs_token"):
        op.create_index(f"ix_orgs_{token}", "orgs", [token], unique=True)


def downgrade() -> None:
    """The log keeps what it kept before."""
    for token in ("vapi_token", "elevenlabs_token"):
        op.drop_index(f"ix_orgs_{token}", "orgs")
        op.drop_column("orgs", token)
    op.drop_index("ix_calls_provider_id", "calls")
    op.drop_index("ix_tool_calls_org_id_created_at", "tool_calls")
    for column in ("place", "replay_of", "body", "event_type", "platform"):
        op.drop_column("tool_calls", column)
