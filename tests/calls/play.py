"""Plays a whole conversation from a YAML file against the real store, worker and sandbox.

A call is a mapping: `given` (rows to begin with), `said` (steps), `left` (the visits there are at the end). A step is
what the customer texts, or a mapping with one of `texts` (a burst), `missed_call`, `wait` (minutes), `taken` (a wall
time that somebody else books); beside it `reply` lists words the answer must hold and `never` words it must not, both
without regard to case; `none: true` means that nothing may be said. `model` lists what a scripted model does, in order.
"""

from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml

import api.turns
from agent.replying import Model, Reply, Request
from api.deps import House
from api.hands import hands
from api.worker import Worker
from storage.context import SYSTEM, Context
from storage.tables import Booking, Job, Message, Org
from tests.fakes import SARAH, Shop
from tests.people import MARCUS, diagnostic, visit, wall, water_heater
from tools.leads import customer_for

SERVICES = {"diagnostic": diagnostic, "water heater": water_heater}


def calls() -> dict[str, dict[str, Any]]:
    """Every call beside this file, by name."""
    found: dict[str, dict[str, Any]] = {}
    for file in sorted(Path(__file__).parent.glob("*.yaml")):
        for name, call in yaml.safe_load(file.read_text(encoding="utf-8")).items():
            assert name not in found, f"two calls are named {name}"
            found[name] = call
    return found


class ScriptedModel:
    """A model that does what it was told, in order; the script must be used up."""

    name = "scripted"
    api = "chat"

    def __init__(self, steps: list[Any]) -> None:
        self.steps = list(steps)
        self.asked: list[list[dict[str, Any]]] = []

    async def reply(self, history: list[dict[str, Any]], tools: list[dict[str, Any]]) -> Reply:
        self.asked.append(list(history))
        step = self.steps.pop(0)
        if isinstance(step, BaseException):
            raise step
        if isinstance(step, str):
            return Reply(step, (), {"role": "assistant", "content": step})
        asked = step if isinstance(step, list) else [step]
        requests = tuple(
            Request(f"call_{len(self.asked)}_{number}", name, arguments)
            for number, one in enumerate(asked)
            for name, arguments in one.items()
        )
        return Reply("", requests, {"role": "assistant", "content": "", "tool_calls": [r.name for r in requests]})


class Stage:
    """One call under way: Sarah on her phone, and what the shop answers. `turn` goes to api.turns.turn."""

    def __init__(self, shop: Shop, model: Model | None = None, **turn: Any) -> None:
        async def answers(house: House, job: Job) -> None:
            await api.turns.turn(house, job, model, **turn)

        self.shop = shop
        self.worker = Worker(shop.house, {**hands(model), "turn": answers})
        self.sent = 0
        self.seen: set[str] = set()

    async def say(self, *texts: str, sender: str = SARAH) -> list[Message]:
        """Text these in one go; what came back once the worker is done."""
        for text in texts:
            self.sent += 1
            answer = await self.shop.text(text, f"SM{self.sent}", sender=sender)
            assert answer.status_code == 200
            self.shop.clock.advance(timedelta(seconds=1))
        return await self.after(seconds=5)

    async def after(self, **by: float) -> list[Message]:
        """Let time pass, and give back the new texts to Sarah."""
        self.shop.clock.advance(timedelta(**by))
        await self.worker.drain()
        told = await self.shop.rows(Message, direction="out", to_phone=SARAH)
        fresh = [one for one in told if one.id not in self.seen and one.state != "skipped"]
        self.seen |= {one.id for one in fresh}
        return fresh

    async def prepare(self, given: dict[str, Any]) -> None:
        """The rows this call begins with."""
        if "booking_mode" in given:
            await self.shop.change(Org, booking_mode=given["booking_mode"])
        if "customer" in given:
            await self.shop.act(lambda ctx: customer_for(ctx, SARAH, **given["customer"]))
        for one in given.get("visits", ()):
            name, when = one.split(", ")
            service = SERVICES[name]

            def unit(ctx: Context, service: Any = service, when: str = when) -> None:
                visit(ctx, when, SARAH, service, address="12 Oak St", postal_code="78701")

            await self.shop.act(unit)
        await self.after(seconds=0)

    async def step(self, step: Any) -> tuple[list[Message], dict[str, Any]]:
        """Do one step; the new texts, and what is expected of them."""
        wanted: dict[str, Any] = {} if isinstance(step, str) else step
        if isinstance(step, str):
            return await self.say(step), wanted
        if "texts" in wanted:
            return await self.say(*[wanted["texts"]] if isinstance(wanted["texts"], str) else wanted["texts"]), wanted
        if wanted.get("missed_call"):
            await self.shop.miss(f"CA{self.sent}")
            return await self.after(seconds=10), wanted
        if "taken" in wanted:
            await self.shop.act(lambda ctx: visit(ctx, wanted["taken"], MARCUS), actor=SYSTEM)
            return [], wanted
        return await self.after(minutes=wanted["wait"]), wanted

    async def visits(self) -> list[str]:
        """Sarah's visits as the calls write them: "diagnostic, 2026-11-23 09:00, confirmed"."""
        rows = await self.shop.rows(Booking, customer_phone=SARAH)
        short = {"Diagnostic visit": "diagnostic", "Water heater install": "water heater"}
        return sorted(f"{short[one.service_label]}, {wall(one.start_at)}, {one.status}" for one in rows)
