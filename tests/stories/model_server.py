"""A model on loopback that speaks the OpenAI protocol, chat completions and responses, from a script.

A step is what the model does on one request: `Say("…")`, `Use("book_job", {...})`, `Hang(seconds)`, `Fail(500)`,
`Nonsense("…")`, or a function of the request's body that gives one of these. What it was asked is kept in `asked`.
"""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.stories.streamed import chat_events, responses_events


@dataclass(frozen=True)
class Say:
    """Words for the customer."""

    words: str


@dataclass(frozen=True)
class Use:
    """A tool call; arguments may be any text."""

    tool: str
    arguments: dict[str, Any] | str = field(default_factory=dict)


@dataclass(frozen=True)
class Hang:
    """No answer for so long."""

    seconds: float


@dataclass(frozen=True)
class Fail:
    """An error with this status."""

    status: int


@dataclass(frozen=True)
class Nonsense:
    """A body that is no answer at all."""

    body: str
    content_type: str = "application/json"


@dataclass(frozen=True)
class Slowly:
    """Words that come one by one with a pause (seconds) after each; `cut` breaks the stream off before its end."""

    words: str
    pause: float = 0.0
    cut: bool = False


Step = Say | Use | Hang | Fail | Nonsense | Slowly
Script = Callable[[dict[str, Any]], Step]


class ModelServer:
    """`steps` are played in order; when they are used up, `otherwise` goes on for ever."""

    def __init__(self) -> None:
        self.url = ""
        self.steps: list[Step | Script] = []
        self.otherwise: Step | Script = Say("One moment, please.")
        self.asked: list[dict[str, Any]] = []
        self.lock = threading.Lock()
        self.closing = threading.Event()
        self.hung_up = 0  # streams that nobody listened to any more

    def play(self, *steps: Step | Script, otherwise: Step | Script | None = None) -> None:
        """Set the coming steps; what was set before is dropped."""
        with self.lock:
            self.steps = list(steps)
            if otherwise is not None:
                self.otherwise = otherwise

    def next(self, body: dict[str, Any]) -> Step:
        with self.lock:
            self.asked.append(body)
            step = self.steps.pop(0) if self.steps else self.otherwise
        return step(body) if callable(step) else step

    @property
    def used_up(self) -> bool:
        return not self.steps


def chat_answer(step: Say | Use, number: int) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": step.words if isinstance(step, Say) else None}
    if isinstance(step, Use):
        function = {"name": step.tool, "arguments": as_text(step.arguments)}
        message["tool_calls"] = [{"id": f"call_{number}", "type": "function", "function": function}]
    return {
        "id": f"chatcmpl-{number}",
        "object": "chat.completion",
        "created": 1,
        "model": "scripted",
        "choices": [
            {"index": 0, "message": message, "finish_reason": "stop" if isinstance(step, Say) else "tool_calls"}
        ],
        "usage": {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15},
    }


def responses_answer(step: Say | Use, number: int) -> dict[str, Any]:
    if isinstance(step, Say):
        content = [{"type": "output_text", "text": step.words, "annotations": []}]
        item: dict[str, Any] = {"type": "message", "id": f"msg_{number}", "role": "assistant", "content": content}
    else:
        item = {"type": "function_call", "id": f"fc_{number}", "call_id": f"call_{number}", "name": step.tool}
        item["arguments"] = as_text(step.arguments)
    return {
        "id": f"resp_{number}",
        "object": "response",
        "created_at": 1,
        "model": "scripted",
        "status": "completed",
        "parallel_tool_calls": False,
        "tool_choice": "auto",
        "tools": [],
        "output": [{**item, "status": "completed"}],
        "usage": {
            "input_tokens": 10,
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens": 5,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": 15,
        },
    }


def as_text(arguments: dict[str, Any] | str) -> str:
    return arguments if isinstance(arguments, str) else json.dumps(arguments)


def tool_results(body: dict[str, Any]) -> list[dict[str, Any]]:
    """What the tools answered so far in the request of either protocol, oldest first."""
    texts = [one["content"] for one in body.get("messages", ()) if one["role"] == "tool"]
    texts += [one["output"] for one in body.get("input", ()) if one.get("type") == "function_call_output"]
    return [json.loads(text) for text in texts]


def in_the_tools_words(body: dict[str, Any]) -> Step:
    """The obedient model: it says what the last tool told it to say."""
    return Say(tool_results(body)[-1]["say"])


@contextmanager
def model_server() -> Iterator[ModelServer]:
    """A running model; its `url` goes into OPENAI_BASE_URL."""
    model = ModelServer()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_args: Any) -> None:
            pass

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            step = model.next(body)
            number = len(model.asked)
            if isinstance(step, Hang):
                model.closing.wait(step.seconds)
                self.close_connection = True
            elif isinstance(step, Fail):
                self.answer(step.status, json.dumps({"error": {"message": "no", "type": "server_error"}}))
            elif isinstance(step, Nonsense):
                self.answer(200, step.body, step.content_type)
            else:
                shape = responses_answer if self.path.endswith("/responses") else chat_answer
                said = Say(step.words) if isinstance(step, Slowly) else step
                if body.get("stream"):
                    events = responses_events if self.path.endswith("/responses") else chat_events
                    self.stream(list(events(shape(said, number))), step)
                else:
                    self.answer(200, json.dumps(shape(said, number)))

        def stream(self, events: list[str], step: Step) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Connection", "close")
            self.end_headers()
            self.close_connection = True
            slowly = step if isinstance(step, Slowly) else Slowly("")
            try:
                for event in events[: len(events) // 2] if slowly.cut else events:
                    self.wfile.write(event.encode())
                    self.wfile.flush()
                    if slowly.pause and model.closing.wait(slowly.pause):
                        return
            except (BrokenPipeError, ConnectionResetError):
                model.hung_up += 1

        def answer(self, status: int, text: str, content_type: str = "application/json") -> None:
            raw = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            try:
                self.wfile.write(raw)
            except BrokenPipeError:
                self.close_connection = True

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False

        def handle_error(self, request: Any, client_address: Any) -> None:
            """A client that gave up is part of the play."""

    with Quiet(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        model.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
        yield model
        model.closing.set()
        server.shutdown()
        time.sleep(0)
