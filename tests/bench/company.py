"""The measured business: one provider (or many) in New York, 8:00 to 18:00 every day, half-hour visits (20 a day)."""

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import insert
from sqlalchemy.orm import Session

from storage.context import SYSTEM, Context
from storage.db import open_database
from storage.tables import (
    Booking,
    Customer,
    Hours,
    Lead,
    Org,
    ScheduleTemplate,
    Service,
    Skill,
    SlotCell,
    Technician,
    new_id,
)
from storage.tables.bookings import CELL_SECONDS
from tools import access

NEW_YORK = ZoneInfo("America/New_York")
OPENS, PER_DAY, MINUTES = 8, 20, 30
BOOKED, BOOKED_DAYS = 300, 60
BATCH = 5_000


@dataclass(frozen=True, slots=True)
class Company:
    """What a caller needs: a secret, the service's id, the tokens of two phone lines; `today` is the local date."""

    secret: str
    service_id: str
    retell: str
    callsavvy: str
    today: date

    def start(self, number: int) -> datetime:
        """The number-th half hour after the booked days, all of them free at first."""
        return _start(self.today + timedelta(days=BOOKED_DAYS + 1), number)


async def make(url: str, *, past: int = 0, technicians: int = 1) -> Company:
    """Fill an empty, migrated database: 300 visits in the next 60 days, and `past` visits in the years before."""
    db = open_database(url)
    now = datetime.now(UTC)
    try:
        return await db.write(lambda session: _fill(session, now, past, technicians))
    finally:
        await db.close()


def _fill(session: Session, now: datetime, past: int, technicians: int) -> Company:
    org = Org(id=new_id(), slug="half-hours", name="Half Hours", timezone=NEW_YORK.key, created_at=now)
    template = ScheduleTemplate(id=new_id(), org_id=org.id, name="Every day", created_at=now)
    service = Service(
        id=new_id(),
        org_id=org.id,
        slug="visit",
        name="Visit",
        duration_minutes=MINUTES,
        grid_minutes=MINUTES,
        notice_minutes=0,
        horizon_days=3650,
        created_at=now,
    )
    org.template_id = template.id
    session.add(org)
    session.flush()
    session.add_all((template, service))
    session.flush()
    session.add_all(
        Hours(template_id=template.id, weekday=day, opens=OPENS * 60, closes=(OPENS + 10) * 60) for day in range(7)
    )
    people = [
        Technician(id=new_id(), org_id=org.id, name=f"Technician {place}", position=place, created_at=now)
        for place in range(technicians)
    ]
    session.add_all(people)
    customer = Customer(id=new_id(), org_id=org.id, phone="+12125550100", created_at=now, updated_at=now)
    session.add(customer)
    session.flush()
    session.add_all(Skill(service_id=service.id, technician_id=one.id) for one in people)
    lead = Lead(
        id=new_id(),
        org_id=org.id,
        customer_id=customer.id,
        status="booked",
        source="API",
        channel="api",
        created_at=now,
        updated_at=now,
    )
    session.add(lead)
    session.flush()

    common = {
        "org_id": org.id,
        "customer_id": customer.id,
        "lead_id": lead.id,
        "service_id": service.id,
        "service_label": service.name,
        "timezone": org.timezone,
        "customer_phone": customer.phone,
        "channel": "api",
        "actor_kind": "system",
        "actor_name": "Bench",
        "created_at": now,
        "updated_at": now,
    }
    today = now.astimezone(NEW_YORK).date()
    chance = random.Random(1)
    for person in people:
        taken = chance.sample(range(PER_DAY * BOOKED_DAYS), BOOKED)
        coming = [_start(today + timedelta(days=1), number) for number in taken]
        _visits(session, common, person.id, coming, "confirmed")
    done = [_start(today, -1 - number) for number in range(past)]
    _visits(session, common, people[0].id, done, "completed")
    _key, secret = access.create(
        Context(session, org, SYSTEM, "console", now), "Bench", ("scheduling:read", "scheduling:write")
    )
    return Company(secret, service.id, org.retell_token, org.callsavvy_token, today)


def _visits(session: Session, common: dict[str, Any], technician_id: str, starts: list[datetime], status: str) -> None:
    length = timedelta(minutes=MINUTES)
    for first in range(0, len(starts), BATCH):
        rows = [
            {**common, "id": new_id(), "technician_id": technician_id, "start_at": at, "end_at": at + length}
            for at in starts[first : first + BATCH]
        ]
        session.execute(insert(Booking), [{**row, "status": status} for row in rows])
        if status == "confirmed":
            cells = [
                {"technician_id": technician_id, "cell": int(row["start_at"].timestamp()) // CELL_SECONDS + n}
                | {"holder_id": row["id"], "expires_at": None}
                for row in rows
                for n in range(MINUTES * 60 // CELL_SECONDS)
            ]
            session.execute(insert(SlotCell), cells)


def _start(first: date, number: int) -> datetime:
    """The number-th half hour of work from `first` on, counting backwards below zero."""
    day, place = divmod(number, PER_DAY)
    local = datetime.combine(first + timedelta(days=day), datetime.min.time(), NEW_YORK)
    return local.replace(hour=OPENS + place // 2, minute=place % 2 * MINUTES).astimezone(UTC)
