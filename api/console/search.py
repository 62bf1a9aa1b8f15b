"""Search: by name, phone, address, or the beginning of a visit's id. A form that posts, so that no address of a page
holds what was searched for."""

from typing import Annotated, Any

from fastapi import Depends, Request, Response

from api.console import pages
from api.console.door import StaffCaller, router, signed_in
from api.errors import status_of
from api.pages import form_text
from tools import finding
from tools.problems import Problem

HERE = "/console/search"
LONGEST = 80


@router.get("/search")
async def blank(request: Request, caller: Annotated[StaffCaller, Depends(signed_in)]) -> Response:
    """The empty form."""
    return shown(request, "", None)


@router.post("/search")
async def search(request: Request, caller: Annotated[StaffCaller, Depends(signed_in)]) -> Response:
    """What the words find, as far as this person may see it."""
    words = form_text(await request.form(), "words", LONGEST) or ""
    try:
        found = await caller.read(lambda ctx: finding.find(ctx, caller.staff, words))
    except Problem as problem:
        return shown(request, words, None, problem.detail, status_of(problem))
    return shown(request, words, found)


def shown(
    request: Request, words: str, found: finding.Results | None, problem: str = "", status: int = 200
) -> Response:
    """The page with what was found, if anything was looked for."""
    facts: dict[str, Any] = {"words": words, "found": found, "problem": problem}
    return pages.page(request, "search.html.j2", status, active=HERE, **facts)
