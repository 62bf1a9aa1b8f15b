"""Scorecard C: generated valid and invalid arguments for every tool, and one list of tools at every door."""

import json
import random
from collections import Counter
from functools import partial
from typing import Any

from api.eval.report import Row
from api.tool_export import FORMATS, exported
from storage.context import Context
from tests.people import SARAH, Office
from tools import conversations, toolbox
from tools.left_behind import left_behind
from tools.problems import CODES, Problem
from tools.tool import Said, Tool
from tools.voice_schemas import VOICE_SCHEMAS

WORDS = (
    "Monday",
    "9am",
    "2026-11-23 09:00",
    "78701",
    "12 Oak St",
    "furnace is out",
    "María",
    "👍",
    "a" * 300,
    "x@y.com",
)
KINDS = ("extra", "type", "huge", "enum", "list", "broken", "nested")
Arguments = dict[str, Any] | str


def valid(tool: type[Tool], dice: random.Random) -> dict[str, Any]:
    """Arguments the tool's own schema allows."""
    return {name: _value(schema, dice) for name, schema in tool.parameters()["properties"].items()}


def _value(schema: dict[str, Any], dice: random.Random) -> Any:
    shape = dice.choice(schema["anyOf"]) if "anyOf" in schema else schema
    if "enum" in shape:
        return dice.choice(shape["enum"])
    kinds = shape["type"] if isinstance(shape["type"], list) else [shape["type"]]
    return {"null": None, "integer": dice.randrange(9), "boolean": True}.get(dice.choice(kinds), dice.choice(WORDS))


def invalid(tool: type[Tool], dice: random.Random) -> Arguments:
    """Arguments no schema of the tool allows, one of KINDS."""
    given = valid(tool, dice)
    fields = list(given)
    kind = dice.choice(KINDS if fields else ("extra", "list", "broken"))
    name = dice.choice(fields) if fields else ""
    closed = [one for one, schema in tool.parameters()["properties"].items() if "enum" in json.dumps(schema)]
    if kind == "enum" and closed:
        return {**given, dice.choice(closed): "whenever"}
    if kind == "extra" or kind == "enum":
        return {**given, dice.choice(("org_id", "phone", "when", "Slot")): "x"}
    if kind == "type":
        return {**given, name: dice.choice((5, True, ["a"], 1.5))}
    if kind == "nested":
        return {**given, name: {"value": "x"}}
    if kind == "huge":
        return {**given, name: "y" * dice.randrange(1001, 3000)}
    return json.dumps([given]) if kind == "list" else json.dumps(given)[:-1] + dice.choice((",", "'", "]"))


async def schema_rows(office: Office, count: int, seed: int) -> list[Row]:
    """Half of `count` valid and half invalid sets for each tool, in one conversation of Sarah's."""
    dice = random.Random(seed)
    scope = await office(_thread)
    taken = usable = written = halves = 0
    for tool in toolbox.TOOLS:
        for _ in range(count // 2):
            halves += 1
            taken += _parses(tool, valid(tool, dice))
        calls = [invalid(tool, dice) for _ in range(count // 2)]
        before = await office(_state, scope=scope)
        for arguments in calls:
            usable += _usable(await office(partial(_called, tool.tool_name(), arguments), scope=scope))
        written += await office(_state, scope=scope) != before
    return [
        Row("C valid argument sets taken", taken, halves, 1.0),
        Row("C invalid ones answered with a code and a usable sentence", usable, halves, 1.0),
        Row("C tools whose invalid calls wrote something", written, len(toolbox.TOOLS), 0, True, "count"),
        *strict_rows(),
    ]


def _called(name: str, arguments: Arguments, ctx: Context) -> Said:
    return toolbox.call(ctx, name, arguments)


def _thread(ctx: Context) -> str:
    thread = conversations.thread_for(ctx, SARAH, "+15125550100", "sms")
    ctx.session.flush()
    return thread.id


def _parses(tool: type[Tool], arguments: dict[str, Any]) -> bool:
    try:
        toolbox.parse(tool.tool_name(), json.dumps(arguments))
    except Problem:
        return False
    return True


def _usable(said: Said) -> bool:
    """Refused, with a code of the table, words for the customer, and a next move for the model."""
    return not said.ok and said.code in CODES and len(said.say.split()) >= 3 and "Traceback" not in said.say


def _state(ctx: Context) -> Counter[str]:
    rows = left_behind(ctx, SARAH)
    told = (rows.customer.name, rows.customer.address) if rows.customer else ()
    return Counter({"bookings": len(rows.bookings), "tasks": len(rows.tasks), f"{told}": 1, "jobs": len(rows.jobs)})


def strict_rows() -> list[Row]:
    """Every schema under the strict subset; the same names in chat, voice, MCP and the exports."""
    strict = sum(_is_strict(one["function"]) for one in toolbox.schemas("chat"))
    chat = {one["function"]["name"] for one in toolbox.schemas("chat")}
    voice = {one.tool_name() for one in VOICE_SCHEMAS}
    lists = [voice, *({_name(one) for one in _tools(exported(platform, "https://x.test"))} for platform in FORMATS)]
    agree = sum(chat <= names and names == voice for names in lists)
    return [
        Row("C tool schemas under the strict subset", strict, len(chat), 1.0),
        Row("C doors and exports that list the same tools (MCP among them)", agree, len(lists), 1.0),
    ]


def _is_strict(function: dict[str, Any]) -> bool:
    shape = function["parameters"]
    closed = shape["additionalProperties"] is False and function["strict"] is True
    return closed and sorted(shape["required"]) == sorted(shape["properties"])


def _tools(told: Any) -> list[dict[str, Any]]:
    return list(told["tools"] if isinstance(told, dict) else told)


def _name(tool: dict[str, Any]) -> str:
    return str(tool["name"] if "name" in tool else tool["function"]["name"])
