"""Wall clocks and instants: what the clock on the customer's wall shows, and when that is in UTC.

zoneinfo stays silent about the hour that is skipped in spring and the one that comes twice in autumn. Here a skipped
time is refused (contract 2.1, Time) and a doubled one means the first of the two.
"""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, available_timezones

_ISO = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d([.,]\d{1,9})?)?([Zz]|[+-]\d\d(:?\d\d)?)?", re.ASCII)


class NoSuchTime(ValueError):
    """The wall clock jumps over this time on the day the clocks go forward."""


@lru_cache(maxsize=50_000)
def local(instant: datetime, zone: ZoneInfo) -> datetime:
    """What the wall clock in `zone` shows at `instant` (aware); `fold` is 1 the second time an hour comes round."""
    return instant.astimezone(zone)


def resolve(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The UTC instant at which the wall clock in `zone` shows `at` on `day`; the first one when it does so twice.

    Raises NoSuchTime when the clocks go forward over it.
    """
    wall = datetime.combine(day, at.replace(fold=0), tzinfo=zone)
    if _jumped(wall):
        raise NoSuchTime(f"{at:%H:%M} does not exist on {day} in {zone}: the clocks go forward over it")
    return wall.astimezone(UTC)


def parse_instant(text: str, zone: ZoneInfo) -> datetime:
    """The UTC instant of an ISO 8601 date and time: with an offset as it stands, without one local to `zone`.

    Raises ValueError when it is not one (a date alone is not), NoSuchTime when the local clock skips it.
    """
    stripped = text.strip()
    if not _ISO.fullmatch(stripped):
        raise ValueError("not an ISO 8601 date and time such as 2026-11-23T09:00")
    moment = datetime.fromisoformat(stripped.upper())
    # A zone can push the first and last days of the calendar outside what a datetime can hold.
    if not 1 < moment.year < 9999:
        raise ValueError("the year is out of range")
    return resolve(moment.date(), moment.time(), zone) if moment.tzinfo is None else moment.astimezone(UTC)


def day_bounds(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The first instant of a local day and the first of the next, in UTC; 23 to 25 hours apart."""
    return (
        datetime.fromtimestamp(wall_seconds(zone, day, 0), UTC),
        datetime.fromtimestamp(wall_seconds(zone, day, 24 * 60), UTC),
    )


@lru_cache(maxsize=16_384)
def wall_seconds(zone: ZoneInfo, day: date, minute: int) -> int:
    """UTC epoch seconds at which the wall clock reaches `minute` minutes after midnight of `day` (1440 and more run on
    into the next days).

    Opening hours use this: a doubled time is its first occurrence, a skipped one is the moment the clocks jump.
    """
    wall = datetime.combine(day, time(), tzinfo=zone) + timedelta(minutes=minute)
    if not _jumped(wall):
        return int(wall.timestamp())
    before, after = int(wall.replace(fold=1).timestamp()), int(wall.timestamp())
    offset = wall.replace(fold=1).utcoffset()
    while after - before > 1:
        middle = (before + after) // 2
        if datetime.fromtimestamp(middle, zone).utcoffset() == offset:
            after = middle
        else:
            before = middle
    return after


def _jumped(wall: datetime) -> bool:
    """PEP 495: in a gap the offset before the jump (fold 0) is the smaller one, in a doubled hour the larger."""
    earlier, later = wall.replace(fold=0).utcoffset(), wall.replace(fold=1).utcoffset()
    return earlier is not None and later is not None and earlier < later


_NEW_YORK, _CHICAGO, _DENVER = "America/New_York", "America/Chicago", "America/Denver"
_PHOENIX, _LOS_ANGELES = "America/Phoenix", "America/Los_Angeles"

# What people, agents and forms write instead of an IANA name; it comes before IANA's own fixed-offset "EST" and "MST".
_WORDS: Mapping[str, str] = {
    **dict.fromkeys(("eastern", "et", "est", "edt"), _NEW_YORK),
    **dict.fromkeys(("central", "ct", "cst", "cdt"), _CHICAGO),
    **dict.fromkeys(("mountain", "mt", "mst", "mdt"), _DENVER),
    **dict.fromkeys(("pacific", "pt", "pst", "pdt"), _LOS_ANGELES),
    **dict.fromkeys(("alaska", "akt", "akst", "akdt"), "America/Anchorage"),
    **dict.fromkeys(("hawaii", "ht", "hst", "hawaii-aleutian"), "Pacific/Honolulu"),
    **dict.fromkeys(("atlantic", "ast", "adt"), "America/Halifax"),
    **dict.fromkeys(("utc", "gmt", "z", "zulu"), "UTC"),
    **dict.fromkeys(("aest", "aedt", "aet"), "Australia/Sydney"),
    "arizona": _PHOENIX,
    "awst": "Australia/Perth",
    "acst": "Australia/Adelaide",
    "acdt": "Australia/Adelaide",
    "nzst": "Pacific/Auckland",
    "nzdt": "Pacific/Auckland",
}
_CITIES: Mapping[str, tuple[str, ...]] = {
    _NEW_YORK: (
        *("nyc", "new york city", "philadelphia", "jacksonville", "columbus", "charlotte", "dc"),
        *("washington dc", "boston", "baltimore", "atlanta", "raleigh", "miami", "virginia beach", "tampa", "orlando"),
        *("pittsburgh", "cincinnati", "cleveland", "buffalo", "newark", "richmond", "durham", "fort lauderdale"),
        *("brooklyn", "st petersburg", "toledo", "greensboro", "providence", "hartford", "charleston", "savannah"),
    ),
    _CHICAGO: (
        *("houston", "san antonio", "dallas", "austin", "fort worth", "nashville", "oklahoma city", "memphis"),
        *("milwaukee", "kansas city", "omaha", "minneapolis", "saint paul", "st paul", "tulsa", "new orleans"),
        *("wichita", "st louis", "saint louis", "corpus christi", "plano", "lincoln", "madison", "baton rouge"),
        *("little rock", "des moines", "birmingham", "huntsville", "mobile", "round rock", "laredo", "lubbock"),
    ),
    _DENVER: ("el paso", "albuquerque", "colorado springs", "salt lake city", "santa fe", "cheyenne"),
    _PHOENIX: ("tucson", "mesa", "scottsdale", "chandler", "gilbert", "tempe"),
    _LOS_ANGELES: (
        *("san diego", "san jose", "san francisco", "seattle", "portland", "las vegas", "sacramento", "fresno"),
        *("long beach", "oakland", "bakersfield", "anaheim", "riverside", "stockton", "irvine", "henderson", "reno"),
        *("spokane", "tacoma", "eugene"),
    ),
    "America/Indiana/Indianapolis": ("indianapolis",),
    "America/Kentucky/Louisville": ("louisville",),
}


@cache
def _zone_keys() -> Mapping[str, str]:
    keys = sorted(available_timezones())
    cities: dict[str, set[str]] = {}
    for key in keys:
        region, _, city = key.rpartition("/")
        # Etc/GMT+5 is five hours *behind*: nobody who writes "GMT+5" means that.
        if region and region not in ("Etc", "US"):
            cities.setdefault(city.lower().replace("_", " "), set()).add(key)
    return {
        **{city: found.pop() for city, found in cities.items() if len(found) == 1},
        **{key.lower(): key for key in keys},
        **{city: key for key, names in _CITIES.items() for city in names},
        **_WORDS,
    }


def zone_named(text: str) -> ZoneInfo | None:
    """The zone meant by an IANA name, "CST", "Central time" or a major city such as "Austin"; None if none is."""
    words = " ".join(text.lower().replace(".", "").replace(",", " ").split())
    plain = re.sub(r"\b(us|standard|daylight|savings?|time ?zone|time|zone)\b(?!/)", "", words)
    key = _zone_keys().get(words) or _zone_keys().get(words.replace(" ", "_")) or _zone_keys().get(plain.strip())
    return ZoneInfo(key) if key else None


_SPOKEN = {
    **dict.fromkeys(("EST", "EDT"), ("Eastern", _NEW_YORK)),
    **dict.fromkeys(("CST", "CDT"), ("Central", _CHICAGO)),
    **dict.fromkeys(("MST", "MDT"), ("Mountain", _DENVER)),
    **dict.fromkeys(("PST", "PDT"), ("Pacific", _LOS_ANGELES)),
    **dict.fromkeys(("AKST", "AKDT"), ("Alaska", "America/Anchorage")),
    **dict.fromkeys(("AST", "ADT"), ("Atlantic", "America/Halifax")),
    "HST": ("Hawaii", "Pacific/Honolulu"),
}


def zone_words(zone: ZoneInfo, instant: datetime) -> str:
    """How the zone is said aloud: "Central time", "Arizona time", else by its city: "Kolkata time".

    Places on standard time all year (Regina, Cancun) go by their city while the clocks of their region differ.
    """
    if zone.key in (_PHOENIX, "US/Arizona"):
        return "Arizona time"
    here = instant.astimezone(zone)
    spoken = _SPOKEN.get(here.tzname() or "")
    if spoken and here.utcoffset() == instant.astimezone(ZoneInfo(spoken[1])).utcoffset():
        return f"{spoken[0]} time"
    city = zone.key.rpartition("/")[2].replace("_", " ")
    return city if city == "UTC" else f"{city} time"
