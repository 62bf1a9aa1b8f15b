"""Weeks: whose hours count for a visit, with the dates that differ, as the calendar wants them."""

from collections.abc import Mapping
from datetime import date, timedelta

from sqlalchemy import bindparam, select

from storage.asking import ask
from storage.context import Context
from storage.tables import DateOverride, Hours, Service
from tools.rules.calendar import Override, Span, Week

DAY = timedelta(days=1)
HOURS = (
    select(Hours.template_id, Hours.weekday, Hours.opens, Hours.closes)
    .where(Hours.template_id.in_(bindparam("templates", expanding=True)))
    .order_by(Hours.opens)
)
DIFFERING = select(DateOverride.technician_id, DateOverride.day, DateOverride.spans, DateOverride.reason).where(
    DateOverride.org_id == bindparam("org"), DateOverride.day.between(bindparam("first"), bindparam("last"))
)


def weeks_of(
    ctx: Context, service: Service | None, templates_of: Mapping[str, str | None], first: date, last: date
) -> dict[str | None, Week]:
    """The week of a visit (key None), and of each technician whose own differs from it, with the dates that matter for
    starts on local days `first` to `last`. `templates_of`: the hours each technician keeps, None for the shop's."""
    base = (service.template_id if service else None) or ctx.org.template_id
    templates = {base, *templates_of.values()}
    spans: dict[str, list[list[Span]]] = {template: [[] for _ in range(7)] for template in templates if template}
    for template, weekday, opens, closes in ask(ctx, HOURS, templates=list(spans)):
        spans[template][weekday].append(Span(opens, closes))
    overrides: dict[str | None, dict[date, Override]] = {None: {}}
    around = {"first": first - 2 * DAY, "last": last + 3 * DAY}
    for whose, day, listed, reason in ask(ctx, DIFFERING, org=ctx.org.id, **around):
        others = overrides.setdefault(whose, {})
        opened = tuple(Span(opens, closes) for opens, closes in listed)
        before = others.get(day)
        if before is not None:  # a blackout beats opening hours, and two openings add up
            opened = tuple(sorted((*before.spans, *opened), key=lambda span: span.opens)) if opened else ()
            opened = opened if before.spans else ()
        others[day] = Override(day, opened, reason or (before.reason if before else None))

    shop = _days(spans, base)
    weeks: dict[str | None, Week] = {None: Week(shop, overrides[None])}
    for technician, kept in templates_of.items():
        own = _days(spans, kept) if kept else shop
        if kept and service and service.template_id:
            own = tuple(map(_shared, own, shop))
        if own != shop or technician in overrides:
            weeks[technician] = Week(own, {**overrides[None], **overrides.get(technician, {})})
    return weeks


def _days(spans: dict[str, list[list[Span]]], template: str | None) -> tuple[tuple[Span, ...], ...]:
    return tuple(tuple(day) for day in spans[template]) if template else ((),) * 7


def _shared(one: tuple[Span, ...], other: tuple[Span, ...]) -> tuple[Span, ...]:
    """The time in both: a service with hours of its own is sold only while its technician works."""
    both = (Span(max(a.opens, b.opens), min(a.closes, b.closes)) for a in one for b in other)
    return tuple(span for span in both if span.opens < span.closes)
