"""How many requests a credential may make: 60 a minute and 10,000 a day (TP-A9), counted in this process.

Floods are what this stops, and a flood reaches one process; limits that cost money are counted in the database.
Counted here by hand, every request being counted: the usual library starts a thread now and then to forget.
"""

import time
from collections import deque
from dataclasses import dataclass, field

PER_MINUTE = 60
PER_DAY = 10_000
MINUTE, DAY = 60, 86_400
REMEMBERED = 100_000  # callers; beyond it those who have been quiet for a minute start anew


@dataclass(frozen=True, slots=True)
class Rate:
    """Where a request leaves its caller: the quota, the window in seconds, what remains, seconds until it resets."""

    quota: int
    window: int
    remaining: int
    reset: int
    exceeded: bool

    def headers(self) -> dict[str, str]:
        """The RateLimit fields of the IETF draft."""
        return {
            "RateLimit-Policy": f'"default";q={self.quota};w={self.window}',
            "RateLimit": f'"default";r={self.remaining};t={self.reset}',
        }


@dataclass(slots=True)
class _Counted:
    """One caller's requests: the moments of the last minute's, and how many since a day began to be counted."""

    day_began: float
    today: int = 0
    minute: deque[float] = field(default_factory=deque)


class RateLimits:
    """The counters of one process: a moving window of a minute, and a day that begins with the first request."""

    def __init__(self, per_minute: int = PER_MINUTE, per_day: int = PER_DAY) -> None:
        self._per_minute, self._per_day = per_minute, per_day
        self._callers: dict[str, _Counted] = {}

    def count(self, who: str) -> Rate:
        """Count one request of `who`; the answer describes the day's quota once it is used up, else the minute's."""
        now = time.monotonic()
        its = self._callers.get(who)
        if its is None:
            if len(self._callers) >= REMEMBERED:
                busy = ((name, one) for name, one in self._callers.items() if one.minute)
                self._callers = {name: one for name, one in busy if now - one.minute[-1] < MINUTE}
            its = self._callers[who] = _Counted(now)
        elif now - its.day_began >= DAY:
            its.day_began, its.today = now, 0
        its.today += 1
        if its.today > self._per_day:
            return Rate(self._per_day, DAY, 0, max(1, round(its.day_began + DAY - now)), exceeded=True)
        while its.minute and now - its.minute[0] >= MINUTE:
            its.minute.popleft()
        exceeded = len(its.minute) >= self._per_minute
        if not exceeded:
            its.minute.append(now)
        reset = max(1, round(its.minute[0] + MINUTE - now)) if its.minute else MINUTE
        return Rate(self._per_minute, MINUTE, self._per_minute - len(its.minute), reset, exceeded)
