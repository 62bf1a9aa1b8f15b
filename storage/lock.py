"""One worker's server on an embedded database: the second is refused, and a crash never leaves the lock behind."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class AlreadyServed(RuntimeError):
    """Another process holds this database file; the text says what to do."""


@contextmanager
def sole_server(database: Path | None) -> Iterator[None]:
    """Hold the lock beside an SQLite file while inside; nothing to hold for other databases.

    The kernel lets go of it when the process ends, however it ends. Raises AlreadyServed.
    """
    if database is None:
        yield
        return
    with open(database.with_suffix(database.suffix + ".lock"), "w", encoding="ascii") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise AlreadyServed(
                "Another Ringback server works on this database file. Stop it, use --no-worker, or use PostgreSQL."
            ) from error
        yield
