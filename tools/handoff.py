"""Bringing in a person: a task for the office and, when it cannot wait, a text to whoever is on call, then the next."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, or_, select, update

import prompts
from storage import listings, outbox
from storage.context import Context
from storage.tables import Conversation, Customer, Lead, Message, Staff, Task, Technician
from tools import conversations, crew, leads, messages
from tools.problems import not_found

DANGERS = {
    "gas": "gas smell",
    "carbon_monoxide": "carbon monoxide",
    "fire": "fire or smoke",
    "electrical": "electrical danger",
    "flood_near_power": "water near power",
    "no_heat_vulnerable": "no heat, someone vulnerable at home",
}

MOST_ALERTED = 30  # people told of one emergency
# How soon the office should be back, for the card's next action; a promise to nobody.
ANSWER_WITHIN = {"emergency": timedelta(0), "urgent": timedelta(hours=1), "routine": timedelta(hours=4)}


def hand_off(
    ctx: Context,
    conversation: Conversation | None,
    reason: str,
    urgency: str,
    note: str | None,
    customer: Customer | None,
    *,
    danger: str | None = None,
) -> Task:
    """Give this to a person: the thread needs a human, the office has a task, the one on call gets a text.

    `urgency` is routine, urgent or emergency; `reason` one word such as asked_for_person; `danger` a key of `DANGERS`.
    An emergency is texted at once and, until someone replies "1", to the next on call every `alert_minutes`; anything
    else goes to the first on call alone, outside quiet hours. While the task is open, asking again adds nothing.
    """
    emergency = urgency == "emergency"
    words = DANGERS[danger] if danger else reason.replace("_", " ")
    task = messages.open_task(
        ctx,
        kind="emergency" if emergency else "call_back",
        urgency=urgency,
        text=f"{words.capitalize()}. {note}" if note else f"{words.capitalize()}.",
        customer_id=customer.id if customer else None,
        conversation_id=conversation.id if conversation else None,
    )
    task.due_at = task.due_at or ctx.now + ANSWER_WITHIN[urgency]
    if conversation is not None:
        conversations.needs_human(ctx, conversation, reason, urgency)
        lead = ctx.session.get(Lead, conversation.lead_id) if conversation.lead_id else None
        if lead is not None:
            leads.note(ctx, lead, "handed_off", reason=reason, urgency=urgency)
            if emergency:
                lead.urgency = urgency
    phones = crew.alerted(ctx, task)
    if phones:
        due_at = ctx.now if emergency else messages.outside_quiet_hours(ctx, ctx.now, phones[0])
        _queue_alert(ctx, task, 0, due_at, words)
    return task


def alert(ctx: Context, task: Task, step: int, words: str) -> str | None:
    """Text number `step` (0 is first) of those alerted about a task, and queue the next; for the job's hand.

    Somebody who cannot be texted is passed over; who that is changes with the hour, so whoever was told is left out.
    Gives back None, or why nobody was texted: taken, done, nobody.
    """
    if task.done_at is not None:
        return "done"
    if task.taken_by is not None:
        return "taken"
    emergency = task.urgency == "emergency"
    told = {message.to_phone for message in _alerts(ctx, task)}
    left = [phone for phone in crew.alerted(ctx, task) if phone not in told]
    for number, phone in enumerate(left[: MOST_ALERTED - step], step):
        message = messages.say(
            ctx,
            to=phone,
            body=_alert_text(ctx, task, words),
            kind="alert",
            dedupe_key=_alert_key(task, number),
            exempt_quiet=emergency,
        )
        if message.state != "skipped":
            if emergency:
                _queue_alert(ctx, task, number + 1, ctx.now + timedelta(minutes=ctx.org.alert_minutes), words)
            return None
    return "nobody"


def who_works_here(ctx: Context, phone: str) -> str | None:
    """The name of the technician, member of staff or team with this number (E.164); None for everyone else."""
    technicians = select(Technician.name).where(
        Technician.org_id == ctx.org.id, Technician.active, Technician.phone == phone
    )
    staff = select(Staff.name).where(Staff.org_id == ctx.org.id, Staff.active, Staff.phone == phone)
    return (
        ctx.session.scalars(technicians.limit(1)).first()
        or ctx.session.scalars(staff.limit(1)).first()
        or crew.answers_at(ctx, phone)
    )


def take(ctx: Context, phone: str, name: str) -> Task | None:
    """Whoever has this number replied "1": the alert last texted to them is theirs, and nobody else is woken.

    None when no open alert was texted to that number.
    """
    waiting = select(Task).where(
        Task.org_id == ctx.org.id,
        Task.done_at.is_(None),
        or_(Task.taken_by.is_(None), Task.taken_by == name),
        Task.urgency == "emergency",
    )
    tasks = list(ctx.session.scalars(waiting))
    texted = [
        (message.created_at, number, task)
        for number, task in enumerate(tasks)
        for message in _alerts(ctx, task)
        if message.to_phone == phone and message.state != "skipped"
    ]
    if not texted:
        return None
    task = max(texted)[2]
    task.taken_by = name
    _handed_off(ctx, Staff.phone == phone)
    outbox.supersede(ctx, ("task", task.id), "taken", topics=("alert",))
    return task


def finish(ctx: Context, task: Task) -> None:
    """The office did it: the task is closed and nobody else is woken about it. Twice is once."""
    if task.done_at is None:
        task.done_at = ctx.now
        task.taken_by = task.taken_by or ctx.actor.name
        if ctx.actor.kind == "staff":
            _handed_off(ctx, Staff.id == ctx.actor.id)
        outbox.supersede(ctx, ("task", task.id), "done", topics=("alert",))


def task_named(ctx: Context, task_id: str) -> Task:
    """One task of this business; raises NOT_FOUND."""
    return listings.one_of(ctx, Task, task_id) or not_found("task")


def _queue_alert(ctx: Context, task: Task, step: int, due_at: datetime, words: str) -> None:
    outbox.put(
        ctx,
        "alert",
        _alert_key(task, step),
        ("task", task.id),
        due_at=due_at,
        payload={"step": step, "words": words},
    )


def _handed_off(ctx: Context, who: ColumnElement[bool]) -> None:
    """From now on whoever that is wraps up (SC-22)."""
    ctx.session.execute(update(Staff).where(Staff.org_id == ctx.org.id, who).values(last_hand_off_at=ctx.now))


def _alerts(ctx: Context, task: Task) -> list[Message]:
    """The alerts written about a task so far."""
    ids = [messages.id_for(ctx, _alert_key(task, step)) for step in range(MOST_ALERTED)]
    return list(ctx.session.scalars(select(Message).where(Message.org_id == ctx.org.id, Message.id.in_(ids))))


def _alert_key(task: Task, step: int) -> str:
    return f"alert:{task.id}:{step}"


def _alert_text(ctx: Context, task: Task, words: str) -> str:
    customer = ctx.session.get(Customer, task.customer_id) if task.customer_id else None
    thread = ctx.session.get(Conversation, task.conversation_id) if task.conversation_id else None
    phone = (customer.phone if customer else None) or (thread.phone if thread else None) or ""
    return prompts.render(
        "sms/staff_emergency" if task.urgency == "emergency" else "sms/staff_hand_off",
        business_name=ctx.org.name,
        danger=words,
        reason=words,
        customer_name=customer.name if customer else None,
        customer_phone=phone,
        address=customer.address if customer else None,
    )
