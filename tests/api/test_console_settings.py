"""The settings of the console: every section opens, saves through the same acts as the API, and refuses in words."""

import re

import pytest
from sqlalchemy import select

from storage.context import Context
from storage.tables import EntryPoint, Message, Org, Service, Team, Technician, Travel
from storage.tables.hours import Hours
from tests.api.console_staff import Desk
from tests.api.office import visit_of
from tests.api.page_forms import form_of
from tests.fakes import Shop
from tools import own_texts

pytestmark = pytest.mark.engines("sqlite")

SECTIONS = (
    *("", "/numbers", "/numbers/new", "/hours", "/hours/new", "/services", "/services/new", "/people", "/people/new"),
    *("/teams/new", "/area", "/messages", "/messages/reminder", "/automation", "/assistant", "/integrations"),
    *("/keys", "/keys/new", "/webhooks", "/webhooks/new", "/staff", "/audit", "/booking-pages", "/booking-pages/new"),
)
WEEK = {f"day{day}": "8:00-17:00" for day in range(5)}


async def org_of(shop: Shop) -> Org:
    return await shop.house.read(shop.org, lambda ctx: ctx.session.get_one(Org, ctx.org.id))


async def one(shop: Shop, table: type, **where: object) -> object:
    def ask(ctx: Context) -> object:
        return ctx.session.scalars(select(table).filter_by(org_id=ctx.org.id, **where)).one()

    return await shop.house.read(shop.org, ask)


def profile(**other: str) -> dict[str, str]:
    usual = {"name": "Bluebird Heating", "about": "", "timezone": "America/Chicago", "answer_first": "forward"}
    return {**usual, "forward_to": "", "transfer_number": "", "forward_seconds": "20", **other}


async def test_every_section_opens_for_mia(mia: Desk) -> None:
    assert ["<h1>" in await mia.get(f"/console/settings{section}") for section in SECTIONS] == [True] * len(SECTIONS)


async def test_no_section_opens_for_ken_the_agent(ken: Desk) -> None:
    answers = [await ken.client.get(f"/console/settings{section}") for section in SECTIONS]
    assert {one.status_code for one in answers} == {403}


async def test_ruth_the_supervisor_cannot_change_the_business(shop: Shop, ruth: Desk) -> None:
    assert (await ruth.post("/console/settings", **profile(name="Ruth's"))).status_code == 403
    assert (await org_of(shop)).name == "Bluebird Heating"


async def test_mia_renames_the_business(shop: Shop, mia: Desk) -> None:
    assert (await mia.post("/console/settings", **profile(name="Bluebird Air"))).status_code == 303
    assert (await org_of(shop)).name == "Bluebird Air"


async def test_forwarding_to_a_tracked_number_is_refused_and_what_was_typed_stays(shop: Shop, mia: Desk) -> None:
    answer = await mia.post("/console/settings", **profile(forward_to="512 555 0100", about="Since 1998"))
    assert answer.status_code == 422
    assert "in a circle" in answer.text
    assert "Since 1998" in answer.text


async def test_a_second_number_is_tracked_and_switched_off_again(shop: Shop, mia: Desk) -> None:
    form = {"name": "Van", "phone": "512 555 0188", "answers": "voicemail", "forward_to": "", "source": "van"}
    assert (await mia.post("/console/settings/numbers/new", **form, active="1")).status_code == 303
    [row] = await shop.rows(EntryPoint, phone="+15125550188")
    assert (row.active, row.answers) == (True, "voicemail")
    await mia.post(f"/console/settings/numbers/{row.id}", **form)
    assert [one.active for one in await shop.rows(EntryPoint, phone="+15125550188")] == [False]


async def test_a_number_that_is_tracked_already_is_refused(mia: Desk) -> None:
    form = {"name": "Again", "phone": "512 555 0100", "answers": "forward", "forward_to": "", "source": ""}
    answer = await mia.post("/console/settings/numbers/new", **form, active="1")
    assert answer.status_code == 422
    assert "tracked already" in answer.text


async def test_outbound_is_switched_off_by_leaving_the_box_empty(shop: Shop, mia: Desk) -> None:
    numbers = {"alert_minutes": "5", "missed_under_seconds": "5", "approval_hours": "24", "cancel_cutoff_hours": "2"}
    form = {**numbers, "default_duration": "60", "booking_mode": "approval"}
    assert (await mia.post("/console/settings/automation", **form)).status_code == 303
    org = await org_of(shop)
    assert (org.outbound_enabled, org.booking_mode, org.cancel_cutoff_hours) == (False, "approval", 2)


async def test_the_owner_asks_to_be_told_of_a_silent_line_and_asks_no_more(shop: Shop, mia: Desk) -> None:
    path = "/console/settings/automation"
    for written, kept in (("18", 18), ("", 0)):
        form = form_of(await mia.get(path), path)
        assert (await mia.post(path, **{**form, "silence_hours": written})).status_code == 303
        assert (await org_of(shop)).silence_hours == kept


async def test_a_word_where_a_number_belongs_is_named(mia: Desk) -> None:
    answer = await mia.post("/console/settings/automation", alert_minutes="soon")
    assert answer.status_code == 422
    assert "Ring the next person after is not a number" in answer.text


async def test_the_voice_identity_is_set_to_strict(shop: Shop, mia: Desk) -> None:
    form = {"trade": "plumbing", "voice_identity": "strict", "voice_confirm_changes": "1", "bot_message_limit": "10"}
    assert (await mia.post("/console/settings/assistant", **form)).status_code == 303
    org = await org_of(shop)
    assert (org.trade, org.voice_identity, org.voice_confirm_changes) == ("plumbing", "strict", True)


async def test_two_spans_of_monday_are_kept(shop: Shop, mia: Desk) -> None:
    org = await org_of(shop)
    form = {"name": "Shop hours", **WEEK, "day0": "8:00-12:00, 13:00-17:00"}
    assert (await mia.post(f"/console/settings/hours/{org.template_id}", **form)).status_code == 303

    def monday(ctx: Context) -> list[tuple[int, int]]:
        rows = select(Hours).where(Hours.template_id == org.template_id, Hours.weekday == 0).order_by(Hours.opens)
        return [(row.opens, row.closes) for row in ctx.session.scalars(rows)]

    assert await shop.house.read(shop.org, monday) == [(480, 720), (780, 1020)]


async def test_the_visit_at_three_is_listed_when_the_day_ends_at_four(shop: Shop, mia: Desk) -> None:
    await visit_of(shop, start="2026-11-23T15:00:00-06:00", end="2026-11-23T16:30:00-06:00")
    org = await org_of(shop)
    form = {"name": "Shop hours", **{f"day{day}": "8:00-16:00" for day in range(5)}}
    assert (await mia.post(f"/console/settings/hours/{org.template_id}", **form)).status_code == 303
    html = await mia.get("/console/settings/hours")
    assert "1 booked visit now lies outside" in html
    assert "Monday, November 23 at 3:00 PM" in html


async def test_hours_that_overlap_are_refused_with_the_day(shop: Shop, mia: Desk) -> None:
    org = await org_of(shop)
    answer = await mia.post(
        f"/console/settings/hours/{org.template_id}", name="Shop hours", day2="8:00-12:00, 11:00-17:00"
    )
    assert answer.status_code == 422
    assert "Wed" in answer.text
    assert "overlap" in answer.text
    assert "8:00-12:00, 11:00-17:00" in answer.text


async def test_christmas_is_closed_and_opened_again(mia: Desk) -> None:
    form = {"day": "2026-12-25", "spans": "", "reason": "Christmas", "technician_id": ""}
    assert (await mia.post("/console/settings/hours/dates", **form)).status_code == 303
    html = await mia.get("/console/settings/hours")
    assert "Christmas" in html
    place = re.search(
        r'action="(/console/settings/hours/dates/[^"]+/remove)" class="act"><[^>]*Remove Fri, Dec 25"', html
    )
    assert place is not None
    await mia.post(place[1])
    assert "Christmas" not in await mia.get("/console/settings/hours")


async def test_other_hours_are_made_and_taken_away(mia: Desk) -> None:
    await mia.post("/console/settings/hours/new", name="Winter", day0="9:00-12:00")
    html = await mia.get("/console/settings/hours")
    place = re.search(r'href="(/console/settings/hours/[0-9a-f-]{36})"', html)
    assert place is not None
    assert "Winter" in html
    await mia.post(f"{place[1]}/remove")
    assert "Winter" not in await mia.get("/console/settings/hours")


async def test_the_diagnostic_visit_gets_another_fee(shop: Shop, mia: Desk) -> None:
    row = await one(shop, Service, name="Diagnostic visit")
    assert isinstance(row, Service)
    answer = await mia.post(f"/console/settings/services/{row.id}", **service(fee_cents="99.50"))
    assert answer.status_code == 303
    changed = await one(shop, Service, id=row.id)
    assert isinstance(changed, Service)
    assert (changed.fee_cents, changed.aliases) == (9950, ["AC check", "no heat"])


async def test_a_length_off_the_five_minute_cells_is_refused(shop: Shop, mia: Desk) -> None:
    answer = await mia.post("/console/settings/services/new", **service(name="Odd visit", duration_minutes="47"))
    assert answer.status_code == 422
    assert "The length of a visit is a multiple of 5 minutes" in answer.text
    assert "Odd visit" in answer.text


async def test_a_number_out_of_bounds_is_refused_in_the_words_of_a_person(shop: Shop, mia: Desk) -> None:
    answer = await mia.post("/console/settings/services/new", **service(name="Long visit", duration_minutes="100000"))
    assert answer.status_code == 422
    assert "The length of a visit is 5 to 1440 minutes. Send a number between them." in answer.text


async def test_a_service_is_not_called_by_a_mark_nobody_sees(shop: Shop, mia: Desk) -> None:
    answer = await mia.post("/console/settings/services/new", **service(name="\u202e"))
    assert answer.status_code == 422
    assert "needs a name" in answer.text


async def test_a_new_technician_does_the_services_ticked(shop: Shop, mia: Desk) -> None:
    wanted = await one(shop, Service, name="Diagnostic visit")
    assert isinstance(wanted, Service)
    form = {"name": "Noor Haddad", "phone": "512 555 0119", "travel_minutes": "10", "on_call": "3", "position": "5"}
    answer = await mia.post("/console/settings/people/new", **form, active="1", service_ids=wanted.id)
    assert answer.status_code == 303
    made = await one(shop, Technician, name="Noor Haddad")
    assert isinstance(made, Technician)
    assert (made.phone, made.on_call) == ("+15125550119", 3)
    html = await mia.get(f"/console/settings/people/{made.id}")
    assert f'value="{wanted.id}" checked' in html
    assert f"/calendar/{made.calendar_token}.ics" in html


async def test_a_second_click_makes_no_second_technician(shop: Shop, mia: Desk) -> None:
    form = {"name": "Noor Haddad", "phone": "", "travel_minutes": "0", "on_call": "", "position": "0", "active": "1"}
    first = await mia.post("/console/settings/people/new", **form)
    second = await mia.post("/console/settings/people/new", **{**form, "name": "noor haddad"})
    assert (first.status_code, second.status_code) == (303, 422)
    assert "is on the list already" in second.text
    assert sorted(one.name for one in await shop.rows(Technician)) == ["Dana Ruiz", "Luis Ortega", "Noor Haddad"]


async def test_dana_with_visits_ahead_cannot_be_made_inactive(shop: Shop, mia: Desk) -> None:
    await visit_of(shop, start="2026-11-23T15:00:00-06:00", end="2026-11-23T16:30:00-06:00")
    dana = await one(shop, Technician, name="Dana Ruiz")
    assert isinstance(dana, Technician)
    form = {"name": "Dana Ruiz", "phone": "", "travel_minutes": "0", "on_call": "", "position": "0"}
    answer = await mia.post(f"/console/settings/people/{dana.id}", **form)
    assert answer.status_code == 422
    assert "still have 1 upcoming visit" in answer.text


async def test_a_second_click_makes_no_second_team(shop: Shop, mia: Desk) -> None:
    for _ in range(2):
        await mia.post("/console/settings/teams/new", name="North crew")
    assert len(await shop.rows(Team)) == 1


async def test_a_team_is_made_with_dana_in_it(shop: Shop, mia: Desk) -> None:
    dana = await one(shop, Technician, name="Dana Ruiz")
    assert isinstance(dana, Technician)
    await mia.post("/console/settings/teams/new", name="North crew", members=dana.id, **{f"on_call_{dana.id}": "1"})
    html = await mia.get("/console/settings/people")
    assert "North crew" in html
    assert html.count("Dana Ruiz") == 2


async def test_two_zones_keep_twenty_minutes_between_them_both_ways(shop: Shop, mia: Desk) -> None:
    await mia.post("/console/settings/area", codes="North: 78701-78730\nSouth: 78731-78759, 78799")
    assert (await mia.post("/console/settings/area/rides", ride_0_1="20")).status_code == 303

    def rides(ctx: Context) -> dict[tuple[str, str], int]:
        rows = ctx.session.scalars(select(Travel).where(Travel.org_id == ctx.org.id))
        return {(row.from_zone, row.to_zone): row.minutes for row in rows}

    assert await shop.house.read(shop.org, rides) == {("North", "South"): 20, ("South", "North"): 20}


async def test_a_zip_named_twice_is_refused(mia: Desk) -> None:
    answer = await mia.post("/console/settings/area", codes="78701-78730\n78720")
    assert answer.status_code == 422
    assert "named twice" in answer.text


async def test_reminders_are_written_in_days_and_hours(shop: Shop, mia: Desk) -> None:
    form = {"quiet_from": "20:00", "quiet_until": "09:00", "textback_cooldown_minutes": "30", "collect_seconds": "4"}
    assert (await mia.post("/console/settings/messages", **form, reminders="2 days, 90 min")).status_code == 303
    org = await org_of(shop)
    assert (org.reminder_offsets, org.quiet_from) == ([2880, 90], "20:00")


async def test_sarah_gets_the_text_back_in_the_owners_words(shop: Shop, mia: Desk) -> None:
    words = "{business_name} here, sorry we were on a roof! What do you need? Reply STOP to opt out."
    assert (await mia.post("/console/settings/messages/text_back_closed", wording=words)).status_code == 303
    await shop.miss("CA1")
    [text] = await shop.rows(Message, direction="out")
    assert text.body == "Bluebird Heating here, sorry we were on a roof! What do you need? Reply STOP to opt out."


@pytest.mark.parametrize(
    ("kind", "wording", "said"),
    [
        ("confirmed", "See you on {day}", "There is no such variable"),
        ("confirmed", "See you on {date", "brace"),
        ("confirmed", "Booked for {date}. Reply CANCEL to cancel.", "asks people to send CANCEL"),
        ("text_back_open", "Hi from {business_name}! What is up?", "how to make the texts stop"),
        ("text_back_open", "What is up? Reply STOP to opt out.", "who writes"),
        ("reminder", "{business_name} " * 40, "too long"),
    ],
)
async def test_a_wording_that_may_not_go_out_is_refused(mia: Desk, kind: str, wording: str, said: str) -> None:
    answer = await mia.post(f"/console/settings/messages/{kind}", wording=wording)
    assert answer.status_code == 422
    assert said in answer.text


@pytest.mark.parametrize("kind", own_texts.KINDS, ids=lambda kind: kind.id)
def test_the_usual_wordings_pass_their_own_check(kind: own_texts.Kind) -> None:
    own_texts.check(kind, own_texts.usual(kind), "Bluebird Heating")


async def test_the_usual_wording_comes_back(shop: Shop, mia: Desk) -> None:
    await mia.post("/console/settings/messages/moved", wording="{business_name}: new time {date} {time}")
    assert (await org_of(shop)).texts == {"moved": "{business_name}: new time {date} {time}"}
    await mia.post("/console/settings/messages/moved", wording="anything", usual="1")
    assert (await org_of(shop)).texts == {}


async def test_another_businesss_rows_are_not_there(shop: Shop, mia: Desk) -> None:
    rosa = await mia.neighbour()
    service_row = await one(shop, Service, name="Diagnostic visit")
    assert isinstance(service_row, Service)
    for path in (f"services/{service_row.id}", f"staff/{mia.staff_id}", f"hours/{(await org_of(shop)).template_id}"):
        assert (await rosa.client.get(f"/console/settings/{path}")).status_code == 404
        assert (await rosa.post(f"/console/settings/{path}", **service())).status_code in (404, 422)
    assert (await one(shop, Service, id=service_row.id)).name == "Diagnostic visit"  # type: ignore[attr-defined]


def service(**other: str) -> dict[str, str]:
    usual = {
        **{"name": "Diagnostic visit", "description": "", "aliases": "AC check, no heat", "fee_note": ""},
        **{"fee_cents": "89", "value_cents": "", "duration_minutes": "90", "grid_minutes": "60", "buffer_before": "0"},
        **{"buffer_after": "0", "notice_minutes": "120", "horizon_days": "60", "day_cap": "", "week_cap": ""},
        **{"window_minutes": "", "position": "0", "is_bookable": "1"},
    }
    return {**usual, **other}
