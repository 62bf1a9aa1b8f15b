"""What ran out is swept away: answers to keys, offers that were read out, codes, starts that were kept, old requests.

None of it counts any more where it is read; it would only pile up.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, tuple_, update
from sqlalchemy.orm import Session

from storage.once import affected
from storage.tables import ConfirmCode, Hold, IdempotentAnswer, Offer, SlotCell, ToolCall
from storage.tables.calls import BODIES_KEPT

AT_ONCE = 500  # rows of one table in one unit, so that nobody waits long for the writer
HOLDS_STAY = timedelta(days=1)  # a dead hold still tells how often it was renewed


def sweep(session: Session, now: datetime) -> bool:
    """Delete what ran out before `now` (aware), of every business; True when there may be more."""
    stays: tuple[tuple[Any, tuple[Any, ...], timedelta], ...] = (
        (IdempotentAnswer, (IdempotentAnswer.scope, IdempotentAnswer.key), timedelta(0)),
        (Offer, (Offer.org_id, Offer.scope, Offer.kind), timedelta(0)),
        (ConfirmCode, (ConfirmCode.org_id, ConfirmCode.phone), timedelta(0)),
        (SlotCell, (SlotCell.technician_id, SlotCell.cell), timedelta(0)),
        (Hold, (Hold.id,), HOLDS_STAY),
    )
    gone = [
        affected(
            session.execute(
                delete(table).where(tuple_(*key).in_(select(*key).where(table.expires_at <= now - stay).limit(AT_ONCE)))
            )
        )
        for table, key, stay in stays
    ]
    old = select(ToolCall.id).where(ToolCall.created_at <= now - BODIES_KEPT, ToolCall.body.is_not(None))
    gone.append(
        affected(session.execute(update(ToolCall).where(ToolCall.id.in_(old.limit(AT_ONCE))).values(body=None)))
    )
    return max(gone) == AT_ONCE
