"""A real server and a real browser for each file, and the people who sit in front of it.

One browser per file, not one per run: Playwright's loop must not be running when the next file's tests run theirs.
"""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, StorageState, expect

from tests.browser import chromium, overnight
from tests.stories.real_server import RealServer

PATIENCE = 30_000  # milliseconds; how fast a page is, `test_by_keyboard` measures
expect.set_options(timeout=PATIENCE / 2)


@dataclass
class Screens:
    """A browser and a server: whoever asks gets a window of their own."""

    browser: Browser
    server: RealServer
    known: dict[str, StorageState] = field(default_factory=dict)
    contexts: list[BrowserContext] = field(default_factory=list)

    def window(self, email: str | None = None, *, phone: bool = False, javascript: bool = True, **more: Any) -> Page:
        """A page in a fresh context, as wide as a desk's or a phone's; with `email`, signed in as that person."""
        if email is not None and email not in self.known:
            self.sign_in(email)
        context = self.browser.new_context(
            base_url=self.server.url,
            viewport=chromium.PHONE if phone else chromium.DESKTOP,
            java_script_enabled=javascript,
            storage_state=self.known.get(email or ""),
            timezone_id="America/New_York",  # not the shop's: what a page shows must not depend on it
            **more,
        )
        context.set_default_timeout(PATIENCE)
        self.contexts.append(context)
        return context.new_page()

    def sign_in(self, email: str) -> None:
        """By the form, once for each person."""
        page = self.window()
        overnight.sign_in(page, email, self.server.company["owner"]["password"])
        self.known[email] = page.context.storage_state()

    def close_windows(self, but: int) -> None:
        """Close every window but so many, the first ones."""
        while len(self.contexts) > but:
            self.contexts.pop().close()


@pytest.fixture(scope="module")
def shop_server(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[RealServer]:
    """This file's own server with the demo company; skipped where there is no browser to look at it."""
    if chromium.found() is None:
        pytest.skip(chromium.MISSING)
    folder = tmp_path_factory.mktemp("browser")
    shutil.copyfile(request.getfixturevalue("migrated_sqlite_file"), folder / "ringback.db")
    server = RealServer(folder, f"sqlite:///{folder}/ringback.db")
    server.use_new_key()
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def browser(shop_server: RealServer) -> Iterator[Browser]:
    """This file's browser."""
    executable = chromium.found()
    assert executable
    with chromium.opened(executable) as found:
        yield found


@pytest.fixture(scope="module")
def screens(browser: Browser, shop_server: RealServer) -> Screens:
    """This file's browser in front of this file's server."""
    return Screens(browser, shop_server)


@pytest.fixture
def mia(screens: Screens) -> Iterator[Page]:
    """Mia, who owns the business, at her desk."""
    before = len(screens.contexts)
    yield screens.window(overnight.MIA)
    screens.close_windows(but=before)


@pytest.fixture
def window(screens: Screens) -> Iterator[Callable[..., Page]]:
    """`window(email, phone=…, javascript=…)`: a page in a browser of somebody's own, closed after the test."""
    before = len(screens.contexts)
    yield screens.window
    screens.close_windows(but=before)
