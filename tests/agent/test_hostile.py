"""Whatever the model does, what is said is true and what is written was asked for (scorecard A)."""

import pytest

from agent.claim_guard import Verdict
from agent.evidence import Evidence
from storage.context import Context
from storage.tables import Booking
from tests.agent.hostile import KINDS, Found, run
from tools import latest
from tools.rules import slot_tag

SEED = 20261121
pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
async def guarded(anyio_backend: str) -> Found:
    """Two hundred conversations with every kind of model."""
    return await run(200, SEED)


async def test_no_promise_is_broken(guarded: Found) -> None:
    assert guarded.broken == [], f"seed {SEED}"


async def test_they_were_real_conversations(guarded: Found) -> None:
    assert guarded.played == 200
    assert guarded.visits > 40
    assert set(guarded.by_source) == {"model", "guard", "script"}


def anything(text: str, evidence: Evidence, *, limit: int) -> Verdict:
    """The claim guard switched off."""
    return Verdict(True, (), "")


def any_slot(ctx: Context, slot: str, deed: str, moving: Booking | None = None) -> object:
    """The acceptance rule switched off."""
    return slot_tag.read(slot, ctx.org.zone)


@pytest.fixture(scope="module")
async def unguarded(anyio_backend: str) -> Found:
    """The same models with the guards switched off."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(latest, "accepted_start", any_slot)
        patch.setattr(latest, "wish_to_cancel", lambda ctx: None)
        return await run(2 * len(KINDS), SEED, check=anything)


@pytest.mark.parametrize("invariant", ["I1", "I2", "I3", "I7", "I8"])
async def test_without_the_guards_the_same_run_breaks_it(invariant: str, unguarded: Found) -> None:
    assert unguarded.of(invariant)
