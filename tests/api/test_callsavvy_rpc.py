"""Callsavvy's RPC door: a pair of keys, one envelope, 28 resources over our own acts (CV-01 to CV-39)."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from api.callsavvy_rpc import NOT_OFFERED, PATHS, RESOURCES
from storage.context import SYSTEM, Context
from storage.seed import demo_id
from storage.tables import AuditEntry, Booking, Call, Conversation, Customer, Job, Lead, Message, Org, Staff, Task, Team
from storage.tables.credentials import SCOPES
from tests.api.doors import RANDOM_ID, second_business
from tests.api.phone_line import MONDAY_9, line_to
from tests.fakes import SARAH, SHOP, Shop
from tools import access

pytestmark = [pytest.mark.anyio, pytest.mark.engines("sqlite")]

MARCUS = "+15125550143"
PRIYA = {
    "name": "Priya Shah",
    "email": "priya@example.com",
    "phone": "512-555-0144",
    "status": "Interested",
    "priority": "Hot",
    "summary": "Wants a heat pump",
    "organization": "Shah LLC",
    "location": "Austin",
    "source": "Facebook",
    "worth": "$3,000",
    "notes": "Call after 5",
}
TICKET = {
    "department_id": demo_id("org"),
    "sender_name": "Priya Shah",
    "sender_email": "priya@example.com",
    "ticket_subject": "No hot water",
    "ticket_message": "Since this morning.",
}


@dataclass(frozen=True, slots=True)
class Keys:
    """A pair of keys, used as their holder does."""

    client: httpx2.AsyncClient
    public: str
    private: str

    async def call(self, resource: str, /, **body: Any) -> httpx2.Response:
        headers = {"Public-Key": self.public, "Private-Key": self.private}
        return await self.client.post(f"/callsavvy/v1/{resource}", json=body, headers=headers)

    async def get(self, resource: str, /, **body: Any) -> Any:
        """The data of a call that must succeed."""
        answer = (await self.call(resource, **body)).json()
        assert (answer["resource"], answer["status"]) == (resource, "success"), answer
        return answer["data"]


async def pair(shop: Shop, *scopes: str, org: Org | None = None) -> Keys:
    made, secret = await shop.house.write(
        org or shop.org, lambda ctx: access.create(ctx, "Second line", scopes or SCOPES), actor=SYSTEM
    )
    return Keys(shop.client, made.id, secret)


@pytest.fixture
async def keys(shop: Shop) -> Keys:
    return await pair(shop)


def test_every_resource_of_the_seed_is_answered() -> None:
    assert len({*RESOURCES, *NOT_OFFERED}) == 28


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
async def test_only_post_is_recognised(shop: Shop, method: str, path: str) -> None:
    answer = await shop.client.request(method, path.format(resource="getLeads"))
    assert (answer.status_code, answer.headers["allow"], answer.json()["status"]) == (405, "POST", "error")


@pytest.mark.parametrize("wrong", ["public", "private", "both", "none"])
async def test_keys_that_are_no_pair_are_invalid(shop: Shop, keys: Keys, wrong: str) -> None:
    other = await pair(shop)
    headers = {
        "public": {"Public-Key": other.public, "Private-Key": keys.private},
        "private": {"Public-Key": keys.public, "Private-Key": "rbk_guessed"},
        "both": {"Public-Key": "a", "Private-Key": "b"},
        "none": {},
    }[wrong]
    answer = await shop.client.post("/callsavvy/v1/getLeads", json={}, headers=headers)
    assert answer.status_code == 401
    assert answer.json() == {"resource": "getLeads", "status": "error", "message": "Invalid API credentials"}


async def test_a_bearer_token_opens_nothing_here(shop: Shop, keys: Keys) -> None:
    headers = {"Authorization": f"Bearer {keys.private}"}
    assert (await shop.client.post("/callsavvy/v1/getLeads", json={}, headers=headers)).status_code == 401


async def test_keys_without_the_scope_are_told_which(shop: Shop) -> None:
    answer = await (await pair(shop, "READ_LEADS")).call("getCalls")
    assert answer.status_code == 403
    assert "READ_CONVERSATIONS" in answer.json()["message"]


async def test_the_sixty_first_call_of_a_minute_waits(keys: Keys) -> None:
    answers = [await keys.call("getSummary") for _ in range(61)]
    assert answers[-1].status_code == 429
    assert answers[-1].json()["status"] == "error"
    assert int(answers[-1].headers["retry-after"]) > 0


@pytest.mark.parametrize("body", [b"{", b"[]", b"name=Priya"])
async def test_what_is_no_json_object_is_refused_in_the_envelope(shop: Shop, keys: Keys, body: bytes) -> None:
    headers = {"Public-Key": keys.public, "Private-Key": keys.private}
    answer = await shop.client.post("/callsavvy/v1/getLeads", content=body, headers=headers)
    assert (answer.status_code, answer.json()["status"]) == (400, "error")


@pytest.mark.parametrize("resource", sorted(NOT_OFFERED))
async def test_what_is_not_offered_says_so_and_why(keys: Keys, resource: str) -> None:
    answer = await keys.call(resource)
    assert answer.json() == {"resource": resource, "status": "error", "message": NOT_OFFERED[resource]}
    assert answer.status_code == 404


async def test_an_unknown_resource_is_an_error_in_the_envelope(keys: Keys) -> None:
    answer = await keys.call("getMoney")
    assert (answer.status_code, answer.json()["status"]) == (404, "error")


async def test_the_summary_names_the_number_and_no_money(shop: Shop, keys: Keys) -> None:
    assert await keys.get("getSummary") == {
        "assigned_number": SHOP,
        "account_status": "active",
        "business_id": shop.org.id,
        "credit_balance": "",
        "account_currency": "",
        "package": "",
        "validity": "",
    }


async def test_a_business_without_teams_is_one_department(shop: Shop, keys: Keys) -> None:
    (one,) = await keys.get("getDepartments")
    assert (one["department_id"], one["department_name"]) == (shop.org.id, "Bluebird Heating")


async def test_teams_are_departments(shop: Shop, keys: Keys) -> None:
    await shop.act(lambda ctx: ctx.session.add(Team(org_id=ctx.org.id, name="Installs", created_at=ctx.now)))
    assert [one["department_name"] for one in await keys.get("getDepartments")] == ["Installs"]


async def test_services_are_categories(keys: Keys) -> None:
    names = [one["category_name"] for one in await keys.get("getCategories")]
    assert names == ["Diagnostic visit", "Water heater install"]


async def mia(shop: Shop) -> str:
    def unit(ctx: Context) -> str:
        row = Staff(org_id=ctx.org.id, email="mia@example.com", name="Mia", role="agent", created_at=ctx.now)
        ctx.session.add(row)
        ctx.session.flush()
        return row.id

    return await shop.act(unit)


async def test_staff_are_agents(shop: Shop, keys: Keys) -> None:
    agent_id = await mia(shop)
    assert {
        "agent_id": agent_id,
        "agent_name": "Mia",
        "agent_designation": "Agent",
        "last_online": "",
        "agent_email": "mia@example.com",
    } in await keys.get("getAgents")


async def test_a_ticket_is_a_lead_a_conversation_and_a_task(shop: Shop, keys: Keys) -> None:
    made = await keys.get("createTicket", **TICKET)
    (lead,), (task,) = await shop.rows(Lead), await shop.rows(Task)
    assert (lead.issue, task.conversation_id) == ("No hot water", made["ticket_id"])
    assert await keys.get("getTickets") == [
        {
            "ticket_id": made["ticket_id"],
            "datetime": "2026-11-21 10:00:00",
            "ticket_status": "New",
            "last_reply": "2026-11-21 10:00:00",
            "subject": "No hot water",
            "sender_name": "Priya Shah",
            "sender_email": "priya@example.com",
            "department_id": shop.org.id,
        }
    ]


async def test_every_missing_part_of_a_ticket_is_named(keys: Keys) -> None:
    answer = await keys.call("createTicket", sender_name="Priya")
    assert answer.status_code == 400
    for part in ("department_id", "sender_email", "ticket_subject", "ticket_message"):
        assert part in answer.json()["message"]


async def test_a_ticket_goes_back_and_forth(shop: Shop, keys: Keys) -> None:
    agent_id = await mia(shop)
    ticket_id = (await keys.get("createTicket", **TICKET))["ticket_id"]
    reply = {"ticket_id": ticket_id, "response_date": "2026-11-21 10:05:00"}
    ours = await keys.get("replyTicket", replying_agent_id=agent_id, response_message="On our way.", **reply)
    assert ours["new_status"] == "Awaiting Customer Reply"
    theirs = await keys.get("replyTicket", response_message="Thank you!", **reply)
    assert theirs["new_status"] == "Awaiting Agent Reply"
    said = [
        (one["message"], one["from_agent"], one["agent_name"])
        for one in await keys.get("getTicket", ticket_id=ticket_id)
    ]
    assert said == [("Since this morning.", "false", ""), ("On our way.", "true", "Mia"), ("Thank you!", "false", "")]


async def test_an_agents_reply_is_texted_and_pauses_the_assistant(shop: Shop, keys: Keys) -> None:
    agent_id = await mia(shop)
    await shop.text("My furnace makes a loud noise", "SM1")
    (thread,) = await shop.rows(Conversation)
    reply = {"ticket_id": thread.id, "response_date": "2026-11-21 10:05:00", "response_message": "Mia here."}
    await keys.get("replyTicket", replying_agent_id=agent_id, **reply)
    (thread,), (text,) = await shop.rows(Conversation), await shop.rows(Message, kind="staff")
    assert (thread.state, text.to_phone, text.state) == ("human", SARAH, "queued")


@pytest.mark.parametrize(
    ("state", "spoken", "status"),
    [
        ("bot", [], "New"),
        ("needs_human", [], "New"),
        ("needs_human", ["out"], "Awaiting Agent Reply"),
        ("waiting_customer", ["out"], "Awaiting Customer Reply"),
        ("human", ["out"], "Awaiting Customer Reply"),
        ("human", ["out", "in"], "Awaiting Agent Reply"),
        ("closed", ["out"], "Closed"),
    ],
    ids=str,
)
@pytest.mark.engines("sqlite", "postgres")
async def test_a_conversation_is_a_ticket_with_a_status(shop: Shop, state: str, spoken: list[str], status: str) -> None:
    from tools import conversations, leads, messages

    def unit(ctx: Context) -> None:
        customer = leads.customer_for(ctx, SARAH)
        thread = conversations.thread_for(ctx, SARAH, SHOP, "sms")
        conversations.hear(ctx, thread, "Hello")
        for way in spoken:
            if way == "in":
                conversations.hear(ctx, thread, "Well?")
            else:
                messages.say(ctx, to=customer, body="Hi", kind="staff", conversation=thread)
        thread.state = state

    await shop.act(unit)
    keys = await pair(shop)
    assert [one["ticket_status"] for one in await keys.get("getTickets", ticket_status=status)] == [status]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"datetime": "2026-11"}, 1),
        ({"datetime": "2026-11-21"}, 1),
        ({"datetime": "2026-11-21 10:00:00"}, 1),
        ({"datetime": "2026-11-22"}, 0),
        ({"datetime": "2026-11-21 10:00:01"}, 0),
        ({"sender_email": "PRIYA@example.com"}, 1),
        ({"sender_email": "marcus@example.com"}, 0),
        ({"department_id": demo_id("org")}, 1),
        ({"ticket_status": "closed"}, 0),
    ],
    ids=str,
)
async def test_tickets_are_found_by_what_is_asked(keys: Keys, asked: dict[str, str], found: int) -> None:
    await keys.get("createTicket", **TICKET)
    assert len(await keys.get("getTickets", **asked)) == found


async def test_calls_are_shown_as_they_write_them(shop: Shop, keys: Keys) -> None:
    await shop.miss("CA1")
    assert [(one["direction"], one["caller"], one["duration"]) for one in await keys.get("getCalls")] == [
        ("Incoming", SARAH, "0")
    ]
    assert await keys.get("getCalls", call_direction="Outgoing") == []
    assert await keys.get("getCalls", datetime="2026-10") == []


async def test_a_deleted_recording_is_not_shown(shop: Shop, keys: Keys) -> None:
    await shop.miss("CA1")
    await shop.change(Call, recording_url="https://recordings.test/1.mp3", recording_deleted_at=shop.clock.now())
    assert [one["recording_url"] for one in await keys.get("getCalls")] == [""]


async def test_a_bots_visitor_is_a_chat(shop: Shop, keys: Keys) -> None:
    form = {
        "event": "chatbotCallback",
        "original_message": "do you do drains?",
        "sender_name": "Priya",
        "bot_name": "B",
    }
    await shop.client.post(f"/api/callsavvy/webhook/{shop.org.callsavvy_token}", data=form)
    assert [(one["visitor_name"], one["chat_status"]) for one in await keys.get("getChats")] == [("Priya", "Engaged")]


@pytest.mark.parametrize(("switched_on", "channels"), [(True, ["whatsapp"]), (False, [])])
async def test_messengers_are_whatsapp_where_it_is_on(
    shop: Shop, keys: Keys, switched_on: bool, channels: list[str]
) -> None:
    await shop.change(Org, whatsapp_enabled=switched_on)
    await shop.text("Hello", "SM1", sender=f"whatsapp:{SARAH}")
    assert [one["channel"] for one in await keys.get("getMessangers")] == channels


async def test_a_list_of_recipients_is_texted_one_by_one(shop: Shop, keys: Keys) -> None:
    sent = await keys.get("sendSMS", recipient=f"{SARAH}, {MARCUS}", message="We open at 9 tomorrow.")
    assert (sent["status"], sent["cost"]) == ("queued", "")
    assert sorted(one.to_phone or "" for one in await shop.rows(Message)) == [SARAH, MARCUS]


async def test_who_opted_out_is_failed(shop: Shop, keys: Keys) -> None:
    await shop.text("STOP", "SM1")
    sent = await keys.get("sendSMS", recipient=f"{SARAH},{MARCUS},12", message="Hello")
    assert [(one["status"], one["reason"]) for one in sent["recipients"]] == [
        ("failed", "opted_out"),
        ("queued", ""),
        ("failed", "no_phone"),
    ]
    assert (await keys.get("sendSMS", recipient=SARAH, message="Hello"))["status"] == "failed"


async def test_thirty_one_recipients_are_too_many(keys: Keys) -> None:
    many = ",".join(f"+1512555{number:04}" for number in range(31))
    assert (await keys.call("sendSMS", recipient=many, message="Hello")).status_code == 400


async def test_the_same_key_sends_once(shop: Shop, keys: Keys) -> None:
    headers = {"Public-Key": keys.public, "Private-Key": keys.private, "Idempotency-Key": "k1"}
    for _ in range(2):
        body = {"recipient": SARAH, "message": "Hello"}
        assert (await shop.client.post("/callsavvy/v1/sendSMS", json=body, headers=headers)).status_code == 200
    assert len(await shop.rows(Message)) == 1


async def test_whatsapp_is_off_unless_it_is_on(shop: Shop, keys: Keys) -> None:
    body = {"uid": SHOP, "recipient": SARAH, "message": "Hello"}
    answer = await keys.call("sendWhatsapp", **body)
    assert "switched off" in answer.json()["message"]
    await shop.change(Org, whatsapp_enabled=True)
    assert (await keys.get("sendWhatsapp", **body))["status"] == "queued"
    assert [one.channel for one in await shop.rows(Message)] == ["whatsapp"]


async def test_a_contact_is_kept_tagged_and_found(keys: Keys) -> None:
    made = await keys.get("createContact", name="Priya Shah", phone="512-555-0144", group_id="VIP")
    (row,) = await keys.get("getContacts", group_id="VIP")
    assert (row["contact_id"], row["phone"], row["group_id"]) == (made["contact_id"], "+15125550144", "VIP")
    assert await keys.get("getContactGroups") == [{"name": "VIP", "group_id": "VIP"}]
    assert await keys.get("getContacts", group_id="Others") == []


@pytest.mark.parametrize("given", [{}, {"email": "doug@resolvency."}, {"phone": "12"}], ids=str)
async def test_a_contact_needs_an_address_or_a_number_that_is_one(keys: Keys, given: dict[str, str]) -> None:
    assert (await keys.call("createContact", name="Doug", **given)).status_code == 400


async def test_a_deleted_contact_is_nobody_and_the_visit_stays(shop: Shop, keys: Keys) -> None:
    await (await line_to(shop)).has(MONDAY_9, customer_name="Sarah Jones", address="12 Oak St")
    (sarah,) = await shop.rows(Customer)
    await keys.get("deleteContact", contact_id=sarah.id)
    (row,), (visit,) = await shop.rows(Customer), await shop.rows(Booking)
    assert (row.name, row.phone, visit.customer_name, visit.customer_phone) == (None, None, None, None)
    assert (visit.status, visit.address) == ("confirmed", "12 Oak St")
    assert await keys.get("getContacts") == []
    assert "contact.forgotten" in [line.action for line in await shop.rows(AuditEntry)]


async def test_a_deleted_contact_gets_no_reminder(shop: Shop, keys: Keys) -> None:
    await (await line_to(shop)).has(MONDAY_9)
    (sarah,) = await shop.rows(Customer)
    await keys.get("deleteContact", contact_id=sarah.id)
    assert {job.state for job in await shop.rows(Job, topic="remind")} == {"skipped"}


async def test_who_wants_no_texts_is_not_forgotten_as_such(shop: Shop, keys: Keys) -> None:
    await shop.text("STOP", "SM1")
    (sarah,) = await shop.rows(Customer)
    await keys.get("deleteContact", contact_id=sarah.id)
    await shop.miss("CA1")
    assert [call.skip_reason for call in await shop.rows(Call)] == ["opted_out"]


async def test_forgetting_takes_the_keys_of_an_owner(shop: Shop) -> None:
    few = await pair(shop, "READ_LEADS", "WRITE_LEADS")
    assert (await few.call("deleteContact", contact_id=RANDOM_ID)).status_code == 403


async def test_a_lead_is_read_back_in_their_words(keys: Keys) -> None:
    ((made),) = await keys.get("createLead", **PRIYA)
    (row,) = await keys.get("getLeads")
    # Contract 2.1: what is read back is the first word of the stored status's cell.
    assert row == {
        **PRIYA,
        "lead_id": made["lead_id"],
        "phone": "+15125550144",
        "status": "Qualified",
        "priorty": "Hot",
    }


@pytest.mark.parametrize(
    ("said", "stored", "shown"),
    [
        ("Potential", ("new", None), "Potential"),
        ("Qualified", ("active", None), "Qualified"),
        ("interested", ("active", None), "Qualified"),
        ("Converted", ("won", None), "Converted"),
        ("Not Interested", ("lost", "not_interested"), "Not Interested"),
        ("Bad Fit", ("lost", "bad_fit"), "Not Interested"),
    ],
)
async def test_lead_statuses_are_mapped_and_found(
    shop: Shop, keys: Keys, said: str, stored: tuple[str, str | None], shown: str
) -> None:
    await keys.get("createLead", **{**PRIYA, "status": said})
    (lead,) = await shop.rows(Lead)
    assert (lead.status, lead.lost_reason) == stored
    assert [one["status"] for one in await keys.get("getLeads", status=said)] == [shown]


@pytest.mark.parametrize("wrong", [{"status": "Lovely"}, {"priority": "Warmish"}, {"worth": "much"}], ids=str)
async def test_a_lead_with_a_word_we_do_not_know_is_refused(shop: Shop, keys: Keys, wrong: dict[str, str]) -> None:
    assert (await keys.call("createLead", **{**PRIYA, **wrong})).status_code == 400
    assert await shop.rows(Lead) == []


async def test_a_lead_is_changed_in_what_is_sent(keys: Keys) -> None:
    ((made),) = await keys.get("createLead", **PRIYA)
    await keys.get("updateLead", lead_id=made["lead_id"], status="Converted", worth="4500.50", name="Priya S.")
    (row,) = await keys.get("getLeads")
    assert (row["status"], row["worth"], row["name"], row["notes"]) == (
        "Converted",
        "$4,500.50",
        "Priya S.",
        "Call after 5",
    )


async def test_a_lead_does_not_become_another_persons(keys: Keys) -> None:
    ((made),) = await keys.get("createLead", **PRIYA)
    assert (await keys.call("updateLead", lead_id=made["lead_id"], phone=SARAH)).status_code == 409


async def test_a_deleted_lead_is_lost_with_that_reason(shop: Shop, keys: Keys) -> None:
    ((made),) = await keys.get("createLead", **PRIYA)
    await keys.get("deleteLead", lead_id=made["lead_id"])
    (lead,) = await shop.rows(Lead)
    assert (lead.status, lead.lost_reason) == ("lost", "deleted")


async def test_another_businesss_ids_answer_like_random_ones(shop: Shop, keys: Keys) -> None:
    theirs = await pair(shop, org=await second_business(shop))
    await shop.act(lambda ctx: ctx.session.add(Team(org_id=ctx.org.id, name="Installs", created_at=ctx.now)))
    ticket, lead = await keys.get("createTicket", **TICKET), (await keys.get("createLead", **PRIYA))[0]
    contact = await keys.get("createContact", name="Doug", phone=MARCUS)
    (team,) = await shop.rows(Team)
    agent = await mia(shop)
    reply = {"response_date": "2026-11-21", "response_message": "Hello"}
    own = await theirs.get(
        "createTicket", **{**TICKET, "department_id": (await theirs.get("getSummary"))["business_id"]}
    )
    for resource, name, value, more in (
        ("getTicket", "ticket_id", ticket["ticket_id"], {}),
        ("replyTicket", "ticket_id", ticket["ticket_id"], reply),
        ("replyTicket", "replying_agent_id", agent, {**reply, "ticket_id": own["ticket_id"]}),
        ("updateLead", "lead_id", lead["lead_id"], {"status": "Converted"}),
        ("deleteLead", "lead_id", lead["lead_id"], {}),
        ("deleteContact", "contact_id", contact["contact_id"], {}),
        ("createTicket", "department_id", team.id, {k: v for k, v in TICKET.items() if k != "department_id"}),
        ("getTickets", "department_id", team.id, {}),
        ("getCalls", "department_id", shop.org.id, {}),
        ("getCalls", "category", demo_id("diagnostic-visit"), {}),
    ):
        real, random = [await theirs.call(resource, **{name: one, **more}) for one in (value, RANDOM_ID)]
        assert (real.status_code, real.json()) == (404, random.json()), resource


async def test_lists_show_only_ones_own(shop: Shop, keys: Keys) -> None:
    await keys.get("createTicket", **TICKET)
    await keys.get("createContact", name="Priya", phone=MARCUS, group_id="VIP")
    await shop.miss("CA1")
    shop.clock.advance(timedelta(minutes=1))
    theirs = await pair(shop, org=await second_business(shop))
    for resource in ("getTickets", "getCalls", "getChats", "getContacts", "getContactGroups", "getLeads", "getAgents"):
        assert await theirs.get(resource) == [], resource
