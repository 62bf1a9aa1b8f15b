"""The scripted model's answers as server-sent events, of chat completions and of responses."""

import json
import re
from collections.abc import Iterator
from typing import Any


def pieces(words: str) -> list[str]:
    """Words as a model sends them: one at a time, each with its space."""
    return re.findall(r"\S+\s*|\s+", words)


def chat_events(answer: dict[str, Any]) -> Iterator[str]:
    """A chat completion, piece by piece; a tool call's arguments come in halves."""
    choice = answer["choices"][0]
    common = {"id": answer["id"], "object": "chat.completion.chunk", "created": 1, "model": answer["model"]}

    def event(delta: dict[str, Any], finish: str | None = None) -> str:
        choices = [{"index": 0, "delta": delta, "finish_reason": finish}]
        return f"data: {json.dumps({**common, 'choices': choices})}\n\n"

    yield event({"role": "assistant", "content": ""})
    for piece in pieces(choice["message"]["content"] or ""):
        yield event({"content": piece})
    for number, call in enumerate(choice["message"].get("tool_calls", ())):
        text = call["function"]["arguments"]
        head = {"name": call["function"]["name"], "arguments": ""}
        yield event({"tool_calls": [{"index": number, "id": call["id"], "type": "function", "function": head}]})
        for half in (text[: len(text) // 2], text[len(text) // 2 :]):
            yield event({"tool_calls": [{"index": number, "function": {"arguments": half}}]})
    yield event({}, choice["finish_reason"])
    yield f"data: {json.dumps({**common, 'choices': [], 'usage': answer['usage']})}\n\n"
    yield "data: [DONE]\n\n"


def responses_events(answer: dict[str, Any]) -> Iterator[str]:
    """An answer of the responses API, piece by piece, and whole at its end."""
    number = 0

    def event(kind: str, **more: Any) -> str:
        nonlocal number
        number += 1
        return f"event: {kind}\ndata: {json.dumps({'type': kind, 'sequence_number': number, **more})}\n\n"

    yield event("response.created", response={**answer, "status": "in_progress", "output": []})
    for index, item in enumerate(answer["output"]):
        for part in item.get("content", ()):
            about = {"item_id": item["id"], "output_index": index, "content_index": 0, "logprobs": []}
            for piece in pieces(part["text"]):
                yield event("response.output_text.delta", delta=piece, **about)
    yield event("response.completed", response=answer)
