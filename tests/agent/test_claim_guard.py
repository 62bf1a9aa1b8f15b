"""The claim guard lets true sentences leave and stops false ones; the sentences stand in claims.yaml."""

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.claim_guard import ADVICE, Deed, Evidence, Visit, check

CHICAGO = ZoneInfo("America/Chicago")
BOOK = yaml.safe_load((Path(__file__).parent / "claims.yaml").read_text(encoding="utf-8"))


def local(written: str | datetime) -> datetime:
    """ "2026-11-23 09:00" as an aware Chicago time."""
    return (datetime.fromisoformat(written) if isinstance(written, str) else written).replace(tzinfo=CHICAGO)


def visit(start: str, minutes: int, status: str, service: str, technician: str) -> Visit:
    """A visit as the scenarios write it."""
    return Visit(local(start), local(start) + timedelta(minutes=minutes), status, service, technician)


def evidence(name: str) -> Evidence:
    """A scenario of claims.yaml by its name."""
    scene = BOOK["scenarios"][name]
    return Evidence(
        now=local(scene.get("now", "2026-11-21 10:00")),
        deeds=tuple(Deed(kind, visit(*facts) if facts else None) for kind, *facts in scene.get("deeds", [])),
        visits=tuple(visit(*facts) for facts in scene.get("visits", [])),
        offered=tuple(local(start) for start in scene.get("offered", [])),
        tool_text=tuple(scene.get("tool_text", [])),
        profile=BOOK["profile"],
        customer=tuple(scene["customer"]),
        staff_names=tuple(BOOK["staff"]),
    )


CASES = [
    pytest.param(scene, label, said, id=f"{part}-{scene}-{label}-{number}")
    for part, scenes in BOOK["parts"].items()
    for scene, labels in scenes.items()
    for label, sentences in labels.items()
    for number, said in enumerate(sentences, start=1)
]


@pytest.mark.parametrize(("scene", "label", "said"), CASES)
def test_a_sentence_gets_its_label(scene: str, label: str, said: str) -> None:
    verdict = check(said, evidence(scene))
    assert verdict.ok if label == "ok" else label in verdict.reasons, verdict
