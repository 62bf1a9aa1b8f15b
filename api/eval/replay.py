"""A recorded person talks to our agent: every question is answered with the words they used for it, in their order."""

import random
import re
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from agent.asked import asked
from api.eval.played import Played
from api.eval.recorded import ZONE, Line, Recorded
from api.eval.stage import ANSWERS, CALLER, Stage
from storage.seed import PHONE
from storage.tables import (
    Customer,
    DateOverride,
    EntryPoint,
    Hours,
    Org,
    ScheduleTemplate,
    Service,
    Skill,
    Technician,
)
from tools.left_behind import LeftBehind

LONGEST = 24  # texts of the recorded person; nobody writes more
AHEAD = timedelta(days=1)
PATIENCE = 3  # times they say a thing again before they give up
NAMED = re.compile(
    r"(?P<day>\b(?:January|February|March|April|May|June|July|August|September|October|November|December) \d{1,2})\b"
    r"|(?P<clock>\b\d{1,2}:\d\d [AP]M\b)"
)
DONE = re.compile(r"^(?:booked|requested|rescheduled)!", re.IGNORECASE)
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def furnish(row: Recorded) -> Callable[[Session, datetime], tuple[Org, str]]:
    """What makes the business of this dialogue: one provider, one service, the times known to be free."""

    def make(session: Session, at: datetime) -> tuple[Org, str]:
        org = Org(id="office", slug="office", name="The Office", timezone=str(row.at.tzinfo), template_id="week")
        org.created_at = at
        session.add(org)
        session.flush()
        session.add(ScheduleTemplate(id="week", org_id=org.id, name="Week", created_at=at))
        session.add(EntryPoint(org_id=org.id, name="Main line", phone=PHONE, created_at=at))
        session.add(Technician(id="provider", org_id=org.id, name=row.provider, created_at=at))
        session.flush()
        first, last = (10, 11) if row.day_only else (8, 20) if row.free is None else (0, 24)
        for day in range(7):
            session.add(Hours(template_id="week", weekday=day, opens=first * 60, closes=last * 60))
        session.add(_service(row, org, at))
        session.flush()
        session.add(Skill(service_id="visit", technician_id="provider"))
        session.add_all(_overrides(row, org))
        known = {"org_id": org.id, "phone": CALLER, "address": "12 Oak St", "postal_code": "78701"}
        session.add(Customer(**known, created_at=at, updated_at=at))
        session.flush()
        return org, PHONE

    return make


def _service(row: Recorded, org: Org, at: datetime) -> Service:
    return Service(
        id="visit",
        org_id=org.id,
        slug="visit",
        name=row.service.capitalize(),
        aliases=[*row.service.split(), "appointment", "visit"],
        duration_minutes=row.minutes,
        grid_minutes=15 if row.free is None and not row.day_only else 60,
        notice_minutes=0,
        created_at=at,
    )


def _overrides(row: Recorded, org: Org) -> list[DateOverride]:
    """The provider's days: only the free starts, or every start but the taken ones."""
    made = []
    for number in range(16):
        day = row.at.date() + number * AHEAD
        if row.free is not None:
            spans = [_span(one, row.minutes) for one in row.free if one.date() == day]
        else:
            spans = [[8 * 60, 20 * 60]]
            for one in (one for one in row.taken if one.date() == day):
                start, end = _span(one, row.minutes)
                parts = [part for low, high in spans for part in ([low, min(high, start)], [max(low, end), high])]
                spans = [part for part in parts if part[0] < part[1]]
            if not any(one.date() == day for one in row.taken):
                continue
        made.append(DateOverride(org_id=org.id, technician_id="provider", day=day, spans=_joined(spans)))
    return made


def _span(start: datetime, minutes: int) -> list[int]:
    opens = start.hour * 60 + start.minute
    return [opens, min(opens + minutes, 24 * 60)]


def _joined(spans: list[list[int]]) -> list[list[int]]:
    joined: list[list[int]] = []
    for opens, closes in sorted(spans):
        if joined and opens <= joined[-1][1]:
            joined[-1][1] = max(closes, joined[-1][1])
        else:
            joined.append([opens, closes])
    return joined


class Person:
    """The recorded person: what they have yet to say, and how they answer what is asked."""

    def __init__(self, row: Recorded, typos: random.Random | None) -> None:
        self.row = row
        self.typos = typos
        self.left = list(row.lines)
        self.said: list[Line] = []
        self.repeats = 0

    def opening(self) -> str:
        """The first thing they said."""
        return self._say(self.left[0])

    def answer(self, said: str, rows: LeftBehind) -> str | None:
        """The answer to our words; None when they have nothing more to say to it."""
        kinds = asked(said)
        if "name" in kinds and (told := self._first(lambda one: one.answers == "name") or self._own_name()):
            return told
        if rows.bookings and DONE.search(said):
            change = self._first(lambda one: one.timed and not one.agrees)
            return change or self._first(lambda one: one.answers == "close")
        if ("?" in said or "closest" in said) and (offers := offered_in(said, self.row.at.year)):
            return self._to_offer(offers)
        if "issue" in kinds:
            return self._first(lambda one: one.answers in ("issue", "request")) or self._wish() or self._again("issue")
        if "when" in kinds or "none_free" in kinds or "which_visit" in kinds:
            return self._first(lambda one: one.timed) or self._to_offer([])
        if rows.bookings:
            return self._first(lambda one: one.answers == "close")
        return self._wish() or self._again("when")

    def _wish(self) -> str | None:
        return self._first(lambda one: one.answers == "request") or self._first(lambda one: one.timed)

    def _own_name(self) -> str | None:
        return self._typed(self.row.customer) if self.row.customer else None

    def _to_offer(self, offers: list[datetime]) -> str | None:
        """Times were offered: what they still had to say about it comes first, then their yes to their own time."""
        wished = self._among(self._wished(), offers)
        mine = self._among(self.row.expected, offers)
        settled = len(offers) == 1 and (mine or wished)
        coming = next((one for one in self.left if one.timed or one.answers == "confirm"), None)
        if coming is not None and coming.agrees and not coming.timed and not settled:
            coming = next((one for one in self.left if one.timed), None) if not (mine or wished) else None
        if coming is not None:
            return self._say(coming)
        if mine:
            return self._yes() if len(offers) == 1 else self._named()
        if wished or (self._wished() and not offers):
            return self._again("time")
        if self._wished() and self.repeats < 1:
            return self._again("date" if all(not self._same_day(one) for one in offers) else "time")
        return self._first(lambda one: one.answers == "close") or self._give_up()

    def _wished(self) -> tuple[str, ...]:
        """The day and time they have asked for so far, where the record says it; only what is whole counts."""
        wish = self.said[-1].wish
        if wish is None or wish[0] is None or (wish[1] is None and not self.row.day_only):
            return ()
        return (wish[0],) if self.row.day_only else (f"{wish[0]} {wish[1]}",)

    def _same_day(self, start: datetime) -> bool:
        return any(one.startswith(f"{start:%Y-%m-%d}") for one in self._wished())

    def _among(self, wanted: tuple[str, ...], offers: list[datetime]) -> bool:
        form = "%Y-%m-%d" if self.row.day_only else "%Y-%m-%d %H:%M"
        return any(one.strftime(form) in wanted for one in offers)

    def _yes(self) -> str | None:
        """Their own yes, the one they gave to a time."""
        yes = next((one for one in self.row.lines if one.agrees and one.answers == "confirm"), None)
        return self._once_more(yes.text if yes else "Yes, please.")

    def _named(self) -> str | None:
        """Their words for the time they took; plain ones where they only ever said yes to it."""
        wanted = datetime.fromisoformat(self.row.expected[0])
        hour = re.compile(rf"\b(?:{wanted:%H:%M}|{wanted.hour % 12 or 12}(?::{wanted:%M})? ?[ap]\.?m)\b", re.IGNORECASE)
        own = next((one for one in reversed(self.said) if hour.search(one.text) and not one.agrees), None)
        plainly = f"{wanted:%A} at {wanted.hour % 12 or 12}:{wanted:%M} {wanted:%p} please"
        return self._once_more(own.text if own and self.repeats == 0 else plainly)

    def _again(self, kind: str) -> str | None:
        """Asked once more: the last words they had for it that still hold."""
        now = self.said[-1].wish
        fitting = [one for one in self.said if kind == one.answers or (kind in one.gives and self._holds(one))]
        if not fitting and now is not None and kind in ("date", "time") and (value := now[kind == "time"]):
            moment = datetime.fromisoformat(value if kind == "date" else f"2000-01-01 {value}")
            return self._once_more(f"{moment:{'%B %d' if kind == 'date' else '%I:%M %p'}} please")
        fitting = fitting or [one for one in self.said if one.timed] or self.said
        return self._once_more(fitting[-1].text)

    def _holds(self, line: Line) -> bool:
        """Whether everything this line gave is still what they want."""
        now = self.said[-1].wish or (None, None)
        then = line.wish or now
        return all(then[slot == "time"] == now[slot == "time"] for slot in line.gives)

    def _once_more(self, text: str) -> str | None:
        self.repeats += 1
        return self._typed(text) if self.repeats <= PATIENCE else self._give_up()

    def _give_up(self) -> str | None:
        self.repeats += PATIENCE
        return "No, thank you." if self.repeats <= 2 * PATIENCE else None

    def _first(self, wanted: Callable[[Line], bool]) -> str | None:
        found = next((one for one in self.left if wanted(one)), None)
        return self._say(found) if found else None

    def _say(self, line: Line) -> str:
        self.left.remove(line)
        self.said.append(line)
        return self._typed(line.text)

    def _typed(self, text: str) -> str:
        return text if self.typos is None else mistyped(text, self.typos)


def offered_in(said: str, year: int) -> list[datetime]:
    """The starts our words name, in order: "Monday, March 4 at 8:00 AM or 9:00 AM; ...". The year is the record's."""
    found: list[datetime] = []
    day = ""
    for one in NAMED.finditer(said):
        if one["day"]:
            day = one["day"]
        elif day:
            found.append(datetime.strptime(f"{day} {year} {one['clock']}", "%B %d %Y %I:%M %p").replace(tzinfo=ZONE))
    return found


def mistyped(text: str, dice: random.Random) -> str:
    """One slip in a third of the words: two letters swapped, one lost, doubled or hit wrong. Digits stay."""

    def slip(found: re.Match[str]) -> str:
        word = found[0]
        if len(word) < 3 or dice.random() >= 1 / 3:
            return word
        at = dice.randrange(len(word) - 1)
        kind = dice.randrange(4)
        if kind == 0:
            return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        if kind == 1:
            return word[:at] + word[at + 1 :]
        return word[:at] + (word[at] * 2 if kind == 2 else dice.choice(LETTERS)) + word[at + 1 :]

    return re.sub(r"[A-Za-z]+", slip, text)


async def play_dialog(row: Recorded, stage: Stage, seed: str | None) -> Played:
    """Replay one dialogue; with a `seed` the person mistypes. The visits left are compared as days and times."""
    played = Played(row.name, "dialog", sorted(row.expected))
    person = Person(row, random.Random(f"{seed}-{row.name}") if seed is not None else None)
    words: str | None = person.opening()
    rows = await stage.rows()
    while words is not None and played.turns < LONGEST:
        played.say(words)
        fresh = await stage.text(words)
        rows = await stage.rows()
        played.hear(fresh, rows)
        said = " ".join(one.body for one in fresh if one.kind in ANSWERS)
        handed_over = rows.thread is not None and not rows.thread.is_the_assistants
        words = None if handed_over or not said else person.answer(said, rows)
    form = "%Y-%m-%d" if row.day_only else "%Y-%m-%d %H:%M"
    name = (row.customer or "").split(" ")[0].lower()
    told = " ".join(line.text for line in person.said).lower()
    for one in rows.bookings if name and name in told and seed is None else ():
        if one.customer_name and name not in one.customer_name.lower():
            played.wrong_words.append(f"the visit is for {one.customer_name!r}, they are {row.customer!r}")
    played.close(rows, [one.local_start.strftime(form) for one in rows.bookings if one.is_active])
    return played
