"""What both v1 booking doors share: naming a service, the contract's order of checks, and booking for a caller."""

from collections.abc import Mapping
from typing import Any

from api.deps import Caller
from api.wire import Body, Text
from storage.context import Context
from storage.tables import Service
from tools import services
from tools.problems import Problem
from tools.rules import emails


class ServiceNamed(Body):
    """A service by id, slug or name, the surest given first; none at all means the business's first one."""

    event_type_id: Text | None = None
    event_type_slug: Text | None = None
    event_type_name: Text | None = None

    @property
    def wanted(self) -> str | None:
        """The words that name it."""
        return self.event_type_id or self.event_type_slug or self.event_type_name

    def find(self, ctx: Context) -> Service:
        """The service meant. Raises NOT_FOUND, AMBIGUOUS_EVENT_TYPE."""
        return services.find_service(ctx, self.wanted)


def check_addresses(email: str | None, attendees: list[Any]) -> None:
    """E-mails come before the service in the order of checks (contract 2.2). Raises INVALID_EMAIL and its sibling."""
    if email and not emails.valid(email):
        raise Problem("INVALID_EMAIL", "The e-mail address is not valid.", fix="Correct it, or book without it.")
    for attendee in attendees:
        address = attendee.get("email") if isinstance(attendee, Mapping) else attendee
        if address and not (isinstance(address, str) and emails.valid(address)):
            raise Problem(
                "INVALID_ATTENDEE_EMAIL",
                "An attendee's e-mail address is not valid.",
                fix="Correct it or leave it out.",
            )


def who(caller: Caller) -> dict[str, Any]:
    """How a booking remembers the credential that made it."""
    return {"credential_id": caller.credential.id, "needs_approval": caller.credential.requires_approval}
