"""One tool call of a voice agent in one unit: who may make it, what makes two calls the same one, and what is kept.

The voice door, the MCP door and the replay of a kept call all come through here, so they cannot disagree.
"""

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from api.deps import Caller
from api.envelopes import Envelope
from storage.context import Context
from storage.idempotency import call_key
from tools import by_phone, phone_changes, phone_desk, phone_details, slots, wording
from tools.problems import Problem
from tools.recorded import Came, Told, keep, recorded
from tools.rules import phones
from tools.setup import setup_of
from tools.tool import Said

READ = ("READ_AVAILABILITY", "READ_BOOKINGS")
READ_CALLER = ("READ_BOOKINGS", "READ_CONVERSATIONS")
WRITE = ("WRITE_BOOKINGS",)
KEYED = ("service", "booking_selector", "message", "urgency")
SLOT = re.compile(r"\D*(\d{4}-\d\d-\d\d)\D+(\d\d?:\d\d)(?::\d\d)?\s*(Z|[+-]\d\d:?\d\d)?")


@dataclass(frozen=True, slots=True)
class VoiceTool:
    """One tool of this door: its name, who may call it, its act, and whether it writes."""

    name: str
    scopes: tuple[str, ...]
    act: Callable[[Context, str, by_phone.Asked], Said]
    writes: bool = True


SLOTS = VoiceTool("slots", READ, by_phone.list_slots, writes=False)
BOOK = VoiceTool("book", WRITE, by_phone.book)
CANCEL = VoiceTool("cancel", WRITE, lambda ctx, _service, asked: phone_changes.cancel(ctx, asked))
RESCHEDULE = VoiceTool("reschedule", WRITE, lambda ctx, _service, asked: phone_changes.reschedule(ctx, asked))
MY_BOOKINGS = VoiceTool("my_bookings", READ, lambda ctx, _service, asked: phone_changes.my_visits(ctx, asked), False)
CONTEXT = VoiceTool("context", READ_CALLER, lambda ctx, _service, asked: phone_desk.about_caller(ctx, asked), False)
# No key: it may be called as often as there is something to note, and the same words twice change nothing.
DETAILS = VoiceTool("details", WRITE, lambda ctx, _service, asked: phone_details.note_details(ctx, asked), writes=False)
AREA = VoiceTool("area", READ, lambda ctx, _service, asked: phone_details.in_area(ctx, asked), writes=False)
MESSAGE = VoiceTool("message", WRITE, lambda ctx, _service, asked: phone_desk.take_message(ctx, asked))
SEND_LINK = VoiceTool("send_link", WRITE, lambda ctx, _service, asked: phone_desk.send_link(ctx, asked))
BY_NAME = {
    "list_open_slots": SLOTS,
    "book_job": BOOK,
    "reschedule": RESCHEDULE,
    "cancel": CANCEL,
    "get_conversation_summary": CONTEXT,
    "find_my_bookings": MY_BOOKINGS,
    "update_lead": DETAILS,
    "check_service_area": AREA,
    "hand_off": MESSAGE,
    "send_link": SEND_LINK,
}


async def run(
    caller: Caller,
    tool: VoiceTool,
    event_type: str,
    envelope: Envelope,
    deadline: float,
    came: Came,
) -> tuple[Said, bool]:
    """One call in one transaction; the answer, and whether it was given before. `deadline` is on the monotonic clock.

    Raises INVALID_BODY and UNSUBSTITUTED_VARIABLE for arguments that cannot be read, UPSTREAM_UNAVAILABLE when late.
    """
    args = envelope.args()

    def unit(ctx: Context) -> tuple[Said, bool] | None:
        asked = asked_of(ctx, caller, envelope, args)
        told = recorded(
            ctx,
            f"voice_{tool.name}",
            args,
            lambda: tool.act(ctx, event_type, asked),
            lambda problem: phone_changes.refused(ctx, tool.name, problem),
            key=natural_key(ctx, tool, event_type, asked) if tool.writes else None,
            still_so=lambda call: by_phone.still_so(ctx, call, chosen=asked.text("booking_selector") is not None),
            came=came,
        )
        if time.monotonic() > deadline:  # the agent has been told that it failed, so nothing of it may stay
            ctx.session.rollback()
            return None
        return told

    told = await caller.write(unit, channel=channel_of(came.platform), scope=envelope.call_id)
    if told is None:
        raise too_slow()
    return told


def channel_of(platform: str | None) -> str:
    """By which channel a platform's call comes in."""
    return "mcp" if platform == "mcp" else "voice"


async def keep_failures(caller: Caller, tool: VoiceTool, told: Sequence[Told], began: float) -> None:
    """After the answer has left: keep the calls that left no row. `began` is on the monotonic clock."""
    milliseconds = round((time.monotonic() - began) * 1000)
    for one in told:
        if one.came is not None:
            failed: dict[str, Any] = {"said": one.said, "came": one.came, "milliseconds": milliseconds}
            unit = partial(keep, name=f"voice_{tool.name}", arguments={}, **failed)
            await caller.write(unit, channel=channel_of(one.came.platform), scope=one.call_id)


def asked_of(ctx: Context, caller: Caller, envelope: Envelope, args: dict[str, Any]) -> by_phone.Asked:
    """The call as the acts take it, with what this caller's credential allows."""
    return envelope.asked(
        args,
        ctx.org.region,
        setup_of(ctx).numbers,
        sees_threads=caller.may("READ_CONVERSATIONS"),
        needs_approval=caller.credential.requires_approval,
    )


def natural_key(ctx: Context, tool: VoiceTool, event_type: str, asked: by_phone.Asked) -> str | None:
    """What makes two calls the same one: the phone call, the tool, and who, which and when; never the small talk.

    A line number means a line of the list last read out, so the list is part of it.
    """
    if asked.call_id is None:
        return None
    said = ["".join(c for c in (asked.text(field) or "").casefold() if c.isalnum()) for field in KEYED]
    who = phones.e164(asked.text("phone") or "", ctx.org.region) or asked.text("phone") or asked.caller
    listed = slots.remembered(ctx, "visits") if (asked.text("booking_selector") or "").isdigit() else None
    return call_key(
        *(ctx.org.id, asked.call_id, tool.name, event_type, asked.caller, who, said),
        *(slot_key(asked.text(field)) for field in ("slot", "new_slot")),
        listed.items if listed else None,
    )


def slot_key(said: str | None) -> str | None:
    """A slot however it was written: with its tag, a T or seconds it is the same time."""
    found = SLOT.match(said or "")
    return f"{found[1]} {found[2]:0>5}{found[3] or ''}" if found else said


def too_slow() -> Problem:
    """An act that did not finish in time, and was undone."""
    return Problem("UPSTREAM_UNAVAILABLE", "The schedule did not answer in time.", fix="Call this tool once more.")


def outcome(said: Said) -> str:
    """ok, choice, none or failed: what the first words say."""
    if said.ok:
        return "ok"
    if said.say.startswith(wording.CHOICE_NEEDED):
        return "choice"
    return "none" if said.say.startswith((wording.NO_OPEN_TIMES, wording.NO_VISITS)) else "failed"
