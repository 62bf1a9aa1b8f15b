"""The words a person may want to reword, found by name: "sms/confirmed", "safety/gas", "trades/hvac", "receptionist".

A name is the file's path without its endings. The folder is the index: a new file is a new name.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable

from jinja2 import Environment, FunctionLoader, StrictUndefined, UndefinedError, meta

# What a text about a visit may mention (contract 2.12); a business's own template may use no others.
MESSAGE_VARIABLES = frozenset(
    {
        "business_name",
        "customer_name",
        "service",
        "date",
        "time",
        "window",
        "address",
        "technician",
        "duration",
        "management_url",
        "rebook_link",
        "fee",
    }
)

_ENDINGS = (".txt.j2", ".md.j2", ".txt", ".md")


class UnknownPrompt(LookupError):
    """No file has this name."""


def render(name: str, **facts: object) -> str:
    """The words of `name` with the facts filled in, without blank lines around them.

    Every fact a template mentions must be given, None where there is none; more may be given than it mentions. A fact
    is printed as one line, so no name or note can pose as a part of the prompt, and nothing is escaped: these are
    texts, not pages. Raises UnknownPrompt, or jinja2's UndefinedError for a fact that is missing, or None where words
    are needed.
    """
    _file(name)
    return _environment.get_template(name).render(**facts).strip()


def in_language(name: str, language: str) -> str:
    """The name of the same words in `language` (of "sms/moved", "es/moved"); `name` where nobody wrote any."""
    theirs = f"{language}/{name.rpartition('/')[2]}"
    return theirs if theirs in _files() else name


def names() -> list[str]:
    """Every name there is, sorted."""
    return sorted(_files())


def variables(name: str) -> frozenset[str]:
    """The facts that rendering `name` needs, those of templates it includes by a computed name excepted."""
    return frozenset(meta.find_undeclared_variables(_environment.parse(_file(name).read_text("utf-8"))))


@cache
def _files() -> dict[str, Traversable]:
    top = resources.files(__name__)
    found: dict[str, Traversable] = {}
    for folder, prefix in ((top, ""), *((item, f"{item.name}/") for item in top.iterdir() if item.is_dir())):
        for item in folder.iterdir():
            ending = next((ending for ending in _ENDINGS if item.name.endswith(ending)), None)
            if ending:
                found[prefix + item.name.removesuffix(ending)] = item
    return found


def _file(name: str) -> Traversable:
    files = _files()
    if name not in files:
        raise UnknownPrompt(name)
    return files[name]


def _source(name: str) -> str | None:
    found = _files().get(name)
    return found.read_text("utf-8") if found else None


def _one_line(fact: object) -> object:
    if fact is None:
        raise UndefinedError("a fact that has to be printed is None")
    return " ".join(fact.split()) if isinstance(fact, str) else fact


_environment = Environment(
    loader=FunctionLoader(_source),
    undefined=StrictUndefined,
    finalize=_one_line,
    autoescape=False,
    trim_blocks=True,
    lstrip_blocks=True,
)
