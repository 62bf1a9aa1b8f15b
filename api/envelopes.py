"""The shapes a tool call arrives in: Retell's wrapper, arguments alone, arguments as text, and Vapi's list.

Unknown keys are ignored, because models invent fields. `call`, `chat`, `name` and `args` at the root are the wrapper
only where `args` or a call object is there; a bare `name` is an argument.
"""

import json
import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from tools.by_phone import Asked
from tools.problems import Problem
from tools.rules import phones
from tools.tool import clean

LONGEST_ID = 200


@dataclass(frozen=True, slots=True)
class Envelope:
    """One tool call as it came. `vapi_id` is set when the answer belongs in Vapi's results."""

    raw: Any
    call_id: str | None = None
    from_number: str | None = None
    to_number: str | None = None
    direction: str | None = None
    vapi_id: str | None = None
    withheld: bool = False

    def args(self) -> dict[str, Any]:
        """The arguments, without what means nothing was said.

        Raises INVALID_BODY, and UNSUBSTITUTED_VARIABLE for a template variable that nobody filled in.
        """
        return _cleaned(_arguments(self.raw))

    def asked(
        self,
        args: dict[str, Any],
        region: str,
        own_numbers: Collection[str | None],
        *,
        sees_threads: bool,
        needs_approval: bool,
    ) -> Asked:
        """The call as the acts take it: the customer's number is the other end's (contract 2.6)."""
        from_number = phones.e164(self.from_number or "", region)
        to_number = phones.e164(self.to_number or "", region)
        outbound = self.direction == "outbound" or (self.direction is None and from_number in own_numbers)
        caller = to_number if outbound else from_number
        withheld = caller is None and self.withheld
        return Asked(args, self.call_id, caller, withheld, sees_threads, needs_approval)


def parse(body: bytes) -> dict[str, Any]:
    """The JSON object of a body; an empty one is a probe and means no arguments. Raises INVALID_BODY."""
    if not body.strip():
        return {}
    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Problem("INVALID_BODY", "The request is not valid JSON.", fix="Send one JSON object.") from error
    if not isinstance(parsed, dict):
        raise Problem("INVALID_BODY", "The request is not a JSON object.", fix="Send one JSON object.")
    return parsed


def is_vapi(parsed: Mapping[str, Any]) -> bool:
    """Whether this is Vapi's message, which carries no signature by default."""
    message = parsed.get("message")
    return isinstance(message, dict) and isinstance(message.get("toolCallList"), list)


def platform_of(parsed: Mapping[str, Any]) -> str:
    """Whose envelope a parsed body is: vapi, retell, elevenlabs (our export adds a call to its arguments), or plain."""
    if is_vapi(parsed):
        return "vapi"
    if "args" in parsed:
        return "retell"
    return "elevenlabs" if isinstance(parsed.get("call"), dict) else "plain"


def read(parsed: Mapping[str, Any]) -> list[Envelope]:
    """The calls in a parsed body, at least one unless Vapi's list is empty."""
    if is_vapi(parsed):
        return [_vapi(parsed["message"], one) for one in parsed["message"]["toolCallList"] if isinstance(one, dict)]
    call: dict[str, Any] = next((parsed[one] for one in ("call", "chat") if isinstance(parsed.get(one), dict)), {})
    if "args" in parsed:
        raw = parsed["args"]
    else:
        raw = {name: value for name, value in parsed.items() if name not in ("call", "chat")}
        if call and " " not in str(raw.get("name", "")).strip():
            raw.pop("name", None)  # beside a call it is the tool's name; a customer's has a first and a last
    return [
        Envelope(
            raw,
            call_id=_text(call, "call_id") or _text(call, "chat_id"),
            from_number=_text(call, "from_number"),
            to_number=_text(call, "to_number"),
            direction=_text(call, "direction"),
            withheld=bool(call.get("from_number")) or call.get("call_type") == "web_call",
        )
    ]


def part(holder: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The object under a name; an empty one when something else is there."""
    value = holder.get(name)
    return value if isinstance(value, dict) else {}


def text(holder: Mapping[str, Any], name: str) -> str | None:
    """The words under a name, if there are any."""
    value = holder.get(name)
    return value if isinstance(value, str) and value.strip() else None


def storable(value: Any) -> Any:
    """A JSON value without what a database refuses: control characters, broken surrogates, numbers beyond all."""
    if isinstance(value, str):
        return value.replace("\x00", "").encode("utf-8", "replace").decode()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, list):
        return [storable(one) for one in value]
    if isinstance(value, dict):
        return {storable(name): storable(one) for name, one in value.items()}
    return value


def _vapi(message: Mapping[str, Any], item: Mapping[str, Any]) -> Envelope:
    function = item.get("function") if isinstance(item.get("function"), dict) else item
    assert isinstance(function, Mapping)
    call = message.get("call") if isinstance(message.get("call"), dict) else {}
    assert isinstance(call, dict)
    customer = message.get("customer") or call.get("customer")
    return Envelope(
        function.get("arguments", function.get("parameters", {})),
        call_id=_text(call, "id"),
        from_number=_text(customer, "number"),
        direction="inbound",
        vapi_id=_text(item, "id") or "",
        withheld=call.get("type") == "webCall" or _text(customer, "number") is not None,
    )


def _arguments(value: Any) -> dict[str, Any]:
    if isinstance(value, str):
        if not value.strip():
            return {}
        try:
            value = json.loads(value)
        except (ValueError, RecursionError) as error:
            raise Problem("INVALID_BODY", "The arguments are not valid JSON.", fix="Send args as an object.") from error
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Problem("INVALID_BODY", "The arguments are not an object.", fix="Send args as an object.")
    return value


def _cleaned(args: Mapping[str, Any]) -> dict[str, Any]:
    kept = {}
    for name, value in storable(dict(args)).items():
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        if "{{" in text or ("}}" in text and isinstance(value, str)):
            field = name if name.isidentifier() and len(name) < 40 else "an argument"
            raise Problem(
                "UNSUBSTITUTED_VARIABLE",
                f"{field} still holds a template variable that was not filled in.",
                fix=f"Ask the caller for it, and have the agent's builder fill in the variable behind {field}, "
                "or take it out of the tool's definition.",
                field=field,
            )
        value = clean(value)
        if value is not None:
            kept[name] = value
    return kept


def _text(holder: Any, name: str) -> str | None:
    value = holder.get(name) if isinstance(holder, Mapping) else None
    return (clean(value) or "")[:LONGEST_ID] or None if isinstance(value, str) else None
