"""A statement is worked out once for each engine, and a test run opens thousands: here they know each other's.

That is two thirds of the time of a test that books a visit.
"""

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import Dialect
from sqlalchemy.util import LRUCache

ROOM = 5000  # statements; an engine of its own has room for 500, which is what one process of ours asks
_known: dict[tuple[type[Dialect], str], tuple[Dialect, LRUCache]] = {}


def share() -> None:
    """From now on every engine of this process uses what another of its kind has worked out."""

    @event.listens_for(Engine, "engine_connect")
    def look_up(connection: Connection) -> None:
        engine = connection.engine
        kind = type(engine.dialect), getattr(engine.dialect.dbapi, "__name__", "")
        dialect, statements = _known.setdefault(kind, (engine.dialect, LRUCache(ROOM)))
        connection.dialect = engine.dialect = dialect
        engine._compiled_cache = statements
