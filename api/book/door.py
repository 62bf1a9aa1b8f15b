"""The door of the homeowner pages: whatever goes wrong there is a page, in the visitor's language."""

from typing import Any

from fastapi import Request, Response

from api.book.tongues import of_browser, of_customer, written
from api.errors import status_of
from api.pages import PageRoute
from storage.tables import Org
from tools.problems import Problem

WHY = {
    "INSUFFICIENT_SCOPE": "sent_from_elsewhere",
    "BODY_TOO_LARGE": "too_long",
    "INVALID_BODY": "unreadable",
    "VALIDATION_ERROR": "no_business",
}


class HomeownerRoute(PageRoute):
    """A route of the homeowner pages."""

    def show(self, request: Request, problem: Problem) -> Response:
        """What a person can do about it."""
        return gone(request, WHY.get(problem.code, "broken"), status_of(problem))


def gone(
    request: Request,
    why: str,
    status: int,
    *,
    business: Org | None = None,
    books: bool = False,
    language: str | None = None,
    reached_at: dict[str, Any] | None = None,
) -> Response:
    """A page that has nothing to show, and says what to do. `why` names its words; `books` shows the way to a visit
    with that business, `reached_at` its number. `language` is the visitor's if known, else their browser's counts."""
    return written(
        request,
        of_browser(request) if language is None else of_customer(request, language),
        "gone.html.j2",
        status,
        here="" if request.method in ("GET", "HEAD") else None,
        why=why,
        business=business.name if business else None,
        slug=business.slug if business and books else None,
        **(reached_at or {"phone": None}),
    )
