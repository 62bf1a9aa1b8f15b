"""The inbox: which threads need somebody first. Emergencies, then threads that need a person, then the rest; the latest
spoken in first within each (contract 2.1). Pages follow one another by the last thread seen, so the thousandth is as
quick as the first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select, text

from storage.context import Context
from storage.tables import Conversation, Customer, Message, Staff
from tools import sight
from tools.problems import Problem

TABS = ("open", "needs", "unread", "mine", "closed")
PAGE = 40
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
COUNTED_TO = 1000  # a tab's number stops here: nobody reads on

# Written as the partial indexes are, so that the planner recognises them.
_OPEN = text("conversations.state <> 'closed'")
_UNREAD = text("conversations.unread > 0")
_EMERGENCY = and_(Conversation.urgency == "emergency", Conversation.state != "closed")
_WAITING = and_(Conversation.state == "needs_human", Conversation.urgency != "emergency")
_REST = and_(_OPEN, Conversation.state != "needs_human", Conversation.urgency != "emergency")
_GROUPS = (_EMERGENCY, _WAITING, _REST)


@dataclass(frozen=True, slots=True)
class Line:
    """One thread in the inbox: its customer, its last message, and what it is about as far as that does not say it:
    its subject, its kept summary's issue, else what the customer wrote last."""

    thread: Conversation
    name: str | None
    last: Message | None
    assigned: str | None
    about: str | None


@dataclass(frozen=True, slots=True)
class Inbox:
    """One page of a tab; `older` is the mark of the page after it, None on the last."""

    lines: list[Line]
    older: str | None


def listed(ctx: Context, staff: Staff, tab: str = "open", after: str | None = None, size: int = PAGE) -> Inbox:
    """A page of what this person may see in a tab of `TABS`, from the mark `after` on.

    Raises VALIDATION_ERROR for no such tab and for a mark we did not write.
    """
    if tab not in TABS:
        raise Problem("VALIDATION_ERROR", "There is no such list.", fix=f"Use one of: {', '.join(TABS)}.")
    groups = (Conversation.state == "closed",) if tab == "closed" else _GROUPS[:2] if tab == "needs" else _GROUPS
    first, since = _read(after, len(groups))
    found: list[tuple[int, Conversation]] = []
    for number, group in list(enumerate(groups))[first:]:
        wanted = [*_narrowed(ctx, staff, tab), Conversation.last_message_at.is_not(None), group]
        wanted.append(sight.threads(ctx, staff))
        if since is not None and number == first:
            at, last_id = since
            later = and_(Conversation.last_message_at == at, Conversation.id < last_id)
            wanted += [Conversation.last_message_at <= at, or_(Conversation.last_message_at < at, later)]
        newest = (Conversation.last_message_at.desc(), Conversation.id.desc())
        rows = select(Conversation).where(*wanted).order_by(*newest).limit(size + 1 - len(found))
        found += [(number, row) for row in ctx.session.scalars(rows)]
        if len(found) > size:
            break
    shown = found[:size]
    return Inbox(_lines(ctx, [row for _number, row in shown]), _mark(*shown[-1]) if len(found) > size else None)


def counts(ctx: Context, staff: Staff) -> dict[str, int]:
    """How many threads wait in the tabs that say so: needs and unread, up to `COUNTED_TO`."""
    mine = (Conversation.org_id == ctx.org.id, sight.threads(ctx, staff))
    found = {}
    for tab, groups in (("needs", _GROUPS[:2]), ("unread", (_UNREAD,))):
        found[tab] = 0
        for group in groups:
            some = select(Conversation.id).where(*mine, group).limit(COUNTED_TO).subquery()
            found[tab] += ctx.session.scalar(select(func.count()).select_from(some)) or 0
    return found


def _narrowed(ctx: Context, staff: Staff, tab: str) -> list[ColumnElement[bool]]:
    if tab == "mine":
        # A member of staff belongs to one business; naming it too would lead the planner to the longer index.
        return [Conversation.assigned_to == staff.id]
    mine = Conversation.org_id == ctx.org.id
    return [mine, and_(_UNREAD)] if tab == "unread" else [mine]


def _lines(ctx: Context, rows: Sequence[Conversation]) -> list[Line]:
    said = select(Message).where(_newest(Conversation.id.in_([row.id for row in rows])))
    last = {one.conversation_id: one for one in ctx.session.scalars(said)}
    about = {row.id: row.subject or (row.summary or {}).get("issue") for row in rows}
    ours = [one for one, message in last.items() if message.direction == "out" and one and not about[one]]
    if ours:
        heard = _newest(Conversation.id.in_(ours), Message.direction == "in")
        bodies = ctx.session.execute(select(Message.conversation_id, Message.body).where(heard))
        about |= {one: body for one, body in bodies if one is not None}
    people = select(Customer.id, Customer.name).where(Customer.id.in_({row.customer_id for row in rows}))
    names = {one: name for one, name in ctx.session.execute(people)}
    office = select(Staff.id, Staff.name).where(Staff.id.in_({row.assigned_to for row in rows}))
    assigned = {one: name for one, name in ctx.session.execute(office)}
    return [
        Line(
            row, names.get(row.customer_id or ""), last.get(row.id), assigned.get(row.assigned_to or ""), about[row.id]
        )
        for row in rows
    ]


def _newest(threads: ColumnElement[bool], *wanted: ColumnElement[bool]) -> ColumnElement[bool]:
    """A message is the newest of those `wanted` in one of these threads."""
    newest = (
        select(Message.id)
        .where(Message.conversation_id == Conversation.id, *wanted)
        .order_by(Message.created_at.desc(), Message.id.desc())
        .limit(1)
        .correlate(Conversation)
        .scalar_subquery()
    )
    return Message.id.in_(select(newest).select_from(Conversation).where(threads))


def _mark(number: int, row: Conversation) -> str:
    assert row.last_message_at is not None
    return f"{number}.{(row.last_message_at - EPOCH) // timedelta(microseconds=1)}.{row.id}"


def _read(mark: str | None, groups: int) -> tuple[int, tuple[datetime, str] | None]:
    if mark is None:
        return 0, None
    number, _, rest = mark.partition(".")
    micros, _, last_id = rest.partition(".")
    if not (number.isdecimal() and int(number) < groups and micros.isdecimal() and len(micros) < 18 and last_id):
        raise Problem("VALIDATION_ERROR", "That page is not one of ours.", fix="Start again at the inbox.")
    return int(number), (EPOCH + timedelta(microseconds=int(micros)), last_id)
