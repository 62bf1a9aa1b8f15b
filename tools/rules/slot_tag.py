"""The slot tag: how a time is written for a model, `[slot:"2026-11-23 09:00"]`, and read back however it returns it
(contract 2.6; X5)."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from tools.rules.wall_time import NoSuchTime, parse_instant

_QUOTES = r"""\s"'`\\\u2018\u2019\u201c\u201d"""
_WRAP = rf"[\[{_QUOTES}]{{0,12}}"
_END = rf"[\].,;{_QUOTES}]{{0,12}}"
_TAG = re.compile(
    rf"{_WRAP}(?:slot{_WRAP}[:=])?{_WRAP}"
    r"(?P<day>\d{4}-\d\d-\d\d)(?:\s{0,4}T\s{0,4}|\s{1,4})(?P<hour>\d\d?):(?P<minute>\d\d)(?P<second>:\d\d(?:\.\d{1,9})?)?"
    rf"\s{{0,4}}(?P<offset>Z|[+-]\d\d:?\d\d)?{_END}",
    re.ASCII | re.IGNORECASE,
)


class UnreadableSlot(ValueError):
    """The text is not a slot as it was listed."""


def value(local: datetime) -> str:
    """The bare value of an aware local time, to the minute; the second time an hour comes round carries its offset."""
    written = local.isoformat(" ", "minutes")[:16]
    if not local.fold or local.utcoffset() == local.replace(fold=0).utcoffset():
        return written
    return written + local.isoformat(timespec="minutes")[-6:]


def write(local: datetime) -> str:
    """The tag of an aware local time, brackets included."""
    return f'[slot:"{value(local)}"]'


def read(text: str, zone: ZoneInfo) -> datetime:
    """The UTC instant of a tag or a bare value, local to `zone` unless it carries an offset.

    Raises UnreadableSlot when it is neither, NoSuchTime when the local clock skips it. Whether the time is open, or in
    the past, is the calendar's business.
    """
    tag = _TAG.fullmatch(text)
    if not tag:
        raise UnreadableSlot('not a slot such as "2026-11-23 09:00"')
    clock = f"{tag['hour']:0>2}:{tag['minute']}{tag['second'] or ''}"
    try:
        return parse_instant(f"{tag['day']}T{clock}{tag['offset'] or ''}", zone)
    except NoSuchTime:
        raise
    except ValueError:
        raise UnreadableSlot("no such day or hour") from None
