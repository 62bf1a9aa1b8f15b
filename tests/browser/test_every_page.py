"""Every page of the console, and each kind of page they lead to: it opens, fits, and axe finds nothing grave."""

from functools import cache

import pytest

from api.console.pages import NAVIGATION
from tests.browser.conftest import Screens
from tests.browser.looks import Look, look, walked
from tests.browser.overnight import MIA, a_working_week

ENTRIES = tuple(entry.path for entry in NAVIGATION)


class Tour:
    """Walks through the console once for each entry of the navigation, and remembers what was seen there."""

    def __init__(self, screens: Screens) -> None:
        self.page, self.known = screens.window(MIA), set[str]()
        self.through = cache(self._through)
        self.alone = cache(lambda path: look(screens.window(), path))

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
