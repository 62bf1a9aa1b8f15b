"""The ten tools a model sees, a few lines each over the acts, and the one way to call them."""

import json
from functools import cache
from typing import Any, Literal

from pydantic import Field, ValidationError

from storage.context import Context
from tools import booking, chat, handoff, latest, selector, services, setup, slots, summary
from tools.problems import Problem
from tools.recorded import recorded
from tools.rules import area, when
from tools.tool import Said, Tool, tidy

LONGEST_ARGUMENTS = 8_000
LONGEST_NAME = 64


class ListOpenSlots(Tool):
    """List open times for a visit. Pass the customer's own words for day and time; never work out dates yourself."""

    service: str | None = Field(description="The service by name, or null to use the usual first visit.")
    preferred_day: str | None = Field(
        description="The day in the customer's words: 'tomorrow', 'next Tuesday', 'asap'."
    )
    preferred_time: str | None = Field(
        description="The time in the customer's words: 'morning', 'around 2', 'after 3'."
    )
    postal_code: str | None = Field(description="ZIP code of the job if it is known, else null.")

    def run(self, ctx: Context) -> Said:
        service = services.find_service(ctx, self.service)
        wish = when.wish(self.preferred_day, self.preferred_time, ctx.local_now)
        return chat.find_times(ctx, service, wish, self.postal_code)


class BookJob(Tool):
    """Book one slot. Only after the customer has accepted that one slot in their latest message."""

    writes = True

    slot: str = Field(description="Exactly as listed by list_open_slots, such as 2026-11-23 09:00.")
    service: str | None = Field(description="The service the slot was listed for, or null for the same one.")
    customer_name: str | None = Field(description="The customer's name if they gave it, else null.")
    address: str | None = Field(description="Street address of the job if given, else null.")
    postal_code: str | None = Field(description="ZIP code of the job if given, else null.")
    notes: str | None = Field(description="The problem in a few words, gate codes, pets; null if nothing was said.")
    email: str | None = Field(description="E-mail address if given, else null.")
    urgency: Literal["routine", "urgent"] | None = Field(description="How pressing it is; null if unclear.")

    def run(self, ctx: Context) -> Said:
        service = chat.service_meant(ctx, self.service)
        start = latest.accepted_start(ctx, self.slot, "book")
        known = chat.customer_of(ctx)
        thread = chat.thread_of(ctx)
        phone = thread.phone or known.phone or thread.given_phone
        if phone is None and thread.channel == "web":
            raise Problem(
                "MISSING_FIELDS",
                "What phone number can we reach you at about the visit?",
                fix="Ask the customer for a phone number; once they gave one, book the slot they accept.",
            )
        row = booking.book(
            ctx,
            booking.Visit(
                start=start,
                service=service,
                customer_phone=phone,
                customer_name=self.customer_name or known.name,
                customer_email=self.email,
                address=self.address or known.address,
                postal_code=self.postal_code or area.postal_code_in(self.address or "") or known.postal_code,
                notes=self.notes,
                urgency=self.urgency or "routine",
                lead_id=thread.lead_id,
                conversation_id=thread.id,
            ),
        )
        return chat.booked(ctx, row)


class Reschedule(Tool):
    """Move one of this customer's visits to another open slot they accepted in their latest message."""

    writes = True

    booking_selector: str | None = Field(
        description="Which visit: its number in the list, its code, part of its service or its day; null if only one."
    )
    new_slot: str = Field(description="Exactly as listed by list_open_slots, such as 2026-11-24 14:00.")

    def run(self, ctx: Context) -> Said:
        visit = selector.pick(ctx, chat.visits_of(ctx), self.booking_selector)
        old_start = visit.local_start
        moved = booking.move(ctx, visit, latest.accepted_start(ctx, self.new_slot, "move", visit))
        return chat.moved(ctx, moved, old_start)


class Cancel(Tool):
    """Cancel one of this customer's visits, because they asked for that."""

    writes = True

    booking_selector: str | None = Field(
        description="Which visit: its number in the list, its code, part of its service or its day; null if only one."
    )
    reason: str | None = Field(description="Why, in a few words, if they said; else null.")

    def run(self, ctx: Context) -> Said:
        latest.wish_to_cancel(ctx)
        visit = selector.pick(ctx, chat.visits_of(ctx), self.booking_selector)
        gone = booking.cancel(ctx, visit, reason=self.reason, by_customer=True)
        return chat.cancelled(ctx, gone)


class GetConversationSummary(Tool):
    """What this conversation is about so far: the issue, address, booking and what is still open."""

    def run(self, ctx: Context) -> Said:
        summed = summary.summarise(ctx, chat.thread_of(ctx))
        return Said(True, str(summed["summary"]), data={"summary": summed})


class FindMyBookings(Tool):
    """List this customer's upcoming visits."""

    def run(self, ctx: Context) -> Said:
        visits = chat.visits_of(ctx)
        slots.remember(ctx, "visits", [one.id for one in visits], None, ctx.org.timezone)
        named = [chat.words(ctx, one) for one in visits]
        say = f"You have {chat.a_visit(named)}." if named else "I see no upcoming visit under your number."
        return Said(True, say, data={"visits": [chat.facts(ctx, one) for one in visits]})


class UpdateLead(Tool):
    """Note what the customer told us about themselves or the job. It books nothing."""

    writes = True

    customer_name: str | None = Field(description="Their name, else null.")
    address: str | None = Field(description="Street address of the job, else null.")
    postal_code: str | None = Field(description="ZIP code of the job, else null.")
    email: str | None = Field(description="E-mail address, else null.")
    issue: str | None = Field(description="The problem in their words, else null.")
    service: str | None = Field(description="The service they need by name, else null.")

    def run(self, ctx: Context) -> Said:
        return chat.note_details(
            ctx,
            name=self.customer_name,
            address=self.address,
            postal_code=self.postal_code,
            email=self.email,
            issue=self.issue,
            service=self.service,
        )


class CheckServiceArea(Tool):
    """Whether the business comes to a postal code."""

    postal_code: str = Field(description="The ZIP code of the job.")

    def run(self, ctx: Context) -> Said:
        code = area.postal_code_in(self.postal_code)
        if code is None:
            raise Problem("VALIDATION_ERROR", "That is not a ZIP code.", fix="Ask for the five digits of the ZIP code.")
        inside = setup.setup_of(ctx).rides.covers(code)
        say = f"Yes, {code} is in our area." if inside else f"{code} is outside the area we cover."
        return Said(inside, say, None if inside else "OUT_OF_SERVICE_AREA", {"postal_code": code, "covered": inside})


class HandOff(Tool):
    """Bring in a person from the office: an emergency, a request for a person, a complaint, or when you are stuck."""

    writes = True

    reason: Literal["emergency", "asked_for_person", "complaint", "price", "out_of_scope", "stuck"] = Field(
        description="Why a person is needed."
    )
    urgency: Literal["routine", "urgent", "emergency"] | None = Field(
        description="How pressing it is; null if unclear."
    )
    note: str | None = Field(description="One line for the office, or null.")

    def run(self, ctx: Context) -> Said:
        thread = chat.thread_of(ctx)
        urgency = self.urgency or ("emergency" if self.reason == "emergency" else "routine")
        task = handoff.hand_off(ctx, thread, self.reason, urgency, self.note, chat.customer_of(ctx))
        return Said(True, "I've passed this to the office, and a person will get back to you.", data={"task": task.id})


class SendLink(Tool):
    """Text the customer a link, to the page where they book or to their visit's own page, where they see it, move it or
    call it off. Only after they asked for it or agreed to it."""

    writes = True

    booking_selector: str | None = Field(
        description="For a visit's page, which visit: its number in the list, its code, part of its service or its "
        "day; null for the booking page."
    )

    def run(self, ctx: Context) -> Said:
        named = self.booking_selector
        return chat.send_link(ctx, selector.pick(ctx, chat.visits_of(ctx), named) if named else None)


TOOLS: tuple[type[Tool], ...] = (
    ListOpenSlots,
    BookJob,
    Reschedule,
    Cancel,
    GetConversationSummary,
    FindMyBookings,
    UpdateLead,
    CheckServiceArea,
    HandOff,
    SendLink,
)
BY_NAME = {tool.tool_name(): tool for tool in TOOLS}


@cache
def schemas(api: str = "chat") -> list[dict[str, Any]]:
    """The tools as a model API wants them: nested under `function` for `chat`, flat for `responses`."""
    functions = [
        {
            "name": name,
            "description": tool.description(),
            "parameters": tool.parameters(),
            "strict": True,
        }
        for name, tool in BY_NAME.items()
    ]
    if api == "responses":
        return [{"type": "function", **function} for function in functions]
    return [{"type": "function", "function": function} for function in functions]


def parse(name: str, arguments: str | dict[str, Any]) -> Tool:
    """The call as a value. Raises a Problem a model can act on: NOT_FOUND for the tool, else what is wrong with it."""
    tool = BY_NAME.get(name)
    if tool is None:
        raise Problem("NOT_FOUND", "There is no such tool.", fix=f"Use one of: {', '.join(BY_NAME)}.")
    if isinstance(arguments, str):
        if len(arguments) > LONGEST_ARGUMENTS:
            raise Problem("INVALID_BODY", "The arguments are too long.", fix="Send short values.")
        try:
            arguments = json.loads(arguments or "{}")
        except (ValueError, RecursionError) as error:
            raise Problem("INVALID_BODY", "The arguments are not valid JSON.", fix="Send one JSON object.") from error
    if not isinstance(arguments, dict):
        raise Problem("INVALID_BODY", "The arguments are not an object.", fix="Send one JSON object.")
    given = {field: arguments.get(field) for field in tool.model_fields} | arguments
    try:
        return tool.model_validate(given)
    except ValidationError as error:
        wrong = sorted({str(one["loc"][0]) if one["loc"] else "arguments" for one in error.errors()})
        named = ", ".join(field for field in wrong if field in tool.model_fields) or "unknown fields"
        raise Problem(
            "VALIDATION_ERROR",
            f"These arguments cannot be used: {named}.",
            fix=f"{name} takes: {', '.join(tool.model_fields) or 'no arguments'}.",
        ) from error


def call(
    ctx: Context, name: str, arguments: str | dict[str, Any], *, key: str | None = None, turn_id: str | None = None
) -> Said:
    """Run one tool call and keep it. A write asked again under the same `key` gets the first answer, word for word.

    A Problem becomes `Said(ok=False)` with words for the customer and, for the model, what to do next.
    """
    name = tidy(name)[:LONGEST_NAME] or "nameless"
    try:
        tool = parse(name, arguments)
    except Problem as problem:
        wrong = problem
        return recorded(ctx, name, {}, lambda: chat.refused(ctx, name, wrong), lambda p: chat.refused(ctx, name, p))[0]
    said, _replayed = recorded(
        ctx,
        name,
        tool.model_dump(),
        lambda: tool.run(ctx),
        lambda problem: chat.refused(ctx, name, problem),
        key=key if tool.writes else None,
        turn_id=turn_id,
    )
    return said
