"""The worker's hand that answers a conversation: the model's turn, the script's when it cannot, and one commit of both
the reply and the job."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from agent import script
from agent.replying import Model, ModelDown
from agent.turn import Answer, answer
from api.deps import House
from storage import lookup, outbox, waiting
from storage.context import ASSISTANT, Context
from storage.tables import Conversation, Job, Org, Turn
from tools import chat, conversations, handoff, messages

log = logging.getLogger("ringback")
T = TypeVar("T")

BUSY_WAIT = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class ThreadUnits:
    """Transactions of one conversation, for a turn."""

    house: House
    org: Org
    channel: str
    thread_id: str

    async def write(self, unit: Callable[[Context], T]) -> T:
        return await self.house.write(self.org, unit, actor=ASSISTANT, channel=self.channel, scope=self.thread_id)

    async def read(self, unit: Callable[[Context], T]) -> T:
        return await self.house.read(self.org, unit, actor=ASSISTANT, channel=self.channel, scope=self.thread_id)


async def turn(house: House, job: Job, model: Model | None) -> None:
    """Answer the thread `job` is about, once. Without a model, or when it fails, the script answers, same tools."""
    found = await house.db.read(
        lambda session: (lookup.org_by_id(session, job.org_id), session.get(Conversation, job.subject_id))
    )
    org, thread = found
    assert org is not None
    assert thread is not None
    units = ThreadUnits(house, org, thread.channel, thread.id)
    if not await units.write(lambda ctx: begin(ctx, job)):
        return
    started = time.perf_counter()
    error = None
    if model is not None:
        try:
            result = await answer(units, model, job.id)
        except ModelDown as down:
            error = down.reason
            log.warning("turn %s: the model gave nothing usable (%s); the script answers", job.id, down.reason)
        else:
            await units.write(lambda ctx: finish(ctx, job, result, model.name, started, None))
            return
    await units.write(lambda ctx: by_script(ctx, job, model.name if model else None, started, error))


def begin(ctx: Context, job: Job) -> bool:
    """Whether this turn may start: one at a time per thread, only while it is the assistant's and someone waits.

    Settles the job when not: skipped, or queued again shortly.
    """
    thread = ctx.session.get_one(Conversation, job.subject_id, with_for_update=True, populate_existing=True)
    if waiting.other_turn_runs(ctx, job):
        outbox.settle(ctx.session, job, "queued", ctx.now, reason="busy", due_at=ctx.now + BUSY_WAIT)
        return False
    if not thread.is_the_assistants:
        outbox.settle(ctx.session, job, "skipped", ctx.now, reason=thread.state)
        return False
    if not chat.last_words(ctx)[0]:
        outbox.settle(ctx.session, job, "skipped", ctx.now, reason="answered")
        return False
    return True


def by_script(ctx: Context, job: Job, model: str | None, started: float, error: str | None) -> None:
    """The script's turn: its acts, its words and the settled job in one transaction."""
    text, needs_human = script.answer(ctx, job.id)
    finish(ctx, job, Answer(text, "script", needs_human=needs_human), model, started, error)


def finish(ctx: Context, job: Job, result: Answer, model: str | None, started: float, error: str | None) -> None:
    """Write the reply, what the turn cost, and settle the job; nothing is said once a person has the thread."""
    thread = ctx.session.get_one(Conversation, job.subject_id)
    ctx.session.refresh(thread, with_for_update=True)
    if not outbox.settle(ctx.session, job, "sent", ctx.now):
        return
    ctx.session.add(
        Turn(
            id=job.id,
            org_id=ctx.org.id,
            conversation_id=thread.id,
            source=result.source,
            model=model,
            rounds=result.rounds,
            tokens_in=result.tokens_in,
            tokens_out=result.tokens_out,
            milliseconds=round((time.perf_counter() - started) * 1000),
            guard=result.guard,
            error=error,
            created_at=ctx.now,
        )
    )
    if not thread.is_the_assistants or (
        thread.urgency == "emergency"
        and thread.state == "needs_human"
        and thread.needs_human_reason == "emergency"
        and result.source != "script"
    ):
        return
    customer = chat.customer_of(ctx)
    if result.needs_human is not None:
        conversations.needs_human(ctx, thread, result.needs_human)
        handoff.hand_off(ctx, thread, result.needs_human, "routine", None, customer)
    messages.say(
        ctx,
        to=customer,
        body=result.text,
        kind="reply",
        conversation=thread,
        dedupe_key=f"turn:{job.id}",
        exempt_quiet=True,
        turn_id=job.id,
    )
