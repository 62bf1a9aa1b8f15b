"""The claim guard on sentences written whole before it was run on them: the false ones stop, the true ones leave."""

from pathlib import Path

import pytest
import yaml

from agent.claim_guard import check
from tests.agent.test_claim_guard import evidence

BOOK = yaml.safe_load((Path(__file__).parent / "claims_held_back.yaml").read_text(encoding="utf-8"))["parts"]
SAID = [
    (scene, label, sentence)
    for scenes in BOOK.values()
    for scene, labels in scenes.items()
    for label, sentences in labels.items()
    for sentence in sentences
]
AFTER_AN_ACT = ("booked", "pending", "moved", "cancelled", "stored")


@pytest.fixture(scope="module")
def judged() -> list[tuple[str, str, str, bool]]:
    """Every sentence with its scene, its label and whether it may leave."""
    return [(scene, label, sentence, check(sentence, evidence(scene)).ok) for scene, label, sentence in SAID]


def test_at_least_98_of_100_false_sentences_are_stopped(judged: list[tuple[str, str, str, bool]]) -> None:
    left = [sentence for _scene, label, sentence, ok in judged if label == "no" and ok]
    assert len(left) <= 0.02 * sum(label == "no" for _scene, label, _sentence, _ok in judged), left


def test_at_most_one_of_100_true_sentences_is_stopped(judged: list[tuple[str, str, str, bool]]) -> None:
    stopped = [sentence for _scene, label, sentence, ok in judged if label == "ok" and not ok]
    assert len(stopped) <= 0.01 * sum(label == "ok" for _scene, label, _sentence, _ok in judged), stopped


def test_no_true_word_after_an_act_is_stopped(judged: list[tuple[str, str, str, bool]]) -> None:
    assert [said for scene, label, said, ok in judged if label == "ok" and scene in AFTER_AN_ACT and not ok] == []


def test_the_held_back_sentences_are_many(judged: list[tuple[str, str, str, bool]]) -> None:
    assert len(judged) >= 2300
