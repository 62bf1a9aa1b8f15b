"""One believable company, to look at and to test against: Bluebird Heating of Austin.

The same call twice changes nothing and gives the same ids, because every id is derived from the company's name;
its tokens are random.
"""

import uuid
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.tables import (
    DateOverride,
    EntryPoint,
    Hours,
    Org,
    ScheduleTemplate,
    Service,
    ServiceArea,
    Skill,
    Technician,
)

SLUG = "bluebird"
PHONE = "+15125550100"
VOICEMAIL_PHONE = "+15125550101"
THANKSGIVING = date(2026, 11, 26)
_NAMES = uuid.uuid5(uuid.NAMESPACE_URL, "urn:ringback:demo:bluebird")


@dataclass(frozen=True, slots=True)
class _Offering:
    slug: str
    name: str
    description: str
    aliases: tuple[str, ...]
    minutes: int
    fee_cents: int
    fee_note: str
    value_cents: int
    technicians: tuple[str, ...]


TECHNICIANS = (("dana", "Dana Ruiz", "+15125550111", 2), ("luis", "Luis Ortega", "+15125550112", 1))
OFFERINGS = (
    _Offering(
        "diagnostic-visit",
        "Diagnostic visit",
        "A technician checks the system and quotes the repair. The $89 visit fee is waived if you go ahead.",
        (
            *(
                "repair",
                "ac",
                "air conditioning",
                "air conditioner",
                "furnace",
                "heat",
                "heating",
                "heat pump",
                "boiler",
            ),
            *("cooling", "thermostat", "hot water", "water heater repair", "checkup", "tune up", "diagnostic"),
        ),
        90,
        8900,
        "waived if you go ahead with the repair",
        35000,
        ("dana",),
    ),
    _Offering(
        "water-heater-install",
        "Water heater install",
        "A technician removes the old water heater and installs the new one.",
        ("water heater", "new water heater", "replace my water heater", "tankless"),
        180,
        0,
        "quoted before the work starts",
        180000,
        ("dana", "luis"),
    ),
)


def demo_id(name: str) -> str:
    """The id of one of the demo company's rows."""
    return str(uuid.uuid5(_NAMES, name))


def seed_demo(session: Session, now: datetime) -> Org:
    """Create the demo company, or find it as it was left. `now` (aware) dates the new rows."""
    existing = session.get(Org, demo_id("org"))
    if existing is not None:
        return existing
    org = Org(
        id=demo_id("org"),
        slug=SLUG,
        name="Bluebird Heating",
        trade="hvac",
        timezone="America/Chicago",
        template_id=demo_id("hours"),
        about="Heating, cooling and water heaters in Austin since 1998. We do not do drains or electrical panels.",
        forward_to="+15125550113",
        transfer_number="+15125550113",
        created_at=now,
    )
    session.add(org)
    session.flush()
    session.add(ScheduleTemplate(id=demo_id("hours"), org_id=org.id, name="Shop hours", created_at=now))
    session.flush()
    session.add_all(
        Hours(id=demo_id(f"hours {day}"), template_id=demo_id("hours"), weekday=day, opens=8 * 60, closes=17 * 60)
        for day in range(5)
    )
    session.add(DateOverride(id=demo_id("thanksgiving"), org_id=org.id, day=THANKSGIVING, reason="Thanksgiving"))
    session.add(ServiceArea(id=demo_id("area"), org_id=org.id, first_code="78701", last_code="78759"))
    for kind, phone, answers in (("main", PHONE, "forward"), ("voicemail", VOICEMAIL_PHONE, "voicemail")):
        session.add(
            EntryPoint(
                id=demo_id(f"number {kind}"),
                org_id=org.id,
                name=f"{kind.capitalize()} line",
                phone=phone,
                answers=answers,
                created_at=now,
            )
        )
    for position, (key, name, phone, on_call) in enumerate(TECHNICIANS):
        session.add(
            Technician(
                id=demo_id(key),
                org_id=org.id,
                name=name,
                phone=phone,
                on_call=on_call,
                position=position,
                created_at=now,
            )
        )
    session.flush()
    for position, offering in enumerate(OFFERINGS):
        session.add(
            Service(
                id=demo_id(offering.slug),
                org_id=org.id,
                slug=offering.slug,
                name=offering.name,
                description=offering.description,
                aliases=list(offering.aliases),
                duration_minutes=offering.minutes,
                grid_minutes=60,
                notice_minutes=120,
                fee_cents=offering.fee_cents or None,
                fee_note=offering.fee_note,
                value_cents=offering.value_cents,
                position=position,
                created_at=now,
            )
        )
        session.flush()
        session.add_all(
            Skill(service_id=demo_id(offering.slug), technician_id=demo_id(key)) for key in offering.technicians
        )
    session.flush()
    return org


def company_lists(session: Session, org: Org) -> tuple[list[Technician], list[Service]]:
    """Its technicians and its services, each in their order."""
    technicians = select(Technician).where(Technician.org_id == org.id).order_by(Technician.position)
    services = select(Service).where(Service.org_id == org.id).order_by(Service.position)
    return list(session.scalars(technicians)), list(session.scalars(services))
