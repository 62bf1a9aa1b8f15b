"""What a tool is: one class whose name, docstring and fields are the function a model sees.

From the class come the strict schema (every field required, null where nothing was said), the validation, the stored
call and the test. What the server knows (business, conversation, phone, channel) is in the Context and so cannot be
invented (EM-A7).
"""

import re
from dataclasses import dataclass, field
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, model_validator

from storage.context import Context

NOTHING = ("", "null", "none", "n/a", "na", "unknown", "not provided", "undefined")
LONGEST_VALUE = 1000
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class Said:
    """A tool's result: `say` is ready for the customer, `data` holds what the model passes back."""

    ok: bool
    say: str
    code: str | None = None
    data: dict[str, Any] = field(default_factory=dict)
    booking_id: str | None = None

    def result(self) -> dict[str, Any]:
        """The JSON a model gets (contract 2.7)."""
        return {"ok": self.ok, "code": self.code, "say": self.say, "data": self.data}


class Function(BaseModel):
    """What a model or a voice platform is told of: the class name is its name, the docstring its description.

    `writes` says whether the same call twice must change nothing.
    """

    writes: ClassVar[bool] = False

    @classmethod
    def tool_name(cls) -> str:
        """book_job for BookJob."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    @classmethod
    def description(cls) -> str:
        """The docstring, as one paragraph."""
        return " ".join((cls.__doc__ or "").split())


class Tool(Function):
    """The base of every tool of our own assistant."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, str_max_length=LONGEST_VALUE)

    @model_validator(mode="before")
    @classmethod
    def _nothing_said(cls, values: Any) -> Any:
        """Read a model's many ways of saying nothing as null, and drop what no text should hold."""
        if not isinstance(values, dict):
            return values
        return {name: clean(value) for name, value in values.items()}

    @classmethod
    def parameters(cls) -> dict[str, Any]:
        """The arguments as JSON Schema under the strict subset: closed, all required, null for what is optional."""
        schema = cls.model_json_schema()
        return strict({name: _plain(one) for name, one in schema.get("properties", {}).items()})

    def run(self, ctx: Context) -> Said:
        """Do it. Raises Problem when it cannot be done."""
        raise NotImplementedError


def strict(properties: dict[str, Any]) -> dict[str, Any]:
    """Arguments as an object of the strict subset: closed, and every one required."""
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def clean(value: Any) -> Any:
    """A model's value, tidied; null for its words for nothing."""
    if not isinstance(value, str):
        return value
    text = tidy(value)
    return None if text.lower() in NOTHING else text


def tidy(text: str) -> str:
    """A model's words as a database and a phone can take them: no control characters, no broken surrogates."""
    return _CONTROL.sub(" ", text.encode("utf-8", "replace").decode()).strip()


def _plain(schema: dict[str, Any]) -> dict[str, Any]:
    """A property without pydantic's titles and lengths, which strict mode does not take."""
    kept = {name: value for name, value in schema.items() if name in ("type", "description", "enum", "anyOf")}
    if "anyOf" in kept:
        kept["anyOf"] = [_plain(one) for one in kept["anyOf"]]
        types = [one.get("type") for one in kept["anyOf"]]
        if all(set(one) == {"type"} for one in kept["anyOf"]):
            del kept["anyOf"]
            kept["type"] = types
    return kept
