"""The Context: whose data this is, who is acting, through which channel, and what time it is."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from storage.tables import Org


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: `kind` is customer, assistant, staff, integration, voice_agent or system; history shows `name`."""

    kind: str
    name: str
    id: str | None = None


CUSTOMER = Actor("customer", "Customer")
ASSISTANT = Actor("assistant", "Assistant")
SYSTEM = Actor("system", "Ringback")


@dataclass(frozen=True, slots=True)
class Context:
    """First argument of every act and of every question to storage, so that none can forget whose data it is.

    `now` is aware UTC and came in through the door; `channel` is sms, voice, mcp, web, whatsapp, api, console or book;
    `scope` names the conversation or provider call this belongs to, for what was offered and what was asked twice;
    `public_url` is where our pages are, without a slash at its end.
    """

    session: Session
    org: Org
    actor: Actor
    channel: str
    now: datetime
    scope: str | None = None
    public_url: str = ""

    @property
    def local_now(self) -> datetime:
        """Now on the business's wall clock."""
        return self.now.astimezone(self.org.zone)
