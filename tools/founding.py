"""A new business, written down at once or not at all: what `ringback init` does with its answers."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage import lookup
from storage.tables import (
    EntryPoint,
    Hours,
    Org,
    ScheduleTemplate,
    Service,
    ServiceArea,
    Skill,
    Staff,
    Technician,
    new_id,
)
from tools.problems import Problem
from tools.rules import emails
from tools.rules.company_lines import Offering, Person, slug
from tools.rules.opening_hours import Week

# 555-0100 to 555-0199 are set aside for fiction in every North American area code; 555 is no area code at all.
STAND_IN = "+1555555"
STAND_INS = tuple(f"{STAND_IN}{number:04}" for number in range(100, 200))


@dataclass(frozen=True, slots=True)
class Company:
    """The answers of day one. Phones are E.164; no areas means everywhere; `phone` is the tracked number that people
    call and text, `forward_to` the phone it rings first (null: it takes a message)."""

    name: str
    slug: str
    trade: str
    timezone: str
    hours: Week
    areas: tuple[tuple[str, str], ...]
    offerings: tuple[Offering, ...]
    people: tuple[Person, ...]
    forward_to: str | None
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class Owner:
    """The person who signs in to the console first; the password is hashed by who asked for it."""

    email: str
    password_hash: str


def found(session: Session, company: Company, now: datetime, *, owner: Owner | None = None) -> Org:
    """Write the business with its hours, area, technicians, services and number; every technician does every service.

    Technicians with a phone are on call in the order given. Raises VALIDATION_ERROR for a slug or number that is taken
    and for a forwarding that runs in a circle, INVALID_EMAIL for the owner's address.
    """
    _check(session, company, owner)
    org = Org(
        id=new_id(),
        slug=company.slug,
        name=company.name,
        trade=company.trade,
        timezone=company.timezone,
        template_id=new_id(),
        forward_to=company.forward_to,
        transfer_number=company.forward_to,
        created_at=now,
    )
    session.add(org)
    session.flush()
    session.add(ScheduleTemplate(id=org.template_id, org_id=org.id, name="Shop hours", created_at=now))
    session.flush()
    session.add_all(
        Hours(template_id=org.template_id, weekday=weekday, opens=span.opens, closes=span.closes)
        for weekday, spans in enumerate(company.hours)
        for span in spans
    )
    session.add_all(ServiceArea(org_id=org.id, first_code=first, last_code=last) for first, last in company.areas)
    if company.phone is not None:
        session.add(
            EntryPoint(
                org_id=org.id,
                name="Main line",
                phone=company.phone,
                answers="forward" if company.forward_to else "voicemail",
                created_at=now,
            )
        )
    if owner is not None:
        session.add(
            Staff(
                org_id=org.id,
                email=owner.email,
                name="Owner",
                role="owner",
                password_hash=owner.password_hash,
                created_at=now,
            )
        )
    _write_people_and_services(session, org, company, now)
    return org


def free_stand_in(session: Session) -> str:
    """A fictional number no business has yet, so that the sandbox works before a real one is bought."""
    taken = set(session.scalars(select(EntryPoint.phone).where(EntryPoint.phone.startswith(STAND_IN))))
    free = next((number for number in STAND_INS if number not in taken), None)
    if free is None:
        raise Problem(
            "VALIDATION_ERROR", "Every stand-in number is taken.", fix="Name the tracked number with --phone."
        )
    return free


def _check(session: Session, company: Company, owner: Owner | None) -> None:
    page = lookup.booking_page_by_slug(session, company.slug)
    if page is not None or lookup.org_by_slug(session, company.slug) is not None:
        raise Problem(
            "VALIDATION_ERROR",
            f"There is already a business with the slug {company.slug}; nothing was changed.",
            fix="Give this one another with --slug, or go on with the one there is.",
        )
    if company.phone is not None and company.phone == company.forward_to:
        raise Problem(
            "VALIDATION_ERROR",
            "Calls would run in a circle: the tracked number is forwarded to itself.",
            fix="Forward to the phone people answer, such as the owner's cell phone.",
        )
    if company.phone is not None and lookup.tracked(session, company.phone) is not None:
        raise Problem(
            "VALIDATION_ERROR", "The tracked number belongs to a business already.", fix="Use another --phone."
        )
    if company.forward_to is not None and lookup.tracked(session, company.forward_to) is not None:
        raise Problem(
            "VALIDATION_ERROR",
            "Calls would run in a circle: the number to forward to is a tracked number.",
            fix="Forward to the phone people answer, such as the owner's cell phone.",
        )
    if owner is not None and not emails.valid(owner.email):
        raise Problem("INVALID_EMAIL", "The owner's e-mail address is not valid.", fix="Write it like mia@example.com.")


def _write_people_and_services(session: Session, org: Org, company: Company, now: datetime) -> None:
    on_call = iter(range(1, len(company.people) + 1))
    technicians = [
        Technician(
            id=new_id(),
            org_id=org.id,
            name=one.name,
            phone=one.phone,
            on_call=next(on_call) if one.phone else None,
            position=position,
            created_at=now,
        )
        for position, one in enumerate(company.people)
    ]
    services = [
        Service(
            id=new_id(),
            org_id=org.id,
            slug=slug(one.name),
            name=one.name,
            duration_minutes=one.minutes,
            fee_cents=one.fee_cents,
            position=position,
            created_at=now,
        )
        for position, one in enumerate(company.offerings)
    ]
    session.add_all([*technicians, *services])
    session.flush()
    session.add_all(Skill(service_id=service.id, technician_id=one.id) for service in services for one in technicians)
    session.flush()
