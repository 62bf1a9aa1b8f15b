"""The RPC door's people: texts to them, contacts and leads (CV-23 to CV-39)."""

from typing import Any

from api.callsavvy_words import LEAD_STATUSES, LEAD_WORDS, NEWEST, Resource, Said, one_of, stored_statuses, worth
from storage import listings, second_line
from storage.context import Context
from storage.tables import Customer, Lead, Message
from tools import contacts, leads, messages, texting
from tools.problems import Problem, not_found
from tools.rules import phones, prices

MOST_RECIPIENTS = 30
SENT = {"queued": "queued", "sent": "sent", "delivered": "sent"}
LEAD_PARTS = ("priority", "notes", "organization", "location")


def send_sms(ctx: Context, said: Said) -> dict[str, Any]:
    """One text to up to 30 people, told apart in `recipients`; whoever asked for no texts is `failed`. It costs nothing
    here. `sender_id` counts where it is one of the business's numbers."""
    recipients, text = _recipients_and_text(said)
    sender = phones.e164(said.get("sender_id") or "", ctx.org.region)
    from_number = second_line.number_named(ctx, sender) if sender else None
    told = [(one, _text(ctx, one, text, "sms", from_number.phone if from_number else None)) for one in recipients]
    first = told[0][1]
    return {"message_id": first.id if first else "", "cost": "", "status": _together(told), "recipients": _each(told)}


def send_whatsapp(ctx: Context, said: Said) -> dict[str, Any]:
    """The same by WhatsApp, from the channel `uid`: a tracked number or its id. Off unless the business has it on."""
    (uid,) = said.need("uid")
    recipients, text = _recipients_and_text(said)
    if not ctx.org.whatsapp_enabled:
        raise Problem("SERVICE_NOT_BOOKABLE", "WhatsApp is switched off for this business.", fix="Have it switched on.")
    number = second_line.number_named(ctx, phones.e164(uid, ctx.org.region) or uid) or not_found("WhatsApp channel")
    told = [(one, _text(ctx, one, text, "whatsapp", number.phone)) for one in recipients]
    return {"status": _together(told), "recipients": _each(told)}


def get_contacts(ctx: Context, said: Said) -> list[dict[str, str]]:
    """The people the business knows."""
    return [
        {
            "contact_id": row.id,
            "name": row.name or "",
            "email": row.email or "",
            "phone": row.phone or "",
            "group_id": row.tags[0] if row.tags else "",
        }
        for row in contacts.listed(ctx, tag=said.get("group_id"), limit=NEWEST)
    ]


def get_contact_groups(ctx: Context, _said: Said) -> list[dict[str, str]]:
    """The tags in use; a tag's id is the tag."""
    return [{"name": tag, "group_id": tag} for tag in contacts.tags(ctx)]


def create_contact(ctx: Context, said: Said) -> dict[str, str]:
    """Somebody to know, or whoever has that number or address already; `group_id` tags them, a new word too."""
    (name,) = said.need("name")
    row = contacts.add(ctx, name, email=said.get("email"), phone=said.get("phone"), tag=said.get("group_id"))
    return {"contact_id": row.id, "name": row.name or name}


def delete_contact(ctx: Context, said: Said) -> dict[str, str]:
    """Forget who somebody is; their visits stay."""
    (contact_id,) = said.need("contact_id")
    contacts.forget(ctx, contacts.get(ctx, contact_id))
    return {"contact_id": contact_id}


def get_leads(ctx: Context, said: Said) -> list[dict[str, str]]:
    """Leads, newest first; a status finds every lead it may stand for."""
    word = one_of("status", said.get("status"), LEAD_STATUSES)
    rows = second_line.leads(ctx, limit=NEWEST, statuses=None if word is None else stored_statuses(word))
    return [_lead(lead, customer) for lead, customer in rows]


def create_lead(ctx: Context, said: Said) -> list[dict[str, str]]:
    """A lead; the open one of that number or address is used again."""
    name, _, _, summary = said.need("name", "status", "priority", "summary")
    customer = contacts.add(ctx, name, email=said.get("email"), phone=said.get("phone"), tag=None)
    lead = leads.open_lead(ctx, customer, said.get("source"))
    _told(ctx, lead, said, summary)
    return [{"lead_id": lead.id}]


def update_lead(ctx: Context, said: Said) -> dict[str, str]:
    """Change what is sent of a lead and its contact; what is not sent stays."""
    (lead_id,) = said.need("lead_id")
    lead, customer = listings.lead_and_customer(ctx, lead_id) or not_found("lead")
    email = said.get("email")
    if email is not None:
        contacts.checked_email(email)
    leads.tell(ctx, customer, name=said.get("name"), email=email)
    contacts.number_told(ctx, customer, said.get("phone"))
    _told(ctx, lead, said, said.get("summary"))
    return {"lead_id": lead.id}


def delete_lead(ctx: Context, said: Said) -> dict[str, str]:
    """A lead is lost with the reason "deleted"; its history stays."""
    (lead_id,) = said.need("lead_id")
    lead, _ = listings.lead_and_customer(ctx, lead_id) or not_found("lead")
    leads.set_status(ctx, lead, "lost", reason="deleted")
    return {"lead_id": lead.id}


def _told(ctx: Context, lead: Lead, said: Said, summary: str | None) -> None:
    leads.describe(ctx, lead.id, issue=summary)
    thought = {"worth_cents": worth(said.get("worth")), **{part: said.get(part) for part in LEAD_PARTS}}
    leads.appraise(ctx, lead, {part: value for part, value in thought.items() if value is not None})
    status = one_of("status", said.get("status"), LEAD_STATUSES)
    if status is not None and lead.status not in stored_statuses(status):
        leads.set_status(ctx, lead, status)
    lead.source = said.get("source") or lead.source


def _lead(lead: Lead, customer: Customer) -> dict[str, str]:
    priority = (lead.priority or "").capitalize()
    return {
        "lead_id": lead.id,
        "name": customer.name or "",
        "email": customer.email or "",
        "phone": customer.phone or "",
        "status": LEAD_WORDS[lead.status][0],
        "organization": lead.organization or "",
        "location": lead.location or "",
        "summary": lead.issue or "",
        "worth": "" if lead.worth_cents is None else prices.dollars(lead.worth_cents),
        "priorty": priority,  # as they spell it
        "priority": priority,
        "notes": lead.notes,
        "source": lead.source,
    }


def _recipients_and_text(said: Said) -> tuple[list[str], str]:
    recipient, text = said.need("recipient", "message")
    recipients = list(dict.fromkeys(one.strip() for one in recipient.split(",") if one.strip()))
    if not 1 <= len(recipients) <= MOST_RECIPIENTS:
        raise Problem("VALIDATION_ERROR", "That is not 1 to 30 recipients.", fix="Send at most 30 numbers.")
    if len(text) > messages.LONGEST:
        raise Problem("VALIDATION_ERROR", "The message is too long.", fix="Send at most 1,600 characters.")
    return recipients, text


def _text(ctx: Context, recipient: str, text: str, channel: str, from_number: str | None) -> Message | None:
    """The text as it was queued or skipped; None where there is nobody to text."""
    phone = phones.e164(recipient, ctx.org.region)
    if phone is None:
        return None
    return texting.text_number(ctx, phone, text, channel=channel, from_number=from_number)


def _each(told: list[tuple[str, Message | None]]) -> list[dict[str, str]]:
    return [
        {
            "recipient": recipient,
            "message_id": message.id if message else "",
            "status": _status(message),
            "reason": "no_phone" if message is None else message.reason or "",
        }
        for recipient, message in told
    ]


def _status(message: Message | None) -> str:
    return "failed" if message is None else SENT.get(message.state, "failed")


def _together(told: list[tuple[str, Message | None]]) -> str:
    """One word for all: failed only where nobody is texted."""
    return "queued" if any(_status(message) != "failed" for _, message in told) else "failed"


RESOURCES = {
    "sendSMS": Resource(send_sms, "WRITE_MESSAGES", writes=True),
    "sendWhatsapp": Resource(send_whatsapp, "WRITE_MESSAGES", writes=True),
    "getContacts": Resource(get_contacts, "READ_LEADS"),
    "getContactGroups": Resource(get_contact_groups, "READ_LEADS"),
    "createContact": Resource(create_contact, "WRITE_LEADS", writes=True),
    "deleteContact": Resource(delete_contact, "MANAGE_ACCOUNT", writes=True),
    "getLeads": Resource(get_leads, "READ_LEADS"),
    "createLead": Resource(create_lead, "WRITE_LEADS", writes=True),
    "updateLead": Resource(update_lead, "WRITE_LEADS", writes=True),
    "deleteLead": Resource(delete_lead, "WRITE_LEADS", writes=True),
}
