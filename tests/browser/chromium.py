"""The machine's own Chromium, driven by Playwright, whose own download of a browser is never used."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MISSING = f"no Chromium on this machine (looked for {', '.join(NAMES)})"
PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1280, "height": 900}


def found() -> str | None:
    """The path of a Chromium; None when there is none."""
    return next(filter(None, map(shutil.which, NAMES)), None)


@contextmanager
def opened(executable: str) -> Iterator[Browser]:
    """A browser, closed at the end. While it is open no `asyncio.run` works in this thread: Playwright's loop runs."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--disable-dev-shm-usage"])
        try:
            yield browser
        finally:
            browser.close()
