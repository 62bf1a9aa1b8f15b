"""The main job, played over HTTP against a real server and printed as a conversation: a missed call, the text-back, a
booking by text, a phone call that books, moves and cancels, and what the office sees.

What the business says is what the server answered; only the customers' and the voice agent's lines are written here.
"""

import re
import sys
import textwrap
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import typer

from api.rehearsal import Missing, Rehearsal, rehearsal

SARAH, MARCUS = "+15125550142", "+15125550143"
CALL = {"call_id": "call_demo", "call_type": "phone_call", "direction": "inbound", "from_number": MARCUS}
WIDTH = 98
SAID_AT = 23
TAGGED = re.compile(r'(\d{1,2}:\d\d [AP]M) \[slot:"([^"]+)"\]')


def play(*, keep: bool) -> int:
    """Play it; 0 when every row it should leave is there, else 1 with a line that says what is missing.

    With `keep` the server goes on until Ctrl-C.
    """
    typer.echo("Starting a server of its own, over an empty database ...")
    try:
        with rehearsal() as server:
            stage = Stage(server)
            stage.title("Ringback, a demonstration", f"{server.company['name']}, {stage.day()}. Nothing leaves here.")
            with scene(stage, "A call nobody could take, and the text-back"):
                missed_call(stage)
            with scene(stage, "Sarah texts, and books"):
                text_conversation(stage)
            with scene(stage, "Marcus rings, and a voice agent has Ringback's tools"):
                voice_call(stage)
            with scene(stage, "What the office sees"):
                staff_summary(stage)
            with scene(stage, "What the rows say"):
                check_rows(stage)
            look_at(stage, keep=keep)
            if keep:
                wait_for_ctrl_c()
            return 0
    except Missing as missing:
        typer.echo(f"ringback demo: {missing}", err=True)
        return 1


class Stage:
    """The server, and the page the conversation is printed on."""

    def __init__(self, server: Rehearsal) -> None:
        self.server = server
        self._zone = ZoneInfo(server.company["timezone"])
        self._styled = sys.stdout.isatty()
        self.shown: set[str] = set()

    def title(self, name: str, line: str) -> None:
        """The head of the page."""
        typer.echo(f"\n{self.bold(name)}\n{line}")

    def heading(self, words: str) -> None:
        """The head of a scene."""
        typer.echo(f"\n{self.bold(words)}\n{'-' * len(words)}")

    def says(self, who: str, words: str, *, at: datetime | None = None) -> None:
        """One speech, with the time on the wall in Austin, wrapped under the speaker."""
        when = f"{(at or self.server.now()).astimezone(self._zone):%I:%M %p}".lstrip("0")
        first, *rest = [
            part
            for line in words.splitlines()
            for part in textwrap.wrap(line, WIDTH - SAID_AT, break_long_words=False, break_on_hyphens=False)
        ]
        typer.echo(f"{when:>8}  {self.bold(f'{who:<11}')}  {first}")
        for line in rest:
            typer.echo(" " * min(SAID_AT, WIDTH - len(line)) + line)  # a long link moves to the left

    def aside(self, words: str) -> None:
        """What happens, rather than what is said."""
        typer.echo(textwrap.fill(f"({words})", WIDTH, initial_indent=" " * SAID_AT, subsequent_indent=" " * SAID_AT))

    def day(self) -> str:
        """The sandbox's date in words."""
        now = self.server.now().astimezone(self._zone)
        return f"{now:%A, %B} {now.day}, {now.year}"

    def new_texts(self, phone: str, kind: str) -> list[dict[str, Any]]:
        """Wait for a text of `kind` to `phone` that was not shown yet, and show it with all that came with it."""

        def look() -> list[dict[str, Any]] | None:
            fresh = [one for one in self.server.texts_to(phone) if one["id"] not in self.shown]
            return fresh if any(one["kind"] == kind for one in fresh) else None

        fresh = self.server.wait_for(f"the {kind} text", look)
        for one in fresh:
            self.shown.add(one["id"])
            self.says("Bluebird", one["body"], at=datetime.fromisoformat(one["sent_at"]))
        return fresh

    def bold(self, words: str) -> str:
        """Heavier type where the terminal has it."""
        return typer.style(words, bold=True) if self._styled else words


@contextmanager
def scene(stage: Stage, words: str) -> Iterator[None]:
    """One part of the demo; a minute goes by after it."""
    stage.heading(words)
    yield
    stage.server.pass_time(60)


def missed_call(stage: Stage) -> None:
    """Sarah rings, the shop's phone rings on, and a text goes out; the same news twice changes nothing."""
    ringing = {"CallSid": "CA" + "1" * 32, "CallStatus": "ringing"}
    stage.says("Sarah", "(rings the shop)")
    twiml = stage.server.twilio("/voice/inbound", SARAH, **ringing)
    if "<Dial" not in twiml:
        raise Missing("the shop's phone was not rung")
    stage.server.pass_time(25)
    stage.aside("Dana and Luis are out on jobs; the phone rings for 25 seconds.")
    for _copy in range(2):
        stage.server.twilio("/voice/dial-complete", SARAH, **ringing, DialCallStatus="no-answer")
    stage.new_texts(SARAH, "text_back")
    stage.aside("The carrier reported that call twice. Sarah gets one text.")


def text_conversation(stage: Stage) -> None:
    """Need, times, yes, done."""
    for words, kind in (
        ("AC died, 12 Oak St 78701", "reply"),
        ("Monday at 9 works", "confirmation"),
        ("Great, thank you! This is Sarah Jones.", "reply"),
    ):
        stage.says("Sarah", words)
        stage.server.text(SARAH, words)
        stage.server.pass_time(6)  # the assistant waits a few seconds for a second text before it answers
        stage.new_texts(SARAH, kind)
        stage.server.pass_time(50)


def voice_call(stage: Stage) -> None:
    """The voice platform's own model does the talking; times, bookings and refusals come from here."""
    server = stage.server
    stage.aside("The platform's own model talks and listens. What it knows and does comes from Ringback's tools.")
    stage.says("Marcus", "Hi, my water heater is leaking and I want a new one. Tuesday afternoon?")
    listed = server.voice(
        "any/slots", CALL, service="water heater install", preferred_day="tuesday", preferred_time="afternoon"
    )
    day, times = offered(listed)
    stage.says("Voice agent", f"We can come {day} at {either([clock for clock, _slot in times[:2]])}. Which is better?")
    stage.says("Marcus", f"{times[0][0]}, please. It's Marcus Webb, 9 Pecan Ct, 78704.")
    booked = server.voice(
        "any/book",
        CALL,
        service="water heater install",
        slot=times[0][1],
        name="Marcus Webb",
        address="9 Pecan Ct, Austin",
        postal_code="78704",
    )
    told(stage, "Booked!", booked)
    on_his_phone(stage, "confirmation")
    server.pass_time(40)
    stage.says("Marcus", "Oh wait, my son has a game. Could you come Wednesday morning instead?")
    listed = server.voice(
        "any/slots", CALL, service="water heater install", preferred_day="wednesday", preferred_time="morning"
    )
    day, times = offered(listed)
    stage.says("Voice agent", f"{day} at {times[0][0]} is open. Shall I move it there?")
    stage.says("Marcus", "Yes, do that.")
    told(stage, "Rescheduled!", server.voice("reschedule-booking", CALL, new_slot=times[0][1]))
    on_his_phone(stage, "moved")
    server.pass_time(40)
    stage.says("Marcus", "Hm. My brother-in-law says he can do it for a case of beer. Cancel it, sorry.")
    told(stage, "Cancelled!", server.voice("cancel-booking", CALL, reason="a relative will do it"))


def on_his_phone(stage: Stage, kind: str) -> None:
    """The text that came of what was just said on the phone."""
    stage.aside("Marcus's phone buzzes.")
    stage.new_texts(MARCUS, kind)


def staff_summary(stage: Stage) -> None:
    """Sarah's thread as the card on the office's desk."""
    server = stage.server
    card = server.get(f"/api/private/v1/conversations/{conversation_of(server, SARAH)}/summary")
    customer, booking = card["customer"], card["booking"]
    booked = [one for one in visits(server) if booking and one["id"] == booking["id"]]
    for name, value in (
        ("Customer", ", ".join(filter(None, (customer["name"], customer["phone"], customer["address"])))),
        ("Issue", card["issue"]),
        ("Visit", f"{booked[0]['serviceLabel']}, {booked[0]['formatted']}" if booked else "none"),
        ("Next", card["nextAction"]["text"] or card["nextAction"]["type"]),
        ("In short", card["summary"]),
    ):
        filled = textwrap.wrap(str(value or "not known"), WIDTH - SAID_AT)
        typer.echo(f"          {stage.bold(f'{name:<11}')}  " + f"\n{' ' * SAID_AT}".join(filled))


def check_rows(stage: Stage) -> None:
    """Everything that was said must be so. Raises Missing for the first thing that is not."""
    server = stage.server
    texts = server.texts_to(SARAH)
    confirmations = [one for one in texts if one["kind"] == "confirmation"]
    held = {phone: [one for one in visits(server) if one["customerPhone"] == phone] for phone in (SARAH, MARCUS)}
    sarahs, marcuss = held[SARAH], held[MARCUS]
    card = server.get(f"/api/private/v1/conversations/{conversation_of(server, SARAH)}/summary")
    for claim, holds in (
        ("one text-back for a call that was reported twice", [one["kind"] for one in texts].count("text_back") == 1),
        (
            "Sarah has one visit, Monday, November 23 at 9:00 AM, confirmed",
            [(one["scheduledStartAt"], one["status"]) for one in sarahs] == [("2026-11-23T15:00:00Z", "CONFIRMED")],
        ),
        (
            "one confirmation text, with the link to change the visit",
            len(confirmations) == 1 and "/book/bluebird/manage/" in confirmations[0]["body"],
        ),
        (
            "Marcus's visit is one row, moved once, and cancelled",
            [(one["status"], one["rescheduleCount"]) for one in marcuss] == [("CANCELED", 1)],
        ),
        (
            "the summary's visit is Sarah's row",
            bool(card["booking"]) and [card["booking"]["id"]] == [one["id"] for one in sarahs],
        ),
    ):
        if not holds:
            raise Missing(f"not so: {claim}")
        typer.echo(f"          ok           {claim}")


def look_at(stage: Stage, *, keep: bool) -> None:
    """Where to look, and how."""
    server = stage.server
    booking_page = f"{server.url}/book/{server.company['slug']}"
    if not keep:
        typer.echo(f"\nIt ran at {booking_page} and is gone.\n'make demo KEEP=1' leaves it up to look at.")
        return
    confirmation = next(one for one in server.texts_to(SARAH) if one["kind"] == "confirmation")
    link = re.search(r"https?://\S+/manage/[\w-]+", confirmation["body"])
    owner = server.company["owner"]
    typer.echo(f"\nThe phone, to try:  {server.url}/console/phone")
    typer.echo(f"sign in as          {owner['email']} / {owner['password']}")
    typer.echo(f"The booking page:   {booking_page}")
    typer.echo(f"Sarah's own page:   {link[0] if link else 'missing'}")
    typer.echo(f"Everything by API:  {server.url}/api/v1/openapi.json")
    typer.echo(f"with the header     Authorization: Bearer {server.company['credentials']['full']}")
    typer.echo("Ctrl-C ends it.")


def told(stage: Stage, word: str, sentence: str) -> None:
    """Show what a tool answered. Raises Missing unless it begins with its success word."""
    if not sentence.startswith(word):
        raise Missing(f"a voice tool did not answer {word} but: {sentence[:200]}")
    stage.says("Ringback", sentence)


def offered(listing: str) -> tuple[str, list[tuple[str, str]]]:
    """The first day of a listing, and its times as (spoken, slot). Raises Missing when it lists none."""
    for line in listing.splitlines():
        if times := TAGGED.findall(line):
            return line.partition(":")[0], times
    raise Missing(f"the voice door listed no times but: {listing[:200]}")


def either(words: list[str]) -> str:
    """One of these, in speech."""
    return " or ".join(words)


def visits(server: Rehearsal) -> list[dict[str, Any]]:
    """Every visit of the demo, as the private door shows it."""
    found: list[dict[str, Any]] = server.get("/api/private/v1/bookings", size=100)["bookings"]
    return found


def conversation_of(server: Rehearsal, phone: str) -> str:
    """The conversation the texts to `phone` belong to."""
    return str(server.texts_to(phone)[0]["conversation_id"])


def wait_for_ctrl_c() -> None:
    """Stay until the person at the keyboard has seen enough."""
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        typer.echo("\nStopped.")
