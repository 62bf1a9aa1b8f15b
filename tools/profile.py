"""The business in words: hours, services with their fees, area. What a reply may say of it comes from here."""

from datetime import timedelta

from sqlalchemy import select

from storage.context import Context
from storage.tables import DateOverride, EntryPoint, Hours, Service, ServiceArea, Technician
from tools.rules import prices, speech


def hours_lines(ctx: Context) -> list[str]:
    """Opening hours by weekday, and the dates of the next two weeks that differ, as lines to be read."""
    spans: dict[int, list[str]] = {}
    rows = ctx.session.scalars(
        select(Hours).where(Hours.template_id == ctx.org.template_id).order_by(Hours.weekday, Hours.opens)
    )
    for row in rows:
        spans.setdefault(row.weekday, []).append(f"{_clock(ctx, row.opens)} to {_clock(ctx, row.closes)}")
    lines = []
    for first, last in _runs({day: " and ".join(times) for day, times in spans.items()}):
        days = speech.WEEKDAYS[first] + (f" to {speech.WEEKDAYS[last]}" if last > first else "")
        lines.append(f"{days}: {' and '.join(spans[first])}")
    today = ctx.local_now.date()
    others = ctx.session.scalars(
        select(DateOverride)
        .where(
            DateOverride.org_id == ctx.org.id,
            DateOverride.technician_id.is_(None),
            DateOverride.day.between(today, today + timedelta(days=14)),
        )
        .order_by(DateOverride.day)
    )
    for one in others:
        times = " and ".join(f"{_clock(ctx, opens)} to {_clock(ctx, closes)}" for opens, closes in one.spans)
        lines.append(f"{speech.day(one.day)}: {times or 'closed'}{f' ({one.reason})' if one.reason else ''}")
    return lines


def _clock(ctx: Context, minutes: int) -> str:
    hour, minute = divmod(minutes % 1440, 60)
    return speech.clock(ctx.local_now.replace(hour=hour, minute=minute))


def _runs(days: dict[int, str]) -> list[tuple[int, int]]:
    """Runs of neighbouring weekdays with the same hours, as (first, last)."""
    runs: list[tuple[int, int]] = []
    for day in sorted(days):
        if runs and runs[-1][1] == day - 1 and days[day] == days[runs[-1][0]]:
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
    return runs


def services_told(ctx: Context, minutes: int | None = None) -> list[dict[str, str | None]]:
    """What can be booked: name, duration (`minutes` for all of them where given), fee in words, description."""
    rows = ctx.session.scalars(
        select(Service).where(Service.org_id == ctx.org.id, Service.is_bookable).order_by(Service.position)
    )
    return [
        {
            "name": row.name,
            "duration": speech.duration(minutes or row.duration_minutes),
            "fee": fee_words(row),
            "description": row.description or "",
        }
        for row in rows
    ]


def fee_words(service: Service) -> str | None:
    """What the visit costs, in the only words it may be quoted with."""
    if service.fee_cents is None:
        return service.fee_note or None
    note = f", {service.fee_note}" if service.fee_note else ""
    return f"visit fee {prices.dollars(service.fee_cents)}{note}"


def area_words(ctx: Context) -> str | None:
    """The postal codes covered; None when everything is."""
    rows = ctx.session.execute(
        select(ServiceArea.first_code, ServiceArea.last_code)
        .where(ServiceArea.org_id == ctx.org.id)
        .order_by(ServiceArea.first_code)
    ).all()
    return ", ".join(first if first == last else f"{first} to {last}" for first, last in rows) or None


def numbers(ctx: Context) -> list[str]:
    """The business's own tracked numbers (E.164)."""
    rows = ctx.session.scalars(select(EntryPoint.phone).where(EntryPoint.org_id == ctx.org.id))
    return [phone for phone in rows if phone]


def technician_names(ctx: Context) -> tuple[str, ...]:
    """Everyone who may be sent out."""
    return tuple(ctx.session.scalars(select(Technician.name).where(Technician.org_id == ctx.org.id)))
