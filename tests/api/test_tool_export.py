"""`ringback tools export`: what is pasted into a platform is what this server answers to."""

import json
import re
from typing import Any, cast

import httpx2
import pytest
from jsonschema import Draft202012Validator
from pydantic import TypeAdapter, ValidationError
from typer.testing import CliRunner

from api import tool_export, voice
from api.__main__ import app
from api.tool_export import FORMATS, exported
from tests.api.doors import key_of
from tests.fakes import SARAH, SHOP, Shop
from tests.house.plan import ROOT
from tools.toolbox import BY_NAME
from tools.voice_schemas import VOICE_SCHEMAS, VoiceSchema

URL = "https://ringback.test"
every_tool = pytest.mark.parametrize("tool", VOICE_SCHEMAS, ids=lambda tool: tool.tool_name())
every_format = pytest.mark.parametrize("platform", FORMATS)


def parameters(platform: str, one: dict[str, Any]) -> dict[str, Any]:
    """Where the platform keeps the schema of the arguments."""
    return {
        "vapi": lambda: one["function"]["parameters"],
        "elevenlabs": lambda: one["api_schema"]["request_body_schema"],
        "mcp": lambda: one["inputSchema"],
    }.get(platform, lambda: one["parameters"])()


def listed(platform: str) -> list[dict[str, Any]]:
    tools = exported(platform, URL)
    return cast("list[dict[str, Any]]", tools["tools"] if platform == "mcp" else tools)


@every_format
def test_every_schema_is_json_schema_with_an_object_on_top(platform: str) -> None:
    for one in listed(platform):
        schema = parameters(platform, one)
        Draft202012Validator.check_schema(schema)
        assert schema["type"] == "object"
        assert set(schema["required"]) <= set(schema["properties"])


@every_format
def test_every_platform_gets_the_same_tools(platform: str) -> None:
    names = [(one.get("function") or one)["name"] for one in listed(platform)]
    assert names == [tool.tool_name() for tool in VOICE_SCHEMAS]


def test_the_tools_are_the_texters() -> None:
    assert [tool.tool_name() for tool in VOICE_SCHEMAS] == list(BY_NAME)


@every_tool
def test_every_argument_has_words(tool: type[VoiceSchema]) -> None:
    assert tool.description()
    assert all(one["description"] for one in tool.parameters()["properties"].values())


def test_every_voice_route_is_exported_and_every_export_is_a_route() -> None:
    routes = {getattr(route, "path", "") for route in voice.router.routes if getattr(route, "include_in_schema", False)}
    assert {path.replace("/any/", "/{event_type_id}/") for path in tool_export.PATHS.values()} == routes


def test_the_arguments_declared_are_those_the_acts_read() -> None:
    """A new argument is declared in one place, and a dropped one leaves it."""
    files = [ROOT / "tools" / name for name in ("by_phone.py", "phone_changes.py", "phone_desk.py", "phone_details.py")]
    source = "".join(file.read_text(encoding="utf-8") for file in files)
    declared = {name for tool in VOICE_SCHEMAS for name in tool.model_fields}
    assert {name for name in declared if f'"{name}"' not in source} == set()
    assert set(re.findall(r'asked\.(?:text|need|args\.get)\("(\w+)"', source)) - declared == set()


def test_retells_own_types_take_every_tool() -> None:
    from retell.types.llm_create_params import GeneralToolCustomTool

    adapter = TypeAdapter(list[GeneralToolCustomTool])
    assert len(adapter.validate_python(exported("retell", URL))) == len(VOICE_SCHEMAS)
    untyped = {**exported("retell", URL)[0], "parameters": {"properties": {}}}
    with pytest.raises(ValidationError, match="type"):
        adapter.validate_python([untyped])


def test_retells_fields_are_ones_it_knows() -> None:
    from retell.types.llm_create_params import GeneralToolCustomTool

    assert set(exported("retell", URL)[0]) <= set(GeneralToolCustomTool.__annotations__)


def test_vapis_own_types_take_every_tool() -> None:
    from vapi.core.serialization import convert_and_respect_annotation_metadata as by_wire_names
    from vapi.types import CreateFunctionToolDto

    told = [
        by_wire_names(object_=one, annotation=CreateFunctionToolDto, direction="read") for one in exported("vapi", URL)
    ]
    taken = [CreateFunctionToolDto.model_validate(one) for one in told]
    assert all(one.model_extra == {} for one in taken)
    assert [one.server.timeout_seconds for one in taken if one.server] == [10.0] * len(VOICE_SCHEMAS)
    assert all(one.function and one.function.parameters and one.function.model_extra == {} for one in taken)
    with pytest.raises(ValidationError):
        CreateFunctionToolDto.model_validate({**told[0], "function": {"parameters": []}})


def test_elevenlabs_own_types_take_every_tool() -> None:
    from elevenlabs.types import ToolRequestModel

    taken = [ToolRequestModel.model_validate({"tool_config": one}).tool_config for one in exported("elevenlabs", URL)]
    assert all(one.type == "webhook" and one.api_schema.url.startswith(URL) for one in taken)
    for one in taken:
        assert one.api_schema.model_extra == {}
        assert one.model_extra == {}
        assert one.api_schema.request_body_schema.required[-1] == "call"
    with pytest.raises(ValidationError):
        ToolRequestModel.model_validate({"tool_config": {**exported("elevenlabs", URL)[0], "api_schema": {}}})


def test_openais_own_types_take_every_tool() -> None:
    from openai.types.responses import FunctionTool

    tools = TypeAdapter(list[FunctionTool]).validate_python(exported("openai", URL))
    assert [one.strict for one in tools] == [True] * len(VOICE_SCHEMAS)


@every_tool
def test_openais_schema_is_within_the_strict_subset(tool: type[VoiceSchema]) -> None:
    schema = tool.strict_parameters()
    assert schema["additionalProperties"] is False
    assert schema["required"] == list(schema["properties"])
    assert {frozenset(one) for one in schema["properties"].values()} == {frozenset({"type", "description"})}


def test_mcps_own_types_take_every_tool() -> None:
    from mcp_types import ListToolsResult

    tools = ListToolsResult.model_validate(exported("mcp", URL)).tools
    told = {one.name: one.annotations.read_only_hint for one in tools if one.annotations}
    assert [name for name, only_reads in told.items() if only_reads] == [
        "list_open_slots",
        "get_conversation_summary",
        "find_my_bookings",
        "check_service_area",
    ]


def test_elevenlabs_gets_the_caller_from_the_platform_and_not_from_the_model() -> None:
    for one in exported("elevenlabs", URL):
        call = one["api_schema"]["request_body_schema"]["properties"]["call"]["properties"]
        assert call["from_number"]["dynamic_variable"] == "system__caller_id"
        assert all("description" not in member for member in call.values())


@pytest.mark.anyio
@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("platform", ["retell", "vapi", "elevenlabs"])
async def test_a_call_made_as_exported_is_answered(shop: Shop, platform: str) -> None:
    key = await key_of(shop, "READ_BOOKINGS", "READ_AVAILABILITY", "WRITE_BOOKINGS", actor_type="VOICE_AGENT")
    args = {"preferred_day": "Monday", "service": "Diagnostic visit"}
    one = exported(platform, "")[0]
    call = {"call_id": "c1", "from_number": SARAH, "to_number": SHOP, "direction": "inbound"}
    url, body = {
        "retell": lambda: (one["url"], {"name": one["name"], "call": call, "args": args}),
        "vapi": lambda: (
            one["server"]["url"],
            {
                "message": {
                    "type": "tool-calls",
                    "toolCallList": [{"id": "t1", "function": {"name": one["function"]["name"], "arguments": args}}],
                }
            },
        ),
        "elevenlabs": lambda: (one["api_schema"]["url"], {**args, "call": call}),
    }[platform]()
    answer: httpx2.Response = await key.post(url, body)
    assert answer.status_code == 200
    assert "Monday, November 23" in answer.text


@every_format
def test_the_command_prints_json_with_this_servers_urls(platform: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RINGBACK_PUBLIC_URL", URL)
    monkeypatch.setenv("RINGBACK_SECRET_KEY", "x" * 40)
    done = CliRunner().invoke(app, ["tools", "export", "--format", platform])
    assert done.exit_code == 0
    assert json.loads(done.stdout) == exported(platform, URL)
    assert (URL in done.stdout) or (URL in done.stderr)


def test_an_unknown_platform_is_refused_with_the_list() -> None:
    done = CliRunner().invoke(app, ["tools", "export", "--format", "alexa"])
    assert done.exit_code == 2
    assert "elevenlabs" in done.stderr
