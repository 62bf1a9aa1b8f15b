"""A model's answer put together from its stream, over both protocols, from a server that speaks them."""

from collections.abc import Iterator
from contextlib import aclosing

import pytest

from agent.model import open_model
from agent.replying import ModelDown, Reply
from tests.stories.model_server import Fail, ModelServer, Nonsense, Say, Slowly, Step, Use, model_server

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("api", ["chat", "responses"])]


@pytest.fixture(scope="module")
def model() -> Iterator[ModelServer]:
    with model_server() as running:
        yield running


async def heard(model: ModelServer, api: str, step: Step) -> tuple[list[str], Reply]:
    """The pieces of one answer, and the answer."""
    model.play(step)
    talker = open_model(name="scripted", api=api, api_key="k", base_url=model.url, effort=None)
    try:
        async with aclosing(talker.stream([{"role": "user", "content": "Hi"}], [])) as stream:
            pieces = [piece async for piece in stream]
    finally:
        await talker.close()
    *words, reply = pieces
    assert isinstance(reply, Reply)
    return [word for word in words if isinstance(word, str)], reply


async def test_words_come_one_by_one_and_then_as_a_whole(api: str, model: ModelServer) -> None:
    words, reply = await heard(model, api, Say("Hello there. How are you?"))
    assert words == ["Hello ", "there. ", "How ", "are ", "you?"]
    assert (reply.text, reply.requests, reply.tokens_in) == ("Hello there. How are you?", (), 10)


async def test_a_tool_call_is_put_together_from_its_pieces(api: str, model: ModelServer) -> None:
    words, reply = await heard(model, api, Use("book_job", {"slot": "2026-11-23 08:00"}))
    [request] = reply.requests
    assert (words, request.name, request.arguments) == ([], "book_job", '{"slot": "2026-11-23 08:00"}')
    assert request.id


@pytest.mark.parametrize(
    ("step", "reason"),
    [
        (Slowly("one two three four", cut=True), "cut_off"),
        (Fail(404), "status_404"),
        (Nonsense("{}"), "cut_off"),
        (Nonsense("data: 5\n\n", "text/event-stream"), "unreadable"),
    ],
    ids=["cut", "status", "no-stream", "no-event"],
)
async def test_a_stream_that_is_no_answer_is_a_model_that_is_down(
    step: Step, reason: str, api: str, model: ModelServer
) -> None:
    with pytest.raises(ModelDown) as down:
        await heard(model, api, step)
    assert down.value.reason == reason
