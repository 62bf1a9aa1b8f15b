"""A page looked at: what the browser complained of, what axe found at both widths, light and dark, where it leads."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from fastapi.routing import APIRoute
from playwright.sync_api import Page

from api.console import router
from tests.browser.chromium import DESKTOP, PHONE

GRAVE = ("serious", "critical")
WIDTHS = {"phone": PHONE, "desktop": DESKTOP}
# What is tapped and lower than 44 px (WCAG 2.5.5): a box in a label is tapped by the label.
SMALL = """[...document.querySelectorAll('main, header, nav')]
  .flatMap(part => [...part.querySelectorAll('a[href], button, summary, input, select, textarea, label:has(input)')])
  .filter(one => !(one.matches('input') && one.closest('label')))
  .map(one => [one.getBoundingClientRect(), one])
  .filter(([box]) => box.width > 0 && box.height > 0 && box.height < 43.9)
  .map(([box, one]) => `${Math.round(box.height)} px: ${one.outerHTML.slice(0, 120)}`)"""


@dataclass
class Look:
    """What one page was found to be like; `links` are the paths of ours it leads to."""

    path: str
    status: int = 0
    complaints: list[str] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)
    overflows: list[str] = field(default_factory=list)
    small: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)


@cache
def axe() -> str:
    """The script of axe-core. Its package's own module is left alone: it leaves the file open, which is a warning."""
    return (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")


@contextmanager
def listened(page: Page, complaints: list[str]) -> Iterator[None]:
    """Everything the browser complains of meanwhile: errors of scripts, files that fail, what the CSP refused."""

    def error(thrown: Any) -> None:
        complaints.append(str(thrown))

    def said(message: Any) -> None:
        if message.type in ("error", "warning"):
            complaints.append(message.text)

    page.on("pageerror", error)
    page.on("console", said)
    yield
    page.remove_listener("pageerror", error)
    page.remove_listener("console", said)


def look(page: Page, path: str) -> Look:
    """Open a path and look at it closely."""
    seen = Look(path)
    with listened(page, seen.complaints):
        answer = page.goto(path)
        assert answer
        seen.status = answer.status
        looked_at(page, seen)
    return seen


def looked_at(page: Page, seen: Look) -> None:
    """Look at the page that is open, at both widths, light and dark; it is not loaded again."""
    page.evaluate(axe())
    for width, size in WIDTHS.items():
        page.set_viewport_size(size)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            where = f"{width}, {scheme}"
            seen.findings += (
                f"{seen.path} ({where}): {one}" for one in found_by_axe(page, colours_only=scheme == "dark")
            )
        if width == "phone":
            seen.small = [f"{seen.path}: {one}" for one in page.evaluate(SMALL)]
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            seen.overflows.append(f"{seen.path} ({width})")
    found = page.evaluate("[...document.querySelectorAll('a[href]:not([download])')].map(a => a.getAttribute('href'))")
    seen.links = [one for one in dict.fromkeys(found) if one.startswith("/")]


def found_by_axe(page: Page, *, colours_only: bool, impacts: tuple[str, ...] = GRAVE) -> list[str]:
    """The findings of axe with these impacts, one line each; in the dark only colours can be other."""
    options: dict[str, Any] = {"resultTypes": ["violations"], "iframes": False}
    if colours_only:
        options["runOnly"] = {"type": "rule", "values": ["color-contrast"]}
    result = page.evaluate("options => axe.run(options)", options)
    return [
        f"{one['id']} ({one['impact']}) {node['target']} {node['html'][:120]}"
        for one in result["violations"]
        if one["impact"] in impacts
        for node in one["nodes"][:3]
    ]


@cache
def kind_of(path: str) -> str:
    """The route behind a path: pages of one kind are made by one template."""
    bare = path.split("?")[0].split("#")[0]
    return next((one.path for one in router.routes if isinstance(one, APIRoute) and one.path_regex.match(bare)), bare)


def walked(page: Page, start: str, entries: tuple[str, ...], known: set[str]) -> list[Look]:
    """An entry of the navigation and one of each kind of page it leads to, on and on, but not into the other entries.

    `known` are the kinds that were seen; those of this walk are added.
    """
    looks, waiting = [], [start]
    while waiting:
        looks.append(here := look(page, waiting.pop(0)))
        for link in here.links:
            kind = kind_of(link)
            if kind in known or not lies_in(kind, entries[0]):
                continue
            if owner(kind, entries) not in (start, entries[0]):
                continue
            known.add(kind)
            if kind not in entries and is_page(page, link):
                waiting.append(link)
    return looks


def lies_in(path: str, above: str) -> bool:
    """Whether a path is another or stands below it."""
    return path == above or path.startswith(f"{above}/")


def owner(kind: str, entries: tuple[str, ...]) -> str:
    """The entry of the navigation a page belongs to: the longest it lies in; the first is the root of all."""
    return max((one for one in entries if lies_in(kind, one)), key=len)


def is_page(page: Page, path: str) -> bool:
    """Whether HTML comes from a path, not a file to keep."""
    return page.request.get(path, max_redirects=0).headers.get("content-type", "").startswith("text/html")
