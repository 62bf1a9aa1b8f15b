"""The model behind one small door: words and tool calls in and out. The only import of openai.

Imported only where a model is configured: the package costs a server half a second of its start.
"""

import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import aclosing, contextmanager
from typing import Any, TypeVar
from urllib.parse import urlsplit

from openai import APIStatusError, APITimeoutError, AsyncOpenAI, OpenAIError

from agent import streaming
from agent.replying import ModelDown, Reply, Request, cached
from agent.streaming import chat_entry, responses_reply

log = logging.getLogger("ringback")
T = TypeVar("T")

REQUEST_SECONDS = 7.0
OPENAI_HOST = "api.openai.com"


def open_model(*, name: str, api: str, api_key: str | None, base_url: str | None, effort: str | None) -> "OpenAIModel":
    """The configured model: OpenAI's with a key, any compatible server with a base URL."""
    client = AsyncOpenAI(api_key=api_key or "none", base_url=base_url or None, timeout=REQUEST_SECONDS, max_retries=1)
    ours = base_url is None or urlsplit(base_url).hostname == OPENAI_HOST
    return OpenAIModel(client, name, api, effort or ("none" if ours and api == "chat" else None))


class OpenAIModel:
    """Any OpenAI-compatible server, over chat completions or responses."""

    def __init__(self, client: AsyncOpenAI, name: str, api: str, effort: str | None) -> None:
        self._client = client
        self._effort = effort
        self.name = name
        self.api = api

    async def reply(self, history: list[dict[str, Any]], tools: list[dict[str, Any]]) -> Reply:
        ask = self._responses if self.api == "responses" else self._chat
        with _as_model_down():
            return await self._with_an_effort_it_takes(lambda: ask(history, tools))

    async def stream(
        self, history: list[dict[str, Any]], tools: list[dict[str, Any]]
    ) -> AsyncGenerator[str | Reply, None]:
        """The answer while it is written: words, and last the whole Reply (`agent.replying.Talker`)."""
        listen = streaming.responses if self.api == "responses" else streaming.chat
        with _as_model_down():
            events = await self._with_an_effort_it_takes(lambda: self._open(history, tools))
            async with events, aclosing(listen(events)) as pieces:
                async for piece in pieces:
                    yield piece

    async def _open(self, history: list[dict[str, Any]], tools: list[dict[str, Any]]) -> Any:
        if self.api == "responses":
            return await self._client.responses.create(**{**self._responses_options(history, tools), "stream": True})
        listening = {"stream": True, "stream_options": {"include_usage": True}}
        return await self._client.chat.completions.create(**{**self._chat_options(history, tools), **listening})

    async def _with_an_effort_it_takes(self, ask: Callable[[], Awaitable[T]]) -> T:
        try:
            return await ask()
        except APIStatusError as error:
            if error.status_code != 400 or self._effort == "none" or "effort" not in str(error.body).lower():
                raise
            log.warning("the model refuses tools with its default effort; set RINGBACK_MODEL_EFFORT=none")
            self._effort = "none"
            return await ask()

    async def close(self) -> None:
        """Let go of the connections."""
        await self._client.close()

    def _chat_options(self, history: list[dict[str, Any]], tools: list[dict[str, Any]]) -> dict[str, Any]:
        options: dict[str, Any] = {"model": self.name, "messages": history}
        if tools:
            options |= {"tools": tools, "parallel_tool_calls": False}
        if self._effort:
            options["reasoning_effort"] = self._effort
        return options

    async def _chat(self, history: list[dict[str, Any]], tools: list[dict[str, Any]]) -> Reply:
        answer = await self._client.chat.completions.create(**self._chat_options(history, tools))
        said = answer.choices[0].message
        requests = tuple(
            Request(one.id or f"call_{number}", one.function.name or "", one.function.arguments or "")
            for number, one in enumerate(said.tool_calls or ())
            if one.type == "function" or hasattr(one, "function")
        )
        usage = answer.usage
        return Reply(
            said.content or "",
            requests,
            chat_entry(said.content or "", requests),
            usage.prompt_tokens if usage else 0,
            usage.completion_tokens if usage else 0,
            cached(usage),
        )

    def _responses_options(self, history: list[dict[str, Any]], tools: list[dict[str, Any]]) -> dict[str, Any]:
        options: dict[str, Any] = {
            "model": self.name,
            "input": [item for entry in history for item in _items(entry)],
            "store": False,
            "include": ["reasoning.encrypted_content"],
        }
        if tools:
            options |= {"tools": tools, "parallel_tool_calls": False}
        if self._effort:
            options["reasoning"] = {"effort": self._effort}
        return options

    async def _responses(self, history: list[dict[str, Any]], tools: list[dict[str, Any]]) -> Reply:
        return responses_reply(await self._client.responses.create(**self._responses_options(history, tools)))


@contextmanager
def _as_model_down() -> Iterator[None]:
    """Whatever goes wrong between us and the model, as the one failure a turn knows."""
    try:
        yield
    except APITimeoutError as error:
        raise ModelDown("timeout") from error
    except APIStatusError as error:
        raise ModelDown(f"status_{error.status_code}") from error
    except OpenAIError as error:
        raise ModelDown("connection") from error
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        raise ModelDown("unreadable") from error  # a server that answers 200 with something else


def _items(entry: dict[str, Any]) -> list[dict[str, Any]]:
    """A chat-style history entry as the input items of the responses API."""
    if entry["role"] == "tool":
        return [{"type": "function_call_output", "call_id": entry["tool_call_id"], "output": entry["content"]}]
    if "items" in entry:
        items: list[dict[str, Any]] = entry["items"]
        return items
    return [{"role": entry["role"], "content": entry["content"]}]
