"""How many requests a credential may make: 60 a minute and 10,000 a day (TP-A9), counted in this process.

Floods are what this stops, and a flood reaches one process; limits that cost money are counted in the database.
"""

import time
from dataclasses import dataclass

from limits import RateLimitItemPerDay, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter, MovingWindowRateLimiter

PER_MINUTE = 60
PER_DAY = 10_000


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


class RateLimits:
    """The counters of one process."""

    def __init__(self, per_minute: int = PER_MINUTE, per_day: int = PER_DAY) -> None:
        storage = MemoryStorage()
        self._windows = (
            (FixedWindowRateLimiter(storage), RateLimitItemPerDay(per_day)),
            (MovingWindowRateLimiter(storage), RateLimitItemPerMinute(per_minute)),
        )

    def count(self, who: str) -> Rate:
        """Count one request of `who`; the answer describes the day's quota once it is used up, else the minute's."""
        for limiter, item in self._windows:
            inside = limiter.hit(item, who)
            stats = limiter.get_window_stats(item, who)
            seconds = max(1, round(stats.reset_time - time.time()))
            rate = Rate(item.amount, item.get_expiry(), max(0, stats.remaining), seconds, not inside)
            if rate.exceeded:
                break
        return rate
