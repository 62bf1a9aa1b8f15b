"""The nouns of the trade, one family a file. Importing this package knows every table."""

from storage.tables.bookings import Booking, BookingEvent, ConfirmCode, Hold, Offer, SlotCell
from storage.tables.calcom import BusyTime, CalcomAccount
from storage.tables.calls import Call, ToolCall
from storage.tables.columns import Base, new_id
from storage.tables.conversations import Conversation, Message, Turn
from storage.tables.credentials import Credential
from storage.tables.hours import DateOverride, Hours, ScheduleTemplate
from storage.tables.jobs import AuditEntry, IdempotentAnswer, Job, ProviderEvent, Task
from storage.tables.leads import Lead, LeadEvent
from storage.tables.notes import Note
from storage.tables.orgs import EntryPoint, Org
from storage.tables.pages import BookingPage, Invite
from storage.tables.people import ConsentEvent, Customer, Staff, Team, TeamMember, Technician
from storage.tables.services import Service, ServiceArea, Skill, Travel
from storage.tables.staff_sessions import StaffSession, TeamStaff
from storage.tables.webhooks import WebhookDelivery, WebhookEndpoint

__all__ = [
    "AuditEntry",
    "Base",
    "Booking",
    "BookingEvent",
    "BookingPage",
    "BusyTime",
    "CalcomAccount",
    "Call",
    "ConfirmCode",
    "ConsentEvent",
    "Conversation",
    "Credential",
    "Customer",
    "DateOverride",
    "EntryPoint",
    "Hold",
    "Hours",
    "IdempotentAnswer",
    "Invite",
    "Job",
    "Lead",
    "LeadEvent",
    "Message",
    "Note",
    "Offer",
    "Org",
    "ProviderEvent",
    "ScheduleTemplate",
    "Service",
    "ServiceArea",
    "Skill",
    "SlotCell",
    "Staff",
    "StaffSession",
    "Task",
    "Team",
    "TeamMember",
    "TeamStaff",
    "Technician",
    "ToolCall",
    "Travel",
    "Turn",
    "WebhookDelivery",
    "WebhookEndpoint",
    "new_id",
]
