"""What the assistant's turns of a conversation cost, from their own rows."""

from sqlalchemy import select

from storage.context import Context
from storage.tables import Turn
from tools import conversations


def of_conversation(ctx: Context, conversation_id: str) -> list[Turn]:
    """The turns of one conversation of this business, oldest first; raises NOT_FOUND."""
    thread = conversations.get(ctx, conversation_id)
    rows = select(Turn).where(Turn.org_id == ctx.org.id, Turn.conversation_id == thread.id)
    return list(ctx.session.scalars(rows.order_by(Turn.created_at, Turn.id)))
