"""What the office tells itself about a thread. A table of its own: no note ever reaches a customer or a model."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.columns import Base, new_id


class Note(Base):
    """One internal note; its author's name stays when they leave."""

    __tablename__ = "notes"
    __table_args__ = (Index("ix_notes_conversation_id", "conversation_id"),)

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    org_id: Mapped[str] = mapped_column(ForeignKey("orgs.id"))
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"))
    author: Mapped[str]
    body: Mapped[str]
    created_at: Mapped[datetime]
