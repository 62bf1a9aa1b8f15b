"""One turn with a model: history in, model and tools in a short loop, checked words out.

No transaction is open while the model thinks. Every tool call is a unit of its own and keeps its answer, so a turn that
is run again after a crash finds what it did. What cannot be backed by a row does not leave (contract 2.7).
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

import prompts
from agent import claim_guard, spanish
from agent.evidence import Deed, Evidence
from agent.facts import Situation, situation, visit_of
from agent.replying import Model, ModelDown, Reply, Request, tool_answer
from storage.context import Context
from storage.idempotency import call_key
from storage.tables import Booking, Technician
from tools import chat, toolbox
from tools.tool import Said, tidy

T = TypeVar("T")

ROUNDS = 6
TURN_SECONDS = 18.0
LONGEST = 480
SAFE = "I want to be sure I tell you the right thing, so I've asked the office to follow up with you."
ASKS = ("list_open_slots", "book_job", "reschedule", "cancel", "find_my_bookings")
KINDS = {
    "book_job": "booked",
    "reschedule": "moved",
    "cancel": "cancelled",
    "hand_off": "handed_off",
    "update_lead": "noted",
    "send_link": "sent",
}


Ask = Callable[[list[dict[str, Any]], list[dict[str, Any]]], Awaitable[Reply]]
Run = Callable[[Request], Awaitable[Said]]


class Units(Protocol):
    """Transactions for this conversation: handed in by the door, so that a turn knows no database."""

    async def write(self, unit: Callable[[Context], T]) -> T:
        """Run an act and commit."""
        ...

    async def read(self, unit: Callable[[Context], T]) -> T:
        """Ask a question."""
        ...


class Check(Protocol):
    """Judges a reply before it leaves: agent.claim_guard.check."""

    def __call__(self, text: str, evidence: Evidence, *, limit: int) -> claim_guard.Verdict:
        """Whether these words may leave, at most `limit` characters of them."""
        ...


@dataclass(slots=True)
class Answer:
    """What a turn came to. `needs_human` names why a person must look, if one must."""

    text: str
    source: str  # model, guard
    rounds: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    tokens_cached: int = 0
    guard: list[str] = field(default_factory=list)
    needs_human: str | None = None


@dataclass(slots=True)
class Thinking:
    """One turn under way: whom to ask, until when (the loop's clock), and what was said and done so far."""

    units: Units
    model: Model
    turn_key: str
    deadline: float
    history: list[dict[str, Any]]
    done: list[tuple[str, Said]] = field(default_factory=list)
    result: Answer = field(default_factory=lambda: Answer("", "model"))


async def answer(
    units: Units, model: Model, turn_key: str, *, seconds: float = TURN_SECONDS, check: Check = claim_guard.check
) -> Answer:
    """Answer the conversation's latest messages; `turn_key` names this turn, also when it is run again.

    `seconds` is how long the model may think in all; `check` judges what it wrote. Raises ModelDown when the model
    gives nothing usable in time and has done nothing yet; then the script takes the turn.
    """
    known = await units.read(situation)
    thinking = Thinking(units, model, turn_key, asyncio.get_running_loop().time() + seconds, opening(known))
    result = thinking.result
    try:
        reply = await converse(thinking)
        verdict = check(tidy(reply.text), await evidence(units, known, thinking.done), limit=LONGEST)
        if not verdict.ok:
            result.guard.extend(verdict.reasons)
            thinking.history += [_without_calls(reply), {"role": "system", "content": verdict.explain}]
            reply = await converse(thinking)
            verdict = check(tidy(reply.text), await evidence(units, known, thinking.done), limit=LONGEST)
        if verdict.reasons == ("empty",):
            raise ModelDown("empty")
    except ModelDown:
        if not deeds_said(thinking.done):
            raise
        return in_our_words(thinking.done, result, known.language)
    if verdict.ok:
        result.text = tidy(reply.text)
        return result
    result.guard.extend(verdict.reasons)
    result.needs_human = "claim_guard"
    return in_our_words(thinking.done, result, known.language)


def done_before(ctx: Context, turn_key: str) -> Answer | None:
    """The answer of a turn that acted and then vanished: true words for what it did, so that nobody acts twice."""
    done = [(name, said) for name, said in chat.calls_of_turn(ctx, turn_key) if said.ok]
    return in_our_words(done, Answer("", "guard"), chat.customer_of(ctx).language) if deeds_said(done) else None


def opening(known: Situation) -> list[dict[str, Any]]:
    """The system prompt and the thread so far, as the model sees them."""
    history: list[dict[str, Any]] = [{"role": "system", "content": prompts.render("receptionist", **known.prompt)}]
    for role, text in known.thread:
        said = f"[a colleague from the office wrote] {text}" if role == "staff" else text
        history.append({"role": "user" if role == "user" else "assistant", "content": said})
    return history


async def converse(thinking: Thinking, ask: Ask | None = None, run: Run | None = None) -> Reply:
    """Ask, run the tools asked for, ask again; at most six rounds in a turn, the last one without tools.

    Only the model is hurried: an act that has begun is always waited for, so that it is never lost from the answer.
    `ask` and `run` take the place of the model's reply and of `run_tool`, for a turn that is listened to.
    """
    ask = ask or thinking.model.reply
    tools = toolbox.schemas(thinking.model.api)
    result = thinking.result
    while True:
        last = result.rounds >= ROUNDS - 1
        try:
            async with asyncio.timeout_at(thinking.deadline):
                reply = await ask(thinking.history, [] if last else tools)
        except TimeoutError as error:
            raise ModelDown("timeout") from error
        result.rounds += 1
        result.tokens_in += reply.tokens_in
        result.tokens_out += reply.tokens_out
        result.tokens_cached += reply.tokens_cached
        if not reply.requests or last:
            return reply
        thinking.history.append(reply.entry)
        for request in reply.requests:
            said = await (run(request) if run else run_tool(thinking.units, request, thinking.turn_key))
            thinking.done.append((request.name, said))
            thinking.history.append(tool_answer(request, said.result()))


def _without_calls(reply: Reply) -> dict[str, Any]:
    """A reply as words alone: calls nobody answered would make a model API refuse the history."""
    return {"role": "assistant", "content": reply.text} if reply.requests else reply.entry


async def run_tool(units: Units, request: Request, turn_key: str) -> Said:
    """One tool call in one transaction. The same write asked twice in a turn is done once."""
    key = call_key(turn_key, request.name, _canonical(request.arguments))
    return await units.write(lambda ctx: toolbox.call(ctx, request.name, request.arguments, key=key, turn_id=turn_key))


async def evidence(units: Units, known: Situation, done: list[tuple[str, Said]]) -> Evidence:
    """What the reply may rest on now: the start of the turn, and every act and answer since."""
    fresh = await units.read(situation)
    deeds = await units.read(lambda ctx: tuple(deed for name, said in done for deed in _deed(ctx, name, said)))
    return Evidence(
        now=known.now,
        deeds=deeds,
        visits=fresh.visits,
        offered=tuple(dict.fromkeys((*known.offered, *fresh.offered))),
        tool_text=tuple(text for _name, said in done for text in _tool_texts(said)),
        profile=known.profile,
        customer=known.customer_said,
        staff_names=known.staff_names,
        record=f"{known.record}\n{fresh.record}",
    )


def in_our_words(done: list[tuple[str, Said]], result: Answer, language: str) -> Answer:
    """A true answer in the customer's language from the tools' own sentences: this turn's deeds, else the times or
    visits it found, else the safe one, which says what `needs_human` does."""
    result.source = "guard"
    listed = [said.say for name, said in done if name in ASKS and (said.data.get("slots") or said.data.get("visits"))]
    told = deeds_said(done) or listed[-1:]
    if not told:
        result.needs_human = result.needs_human or "stuck"
    text = " ".join(dict.fromkeys(told)) or SAFE
    result.text = spanish.said(text) if language == "es" else text
    return result


def deeds_said(done: list[tuple[str, Said]]) -> list[str]:
    """What the acts that succeeded say to the customer."""
    return [said.say for name, said in done if said.ok and name in KINDS and name != "update_lead"]


def _deed(ctx: Context, name: str, said: Said) -> tuple[Deed, ...]:
    kind = KINDS.get(name)
    if not said.ok or kind is None:
        return ()
    row = ctx.session.get(Booking, said.booking_id) if said.booking_id else None
    if row is None:
        return (Deed(kind, None),)
    technician = ctx.session.get(Technician, row.technician_id)
    visit = visit_of(row, technician.name if technician else None)
    return (Deed("requested" if kind == "booked" and row.status == "pending" else kind, visit),)


def _tool_texts(said: Said) -> tuple[str, ...]:
    """A tool's sentence and the times in its data, in words."""
    listed = said.data.get("slots") or said.data.get("visits") or ()
    return (said.say, *(str(one["when"]) for one in listed if isinstance(one, dict) and "when" in one))


def _canonical(arguments: str) -> Any:
    try:
        return json.loads(arguments[: toolbox.LONGEST_ARGUMENTS] or "{}")
    except (ValueError, RecursionError):
        return arguments
