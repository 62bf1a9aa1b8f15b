"""Time to the first token on the phone: our sockets with a model that answers at once, beside a bare client of the same
model. What lies between is ours: hearing, reading the situation, checking the sentence, the socket."""

import asyncio
import json
import math
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from openai import AsyncOpenAI
from websockets.asyncio.client import ClientConnection, connect

from storage.db import open_database
from storage.migrate import upgrade
from storage.tables import EntryPoint, Org
from tests.bench import company
from tests.bench.load import served
from tests.stories.model_server import Say, chat_answer
from tests.stories.streamed import chat_events

WORDS = "Happy to help you with that. What exactly is going on at your place?"
PHONE = "+12125550199"
AT_ONCE = (1, 16)
First = Callable[[int, int], Awaitable[float]]


@asynccontextmanager
async def ready_model() -> AsyncIterator[str]:
    """A model on loopback that streams the same words to everybody, at once; its base URL."""
    body = "".join(chat_events(chat_answer(Say(WORDS), 1))).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: {len(body)}\r\n\r\n".encode()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                asked = (await reader.readuntil(b"\r\n\r\n")).lower()
                await reader.readexactly(int(asked.split(b"content-length:")[1].split(b"\r\n")[0]))
                writer.write(head + body)
        except (asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"


async def rows(folder: Path, number: int, say: Callable[[str], None]) -> None:
    """Measure `number` answers of each kind at each concurrency, and print a line for each."""
    url = f"sqlite:///{folder / 'sockets'}.db"
    await asyncio.to_thread(upgrade, url)
    await company.make(url)
    token = await a_number(url)
    async with ready_model() as model, served("ours", url, model=model) as server:
        client = AsyncOpenAI(api_key="none", base_url=model)
        base = f"ws://127.0.0.1:{server.port}/api"

        async def bare(_caller: int, _turn: int) -> float:
            began = time.perf_counter()
            asked = [{"role": "user", "content": "My furnace is out."}]
            async with await client.chat.completions.create(model="any", messages=asked, stream=True) as stream:  # type: ignore[call-overload]
                async for event in stream:
                    if event.choices and event.choices[0].delta.content:
                        return (time.perf_counter() - began) * 1000
            raise AssertionError("no words came")

        for at_once in AT_ONCE:
            await line("bare openai client, first token", at_once, number, bare, say)
        for name, path in (("relay", f"{base}/twilio/relay"), ("custom LLM", f"{base}/retell/llm/{token}")):
            for at_once in AT_ONCE:
                async with phones(path, at_once) as lines:

                    async def ours(caller: int, turn: int, lines: list[ClientConnection] = lines) -> float:
                        return await first_token(lines[caller], turn)

                    await line(f"first token, {name}", at_once, number, ours, say)
        await client.close()


async def line(what: str, at_once: int, number: int, first: First, say: Callable[[str], None]) -> None:
    """Ask `number` times over `at_once` callers, after a little warming up."""

    async def caller(place: int, turns: range) -> list[float]:
        return [await first(place, turn) for turn in turns]

    await asyncio.gather(*(caller(place, range(3)) for place in range(at_once)))
    share = max(1, number // at_once)
    seen = await asyncio.gather(*(caller(place, range(3, 3 + share)) for place in range(at_once)))
    times = sorted(one for share_ in seen for one in share_)
    p50, p99 = (times[min(len(times) - 1, math.ceil(part * len(times)) - 1)] for part in (0.5, 0.99))
    say(f"{what:<44}{at_once:>3}{'':>16}{p50:>9.1f}{p99:>9.1f}")


@asynccontextmanager
async def phones(path: str, at_once: int) -> AsyncIterator[list[ClientConnection]]:
    """So many callers on the line, each greeted."""
    opened: list[ClientConnection] = []
    tag = f"{time.time_ns()}"
    try:
        for place in range(at_once):
            retell = "/retell/" in path
            socket = await connect(f"{path}/{tag}{place}" if retell else path, proxy=None).__aenter__()
            opened.append(socket)
            numbers = {"from": f"+1212556{place:04d}", "to": PHONE}
            if retell:
                await until_over(socket)
            else:
                await socket.send(json.dumps({"type": "setup", "callSid": f"{tag}{place}", **numbers}))
        yield opened
    finally:
        for socket in opened:
            await socket.close()


async def first_token(socket: ClientConnection, turn: int) -> float:
    """Say something; milliseconds until the first words of the answer."""
    words = f"My furnace is out, and that for {turn} days."
    said = [{"role": "user", "content": words}]
    asked = {"interaction_type": "response_required", "response_id": turn + 1, "transcript": said}
    frame = {**asked, "type": "prompt", "voicePrompt": words, "last": True}
    began = time.perf_counter()
    await socket.send(json.dumps(frame))
    return await until_over(socket, began)


async def until_over(socket: ClientConnection, began: float = 0.0) -> float:
    """Hear an answer out; milliseconds from `began` to its first words."""
    first = 0.0
    while True:
        frame = json.loads(await socket.recv())
        words = frame.get("token", frame.get("content"))
        first = first or (bool(words) and (time.perf_counter() - began) * 1000) or 0.0
        if frame.get("last") or frame.get("content_complete"):
            return first


async def a_number(url: str) -> str:
    """Give the business a phone number; its token for Retell."""
    db = open_database(url)
    try:

        def unit(session: company.Session) -> str:
            org = session.query(Org).one()
            session.add(EntryPoint(org_id=org.id, name="Main", phone=PHONE, created_at=org.created_at))
            return org.retell_token

        return await db.write(unit)
    finally:
        await db.close()
