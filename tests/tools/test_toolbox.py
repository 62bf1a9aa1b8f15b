"""What a model sees of the tools, and what becomes of whatever it passes (contract 2.7, scorecard C)."""

import json
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.context import Context
from storage.tables import Booking, Conversation, Customer, Lead, Task
from tests.calls.play import Stage
from tests.fakes import SARAH, Shop
from tests.people import water_heater
from tools import toolbox
from tools.problems import CODES, Problem
from tools.tool import Tool, clean

pytestmark = pytest.mark.engines("sqlite")

NAMES = (
    *("list_open_slots", "book_job", "reschedule", "cancel", "get_conversation_summary", "find_my_bookings"),
    *("update_lead", "check_service_area", "hand_off", "send_link"),
)
SERVER_KNOWN = {"org", "org_id", "conversation", "conversation_id", "lead_id", "phone", "customer_phone", "channel"}
ALLOWED = {"type", "description", "enum", "anyOf"}
TEXT = st.text(min_size=1, max_size=60).filter(lambda text: text.strip() != "" and text.isprintable())


def parameters(name: str) -> dict[str, Any]:
    """The schema of one tool's arguments."""
    return toolbox.BY_NAME[name].parameters()


def test_these_are_the_tools_in_this_order() -> None:
    assert tuple(toolbox.BY_NAME) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_its_schema_keeps_to_the_strict_subset(name: str) -> None:
    schema = parameters(name)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert set(schema) == {"type", "properties", "required", "additionalProperties"}
    assert schema["additionalProperties"] is False
    assert schema["required"] == list(schema["properties"])
    for one in schema["properties"].values():
        assert set(one) <= ALLOWED
        assert one["description"]
        assert "type" in one or "anyOf" in one


@pytest.mark.parametrize("name", NAMES)
def test_nothing_the_server_knows_can_be_passed(name: str) -> None:
    assert not SERVER_KNOWN & set(parameters(name)["properties"])


@pytest.mark.parametrize("name", NAMES)
def test_it_is_described(name: str) -> None:
    assert len(toolbox.BY_NAME[name].description()) > 20


def test_both_apis_get_the_same_functions() -> None:
    flat = [{key: one[key] for key in one if key != "type"} for one in toolbox.schemas("responses")]
    assert flat == [one["function"] for one in toolbox.schemas("chat")]
    assert all(one["strict"] is True for one in flat)


def value_for(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Values this property's schema takes."""
    if "anyOf" in schema:
        return st.one_of([value_for(one) for one in schema["anyOf"]])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return st.one_of([st.none() if one == "null" else TEXT for one in types])


@st.composite
def valid_calls(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    name = draw(st.sampled_from(NAMES))
    return name, {field: draw(value_for(one)) for field, one in parameters(name)["properties"].items()}


@st.composite
def invalid_calls(draw: st.DrawFn) -> tuple[str, str]:
    """A tool's arguments with one thing wrong, or no arguments at all."""
    name = draw(st.sampled_from(NAMES))
    fields = parameters(name)["properties"]
    given_values: dict[str, Any] = {field: draw(value_for(one)) for field, one in fields.items()}
    wrong = draw(st.sampled_from(["extra", "type", "json", "shape", "tool", "long"] if fields else ["extra", "json"]))
    if wrong == "extra":
        given_values[draw(st.sampled_from(["org_id", "phone", "booking_id", "x y"]))] = draw(TEXT)
    elif wrong == "type":
        given_values[draw(st.sampled_from(list(fields)))] = draw(
            st.sampled_from([5, 1.5, True, [], {}, ["a"], {"a": "b"}])
        )
    elif wrong == "json":
        return name, draw(st.sampled_from(["{", "{slot: 1}", "[" * 7999, '"', "{} {}", "nul"]))
    elif wrong == "shape":
        return name, draw(st.sampled_from(["[]", "12", '"text"', "true", "[{}]"]))
    elif wrong == "tool":
        name = draw(st.sampled_from(["send_invoice", "", "BOOK_JOB", "book_job ", "\ud800"])) + "?"
    else:
        given_values[draw(st.sampled_from(list(fields)))] = "z" * 9000
    return name, json.dumps(given_values)


@settings(max_examples=300, deadline=None)
@given(valid_calls())
def test_what_the_schema_takes_is_taken(call: tuple[str, dict[str, Any]]) -> None:
    name, arguments = call
    jsonschema.validate(arguments, parameters(name))
    required = {field for field, one in toolbox.BY_NAME[name].model_fields.items() if one.annotation is str}
    if any(clean(arguments[field]) is None for field in required):
        return  # a word for nothing, such as "none"
    assert isinstance(toolbox.parse(name, json.dumps(arguments)), Tool)


@settings(max_examples=300, deadline=None)
@given(invalid_calls())
def test_what_it_does_not_take_is_refused_with_a_code_and_what_to_do(call: tuple[str, str]) -> None:
    with pytest.raises(Problem) as problem:
        toolbox.parse(*call)
    assert problem.value.code in CODES
    assert problem.value.detail.endswith(".")
    assert problem.value.fix


@pytest.fixture
async def scope(shop: Shop) -> str:
    """The id of a thread in which Sarah asked for nothing yet."""
    await Stage(shop).say("hello")
    return (await shop.rows(Conversation))[0].id


async def counted(shop: Shop) -> list[int]:
    return [len(await shop.rows(table)) for table in (Booking, Customer, Lead, Task)]


async def call_all(shop: Shop, scope: str, calls: list[tuple[str, Any]]) -> list[Any]:
    """The answers to these calls in one thread."""

    def unit(ctx: Context) -> list[Any]:
        here = Context(ctx.session, ctx.org, ctx.actor, "sms", ctx.now, scope)
        return [toolbox.call(here, name, arguments) for name, arguments in calls]

    return await shop.act(unit)


INVALID = [
    ("book_job", "{"),
    ("book_job", "[1]"),
    ("book_job", {"slot": 5}),
    ("book_job", {"slot": None}),
    ("book_job", {"slot": "2026-11-23 09:00", "org_id": "x"}),
    ("reschedule", {"new_slot": ""}),
    ("cancel", {"booking_selector": ["1"]}),
    ("hand_off", {"reason": "bored", "urgency": None, "note": None}),
    ("hand_off", {"reason": None}),
    ("check_service_area", {"postal_code": "somewhere"}),
    ("check_service_area", {"postal_code": "x" * 2000}),
    ("send_invoice", {}),
    ("\ud800", "{}"),
]


async def test_a_refused_call_says_a_code_and_a_sentence_and_writes_nothing(shop: Shop, scope: str) -> None:
    before = await counted(shop)
    for said in await call_all(shop, scope, INVALID):
        assert not said.ok
        assert said.code in CODES
        assert said.say.endswith(".")
        assert set(said.result()) == {"ok", "code", "say", "data"}
    assert await counted(shop) == before


async def test_an_act_nobody_accepted_is_refused_and_writes_nothing(shop: Shop, scope: str) -> None:
    before = await counted(shop)
    calls: list[tuple[str, Any]] = [
        ("book_job", {"slot": "2026-11-23 09:00"}),
        ("book_job", {"slot": "garbage"}),
        ("reschedule", {"new_slot": "2026-11-23 09:00"}),
        ("cancel", {}),
    ]
    answers = await call_all(shop, scope, calls)
    assert [one.code for one in answers] == ["CLAIM_NOT_ACCEPTED", "INVALID_TIME", "NOT_FOUND", "CLAIM_NOT_ACCEPTED"]
    assert await counted(shop) == before


async def test_valid_reads_are_answered_in_words(shop: Shop, scope: str) -> None:
    calls: list[tuple[str, Any]] = [
        ("list_open_slots", {"preferred_day": "monday", "preferred_time": "morning"}),
        ("find_my_bookings", "{}"),
        ("get_conversation_summary", ""),
        ("check_service_area", {"postal_code": "78701"}),
        ("update_lead", {"issue": "no heat"}),
    ]
    answers = await call_all(shop, scope, calls)
    assert [one.ok for one in answers] == [True] * 5
    assert all(one.say for one in answers)
    assert answers[0].data["slots"][0]["slot"] == "2026-11-23 08:00"


async def test_a_write_asked_again_gets_its_first_answer(shop: Shop, scope: str) -> None:
    def unit(ctx: Context) -> tuple[str, str]:
        here = Context(ctx.session, ctx.org, ctx.actor, "sms", ctx.now, scope)
        arguments = {"reason": "stuck", "urgency": None, "note": None}
        first, second = (toolbox.call(here, "hand_off", arguments, key="the same") for _copy in range(2))
        return str(first.data["task"]), str(second.data["task"])

    first, second = await shop.act(unit)
    assert first == second
    assert len(await shop.rows(Task, customer_id=(await shop.rows(Customer, phone=SARAH))[0].id)) == 1


async def test_a_service_that_cannot_be_booked_is_not_listed_though_it_is_named(shop: Shop, scope: str) -> None:
    await shop.act(lambda ctx: setattr(water_heater(ctx), "is_bookable", False))
    (said,) = await call_all(shop, scope, [("list_open_slots", {"service": "Water heater install"})])
    assert (said.ok, said.code, said.say) == (
        False,
        "SERVICE_NOT_BOOKABLE",
        "That service cannot be booked like this.",
    )
    assert said.data == {"fix": "Have the office call back."}


async def test_the_script_has_the_office_call_back_about_a_service_that_cannot_be_booked(shop: Shop) -> None:
    await shop.act(lambda ctx: setattr(water_heater(ctx), "is_bookable", False))
    (answer,) = await Stage(shop).say("Water heater install")
    assert answer.body.startswith("That service cannot be booked like this. I've passed this to the office")
    assert [task.kind for task in await shop.rows(Task)] == ["call_back"]
