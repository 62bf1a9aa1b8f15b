"""The shapes a tool call arrives in: Retell's wrapper, arguments alone, arguments as text, and Vapi's list.

Unknown keys are ignored, because models invent fields. `call`, `chat`, `name` and `args` at the root are the wrapper
only where `args` or a call object is there; a bare `name` is an argument.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from tools.by_phone import Asked
from tools.problems import Problem
from tools.rules import phones
from tools.tool import clean


@dataclass(frozen=True, slots=True)
class Envelope:
    """One tool call as it came. `vapi_id` is set when the answer belongs in Vapi's results."""

    args: dict[str, Any]
    call_id: str | None = None
    from_number: str | None = None
    to_number: str | None = None
    direction: str | None = None
    vapi_id: str | None = None

    def asked(self, region: str, own_numbers: Collection[str | None]) -> Asked:
        """The call as the acts take it: the customer's number is the other end's (contract 2.6)."""
        from_number = phones.e164(self.from_number or "", region)
        to_number = phones.e164(self.to_number or "", region)
        outbound = self.direction == "outbound" or (self.direction is None and from_number in own_numbers)
        return Asked(self.args, self.call_id, to_number if outbound else from_number)


def read(body: bytes) -> list[Envelope]:
    """The calls in a request's body; an empty body is a probe and means no arguments.

    Raises INVALID_BODY, and UNSUBSTITUTED_VARIABLE for a template variable that nobody filled in.
    """
    if not body.strip():
        return [Envelope({})]
    try:
        parsed = json.loads(body)
    except ValueError as error:
        raise Problem("INVALID_BODY", "The request is not valid JSON.", fix="Send one JSON object.") from error
    if not isinstance(parsed, dict):
        raise Problem("INVALID_BODY", "The request is not a JSON object.", fix="Send one JSON object.")
    message = parsed.get("message")
    if isinstance(message, dict) and isinstance(message.get("toolCallList"), list):
        return [_vapi(message, one) for one in message["toolCallList"] if isinstance(one, dict)] or [Envelope({})]
    call = parsed.get("call") if isinstance(parsed.get("call"), dict) else parsed.get("chat")
    call = call if isinstance(call, dict) else {}
    if "args" in parsed:
        args = _arguments(parsed["args"])
    else:
        args = {name: value for name, value in parsed.items() if name not in ("call", "chat")}
    return [
        Envelope(
            _cleaned(args),
            call_id=_text(call, "call_id") or _text(call, "chat_id"),
            from_number=_text(call, "from_number"),
            to_number=_text(call, "to_number"),
            direction=_text(call, "direction"),
        )
    ]


def _vapi(message: Mapping[str, Any], item: Mapping[str, Any]) -> Envelope:
    function = item.get("function") if isinstance(item.get("function"), dict) else item
    raw = function.get("arguments", function.get("parameters", {})) if isinstance(function, dict) else {}
    call = message.get("call") if isinstance(message.get("call"), dict) else {}
    assert isinstance(call, dict)
    customer = message.get("customer") or call.get("customer")
    return Envelope(
        _cleaned(_arguments(raw)),
        call_id=_text(call, "id"),
        from_number=_text(customer, "number") if isinstance(customer, dict) else None,
        direction="inbound",
        vapi_id=_text(item, "id") or "",
    )


def _arguments(value: Any) -> dict[str, Any]:
    if isinstance(value, str):
        if not value.strip():
            return {}
        try:
            value = json.loads(value)
        except ValueError as error:
            raise Problem("INVALID_BODY", "The arguments are not valid JSON.", fix="Send args as an object.") from error
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Problem("INVALID_BODY", "The arguments are not an object.", fix="Send args as an object.")
    return value


def _cleaned(args: Mapping[str, Any]) -> dict[str, Any]:
    kept = {}
    for name, value in args.items():
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
        if "{{" in text or "}}" in text:
            field = name if name.isidentifier() else "an argument"
            raise Problem(
                "UNSUBSTITUTED_VARIABLE",
                f"{field} still holds a template variable that was not filled in.",
                fix=f"Give {field} a value, or remove the double braces from the tool's definition.",
                field=field,
            )
        value = clean(value)
        if value is not None:
            kept[name] = value
    return kept


def _text(holder: Any, name: str) -> str | None:
    value = holder.get(name) if isinstance(holder, Mapping) else None
    return value if isinstance(value, str) and value else None
