"""How a page of the console is made: its template, what every page knows, and the note a form leaves behind."""

import gzip
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any
from urllib.parse import quote, unquote

from fastapi import Request, Response
from fastapi.responses import RedirectResponse
from jinja2 import Environment, PackageLoader, StrictUndefined, pass_context
from jinja2.runtime import Context as Facts

from api.errors import status_of
from api.pages import HEADERS, as_sent
from storage.tables import Message
from tools.problems import Problem
from tools.rules import phones, prices, speech

NOTE = "ringback_note"
SMALLEST_PACKED = 1_000  # bytes; below it gzip gains nothing


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the navigation; `roles` empty: for everybody."""

    name: str
    path: str
    roles: tuple[str, ...] = ()
    sandbox_only: bool = False


NAVIGATION = (
    Entry("Inbox", "/console"),
    Entry("Calendar", "/console/calendar"),
    Entry("Leads", "/console/leads"),
    Entry("Calls", "/console/calls"),
    Entry("Approvals", "/console/approvals"),
    Entry("Results", "/console/results", ("owner", "admin", "supervisor")),
    Entry("Search", "/console/search"),
    Entry("Settings", "/console/settings", ("owner", "admin")),
    Entry("Set-up", "/console/set-up", ("owner", "admin")),
    Entry("Phone simulator", "/console/phone", ("owner", "admin"), sandbox_only=True),
)


def page(request: Request, template: str, status: int = 200, *, active: str = "", **facts: Any) -> Response:
    """A whole page. `active` is the path of its navigation entry; `facts` are what the template names.

    Every template also knows `me` (StaffCaller or None), `now` (UTC), `note` and `navigation`.
    """
    caller = getattr(request.state, "caller", None)
    note, tone = _note_left(request)
    html = (
        environment()
        .get_template(template)
        .render(
            me=caller,
            now=request.app.state.house.clock.now(),
            note=note,
            tone=tone,
            active=active,
            navigation=[
                entry
                for entry in NAVIGATION
                if caller is not None
                and caller.may(*entry.roles)
                and (caller.house.settings.sandbox or not entry.sandbox_only)
            ],
            **facts,
        )
    )
    answer = _packed(request, html, status)
    if note:
        answer.delete_cookie(NOTE, path="/console")
    return answer


def fragment(request: Request, template: str, status: int = 200, **facts: Any) -> Response:
    """A part of a page, for htmx to put in its place."""
    caller = getattr(request.state, "caller", None)
    now = request.app.state.house.clock.now()
    return _packed(request, environment().get_template(template).render(me=caller, now=now, **facts), status)


def back_to(request: Request, path: str, note: str = "", *, tone: str = "good") -> Response:
    """After a form: go to a page of ours, which shows `note` once. Never put personal data into the note."""
    answer = RedirectResponse(path, 303)
    if note:
        answer.set_cookie(
            NOTE,
            quote(f"{tone}:{note}"),
            max_age=60,
            path="/console",
            httponly=True,
            samesite="lax",
            secure=request.app.state.house.settings.public_url.startswith("https://"),
        )
    return answer


def problem(request: Request, refused: Problem, *, back: str = "/console") -> Response:
    """A refusal as a page with a way on to `back`, or as one line where htmx asked."""
    status = status_of(refused)
    titles = {
        403: "This page is not yours to open",
        404: "Nothing here",
        409: "That cannot be done now",
        413: "That was too long",
        500: "That did not work",
    }
    facts = {
        "title": titles.get(status, refused.title),
        "text": refused.detail,
        "fix": refused.fix if status in (403, 409, 413, 422) else "",
        "back": back,
    }
    if "hx-request" in request.headers:
        return fragment(request, "problem_line.html.j2", status, **facts)
    return page(request, "problem.html.j2", status, **facts)


@cache
def environment() -> Environment:
    """The console's templates; everything printed is escaped."""
    made = Environment(
        loader=PackageLoader("api.console"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(
        phone=shown_phone,
        dollars=prices.dollars,
        word=in_words,
        clock=clock,
        when=when,
        iso=iso,
        day=day,
        author=author,
        as_sent=as_sent,
    )
    return made


def shown_phone(number: str | None) -> str:
    """A number as people write it; "no number" when there is none."""
    return phones.shown(number) if number else "no number"


def in_words(name: str | None) -> str:
    """A stored word for people: needs_human becomes "needs human"."""
    return (name or "").replace("_", " ")


def author(message: Message) -> str:
    """Who wrote a message of ours: a person or program by name, else the assistant."""
    return message.actor_name if message.actor_kind in ("staff", "integration", "voice_agent") else "Assistant"


@pass_context
def clock(facts: Facts, instant: datetime) -> str:
    """The time of day on the business's wall: "9:04 AM"."""
    return speech.clock(instant.astimezone(facts["me"].org.zone))


@pass_context
def when(facts: Facts, instant: datetime) -> str:
    """An instant as short as its distance allows: "9:04 AM" today, "Fri 9:04 AM" this week, else "Nov 3, 9:04 AM"."""
    zone = facts["me"].org.zone
    local, today = instant.astimezone(zone), facts["now"].astimezone(zone).date()
    if local.date() == today:
        return speech.clock(local)
    if abs((local.date() - today).days) < 7:
        return f"{speech.WEEKDAYS[local.weekday()][:3]} {speech.clock(local)}"
    year = "" if local.year == today.year else f" {local.year}"
    return f"{speech.MONTHS[local.month - 1][:3]} {local.day}{year}, {speech.clock(local)}"


def iso(instant: datetime) -> str:
    """An instant for the `datetime` of a `<time>`."""
    return f"{instant:%Y-%m-%dT%H:%M:%SZ}"


def day(value: date) -> str:
    """A date as "Mon, Nov 23"."""
    return f"{speech.WEEKDAYS[value.weekday()][:3]}, {speech.MONTHS[value.month - 1][:3]} {value.day}"


def _note_left(request: Request) -> tuple[str, str]:
    tone, _, note = unquote(request.cookies.get(NOTE, "")).partition(":")
    return note[:200], tone if tone in ("good", "bad") else "good"


def _packed(request: Request, html: str, status: int) -> Response:
    raw = html.encode()
    headers = {**HEADERS, "Vary": "Accept-Encoding, HX-Request"}
    if len(raw) > SMALLEST_PACKED and "gzip" in request.headers.get("accept-encoding", ""):
        raw = gzip.compress(raw, 4, mtime=0)
        headers["Content-Encoding"] = "gzip"
    return Response(raw, status, headers, media_type="text/html")
