"""The tools of a phone call as a voice platform is told of them: each argument declared once, with its words.

They go by the same names as the toolbox's, because they do the same. Here an argument that was not said is left
out, and the caller's number comes from the platform, not from the model.
"""

from typing import Any, ClassVar

from pydantic import Field

from tools.tool import Function, strict

_SERVICE = "The service by name, as the caller puts it; leave it out for the usual first visit."
_PHONE = "Only when the visit is under another number than the one this call comes from. Never make one up."
_SELECTOR = (
    "Which visit: its number in the list, its booking code, part of its service or its day. Leave out if only one."
)
_LAST_NAME = "The last name on the visit; only when this tool asked for a proof."
_VISIT_DAY = "The day the visit is booked for; only when this tool asked for a proof."
_CONFIRM_CODE = "The 6-digit code texted to the visit's phone, if the caller reads one out."


class VoiceSchema(Function):
    """One tool, its fields its arguments; `while_waiting` is what a caller may hear meanwhile."""

    while_waiting: ClassVar[str] = "One moment."

    @classmethod
    def parameters(cls) -> dict[str, Any]:
        """The arguments as JSON Schema, an object on top; what was not said is left out."""
        properties = {
            name: {"type": "string", "description": field.description or ""} for name, field in cls.model_fields.items()
        }
        required = [name for name, field in cls.model_fields.items() if field.is_required()]
        return {"type": "object", "properties": properties, "required": required}

    @classmethod
    def strict_parameters(cls) -> dict[str, Any]:
        """The same under OpenAI's strict subset: closed, every argument required, null for what was not said."""
        loose = cls.parameters()
        return strict(
            {
                name: one if name in loose["required"] else {**one, "type": ["string", "null"]}
                for name, one in loose["properties"].items()
            }
        )


class ListOpenSlots(VoiceSchema):
    """List open times for a visit. Pass the caller's own words for day and time; never work out dates yourself. Offer
    only times this tool has listed."""

    while_waiting = "Let me look at the schedule."

    service: str | None = Field(None, description=_SERVICE)
    preferred_day: str | None = Field(None, description="The day in the caller's words: tomorrow, next Tuesday, asap.")
    preferred_time: str | None = Field(None, description="The time in the caller's words: morning, around 2, after 3.")
    days: str | None = Field(None, description="How many days to list at once: 1, 2 or 3.")
    postal_code: str | None = Field(None, description="ZIP code of the job, if the caller said it.")
    address: str | None = Field(None, description="Address of the job, if the caller said it.")


class BookJob(VoiceSchema):
    """Book one slot. Only after the caller has accepted that one slot. It is booked only if the answer begins with
    Booked!"""

    while_waiting = "Let me book that."
    writes = True

    slot: str = Field(description="Exactly as listed by list_open_slots, such as 2026-11-23 09:00.")
    name: str = Field(description="The caller's first and last name.")
    service: str | None = Field(None, description="The service the slot was listed for.")
    phone: str | None = Field(None, description=_PHONE)
    address: str | None = Field(None, description="Street address of the job.")
    postal_code: str | None = Field(None, description="ZIP code of the job.")
    email: str | None = Field(None, description="E-mail address, if the caller offers one.")
    notes: str | None = Field(None, description="The problem in a few words, gate codes, pets.")
    attendees: str | None = Field(None, description="E-mail addresses of others to tell, parted by commas.")


class Reschedule(VoiceSchema):
    """Move one of the caller's visits to another open slot they accepted. It is moved only if the answer begins with
    Rescheduled!"""

    while_waiting = "Let me move that."
    writes = True

    new_slot: str = Field(description="Exactly as listed by list_open_slots, such as 2026-11-24 14:00.")
    booking_selector: str | None = Field(None, description=_SELECTOR)
    phone: str | None = Field(None, description=_PHONE)
    name: str | None = Field(None, description=_LAST_NAME)
    visit_day: str | None = Field(None, description=_VISIT_DAY)
    confirm_code: str | None = Field(None, description=_CONFIRM_CODE)


class Cancel(VoiceSchema):
    """Cancel one of the caller's visits, because they asked for that. It is cancelled only if the answer begins with
    Cancelled!"""

    while_waiting = "Let me see to that."
    writes = True

    booking_selector: str | None = Field(None, description=_SELECTOR)
    reason: str | None = Field(None, description="Why, in a few words, if they said.")
    phone: str | None = Field(None, description=_PHONE)
    name: str | None = Field(None, description=_LAST_NAME)
    visit_day: str | None = Field(None, description=_VISIT_DAY)
    confirm_code: str | None = Field(None, description=_CONFIRM_CODE)


class FindMyBookings(VoiceSchema):
    """List the caller's upcoming visits."""

    while_waiting = "Let me look that up."

    phone: str | None = Field(None, description=_PHONE)
    booking_selector: str | None = Field(None, description="A booking code the caller reads out, as a proof.")
    name: str | None = Field(None, description=_LAST_NAME)
    visit_day: str | None = Field(None, description=_VISIT_DAY)
    confirm_code: str | None = Field(None, description=_CONFIRM_CODE)


class GetConversationSummary(VoiceSchema):
    """Who is calling: their name, what they have booked, and what was last talked about. Once, at the start."""

    while_waiting = "One moment."

    phone: str | None = Field(None, description=_PHONE)
    name: str | None = Field(None, description=_LAST_NAME)
    visit_day: str | None = Field(None, description=_VISIT_DAY)
    confirm_code: str | None = Field(None, description=_CONFIRM_CODE)


class UpdateLead(VoiceSchema):
    """Note what the caller told us about themselves or the job. It books nothing."""

    while_waiting = "Let me note that."
    writes = True

    name: str | None = Field(None, description="The caller's first and last name.")
    address: str | None = Field(None, description="Street address of the job.")
    postal_code: str | None = Field(None, description="ZIP code of the job.")
    email: str | None = Field(None, description="E-mail address, if the caller offers one.")
    issue: str | None = Field(None, description="The problem in the caller's words.")
    service: str | None = Field(None, description=_SERVICE)
    phone: str | None = Field(None, description=_PHONE)


class CheckServiceArea(VoiceSchema):
    """Whether the business comes to a postal code."""

    while_waiting = "Let me check that."

    postal_code: str = Field(description="The ZIP code of the job.")


class HandOff(VoiceSchema):
    """Bring in a person from the office: take a message and when it will be answered, and alert whoever is on call when
    somebody is in danger. Use it when the caller wants a person, or when no other tool can help."""

    while_waiting = "Let me write that down."
    writes = True

    message: str = Field(description="What the office should know, in the caller's words.")
    name: str | None = Field(None, description="The caller's name.")
    phone: str | None = Field(None, description="The number to call back, if it is not the one this call comes from.")
    urgency: str | None = Field(None, description="routine, urgent or emergency.")


class SendLink(VoiceSchema):
    """Text the caller a link to the booking page. Only after they asked for it or agreed to it."""

    while_waiting = "Let me send that."
    writes = True

    phone: str | None = Field(None, description="The number to text, if it is not the one this call comes from.")
    name: str | None = Field(None, description="The caller's name.")


VOICE_SCHEMAS: tuple[type[VoiceSchema], ...] = (
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
