import json
from pathlib import Path

import pytest

from tools.rules.consent import Consent, read

INTENTS = Path(__file__).parents[2] / ".." / "shared" / "data" / "conversations" / "intents.jsonl"

OPT_OUTS = [
    "stop texting me",
    "please take me off your list",
    "don't text me again",
    "Don\u2019t text me again",
    "unsubscribe me",
    "quit messaging this number",
    "no more texts",
    "lose my number",
    "please stop",
    "stop please",
    "Stop now",
    "STOP STOP STOP",
    "take me off this list",
    "don't text this number",
    "do not contact me",
    "Do not contact me again.",
    "Please do not text me anymore",
    "remove me",
    "remove me from your list",
    "Remove my number from your system",
    "delete my number",
    "stop sending me messages",
    "Stop sending me texts please",
    "I don't want any more texts",
    "I do not wish to receive messages from you",
    "I no longer want to receive texts",
    "I want to opt out",
    "opt me out please",
    "how do I unsubscribe",
    "please unsubscribe",
    "I'd like to unsubscribe",
    "leave me alone",
    "Leave me alone!!!",
    "wrong number, stop texting me",
    "Wrong number. Stop.",
    "Not interested. STOP",
    "stop contacting me",
    "stop spamming me",
    "no more messages please",
    "never text me again",
    "never contact me again",
    "don't message me anymore",
    "stop calling and texting me",
    "stop calling me",
    "don't ever call or text me again",
    "please don't text me",
    "I asked you to stop texting",
    "can you please stop texting me?",
    "how do I stop these texts",
    "how do i stop getting these messages",
    "I'd prefer you don't text me",
    "stop the texts",
    "stop text",
    "put me on your do not call list",
    "I revoke my consent",
    "unsuscribe",
    "cancel these messages",
    "turn off notifications",
    "go away",
    "stop it",
    "quit it",
    "no me manden más mensajes",
    "dejen de enviarme mensajes",
    "ya no me escriban",
    "quítenme de la lista",
    "no quiero recibir mensajes",
    "alto por favor",
    "I found someone else, please take me off your list",
    "don't text",
    "Please make these texts stop",
    "stop messaging",
    "take my number off your list",
    "get me off this list",
    "I don't want to be texted",
    "stop bothering me",
    "Stop harassing me",
    "cease and desist",
    "please lose my number",
    "Quit texting me!",
    "Please remove me from this text thread",
    "do not text",
    "stop with the texts",
    "Already hired someone, stop texting",
    "ok stop",
    "just stop",
    "don't contact me anymore",
    "I did not sign up for this, stop",
    "can you stop texting me",
    "don't bother me",
]

NO_OPT_OUTS = [
    "please cancel my appointment",
    "can you stop by tomorrow",
    "stop the leak",
    "don't stop",
    "end of the day works",
    "cancel Tuesday",
    "cancel please",
    "please cancel",
    "cancel it",
    "Can you stop the water from leaking?",
    "the AC won't stop running",
    "It stopped working",
    "stop by anytime",
    "at the end of the month",
    "we quit using that room",
    "I need help",
    "don't text me before 9",
    "don't text me at work",
    "please don't call, just text",
    "don't call me, text me",
    "why don't you text me the price",
    "you don't text back very fast",
    "if you don't text me by 5 I'll call",
    "don't stop texting me updates",
    "take me off the schedule for Tuesday",
    "take me off the waiting list",
    "remove me from Tuesday's schedule",
    "no more heat in the house",
    "no more hot water",
    "I want to cancel my visit and book another",
    "the toilet won't stop running",
    "stop in whenever",
    "dead end street, stop at the gate",
    "can you text me",
    "text me when you are on the way",
    "Can you remove my old water heater?",
    "take off the old panel",
    "I don't want a reminder call",
    "I have no more questions",
    "leave it alone until Dana comes",
    "the smell won't go away",
    "I lost my number for the office",
    "unsubscribed? no",
    "We should stop now, adios.",
    "opt for the cheaper one",
    "can I opt out of the maintenance plan",
    "my furnace quit",
    "my furnace quit. Please help",
    "quit working last night",
    "The heater has quit, again",
    "It keeps starting and stopping",
    "don't text my husband, text me",
    "cancel my visit please",
    "parada",
    "para mañana",
    "no message needed",
    "I didn't get any messages",
    "where do I end up paying",
    "this needs to end",
    "yes",
    "start",
    "Yes please",
    "is it ok if you don't text me until noon",
    "I don't have text messages from you",
    "bus stop is at the corner",
    "Just stop and let me talk to a real person",
    "Stop. I want to talk to a human",
    "please stop by",
    "stop at 12 Oak St",
    "Stop on by",
    "no, that's all",
    "it's the stop valve",
    "shut off valve won't stop",
    "you can stop looking",
    "The drain is blocked and I need you to remove it",
    "never mind",
    "never mind, cancel it",
    "don't bother",
    "no don't bother with that booking",
    "forget it",
    "I'd like to end my contract",
    "call me",
    "I don't need a text, a call is fine",
    "the toilet stopped up",
    "Stopped up toilet",
    "stop up",
    "It stopped.",
    "don't email me, text me",
    "it stopped, thank you",
]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("STOP", "STOP"),
        ("stop!!", "STOP"),
        ('"Stop."', "STOP"),
        ("STOP 🛑", "STOP"),
        ("STOPALL", "STOPALL"),
        ("stop all", "STOP ALL"),
        ("Unsubscribe", "UNSUBSCRIBE"),
        ("CANCEL", "CANCEL"),
        ("cancel.", "CANCEL"),
        ("END", "END"),
        ("Quit", "QUIT"),
        ("revoke", "REVOKE"),
        ("OPTOUT", "OPTOUT"),
        ("opt out", "OPT OUT"),
        ("Opt-Out!", "OPT OUT"),
        ("Alto", "ALTO"),
        ("PARAR", "PARAR"),
    ],
)
def test_a_keyword_alone_opts_out_in_any_case(text: str, word: str) -> None:
    assert read(text, opted_out=False) == Consent("stop", True, word)


@pytest.mark.parametrize("text", OPT_OUTS)
def test_plain_words_opt_out_too(text: str) -> None:
    assert read(text, opted_out=False) == Consent("stop", False, None)


@pytest.mark.parametrize("text", NO_OPT_OUTS)
def test_words_about_a_visit_or_a_house_are_no_opt_out(text: str) -> None:
    assert read(text, opted_out=False).kind != "stop"


@pytest.mark.parametrize("text", ["START", "Start", "unstop!"])
@pytest.mark.parametrize("opted_out", [True, False])
def test_start_always_opts_in(text: str, opted_out: bool) -> None:
    assert read(text, opted_out=opted_out).kind == "start"


def test_yes_opts_in_only_somebody_who_had_opted_out() -> None:
    assert read("Yes!", opted_out=True) == Consent("start", True, "YES")
    assert read("Yes!", opted_out=False) == Consent(None, False, None)


@pytest.mark.parametrize(("text", "word"), [("HELP", "HELP"), ("info?", "INFO")])
def test_help_is_a_question_about_us(text: str, word: str) -> None:
    assert read(text, opted_out=False) == Consent("help", True, word)


@pytest.mark.parametrize("text", ["", "🙂", "...", "can you help me with my furnace", "start with the kitchen"])
def test_anything_else_says_nothing_about_consent(text: str) -> None:
    assert read(text, opted_out=True) == Consent(None, False, None)


@pytest.fixture(scope="module")
def recorded() -> list[dict[str, str]]:
    if not INTENTS.exists():
        pytest.skip("the recorded conversations are not beside this repository")
    return [json.loads(line) for line in INTENTS.read_text("utf-8").splitlines()]


def test_every_recorded_opt_out_is_heard(recorded: list[dict[str, str]]) -> None:
    asked = [row["text"] for row in recorded if row["intent"] == "stop"]
    assert asked
    assert [text for text in asked if read(text, opted_out=False).kind != "stop"] == []


def test_no_other_recorded_message_is_taken_for_one(recorded: list[dict[str, str]]) -> None:
    others = [row["text"] for row in recorded if row["intent"] != "stop"]
    assert [text for text in others if read(text, opted_out=False).kind == "stop"] == []
