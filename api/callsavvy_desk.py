"""The RPC door's desk: what the business is, and its tickets, chats and calls (CV-12 to CV-22). Values are text, as
theirs are."""

from typing import Any

from api.callsavvy_words import DIRECTIONS, NEWEST, Resource, Said, one_of, period, written
from storage import listings, second_line
from storage.context import Context
from storage.tables import Call, Service, Staff
from tools import contacts, conversations, messages, teams, tickets
from tools.problems import Problem, not_found

TICKET_WORDS = {
    second_line.NEW: "New",
    second_line.CLOSED: "Closed",
    second_line.OURS: "Awaiting Agent Reply",
    second_line.THEIRS: "Awaiting Customer Reply",
}


def get_summary(ctx: Context, _said: Said) -> dict[str, str]:
    """The business. It has no credit, package or plan here, so those are empty."""
    nothing = dict.fromkeys(("credit_balance", "account_currency", "package", "validity"), "")
    number = conversations.our_number(ctx) or ""
    return {"assigned_number": number, "account_status": "active", "business_id": ctx.org.id, **nothing}


def get_departments(ctx: Context, _said: Said) -> list[dict[str, str]]:
    """The teams; a business without any is one department, so that a ticket can be opened."""
    rows = [(team.id, team.name, count) for team, count in second_line.departments(ctx)]
    return [
        {"department_id": one, "department_name": name, "department_email": "", "department_agents": str(count)}
        for one, name, count in rows or [(ctx.org.id, ctx.org.name, len(second_line.agents(ctx)))]
    ]


def get_categories(ctx: Context, _said: Said) -> list[dict[str, str]]:
    """The services."""
    rows, _ = listings.services(ctx, offset=0, size=NEWEST)
    return [{"category_id": row.id, "category_name": row.name} for row in rows]


def get_agents(ctx: Context, _said: Said) -> list[dict[str, str]]:
    """The staff."""
    return [
        {
            "agent_id": staff.id,
            "agent_name": staff.name,
            "agent_designation": staff.role.capitalize(),
            "last_online": written(seen, ctx.org.zone),
            "agent_email": staff.email,
        }
        for staff, seen in second_line.agents(ctx)
    ]


def get_tickets(ctx: Context, said: Said) -> list[dict[str, str]]:
    """Conversations, those of chat pages and messengers excepted."""
    word = one_of("ticket_status", said.get("ticket_status"), tuple(TICKET_WORDS.values()))
    rows = second_line.threads(
        ctx,
        kind="ticket",
        limit=NEWEST,
        team=_in_department(ctx, said, second_line.THREAD_TEAM),
        period=period(said.get("datetime"), ctx.org.zone),
        status=next((status for status, its in TICKET_WORDS.items() if its == word), None),
        email=said.get("sender_email"),
    )
    return [
        {
            "ticket_id": thread.id,
            "datetime": written(thread.created_at, ctx.org.zone),
            "ticket_status": TICKET_WORDS[status],
            "last_reply": written(thread.last_message_at, ctx.org.zone),
            "subject": thread.subject or f"{thread.channel.upper()} conversation",
            "sender_name": (customer.name if customer else None) or "",
            "sender_email": (customer.email if customer else None) or "",
            "department_id": team_id or ctx.org.id,
        }
        for thread, customer, status, team_id in rows
    ]


def get_ticket(ctx: Context, said: Said) -> list[dict[str, str]]:
    """What was said in one conversation, oldest first."""
    (ticket_id,) = said.need("ticket_id")
    thread = conversations.get(ctx, ticket_id)
    return [
        {
            "conversation_id": row.id,
            "datetime": written(row.created_at, ctx.org.zone),
            "message": row.body,
            "from_agent": "true" if row.direction == "out" else "false",
            "agent_name": row.actor_name if row.direction == "out" else "",
            "files": ",".join(str(one.get("url", "")) for one in row.media if isinstance(one, dict)),
        }
        for row in conversations.read_thread(ctx, thread, limit=NEWEST)
    ]


def create_ticket(ctx: Context, said: Said) -> dict[str, str]:
    """A lead, a conversation and a task for the office."""
    department, name, email, subject, text = said.need(
        "department_id", "sender_name", "sender_email", "ticket_subject", "ticket_message"
    )
    thread = tickets.opened(
        ctx, subject, contacts.checked_email(email), name=name, team_id=_department(ctx, department), text=text
    )
    return {"ticket_id": thread.id, "subject": subject, "sender_name": name, "sender_email": email}


def reply_ticket(ctx: Context, said: Said) -> dict[str, str]:
    """An answer of the staff's, sent on the thread's channel while the assistant pauses; without an agent, words of the
    customer's. The date is checked; our own clock stamps the message."""
    ticket_id, moment, text = said.need("ticket_id", "response_date", "response_message")
    period(moment, ctx.org.zone)
    thread = conversations.get(ctx, ticket_id)
    if thread.state == "closed":
        raise Problem("INVALID_TRANSITION", "The ticket is closed.", fix="Open a new one.")
    agent_id = said.get("replying_agent_id")
    if agent_id is None:
        message = tickets.heard(ctx, thread, text)
    else:
        staff = listings.one_of(ctx, Staff, agent_id) or not_found("agent")
        if len(text) > messages.LONGEST:
            raise Problem("VALIDATION_ERROR", "The message is too long.", fix="Send at most 1,600 characters.")
        message = tickets.answered(ctx, thread, staff, text)
        if message.state == "skipped":
            raise Problem("OPTED_OUT", f"It cannot be sent: {message.reason}.", fix="Call them instead.")
    ctx.session.flush()
    return {"conversation_id": message.id, "new_status": TICKET_WORDS[second_line.status_of(ctx, thread)]}


def get_calls(ctx: Context, said: Said) -> list[dict[str, str]]:
    """The call log."""
    category = said.get("category")
    if category is not None and listings.one_of(ctx, Service, category) is None:
        not_found("category")
    direction = one_of("call_direction", said.get("call_direction"), ("Incoming", "Outgoing"))
    rows = second_line.calls(
        ctx,
        limit=NEWEST,
        team=_in_department(ctx, said, second_line.CALL_TEAM),
        period=period(said.get("datetime"), ctx.org.zone),
        direction=None if direction is None else DIRECTIONS[direction.lower()],
        service_id=category,
    )
    return [_call(ctx, call, team_id, service) for call, team_id, service in rows]


def get_chats(ctx: Context, said: Said) -> list[dict[str, str]]:
    """Threads of our own chat page and of bots that ask us for words."""
    return [{"chat_id": one.pop("id"), **one, "visitor_email": email} for one, email, _ in _chats(ctx, said, "chat")]


def get_messangers(ctx: Context, said: Said) -> list[dict[str, str]]:
    """WhatsApp threads; none while that channel is off. The name is spelt as theirs."""
    if not ctx.org.whatsapp_enabled:
        return []
    rows = _chats(ctx, said, "messenger")
    return [{"messanger_id": one.pop("id"), **one, "channel": channel} for one, _, channel in rows]


def _chats(ctx: Context, said: Said, kind: str) -> list[tuple[dict[str, str], str, str]]:
    team = _in_department(ctx, said, second_line.THREAD_TEAM)
    asked_for = period(said.get("datetime"), ctx.org.zone)
    return [
        (
            {
                "id": thread.id,
                "datetime": written(thread.created_at, ctx.org.zone),
                "chat_status": "Waiting" if status in (second_line.NEW, second_line.OURS) else "Engaged",
                "visitor_name": (customer.name if customer else None) or "",
                "visitor_phone": thread.phone or thread.given_phone or (customer.phone if customer else None) or "",
                "department_id": team_id or ctx.org.id,
            },
            (customer.email if customer else None) or "",
            thread.channel,
        )
        for thread, customer, status, team_id in second_line.threads(
            ctx, kind=kind, limit=NEWEST, team=team, period=asked_for
        )
    ]


def _call(ctx: Context, call: Call, team_id: str | None, service: str | None) -> dict[str, str]:
    outgoing = call.direction == "outbound"
    return {
        "call_id": call.id,
        "datetime": written(call.started_at, ctx.org.zone),
        "direction": "Outgoing" if outgoing else "Incoming",
        "category": service or "",
        "duration": str(call.seconds or 0),
        "caller": (call.to_phone if outgoing else call.from_phone) or "",
        "recording_url": "" if call.recording_deleted_at else call.recording_url or "",
        "department_id": team_id or ctx.org.id,
    }


def _department(ctx: Context, department_id: str) -> str | None:
    """The team a department is; None for the business itself. Raises NOT_FOUND."""
    return None if department_id == ctx.org.id else teams.get(ctx, department_id).id


def _in_department(ctx: Context, said: Said, column: Any) -> Any:
    department_id = said.get("department_id")
    return None if department_id is None else second_line.of_team(column, _department(ctx, department_id))


RESOURCES = {
    "getSummary": Resource(get_summary, "READ_BUSINESS_PROFILE"),
    "getDepartments": Resource(get_departments, "READ_BUSINESS_PROFILE"),
    "getCategories": Resource(get_categories, "READ_BUSINESS_PROFILE"),
    "getAgents": Resource(get_agents, "READ_BUSINESS_PROFILE"),
    "getTickets": Resource(get_tickets, "READ_CONVERSATIONS"),
    "getTicket": Resource(get_ticket, "READ_CONVERSATIONS"),
    "createTicket": Resource(create_ticket, "WRITE_LEADS", writes=True),
    "replyTicket": Resource(reply_ticket, "WRITE_MESSAGES", writes=True),
    "getCalls": Resource(get_calls, "READ_CONVERSATIONS"),
    "getChats": Resource(get_chats, "READ_CONVERSATIONS"),
    "getMessangers": Resource(get_messangers, "READ_CONVERSATIONS"),
}
