"""What both v1 booking doors share: naming a service, and booking for a caller."""

from typing import Any

from api.deps import Caller
from api.wire import Body, Text
from storage.context import Context
from storage.tables import Service
from tools import services


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


def who(caller: Caller) -> dict[str, Any]:
    """How a booking remembers the credential that made it."""
    return {"credential_id": caller.credential.id, "needs_approval": caller.credential.requires_approval}
