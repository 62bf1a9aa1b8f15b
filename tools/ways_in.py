"""The ways in: numbers, web chats, pages and links people come by, and which lead came by which (SC-01 to SC-06)."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, func, select

from storage import listings, lookup
from storage.context import Context
from storage.tables import BookingPage, EntryPoint, Lead, new_id
from tools import audit, leads, templates
from tools.problems import Problem, not_found
from tools.rules import company_lines, origins
from tools.unique import unless_taken

KINDS = ("number", "widget", "page", "link")
ANSWERS = ("forward", "voicemail")
MOST_SITES = 20


def get(ctx: Context, entry_point_id: str) -> EntryPoint:
    """One way in of this business. Raises NOT_FOUND."""
    return listings.one_of(ctx, EntryPoint, entry_point_id) or not_found("entry point")


def listed(
    ctx: Context,
    *,
    offset: int,
    size: int,
    name: str | None = None,
    kind: str | None = None,
    active: bool | None = None,
) -> tuple[list[EntryPoint], int]:
    """One page of ways in by name, and how many match; `name` is part of it."""
    wanted: list[ColumnElement[bool]] = [EntryPoint.org_id == ctx.org.id]
    if name:
        wanted.append(func.lower(EntryPoint.name).contains(name.lower(), autoescape=True))
    if kind is not None:
        wanted.append(EntryPoint.kind == kind)
    if active is not None:
        wanted.append(EntryPoint.active.is_(active))
    total = ctx.session.scalar(select(func.count()).select_from(EntryPoint).where(*wanted)) or 0
    rows = select(EntryPoint).where(*wanted).order_by(func.lower(EntryPoint.name), EntryPoint.id)
    return list(ctx.session.scalars(rows.offset(offset).limit(size))), total


def add(ctx: Context, fields: Mapping[str, Any]) -> EntryPoint:
    """A new way in; `fields` are columns of EntryPoint, `name` among them.

    Raises VALIDATION_ERROR for a kind, target or zone that is none, INVALID_PHONE, MISSING_FIELDS where the kind needs
    more, NOT_FOUND for a page or hours that are not this business's, and IN_USE for a number that is tracked already.
    """
    given = {"kind": "number", **fields}
    row = EntryPoint(id=new_id(), org_id=ctx.org.id, created_at=ctx.now, **_checked(ctx, given, given["kind"]))
    _check_whole(row)
    unless_taken(ctx, lambda: _check_free(ctx, row.phone, row.id), lambda: ctx.session.add(row))
    audit.note(ctx, "entry_point.created", "entry_point", row.id)
    return row


def change(ctx: Context, entry_point_id: str, fields: Mapping[str, Any]) -> EntryPoint:
    """Change columns of a way in; its kind stays. Raises NOT_FOUND and what `add` raises."""
    row = get(ctx, entry_point_id)
    wanted = _checked(ctx, fields, row.kind)

    def write() -> None:
        for name, value in wanted.items():
            setattr(row, name, value)
        _check_whole(row)

    unless_taken(ctx, lambda: _check_free(ctx, wanted.get("phone"), row.id), write)
    audit.note(ctx, "entry_point.changed", "entry_point", row.id, fields=sorted(fields))
    return row


def on_page(ctx: Context, address: str) -> EntryPoint | None:
    """The oldest open web chat that may stand on the page at `address`, such as https://www.example.com/repairs."""
    chats = (EntryPoint.org_id == ctx.org.id, EntryPoint.kind == "widget", EntryPoint.active)
    rows = ctx.session.scalars(select(EntryPoint).where(*chats).order_by(EntryPoint.created_at, EntryPoint.id))
    site = origins.of_page(address)
    return next((one for one in rows if site in one.origins), None)


def came_by_page(ctx: Context, lead_id: str, slug: str) -> None:
    """Remember the page a lead first came by, where a way in leads there."""
    lead = ctx.session.get_one(Lead, lead_id)
    mine = (EntryPoint.org_id == ctx.org.id, EntryPoint.kind == "page", EntryPoint.target == slug)
    if lead.entry_point_id is None:
        wanted = select(EntryPoint.id).where(*mine).order_by(EntryPoint.active.desc(), EntryPoint.created_at)
        lead.entry_point_id = ctx.session.scalars(wanted.limit(1)).first()


def came_by(ctx: Context, lead: Lead, entry_point_id: str) -> None:
    """Remember the way in a lead came by, as its maker says; the first one stays. Raises NOT_FOUND."""
    way = get(ctx, entry_point_id)
    lead.entry_point_id = lead.entry_point_id or way.id


def _checked(ctx: Context, fields: Mapping[str, Any], kind: str) -> dict[str, Any]:
    if kind not in KINDS:
        raise Problem("VALIDATION_ERROR", "There is no such kind.", fix=f"Use one of: {', '.join(KINDS)}.")
    if fields.get("answers", "forward") not in ANSWERS:
        raise Problem("VALIDATION_ERROR", "A call is answered in one of two ways.", fix="Use forward or voicemail.")
    wanted = dict(fields)
    for name in ("phone", "forward_to"):
        if wanted.get(name) is not None:
            wanted[name] = leads.written_phone(ctx, wanted[name])
    if wanted.get("origins") is not None:
        wanted["origins"] = _sites(wanted["origins"], kind)
    if wanted.get("template_id") is not None:
        templates.get(ctx, wanted["template_id"])
    if wanted.get("timezone") is not None:
        wanted["timezone"] = _zone(wanted["timezone"])
    target = wanted.get("target")
    if target is not None and kind == "page" and target != ctx.org.slug:
        its = select(BookingPage.id).where(BookingPage.org_id == ctx.org.id, BookingPage.slug == target)
        if ctx.session.scalars(its.where(BookingPage.removed_at.is_(None))).first() is None:
            not_found("booking page")
    if target is not None and kind == "link" and not target.startswith("https://"):
        raise Problem("VALIDATION_ERROR", "A link's target is an https address.", fix="Send https://...")
    return wanted


def _zone(written: str) -> str:
    try:
        return str(company_lines.zone(written))
    except company_lines.UnreadableAnswer as error:
        raise Problem("VALIDATION_ERROR", str(error), fix="Write it anew.") from error


def _sites(written: list[str], kind: str) -> list[str]:
    if written and kind != "widget":
        raise Problem("VALIDATION_ERROR", "Only a web chat stands on sites.", fix="Leave origins out.")
    read = [origins.canonical(one) for one in written]
    if None in read or len(read) > MOST_SITES:
        fix = f"Send at most {MOST_SITES}, each like https://www.example.com, without a path."
        raise Problem("VALIDATION_ERROR", "A site is written with https and its name alone.", fix=fix)
    return list(dict.fromkeys(one for one in read if one is not None))


def _check_whole(row: EntryPoint) -> None:
    needed = {"number": "phone", "page": "target", "link": "target"}.get(row.kind)
    if needed is not None and getattr(row, needed) is None:
        raise Problem("MISSING_FIELDS", f"A {row.kind} needs its {needed}.", fix=f"Send {needed}.", fields=[needed])
    if row.kind != "number" and row.phone is not None:
        raise Problem("VALIDATION_ERROR", "Only a number has a phone.", fix="Leave phone out.")
    if row.phone is not None and row.phone == row.forward_to:
        raise Problem("VALIDATION_ERROR", "The number is forwarded to itself.", fix="Forward it to another phone.")


def _check_free(ctx: Context, phone: str | None, own_id: str) -> None:
    # Of all businesses: a call or text finds its business by the number.
    taken = None if phone is None else lookup.tracked(ctx.session, phone)
    if taken not in (None, own_id):
        raise Problem("IN_USE", "That number is tracked already.", fix="Use another number.")
