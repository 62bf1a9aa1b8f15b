"""What every HTML page shares: its templates, its headers, and the refusal of posts from other sites."""

import unicodedata
from collections.abc import Callable, Coroutine, Mapping
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException as StarletteException

from api.errors import bad_body, internal_error, log_bug
from tools.problems import Problem

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}

TOO_MUCH = Problem(
    "BODY_TOO_LARGE",
    "What was sent is longer than a form of ours takes (64 KB), so nothing of it was kept.",
    fix="Your browser's Back button shows it again as you wrote it: shorten it, and send it again.",
)
UNREADABLE = Problem("INVALID_BODY", "What was sent could not be read.", fix="Open the page and send its form again.")

static = StaticFiles(directory=str(files("api") / "static"))


class PageRoute(APIRoute):
    """A page's route: refuses forms sent from other sites, and lets `show` make a page of whatever goes wrong."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **its: Any) -> None:
        """Who may GET a page may ask for its HEAD (RFC 9110 9.1), as monitors and link previews do."""
        methods = set(its.pop("methods", None) or {"GET"})
        super().__init__(path, endpoint, methods=methods | ({"HEAD"} if "GET" in methods else set()), **its)

    def show(self, request: Request, problem: Problem) -> Response:
        """The page for a refusal, in the words of its readers."""
        raise NotImplementedError

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        answer = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            try:
                if b"%00" in request.scope["query_string"]:  # PostgreSQL takes no such text
                    raise Problem("VALIDATION_ERROR", "That address holds a letter no page takes.", fix="Leave it out.")
                if request.method not in ("GET", "HEAD"):
                    same_site(request)
                return await answer(request)
            except Problem as problem:
                return self.show(request, problem)
            except RequestValidationError as error:
                return self.show(request, bad_body(error))
            except StarletteException as error:
                return self.show(request, TOO_MUCH if error.status_code == 413 else UNREADABLE)
            except Exception as error:  # noqa: BLE001 - the edge of the pages: what gets here is a bug of ours
                log_bug(request, error)
                return self.show(request, internal_error())

        return guarded


def page(html: str, status: int = 200) -> Response:
    """An HTML answer that runs nothing but our own files, is kept by no cache, and tells no other site its address."""
    return Response(html, status, HEADERS, media_type="text/html")


def same_site(request: Request) -> None:
    """Refuse a form post that another site's page sent: by Sec-Fetch-Site, else by Origin against our own address.

    Raises INSUFFICIENT_SCOPE. A client that sends neither is no browser and carries no one's cookies.
    """
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    foreign = site not in (None, "same-origin", "none")
    if site is None and origin not in (None, "null"):
        ours = {request.headers.get("host"), urlsplit(request.app.state.house.settings.public_url).netloc}
        foreign = (origin or "").partition("://")[2] not in ours  # one that is no URL is not ours either
    if foreign:
        raise Problem("INSUFFICIENT_SCOPE", "This form was sent from another site.", fix="Open the page and try again.")


def form_text(form: Mapping[str, Any], name: str, longest: int = 300) -> str | None:
    """A form's text field, trimmed and cut; None when it is empty, or holds only what nobody can see."""
    value = form.get(name)
    return plain(value).strip()[:longest] if isinstance(value, str) and shows(value) else None


def as_sent(value: Any) -> list[str]:
    """A field's value as a form sends it and a page can compare it: no text for an empty field or box, one for a
    full one, one for each ticked box of several."""
    several = value if isinstance(value, list) else ["1"] if value is True else [] if value is False else [value]
    texts = ("" if one is None else plain(str(one)) for one in several)
    return sorted(one.strip() for one in texts if shows(one))


def plain(text: str) -> str:
    """A text without NUL, which PostgreSQL keeps nowhere, and with "\\n" for every end of a line: browsers count it as
    one letter, read each other kind as it, and send "\\r\\n" for it."""
    return text.replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n")


def shows(text: str) -> bool:
    """Whether there is something to see in a text, and not only spaces, marks of direction or joiners."""
    return any(unicodedata.category(one)[0] not in "ZC" for one in text)
