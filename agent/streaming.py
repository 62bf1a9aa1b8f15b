"""A model's answer put together from its stream of events, of chat completions and of responses alike."""

from collections.abc import AsyncGenerator, AsyncIterable
from typing import Any

from agent.replying import ModelDown, Reply, Request, cached


async def chat(events: AsyncIterable[Any]) -> AsyncGenerator[str | Reply, None]:
    """Words as they come, then the Reply; a tool call comes in pieces that are told apart by their index.

    Raises ModelDown for a stream that ends in the middle.
    """
    words: list[str] = []
    calls: dict[int, list[str]] = {}  # id, name, arguments
    usage: Any = None
    finished = False
    async for event in events:
        usage = event.usage or usage
        for choice in event.choices[:1]:
            finished = finished or choice.finish_reason is not None
            for part in choice.delta.tool_calls or ():
                call = calls.setdefault(part.index or 0, ["", "", ""])
                call[0] = part.id or call[0]
                if part.function is not None:
                    call[1] += part.function.name or ""
                    call[2] += part.function.arguments or ""
            if choice.delta.content:
                words.append(choice.delta.content)
                yield choice.delta.content
    if not finished:
        raise ModelDown("cut_off")
    text = "".join(words)
    requests = tuple(
        Request(id_ or f"call_{number}", name, arguments)
        for number, (id_, name, arguments) in enumerate(calls[index] for index in sorted(calls))
    )
    yield Reply(
        text,
        requests,
        chat_entry(text, requests),
        usage.prompt_tokens if usage else 0,
        usage.completion_tokens if usage else 0,
        cached(usage),
    )


async def responses(events: AsyncIterable[Any]) -> AsyncGenerator[str | Reply, None]:
    """The same from the events of the responses API, whose last one holds the whole answer."""
    async for event in events:
        if event.type == "response.output_text.delta" and event.delta:
            yield event.delta
        elif event.type in ("response.completed", "response.incomplete"):
            yield responses_reply(event.response)
            return
        elif event.type in ("response.failed", "error"):
            break
    raise ModelDown("cut_off")


def chat_entry(text: str, requests: tuple[Request, ...]) -> dict[str, Any]:
    """A chat completion as an entry of the history."""
    entry: dict[str, Any] = {"role": "assistant", "content": text}
    if requests:
        entry["tool_calls"] = [
            {"id": one.id, "type": "function", "function": {"name": one.name, "arguments": one.arguments}}
            for one in requests
        ]
    return entry


def responses_reply(answer: Any) -> Reply:
    """An answer of the responses API as a Reply."""
    output = [item.model_dump(exclude_none=True, mode="json") for item in answer.output]
    requests = tuple(
        Request(item["call_id"], item["name"], item["arguments"]) for item in output if item["type"] == "function_call"
    )
    usage = answer.usage
    return Reply(
        answer.output_text,
        requests,
        {"role": "assistant", "content": answer.output_text, "items": output},
        usage.input_tokens if usage else 0,
        usage.output_tokens if usage else 0,
        cached(usage),
    )
