"""When a message nobody is waiting for may leave (contract 2.8; 47 CFR 64.1200(c)(1))."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo


def may_send_at(now: datetime, zone: ZoneInfo, start: time, end: time) -> datetime:
    """The next instant (UTC) at which the recipient's clock is inside [start, end); `now` itself when it already is.

    `now` is aware; `start` and `end` are local wall times in `zone`. An `end` before `start` runs over midnight; equal
    ones never close. On a night without that start time (clocks go forward) the answer is the moment the wall
    clock has passed it.
    """
    if _open(now, zone, start, end):
        return now.astimezone(UTC)
    today = now.astimezone(zone).date()
    starts = (
        datetime.combine(today + timedelta(days=ahead), start, zone).replace(fold=fold).astimezone(UTC)
        for ahead in (0, 1, 2)
        for fold in (0, 1)
    )
    return min(instant for instant in starts if instant > now and _open(instant, zone, start, end))


def _open(instant: datetime, zone: ZoneInfo, start: time, end: time) -> bool:
    local = instant.astimezone(zone).time()
    return start <= local < end if start < end else local >= start or local < end
