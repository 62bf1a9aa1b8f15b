"""The phone simulator: a homeowner's phone drawn in the page, for whoever wants to see what the business does. Sandbox
only.

The people are made up, their numbers of the range kept for fiction (555-01xx); a page's address names them by a word,
never by number.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import uuid4

from fastapi import Depends, Request, Response

from api import sandbox
from api.console import pages, pretend
from api.console.door import StaffCaller, router, staff_with
from api.pages import form_text
from api.wire import instant
from storage.context import Context
from tools import conversations, handset, profile
from tools.messages import LONGEST
from tools.problems import Problem, not_found
from tools.rules import speech, wall_time


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody made up, with a phone: `key` names them in addresses."""

    key: str
    name: str
    phone: str
    trouble: str


PEOPLE = (
    Person("sarah", "Sarah Jones", "+15125550142", "AC died, 12 Oak St 78701"),
    Person("marcus", "Marcus Webb", "+15125550143", "I need a new water heater, 9 Pecan Ct 78704"),
    Person("priya", "Priya Nair", "+15125550144", "Furnace makes a banging noise. 40 Elm Ave 78745"),
    Person("tom", "Tom Becker", "+15125550145", "Thermostat is blank, 7 Lake Dr 78703"),
    Person("elena", "Elena Cruz", "+15125550146", "No hot water since last night, 3 Hill Rd 78731"),
)
ENDS = {"missed": "It rings out", "voicemail": "They leave a voicemail", "taken": "The shop picks up"}
VOICEMAIL = "Hi, my heat is out and it is getting cold in here. Please call me back."
TOOLS = {
    "slots": ("any/slots", ("service", "preferred_day", "preferred_time", "postal_code")),
    "book": ("any/book", ("slot", "service", "name", "phone", "address", "postal_code", "notes")),
    "reschedule": ("reschedule-booking", ("new_slot", "booking_selector")),
    "cancel": ("cancel-booking", ("booking_selector", "reason")),
    "mine": ("my-bookings", ()),
}

Owner = Annotated[StaffCaller, Depends(staff_with("owner", "admin"))]


async def in_sandbox(request: Request, caller: Owner) -> StaffCaller:
    """An owner or admin, in the sandbox. Raises NOT_FOUND in live mode, where nobody plays with real numbers."""
    if not caller.house.settings.sandbox:
        not_found("page")
    return caller


Tester = Annotated[StaffCaller, Depends(in_sandbox)]


@router.get("/phone")
async def phone(request: Request, caller: Tester, who: str = "sarah") -> Response:
    """The page, with the phone of one of the people."""
    return await whole(request, caller, person_named(who))


@router.get("/phone/screen")
async def screen(request: Request, caller: Tester, who: str = "sarah", mark: str = "") -> Response:
    """What is on the phone and what waits, drawn anew; 204 while nothing changed since `mark`."""
    told = await facts(caller, person_named(who))
    if told["mark"] == mark:
        return Response(status_code=204)
    return pages.fragment(request, "phone_screen.html.j2", afresh=True, steps=None, **told)


@router.post("/phone/ring")
async def ring(request: Request, caller: Tester) -> Response:
    """Ring the business, and let it end in one of three ways."""
    form = await request.form()
    person = person_named(form_text(form, "who"))
    ends = form_text(form, "ends") or "missed"
    if ends not in ENDS:
        raise Problem("VALIDATION_ERROR", "A call ends in one of three ways.", fix=f"Use one of: {', '.join(ENDS)}.")
    words = form_text(form, "words", LONGEST) or VOICEMAIL
    steps = await pretend.ring(request, caller, person.phone, await number(caller), ends, words)
    return await done(request, caller, person, steps=steps)


@router.post("/phone/text")
async def write(request: Request, caller: Tester) -> Response:
    """Text the business as the homeowner."""
    form = await request.form()
    person = person_named(form_text(form, "who"))
    body = form_text(form, "ready", LONGEST) or form_text(form, "body", LONGEST)
    if body is None:
        raise Problem("MISSING_FIELDS", "Please write something first.", fix="Send body.")
    await pretend.text(request, person.phone, await number(caller), body)
    return await done(request, caller, person)


@router.post("/phone/clock")
async def clock(request: Request, caller: Tester) -> Response:
    """Move the clock of this sandbox: on by an hour, to tomorrow at 8, to what waits next, or to a chosen time."""
    form = await request.form()
    person, move, at = person_named(form_text(form, "who")), form_text(form, "move"), form_text(form, "at")
    now, zone = caller.house.clock.now(), caller.org.zone
    to: datetime | None = None
    if move == "hour":
        to = now + timedelta(hours=1)
    elif move == "tomorrow":
        to = wall_time.resolve(now.astimezone(zone).date() + timedelta(days=1), time(8), zone)
    elif move == "next":
        waits = (await caller.read(lambda ctx: handset.of(ctx, person.phone))).waits
        to = waits[0].due_at if waits else None
    elif at is not None:
        to = instant(at, zone)
    if to is None:
        raise Problem("MISSING_FIELDS", "Nothing waits, so there is no next time to go to.", fix="Pick a time.")
    await sandbox.move_clock(request, sandbox.ClockMove(now=to))
    return await done(request, caller, person)


@router.post("/phone/tool")
async def tool(request: Request, caller: Tester) -> Response:
    """Call a voice tool as the agent of somebody's phone call would, and show what it hears."""
    form = await request.form()
    person, name = person_named(form_text(form, "who")), form_text(form, "tool") or ""
    if name not in TOOLS:
        not_found("tool")
    path, names = TOOLS[name]
    call_id = (form_text(form, "call") or "")[:60] or f"simulated-{uuid4()}"
    call = {"call_id": call_id, "call_type": "phone_call", "direction": "inbound", "from_number": person.phone}
    args = {one: said for one in names if (said := form_text(form, f"{name}_{one}")) is not None}
    heard = await pretend.as_retell(request, caller, path, {**call, "to_number": await number(caller)}, args)
    if "hx-request" in request.headers:
        return pages.fragment(request, "phone_heard.html.j2", heard=heard, tool=name, path=path)
    return await whole(request, caller, person, heard=heard, tool=name, path=path, call=call_id)


async def whole(request: Request, caller: StaffCaller, person: Person, **more: Any) -> Response:
    """The page."""
    told = await facts(caller, person)
    here = {"steps": None, "heard": None, "tool": None, "path": None, "call": f"simulated-{uuid4()}", **more}
    return pages.page(request, "phone.html.j2", active="/console/phone", afresh=False, **told, **here)


async def done(
    request: Request, caller: StaffCaller, person: Person, *, steps: list[pretend.Step] | None = None
) -> Response:
    """After an act: the changed parts for htmx, the whole page where there is no JavaScript."""
    if "hx-request" in request.headers:
        told = await facts(caller, person)
        return pages.fragment(request, "phone_screen.html.j2", afresh=True, steps=steps, **told)
    if steps:
        return await whole(request, caller, person, steps=steps)
    return pages.back_to(request, f"/console/phone?{urlencode({'who': person.key})}")


async def facts(caller: StaffCaller, person: Person) -> dict[str, Any]:
    """What the phone shows, how far the guide has come, and what waits."""

    def ask(ctx: Context) -> dict[str, Any]:
        held = handset.of(ctx, person.phone)
        local = ctx.local_now
        kinds = {one.kind for one in held.texts if one.direction == "out"}
        visited = bool(kinds & {"confirmation", "requested"})
        answered = any(one.direction == "in" for one in held.texts) and "reply" in kinds
        return {
            "person": person,
            "people": PEOPLE,
            "held": held,
            "business_number": conversations.our_number(ctx),
            "answered": answered,
            "visited": visited,
            "ready": said_next(person, answered, visited),
            "clock_at": speech.clock(local),
            "clock_day": speech.day(local.date()),
            "clock_local": f"{local:%Y-%m-%dT%H:%M}",
            "services": [(one["name"], one["name"]) for one in profile.services_told(ctx)],
            "mark": f"{held.mark}-{local:%d%H%M}",
        }

    return await caller.read(ask)


def said_next(person: Person, answered: bool, visited: bool) -> tuple[str, ...]:
    """What this person could say now, for whoever would rather tap than write."""
    if visited:
        return ("When is my visit?", "Can we move it to Tuesday afternoon?", "STOP")
    if answered:
        return ("Monday at 9 works", "What does it cost?", "Can I talk to a person?")
    return (person.trouble, "Can someone come Monday morning?", "I smell gas in the kitchen")


def person_named(key: str | None) -> Person:
    """One of the people. Raises NOT_FOUND."""
    return next((one for one in PEOPLE if one.key == key), None) or not_found("person")


async def number(caller: StaffCaller) -> str:
    """The business's number that is rung and texted. Raises MISSING_FIELDS while it has none."""
    ours = await caller.read(conversations.our_number)
    if ours is None:
        raise Problem("MISSING_FIELDS", "The business has no number yet.", fix="Add one under Settings.")
    return ours
