"""The published vocabulary of actions (CS-01): what exists, which door may call it, with which scope."""

from typing import Any

from api.wire import CamelShown

READ_ONLY = "Read-only; no Idempotency-Key needed."
KEYED = "Takes Idempotency-Key: a repeat gets the first answer, another request under the same key a 409."
BY_REVISION = "One job for each booking, kind, offset and revision."


class Action(CamelShown):
    """One action. `protected` ones are called with a credential; `internal` ones happen inside the product."""

    name: str
    tier: str
    surface: str
    scope: str | None
    summary: str
    idempotency: str


class Catalogue(CamelShown):
    """Every action."""

    actions: list[Action]


def _protected(name: str, surface: str, scope: str | None, summary: str, idempotency: str = READ_ONLY) -> Action:
    return Action(name=name, tier="protected", surface=surface, scope=scope, summary=summary, idempotency=idempotency)


def _internal(name: str, surface: str, summary: str, idempotency: str) -> Action:
    return Action(name=name, tier="internal", surface=surface, scope=None, summary=summary, idempotency=idempotency)


BOOKINGS = "/api/private/v1/bookings"
CATALOGUE: dict[str, Any] = Catalogue(
    actions=[
        _protected("list_bookings", f"GET {BOOKINGS}", "READ_BOOKINGS", "Bookings of a range of dates."),
        _protected("get_booking_status", f"GET {BOOKINGS}/{{booking_id}}", "READ_BOOKINGS", "One booking now."),
        _protected("book_job", f"POST {BOOKINGS}", "WRITE_BOOKINGS", "Book a visit; texts follow.", KEYED),
        _protected(
            "reschedule_booking",
            f"PATCH {BOOKINGS}/{{booking_id}}",
            "WRITE_BOOKINGS",
            "Give a visit another time; unsent texts are replaced.",
            KEYED,
        ),
        _protected(
            "cancel_booking",
            f"PATCH {BOOKINGS}/{{booking_id}} with status CANCELED",
            "WRITE_BOOKINGS",
            "Call a visit off; its record stays and no text treats it as active.",
            KEYED,
        ),
        _protected("get_private_api_health", "GET /api/private/v1/health", None, "Whose credential, which scopes."),
        _protected(
            "list_open_slots",
            "GET /api/private/v1/slots",
            "READ_AVAILABILITY or READ_BOOKINGS",
            "Open times of a range of dates, and why closed days are closed.",
        ),
        _protected(
            "get_conversation_summary",
            "GET /api/private/v1/conversations/{conversation_id}/summary",
            "READ_CONVERSATIONS",
            "What a conversation is about and what to do next; also by lead.",
        ),
        _internal(
            "create_lead",
            "A missed call, an inbound text, a booking",
            "Find or make the lead a contact belongs to.",
            "One lead for each open wish of a number; provider events count once.",
        ),
        _internal(
            "update_lead_status",
            "The console and what happens to bookings",
            "Move a lead through its life; won and lost stop automation.",
            "The same status again changes nothing; its first moment is kept.",
        ),
        _internal("send_confirmation", "Follows a booking", "Text the customer that a visit stands.", BY_REVISION),
        _internal("send_reminder", "Follows a booking", "Text the customer before a visit.", BY_REVISION),
    ]
).shown()
