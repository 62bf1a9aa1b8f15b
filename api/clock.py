"""The clock of one process: real time, or in the sandbox a time that starts where it was told and runs on."""

from datetime import UTC, datetime, timedelta


class Clock:
    """Gives `now` to every door. Only the sandbox may move it."""

    def __init__(self, start: datetime | None = None) -> None:
        """`start` is the aware instant the clock shows now; None is the real time."""
        self._ahead = timedelta(0) if start is None else start - datetime.now(UTC)

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        return datetime.now(UTC) + self._ahead

    def advance(self, by: timedelta) -> None:
        """Move the clock forward, or back with a negative time."""
        self._ahead += by

    def set(self, to: datetime) -> None:
        """Make the clock show `to` (aware) and run on from there."""
        self._ahead = to - datetime.now(UTC)
