"""How values are written and read on the JSON doors: instants, texts, ids, free JSON, and the problems they answer."""

import json
import re
from datetime import date, datetime, time
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import Path
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainSerializer,
    StringConstraints,
    create_model,
)
from pydantic.alias_generators import to_camel

from api.pages import shows
from tools.problems import Problem, not_found
from tools.refusals import utc
from tools.rules import wall_time

METADATA_LIMIT = 8 * 1024  # bytes; EM-08
DEEPEST = 32
ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


def _storable(text: str) -> str:
    if "\0" in text:
        raise ValueError("a text cannot hold a zero character")
    return text


def _seen(text: str) -> str:
    if not shows(text):
        raise ValueError("shows nothing")
    return text


def _deeper_than(value: Any, levels: int) -> bool:
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return levels == 0 or any(_deeper_than(one, levels - 1) for one in inside)


def _free_json(value: Any) -> Any:
    if _deeper_than(value, DEEPEST):
        raise ValueError("is nested too deeply")
    try:
        size = len(json.dumps(value, ensure_ascii=False, allow_nan=False).encode())
    except ValueError:
        raise ValueError("holds something that JSON cannot") from None
    if size > METADATA_LIMIT or "\\u0000" in json.dumps(value):
        raise ValueError("is free JSON of at most 8 KB, without zero characters")
    return value


def _id(text: str) -> str:
    return text if ID.fullmatch(text) else not_found("record")


Text = Annotated[str, AfterValidator(_storable), StringConstraints(strip_whitespace=True, max_length=200)]
Given = Annotated[Text, StringConstraints(min_length=1), AfterValidator(_seen)]
LongText = Annotated[str, AfterValidator(_storable), StringConstraints(strip_whitespace=True, max_length=4000)]
FreeJson = Annotated[dict[str, Any], BeforeValidator(_free_json)]
FreeList = Annotated[list[Any], BeforeValidator(_free_json)]
Instant = Annotated[datetime, PlainSerializer(utc, return_type=str)]
Id = Annotated[str, Path(), AfterValidator(_id)]


class Body(BaseModel):
    """What comes in. Members we do not know are ignored: integrators add their own; a wrong type is refused."""

    model_config = ConfigDict(extra="ignore", populate_by_name=True, strict=True)


class CamelBody(Body):
    """What comes in by the private door."""

    model_config = ConfigDict(alias_generator=to_camel)


class Shown(BaseModel):
    """What goes out."""

    def shown(self) -> dict[str, Any]:
        """As plain JSON values, under the names of the door."""
        return self.model_dump(mode="json", by_alias=True)


class CamelShown(Shown):
    """What goes out by the private door."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


def page_of(name: str, item: type[BaseModel]) -> type[BaseModel]:
    """The description of a page as `deps.paged` makes it."""
    fields: dict[str, Any] = {name: (list[item], ...), "total": (int, ...), "page": (int, ...), "size": (int, ...)}  # type: ignore[valid-type]
    return create_model(f"PageOf{item.__name__}", **fields)


def instant(text: str, zone: ZoneInfo) -> datetime:
    """An ISO 8601 date and time: with an offset as it stands, without one local to `zone`. Raises INVALID_TIME."""
    try:
        return wall_time.parse_instant(text, zone)
    except wall_time.NoSuchTime:
        raise _skipped() from None
    except ValueError:
        raise Problem(
            "INVALID_TIME",
            "That is not a date and time.",
            fix="Write 2026-11-24T09:00:00-06:00 or 2026-11-24T15:00:00Z.",
        ) from None


def wall_instant(day: str, at: str, zone: ZoneInfo) -> datetime:
    """A local date (YYYY-MM-DD) and time (HH:MM) in `zone`. Raises INVALID_TIME."""
    try:
        return wall_time.resolve(day_named(day), _clock(at), zone)
    except wall_time.NoSuchTime:
        raise _skipped() from None
    except ValueError:
        raise Problem(
            "INVALID_TIME", "That is not a date and time.", fix="Write date as YYYY-MM-DD and time as HH:MM, 24 hours."
        ) from None


def day_named(text: str) -> date:
    """A date, YYYY-MM-DD. Raises INVALID_TIME."""
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        raise Problem("INVALID_TIME", "That is not a date.", fix="Write it as YYYY-MM-DD.") from None
    if not 1 < day.year < 9998:
        raise Problem("INVALID_TIME", "That date is out of range.", fix="Write it as YYYY-MM-DD.")
    return day


def bound(text: str | None, zone: ZoneInfo, *, last: bool = False) -> datetime | None:
    """One end of a range, a date or an instant; a bare last date includes that day. Raises INVALID_TIME."""
    if text is None:
        return None
    if len(text.strip()) == len("2026-11-24"):
        return wall_time.day_bounds(day_named(text), zone)[1 if last else 0]
    # In a query string an unescaped plus arrives as a space.
    return instant(re.sub(r" (?=\d\d:?\d\d$)", "+", text.strip()), zone)


def local_day(text: str | None, zone: ZoneInfo) -> date | None:
    """The local day a date or an instant names; None for none. Raises INVALID_TIME."""
    if text is None:
        return None
    if len(text.strip()) == len("2026-11-24"):
        return day_named(text)
    at = bound(text, zone)
    return None if at is None else at.astimezone(zone).date()


def zone_of(name: str | None, usual: ZoneInfo) -> ZoneInfo:
    """The zone a caller names, IANA or "CST" or a city; `usual` when none. Raises VALIDATION_ERROR."""
    if name is None:
        return usual
    found = wall_time.zone_named(name)
    if found is None:
        raise Problem("VALIDATION_ERROR", "There is no such time zone.", fix="Send an IANA name: America/Chicago.")
    return found


def _clock(text: str) -> time:
    if not re.fullmatch(r"\d\d:\d\d(:\d\d)?", text.strip(), re.ASCII):
        raise ValueError("not HH:MM")
    return time.fromisoformat(text.strip())


def _skipped() -> Problem:
    return Problem(
        "INVALID_TIME", "That time does not exist: the clocks go forward over it.", fix="Choose an hour later."
    )


class ProblemShown(BaseModel):
    """A failure (RFC 9457). `code` is for programs, `detail` may be shown to a person, `fix` says what to change."""

    model_config = ConfigDict(extra="allow", title="Problem")

    type: str
    title: str
    status: int
    detail: str
    code: str
    fix: str
    hint: str


PROBLEMS: dict[int | str, dict[str, Any]] = {
    "4XX": {
        "description": "The request was refused; `code` says why.",
        "content": {"application/problem+json": {"schema": ProblemShown.model_json_schema()}},
    }
}
