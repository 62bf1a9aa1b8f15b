"""Every page of the console, and each kind of page they lead to: it opens, fits, and axe finds nothing grave."""

from functools import cache

import pytest
from playwright.sync_api import Page

from api.console.pages import NAVIGATION
from tests.browser.conftest import Screens
from tests.browser.looks import Look, listened, look, looked_at, walked
from tests.browser.overnight import MIA, a_working_week

ENTRIES = tuple(entry.path for entry in NAVIGATION)


class Tour:
    """Walks through the console once for each entry of the navigation, and remembers what was seen there."""

    def __init__(self, screens: Screens) -> None:
        self.page, self.known = screens.window(MIA), set[str]()
        self.through = cache(self._through)

    def _through(self, entry: str) -> list[Look]:
        return walked(self.page, entry, ENTRIES, self.known)


@pytest.fixture(scope="module")
def tour(screens: Screens) -> Tour:
    """Mia's tour of a company with something on every page."""
    a_working_week(screens.server)
    return Tour(screens)


@pytest.mark.parametrize("entry", ENTRIES)
def test_every_page_opens(tour: Tour, entry: str) -> None:
    assert [(one.path, one.status) for one in tour.through(entry) if one.status != 200] == []


@pytest.mark.parametrize("entry", ENTRIES)
def test_the_browser_complains_of_nothing(tour: Tour, entry: str) -> None:
    assert [(one.path, one.complaints) for one in tour.through(entry) if one.complaints] == []


@pytest.mark.parametrize("entry", ENTRIES)
def test_axe_finds_nothing_serious(tour: Tour, entry: str) -> None:
    assert [line for one in tour.through(entry) for line in one.findings] == []


@pytest.mark.parametrize("entry", ENTRIES)
def test_no_page_is_wider_than_the_window(tour: Tour, entry: str) -> None:
    assert [line for one in tour.through(entry) for line in one.overflows] == []


@pytest.mark.parametrize("entry", ENTRIES)
def test_what_is_tapped_on_a_phone_is_44_px_high(tour: Tour, entry: str) -> None:
    assert [line for one in tour.through(entry) for line in one.small] == []


@pytest.mark.parametrize("path", ["/console/sessions", "/console/account", "/console/nowhere"])
def test_axe_finds_nothing_serious_beside_the_navigation(tour: Tour, path: str) -> None:
    assert look(tour.page, path).findings == []


def test_the_tour_comes_by_most_kinds_of_pages(tour: Tour) -> None:
    for entry in ENTRIES:
        tour.through(entry)
    assert len(tour.known) > 40


def test_what_the_policy_refuses_would_be_heard(mia: Page) -> None:
    complaints: list[str] = []
    with listened(mia, complaints):
        mia.goto("/console")
        mia.evaluate("document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">')")
    assert "Content Security Policy" in str(complaints)


def test_what_axe_should_find_is_found(mia: Page) -> None:
    mia.goto("/console")
    mia.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<img src=\"/static/console.svg\">')")
    looked_at(mia, seen := Look("/console"))
    assert "image-alt" in str(seen.findings)
