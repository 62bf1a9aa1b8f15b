"""The worker's hand that answers a conversation: the model's turn, the script's when it cannot, and one commit of both
the reply and the job."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from agent import claim_guard, facts, script
from agent.replying import Model, ModelDown
from agent.turn import TURN_SECONDS, Answer, Check, answer, done_before
from api.deps import House
from storage import lookup, outbox, waiting
from storage.context import ASSISTANT, Context
from storage.tables import Conversation, Job, Org, Turn
from tools import chat, conversations, digest, handoff, latest, messages, summary
from tools.rules import languages

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


async def turn(
    house: House, job: Job, model: Model | None, *, seconds: float = TURN_SECONDS, check: Check = claim_guard.check
) -> None:
    """Answer the thread `job` is about, once. Without a model, or when it fails, the script answers, same tools.

    `seconds` is how long the model may think, `check` judges what it wrote. In an emergency only the script's fixed
    words are said.
    """
    found = await house.db.read(
        lambda session: (lookup.org_by_id(session, job.org_id), session.get(Conversation, job.subject_id))
    )
    org, thread = found
    assert org is not None
    assert thread is not None
    units = ThreadUnits(house, org, thread.channel, thread.id)
    started = time.perf_counter()
    if model is None:
        await units.write(lambda ctx: whole_by_script(ctx, job, started))
        return
    heard = await units.write(lambda ctx: begin(ctx, job))
    if heard is None:
        return
    error = None
    vanished = await units.read(lambda ctx: done_before(ctx, job.id))
    if vanished is not None:
        told = vanished
        await units.write(lambda ctx: finish(ctx, job, told, None, started, "run_again", heard))
        return
    if thread.urgency != "emergency":
        try:
            result = await answer(units, model, job.id, seconds=seconds, check=check)
        except ModelDown as down:
            error = down.reason
            log.warning("turn %s: the model gave nothing usable (%s); the script answers", job.id, down.reason)
        else:
            await units.write(lambda ctx: finish(ctx, job, result, model.name, started, None, heard))
            return
    await units.write(lambda ctx: by_script(ctx, job, model.name, started, error))


def begin(ctx: Context, job: Job) -> datetime | None:
    """Start this turn, if it may: one at a time per thread, only while it is the assistant's and someone waits.

    Gives back when the last message it answers was written. None settles the job: skipped, or queued again shortly.
    """
    thread = ctx.session.get_one(Conversation, job.subject_id, with_for_update=True, populate_existing=True)
    if waiting.other_turn_runs(ctx, job):
        outbox.settle(ctx.session, job, "queued", ctx.now, reason="busy", due_at=ctx.now + BUSY_WAIT)
        return None
    if not thread.is_the_assistants:
        outbox.settle(ctx.session, job, "skipped", ctx.now, reason=thread.state)
        return None
    waiting_texts = latest.unanswered(ctx)[0]
    if not waiting_texts:
        outbox.settle(ctx.session, job, "skipped", ctx.now, reason="answered")
        return None
    customer = chat.customer_of(ctx)
    customer.language = languages.meant(customer.language, "\n".join(one.body for one in waiting_texts))
    return waiting_texts[-1].created_at


def whole_by_script(ctx: Context, job: Job, started: float) -> None:
    """A turn that asks no model needs no pause for one: from beginning to end in one transaction."""
    heard = begin(ctx, job)
    if heard is None:
        return
    vanished = done_before(ctx, job.id)
    if vanished is not None:
        finish(ctx, job, vanished, None, started, "run_again", heard)
        return
    by_script(ctx, job, None, started, None)


def by_script(ctx: Context, job: Job, model: str | None, started: float, error: str | None) -> None:
    """The script's turn: its acts, its words and the settled job in one transaction."""
    thread = ctx.session.get_one(Conversation, job.subject_id, with_for_update=True, populate_existing=True)
    heard = latest.unanswered(ctx)[0]
    text = script.answer(ctx, job.id) if heard and thread.is_the_assistants else ""
    ctx.session.flush()  # what it remembers, before the thread is read afresh
    finish(ctx, job, Answer(text, "script"), model, started, error, heard[-1].created_at if heard else None)


def finish(
    ctx: Context,
    job: Job,
    result: Answer,
    model: str | None,
    started: float,
    error: str | None,
    heard: datetime | None,
) -> None:
    """Write the reply, what the turn cost, and settle the job; nothing is said once a person has the thread.

    `heard` is when the last message was written that this answers.
    """
    thread = ctx.session.get_one(Conversation, job.subject_id)
    ctx.session.refresh(thread, with_for_update=True)
    silent = why_silent(thread, result) if result.text else "nothing_to_say"
    if not outbox.settle(ctx.session, job, "skipped" if silent else "sent", ctx.now, reason=silent):
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
            tokens_cached=result.tokens_cached,
            milliseconds=round((time.perf_counter() - started) * 1000),
            guard=result.guard,
            error=error,
            created_at=ctx.now,
        )
    )
    digest.expect(ctx)
    if silent:
        return
    latest.keep_heard(ctx, heard, facts.offered_in(ctx, result.text))
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
    summary.keep(ctx, thread)


def why_silent(thread: Conversation, result: Answer) -> str | None:
    """Why a finished answer is not said after all: a person took the thread, or an emergency came in meanwhile."""
    if not thread.is_the_assistants:
        return thread.state
    alarmed = thread.state == "needs_human" and thread.needs_human_reason == "emergency"
    return "emergency" if alarmed and result.source != "script" else None
