"""The business's web chats: where each may stand, and the tags to paste into a site."""

from typing import Any

from fastapi import Request, Response

from api.console import pages
from api.console.door import StaffCaller, router
from api.console.forms import refused_by, sent
from api.console.settings import ROOT, Office, show
from api.pages import form_text
from storage.context import Context
from storage.tables import EntryPoint
from tools import ways_in
from tools.problems import Problem, not_found

MOST = 20


@router.get("/settings/web-chat")
async def web_chat(request: Request, caller: Office) -> Response:
    """The page."""
    return await shown(request, caller)


@router.post("/settings/web-chat")
async def open_chat(request: Request, caller: Office) -> Response:
    """Open a web chat."""
    fields = {**told(dict(await request.form())), "kind": "widget"}
    try:
        await caller.write(lambda ctx: ways_in.add(ctx, fields))
    except Problem as problem:
        return await shown(request, caller, problem=problem, tried=fields)
    return pages.back_to(request, f"{ROOT}/web-chat", "The web chat is open. Paste its tag into your site.")


@router.post("/settings/web-chat/{entry_point_id}")
async def change_chat(request: Request, entry_point_id: str, caller: Office) -> Response:
    """Change where a web chat may stand, or close it and open it again."""
    form = await sent(request)
    switched = form.text("active", 1)
    fields = {"active": switched == "1"} if switched else told(dict(form.form))

    def act(ctx: Context) -> None:
        if ways_in.get(ctx, entry_point_id).kind != "widget":
            not_found("web chat")
        ways_in.change(ctx, entry_point_id, fields)

    def now(ctx: Context) -> dict[str, Any]:
        return sites(ways_in.get(ctx, entry_point_id))

    refused = await refused_by(caller, form.unless_newer(now, act))
    if refused is not None:
        again = {entry_point_id: form.over(await caller.read(now))}
        return await shown(request, caller, problem=refused, again=again)
    return pages.back_to(request, f"{ROOT}/web-chat", "Saved.")


def sites(row: EntryPoint) -> dict[str, Any]:
    """What the form of one web chat holds."""
    return {"origins": "\n".join(row.origins)}


def told(form: dict[str, Any]) -> dict[str, Any]:
    """A web chat's columns, as a form says them."""
    written = form_text(form, "origins", 2000) or ""
    return {"name": form_text(form, "name", 80) or "Web chat", "origins": written.split()}


async def shown(
    request: Request,
    caller: StaffCaller,
    *,
    problem: Problem | None = None,
    tried: dict[str, Any] | None = None,
    again: dict[str, dict[str, Any]] | None = None,
) -> Response:
    """The page, with what was wrong, and what was tried: a new chat's fields, or those of a chat by its id."""

    def ask(ctx: Context) -> list[EntryPoint]:
        return ways_in.listed(ctx, offset=0, size=MOST, kind="widget")[0]

    chats = await caller.read(ask)
    facts: dict[str, Any] = {
        "chats": [(one, (again or {}).get(one.id, sites(one))) for one in chats],
        "public_url": caller.house.settings.public_url,
        "tried": tried or {"name": "Our web site", "origins": []},
    }
    return show(request, "web_chats.html.j2", "/web-chat", refused=problem, **facts)
