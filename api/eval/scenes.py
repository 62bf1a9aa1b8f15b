"""Scenarios of our own trade, written in YAML: what is given, what is said, what must be left.

`given` sets the business and its rows up; `said` are steps: a text, or a mapping with `texts` (a burst), `missed_call`,
`wait` (minutes) or `taken` (a wall time somebody else books), beside `reply` (patterns the script's answer must hold),
`never`, `none` (nothing may be said) and `answers` (how many texts come back). `left` are the visits at the end;
`brief` is who plays the customer when a model does. Scenes with `model` belong to the suite, which brings that model.
"""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy.orm import Session

from api.eval.played import Played
from api.eval.stage import ANSWERS, CALLER, Stage
from storage.context import Context
from storage.seed import PHONE, seed_demo
from storage.tables import Booking, Message, Org
from tools import booking, leads, services
from tools.booking import Visit
from tools.left_behind import LeftBehind
from tools.problems import Problem

SATURDAY = datetime(2026, 11, 21, 16, 0, tzinfo=UTC)  # 10:00 in Austin, the Saturday before Thanksgiving
NEIGHBOUR = "+15125550143"
SHORT = {"Diagnostic visit": "diagnostic", "Water heater install": "water heater"}


def read_scenes(file: Path) -> dict[str, dict[str, Any]]:
    """The scenes of one file by name. Raises INVALID_BODY for a file of another shape."""
    try:
        scenes = yaml.safe_load(file.read_text(encoding="utf-8"))
        if all(isinstance(one["said"], list) for one in scenes.values()):
            return dict(scenes)
    except (yaml.YAMLError, AttributeError, KeyError, TypeError) as error:
        raise _unreadable(file) from error
    raise _unreadable(file)


def _unreadable(file: Path) -> Problem:
    fix = "A scene is a name with 'said' (a list of texts) and 'left' (the visits at the end)."
    return Problem("INVALID_BODY", f"{file.name} holds no conversations.", fix=fix)


def furnish(session: Session, at: datetime) -> tuple[Org, str]:
    """The demo company."""
    return seed_demo(session, at), PHONE


async def play_scene(name: str, scene: dict[str, Any], stage: Stage, *, scripted: bool) -> Played:
    """Say its lines one after the other. `scripted` also checks the words, which only the script promises."""
    played = Played(name, "scene", sorted(scene.get("left", [])))
    await prepare(stage, scene.get("given", {}))
    for step in scene["said"]:
        fresh = await _step(stage, step, played)
        rows = await stage.rows()
        played.hear(fresh, rows)
        _check_words(fresh, {} if isinstance(step, str) else step, step, played, scripted=scripted)
    judge(scene, await stage.rows(), played)
    return played


def judge(scene: dict[str, Any], rows: LeftBehind, played: Played) -> None:
    """Compare what is left in the store with what the scene says."""
    whose: dict[str, Any] = {"customer": rows.customer, "lead": rows.lead, "thread": rows.thread}
    whose["visit"] = rows.bookings[-1] if rows.bookings else None
    for table, row in whose.items():
        for column, value in scene.get(table, {}).items():
            if getattr(row, column, None) != value:
                played.wrong_words.append(f"{table}.{column} is {getattr(row, column, None)!r}, not {value!r}")
    if "tasks" in scene and sorted(one.kind for one in rows.tasks) != sorted(scene["tasks"]):
        played.wrong_words.append(f"tasks: {sorted(one.kind for one in rows.tasks)}")
    played.close(rows, [visit_line(one) for one in rows.bookings])


def visit_line(row: Booking) -> str:
    """A visit as scenes write it: "diagnostic, 2026-11-23 09:00, confirmed"."""
    return f"{SHORT.get(row.service_label, row.service_label)}, {row.local_start:%Y-%m-%d %H:%M}, {row.status}"


async def prepare(stage: Stage, given: dict[str, Any]) -> None:
    """The rows a scene begins with: `booking_mode`, the caller's `visits`, what is known of the `customer`."""

    def unit(ctx: Context) -> None:
        if "booking_mode" in given:
            ctx.org.booking_mode = given["booking_mode"]
        if "customer" in given:
            leads.customer_for(ctx, CALLER, **given["customer"])
        for one in given.get("visits", ()):
            service, when = one.split(", ")
            _book(ctx, service, when, CALLER, address="12 Oak St", postal_code="78701")

    await stage.act(unit)
    await stage.after(seconds=0)


def _book(ctx: Context, service: str, wall: str, phone: str, **more: Any) -> None:
    start = datetime.fromisoformat(wall).replace(tzinfo=ctx.org.zone)
    label = next((full for full, short in SHORT.items() if short == service), service)
    booking.book(ctx, Visit(start, services.find_service(ctx, label), customer_phone=phone, **more))


async def _step(stage: Stage, step: Any, played: Played) -> list[Message]:
    if isinstance(step, str) or "texts" in step:
        texts = [step] if isinstance(step, str) else step["texts"]
        texts = [texts] if isinstance(texts, str) else texts
        played.say(*texts)
        return await stage.text(*texts)
    if step.get("missed_call"):
        return await stage.miss()
    if "taken" in step:
        await stage.act(lambda ctx: _book(ctx, "diagnostic", step["taken"], NEIGHBOUR))
        return []
    return await stage.after(minutes=step["wait"])


def _check_words(fresh: list[Message], wanted: dict[str, Any], step: Any, played: Played, *, scripted: bool) -> None:
    answers = [one.body for one in fresh if one.kind in ANSWERS]
    texted = isinstance(step, str) or "texts" in wanted or "missed_call" in wanted
    expected = 0 if wanted.get("none") or not texted else wanted.get("answers", 1)
    if len(answers) != expected:
        played.broken.append(f"I6 {len(answers)} answers to {step!r}")
    said = " ".join(answers)
    for word in wanted.get("reply", ()) if scripted else ():
        if not re.search(word, said, re.IGNORECASE):
            played.wrong_words.append(f"{word!r} is missing in {said!r}")
    for word in wanted.get("never", ()):
        if re.search(word, said, re.IGNORECASE):
            played.wrong_words.append(f"{word!r} stands in {said!r}")
