"""The calendar: a day by technician or a week by day, and the dates that differ from the week."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import Depends, Request, Response

from api.console import pages
from api.console.door import StaffCaller, router, signed_in, staff_with
from api.pages import form_text
from api.v1.hours import minutes_of
from api.wire import day_named
from storage.context import Context
from storage.tables import Booking, DateOverride
from tools import blackouts, calendar_days, sight
from tools.calendar_days import Days
from tools.problems import Problem
from tools.rules import speech

LEADING = ("owner", "admin", "supervisor")
DAY = timedelta(days=1)
QUARTER = 15  # minutes to a row of the grid
EARLIEST, LATEST = 8 * 60, 17 * 60  # what the grid shows of an empty day, in minutes after midnight
LONGEST = 24 * 60
MOST_ROWS = 48  # of one card; the stylesheet knows no more


@dataclass(frozen=True, slots=True)
class Card:
    """A visit in the grid: the row it starts at, and how many it takes."""

    visit: Booking
    row: int
    rows: int
    technician: str
    outside: bool


@dataclass(frozen=True, slots=True)
class Column:
    """A technician's day or a day of the week: its title and where that leads, its hours in words, its cards."""

    title: str
    href: str
    hours: str
    closed: bool
    today: bool
    cards: list[Card]


@router.get("/calendar")
async def calendar(
    request: Request,
    caller: Annotated[StaffCaller, Depends(signed_in)],
    view: str = "day",
    day: str | None = None,
    who: str | None = None,
) -> Response:
    """One day or one week. `day` is any day of it, today by default; `who` a technician's id."""
    facts = await caller.read(lambda ctx: shown(ctx, caller, "week" if view == "week" else "day", day, who or None))
    return pages.page(request, "calendar.html.j2", active="/console/calendar", **facts)


def shown(ctx: Context, caller: StaffCaller, view: str, day: str | None, who: str | None) -> dict[str, Any]:
    """What the page shows."""
    today = ctx.local_now.date()
    chosen = day_named(day) if day else today
    first = chosen if view == "day" else chosen - chosen.weekday() * DAY
    last = first if view == "day" else first + 6 * DAY
    days = calendar_days.read(ctx, caller.staff, first, last, who)
    names = calendar_days.names(ctx)
    if who is not None and who not in names:
        who = None
    timed = view == "day" or who is not None
    opens, closes = frame(days)
    theirs = sight.crew(ctx, caller.staff) if caller.may(*LEADING) else set()
    closable = [(id, name) for id, name in [("", "Everybody"), *names.items()] if (id or None) in theirs]
    step = DAY if view == "day" else 7 * DAY
    return {
        "view": view,
        "who": who,
        "timed": timed,
        "today": today,
        "chosen": chosen,
        "title": speech.day_with_year(first) if view == "day" else week_words(first, last),
        "columns": day_columns(days, today) if view == "day" else week_columns(days, today, who, names),
        "now_row": now_row(ctx, opens, closes),
        "hours": [(hour, (hour * 60 - opens) // QUARTER + 1) for hour in range(opens // 60, closes // 60)],
        "people": [("", "Everybody"), *names.items()],
        "names": names,
        "previous": address(view, first - step, who),
        "next": address(view, first + step, who),
        "now_here": address(view, today, who),
        "views": [
            ("Day", address("day", chosen, who), view == "day", None),
            ("Week", address("week", chosen, who), view == "week", None),
        ],
        "visits": sum(one.is_active for one in days.visits),
        "outside": [one for one in days.visits if one.id in days.outside],
        "differing": [(one, names.get(one.technician_id or ""), spans_words(one)) for one in days.differing],
        "closable": closable,
        "theirs": theirs,
    }


@router.post("/calendar/days")
async def differ(request: Request, caller: Annotated[StaffCaller, Depends(staff_with(*LEADING))]) -> Response:
    """Close a date or open it at other hours, for everybody or one technician; visits booked already stay.

    A supervisor does so for their teams' technicians alone (X25).
    """
    form = await request.form()
    day, opens, closes = (form_text(form, name, 20) for name in ("date", "opens", "closes"))
    who, reason = form_text(form, "technician", 40), form_text(form, "reason", 120)
    if day is None:
        raise Problem("MISSING_FIELDS", "Please choose a date.", fix="Go back and choose one.")
    if (opens is None) != (closes is None):
        raise Problem("MISSING_FIELDS", "Hours need both ends.", fix="Give both, or neither to close the day.")
    named = day_named(day)

    def act(ctx: Context) -> int:
        check_theirs(ctx, caller, who)
        spans = [(minutes_of(opens), minutes_of(closes))] if opens and closes else []
        blackouts.add(ctx, named, spans=spans, reason=reason, technician_id=who)
        return len(calendar_days.read(ctx, caller.staff, named, named, who).outside)

    outside = await caller.write(act)
    stay = f" Visits outside the hours now: {outside}. They stay until somebody moves them." if outside else ""
    return pages.back_to(request, address("day", named), f"Kept.{stay}")


@router.post("/calendar/days/{override_id}/remove")
async def same_again(
    request: Request, override_id: str, caller: Annotated[StaffCaller, Depends(staff_with(*LEADING))]
) -> Response:
    """Let a date be like its weekday again."""
    back = form_text(await request.form(), "day", 10)

    def act(ctx: Context) -> None:
        check_theirs(ctx, caller, blackouts.get(ctx, override_id).technician_id)
        blackouts.remove(ctx, override_id)

    await caller.write(act)
    return pages.back_to(request, address("day", day_named(back)) if back else "/console/calendar", "Removed.")


def check_theirs(ctx: Context, caller: StaffCaller, technician_id: str | None) -> None:
    """Raise INSUFFICIENT_SCOPE unless this person may say when that technician works, or with None the business."""
    if technician_id not in sight.crew(ctx, caller.staff):
        raise Problem("INSUFFICIENT_SCOPE", "That is not your team's day to change.", fix="Ask an owner or admin.")


def day_columns(days: Days, today: date) -> list[Column]:
    """A column for every technician."""
    return [
        column(days, days.first, who, name, address("week", days.first, who), days.first == today)
        for who, name in days.people
    ]


def week_columns(days: Days, today: date, who: str | None, names: dict[str, str]) -> list[Column]:
    """A column for every day of the week."""
    seven = [days.first + number * DAY for number in range(7)]
    return [column(days, one, who, pages.day(one), address("day", one, who), one == today, names) for one in seven]


def column(
    days: Days, day: date, who: str | None, title: str, href: str, today: bool, names: dict[str, str] | None = None
) -> Column:
    """One column. Cancelled visits stand in none: their time is somebody else's."""
    opens, _closes = frame(days)
    cards, free = [], 1
    for visit in days.of(day, who):
        if visit.status == "cancelled":
            continue
        start = visit.local_start.hour * 60 + visit.local_start.minute - opens
        row = max(start // QUARTER + 1, free)
        rows = min(max(-(-(start + visit.minutes) // QUARTER) + 1 - row, 1), MOST_ROWS)
        free = row + rows
        cards.append(Card(visit, row, rows, (names or {}).get(visit.technician_id, ""), visit.id in days.outside))
    weeks = [days.weeks[who]] if who in days.weeks else list(days.weeks.values())
    spans = sorted({(span.opens, span.closes) for week in weeks for span in week.spans_on(day)})
    notes = {week.overrides[day].reason for week in weeks if day in week.overrides}
    note = next((one for one in notes if one), None) if len(notes) == 1 else None
    words = ", ".join(f"{clock(low)} to {clock(high)}" for low, high in spans[:2]) or "Closed"
    return Column(title, href, f"{words}: {note}" if note else words, not spans, today, cards)


def frame(days: Days) -> tuple[int, int]:
    """From when to when the grid goes, whole hours in minutes after midnight: every visit and the hours lie inside."""
    visits = [one for one in days.visits if one.status != "cancelled"]
    starts = [one.local_start.hour * 60 + one.local_start.minute for one in visits]
    ends = [start + one.minutes for start, one in zip(starts, visits, strict=True)]
    seen = [days.first + number * DAY for number in range((days.last - days.first).days + 1)]
    spans = [span for week in days.weeks.values() for day in seen for span in week.spans_on(day)]
    opens = min([EARLIEST, *starts, *(span.opens for span in spans)]) // 60 * 60
    closes = max([LATEST, *ends, *(span.closes for span in spans)])
    return opens, min(-(-closes // 60) * 60, LONGEST)


def now_row(ctx: Context, opens: int, closes: int) -> int:
    """The row of the grid that is now; 0 when the grid does not show it."""
    minute = ctx.local_now.hour * 60 + ctx.local_now.minute
    return (minute - opens) // QUARTER + 1 if opens <= minute < closes else 0


def address(view: str, day: date, who: str | None = None) -> str:
    """The path of one page of the calendar."""
    return f"/console/calendar?view={view}&day={day.isoformat()}" + (f"&who={who}" if who else "")


def week_words(first: date, last: date) -> str:
    """ "November 23 to 29, 2026"."""
    start = f"{speech.MONTHS[first.month - 1]} {first.day}"
    month = f"{speech.MONTHS[last.month - 1]} " if last.month != first.month else ""
    return f"{start} to {month}{last.day}, {last.year}"


def spans_words(row: DateOverride) -> str:
    """What a date that differs is: closed, or its hours."""
    return ", ".join(f"{clock(low)} to {clock(high)}" for low, high in row.spans) or "Closed"


def clock(minutes: int) -> str:
    """Minutes after midnight as short as can be: "8 AM", "4:30 PM"."""
    hour, minute = divmod(minutes % LONGEST, 60)
    return f"{hour % 12 or 12}{f':{minute:02}' if minute else ''} {'AM' if hour < 12 else 'PM'}"
