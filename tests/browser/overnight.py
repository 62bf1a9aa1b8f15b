"""What happened at Bluebird Heating before the browser opens: threads, visits, a request, colleagues, a webhook."""

from typing import Any

import httpx2
from playwright.sync_api import Page

from tests.stories.real_server import RealServer

MIA, ADA, KEN, RUTH = (f"{name}@bluebird.example" for name in ("owner", "ada", "ken", "ruth"))
GAS, PERSON, REPAIR = "I smell gas in the kitchen", "Can I talk to a person please", "AC died, 12 Oak St 78701"
NIGHT = (GAS, REPAIR, PERSON, REPAIR, REPAIR, PERSON, REPAIR, GAS, REPAIR, REPAIR, PERSON, REPAIR)
ANN_ON_MONDAY = {
    "customerPhone": "+15125550177",
    "customerName": "Ann Lee",
    "customerAddress": "4 Elm St, Austin",
    "scheduledStartAt": "2026-11-23T15:00:00Z",
    "scheduledEndAt": "2026-11-23T16:30:00Z",
    "serviceLabel": "Diagnostic visit",
}


def sign_in(page: Page, email: str, password: str, path: str = "/console") -> None:
    """Through the sign-in page, wherever one is sent there from."""
    page.goto(path)
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.locator("form[action$=sign-out]").wait_for(state="attached")


def asked(server: RealServer, method: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """A JSON door's answer, which must be a good one."""
    answer = server.ask(method, path, json=body)
    assert answer.is_success, answer.text
    found: dict[str, Any] = answer.json()
    return found


def texter(number: int) -> str:
    """The phone of the night's n-th customer."""
    return f"+151255502{number:02d}"


def night(server: RealServer) -> None:
    """Twelve customers write, a minute after one another, and each is answered."""
    for number, body in enumerate(NIGHT):
        assert server.text(body, sender=texter(number)).is_success
        server.pass_time(60)
    settled(server)


def settled(server: RealServer) -> None:
    """Wait until every thread is answered and nothing due waits to be sent."""
    server.pass_time(5)
    due = "select count(*) from jobs where state in ('queued', 'claimed') and due_at <= ?"

    def idle() -> bool:
        now = server.http.get("/api/sandbox/clock").json()["now"].replace("T", " ").removesuffix("Z")
        return server.rows(due, now) == [(0,)]

    server.until(idle, within=30)


def needs_approval(server: RealServer) -> None:
    """From now on a Diagnostic visit waits for the office's yes."""
    (service,) = (one for one in server.company["services"] if one["slug"] == "diagnostic-visit")
    asked(server, "PATCH", f"/api/v1/services/{service['id']}", {"booking_mode": "approval"})


def web_chat(server: RealServer) -> None:
    """The business has a chat for visitors of its site."""
    asked(server, "POST", "/api/v1/entry-points", {"label": "Our site", "kind": "widget"})


def booking_pages(server: RealServer) -> None:
    """A page for one kind of work and one person's time, and one that is paused."""
    (heaters,) = (one["id"] for one in server.company["services"] if one["slug"] == "water-heater-install")
    luis = server.company["technicians"][1]["id"]
    terms = {"service_ids": [heaters], "technician_id": luis, "duration_minutes": 240}
    asked(server, "POST", "/api/v1/booking-pages", {"title": "Water heaters", "intro": "No hot water?", **terms})
    asked(server, "POST", "/api/v1/booking-pages", {"title": "Winter check-ups", "active": False})


def colleague(server: RealServer, email: str, role: str, team: str | None = None) -> None:
    """Somebody who came by an invite, and has the password of all of them."""
    body = {"email": email, "role": role, **({"team_id": team} if team else {})}
    link = asked(server, "POST", "/api/v1/invites", body)["link"]
    password = server.company["owner"]["password"]
    form = {"name": email.split("@")[0].capitalize(), "new": password, "again": password}
    with httpx2.Client() as client:
        joined = client.post(link, data=form)
    assert joined.status_code == 303, joined.text


def a_working_week(server: RealServer) -> None:
    """Something to see on every page: the night, visits, a request, calls, people, a key, a webhook."""
    night(server)
    asked(server, "POST", "/api/private/v1/bookings", ANN_ON_MONDAY)
    needs_approval(server)
    server.say("Monday morning works", sender=texter(1))
    server.say("Monday at 11", sender=texter(1))
    server.miss("CA90", sender=texter(20))
    technician = server.company["technicians"][0]["id"]
    team = asked(server, "POST", "/api/v1/teams", {"name": "North side"})["id"]
    asked(server, "POST", f"/api/v1/teams/{team}/members", {"technician_id": technician, "on_call": 1})
    colleague(server, KEN, "agent", team)
    asked(server, "POST", "/api/v1/invites", {"email": "paul@bluebird.example", "role": "admin"})
    asked(server, "POST", "/api/v1/leads", {"name": "Rob Hale", "phone": texter(21), "message": "Quote for a boiler"})
    web_chat(server)
    booking_pages(server)
    settled(server)
