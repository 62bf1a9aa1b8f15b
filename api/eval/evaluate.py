"""`ringback eval`: play conversation files, each conversation in a store of its own, and score what is left."""

import asyncio
import json
import os
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import typer

from agent.replying import Model, ModelDown
from api.eval import recorded, replay, scenes
from api.eval.caller import play_live
from api.eval.played import Played
from api.eval.report import scored, table
from api.eval.stage import stage, template
from api.settings import Settings, SettingsError
from api.starting import configured_model

MEMORY = "/dev/shm" if os.path.isdir("/dev/shm") else None  # nothing here has to outlive the run


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to play and how: `runs` of each, `live` with a model as the customer, `typos` a seed for mistyped words."""

    files: tuple[Path, ...]
    runs: int = 1
    live: bool = False
    typos: str | None = None


async def play(wanted: Wanted, model: Model | None) -> list[Played]:
    """Every conversation of the files, `runs` times. Raises INVALID_BODY for a file of another shape."""
    plays: list[Played] = []
    with TemporaryDirectory(prefix="ringback-eval-", dir=MEMORY) as folder:
        empty = await asyncio.to_thread(template, Path(folder))
        for file in wanted.files:
            for run in range(wanted.runs):
                if file.suffix == ".jsonl":
                    plays += await _dialogs(file, wanted, run, empty, model)
                else:
                    plays += await _scenes(file, wanted, empty, model)
    return plays


async def _dialogs(file: Path, wanted: Wanted, run: int, empty: Path, model: Model | None) -> list[Played]:
    seed = f"{wanted.typos}-{run}" if wanted.typos is not None else None
    plays = []
    for row in recorded.read_dialogs(file):
        async with stage(empty, row.at, replay.furnish(row), model) as set_up:
            plays.append(await replay.play_dialog(row, set_up, seed))
    return plays


async def _scenes(file: Path, wanted: Wanted, empty: Path, model: Model | None) -> list[Played]:
    plays = []
    for name, scene in scenes.read_scenes(file).items():
        if "model" in scene:
            continue
        async with stage(empty, scenes.SATURDAY, scenes.furnish, model) as set_up:
            if wanted.live and model is not None:
                try:
                    plays.append(await play_live(name, scene, set_up, model))
                except ModelDown as down:
                    raise SettingsError(f"the model that plays the customer gave nothing ({down.reason})") from down
            else:
                plays.append(await scenes.play_scene(name, scene, set_up, scripted=model is None))
    return plays


def evaluate(settings: Settings, wanted: Wanted, out: Path | None) -> bool:
    """Play, print the table, write the JSON file. Whether every bar was reached. Raises SettingsError without a key
    where one is needed."""
    if wanted.live and not settings.has_model:
        raise SettingsError("eval --live needs a model: set OPENAI_API_KEY or OPENAI_BASE_URL")

    async def run() -> list[Played]:
        model = configured_model(settings)
        try:
            return await play(wanted, model)
        finally:
            if model is not None:
                await model.close()

    plays = asyncio.run(run())
    rows = scored(plays, wanted.runs)
    told: dict[str, Any] = {
        "answered_by": settings.model if settings.has_model else "script",
        "files": [one.name for one in wanted.files],
        "runs": wanted.runs,
        "live": wanted.live,
        "typos": wanted.typos,
        "rows": [one.told() for one in rows],
        "conversations": [one.told() for one in plays],
    }
    typer.echo(f"{len(plays)} conversations, answered by {told['answered_by']}:")
    typer.echo(table(rows))
    for one in (one for one in plays if one.outcome != "pass"):
        typer.echo(f"  {one.outcome:<10} {one.name}: {'; '.join(one.why)[:200]}")
    if out is not None:
        out.write_text(json.dumps(told, indent=1, ensure_ascii=False, default=str), encoding="utf-8")
        typer.echo(f"Written to {out}.")
    return all(one.reached is not False for one in rows)
