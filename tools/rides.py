"""Rides: where the business goes, and the driving to keep free between two visits."""

from dataclasses import dataclass

from tools.problems import Problem
from tools.rules import area


@dataclass(frozen=True, slots=True)
class Rides:
    """The runs of postal codes covered, with their travel zones, and the minutes between zones."""

    zones: tuple[tuple[str, str, str | None], ...]
    minutes: dict[tuple[str, str], int]

    def covers(self, postal_code: str) -> bool:
        """Whether the business goes to a postal code."""
        return area.covers(postal_code, [(low, high) for low, high, _ in self.zones])

    def check(self, postal_code: str | None) -> None:
        """Raise OUT_OF_SERVICE_AREA for a postal code outside; an unknown one passes."""
        if postal_code and not self.covers(postal_code):
            raise Problem(
                "OUT_OF_SERVICE_AREA",
                "That postal code is outside the area this business covers.",
                fix="Check the postal code; if it is right, this address cannot be booked.",
            )

    def between(self, here: str | None, there: str | None) -> tuple[int, int]:
        """Minutes from one postal code to the other, and back.

        An unknown end counts as the longest ride, so that a time offered before the address is known still books.
        """
        if not self.minutes:
            return 0, 0
        a, b = self._zone(here), self._zone(there)
        if a is None or b is None:
            return max(self.minutes.values()), max(self.minutes.values())
        go, come = self.minutes.get((a, b)), self.minutes.get((b, a))
        return go or come or 0, come or go or 0

    def _zone(self, postal_code: str | None) -> str | None:
        code = (postal_code or "")[:5]
        return next((zone for low, high, zone in self.zones if code and low <= code <= high), None)
