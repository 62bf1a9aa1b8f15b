"""Is somebody in danger, read from fixed words before any model sees the message (contract 2.8).

Better to alarm once too often: a gas leak booked as a routine job is the failure this module is here to prevent. Still,
a high gas bill is no emergency, so look-alikes and plain denials are taken out first.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from tools.rules import danger_signs, urgent_signs

Danger = Literal["gas", "carbon_monoxide", "fire", "electrical", "flood_near_power", "no_heat_vulnerable"]


@dataclass(frozen=True, slots=True)
class Urgency:
    """`kind` names the danger of an emergency (and its safety text in prompts/safety), otherwise it is None."""

    level: Literal["emergency", "urgent", "routine"]
    kind: Danger | None


def read(text: str, *, trade: str) -> Urgency:
    """How soon somebody must act on one message. Danger is danger whoever was called; `trade` ("hvac", "plumbing",
    "electrical", "garage_doors", anything else is "general") adds what that trade is called out at night for."""
    sentences = [_plain(part) for part in re.split(r"[.!?;\n]+", text)]
    clauses = [_plain(part) for part in re.split(r"[.!?;,:\n]+|\bbut\b|\bpero\b", text, flags=re.IGNORECASE)]
    message = " ".join(sentences)
    kind = _danger(clauses, sentences, message)
    if kind:
        return Urgency("emergency", kind)
    return Urgency("urgent" if _cannot_wait(clauses, message, trade) else "routine", None)


def _danger(clauses: list[str], sentences: list[str], message: str) -> Danger | None:
    dry = [danger_signs.WATER_APPLIANCES.sub("appliance", sentence) for sentence in sentences]
    if _shows(danger_signs.FIRE, clauses):
        return "fire"
    if _shows(danger_signs.GAS, clauses):
        return "gas"
    if _shows(danger_signs.CARBON_MONOXIDE, [*clauses, message]):
        return "carbon_monoxide"
    if _shows(danger_signs.ELECTRICAL, clauses):
        return "electrical"
    if _shows(danger_signs.FLOOD_NEAR_POWER, dry):
        return "flood_near_power"
    if urgent_signs.NO_HEAT.search(message) and _fragile(message):
        return "no_heat_vulnerable"
    return None


def _shows(signs: danger_signs.Signs, parts: Iterable[str]) -> bool:
    for part in parts:
        seen = danger_signs.LOOK_ALIKES.sub(" ; ", part)
        if danger_signs.RESOLVED.search(seen):
            continue
        for sign in signs:
            if any(not danger_signs.NEGATED.search(seen[: found.start()]) for found in sign.finditer(seen)):
                return True
    return False


def _fragile(message: str) -> bool:
    """People mention the baby and leave the temperature out; healthy children count once it is said to be cold."""
    if urgent_signs.VULNERABLE.search(message):
        return True
    return bool(urgent_signs.KIDS.search(message) and urgent_signs.COLD.search(message))


def _cannot_wait(clauses: list[str], message: str, trade: str) -> bool:
    if urgent_signs.NO_HEAT.search(message):
        return True
    if urgent_signs.NO_COOLING.search(message) and urgent_signs.VULNERABLE.search(message):
        return True
    own = () if trade in ("hvac", "plumbing") else (urgent_signs.URGENT.get(trade, urgent_signs.URGENT["general"]),)
    return _shows((urgent_signs.ALWAYS_URGENT, *own), clauses)


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.casefold())
    letters = re.sub(r"['\u2019\u2018`\u00b4\u0300-\u036f]", "", letters)
    return " ".join(re.findall(r"[a-z0-9]+", letters))
