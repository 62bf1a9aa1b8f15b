"""The rows one conversation leaves: what an evaluation, or a person looking into one, judges it by."""

from dataclasses import dataclass

from sqlalchemy import select

from storage.context import Context
from storage.tables import Booking, Conversation, Customer, Job, Lead, Message, Task, ToolCall, Turn


@dataclass(frozen=True, slots=True)
class LeftBehind:
    """Everything this business holds about one customer's phone (E.164), oldest first, and its jobs and tasks."""

    customer: Customer | None
    lead: Lead | None
    thread: Conversation | None
    bookings: list[Booking]
    messages: list[Message]
    turns: list[Turn]
    calls: list[ToolCall]
    tasks: list[Task]
    jobs: list[Job]

    @property
    def said(self) -> list[Message]:
        """What went out to the customer and was not held back."""
        return [one for one in self.messages if one.direction == "out" and one.state != "skipped"]


def left_behind(ctx: Context, phone: str) -> LeftBehind:
    """The rows about `phone` (E.164)."""
    org = ctx.org.id
    session = ctx.session
    customer = session.scalar(select(Customer).where(Customer.org_id == org, Customer.phone == phone))
    whose = customer.id if customer else ""
    lead = select(Lead).where(Lead.org_id == org, Lead.customer_id == whose).order_by(Lead.created_at.desc())
    thread = select(Conversation).where(Conversation.org_id == org, Conversation.phone == phone)
    threads = list(session.scalars(thread.order_by(Conversation.created_at)))
    mine = [one.id for one in threads]
    messages = select(Message).where(Message.org_id == org, Message.conversation_id.in_(mine))
    turns = select(Turn).where(Turn.org_id == org, Turn.conversation_id.in_(mine)).order_by(Turn.created_at)
    calls = select(ToolCall).where(ToolCall.org_id == org).order_by(ToolCall.created_at, ToolCall.id)
    bookings = select(Booking).where(Booking.org_id == org, Booking.customer_phone == phone)
    return LeftBehind(
        customer=customer,
        lead=session.scalar(lead.limit(1)),
        thread=threads[-1] if threads else None,
        bookings=list(session.scalars(bookings.order_by(Booking.start_at))),
        messages=list(session.scalars(messages.order_by(Message.created_at, Message.id))),
        turns=list(session.scalars(turns)),
        calls=list(session.scalars(calls)),
        tasks=list(session.scalars(select(Task).where(Task.org_id == org))),
        jobs=list(session.scalars(select(Job).where(Job.org_id == org))),
    )
