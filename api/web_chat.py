"""The web chat's door: an embeddable script, and what it sends from sites that are allowed to hold it (CV-09, CV-07).

Cross-origin answers go to the origins kept with the entry point and to our own pages, and to nobody else. There are no
cookies: the page holds a token (`api/visitors.py`), sent as Bearer, never in an address.
"""

from collections.abc import Callable, Coroutine
from functools import cache
from importlib.resources import files
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from pydantic import Field
from starlette.exceptions import HTTPException as StarletteException

from agent.details import phone_in
from api import visitors
from api.book.tongues import hello, of_browser
from api.deps import house_of
from api.errors import bad_body, internal_error, log_bug, problem_response
from api.wire import Body
from storage import lookup
from storage.context import CUSTOMER, Context
from storage.tables import EntryPoint, Message, Org
from tools import profile, web_chat
from tools.problems import Problem, not_found
from tools.refusals import utc

KEEP_SCRIPT = "public, max-age=300"
ALLOWED = {"Access-Control-Allow-Methods": "GET, POST", "Access-Control-Allow-Headers": "authorization, content-type"}


class ChatRoute(APIRoute):
    """A route for other people's pages: every answer, refusals too, can be read by the sites that are allowed to."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        answer = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            try:
                said = await answer(request)
            except Problem as problem:
                problem.detail = of_browser(request).said(problem.detail)
                said = problem_response(problem)
            except RequestValidationError as error:
                said = problem_response(bad_body(error))
            except StarletteException:
                raise
            except Exception as error:  # noqa: BLE001 - the edge: the page must be able to read that it failed
                log_bug(request, error)
                said = problem_response(internal_error())
            said.headers.update({"Vary": "Origin", "Cache-Control": "no-store"})
            if (origin := getattr(request.state, "allowed_origin", None)) is not None:
                said.headers["Access-Control-Allow-Origin"] = origin
            return said

        return guarded


router = APIRouter(include_in_schema=False)
door = APIRouter(prefix="/api/v1/webchat/{key}", route_class=ChatRoute)


class Words(Body):
    """One message; `once` names it, so that sent twice it is one."""

    text: str = Field(max_length=web_chat.LONGEST, pattern=r"^[^\x00]*$")
    once: str = Field(pattern=r"^[A-Za-z0-9-]{8,40}$")


async def opened(request: Request, key: str) -> tuple[EntryPoint, Org]:
    """The web chat behind a key, once the page that asks may hold it. Raises NOT_FOUND and INSUFFICIENT_SCOPE."""
    found = await house_of(request).db.read(lambda session: lookup.widget(session, key))
    if found is None:
        not_found("web chat")
    origin = request.headers.get("origin")
    if origin is not None:
        if origin not in found[0].origins and origin not in visitors.ours(request):
            raise Problem("INSUFFICIENT_SCOPE", "This site may not hold the chat.", fix="Allow the site in Ringback.")
        request.state.allowed_origin = origin
    elif request.method == "POST":  # browsers always say where a post comes from
        raise Problem("INSUFFICIENT_SCOPE", "This was sent from no page.", fix="Send Origin.")
    return found


Way = Annotated[tuple[EntryPoint, Org], Depends(opened)]


@door.options("")
@door.options("/{rest:path}")
async def preflight(way: Way) -> Response:
    """Whether a page may ask."""
    return Response(status_code=204, headers={**ALLOWED, "Access-Control-Max-Age": "600"})


@door.get("")
async def about(request: Request, way: Way) -> Response:
    """Whose chat it is, the number to text instead, and the words of the chat in the visitor's language."""
    _point, org = way
    tongue = of_browser(request)
    numbers = await house_of(request).read(org, profile.numbers, actor=CUSTOMER, channel="web")
    phone = numbers[0] if numbers else None
    words = {name.removeprefix("chat_"): said for name, said in tongue.words.items() if name.startswith("chat_")}
    words |= {"hello": hello(tongue, org), "with": tongue.words["chat_with"].format(business=org.name)}
    return JSONResponse(
        {"business": org.name, "assistant": org.assistant_name, "phone": phone, "lang": tongue.code, "words": words}
    )


@door.post("/sessions")
async def begin(request: Request, way: Way) -> Response:
    """A token for one visitor; nothing is stored until they write."""
    visitors.may_begin(request)
    house, now = house_of(request), house_of(request).clock.now()
    token = visitors.new_token(house.settings.secret_key, way[0], now)
    return JSONResponse({"token": token, "expires_at": utc(now + visitors.LASTS)}, 201)


@door.post("/messages")
async def write(request: Request, body: Words, way: Way) -> Response:
    """The visitor writes; the answer is there to be looked for some seconds later."""
    key = visitors.admit(request, way[0], bearer(request))
    visitors.may_write(request, key)
    house, (point, org) = house_of(request), way
    said = await house.write(org, lambda ctx: _kept(ctx, point, key, body), actor=CUSTOMER, channel="web")
    return JSONResponse(said, 202)


@door.get("/messages")
async def look(request: Request, way: Way, after: str | None = None) -> Response:
    """The visitor's own messages and the answers, from after the message with the id `after` on."""
    key = visitors.admit(request, way[0], bearer(request))
    visitors.may_look(request, key)

    def ask(ctx: Context) -> dict[str, Any]:
        seen = web_chat.seen(ctx, key, after=after)
        shown_all = [shown(one) for one in seen.messages]
        return {"messages": shown_all, "writing": seen.writing, "person": seen.person}

    return JSONResponse(await house_of(request).read(way[1], ask, actor=CUSTOMER, channel="web"))


@router.get("/chat/{key}.js")
async def script(request: Request, key: str) -> Response:
    """The script of one web chat, for a tag on any page; what it then asks for is another matter."""
    found = await house_of(request).db.read(lambda session: lookup.widget(session, key))
    if found is None:
        not_found("web chat")
    headers = {"Cache-Control": KEEP_SCRIPT, "Cross-Origin-Resource-Policy": "cross-origin"}
    return Response(widget_script(), headers=headers, media_type="text/javascript")


router.include_router(door)


def bearer(request: Request) -> str:
    """The token a page sent; empty for none."""
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    return value.strip() if scheme.lower() == "bearer" else ""


def shown(message: Message) -> dict[str, Any]:
    """A message as its visitor sees it: who wrote it is visitor, assistant or a person by first name."""
    staff = message.actor_kind == "staff" and message.direction == "out"
    who = "visitor" if message.direction == "in" else "person" if staff else "assistant"
    name = message.actor_name.split(" ")[0] if staff else None
    return {"id": message.id, "who": who, "name": name, "text": message.body, "at": utc(message.created_at)}


@cache
def widget_script() -> bytes:
    """What the tag loads."""
    return (files("api") / "static" / "chat.js").read_bytes()


def _kept(ctx: Context, way: EntryPoint, key: str, body: Words) -> dict[str, Any]:
    phone = phone_in(body.text, ctx.org.region)
    return shown(web_chat.receive(ctx, way, key, body.text, once=body.once, phone=phone))
