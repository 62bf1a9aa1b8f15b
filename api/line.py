"""One phone call our assistant talks on, whoever carries it: what is heard is answered aloud, and silence is kept when
the caller talks over it. The doors `api.relay` and `api.retell_llm` bring the words in and take them out."""

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Protocol, TypeVar

from starlette.websockets import WebSocketDisconnect

import prompts
from agent import talk
from agent.aloud import aloud
from agent.replying import ModelDown, Request, Talker
from agent.turn import Answer, Units, done_before
from api import spoken
from api.errors import where
from storage.context import Context
from storage.tables import Org
from tools import latest, talking
from tools.talking import Heard, Talk
from tools.tool import Said

log = logging.getLogger("ringback")
T = TypeVar("T")

LOCALES = {"en": "en-US", "es": "es-US"}  # of whoever hears and speaks for us
GREETING = "Thanks for calling {business}. This is the automated assistant. How can I help?"
NAMED_GREETING = "Thanks for calling {business}. This is {assistant}, the automated assistant. How can I help?"
STOPPED = "Okay, we won't text you any more. Is there anything I can do for you on the phone?"
PUTTING_THROUGH = "I'll try to put you through now."
STILL_THERE = ("Are you still there?", "I'm still here whenever you are ready.")
GOODBYE = "I can't hear you, so I'll hang up now. Call us any time. Goodbye."
TIME_IS_UP = "I'm sorry, I have to end this call now. Call us again any time. Goodbye."
NOT_FOR_YOU = "Sorry, we can't take this call. Goodbye."
SORRY = "I'm sorry, something went wrong on my side. Could you say that again?"


def greeting(org: Org, language: str) -> str:
    """The first words of a call, in the language ("en" or "es") the caller spoke before."""
    words = NAMED_GREETING if org.assistant_name else GREETING
    return spoken.in_language(words.format(business=org.name, assistant=org.assistant_name), language)


class Mouth(talk.Mouth, Protocol):
    """Where one answer's words go, and how it ends."""

    async def end(self, *, transfer: str | None = None, hang_up: bool = False) -> None:
        """The answer is over; then put the caller through to this number (E.164), or hang up, if either."""
        ...


class Kept:
    """Units of work that are seen through, whoever stops waiting for them: a tool that has begun is never undone by a
    caller who talks over the answer."""

    def __init__(self, units: Units) -> None:
        self._units = units
        self._under_way: set[asyncio.Future[Any]] = set()

    async def write(self, unit: Callable[[Context], T]) -> T:
        """Run an act and commit, to the end."""
        task = asyncio.ensure_future(self._units.write(unit))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return await asyncio.shield(task)

    async def read(self, unit: Callable[[Context], T]) -> T:
        """Ask a question."""
        return await self._units.read(unit)

    async def settled(self) -> None:
        """Wait until everything that was begun is done."""
        while self._under_way:
            await asyncio.wait(set(self._under_way))


class Recording:
    """A mouth that remembers what it said."""

    def __init__(self, mouth: Mouth) -> None:
        self.mouth = mouth
        self.said = ""

    async def say(self, words: str) -> None:
        # Remembered first: what was handed to the wire may be heard, even when we are stopped right here.
        words = words if not self.said or self.said[-1].isspace() else f" {words}"
        self.said += words
        await self.mouth.say(words)

    async def tool_begins(self, request: Request) -> None:
        await self.mouth.tool_begins(request)

    async def tool_done(self, request: Request, said: Said) -> None:
        await self.mouth.tool_done(request, said)


class Line:
    """One connection's side of a call: one answer at a time, in a task that `quiet` or `close` sees to its end."""

    def __init__(self, units: Units, model: Talker | None, call: Talk, socket: str) -> None:
        """`socket` names this connection, as `talking.begin` was told."""
        self._units = Kept(units)
        self._model = model
        self._socket = socket
        self._answering: asyncio.Task[None] | None = None
        self._turn: tuple[str, Recording, Heard | None] | None = None
        self._silences = 0
        self._language = call.language
        self.call = call
        self.words = ""  # what is being answered, or was last

    @property
    def talking(self) -> bool:
        """Whether an answer is under way."""
        return self._answering is not None and not self._answering.done()

    @property
    def said(self) -> str:
        """What the answer under way has said so far."""
        return self._turn[1].said if self._turn is not None else ""

    async def greet(self, org: Org, mouth: Mouth | None) -> None:
        """Say hello; without a mouth the carrier says it for us."""
        words = greeting(org, self._language)
        await self._units.write(lambda ctx: talking.spoke(ctx, f"{self.call.call_id}:greeting", words))
        if mouth is not None:
            await mouth.say(words)
            await mouth.end()

    async def hear(self, words: str, turn_key: str, mouth: Mouth, *, whole: bool = False) -> None:
        """Answer these words, in place of whatever is being said; see `talking.hear` for `whole`."""
        await self.quiet()
        self.words, self._silences = words, 0
        recording = Recording(mouth)
        self._turn = (turn_key, recording, None)
        self._answering = asyncio.create_task(self._answer(words, turn_key, recording, whole))

    async def again(self, turn_key: str, mouth: Mouth) -> bool:
        """Say once more what this turn said, for a line that was lost; False when nothing is kept."""
        said = await self._units.read(lambda ctx: talking.said_in(ctx, turn_key))
        return await self._once_more(said, mouth)

    async def repeats(self, words: str, mouth: Mouth) -> bool:
        """Whether these are the words we answered last, before the line was lost; then that answer is said again."""
        return await self._once_more(await self._units.read(lambda ctx: talking.answer_to(ctx, words)), mouth)

    async def go_on(self, turn_key: str, mouth: Mouth) -> None:
        """Answer what was waiting for an answer when the line was lost, if anything was."""
        waiting = await self._units.read(lambda ctx: [one.body for one in latest.unanswered(ctx)[0]])
        if waiting:
            await self.hear(" ".join(waiting), turn_key, mouth, whole=True)

    async def _once_more(self, said: str | None, mouth: Mouth) -> bool:
        if not said:
            return False
        await mouth.say(said)
        await mouth.end()
        return True

    async def quiet(self) -> None:
        """Stop talking. What was said is kept as such, and what was begun is done before this returns."""
        task = self._answering
        if task is not None and not task.done():
            task.cancel()
            await asyncio.wait({task})
        self._answering = None
        await self._units.settled()
        if self._turn is not None:
            turn_key, recording, heard = self._turn
            self._turn = None
            if recording.said.strip():
                await self._units.write(lambda ctx: spoken.keep(ctx, turn_key, recording.said, heard, cut=True))

    async def overheard(self, heard: str) -> None:
        """The caller talked over our last words after hearing this much of them."""
        await self._units.write(lambda ctx: spoken.cut(ctx, heard))

    async def nudge(self, mouth: Mouth, turn_key: str) -> bool:
        """The caller is silent: ask, twice, then say goodbye; False once that was said."""
        self._silences += 1
        over = self._silences > len(STILL_THERE)
        await self.tell(mouth, turn_key, GOODBYE if over else STILL_THERE[self._silences - 1], hang_up=over)
        return not over

    async def tell(self, mouth: Mouth, turn_key: str, words: str, *, hang_up: bool = False) -> None:
        """Say something that answers nothing, in the caller's language."""
        await self.quiet()
        words = spoken.in_language(words, self._language)
        await self._units.write(lambda ctx: talking.spoke(ctx, turn_key, words, kind=talking.NUDGE))
        await mouth.say(words)
        await mouth.end(hang_up=hang_up)

    async def close(self, reason: str) -> None:
        """The connection is gone: stop, keep what was said, and settle what the call came to."""
        await self.quiet()
        await self._units.write(lambda ctx: talking.over(ctx, self.call.call_id, self._socket, reason))

    async def _answer(self, words: str, turn_key: str, mouth: Recording, whole: bool) -> None:
        started = time.perf_counter()
        with suppress(WebSocketDisconnect):  # the reading side learns of it too, and closes
            try:
                await self._in_one_go(words, turn_key, mouth, whole, started)
            except WebSocketDisconnect:
                raise
            except Exception as bug:  # noqa: BLE001 - the edge of a call: a bug of ours must not leave silence
                log.error("bug %s in a call at %s", type(bug).__name__, where(bug))
                await mouth.say(spoken.in_language(SORRY, self._language))
                await mouth.mouth.end()

    async def _in_one_go(self, words: str, turn_key: str, mouth: Recording, whole: bool, started: float) -> None:
        heard, vanished = await self._units.write(
            lambda ctx: (talking.hear(ctx, words, whole=whole), done_before(ctx, turn_key))
        )
        self._turn, self._language = (turn_key, mouth, heard), heard.language
        result, error = await self._speak(turn_key, heard, vanished, mouth)
        model = self._model.name if self._model is not None and result.source != "safety" else None
        cost = spoken.Cost(model, started, error)
        number = await self._units.write(lambda ctx: spoken.finish(ctx, turn_key, mouth.said, heard, result, cost))
        self._turn = None
        if number is not None:
            await mouth.say(spoken.in_language(PUTTING_THROUGH, self._language))
        await mouth.mouth.end(transfer=number, hang_up=number is None and spoken.leaves(words, mouth.said))

    async def _speak(
        self, turn_key: str, heard: Heard, vanished: Answer | None, mouth: Recording
    ) -> tuple[Answer, str | None]:
        """Find the words and say them; what the turn came to, and why the script took over, if it did."""
        if heard.danger is not None or heard.stopped:
            safety = prompts.render(f"safety/{heard.danger}") if heard.danger is not None else None
            await mouth.say(safety or spoken.in_language(STOPPED, heard.language))
            return Answer("", "safety"), None
        if vanished is not None:
            await mouth.say(aloud(vanished.text, heard.language))
            return vanished, "run_again"
        error = None
        if self._model is not None and not heard.emergency:
            try:
                told = heard.untold
                return await talk.answer(self._units, self._model, turn_key, mouth, untold=told), None
            except ModelDown as down:
                error = down.reason
                log.warning("turn %s: the model gave nothing usable (%s); the script answers", turn_key, down.reason)
        await mouth.say(await self._units.write(lambda ctx: spoken.by_script(ctx, turn_key, heard)))
        return Answer("", "script"), error
