"""Examples for the description of the JSON doors: Bluebird Heating's own ids, people and times, found by name."""

from typing import Any

from pydantic.alias_generators import to_snake

from api.request_examples import DANA, END, MONDAY_TO_FRIDAY, PHONE, REQUESTS, START
from storage.seed import demo_id

BOOKING = "3f9c2a1b-6a55-4f0e-9d1c-2b7f0a4c9e11"
LEAD = "77ab01cd-2f1e-4a6b-8c3d-5e9f7a1b2c3d"
CUSTOMER = "1b0d6f0e-4a53-4c8e-9f2a-6d7c8b9a0e1f"
CREDENTIAL = "5c2e8d14-7b3a-4f6d-8e9c-0a1b2c3d4e5f"
SERVICE = demo_id("diagnostic-visit")
NOW = "2026-11-21T16:00:00Z"
TOKEN = "0d8a6c1e-52b7-4f7e-9a41-c3f1d2e4b5a6"
LOCAL = "Tuesday, November 24, 2026 at 9:00 AM"

# By the member's name in snake case; "Schema.member" goes first. A value that is not of the member's type is passed by.
VALUES: dict[str, Any] = {
    **dict.fromkeys(("id", "booking_id"), BOOKING),
    **dict.fromkeys(("lead_id", "deal_id"), LEAD),
    **dict.fromkeys(("contact_id", "customer_id"), CUSTOMER),
    **dict.fromkeys(("service_id", "event_type_id"), SERVICE),
    **dict.fromkeys(("start", "start_time", "scheduled_start_at", "started_at"), START),
    **dict.fromkeys(("end", "end_time", "scheduled_end_at", "ended_at"), END),
    **dict.fromkeys(("created_at", "updated_at", "server_time", "at", "generated_at", "sent_at"), NOW),
    **dict.fromkeys(("phone", "customer_phone", "from"), PHONE),
    **dict.fromkeys(("name", "customer_name", "full_name"), "Sarah Jones"),
    **dict.fromkeys(("email", "customer_email"), "sarah@example.com"),
    **dict.fromkeys(("service", "service_label", "event_type_name"), "Diagnostic visit"),
    **dict.fromkeys(("management_token_expires_at", "expires_at", "due_at"), "2026-11-25T16:30:00Z"),
    **dict.fromkeys(("canceled_at", "cancel_reason", "previous_start_at", "arrival_window", "meeting_url")),
    **dict.fromkeys(("lost_at", "won_at", "lost_reason", "closed_at", "revoked_at", "disabled_at", "disabled_reason")),
    **dict.fromkeys(("calcom_booking_id", "calcom_booking_uid", "next_attempt_at", "last_error", "skip_reason")),
    **dict.fromkeys(("unbooked_reason", "after", "handoff_phone", "previous_secret_until", "needs_human_reason")),
    **dict.fromkeys(("date", "start_date", "date_from"), "2026-11-24"),
    **dict.fromkeys(("end_date", "date_to"), "2026-11-27"),
    **dict.fromkeys(("notes", "issue", "label"), "No cooling upstairs"),
    **dict.fromkeys(("org_id", "template_id", "team_id"), demo_id("bluebird")),
    **dict.fromkeys(("total", "page", "position", "attempts", "message_count", "on_call"), 1),
    **dict.fromkeys(("default_duration", "duration_minutes"), 90),
    **dict.fromkeys(("ok", "success", "available", "active", "is_bookable"), True),
    "actor": "Acme Dispatch",
    "actor_name": "Acme Dispatch",
    "actor_type": "INTEGRATION",
    "address": "12 Oak St, Austin",
    "aliases": ["repair", "no heat"],
    "allowed_ips": ["203.0.113.0/24"],
    "attendees": ["tom@example.com"],
    "made_by": "assistant",
    "message": "The gate sticks",
    "role": "assistant",
    "body": "Hi, this is Bluebird Heating's assistant. What's going on, and what's the address?",
    "booking": {"id": BOOKING, "status": "confirmed", "startAt": START},
    "cents": 45000,
    "channel": "sms",
    "credential_id": CREDENTIAL,
    "customer": {
        "name": "Sarah Jones",
        "phone": PHONE,
        "email": "sarah@example.com",
        "address": "12 Oak St, Austin",
        "postalCode": "78701",
    },
    "day": 1,
    "day_name": "Tuesday",
    "description": "A technician checks the system and quotes the repair.",
    "detail": {"status": "booked"},
    "direction": "inbound",
    "event": "booked",
    "events": ["booking.created"],
    "fee_cents": 8900,
    "fee_note": "Waived if you go ahead.",
    "formatted": LOCAL,
    "guidance": "Thursday, November 26 is closed (Thanksgiving). Offer another day.",
    "hint": "Open. Book it with the same date and time.",
    "idempotency_key": "6f1c7f1e-8d0e-4c55-9f0a-1f6f0b0c9a77",
    "ids": [BOOKING],
    "kind": "reply",
    "last_message_preview": "Nine on Tuesday works, thank you",
    "lead_status": "BOOKED",
    "limit": 25,
    "links": {"bookings": "/api/v1/stats/rows?of=bookings"},
    "management_token": TOKEN,
    "management_url": f"https://ringback.example/book/bluebird/manage/{TOKEN}",
    "max_advance_days": 60,
    "metadata": {"ticket": "A-1042"},
    "min_notice_hours": 2,
    "missed": True,
    "now": NOW,
    "of": "missed_calls",
    "offset_minutes": 1440,
    "open_questions": ["Is there a gate code?"],
    "org_name": "Bluebird Heating",
    "overlap_hours": 1,
    "owner": "STAFF",
    "postal_code": "78701",
    "prefix": "rb_live_4f7c",
    "provider": "twilio",
    "provider_id": "CA5f0e7d3c1b2a49688f7e6d5c4b3a2910",
    "reason": "Thanksgiving",
    "reply_rate": 0.5,
    "schedule": MONDAY_TO_FRIDAY,
    "scheduling_state": "SCHEDULED",
    "scopes": ["READ_BOOKINGS", "WRITE_BOOKINGS"],
    "secret": "shown-once-and-never-again",
    "service_ids": [SERVICE],
    "size": 20,
    "slot": "2026-11-24 09:00",
    "slot_interval_minutes": 60,
    "slug": "diagnostic-visit",
    "source": "sms",
    "state": "QUEUED",
    "status": "confirmed",
    "subject_kind": "booking",
    "summary": "Sarah's upstairs has no cooling since Friday; a Diagnostic visit is booked for Tuesday at 9:00 AM.",
    "surface": "private",
    "technician_id": DANA,
    "technician_ids": [DANA],
    "text": "Call before 5 PM about the warranty",
    "time": "09:00",
    "timezone": "America/Chicago",
    "to": "+15125550100",
    "total_available_slots": 1,
    "travel_minutes": 15,
    "type": "CALL_BACK",
    "urgency": "routine",
    "url": "https://hooks.example.com/ringback",
    "value": "12 Oak St, Austin",
    "value_cents": 45000,
    "BookingRead.status": "CONFIRMED",
    "BookingShown.status": "CONFIRMED",
    "BookingWithHistory.status": "CONFIRMED",
    "DeliveryShown.status": "delivered",
    "HistoryLine.from": None,
    "HistoryLine.to": "CONFIRMED",
    "LeadBrief.status": "booked",
    "LeadShown.status": "booked",
    "LeadWithEvents.status": "booked",
    "Confirmation.reason": None,
    "Estimate.label": "bookings x service value, an estimate",
    "Fact.label": "address",
    "ServiceShown.id": SERVICE,
    "ServiceShown.booking_mode": None,
    "Source.channel": "API",
    "TechnicianShown.id": DANA,
    "Span.end": "17:00",
    "Span.start": "08:00",
    "Summary.channel": "SMS",
    "Summary.source": "rules",
    "WeekdayHours.end": "17:00",
    "WeekdayHours.start": "08:00",
    "KeyShown.name": "Acme Dispatch",
    "ServiceShown.name": "Diagnostic visit",
    "TechnicianShown.name": "Dana Ruiz",
    "Template.name": "Shop hours",
    "TeamShown.name": "HVAC",
    "CredentialShown.name": "Acme Dispatch",
    "CredentialMade.name": "Acme Dispatch",
    "Action.name": "book_job",
}
KINDS: dict[type, str] = {
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "string",
    dict: "object",
    list: "array",
}


def request(schema: dict[str, Any], schemas: dict[str, Any]) -> Any:
    """A body that fits a request's schema: the written one, else one of the required members alone."""
    named = name_of(schema) or next((name_of(one) for one in schema.get("anyOf", ()) if "$ref" in one), None)
    if named in REQUESTS:
        return REQUESTS[named]
    return made(schema, schemas, required_only=True)


def made(
    schema: dict[str, Any], schemas: dict[str, Any], name: str = "", owner: str = "", *, required_only: bool = False
) -> Any:
    """A value that fits a JSON schema of the description, of the member `name` of the schema `owner`."""
    if "examples" in schema:
        return schema["examples"][0]
    for known in (f"{owner}.{name}", to_snake(name)):
        if known in VALUES and allows(schema, VALUES[known]):
            return VALUES[known]
    if "$ref" in schema:
        owner = name_of(schema) or ""
        return made(schemas[owner], schemas, "", owner, required_only=required_only)
    for word in ("const", "default"):
        if word in schema:
            return schema[word]
    if "enum" in schema:
        return schema["enum"][0]
    if "anyOf" in schema:
        return made(schema["anyOf"][0], schemas, name, owner, required_only=required_only)
    match schema.get("type"):
        case "object":
            wanted = schema.get("required", ()) if required_only else schema.get("properties", {})
            members = schema.get("properties", {})
            return {one: made(members[one], schemas, one, owner, required_only=required_only) for one in wanted}
        case "array":
            return [made(schema["items"], schemas, name, owner, required_only=required_only)]
        case "integer" | "number":
            return schema.get("minimum", schema.get("exclusiveMinimum", 0))
        case "boolean":
            return False
    word = to_snake(name)
    if word.endswith("_id"):
        return BOOKING
    return NOW if word.endswith(("_at", "_until")) else word.replace("_", " ") or "any text"


def allows(schema: dict[str, Any], value: Any) -> bool:
    """Whether the value is of a type, and among the words, that a member's schema names."""
    options = schema.get("anyOf", [schema])
    if value is None:
        return any(one.get("type") == "null" for one in options)
    kind = KINDS[type(value)]
    return any(
        (one.get("type") == kind or (kind == "integer" and one.get("type") == "number"))
        and value in one.get("enum", [value])
        and "$ref" not in one.get("items", {})
        for one in options
    )


def name_of(schema: dict[str, Any]) -> str | None:
    """The name of the component a schema refers to."""
    return schema["$ref"].rpartition("/")[2] if "$ref" in schema else None
