"""What an owner answers on day one, each answer one line: the ZIPs, the services, the people, the trade."""

import re
import unicodedata
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from tools.rules import phones, wall_time

LONGEST_NAME = 80
LONGEST_VISIT = 24 * 60
USUAL_VISIT = 60
TRADES = ("hvac", "plumbing", "electrical", "garage_doors", "general")
EVERYWHERE = ("", "any", "all", "everywhere", "anywhere", "no limit", "no limits")
NOBODY = ("", "-", "no", "none", "n/a", "nobody", "skip", "voicemail")
ONESELF = ("me", "just me", "myself", "only me", "the owner", "owner")

_TRADE_WORDS = {
    **dict.fromkeys(("hvac", "heating", "cooling", "furnace", "air", "ac"), "hvac"),
    **dict.fromkeys(("plumbing", "plumber", "plumbers", "drain", "drains"), "plumbing"),
    **dict.fromkeys(("electrical", "electrician", "electricians", "electric"), "electrical"),
    **dict.fromkeys(("garage", "garage_doors"), "garage_doors"),
    **dict.fromkeys(("general", "other", "handyman", "home"), "general"),
}
_RUN = re.compile(r"(\d{5})(?:-(\d{5}|\d\d))?", re.ASCII)
_TO = re.compile(r"\s*(?:-|\u2013|\bto\b|\bthrough\b|\bthru\b)\s*", re.IGNORECASE)
_BETWEEN_ZIPS = re.compile(r"(?:[,;/&\s]|\band\b|\bzips?\b|\bcodes?\b)+", re.IGNORECASE)
# What can stand behind a service's name, read from the end: hours, minutes, money, or a bare number.
_COST = re.compile(
    r"(?:^|[\s:(/\u2013-]+)"
    r"(?:(?P<hours>\d{1,2}(?:\.\d{1,2})?)\s*(?:hours?|hrs?|h)\b\.?|(?P<minutes>\d{1,4})\s*(?:minutes?|mins?|m)\b\.?"
    r"|\$\s*(?P<money>\d{1,5}(?:\.\d{1,2})?)|(?P<dollars>\d{1,5}(?:\.\d{1,2})?)\s*(?:dollars|bucks|usd)"
    r"|(?P<free>free|no charge)"
    r"|(?P<bare>\d{1,5}(?:\.\d{1,2})?))[\s)]*$",
    re.ASCII | re.IGNORECASE,
)
_THOUSANDS = re.compile(r"(\$\s*\d{1,3}),(?=\d{3}(?!\d))", re.ASCII)  # a comma within a price parts nothing
_LEFT_OVER = re.compile(r"[$:]|(?<!\b24 )(?<!\b24-)\b(?:hours?|hrs?|minutes?|mins?|dollars)\b", re.IGNORECASE)
_BESIDE_A_NAME = re.compile(r"(?P<name>[^\d+(<:]*?)[\s:<\u2013-]*(?P<phone>[+(]?\d[\d\s().+-]{5,}\d)\W*", re.ASCII)


class UnreadableAnswer(ValueError):
    """An answer that cannot be used; its text is one sentence that says what to write instead."""


@dataclass(frozen=True, slots=True)
class Offering:
    """A service as it was typed in: minutes of a visit, fee in cents or null where none was named."""

    name: str
    minutes: int
    fee_cents: int | None


@dataclass(frozen=True, slots=True)
class Person:
    """A technician as they were typed in; the phone is E.164."""

    name: str
    phone: str | None


def name(text: str) -> str:
    """A name on one line; raises UnreadableAnswer when there is none or it is longer than 80 characters."""
    words = " ".join(text.split())
    if not re.search(r"\w", words):
        raise UnreadableAnswer("A name is needed.")
    if len(words) > LONGEST_NAME:
        raise UnreadableAnswer(f"A name has at most {LONGEST_NAME} characters.")
    return words


def slug(text: str) -> str:
    """A name as it stands in an address: "Bluebird Heating" → "bluebird-heating".

    Raises UnreadableAnswer when no letter or digit is left.
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    made = re.sub(r"[^a-z0-9]+", "-", plain.replace("'", "")).strip("-")[:LONGEST_NAME].strip("-")
    if not made:
        raise UnreadableAnswer("A slug is made of the letters a to z and digits; write one with --slug.")
    return made


def trade(text: str) -> str:
    """One of TRADES from a person's word for it."""
    found = {_TRADE_WORDS[word] for word in re.findall(r"[a-z_]+", text.lower()) if word in _TRADE_WORDS}
    if len(found) > 1:
        raise UnreadableAnswer(f"Write the one trade most calls are about: {' or '.join(sorted(found))}.")
    if not found:
        raise UnreadableAnswer(f"The trade is one of {', '.join(TRADES)}; general is for every other trade.")
    return found.pop()


def zone(text: str) -> ZoneInfo:
    """The zone the business keeps its clock in: "America/Chicago", "Central", a big city."""
    found = wall_time.zone_named(text) or wall_time.zone_named(text.partition(",")[0])  # "Austin, TX"
    if found is None:
        raise UnreadableAnswer(
            "The zone is Eastern, Central, Mountain, Pacific, a big city, or a name like America/Chicago."
        )
    return found


def areas(text: str) -> tuple[tuple[str, str], ...]:
    """Runs of ZIPs, first and last included, from "78701-78759, 78610"; nothing or "everywhere" is no limit."""
    if text.strip().lower() in EVERYWHERE:
        return ()
    runs: list[tuple[str, str]] = []
    for part in filter(None, _BETWEEN_ZIPS.split(_TO.sub("-", text))):
        found = _RUN.fullmatch(part)
        if found is None:
            raise UnreadableAnswer(
                "Places are ZIPs of five digits each, like 78701-78759, 78610, not names or miles; or write everywhere."
            )
        first = found[1]
        last = first[: -len(found[2])] + found[2] if found[2] else first  # "78701-59"
        if first > last:
            raise UnreadableAnswer(f"{first}-{last} runs backwards; write {last}-{first}.")
        runs.append((first, last))
    if not runs:
        raise UnreadableAnswer("No ZIP is named; write them like 78701-78759, 78610, or write everywhere.")
    return tuple(runs)


def offerings(text: str) -> tuple[Offering, ...]:
    """Services from "Diagnostic visit:90:89, Water heater install:180": name, minutes (60 when left out), fee in
    dollars. "Leak repair 90 $89" and "Leak repair, 1.5 h, $1,200" are read, too. The first is the usual first visit.

    Raises UnreadableAnswer.
    """
    lines: list[str] = []
    for item in _items(_THOUSANDS.sub(r"\1", text)):
        if lines and _COST.fullmatch(item):
            lines[-1] += f":{item}"
        else:
            lines.append(item)
    found = [_offering(line) for line in lines]
    if not found:
        raise UnreadableAnswer("At least one service is needed, like Diagnostic visit:90:89.")
    if len({slug(one.name) for one in found}) < len(found):
        raise UnreadableAnswer("Two services have the same name; give each its own.")
    return tuple(found)


def _offering(line: str) -> Offering:
    called, costs = line.replace("::", f":{USUAL_VISIT}:"), list[re.Match[str]]()
    while cost := _COST.search(called):
        called = called[: cost.start()]
        costs.insert(0, cost)
    minutes = [
        float(one["hours"] or 0) * 60 + int(one["minutes"] or 0) for one in costs if one["hours"] or one["minutes"]
    ]
    fees = [one["money"] or one["dollars"] or "0" for one in costs if one["money"] or one["dollars"] or one["free"]]
    bare = [one["bare"] for one in costs if one["bare"]]
    if bare and not minutes:
        minutes.append(float(bare.pop(0)))
    fees += bare
    if len(fees) > 1 or _LEFT_OVER.search(called):
        raise UnreadableAnswer("A service is name:minutes:fee, like Diagnostic visit:90:89; the fee may be left out.")
    length = sum(minutes) if minutes else USUAL_VISIT
    if not 0 < length <= LONGEST_VISIT or length % 5:
        raise UnreadableAnswer(
            f"A visit takes a multiple of 5 minutes, up to {LONGEST_VISIT}: name:minutes:fee, like Leak repair:90:89."
        )
    return Offering(name(called), int(length), round(float(fees[0]) * 100) if fees else None)


def people(text: str, region: str = "US") -> tuple[Person, ...]:
    """Technicians from "Dana Ruiz:+15125550111, Luis" or "Dana 512-555-0111 and Luis"; a number without a country code
    is of `region`. Raises UnreadableAnswer."""
    lines: list[str] = []
    for item in _items(re.sub(r"\s+(?:and|&)\s+", ",", text)):
        if lines and ":" not in lines[-1] and not re.search(r"[^\W\d]", item):
            lines[-1] += f":{item}"
        else:
            lines.append(item)
    found: list[Person] = []
    for line in lines:
        if line.lower() in ONESELF:
            raise UnreadableAnswer("Write your own name: customers read who comes.")
        beside = _BESIDE_A_NAME.fullmatch(line)
        called, _, number = (beside["name"], "", beside["phone"]) if beside else line.partition(":")
        if re.search(r"\d{3}", called):
            raise UnreadableAnswer(
                "A technician is name:phone, like Dana Ruiz:512-555-0111; the phone may be left out."
            )
        found.append(Person(name(called), phone(number, region)))
    if not found:
        raise UnreadableAnswer("At least one technician is needed; a business of one writes its owner.")
    if len({one.name.casefold() for one in found}) < len(found):
        raise UnreadableAnswer("Two technicians have the same name; add a last name.")
    return tuple(found)


def phone(text: str, region: str = "US") -> str | None:
    """A number as E.164; null for nothing and for "none"."""
    if text.strip().lower() in NOBODY:
        return None
    found = phones.e164(text, region)
    if found is None:
        raise UnreadableAnswer("That is no phone number; write it with the area code, like +1 512 555 0111.")
    return found


def _items(text: str) -> list[str]:
    return [item.strip() for item in re.split(r"[,;\n]", text) if item.strip()]
