"""The business's web chats: where each may stand, and the tags to paste into a site."""

from typing import Annotated, Any

from fastapi import Depends, Request, Response

from api.console import pages
from api.console.door import StaffCaller, router, staff_with
from api.pages import form_text
from storage.context import Context
from storage.tables import EntryPoint
from tools import ways_in
from tools.problems import Problem, not_found

Owner = Annotated[StaffCaller, Depends(staff_with("owner", "admin"))]
MOST = 20


@router.get("/web-chat")
async def web_chat(request: Request, caller: Owner) -> Response:
    """The page."""
    return await shown(request, caller)


@router.post("/web-chat")
async def open_chat(request: Request, caller: Owner) -> Response:
    """Open a web chat."""
    fields = {**told(dict(await request.form())), "kind": "widget"}
    try:
        await caller.write(lambda ctx: ways_in.add(ctx, fields))
    except Problem as problem:
        return await shown(request, caller, problem=problem, tried=fields)
    return pages.back_to(request, "/console/web-chat", "The web chat is open. Paste its tag into your site.")


@router.post("/web-chat/{entry_point_id}")
async def change_chat(request: Request, entry_point_id: str, caller: Owner) -> Response:
    """Change where a web chat may stand, or close it and open it again."""
    form = dict(await request.form())
    fields = {"active": form["active"] == "1"} if "active" in form else told(form)

    def act(ctx: Context) -> None:
        if ways_in.get(ctx, entry_point_id).kind != "widget":
            not_found("web chat")
        ways_in.change(ctx, entry_point_id, fields)

    try:
        await caller.write(act)
    except Problem as problem:
        if problem.code == "NOT_FOUND":
            raise
        return await shown(request, caller, problem=problem)
    return pages.back_to(request, "/console/web-chat", "Saved.")


def told(form: dict[str, Any]) -> dict[str, Any]:
    """A web chat's columns, as a form says them."""
    written = form_text(form, "origins", 2000) or ""
    return {"name": form_text(form, "name", 80) or "Web chat", "origins": written.split()}


async def shown(
    request: Request, caller: StaffCaller, *, problem: Problem | None = None, tried: dict[str, Any] | None = None
) -> Response:
    """The page, with what was wrong and what was tried."""

    def ask(ctx: Context) -> list[EntryPoint]:
        return ways_in.listed(ctx, offset=0, size=MOST, kind="widget")[0]

    facts = {
        "chats": await caller.read(ask),
        "public_url": caller.house.settings.public_url,
        "problem": f"{problem.detail} {problem.fix}" if problem else "",
        "tried": tried or {"name": "Our web site", "origins": []},
    }
    return pages.page(request, "web_chats.html.j2", 422 if problem else 200, active="/console/settings", **facts)
