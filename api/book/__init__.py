"""Pages for homeowners: see, move or cancel a visit by its link, and book one."""

from functools import cache

from fastapi import APIRouter
from jinja2 import Environment, PackageLoader, StrictUndefined

router = APIRouter(prefix="/book", include_in_schema=False)


@cache
def templates() -> Environment:
    """The pages' templates; everything printed is escaped."""
    return Environment(
        loader=PackageLoader("api.book"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


from api.book import booking, chat_page, front, manage  # noqa: E402 - the routes hang themselves on the router

__all__ = ["booking", "chat_page", "front", "manage", "router", "templates"]
