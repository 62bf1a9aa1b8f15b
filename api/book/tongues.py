"""The languages the homeowner pages speak, and which of them a page is in: the one picked on the page, else the one of
whoever it is for. Only our own names for languages come out of a request, so nothing of it is ever printed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any
from urllib.parse import urlencode

from fastapi import Request, Response
from jinja2 import Environment, PackageLoader, StrictUndefined

from agent import spanish
from api.book.page_words import ENGLISH, SPANISH
from api.pages import page
from storage.tables import Org
from tools.rules import languages, spanish_said, speech


@dataclass(frozen=True, slots=True)
class Tongue:
    """A language: its code (BCP 47), its own name for itself, its words, and how it says what is worked out.

    `clock` is a time inside a sentence, `clock_alone` one on a button. `said` puts a sentence of ours into it.
    """

    code: str
    name: str
    words: Mapping[str, str]
    day: Callable[[date], str]
    clock: Callable[[datetime], str]
    clock_alone: Callable[[datetime], str]
    moment: Callable[[datetime], str]
    moment_with_year: Callable[[datetime], str]
    said: Callable[[str], str]


TONGUES = {
    "en": Tongue(
        "en",
        "English",
        ENGLISH,
        speech.day,
        speech.clock,
        speech.clock,
        speech.moment,
        speech.moment_with_year,
        str,
    ),
    "es": Tongue(
        "es",
        "Español",
        SPANISH,
        spanish_said.day,
        spanish_said.clock,
        spanish_said.clock_alone,
        spanish_said.moment,
        spanish_said.moment_with_year,
        spanish.said,
    ),
}


def picked(request: Request) -> Tongue | None:
    """The language picked on the page, by `lang` in its address; None for no pick, or one that is no language here."""
    return TONGUES.get(request.query_params.get("lang", ""))


def of_browser(request: Request) -> Tongue:
    """The language picked on the page, else what the browser asks for."""
    return picked(request) or TONGUES[languages.preferred(request.headers.get("accept-language", ""))]


def of_customer(request: Request, language: str) -> Tongue:
    """The language picked on the page, else the one we know this customer by."""
    return picked(request) or TONGUES[language]


@cache
def templates() -> Environment:
    """The pages' templates; everything printed is escaped, and a word that is missing is an error."""
    return Environment(
        loader=PackageLoader("api.book"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def hello(tongue: Tongue, org: Org) -> str:
    """The first words of a business's web chat."""
    words = tongue.words["chat_hello_named" if org.assistant_name else "chat_hello"]
    return words.format(business=org.name, assistant=org.assistant_name)


def written(
    request: Request,
    tongue: Tongue,
    template: str,
    status: int = 200,
    *,
    here: str | None = None,
    asked: Mapping[str, str | None] | None = None,
    **facts: Any,
) -> Response:
    """A page in this language. `here` is the path, one of ours, at which it can be had in the other one by the same
    query, `asked`; without it there is no link. `kept` is the query that keeps its forms and links in its language."""
    other = next(one for one in TONGUES.values() if one is not tongue)
    query = {name: value for name, value in (asked or {}).items() if value} | {"lang": other.code}
    html = templates().get_template(template)
    return page(
        html.render(
            tongue=tongue,
            words=tongue.words,
            other=other,
            elsewhere=None if here is None else f"{here}?{urlencode(query)}",
            kept="" if tongue is of_browser(request) and picked(request) is None else f"?lang={tongue.code}",
            **facts,
        ),
        status,
    )
