"""A turn that is listened to while it is made: words leave sentence by sentence, each one checked, and may be cut off.

The same tools, the same guard and the same rounds as in `agent.turn`. A sentence that claims what no row supports is
never said: one more try, then the tools' own words. Whoever runs this may cancel it at any moment, except that a tool
that has begun is for the given `units` to see through.
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Any, Protocol

import prompts
from agent import claim_guard
from agent.aloud import aloud, sentences
from agent.evidence import Evidence
from agent.facts import Situation, situation
from agent.replying import ModelDown, Reply, Request, Talker
from agent.turn import LONGEST, Answer, Check, Thinking, Units, converse, deeds_said, evidence, in_our_words, opening
from agent.turn import run_tool as run
from tools.tool import Said, tidy

TALK_SECONDS = 10.0  # all a model may think in one turn of a call
FIRST_WORD_SECONDS = 4.0  # of silence, then somebody else answers
PATIENCE_SECONDS = 1.8  # of silence, then a word that we are still there
ONE_MOMENT = {"en": "One moment, please. ", "es": "Un momento, por favor. "}


class Mouth(Protocol):
    """Where the words go."""

    async def say(self, words: str) -> None:
        """Say these words; what is said is said."""
        ...

    async def tool_begins(self, request: Request) -> None:
        """A tool is about to run."""
        ...

    async def tool_done(self, request: Request, said: Said) -> None:
        """It has run."""
        ...


class Refused(Exception):
    """The guard lets a sentence not pass, and no tool call follows that it could have belonged to."""

    def __init__(self, words: str, verdict: claim_guard.Verdict) -> None:
        super().__init__("refused")
        self.words, self.verdict = words, verdict


async def answer(
    units: Units,
    model: Talker,
    turn_key: str,
    mouth: Mouth,
    *,
    untold: Sequence[str] = (),
    seconds: float = TALK_SECONDS,
    check: Check = claim_guard.check,
) -> Answer:
    """Answer the caller's latest words aloud; `turn_key` names this turn, `untold` are deeds they have not heard of.

    Raises ModelDown when the model gives nothing usable in time and has done nothing yet; then the script takes over.
    """
    known = await units.read(situation)
    thinking = Thinking(units, model, turn_key, asyncio.get_running_loop().time() + seconds, opening(known))
    told = f"Done already, and not heard by the caller yet: {' '.join(untold)}" if untold else ""
    thinking.history[0]["content"] += f"\n\n# On the phone\n{prompts.render('phone_call')}\n{told}"
    gate = Gate(thinking, model, known, mouth, check)
    result = thinking.result
    try:
        try:
            await converse(thinking, gate.ask, gate.run)
        except Refused as refused:
            result.guard.extend(refused.verdict.reasons)
            said = f" You have said already: {gate.said!r}. Go on from there." if gate.said else ""
            thinking.history += [
                {"role": "assistant", "content": refused.words},
                {"role": "system", "content": f"That was not said. {refused.verdict.explain}{said}"},
            ]
            await converse(thinking, gate.ask, gate.run)
        if not gate.heard_last:
            raise ModelDown("empty")
    except ModelDown:
        if not deeds_said(thinking.done):
            raise
        in_our_words(thinking.done, result, known.language)
        await mouth.say(aloud(result.text, known.language))
    except Refused as refused:
        result.guard.extend(refused.verdict.reasons)
        result.needs_human = "claim_guard"
        in_our_words(thinking.done, result, known.language)
        await mouth.say(aloud(result.text, known.language))
    return result


def as_known(known: Situation) -> Evidence:
    """What a reply may rest on when nothing was done or looked up in this turn."""
    return Evidence(
        now=known.now,
        deeds=(),
        visits=known.visits,
        offered=known.offered,
        tool_text=(),
        profile=known.profile,
        customer=known.customer_said,
        staff_names=known.staff_names,
        record=known.record,
    )


class Gate:
    """Between a model and a mouth: lets out whole sentences that the guard passes. `said` is what went out in all,
    `heard_last` whether the latest round said anything."""

    def __init__(self, thinking: Thinking, model: Talker, known: Situation, mouth: Mouth, check: Check) -> None:
        self._thinking, self._model, self._known, self._mouth, self._check = thinking, model, known, mouth, check
        self._patient = True
        self._evidence: Evidence | None = None
        self._round = ""
        self.said = ""
        self.heard_last = False

    async def ask(self, history: list[dict[str, Any]], tools: list[dict[str, Any]]) -> Reply:
        """One round of the model, said while it comes. Raises Refused, ModelDown.

        What is refused before a tool call is left out: the tool may be what makes it true.
        """
        self._round, self._evidence, self.heard_last = "", None, False
        pending, refused = "", None
        async with aclosing(self._model.stream(history, tools)) as pieces:
            piece = await self._first(pieces)
            while not isinstance(piece, Reply):
                pending += piece
                *whole, pending = sentences(pending)
                for sentence in whole:
                    refused = refused or await self._release(sentence)
                piece = await anext(pieces)
        if pending.strip() and refused is None:
            refused = await self._release(pending)
        if refused is not None and not piece.requests:
            raise Refused(refused[0], refused[1])
        return piece

    async def run(self, request: Request) -> Said:
        """One tool call, told to the mouth before and after."""
        await self._mouth.tool_begins(request)
        said = await run(self._thinking.units, request, self._thinking.turn_key)
        await self._mouth.tool_done(request, said)
        return said

    async def _release(self, sentence: str) -> tuple[str, claim_guard.Verdict] | None:
        """Say a sentence; else give back why not. It is judged with what was said before it in this round."""
        words = tidy(self._round + sentence)
        if not words:
            return None
        if self._evidence is None:
            # Before any tool has run, what was read a moment ago stands: the caller waits for the first word.
            done, known = self._thinking.done, self._known
            self._evidence = await evidence(self._thinking.units, known, done) if done else as_known(known)
        verdict = self._check(words, self._evidence, limit=LONGEST)
        if not verdict.ok:
            return words, verdict
        self._round += sentence
        self.heard_last = True
        spoken = aloud(sentence, self._known.language)
        self.said += spoken
        await self._mouth.say(spoken)
        return None

    async def _first(self, pieces: AsyncGenerator[str | Reply, None]) -> str | Reply:
        """The first piece of an answer, with a word in between when it takes long. Raises ModelDown."""
        first = asyncio.ensure_future(anext(pieces))
        try:
            done, _ = await asyncio.wait({first}, timeout=PATIENCE_SECONDS)
            if not done and self._patient:
                self._patient = False
                self.said += ONE_MOMENT[self._known.language]
                await self._mouth.say(ONE_MOMENT[self._known.language])
            done, _ = await asyncio.wait({first}, timeout=FIRST_WORD_SECONDS - PATIENCE_SECONDS)
            if not done:
                raise ModelDown("timeout")
            return first.result()
        finally:
            if not first.done():
                first.cancel()
                await asyncio.wait({first})
