"""What a model is to a turn: something that answers a history with words or with tools to call."""

import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Request:
    """A tool the model wants called; `arguments` is the JSON text it wrote, which may be anything."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What the model said: words, or tools to call. `entry` goes back into the history as it is."""

    text: str
    requests: tuple[Request, ...] = ()
    entry: dict[str, Any] = field(default_factory=dict)
    tokens_in: int = 0
    tokens_out: int = 0
    tokens_cached: int = 0  # of tokens_in, those the provider had kept from before; 0 where it does not say


def cached(usage: Any) -> int:
    """A provider's account of an answer, of either API, in; the input tokens it did not have to read anew out."""
    details = getattr(usage, "prompt_tokens_details", None) or getattr(usage, "input_tokens_details", None)
    return getattr(details, "cached_tokens", None) or 0


class ModelDown(Exception):
    """No usable answer came: `timeout`, `status_500`, `connection`, `unreadable`. The script takes the turn."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Model(Protocol):
    """Anything that answers a history with words or tool calls."""

    name: str
    api: str  # chat or responses: which tool schema it takes

    async def reply(self, history: list[dict[str, Any]], tools: list[dict[str, Any]]) -> Reply:
        """Answer `history` (chat-style entries). Raises ModelDown."""
        ...


class Talker(Model, Protocol):
    """A model that can also be listened to while it writes."""

    def stream(self, history: list[dict[str, Any]], tools: list[dict[str, Any]]) -> "AsyncGenerator[str | Reply, None]":
        """The same answer piece by piece: words as they come, and last the whole Reply. Raises ModelDown."""
        ...


def tool_answer(request: Request, result: dict[str, Any]) -> dict[str, Any]:
    """A tool's result as a history entry; one for every request, or the next call is refused."""
    return {"role": "tool", "tool_call_id": request.id, "content": json.dumps(result, ensure_ascii=False, default=str)}
