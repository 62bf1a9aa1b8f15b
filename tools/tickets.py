"""Support tickets: threads with a subject, opened elsewhere or by a program, answered by people (CV-16 to CV-19)."""

from dataclasses import replace

from sqlalchemy import select

from storage.context import Actor, Context
from storage.tables import Conversation, Customer, Message, Staff, Task, Team
from tools import announcements, contacts, conversations, handoff, leads, messages


def opened(
    ctx: Context,
    subject: str,
    email: str,
    *,
    name: str | None = None,
    team_id: str | None = None,
    external_id: str | None = None,
    text: str | None = None,
) -> Conversation:
    """A ticket: lead, thread and a task for the office. One another system names `external_id` is opened once.

    `text` is what the customer wrote, where that is known.
    """
    thread = thread_named(ctx, f"ticket:{external_id}") if external_id else None
    if thread is not None:
        return thread
    customer = contacts.known_by_email(ctx, email, name=name)
    lead = conversations.lead_for(ctx, customer, "WEB")
    leads.describe(ctx, lead.id, issue=subject)
    thread = Conversation(
        org_id=ctx.org.id,
        channel="web",
        subject=subject,
        external_key=f"ticket:{external_id}" if external_id else None,
        team_id=team_id,
        state="needs_human",
        needs_human_reason="ticket",
        created_at=ctx.now,
        last_message_at=ctx.now,
    )
    ctx.session.add(thread)
    conversations.attach(ctx, thread, customer, lead)
    ctx.session.flush()
    if text is not None:
        announcements.message_received(ctx, conversations.hear(ctx, thread, text))
    messages.open_task(
        ctx,
        kind="call_back",
        urgency="routine",
        text=f"Ticket: {subject}",
        customer_id=customer.id,
        conversation_id=thread.id,
    )
    return thread


def escalated(ctx: Context, thread: Conversation) -> Task:
    """A ticket cannot wait: its task is urgent, and whoever is on call is texted."""
    customer = ctx.session.get(Customer, thread.customer_id) if thread.customer_id else None
    task = handoff.hand_off(ctx, thread, "ticket_escalated", "urgent", thread.subject, customer)
    task.urgency = "urgent"
    return task


def answered(ctx: Context, thread: Conversation, staff: Staff, text: str) -> Message:
    """Somebody of the business answers: the thread is theirs until it is resumed, and the words go out on its channel.

    A ticket without a number is read where it stands.
    """
    ours = replace(ctx, actor=Actor("staff", staff.name, staff.id))
    conversations.take_over(ours, thread, staff)
    customer = ctx.session.get(Customer, thread.customer_id) if thread.customer_id else None
    return messages.say(ours, to=customer or thread.phone or "", body=text, kind="staff", conversation=thread)


def heard(ctx: Context, thread: Conversation, text: str) -> Message:
    """The customer adds something to a thread that people answer."""
    message = conversations.hear(ctx, thread, text)
    announcements.message_received(ctx, message)
    conversations.needs_human(ctx, thread, "ticket")
    return message


def thread_named(ctx: Context, external_key: str) -> Conversation | None:
    """The open thread another system knows by this key."""
    named = select(Conversation).where(
        Conversation.org_id == ctx.org.id, Conversation.external_key == external_key, Conversation.state != "closed"
    )
    return ctx.session.scalars(named.order_by(Conversation.created_at.desc()).limit(1)).first()


def team_named(ctx: Context, department: str) -> str | None:
    """The id of the team whose id or name a department is."""
    mine = select(Team).where(Team.org_id == ctx.org.id)
    said = department.strip().casefold()
    return next((team.id for team in ctx.session.scalars(mine) if said in (team.id, team.name.casefold())), None)
