"""Which visit did they mean, and may they touch it?"""

import hashlib
import re
import secrets
import unicodedata
from collections.abc import Sequence
from datetime import timedelta
from typing import NoReturn

from sqlalchemy import update

import prompts
from storage.context import Context
from storage.once import affected
from storage.tables import Booking, ConfirmCode
from tools import leads, messages, slots
from tools.problems import Problem
from tools.rules import speech, when
from tools.visits import upcoming

CODE_LIFE = timedelta(minutes=10)
CODE_TRIES = 3
CODE_LENGTH = 8  # of a booking's id, as it is read out in `[booking:3f9c2a1b]`
_NUMBER = re.compile(r"(?:the |number |no\.? |option |visit |#)*(\d{1,3})[.)]?", re.IGNORECASE)
_ORDINAL = re.compile(r"(?:the )?(first|second|third|fourth|fifth|last)(?: (?:one|visit|appointment))?", re.IGNORECASE)
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5}
_CODE = re.compile(r"\[?(?:booking:)?\s*([0-9a-f][0-9a-f-]{3,35})\]?", re.IGNORECASE)
_SEAT = re.compile(r"(?<!at )\b(?:one|visit|appointment)\b", re.IGNORECASE)  # "the Monday one" is not one o'clock
_FILLER = re.compile(r"\b(?:the|my|one|that|for|visit|appointment|job|booking)\b", re.IGNORECASE)


def pick(ctx: Context, visits: list[Booking], selector: str | None) -> Booking:
    """The one of `visits` (by start) that `selector` means; without one, the only visit there is (contract 2.6).

    A line number counts in the list last read out in `ctx.scope`. Raises CHOICE_NEEDED or NOT_FOUND with the extra
    `visits`, which are remembered as read out.
    """
    said = " ".join((selector or "").split()).strip("\"'")
    if not visits:
        _no_such(ctx, visits, "There is no upcoming visit.")
    if not said:
        return visits[0] if len(visits) == 1 else _ask(ctx, visits)
    line = _line(ctx, visits, said)
    if line is not None:
        return next((one for one in visits if one.id == line), None) or _no_such(
            ctx, visits, "That visit is not there."
        )
    matches = _by_code(visits, said) or _by_service(visits, said)
    if not matches and not _NUMBER.fullmatch(said):
        matches = _by_day(ctx, visits, said)
    if not matches:
        _no_such(ctx, visits, "No upcoming visit matches that.")
    return matches[0] if len(matches) == 1 else _ask(ctx, visits)


def prove(
    ctx: Context,
    claimed_phone: str,
    caller_phone: str | None,
    *,
    name: str | None = None,
    visit_day: str | None = None,
    confirm_code: str | None = None,
    booking_code: str | None = None,
) -> None:
    """Check that this caller may hear of and touch the visits under `claimed_phone` (contract X23).

    Both phones E.164; `caller_phone` None when no call envelope came. `voice_identity` decides what counts: a matching
    number, the last name with the day, the booking's code, the texted code. Raises IDENTITY_NEEDED.
    """
    mode = ctx.org.voice_identity
    if mode == "trust_agent" or claimed_phone == caller_phone or (mode != "strict" and caller_phone is None):
        return
    if _is_proven(ctx, claimed_phone) or (confirm_code and redeem(ctx, claimed_phone, confirm_code)):
        return
    if mode != "strict":
        for visit in upcoming(ctx, claimed_phone):
            if _knows_day(ctx, visit, name, visit_day) or _knows_code(visit, booking_code):
                return
        fix = "Ask for the last name and the day of the visit, then try again."
    else:
        fix = "Ask for the 6 digits texted to the number on the visit, then try again."
    raise Problem(
        "IDENTITY_NEEDED",
        "This call is not from the number on the visit.",
        fix=fix,
        claimed_phone=claimed_phone,
        code_tried=bool(confirm_code),
    )


def vouched_for(
    ctx: Context, visits: Sequence[Booking], name: str | None, visit_day: str | None, booking_code: str | None
) -> list[Booking]:
    """The visits that a stranger's knowledge proves; knowing one opens that one, never the others of its number."""
    return [one for one in visits if _knows_day(ctx, one, name, visit_day) or _knows_code(one, booking_code)]


def send_code(ctx: Context, phone: str) -> bool:
    """Text six digits to a number (E.164) with an upcoming visit; False when it has none. The code before is void."""
    if not upcoming(ctx, phone):
        return False
    digits = f"{secrets.randbelow(1_000_000):06}"
    ctx.session.merge(
        ConfirmCode(
            org_id=ctx.org.id,
            phone=phone,
            code_hash=_hash(phone, digits),
            tries=0,
            proven_scope=None,
            created_at=ctx.now,
            expires_at=ctx.now + CODE_LIFE,
        )
    )
    customer = leads.customer_for(ctx, phone)
    messages.say(
        ctx,
        to=customer,
        body=prompts.render(
            prompts.in_language("sms/confirm_code", customer.language),
            business_name=ctx.org.name,
            code=digits,
            minutes=CODE_LIFE // timedelta(minutes=1),
        ),
        kind="code",
        dedupe_key=f"code:{secrets.token_hex(16)}",
        exempt_quiet=True,
    )
    return True


def redeem(ctx: Context, phone: str, code: str) -> bool:
    """Spend one of the three tries of the code texted to `phone`; True when it is right, and proves this scope.

    A refused act is rolled back and gives the try back; the door that answers spends it again (`after_refusal`).
    """
    if not _spend_try(ctx, phone):
        return False
    row = ctx.session.get_one(ConfirmCode, (ctx.org.id, phone), populate_existing=True)
    if not secrets.compare_digest(row.code_hash, _hash(phone, re.sub(r"\D", "", code))):
        return False
    row.proven_scope = ctx.scope
    row.tries = CODE_TRIES
    return True


def after_refusal(ctx: Context, problem: Problem) -> None:
    """Leave behind what IDENTITY_NEEDED must, once the refused act is rolled back: the try that was spent, and with
    `voice_identity` strict a code on its way when none is alive. Any other problem leaves nothing."""
    phone = problem.extras.get("claimed_phone") if problem.code == "IDENTITY_NEEDED" else None
    if phone is None:
        return
    if problem.extras["code_tried"]:
        _spend_try(ctx, phone)
    row = ctx.session.get(ConfirmCode, (ctx.org.id, phone))
    if ctx.org.voice_identity == "strict" and (row is None or row.expires_at <= ctx.now):
        send_code(ctx, phone)


def _line(ctx: Context, visits: list[Booking], said: str) -> str | None:
    """The booking id on the line that a number or an ordinal names; None when it names no line."""
    offer = slots.remembered(ctx, "visits")
    listed = offer.items if offer is not None and offer.items else [one.id for one in visits]
    ordinal, number = _ORDINAL.fullmatch(said), _NUMBER.fullmatch(said)
    if ordinal is not None:
        place = _ORDINALS.get(ordinal[1].lower(), len(listed))
    elif number is not None:
        place = int(number[1])
    else:
        return None
    return listed[place - 1] if 1 <= place <= len(listed) else None


def _by_code(visits: list[Booking], said: str) -> list[Booking]:
    code = _CODE.fullmatch(said)
    return [one for one in visits if one.id.startswith(code[1].lower())] if code else []


def _by_service(visits: list[Booking], said: str) -> list[Booking]:
    wanted = said.casefold()
    matches = [one for one in visits if wanted in one.service_label.casefold()]
    bare = " ".join(_FILLER.sub(" ", wanted).split())
    return matches or [
        one
        for one in visits
        if (len(bare) > 2 and bare in one.service_label.casefold()) or one.service_label.casefold() in wanted
    ]


def _by_day(ctx: Context, visits: list[Booking], said: str) -> list[Booking]:
    read = when.read(_SEAT.sub(" ", said), ctx.local_now)
    days = {day for day in (read.day, *read.days) if day is not None}
    if not read.sure or not (days or read.start):
        return []
    matches = visits
    if days:
        span = (read.day, read.last_day) if read.day and read.last_day else None
        on_day = [
            one
            for one in visits
            if one.local_start.date() in days or (span and span[0] <= one.local_start.date() <= span[1])
        ]
        if not on_day and any(day.lower()[:3] in said.lower() for day in speech.WEEKDAYS):
            weekdays = {day.weekday() for day in days}  # "the Tuesday one" may be weeks ahead
            on_day = [one for one in visits if one.local_start.weekday() in weekdays]
        matches = on_day
    if read.exact and read.start:
        return [one for one in matches if one.local_start.time() == read.start]
    return [
        one
        for one in matches
        if (read.start is None or one.local_start.time() >= read.start)
        and (read.end is None or one.local_start.time() < read.end)
    ]


def _ask(ctx: Context, visits: list[Booking]) -> NoReturn:
    slots.remember(ctx, "visits", [one.id for one in visits], None, ctx.org.timezone)
    raise Problem(
        "CHOICE_NEEDED",
        "There is more than one upcoming visit.",
        fix="Ask which one, then send booking_selector: its number, its code, or part of the service name.",
        visits=visits,
    )


def _no_such(ctx: Context, visits: list[Booking], detail: str) -> NoReturn:
    slots.remember(ctx, "visits", [one.id for one in visits], None, ctx.org.timezone)
    raise Problem(
        "NOT_FOUND", detail, fix="Ask which visit is meant, or for the number it was booked with.", visits=visits
    )


def _spend_try(ctx: Context, phone: str) -> bool:
    """Count one try of the code texted to `phone`; False when none is left, or no code is alive."""
    ctx.session.flush()
    spent = ctx.session.execute(
        update(ConfirmCode)
        .where(
            ConfirmCode.org_id == ctx.org.id,
            ConfirmCode.phone == phone,
            ConfirmCode.expires_at > ctx.now,
            ConfirmCode.tries < CODE_TRIES,
        )
        .values(tries=ConfirmCode.tries + 1)
    )
    return affected(spent) == 1


def _is_proven(ctx: Context, phone: str) -> bool:
    row = ctx.session.get(ConfirmCode, (ctx.org.id, phone))
    return row is not None and ctx.scope is not None and row.proven_scope == ctx.scope and row.expires_at > ctx.now


def _knows_day(ctx: Context, visit: Booking, name: str | None, visit_day: str | None) -> bool:
    if not name or not visit_day or not visit.customer_name:
        return False
    read = when.wish(visit_day, None, ctx.local_now)
    if read.unread or read.day is None or read.last_day is not None:
        return False
    return _last_name(name) == _last_name(visit.customer_name) and visit.local_start.date() in (read.day, *read.days)


def _last_name(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().casefold()
    words = re.findall(r"[a-z]+", plain.replace("'", ""))
    return words[-1] if words else name.casefold()


def _knows_code(visit: Booking, booking_code: str | None) -> bool:
    code = _CODE.fullmatch((booking_code or "").strip())
    return code is not None and len(code[1]) >= CODE_LENGTH and visit.id.startswith(code[1].lower())


def _hash(phone: str, digits: str) -> str:
    return hashlib.sha256(f"{phone}:{digits}".encode()).hexdigest()
