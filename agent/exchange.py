"""One exchange with the script: what is known, what was heard, and the tools under this turn's key."""

from dataclasses import replace
from datetime import date
from typing import Any

from agent import replies, wish
from agent.hearing import Heard, hear
from agent.signals import CORRECTS
from storage.context import Context
from storage.idempotency import call_key
from storage.tables import Conversation, Lead, Service
from tools import chat, latest, toolbox
from tools.recorded import recorded
from tools.rules.when import When
from tools.tool import Said

# What a new question does not wipe out.
LASTING = ("service", "sorry", "address_asked", "heard", "offered", "wish", "handed_back")


class Turn:
    """One turn of the script: what is known, what was heard, and the tools with this turn's key."""

    def __init__(self, ctx: Context, turn_key: str) -> None:
        self.ctx = ctx
        self.key = turn_key
        self.thread: Conversation = chat.thread_of(ctx)
        self.memory: dict[str, Any] = dict(self.thread.memory)
        self.text, self.before = latest.last_words(ctx)
        self.memory.pop("meant", None)
        booked: str | None = self.memory.get("booked")  # the day of a visit booked or moved just now
        corrects = booked is not None and CORRECTS.match(self.text) is not None
        said_before = replies.NEW_TIME if corrects else self.before  # "sorry, I meant 10" is about that visit's time
        self.heard: Heard = hear(self.text, ctx.local_now, context=said_before, awaiting=self.memory.get("awaiting"))
        if self.heard.issue is not None:  # as they wrote it, not as it was put into English to be understood
            raw = "\n".join(one.body for one in latest.unanswered(ctx)[0])
            self.heard = self.heard if raw == self.text else replace(self.heard, issue=raw[:200])
        days = {one.date() for one in latest.said_offers(ctx)} or (
            {date.fromisoformat(booked)} if booked and corrects else set()
        )
        only_day = days.pop() if len(days) == 1 else None
        self.wish: When = wish.carried(self.heard.when, self.text, self.memory.get("wish"), only_day, ctx.local_now)
        if self.wish.sure:
            self.memory["wish"] = wish.kept(self.wish, ctx.local_now)

    def tool(self, name: str, **arguments: Any) -> Said:
        """Call a tool as the model would, once per turn and arguments."""
        return toolbox.call(self.ctx, name, arguments, key=call_key(self.key, name, arguments), turn_id=self.key)

    def ask(self, awaiting: str | None, doing: str | None = None, **more: Any) -> None:
        """Remember what the next message answers, and what for."""
        kept = {name: self.memory[name] for name in LASTING if name in self.memory}
        self.memory = {**kept, "awaiting": awaiting, "doing": doing, **more}

    def hand_off(self, reason: str, urgency: str | None = None) -> str:
        """Bring in a person; the words for it."""
        self.ask(None)
        return self.tool("hand_off", reason=reason, urgency=urgency, note=self.issue).say

    @property
    def issue(self) -> str | None:
        """The trouble, as told now or before."""
        lead = self.ctx.session.get(Lead, self.thread.lead_id) if self.thread.lead_id else None
        return lead.issue if lead else self.heard.issue

    def forget_wish(self) -> None:
        """What they wished for is done with, or dropped."""
        self.memory.pop("wish", None)

    @property
    def said_when(self) -> bool:
        """Whether they spoke of a day or a time."""
        told = self.heard.when
        return bool(told.day or told.start or told.end or told.days or told.times or told.asap or told.not_days)

    def find_times(self, service: Service, wish: When) -> Said:
        """Open times for a wish read from the customer's own words."""
        said, _ = recorded(
            self.ctx,
            "list_open_slots",
            {"service": service.slug},
            lambda: chat.find_times(self.ctx, service, wish, self.heard.postal_code),
            lambda problem: chat.refused(self.ctx, "list_open_slots", problem),
            turn_id=self.key,
        )
        return said
