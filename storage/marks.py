"""A short mark of how an inbox or a thread stands: while it is the same, nothing a person could see has changed."""

import hashlib

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from storage.tables import Conversation, Message, Note, Task

RECENT = 30  # messages whose state is watched: older ones have been delivered long ago


def inbox_mark(session: Session, org_id: str) -> str:
    """How the inbox of a business stands: every part is read from an index."""
    mine = Conversation.org_id == org_id
    unread = select(func.count()).select_from(
        select(Conversation.id).where(mine, text("conversations.unread > 0")).limit(1000).subquery()
    )
    states = select(Conversation.state, func.count()).where(mine, Conversation.state.in_(("needs_human", "human")))
    return _digest(
        session.scalar(select(func.max(Conversation.last_message_at)).where(mine)),
        session.scalar(unread),
        sorted(tuple(row) for row in session.execute(states.group_by(Conversation.state))),
        session.scalar(select(func.count()).where(mine, Conversation.urgency == "emergency")),
    )


def thread_mark(session: Session, org_id: str, conversation_id: str) -> str:
    """How a thread stands: who has it, what was said, what became of it, notes and open tasks."""
    its = (Conversation.org_id == org_id, Conversation.id == conversation_id)
    standing = select(
        Conversation.state, Conversation.urgency, Conversation.unread, Conversation.assigned_to, Conversation.summary_at
    )
    newest = (
        select(Message.id, Message.state)
        .where(Message.conversation_id == conversation_id)  # its business too would lead SQLite to the longer index
        .order_by(Message.created_at.desc(), Message.id.desc())
        .limit(RECENT)
    )
    return _digest(
        [tuple(row) for row in session.execute(standing.where(*its))],
        [tuple(row) for row in session.execute(newest)],
        session.scalar(select(func.count()).where(Note.conversation_id == conversation_id)),
        session.scalar(select(func.count()).where(Task.conversation_id == conversation_id, Task.done_at.is_(None))),
    )


def _digest(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]
