"""What the carrier says became of a text: states only go forward, in whatever order the news arrives."""

from datetime import timedelta

from sqlalchemy import select, update

from storage import outbox
from storage.context import Context
from storage.tables import Booking, Conversation, Customer, Job, Lead, Message
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
UNEXPLAINED = "30008"  # "unknown error": the next try often gets through
AGAIN_AFTER = timedelta(minutes=1)
AT_ANY_HOUR = ("reply", "text_back", "safety", "alert")  # kinds that did not wait for the morning either


def never_left(message: Message) -> bool:
    """Whether no attempt to send this text can have reached the provider: each is written down before it is made."""
    return message.state == "queued"


def leaving(ctx: Context, message: Message, job: Job) -> bool:
    """Write down that the text goes out now; False when its claim has passed to another, who will send it."""
    if not outbox.begin(ctx.session, job):
        return False
    message.state = "sending"
    return True


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
    """The provider has the text, under this id; a job that still meant to send it is done."""
    taken(ctx, message, provider_id)
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


def taken(ctx: Context, message: Message, provider_id: str) -> None:
    """The same, for the hand that has settled the job itself."""
    if message.provider_id is None:
        _take_back(ctx, provider_id)
        message.provider_id = provider_id
    if message.state not in RANK:
        message.state, message.reason, message.sent_at = "sent", None, ctx.now


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


def _take_back(ctx: Context, provider_id: str) -> None:
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

    21610 is an opt-out; 30006 and its like mark the number and ask the office to call (contract 2.8); what failed with
    30008 is said once more.
    """
    message.state = "failed"
    message.error_code = code or None
    message.reason = "opted_out" if code == OPTED_OUT else UNREACHABLE.get(code, "refused")
    customer = ctx.session.get(Customer, message.customer_id) if message.customer_id else None
    thread = ctx.session.get(Conversation, message.conversation_id) if message.conversation_id else None
    lead = ctx.session.get(Lead, thread.lead_id) if thread is not None and thread.lead_id else None
    if customer is not None and code == OPTED_OUT:
        opt_out.stop(ctx, customer, "carrier", message_id=message.id, lead=lead)
    if code == UNEXPLAINED and message.retry_of is None:
        _say_again(ctx, message, customer, thread)
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


def _say_again(ctx: Context, message: Message, customer: Customer | None, thread: Conversation | None) -> None:
    """The same words in a message of their own, unless the visit they speak of has changed since."""
    its = select(Job.revision).where(Job.org_id == ctx.org.id, Job.topic == "send", Job.subject_id == message.id)
    booking = ctx.session.get(Booking, message.booking_id) if message.booking_id else None
    if message.to_phone is None or (booking is not None and booking.revision != ctx.session.scalars(its).first()):
        return
    again = messages.say(
        ctx,
        to=customer or message.to_phone,
        body=message.body,
        kind=message.kind,
        conversation=thread,
        booking=booking,
        due_at=ctx.now + AGAIN_AFTER,
        dedupe_key=f"again:{message.id}",
        exempt_quiet=message.kind in AT_ANY_HOUR,
    )
    again.retry_of = message.id
