"""The claim guard lets true sentences leave and stops false ones; the sentences stand in claims.yaml."""

from dataclasses import replace
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
        record=BOOK["record"],
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


def test_the_labelled_sentences_are_many_and_balanced() -> None:
    labels = [case.values[1] for case in CASES]
    assert len(labels) >= 320
    assert 0.4 <= labels.count("ok") / len(labels) <= 0.6


@given(
    text=st.text(alphabet=st.characters(exclude_categories=()), max_size=700),
    scene=st.sampled_from(["nothing", "booked"]),
)
@settings(max_examples=150, deadline=None)
def test_no_text_at_all_breaks_the_check(text: str, scene: str) -> None:
    verdict = check(text, evidence(scene))
    assert verdict.ok == (not verdict.reasons)


@given(
    words=st.lists(
        st.sampled_from("Monday 9 at nine thirty the 31st of February $ 99/99 24:61 y media a las , . ? not".split()),
        max_size=90,
    )
)
@settings(max_examples=150, deadline=None)
def test_no_heap_of_dates_and_times_breaks_the_check(words: list[str]) -> None:
    assert set(check(" ".join(words), evidence("offered")).reasons) <= set(ADVICE)


@pytest.mark.parametrize(
    "piece", ["\ud800", "\x00", "booked ", "Monday at nine ", "{", "one hundred ", "9 or ", "\u202e"], ids=ascii
)
def test_a_reply_of_200_kb_is_too_long_and_nothing_worse(piece: str) -> None:
    assert "too_long" in check(piece * (200_000 // len(piece)), evidence("stored")).reasons


def test_hostile_evidence_breaks_nothing() -> None:
    hostile = replace(
        evidence("nothing"),
        customer=("9 \ud800" * 60_000,),
        profile="{[" * 50_000,
        tool_text=("Monday at " * 20_000,),
        staff_names=("(.*", "", "\ud800 Ruiz", "  "),
    )
    assert not check("You're booked for Monday at 9 with Dana.", hostile).ok


def test_a_claim_behind_many_denials_is_found() -> None:
    assert "claims_booking_without_act" in check("Not booked, " * 20 + "you are booked.", evidence("nothing")).reasons


@pytest.mark.parametrize(("limit", "ok"), [(27, True), (26, False)])
def test_the_limit_counts_characters(limit: int, ok: bool) -> None:
    assert check("Which day is best for you ?", evidence("nothing"), limit=limit).ok is ok


@pytest.mark.parametrize("blank", ["", " \n\t"], ids=["nothing", "white-space"])
def test_an_empty_reply_never_leaves(blank: str) -> None:
    assert check(blank, evidence("nothing")).reasons == ("empty",)


def test_the_advice_repeats_none_of_the_customers_words() -> None:
    asked = replace(evidence("nothing"), customer=("my secret is Rosebud",))
    assert "Rosebud" not in check("You're booked, Rosebud, for Monday at 9.", asked).explain


def test_letters_of_an_unread_script_cannot_hide_a_claim() -> None:
    assert "unreadable" in check("You're b\u043e\u043eked for 9", evidence("nothing")).reasons


def test_a_bare_weekday_is_not_the_one_a_week_later() -> None:
    later = visit("2026-11-30 09:00", 90, "confirmed", "Diagnostic visit", "Dana Ruiz")
    held = replace(evidence("nothing"), visits=(later,))
    assert not check("See you Monday at 9.", held).ok
    assert check("See you Monday, November 30 at 9.", held).ok


def test_a_visit_that_is_over_backs_no_claim_about_the_future() -> None:
    over = visit("2026-11-19 09:00", 90, "completed", "Diagnostic visit", "Dana Ruiz")
    assert not check("You're all set, see you Thursday at 9.", replace(evidence("nothing"), visits=(over,))).ok
