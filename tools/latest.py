"""The customer's latest words in a thread, and what they allow: the one slot they accept, the visit they call off."""

import re
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from storage import listings
from storage.context import Context
from storage.tables import Booking, Conversation, Message
from tools.problems import Problem, not_found
from tools.rules import acceptance, assent, slot_tag, sms, spanish_heard, speech, when

CANCEL_WORDS = re.compile(
    r"\b(cancel(?!lation (?:polic|fee|charge))\w*|call(?:ing)? (?:it|that|this|the \w+) off|call off|"
    r"scratch (?:it|that|the)|(?:don'?t|do not|won'?t|no longer) (?:need|want|be needing)|not (?:need|want)ed|"
    r"forget (?:it|about)|(?:don'?t|do not) (?:come|send)|take me off|drop (?:it|the|my)|anul\w+|"
    r"ya no (?:lo )?(?:necesito|quiero)|fixed itself|found (?:someone|another))",
    re.IGNORECASE,
)
KEEP_WORDS = re.compile(
    r"\b(?:don'?t|do not|didn'?t|not|never|no need to|without|rather than|instead of)\b(?: \w+){0,3} cancel|"
    r"\bname(?:'s| is)\b[^.?!]* cancel|"
    r"\bkeep (?:it|my|the|that)\b|\bcancel\w*\b[^.?!]*\b(?:later|free|fee|cost|charge|policy)\b|"
    r"\b(?:if|when|how|what happens)\b[^.?!]{0,20} cancel",
    re.IGNORECASE,
)
ABOUT_CANCELLING = re.compile(
    r"\b(?:cancel\w*|call (?:it|that|one) off|which (?:visit|one|appointment))\b[^?]*\?", re.I
)
TALKED = ("reply", "text_back", "staff", "opening")
NEVER = "0001-01-01T00:00:00+00:00"
KEYWORD = "keyword"  # the kind of a customer's message that STOP, START or HELP has answered
OFFER_LASTS = timedelta(hours=2)
LAST_WORDS_LAST = timedelta(hours=24)  # people answer a text the next morning
RECENT = 8  # messages of both sides in which a wish to cancel may stand that our question was about


def thread_of(ctx: Context) -> Conversation:
    """The conversation these tools are called in."""
    return listings.one_of(ctx, Conversation, ctx.scope or "") or not_found("conversation")


def recent(ctx: Context, count: int) -> list[Message]:
    """The newest messages of this thread that were said, oldest first."""
    rows = ctx.session.scalars(
        select(Message)
        .where(Message.conversation_id == thread_of(ctx).id, Message.state != "skipped")
        .order_by(Message.created_at.desc(), Message.id.desc())
        .limit(count)
    )
    return list(rows)[::-1]


def last_words(ctx: Context) -> tuple[str, str | None]:
    """What the customer wrote that no answer of ours has heard (joined; what decides in Spanish put into English), and
    what our last message said, likewise.

    A text that came while an answer was being written stands before that answer, yet waits for its own.
    """
    unheard, before = unanswered(ctx)
    told = spanish_heard.in_english("\n".join(one.body for one in unheard))
    if before is None:
        return told, None
    meant = thread_of(ctx).memory.get("meant") or {}  # the script's own words before they were put into Spanish
    is_ours = "said" in meant and sms.thrifty(sms.plain(meant["said"])) == sms.thrifty(before.body)
    return told, meant["english"] if is_ours else spanish_heard.in_english(before.body)


def unanswered(ctx: Context) -> tuple[list[Message], Message | None]:
    """The customer's messages that wait for an answer, oldest first, and our last message in this thread."""
    thread = thread_of(ctx)
    heard = thread.memory.get("heard")
    handed_back = datetime.fromisoformat(thread.memory.get("handed_back") or NEVER)
    newest = ctx.session.scalars(
        select(Message)
        .where(Message.conversation_id == thread.id)
        .order_by(Message.created_at.desc(), Message.id.desc())
        .limit(12)
    )
    waiting: list[Message] = []
    before = None
    for message in newest:
        if message.kind == KEYWORD or (message.direction == "in" and message.created_at <= handed_back):
            continue
        if message.direction == "in" and message.reason == "opted_out":  # after a START it would be read as today's
            continue
        if message.direction == "in":
            if before is not None and (heard is None or message.created_at <= datetime.fromisoformat(heard)):
                break
            waiting.append(message)
        elif message.kind in TALKED:
            before = before or message
            if message.kind != "reply" or message is not before or heard is None:
                break
    return waiting[::-1], before


def keep_heard(ctx: Context, up_to: datetime | None, offered: list[datetime] | None) -> None:
    """After an answer: the last message it rests on, and the times it named (None when it named none).

    Only times that were said can be accepted; a look-up of the same turn does not change what a "yes" meant.
    """
    thread = thread_of(ctx)
    kept = dict(thread.memory)
    if up_to is not None:
        kept["heard"] = up_to.isoformat()
    if offered is not None:
        kept["offered"] = {"at": ctx.now.isoformat(), "slots": [one.isoformat() for one in offered]}
    thread.memory = kept


def said_offers(ctx: Context) -> list[datetime]:
    """The open times our last words named, as local starts in the order said; none once they are two hours old, or a
    day where they are still the last we said."""
    kept = thread_of(ctx).memory.get("offered")
    if not kept:
        return []
    at = datetime.fromisoformat(kept["at"])
    if ctx.now - at > OFFER_LASTS and not (ctx.now - at <= LAST_WORDS_LAST and _last_said_at(ctx) <= at):
        return []
    return [datetime.fromisoformat(one).astimezone(ctx.org.zone) for one in kept["slots"]]


def offered_lately(ctx: Context) -> bool:
    """Whether times were named in the last two hours, so that the customer may be about to answer."""
    kept = thread_of(ctx).memory.get("offered")
    return kept is not None and ctx.now - datetime.fromisoformat(kept["at"]) <= OFFER_LASTS


def _last_said_at(ctx: Context) -> datetime:
    _waiting, before = unanswered(ctx)
    return datetime.max.replace(tzinfo=UTC) if before is None else before.created_at


def taken_up(ctx: Context) -> acceptance.Acceptance:
    """Which of the times we named do the customer's latest words accept, if any?

    Where every time named lies on one day, another hour alone means that hour of that day.
    """
    text, before = last_words(ctx)
    offered = said_offers(ctx)
    told = when.read(text, ctx.local_now, context=before)
    if len({one.date() for one in offered}) == 1 and told.exact and told.start and not told.near:
        meant = datetime.combine(offered[0].date(), told.start, ctx.org.zone)
        bare = told.day is None or told.day == meant.date()
        if bare and len(told.times) < 2 and meant not in offered:
            offered = [*offered, meant]
    answer = acceptance.accepted(text, offered, ctx.local_now, context=before)
    if answer.reason == "only_one" and answer.slot and before and "?" not in before:
        # A yes to words that neither ask nor name that time ("You're welcome!") takes up nothing.
        return answer if speech.clock(answer.slot) in before else acceptance.Acceptance(None, "unclear")
    return answer


def accepted_start(ctx: Context, slot: str, deed: str, moving: Booking | None = None) -> datetime:
    """The UTC start of `slot`, if the customer's latest message accepts exactly that one; `deed` is book or move.

    Raises INVALID_TIME for an unreadable slot, CHOICE_NEEDED when the message leaves several open, and
    CLAIM_NOT_ACCEPTED when it accepts none or another one.
    """
    zone = moving.zone if moving is not None else ctx.org.zone
    try:
        start = slot_tag.read(slot, zone)
    except ValueError as error:
        raise Problem(
            "INVALID_TIME", "That slot cannot be read.", fix="Pass a slot exactly as list_open_slots gave it."
        ) from error
    answer = taken_up(ctx)
    if answer.slot is not None and answer.slot == start:
        return start
    if answer.reason == "ambiguous":
        raise Problem(
            "CHOICE_NEEDED",
            f"Which of those times should I {deed}?",
            fix="Ask the customer which one of the offered times they want; pass it once they say so.",
        )
    raise Problem(
        "CLAIM_NOT_ACCEPTED",
        "Which time would you like?",
        fix="Offer open times from list_open_slots and wait for the customer to pick one.",
    )


def wish_to_cancel(ctx: Context) -> None:
    """Check that the customer asks to cancel now, or answers our question about it; raises CLAIM_NOT_ACCEPTED."""
    text, before = last_words(ctx)
    if asks_to_cancel(text):
        return
    if before and ABOUT_CANCELLING.search(before) and not KEEP_WORDS.search(text) and not assent.refuses(text):
        earlier = (one.body for one in recent(ctx, RECENT) if one.direction == "in")
        if assent.agrees(text) or any(asks_to_cancel(body) for body in earlier):
            return
    raise Problem(
        "CLAIM_NOT_ACCEPTED",
        "The customer has not asked to cancel.",
        fix="Cancel only when the customer asks for it in their own words.",
    )


def asks_to_cancel(text: str) -> bool:
    """Whether these words call a visit off, and do not merely speak of it."""
    return bool(CANCEL_WORDS.search(text)) and not KEEP_WORDS.search(text)
