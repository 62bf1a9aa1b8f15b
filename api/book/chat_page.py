"""The business's own chat page: the web chat for whoever follows a link, with JavaScript or by plain forms.

It stands in no frame (`frame-ancestors 'none'`): a site that wants the chat holds the script, which draws into the
site's own page. The visitor's token travels in the form's body, so it is in no address, history or log.
"""

import asyncio
from typing import Any
from uuid import uuid4

from fastapi import APIRouter, Request, Response

from agent.details import phone_in
from api import visitors
from api.book.door import HomeownerRoute, gone
from api.book.manage import reached
from api.book.tongues import hello, of_browser, written
from api.deps import house_of
from api.pages import form_text
from storage import lookup
from storage.context import CUSTOMER, Context
from storage.tables import EntryPoint, Org
from tools import web_chat
from tools.problems import Problem

router = APIRouter(prefix="/chat", route_class=HomeownerRoute, include_in_schema=False)

ANSWER_WITHIN = 8.0  # seconds a form waits for the assistant's words before the page comes back without them
LOOK_EVERY = 0.4


@router.get("/{slug}")
async def read(request: Request, slug: str) -> Response:
    """An empty chat."""
    found = await house_of(request).db.read(lambda session: lookup.widget(session, slug))
    if found is None:
        return gone(request, "no_chat", 404)
    return await shown(request, *found, token="", key=None)


@router.post("/{slug}")
async def write(request: Request, slug: str) -> Response:
    """A message, or with an empty one a look for answers; without a token that still holds, a new chat begins."""
    found = await house_of(request).db.read(lambda session: lookup.widget(session, slug))
    if found is None:
        return gone(request, "no_chat", 404)
    point, org = found
    form = await request.form()
    token, once = form_text(form, "token") or "", form_text(form, "once", 40) or str(uuid4())
    text = (form_text(form, "text", web_chat.LONGEST + 1) or "").replace("\x00", "")
    house, key, only_looks = house_of(request), None, "look" in form
    try:
        if not token:
            visitors.may_begin(request)
            token = visitors.new_token(house.settings.secret_key, point, house.clock.now())
        key = visitors.admit(request, point, token)
        visitors.may_look(request, key)
        if text and not only_looks:
            visitors.may_write(request, key)
            said = key

            def keep(ctx: Context) -> str:
                phone = phone_in(text, ctx.org.region)
                return web_chat.receive(ctx, point, said, text, once=once, phone=phone).id

            await house.write(org, keep, actor=CUSTOMER, channel="web")
            await answered(request, org, key)
    except Problem as problem:
        begin_anew = problem.code == "UNAUTHORIZED"
        kept = ("", None) if begin_anew else (token, key)
        return await shown(request, point, org, *kept, problem=problem.detail, text=text, status=422)
    return await shown(request, point, org, token, key, text=text if only_looks else "")


async def answered(request: Request, org: Org, key: str) -> None:
    """Wait until the assistant has answered, at most some seconds."""
    house = house_of(request)
    for _ in range(int(ANSWER_WITHIN / LOOK_EVERY)):
        seen = await house.read(org, lambda ctx: web_chat.seen(ctx, key), actor=CUSTOMER, channel="web")
        if not seen.writing:
            return
        await asyncio.sleep(LOOK_EVERY)


async def shown(
    request: Request,
    point: EntryPoint,
    org: Org,
    token: str,
    key: str | None,
    *,
    problem: str | None = None,
    text: str = "",
    status: int = 200,
) -> Response:
    """The page: what the visitor behind `key` may see. `problem` is a sentence in English."""
    tongue = of_browser(request)

    def facts(ctx: Context) -> dict[str, Any]:
        seen = web_chat.seen(ctx, key) if key else web_chat.Seen([], False, False)
        return {
            "business": ctx.org.name,
            "hello": hello(tongue, ctx.org),
            "said": [
                (one.direction == "in", one.body, one.created_at.astimezone(ctx.org.zone)) for one in seen.messages
            ],
            "writing": seen.writing,
            "person": seen.person,
            **reached(ctx),
        }

    told = await house_of(request).read(org, facts, actor=CUSTOMER, channel="web")
    slug = request.path_params["slug"]
    return written(
        request,
        tongue,
        "chat.html.j2",
        status,
        here=None if token else f"/chat/{slug}",  # the link would leave a chat that has begun
        slug=slug,
        way=point.id,
        token=token,
        once=str(uuid4()),
        problem=problem and tongue.said(problem),
        text=text,
        longest=web_chat.LONGEST,
        **told,
    )
