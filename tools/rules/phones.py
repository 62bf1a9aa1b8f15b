"""Phone numbers as carriers, voice agents and people write them."""

import re
from typing import Literal
from zoneinfo import ZoneInfo

import phonenumbers

CallerKind = Literal["number", "anonymous", "short_code", "invalid"]

_CHANNEL = re.compile(r"^\s*(?:whatsapp|sms|tel):\s*", re.IGNORECASE)
# phonenumbers reads letters as keypad digits, which turns an address into somebody's number.
_WRITTEN = re.compile(r"\+?[\d\s().\-/\u2010-\u2015\u00a0]+(?:(?:ext\.?|x|#)\s*\d{1,6}\s*)?", re.IGNORECASE)
_SHORT_CODE = re.compile(r"[0-9]{3,6}")
_NORTH_AMERICAN = re.compile(r"[2-9]\d{2}[2-9]\d{6}")
_WITHHELD_WORDS = ("anonymous", "restricted", "unavailable", "unknown", "blocked", "private")
_KEYPAD = str.maketrans("abcdefghijklmnopqrstuvwxyz", "22233344455566677778889999")
# Carriers spell a withheld caller id on the keypad: +266696687 is "anonymous", +7378742833 is "restricted".
# Only with the plus: 737 is also an Austin area code.
_WITHHELD_DIGITS = frozenset("+" + word.translate(_KEYPAD) for word in _WITHHELD_WORDS)
_WITHHELD = re.compile(
    rf"(?:{'|'.join(_WITHHELD_WORDS)}|withheld|no caller id)(?: (?:caller|number|id))?", re.IGNORECASE
)


def e164(text: str, region: str) -> str | None:
    """The number in E.164, or None where there is nobody to text: withheld ids, short codes, sender names, nonsense.

    `region` is the organisation's two-letter country, used when the text has no country code. A number only has to be
    possible, not assigned: new area codes reach callers before they reach the metadata, and 555-01xx must
    work in demos.
    """
    bare = _CHANNEL.sub("", text).strip()
    if bare in _WITHHELD_DIGITS or not _WRITTEN.fullmatch(bare):
        return None
    try:
        number = phonenumbers.parse(bare, region)
    except phonenumbers.NumberParseException:
        return None
    # is_possible_number also says yes to seven local digits, which nobody can text.
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        return None
    if number.country_code == 1 and not _NORTH_AMERICAN.fullmatch(str(number.national_number)):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def kind_of_caller(text: str, region: str = "US") -> CallerKind:
    """What the carrier put where the caller's number belongs; an empty field is a withheld one."""
    bare = _CHANNEL.sub("", text).strip()
    if not bare or bare in _WITHHELD_DIGITS or _WITHHELD.fullmatch(bare):
        return "anonymous"
    if _SHORT_CODE.fullmatch(bare):
        return "short_code"
    return "number" if e164(bare, region) else "invalid"


def last_four(e164: str) -> str:
    """The four digits that may be spoken of a number (contract 2.6, rule 7)."""
    return e164[-4:]


def zone_of(e164: str) -> ZoneInfo | None:
    """The zone an E.164 number's prefix points to; None where it points to several (850, toll-free) or to none.

    Only a proxy for where the person is: prefer the zone of the service address.
    """
    # Imported late: its tables cost 0.1 s and 22 MB, and most processes never ask.
    from phonenumbers import timezone

    # time_zones_for_number answers "unknown" for unassigned numbers; the prefix is enough here.
    zones = timezone.time_zones_for_geographical_number(phonenumbers.parse(e164))
    if len(zones) != 1 or zones[0] == timezone.UNKNOWN_TIMEZONE:
        return None
    return ZoneInfo(zones[0])


def shown(e164: str) -> str:
    """A number as people of its country write it, for pages: "(512) 555-0100"."""
    return phonenumbers.format_number(phonenumbers.parse(e164), phonenumbers.PhoneNumberFormat.NATIONAL)
