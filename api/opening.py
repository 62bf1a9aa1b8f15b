"""The shared parts of one process over an open database."""

from api.clock import Clock
from api.deps import House
from api.keys import Keys
from api.limits import RateLimits
from api.settings import Settings
from api.usage import Usage
from storage.db import open_database


def open_house(settings: Settings) -> House:
    """The database these settings name, opened, with the clock, limits, counts and keys over it."""
    db = open_database(settings.database_url)
    return House(settings, db, Clock(settings.now), RateLimits(), Usage(db), Keys(db))
