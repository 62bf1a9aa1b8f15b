"""A long thread within a budget: the last messages word for word, and of the older ones every fact and promise.

What is left out of the prompt is talk; what was told stands in lines that name the day it was told."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from agent import details
from agent.names import name_in
from storage.context import Context
from storage.tables import Message
from tools import latest, summary
from tools.rules import masking, speech

BUDGET = 12_000  # characters of messages in a prompt, about 3,000 tokens
WORD_FOR_WORD = 40  # messages of them at most
REACH = 1_000  # messages of a thread that are read for facts
PROMISES = 5
TELLING = re.compile(r"\d|@|\bname\b|\bthis is\b|\bi'?m\b|\bllamo\b|\bsoy\b", re.I)


@dataclass(frozen=True, slots=True)
class History:
    """A thread as a prompt holds it: `spoken` word for word, oldest first; `told` the facts of what stood before it."""

    spoken: tuple[Message, ...]
    told: tuple[str, ...]


def history(ctx: Context) -> History:
    """This conversation within the budget; `told` is empty while all of it fits."""
    rows = latest.recent(ctx, WORD_FOR_WORD + 1)
    spoken = within(rows[-WORD_FOR_WORD:])
    if len(spoken) == len(rows):
        return History(tuple(rows), ())
    older = latest.recent(ctx, REACH)[: -len(spoken)]
    return History(tuple(spoken), (*facts_told(ctx, older), *promised(ctx, older)))


def within(rows: Sequence[Message]) -> list[Message]:
    """The newest of these messages that fit the budget together, at least one."""
    left, kept = BUDGET, 0
    for row in reversed(rows):
        left -= len(row.body)
        if left < 0 and kept:
            break
        kept += 1
    return list(rows[-kept:])


def facts_told(ctx: Context, older: Sequence[Message]) -> list[str]:
    """Name, address, postal code, mail and trouble as the customer gave them, each as it was told last."""
    found: dict[str, str] = {}
    asked = ""
    for row in older:
        if row.direction == "out":
            asked = row.body.lower()
            continue
        if not TELLING.search(row.body) and "name" not in asked:
            continue
        day = speech.day(row.created_at.astimezone(ctx.org.zone).date())
        for label, value in (
            ("name", name_in(row.body, wanted="your name" in asked)),
            ("address", details.address_in(row.body, wanted="address" in asked)),
            ("postal code", details.postal_code_in(row.body)),
            ("e-mail", details.email_in(row.body)),
        ):
            if value:
                found[label] = f"their {label}: {value} (written on {day})"
    issue = summary.issue_of(ctx, latest.thread_of(ctx), older)
    return [*found.values(), *([f"the trouble: {issue}"] if issue else [])]


def promised(ctx: Context, older: Sequence[Message]) -> list[str]:
    """What we said somebody would do, newest last."""
    said = [row for row in older if row.direction == "out" and summary.PROMISE.search(row.body)]
    return [
        f"we wrote on {speech.day(row.created_at.astimezone(ctx.org.zone).date())}: {masking.masked(row.body)[:200]}"
        for row in said[-PROMISES:]
    ]
