"""Addresses that are no page: a link a text broke in two, or one typed by hand.

The routes here take whatever is left, so they hang themselves on the routers after those of every page.
"""

from urllib.parse import quote

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from api.book import router
from api.book.chat_page import router as chats
from api.book.manage import nothing


@chats.get("/{rest:path}")
@router.get("/{rest:path}")
async def lost(request: Request, rest: str) -> Response:
    """Without the slash too many, where the address ends in one; else the page that says there is nothing here, with
    the way to a visit where the business can still be told from the address."""
    path, query = request.scope["path"], request.url.query
    if path.endswith("/"):
        return RedirectResponse(quote(path.rstrip("/")) + (f"?{query}" if query else ""), 301)
    slug, _, page = rest.partition("/")
    return await nothing(request, slug, "no_visit" if page.startswith("manage") else "no_business")
