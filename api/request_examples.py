"""One request body for each write of the JSON doors, by the name of its schema; each works on the demo company.

A test sends them. A schema that is not here gets an example made of its required members.
"""

from typing import Any

from storage.seed import demo_id

DANA = demo_id("dana")
PHONE = "+15125550142"
START, END = "2026-11-24T15:00:00Z", "2026-11-24T16:30:00Z"
MONDAY_TO_FRIDAY = [{"day": day, "start": "08:00", "end": "17:00"} for day in range(1, 6)]

REQUESTS: dict[str, Any] = {
    "NewBooking": {
        "customerPhone": PHONE,
        "scheduledStartAt": START,
        "scheduledEndAt": END,
        "customerName": "Sarah Jones",
        "customerEmail": "sarah@example.com",
        "serviceLabel": "Diagnostic visit",
        "notes": "No cooling upstairs",
        "address": "12 Oak St, Austin",
        "postalCode": "78701",
        "metadata": {"ticket": "A-1042"},
    },
    "BookingPatch": {"scheduledStartAt": "2026-11-25T15:00:00Z", "notes": "The gate sticks"},
    "NewV1Booking": {
        "event_type_id": "diagnostic-visit",
        "start_time": "2026-11-24T09:00:00",
        "phone": PHONE,
        "name": "Sarah Jones",
        "address": "12 Oak St, Austin",
        "postal_code": "78701",
        "metadata": {"ticket": "A-1042"},
    },
    "V1BookingPatch": {"start_time": "2026-11-25T09:00:00"},
    "NewSchedulingBooking": {
        "event_type_slug": "diagnostic-visit",
        "fullName": "Sarah Jones",
        "phone": PHONE,
        "date": "2026-11-24",
        "time": "09:00",
        "email": "sarah@example.com",
        "address": "12 Oak St, Austin",
        "postal_code": "78701",
    },
    "AskedTime": {"event_type_slug": "diagnostic-visit", "date": "2026-11-24", "time": "09:00"},
    "AskedRange": {"event_type_slug": "diagnostic-visit", "date_from": "2026-11-23", "date_to": "2026-11-27"},
    "Reason": {"reason": "Found the breaker off"},
    "Decline": {"reason": "Nobody is free that day"},
    "WhoIsLate": {"who": "technician"},
    "CalcomSetup": {
        "services": [{"service_id": demo_id("diagnostic-visit"), "event_type_id": 1204}],
        "api_key": "cal_live_example",
        "webhook_secret": "a-long-random-text",
    },
    "NewHold": {"service": "diagnostic-visit", "start": "2026-11-24T09:00:00", "minutes": 10},
    "NewLead": {"phone": "+15125550143", "name": "Marcus Webb", "postal_code": "78704", "issue": "No hot water"},
    "LeadPatch": {"status": "lost", "reason": "price"},
    "NewText": {"to": PHONE, "body": "We open at eight tomorrow."},
    "NewMessage": {"body": "Dana is on her way and will be with you at ten."},
    "NewService": {
        "name": "Duct cleaning",
        "default_duration": 120,
        "slot_interval_minutes": 60,
        "min_notice_hours": 24,
        "fee_cents": 19900,
        "technician_ids": [DANA],
    },
    "ServicePatch": {"buffer_after": 15, "day_cap": 4},
    "NewBlackout": {"date": "2026-12-24", "start": "12:00", "end": "17:00", "reason": "Christmas Eve"},
    "NewTemplate": {"name": "Shop hours", "schedule": MONDAY_TO_FRIDAY},
    "NewTechnician": {"name": "Rosa Diaz", "phone": "+15125550113", "travel_minutes": 20},
    "TechnicianPatch": {"travel_minutes": 15},
    "AutomationPatch": {"whatsapp_enabled": True, "reminder_offsets": [1440, 120]},
    "NewTeam": {"name": "HVAC", "description": "Heating and cooling"},
    "NewMember": {"technician_id": DANA, "on_call": 1},
    "NewCredential": {"name": "Acme Dispatch", "scopes": ["READ_BOOKINGS", "WRITE_BOOKINGS"]},
    "Rotation": {"overlap_hours": 1},
    "NewWebhook": {"url": "https://hooks.example.com/ringback", "events": ["booking.created", "booking.cancelled"]},
    "WebhookPatch": {"events": ["*"]},
    "ClockMove": {"advance_seconds": 3600},
    "NewStaff": {"email": "ana@bluebird.example", "name": "Ana Diaz", "role": "agent"},
    "StaffPatch": {"role": "supervisor"},
    "NewStatus": {"status": "away"},
    "NewInvite": {"email": "joe@bluebird.example", "role": "agent"},
    "NewRole": {"role": "supervisor"},
    "NewBookingPage": {"title": "Spring tune-ups", "intro": "Before the heat comes.", "slug": "bluebird-tune-ups"},
    "BookingPagePatch": {"active": False},
    "Recipient": {"phone": "+15125550142"},
    "NewEntryPoint": {"label": "Yard signs", "kind": "number", "phone": "+15125550177", "source": "yard-signs"},
    "EntryPointPatch": {"source": "yard-signs-2026"},
    "NewEntryPoints": {"entry_points": [{"label": "Van", "phone": "+15125550178", "source": "van"}]},
    "ChangedEntryPoints": {"entry_points": [{"id": demo_id("number main"), "label": "Main line"}]},
    "AskedSite": {"referer": "https://www.bluebird.example/repairs"},
}
