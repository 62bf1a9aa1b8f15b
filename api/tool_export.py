"""The voice tools in the shape each platform takes, made from the same declarations and with this server's URLs.

Shapes: Retell's custom function, Vapi's function tool, ElevenLabs' server tool, OpenAI's strict function (Responses and
Realtime) and an MCP tool list. The credential is a placeholder: a secret is shown once and is not kept.
"""

from collections.abc import Callable
from typing import Any

from tools.voice_schemas import (
    VOICE_SCHEMAS,
    BookJob,
    Cancel,
    CheckServiceArea,
    FindMyBookings,
    GetConversationSummary,
    HandOff,
    ListOpenSlots,
    Reschedule,
    SendLink,
    UpdateLead,
    VoiceSchema,
)

ROOT = "/api/v1/scheduling/voice"
# One tool serves every service: the path says `any`, and the `service` argument says which.
PATHS: dict[type[VoiceSchema], str] = {
    ListOpenSlots: f"{ROOT}/any/slots",
    BookJob: f"{ROOT}/any/book",
    Reschedule: f"{ROOT}/reschedule-booking",
    Cancel: f"{ROOT}/cancel-booking",
    GetConversationSummary: f"{ROOT}/context",
    FindMyBookings: f"{ROOT}/my-bookings",
    UpdateLead: f"{ROOT}/details",
    CheckServiceArea: f"{ROOT}/area",
    HandOff: f"{ROOT}/message",
    SendLink: f"{ROOT}/send-link",
}
HEADERS = {"Authorization": "Bearer PASTE_CREDENTIAL_HERE"}
TIMEOUT_SECONDS = 10  # our own hard stop is 5; a caller hears silence long before

Export = Callable[[type[VoiceSchema], str], dict[str, Any]]


def exported(platform: str, public_url: str) -> Any:
    """The tools for one of FORMATS, as the value whose JSON is pasted there; `public_url` has no slash at its end.

    Raises KeyError for another platform.
    """
    tools = [FORMATS[platform](tool, public_url + PATHS[tool]) for tool in VOICE_SCHEMAS]
    return {"tools": tools} if platform == "mcp" else tools


def where_to_paste(platform: str, public_url: str) -> list[str]:
    """What to do with the export, a line each."""
    if platform == "mcp":
        return [f"An MCP client finds these tools by itself at {public_url}/mcp, with the credential as Bearer."]
    if platform == "openai":
        # It carries no URL: whoever runs the session runs the function, too.
        run = [f"  {tool.tool_name()}: POST {public_url}{PATHS[tool]}" for tool in VOICE_SCHEMAS]
        return ["Run each function by posting its arguments as JSON, with the credential as Bearer:", *run]
    return [
        "Replace PASTE_CREDENTIAL_HERE in each tool. To make a credential:",
        '  ringback credential create --name "Voice agent" --actor-type VOICE_AGENT'
        " --scopes scheduling:read,scheduling:write",
    ]


def retell(tool: type[VoiceSchema], url: str) -> dict[str, Any]:
    """A custom function of Retell's `general_tools`; the wrapper with the call object stays on, it names the caller."""
    return {
        "type": "custom",
        "name": tool.tool_name(),
        "description": tool.description(),
        "url": url,
        "method": "POST",
        "headers": HEADERS,
        "parameters": tool.parameters(),
        "args_at_root": False,
        "speak_during_execution": True,
        "execution_message_type": "static_text",
        "execution_message_description": tool.while_waiting,
        "speak_after_execution": True,
        "timeout_ms": TIMEOUT_SECONDS * 1000,
    }


def vapi(tool: type[VoiceSchema], url: str) -> dict[str, Any]:
    """A function tool of Vapi, answered by this server."""
    return {
        "type": "function",
        "async": False,
        "function": {
            "name": tool.tool_name(),
            "description": tool.description(),
            "parameters": tool.parameters(),
        },
        "server": {"url": url, "headers": HEADERS, "timeoutSeconds": TIMEOUT_SECONDS},
        "messages": [{"type": "request-start", "content": tool.while_waiting}],
    }


def elevenlabs(tool: type[VoiceSchema], url: str) -> dict[str, Any]:
    """A server tool of an ElevenLabs agent. It sends no envelope, so the body carries one, filled from the platform's
    own variables: the caller cannot be invented and a repeated call is known as one."""
    parameters = tool.parameters()
    call = {
        "type": "object",
        "description": "The call, filled in by the platform.",
        "properties": {
            "call_id": {"type": "string", "dynamic_variable": "system__conversation_id"},
            "from_number": {"type": "string", "dynamic_variable": "system__caller_id"},
            "direction": {"type": "string", "constant_value": "inbound"},
        },
        "required": ["call_id", "from_number", "direction"],
    }
    return {
        "type": "webhook",
        "name": tool.tool_name(),
        "description": tool.description(),
        "response_timeout_secs": TIMEOUT_SECONDS,
        "api_schema": {
            "url": url,
            "method": "POST",
            "request_headers": HEADERS,
            "request_body_schema": {
                "type": "object",
                "description": tool.description(),
                "properties": {**parameters["properties"], "call": call},
                "required": [*parameters["required"], "call"],
            },
        },
    }


def openai(tool: type[VoiceSchema], _url: str) -> dict[str, Any]:
    """A strict function as the Responses and Realtime APIs take it."""
    return {
        "type": "function",
        "name": tool.tool_name(),
        "description": tool.description(),
        "parameters": tool.strict_parameters(),
        "strict": True,
    }


def mcp(tool: type[VoiceSchema], _url: str) -> dict[str, Any]:
    """A tool as our MCP server lists it. No call says whose visit is meant, so the customer's number is asked for."""
    schema = tool.parameters()
    if "phone" in schema["properties"]:
        schema["properties"]["phone"]["description"] = "The customer's phone number, with its area code."
        schema["required"] = [*schema["required"], *({"phone"} - set(schema["required"]))]
    return {
        "name": tool.tool_name(),
        "description": tool.description(),
        "inputSchema": schema,
        "annotations": {"readOnlyHint": not tool.writes, "idempotentHint": True, "openWorldHint": False},
    }


FORMATS: dict[str, Export] = {
    "retell": retell,
    "vapi": vapi,
    "elevenlabs": elevenlabs,
    "openai": openai,
    "mcp": mcp,
}
