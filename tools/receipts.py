"""What the carrier says became of a text: states only go forward, in whatever order the news arrives."""

from sqlalchemy import select, update

from storage import outbox
from storage.context import Context
from storage.tables import Conversation, Customer, Job, Lead, Message
from tools import messages, opt_out

# Ours for Twilio's: once accepted it has left us, so everything before "sent" counts as sent.
WORDS = {
    **dict.fromkeys(("accepted", "scheduled", "queued", "sending", "sent"), "sent"),
    **dict.fromkeys(("delivered", "read", "partially_delivered"), "delivered"),
    **dict.fromkeys(("undelivered", "failed", "canceled"), "failed"),
}
RANK = {"sent": 1, "delivered": 2, "failed": 2}
# Twilio's error codes that say something lasting about the number.
UNREACHABLE = {
    "21211": "invalid_number",
    "21614": "landline",
    "30003": "unreachable",
    "30004": "blocked_by_carrier",
    "30005": "unknown_number",
    "30006": "landline",
}
OPTED_OUT = "21610"


def never_left(message: Message) -> bool:
    """Whether no attempt to send this text can have reached the provider: each is written down before it is made."""
    return message.state == "queued"


def leaving(ctx: Context, message: Message, job: Job) -> None:
    """The text goes out now. Empty looks at the provider's list before this attempt say nothing about this one."""
    message.state = "sending"
    ctx.session.execute(update(Job).where(Job.id == job.id).values(looks=0))


def find(ctx: Context, message_id: str | None, provider_id: str) -> Message | None:
    """The text a receipt is about: by our id, which came back with it, else by the provider's."""
    if message_id is not None:
        found = ctx.session.get(Message, message_id)
        if found is not None and found.org_id == ctx.org.id and found.provider_id in (None, provider_id):
            return found
    return ctx.session.scalars(
        select(Message).where(Message.org_id == ctx.org.id, Message.provider_id == provider_id)
    ).first()


def told(ctx: Context, message: Message, word: str, provider_id: str, code: str | None = None) -> None:
    """Take in one receipt: `word` as the provider says it, `code` its error. News older than what is known is dropped.

    A text whose send ended in silence is adopted: the receipt carries our id, so it did leave.
    """
    state = WORDS.get(word)
    if state is None:
        return
    accepted(ctx, message, provider_id)
    if RANK[state] <= RANK.get(message.state, 0):
        return
    if state == "failed":
        not_delivered(ctx, message, code or "")
        return
    message.state = state
    if state == "delivered":
        message.delivered_at = ctx.now


def accepted(ctx: Context, message: Message, provider_id: str) -> None:
    """The provider has the text, under this id; whatever still meant to send it is done."""
    if message.provider_id is None:
        _take_back(ctx, message, provider_id)
        message.provider_id = provider_id
    if message.state not in RANK:
        message.state, message.reason, message.sent_at = "sent", None, ctx.now
    ctx.session.execute(
        update(Job)
        .where(
            Job.org_id == ctx.org.id,
            Job.topic == "send",
            Job.subject_kind == "message",
            Job.subject_id == message.id,
            Job.state.in_(outbox.WAITING),
        )
        .values(state="sent", reason=None, updated_at=ctx.now)
    )


def twins_before(ctx: Context, message: Message) -> int:
    """How many earlier texts with the same numbers and words are undecided too: the provider's list cannot tell them
    apart, so what it shows goes to the earliest first."""
    same = select(Message.id).where(
        Message.org_id == ctx.org.id,
        Message.to_phone == message.to_phone,
        Message.from_phone == message.from_phone,
        Message.body == message.body,
        Message.state.in_(("sending", "uncertain")),
        Message.provider_id.is_(None),
    )
    ids = list(ctx.session.scalars(same.order_by(Message.created_at, Message.id)))
    return ids.index(message.id) if message.id in ids else 0


def _take_back(ctx: Context, message: Message, provider_id: str) -> None:
    """This id is known to be another text's than the one that was given it by its words: it is looked for again."""
    held = select(Message).where(Message.org_id == ctx.org.id, Message.provider_id == provider_id)
    twin = ctx.session.scalars(held).first()
    if twin is None:
        return
    twin.provider_id, twin.state, twin.sent_at, twin.delivered_at = None, "uncertain", None, None
    ctx.session.flush()  # the id is unique
    ctx.session.info["job_queued"] = True
    its = (Job.org_id == ctx.org.id, Job.topic == "send", Job.subject_kind == "message", Job.subject_id == twin.id)
    ctx.session.execute(update(Job).where(*its).values(state="uncertain", due_at=ctx.now, looks=0, updated_at=ctx.now))


def not_delivered(ctx: Context, message: Message, code: str) -> None:
    """The provider says this text did not arrive: keep why, and what it means for the next one.

    21610 is an opt-out; 30006 and its like mark the number and ask the office to call (contract 2.8).
    """
    message.state = "failed"
    message.error_code = code or None
    message.reason = "opted_out" if code == OPTED_OUT else UNREACHABLE.get(code, "refused")
    customer = ctx.session.get(Customer, message.customer_id) if message.customer_id else None
    thread = ctx.session.get(Conversation, message.conversation_id) if message.conversation_id else None
    lead = ctx.session.get(Lead, thread.lead_id) if thread is not None and thread.lead_id else None
    if customer is not None and code == OPTED_OUT:
        opt_out.stop(ctx, customer, "carrier", message_id=message.id, lead=lead)
    if customer is not None and code in UNREACHABLE:
        customer.landline = customer.landline or message.reason == "landline"
        messages.open_task(
            ctx,
            kind="landline" if message.reason == "landline" else "call_back",
            urgency="urgent",
            text="Cannot be reached by text. Call this person.",
            customer_id=customer.id,
            conversation_id=message.conversation_id,
            booking_id=message.booking_id,
        )
