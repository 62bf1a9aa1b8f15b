"""The settings' frame: which sections there are, who may open them, and how a page of them is shown."""

from typing import Annotated, Any

from fastapi import Depends, Request, Response

from api.console import pages
from api.console.door import StaffCaller, staff_with
from tools.problems import Problem

ROOT = "/console/settings"
SECTIONS = (
    ("", "Business"),
    ("/numbers", "Numbers"),
    ("/hours", "Hours"),
    ("/services", "Services"),
    ("/people", "Technicians and teams"),
    ("/area", "Area and travel"),
    ("/booking-pages", "Booking pages"),
    ("/messages", "Messages"),
    ("/web-chat", "Web chat"),
    ("/automation", "Automation"),
    ("/assistant", "Assistant"),
    ("/integrations", "Integrations"),
    ("/keys", "Keys"),
    ("/webhooks", "Webhooks"),
    ("/staff", "Staff"),
    ("/audit", "Audit"),
)
# Who may open the settings: those whose role may change the business (SC-75).
Office = Annotated[StaffCaller, Depends(staff_with("owner", "admin"))]


def show(
    request: Request,
    template: str,
    section: str,
    *,
    refused: Problem | None = None,
    status: int | None = None,
    **facts: Any,
) -> Response:
    """A page of the settings; `section` is its path below /console/settings. `refused` is shown above it."""
    return pages.page(
        request,
        template,
        status or (422 if refused else 200),
        active=ROOT,
        sections=[(name, ROOT + path, path == section) for path, name in SECTIONS],
        refused=refused,
        **facts,
    )
