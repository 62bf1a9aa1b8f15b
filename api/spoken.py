"""What one answer on the phone leaves behind, each in one unit: the script's words, the reply, what the turn cost."""

import re
import time
from dataclasses import dataclass

from agent import facts, script, spanish
from agent.aloud import aloud
from agent.turn import Answer
from storage.context import Context
from storage.tables import Turn
from tools import chat, conversations, handoff, latest, talking
from tools.talking import Heard

LEAVING = re.compile(
    r"\b(?:good ?bye|bye(?:[ -]?bye)?|that'?s (?:all|it|everything)|adios|hasta luego|"
    r"have a (?:good|great|nice) (?:one|day|night|evening|weekend))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Cost:
    """Who was asked for an answer, since when (`time.perf_counter`), and why the script took over, if it did."""

    model: str | None
    started: float
    error: str | None


def by_script(ctx: Context, turn_key: str, heard: Heard) -> str:
    """The script's turn, for the ear; what the caller has not heard of yet comes first."""
    words = script.answer(ctx, turn_key)
    untold = [in_language(one, heard.language) for one in heard.untold]
    told = " ".join(dict.fromkeys([*untold, aloud(words, heard.language)])).strip()
    thread = latest.thread_of(ctx)
    meant = thread.memory.get("meant") or {}
    if meant.get("said") == words:
        thread.memory = {**thread.memory, "meant": {**meant, "said": told}}
    ctx.session.flush()  # what it remembers, before the thread is read afresh
    return told


def in_language(words: str, language: str) -> str:
    """Words of ours, written in English, in the caller's language, for the ear."""
    return aloud(spanish.said(words) if language == "es" else words, language)


def finish(ctx: Context, turn_key: str, said: str, heard: Heard, result: Answer, cost: Cost) -> str | None:
    """Keep the words and what the turn cost; the number to put the caller through to, if any (E.164)."""
    thread = latest.thread_of(ctx)
    if ctx.session.get(Turn, turn_key) is None:
        ctx.session.add(
            Turn(
                id=turn_key,
                org_id=ctx.org.id,
                conversation_id=thread.id,
                source=result.source,
                model=cost.model,
                rounds=result.rounds,
                tokens_in=result.tokens_in,
                tokens_out=result.tokens_out,
                tokens_cached=result.tokens_cached,
                milliseconds=round((time.perf_counter() - cost.started) * 1000),
                guard=result.guard,
                error=cost.error,
                created_at=ctx.now,
            )
        )
    keep(ctx, turn_key, said, heard)
    if result.needs_human is not None:
        conversations.needs_human(ctx, thread, result.needs_human)
        handoff.hand_off(ctx, thread, result.needs_human, "routine", None, chat.customer_of(ctx))
    return talking.person_for(ctx, turn_key, danger=heard.danger is not None)


def keep(ctx: Context, turn_key: str, said: str, heard: Heard | None, *, cut: bool = False) -> None:
    """Keep what was said in a turn, and which times it offered: only those can be accepted."""
    kind = "safety" if heard is not None and heard.danger is not None else "reply"
    if talking.spoke(ctx, turn_key, said.strip(), kind=kind, cut=cut):
        latest.keep_heard(ctx, heard.at if heard is not None else None, facts.offered_in(ctx, said))


def cut(ctx: Context, heard: str) -> None:
    """The caller talked over our last words: what they did not hear was not said, and offers no time."""
    before = latest.said_offers(ctx)
    changed = talking.cut(ctx, heard)
    if changed is not None and facts.offered_in(ctx, changed[0]) is not None:
        named = facts.offered_in(ctx, changed[1]) or []
        latest.keep_heard(ctx, None, [one for one in named if one in before])


def leaves(words: str, answer: str) -> bool:
    """Whether the caller said goodbye, and we did not ask them something in the same breath."""
    return LEAVING.search(words) is not None and not answer.rstrip().endswith("?")
