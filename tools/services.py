"""Which service did they mean? By id, slug, exact name, alias, or the only name that resembles the words."""

import re
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Any

from storage.context import Context
from storage.tables import Service
from tools.problems import Problem, not_found
from tools.setup import setup_of

ALIKE = 0.75  # how much two words must share to be one word misheard or mistyped


def find_service(ctx: Context, wanted: str | None) -> Service:
    """The service that `wanted` names, in the order of TP-10; None means the first bookable one by position.

    A copy to be read: whoever changes a service gets its row.

    Raises NOT_FOUND, or AMBIGUOUS_EVENT_TYPE with `candidates` (id, slug, name).
    """
    services = _services(ctx)
    if wanted is None:
        return next((service for service in services if service.is_bookable), None) or not_found("service")
    found = _matches(services, wanted)
    if len(found) > 1:
        raise Problem(
            "AMBIGUOUS_EVENT_TYPE",
            f"Several services match: {', '.join(service.name for service in found)}.",
            fix="Send one of the candidates' slugs.",
            candidates=_named(found),
        )
    if not found:
        raise Problem(
            "NOT_FOUND",
            "There is no such service.",
            fix=f"Use one of: {', '.join(service.slug for service in services if service.is_bookable)}.",
            candidates=_named([service for service in services if service.is_bookable]),
        )
    return found[0]


def for_sale(service: Service) -> Service:
    """The same service, for who lists its times: none is offered that could not be booked.

    Raises SERVICE_NOT_BOOKABLE.
    """
    if not service.is_bookable:
        raise Problem(
            "SERVICE_NOT_BOOKABLE", "That service cannot be booked like this.", fix="Have the office call back."
        )
    return service


def match_label(ctx: Context, label: str | None) -> Service | None:
    """The one service a free label means (contract 2.4); None when it means none, or more than one."""
    found = _matches(_services(ctx), label) if label else []
    return found[0] if len(found) == 1 else None


def filter_id(ctx: Context, wanted: str | None) -> str | None:
    """The service id to look for where a list is asked for one's bookings by id, slug or name; None for any."""
    found = match_label(ctx, wanted)
    return found.id if found is not None else wanted


def _services(ctx: Context) -> list[Service]:
    return list(setup_of(ctx).services)


def _named(services: list[Service]) -> list[dict[str, Any]]:
    return [{"id": service.id, "slug": service.slug, "name": service.name} for service in services]


def _matches(services: list[Service], wanted: str) -> list[Service]:
    """The services of the first rule that finds any: a sure rule never loses to a vague one."""
    said = _plain(wanted)
    if not said:
        return []
    named = [s for s in services if wanted.strip() in (s.id, s.slug)] or [s for s in services if _plain(s.slug) == said]
    named = named or [s for s in services if _plain(s.name) == said]
    if named:
        return named
    bookable = [s for s in services if s.is_bookable] or services
    aliased = [s for s in bookable if said in map(_plain, s.aliases)]
    if aliased:
        return aliased
    # The longest alias inside the words decides: "water heater" is more than the "heater" it contains.
    inside = [(len(a), s) for s in bookable for a in map(_plain, [s.name, *s.aliases]) if f" {a} " in f" {said} "]
    if inside:
        longest = max(length for length, _ in inside)
        return list(dict.fromkeys(s for length, s in inside if length == longest))
    part = [s for s in bookable if said in _plain(s.name)]
    return part or [s for s in bookable if _resembles(said, [s.name, *s.aliases])]


def _resembles(said: str, names: list[str]) -> bool:
    return any(SequenceMatcher(None, said, _plain(name)).ratio() >= ALIKE for name in names)


@lru_cache(maxsize=10_000)
def _plain(text: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", text.casefold()))
