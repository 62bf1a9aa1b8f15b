"""What an owner answers on day one, each answer one line: the ZIPs, the services, the people, the trade."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from tools.rules import phones, wall_time

LONGEST_NAME = 80
LONGEST_VISIT = 24 * 60
USUAL_VISIT = 60
TRADES = ("hvac", "plumbing", "electrical", "garage_doors", "general")
EVERYWHERE = ("", "any", "all", "everywhere", "anywhere")
NOBODY = ("", "-", "no", "none", "nobody", "skip", "voicemail")

_TRADE_WORDS = {
    **dict.fromkeys(("hvac", "heating", "cooling", "furnace", "air", "ac"), "hvac"),
    **dict.fromkeys(("plumbing", "plumber", "plumbers", "drain", "drains"), "plumbing"),
    **dict.fromkeys(("electrical", "electrician", "electricians", "electric"), "electrical"),
    **dict.fromkeys(("garage", "garage_doors"), "garage_doors"),
    **dict.fromkeys(("general", "other", "handyman", "home"), "general"),
}
_RUN = re.compile(r"(\d{5})(?:-(\d{5}))?", re.ASCII)
_TO = re.compile(r"\s*(?:-|\u2013|\bto\b)\s*", re.IGNORECASE)
_MINUTES = re.compile(r"(\d{1,4})\s*(?:min(?:ute)?s?\.?)?", re.ASCII | re.IGNORECASE)
_FEE = re.compile(r"\$?\s*(\d{1,5})(?:\.(\d\d))?", re.ASCII)


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
    if len(found) != 1:
        raise UnreadableAnswer(f"The trade is one of {', '.join(TRADES)}; general is for every other trade.")
    return found.pop()


def zone(text: str) -> ZoneInfo:
    """The zone the business keeps its clock in: "America/Chicago", "Central", a big city."""
    found = wall_time.zone_named(text)
    if found is None:
        raise UnreadableAnswer("The zone is a name such as America/Chicago, or Eastern, Central, Mountain, Pacific.")
    return found


def areas(text: str) -> tuple[tuple[str, str], ...]:
    """Runs of ZIPs, first and last included, from "78701-78759, 78610"; nothing or "everywhere" is no limit."""
    if text.strip().lower() in EVERYWHERE:
        return ()
    runs: list[tuple[str, str]] = []
    for part in re.split(r"[,;\s]+", _TO.sub("-", text.strip(" ,;"))):
        found = _RUN.fullmatch(part)
        if found is None:
            raise UnreadableAnswer("ZIPs are five digits each, like 78701-78759, 78610; or write everywhere.")
        first, last = found[1], found[2] or found[1]
        if first > last:
            raise UnreadableAnswer(f"{first}-{last} runs backwards; write {last}-{first}.")
        runs.append((first, last))
    return tuple(runs)


def offerings(text: str) -> tuple[Offering, ...]:
    """Services from "Diagnostic visit:90:89, Water heater install:180": name, minutes (60 when left out), fee in
    dollars. The first is the usual first visit."""
    found: list[Offering] = []
    for line in _items(text):
        called, minutes, fee, *more = [*(part.strip() for part in line.split(":")), "", ""]
        length = _MINUTES.fullmatch(minutes or str(USUAL_VISIT))
        money = _FEE.fullmatch(fee or "0")
        if any(more) or length is None or money is None:
            raise UnreadableAnswer(
                "A service is name:minutes:fee, like Diagnostic visit:90:89; the fee may be left out."
            )
        if not 0 < int(length[1]) <= LONGEST_VISIT or int(length[1]) % 5:
            raise UnreadableAnswer(f"A visit takes a multiple of 5 minutes, up to {LONGEST_VISIT}.")
        found.append(Offering(name(called), int(length[1]), int(money[1]) * 100 + int(money[2] or 0) if fee else None))
    if not found:
        raise UnreadableAnswer("At least one service is needed, like Diagnostic visit:90:89.")
    if len({slug(one.name) for one in found}) < len(found):
        raise UnreadableAnswer("Two services have the same name; give each its own.")
    return tuple(found)


def people(text: str, region: str = "US") -> tuple[Person, ...]:
    """Technicians from "Dana Ruiz:+15125550111, Luis"; a number without a country code is of `region`."""
    found: list[Person] = []
    for line in _items(text):
        called, _, number = line.partition(":")
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
