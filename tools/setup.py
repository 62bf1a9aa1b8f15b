"""Setup: how the business is set up, read once for every version of its configuration.

Services, people, hours, dates that differ, area and rides change a few times a month and are asked for with every
request. The database counts a change in `orgs.config_version` (migration 0007), in the transaction that makes it, so
what was read under a number holds until the number is another, in every process.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, bindparam, select

from storage.asking import ask
from storage.context import Context
from storage.tables import (
    DateOverride,
    EntryPoint,
    Hours,
    Org,
    ScheduleTemplate,
    Service,
    ServiceArea,
    Skill,
    Team,
    TeamMember,
    Technician,
    Travel,
    WebhookEndpoint,
)
from tools.rides import Rides
from tools.rules.calendar import Override, Span, Week

ORG: BindParameter[str] = bindparam("org")
VERSION = select(Org.config_version).where(Org.id == ORG)
SERVICES = select(Service.__table__).where(Service.org_id == ORG).order_by(Service.position)
PEOPLE = (
    select(Technician.id, Technician.name, Technician.template_id, Technician.travel_minutes, Technician.position)
    .where(Technician.org_id == ORG, Technician.active)
    .order_by(Technician.position, Technician.id)
)
SKILLS = (
    select(Skill.service_id, Skill.technician_id)
    .join(Service, Service.id == Skill.service_id)
    .where(Service.org_id == ORG)
)
MEMBERS = (
    select(TeamMember.team_id, TeamMember.technician_id)
    .join(Technician, Technician.id == TeamMember.technician_id)
    .where(Technician.org_id == ORG)
)
TEAM_HOURS = select(Team.id, Team.template_id).where(Team.org_id == ORG, Team.template_id.is_not(None))
HOURS = (
    select(Hours.template_id, Hours.weekday, Hours.opens, Hours.closes)
    .join(ScheduleTemplate, ScheduleTemplate.id == Hours.template_id)
    .where(ScheduleTemplate.org_id == ORG)
    .order_by(Hours.opens)
)
DIFFERING = select(DateOverride.technician_id, DateOverride.day, DateOverride.spans, DateOverride.reason).where(
    DateOverride.org_id == ORG
)
AREA = select(ServiceArea.first_code, ServiceArea.last_code, ServiceArea.zone).where(ServiceArea.org_id == ORG)
RIDES = select(Travel.from_zone, Travel.to_zone, Travel.minutes).where(Travel.org_id == ORG)
NUMBERS = select(EntryPoint.phone).where(EntryPoint.org_id == ORG, EntryPoint.phone.is_not(None))
TOLD = select(WebhookEndpoint.events).where(WebhookEndpoint.org_id == ORG, WebhookEndpoint.disabled_at.is_(None))

Days = tuple[tuple[Span, ...], ...]


class Person(NamedTuple):
    """A technician who can be sent out."""

    id: str
    name: str
    template_id: str | None
    travel_minutes: int
    position: int


@dataclass(frozen=True, slots=True)
class Setup:
    """What a business says of itself. Services and people are by position; `services` are copies, to be read only.

    `numbers` are the tracked ones (E.164); `team_hours` the template of each team that keeps its own; `hours` by
    template, Monday first; `overrides` by technician, None for the
    business, then by local day; `told` are the events that some webhook wants, `*` for all.
    """

    version: int
    services: tuple[Service, ...]
    people: tuple[Person, ...]
    skills: frozenset[tuple[str, str]]
    members: frozenset[tuple[str, str]]
    team_hours: Mapping[str, str]
    hours: Mapping[str, Days]
    overrides: Mapping[str | None, Mapping[date, Override]]
    rides: Rides
    numbers: frozenset[str]
    told: frozenset[str]

    def able(self, service: Service | None) -> tuple[Person, ...]:
        """Who does a service: those with the skill, of its team where it has one; everybody for a free label."""
        if service is None:
            return self.people
        return tuple(
            one
            for one in self.people
            if (service.id, one.id) in self.skills
            and (service.team_id is None or (service.team_id, one.id) in self.members)
        )

    def weeks(
        self, service: Service | None, usual: str | None, kept: Mapping[str, str | None]
    ) -> Mapping[str | None, Week]:
        """The week of a visit (key None), and of each technician whose own differs from it.

        `usual` is the business's template; `kept` the template each technician keeps, None for the business's. Hours of
        the service and of its team (SC-69) come before the business's, and where both have some, both must be open.
        """
        narrower = self.templates_of(service)
        nobody: Mapping[date, Override] = {}
        shop, closed = self._days(narrower[0] if narrower else usual), self.overrides.get(None, nobody)
        for also in narrower[1:]:
            shop = tuple(map(_shared, shop, self._days(also)))
        weeks: dict[str | None, Week] = {None: Week(shop, closed)}
        for technician, template in kept.items():
            own = self._days(template) if template else shop
            if template and narrower:
                own = tuple(map(_shared, own, shop))
            if own != shop or technician in self.overrides:
                weeks[technician] = Week(own, {**closed, **self.overrides.get(technician, nobody)})
        return weeks

    def templates_of(self, service: Service | None) -> list[str]:
        """The hours a service keeps in place of the business's: its own, and its team's."""
        if service is None:
            return []
        return [one for one in (service.template_id, self.team_hours.get(service.team_id or "")) if one]

    def _days(self, template: str | None) -> Days:
        return self.hours.get(template or "", ((),) * 7)


def setup_of(ctx: Context) -> Setup:
    """The business's setup as this unit sees it."""
    version: int = ask(ctx, VERSION, org=ctx.org.id)[0][0]
    key = ("setup", ctx.org.id)
    mine = ctx.session.info.setdefault("to_keep", {})
    found: Setup | None = mine.get(key) or ctx.session.info.get("kept", {}).get(key)
    if found is None or found.version != version:
        found = _read(ctx, version)
    mine[key] = found
    return found


def setup_seen(ctx: Context) -> Setup:
    """The setup as this unit last read it, for what cannot have changed since."""
    found: Setup | None = ctx.session.info.get("to_keep", {}).get(("setup", ctx.org.id))
    return found or setup_of(ctx)


def _read(ctx: Context, version: int) -> Setup:
    def rows(question: Any) -> Any:
        return ask(ctx, question, org=ctx.org.id)

    zones = tuple((low, high, zone) for low, high, zone in rows(AREA))
    ridden = rows(RIDES) if any(zone for _, _, zone in zones) else ()
    hours: dict[str, list[list[Span]]] = {}
    for template, weekday, opens, closes in rows(HOURS):
        hours.setdefault(template, [[] for _ in range(7)])[weekday].append(Span(opens, closes))
    return Setup(
        version=version,
        services=tuple(Service(**row._mapping) for row in rows(SERVICES)),
        people=tuple(Person(*row) for row in rows(PEOPLE)),
        skills=frozenset((service, technician) for service, technician in rows(SKILLS)),
        members=frozenset((team, technician) for team, technician in rows(MEMBERS)),
        team_hours=dict(map(tuple, rows(TEAM_HOURS))),
        hours={template: tuple(tuple(day) for day in days) for template, days in hours.items()},
        overrides=_overrides(rows(DIFFERING)),
        rides=Rides(zones, {(start, end): minutes for start, end, minutes in ridden}),
        numbers=frozenset(phone for (phone,) in rows(NUMBERS)),
        told=frozenset(event for (events,) in rows(TOLD) for event in events),
    )


def _overrides(rows: Any) -> Mapping[str | None, Mapping[date, Override]]:
    overrides: dict[str | None, dict[date, Override]] = {}
    for whose, day, listed, reason in rows:
        others = overrides.setdefault(whose, {})
        opened = tuple(Span(opens, closes) for opens, closes in listed)
        before = others.get(day)
        if before is not None:  # a blackout beats opening hours, and two openings add up
            opened = tuple(sorted((*before.spans, *opened), key=lambda span: span.opens)) if opened else ()
            opened = opened if before.spans else ()
        others[day] = Override(day, opened, reason or (before.reason if before else None))
    return overrides


def _shared(one: tuple[Span, ...], other: tuple[Span, ...]) -> tuple[Span, ...]:
    """The time in both: a service with hours of its own is sold only while its technician works."""
    both = (Span(max(a.opens, b.opens), min(a.closes, b.closes)) for a in one for b in other)
    return tuple(span for span in both if span.opens < span.closes)
