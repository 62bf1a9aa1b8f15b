"""Pages for homeowners: see, move or cancel a visit by its link, and book one."""

from fastapi import APIRouter

router = APIRouter(prefix="/book", include_in_schema=False)

from api.book import booking, chat_page, front, manage  # noqa: E402 - the routes hang themselves on the router

__all__ = ["booking", "chat_page", "front", "manage", "router"]
