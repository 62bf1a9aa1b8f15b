"""Pages for homeowners: see, move or cancel a visit by its link, and book one."""

from fastapi import APIRouter

from api.book.door import HomeownerRoute

router = APIRouter(prefix="/book", route_class=HomeownerRoute, include_in_schema=False)

from api.book import (  # noqa: E402 - the routes hang themselves on the router
    booking,
    chat_page,
    front,
    lost,
    manage,
)

__all__ = ["booking", "chat_page", "front", "lost", "manage", "router"]
