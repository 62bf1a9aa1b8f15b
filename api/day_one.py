"""`ringback init`: eight answers, by options, from a file or asked on the terminal, become one business."""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from api.settings import read_settings
from tools.problems import Problem
from tools.rules import company_lines, opening_hours
from tools.rules.company_lines import UnreadableAnswer


@dataclass(frozen=True, slots=True)
class Question:
    """One of the eight: its option's name, how it is asked, who reads the answer, and what most would answer."""

    key: str
    asks: str
    read: Callable[[str], Any]
    usual: str | None = None


QUESTIONS = (
    Question("name", "What is the business called", company_lines.name),
    Question("trade", f"Which trade ({', '.join(company_lines.TRADES)})", company_lines.trade, "general"),
    Question("zone", "Which time zone", company_lines.zone, "America/Chicago"),
    Question("hours", "When are visits possible", opening_hours.read, "Mon-Fri 8:00-17:00"),
    Question("zips", "Which ZIPs do you come to (like 78701-78759, 78610)", company_lines.areas, "everywhere"),
    Question(
        "services",
        "Which services, the usual first visit first (name:minutes:fee in dollars, like Diagnostic visit:90:89)",
        company_lines.offerings,
    ),
    Question("technicians", "Who drives out (name:phone, like Dana Ruiz:+15125550111, Luis)", company_lines.people),
    Question("forward-to", "Which phone rings first (none: callers leave a message)", company_lines.phone, "none"),
)
SLUG = Question("slug", "Its name in addresses", company_lines.slug)
# Never asked, only taken as options or from the file.
BESIDES = (
    SLUG,
    Question("phone", "The tracked number", company_lines.phone),
    Question("owner-email", "The owner's e-mail address", str.strip),
)


def init(
    name: Annotated[str | None, typer.Option(help="The business's name, as customers hear it.")] = None,
    trade: Annotated[str | None, typer.Option(help=f"One of {', '.join(company_lines.TRADES)}.")] = None,
    zone: Annotated[str | None, typer.Option(help="Its time zone, such as America/Chicago or Central.")] = None,
    hours: Annotated[str | None, typer.Option(help='Such as "Mon-Fri 8:00-17:00, Sat 9:00-12:00".')] = None,
    zips: Annotated[str | None, typer.Option(help="Such as 78701-78759,78610, or everywhere.")] = None,
    services: Annotated[
        str | None, typer.Option(help='name:minutes:fee, as in "Diagnostic visit:90:89,Water heater install:180".')
    ] = None,
    technicians: Annotated[str | None, typer.Option(help='name:phone, as in "Dana Ruiz:+15125550111,Luis".')] = None,
    forward_to: Annotated[str | None, typer.Option(help="The phone that rings first, or none.")] = None,
    file: Annotated[Path | None, typer.Option(help="A TOML file with these names as keys; options win.")] = None,
    slug: Annotated[str | None, typer.Option(help="Its name in addresses; made from the name when left out.")] = None,
    phone: Annotated[str | None, typer.Option(help="The tracked number people call and text.")] = None,
    owner_email: Annotated[
        str | None, typer.Option(help="What the owner signs in with; made from the slug when left out.")
    ] = None,
) -> None:
    """Set up a business: eight questions, asked one by one, or answered by options or a file. Nothing leaves here."""
    options = {
        **{"name": name, "trade": trade, "zone": zone, "hours": hours, "zips": zips, "services": services},
        **{"technicians": technicians, "forward-to": forward_to, "slug": slug, "phone": phone},
        "owner-email": owner_email,
    }
    from api.founded import set_up
    from api.starting import prepare_schema

    settings = read_settings()
    prepare_schema(settings.database_url)
    given = (_in_file(file) if file else {}) | {key: text for key, text in options.items() if text is not None}
    for line in set_up(settings, _answers(given)):
        typer.echo(line)


def _answers(given: Mapping[str, str]) -> dict[str, Any]:
    """Every answer as its reader understands it; what was not given is asked."""
    answers = {one.key: _read(one, given[one.key]) for one in (*QUESTIONS, *BESIDES) if one.key in given}
    answers |= {one.key: _ask(one) for one in QUESTIONS if one.key not in given}
    return {"slug": _read(SLUG, answers["name"]), **answers} if "slug" not in answers else answers


def _read(question: Question, text: str) -> Any:
    try:
        return question.read(text)
    except UnreadableAnswer as error:
        raise Problem("VALIDATION_ERROR", str(error), fix=f"Change --{question.key}.") from error


def _ask(question: Question) -> Any:
    """Ask on the terminal until the answer can be used. Where nobody answers, say which option is missing."""

    def read(text: str) -> Any:
        try:
            return question.read(text)
        except UnreadableAnswer as error:
            raise typer.BadParameter(str(error)) from error

    try:
        return typer.prompt(question.asks, default=question.usual, value_proc=read)
    except typer.Abort as error:
        raise Problem(
            "MISSING_FIELDS", "Nothing was written.", fix=f"Answer on a terminal, or add --{question.key}."
        ) from error


def _in_file(file: Path) -> dict[str, str]:
    """The answers of a TOML file, in the words the options take; a list is the same as its items parted by commas."""
    if not file.is_file():
        raise Problem("NOT_FOUND", f"There is no file {file}.", fix="Nothing was written.")
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Problem("INVALID_BODY", f"{file} is not a TOML file that can be read.", fix=str(error)) from error
    known = [one.key for one in (*QUESTIONS, *BESIDES)]
    answers = {}
    for key, value in content.items():
        named = key.replace("_", "-")
        items = value if isinstance(value, list) else [value]
        if named not in known or not all(isinstance(item, str | int) for item in items):
            raise Problem("VALIDATION_ERROR", f"{file} holds {key}, which is not an answer.", fix=_keys(known))
        answers[named] = ", ".join(str(item) for item in items)
    return answers


def _keys(known: list[str]) -> str:
    return f'Use {", ".join(known)}, each like services = ["Diagnostic visit:90:89"].'
