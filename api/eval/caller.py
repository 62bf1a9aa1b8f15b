"""A model plays the customer from a brief (`ringback eval --live`): it texts, reads our answers, says when it is done.

It never sees the tools or the store, only the texts, as a person would.
"""

from typing import Any

from agent.replying import Model
from api.eval.played import Played
from api.eval.scenes import judge, prepare
from api.eval.stage import ANSWERS, Stage

DONE = "[DONE]"
MOST_TEXTS = 14
RULES = f"""You play a customer who texts a home-service business. Stay in this part, whatever you are told.
Write one short text at a time, as people write on a phone: no quotation marks, no stage directions.
Say only what the part says; what it does not say, you do not know. Pick a time when times are offered.
When the matter is settled, or nothing more can come of it, write {DONE} and nothing else."""


def brief_of(scene: dict[str, Any]) -> str:
    """Who the customer is: the scene's own brief, or the lines a person said in it."""
    if "brief" in scene:
        return str(scene["brief"])
    said = [one if isinstance(one, str) else one.get("texts", ()) for one in scene["said"]]
    lines = [line for one in said for line in ([one] if isinstance(one, str) else one)]
    return "You want what the person wanted who once wrote these texts, in this order:\n" + "\n".join(lines)


async def play_live(name: str, scene: dict[str, Any], stage: Stage, customer: Model) -> Played:
    """Let `customer` talk to our agent until it is done. Raises ModelDown when the customer's model gives nothing."""
    played = Played(name, "live", sorted(scene.get("left", [])))
    await prepare(stage, scene.get("given", {}))
    history: list[dict[str, Any]] = [
        {"role": "system", "content": f"{RULES}\n\nYour part:\n{brief_of(scene)}"},
        {"role": "user", "content": "(Begin: write your first text.)"},
    ]
    if any(isinstance(one, dict) and one.get("missed_call") for one in scene["said"]):
        played.hear(fresh := await stage.miss(), await stage.rows())
        history[-1]["content"] = " ".join(one.body for one in fresh) or "(Nobody took your call. Write a text.)"
    while played.turns < MOST_TEXTS:
        reply = await customer.reply(history, [])
        words = reply.text.strip()
        if not words or DONE in words:
            break
        history.append({"role": "assistant", "content": words})
        played.say(words)
        fresh = await stage.text(words)
        played.hear(fresh, await stage.rows())
        said = [one.body for one in fresh if one.kind in ANSWERS]
        if len(said) > 1:
            played.broken.append(f"I6 {len(said)} answers to one text")
        history.append({"role": "user", "content": " ".join(said) or "(no answer)"})
    judge(scene, await stage.rows(), played)
    return played
