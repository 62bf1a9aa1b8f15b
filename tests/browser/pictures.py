"""`python -m tests.browser.pictures FOLDER`: every page at both widths, light and dark, as PNG files to look at."""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page

from api.console.pages import NAVIGATION
from tests.browser import chromium, looks, overnight
from tests.browser.conftest import Screens
from tests.browser.test_homeowner_pages import Walk, ana, not_signed_in, sarah
from tests.stories.real_server import RealServer


class Album(Walk):
    """A walk that takes a picture where it would look closely."""

    def __init__(self, page: Page, folder: Path) -> None:
        super().__init__(page)
        self.folder = folder

    def looked_at(self, seen: looks.Look) -> None:
        """Four pictures of the page that is open."""
        name = seen.path.strip("/").replace("/", "-").replace(" ", "-") or "root"
        for width, size in looks.WIDTHS.items():
            self.page.set_viewport_size(size)
            for scheme in ("light", "dark"):
                self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
                self.page.screenshot(path=self.folder / f"{name}-{width}-{scheme}.png", full_page=True)


def taken(folder: Path) -> int:
    """Pictures of every page, in a folder that is made; how many there are."""
    folder.mkdir(parents=True, exist_ok=True)
    executable = chromium.found()
    if executable is None:
        raise SystemExit(chromium.MISSING)
    with tempfile.TemporaryDirectory() as place:
        server = RealServer(Path(place), f"sqlite:///{place}/ringback.db")
        server.use_new_key()
        server.start()
        try:
            with chromium.opened(executable) as browser:
                screens = Screens(browser, server)
                album = Album(screens.window(), folder)
                sarah(album, server)
                ana(album, server)
                not_signed_in(album, server)
                overnight.a_working_week(server)
                album = Album(screens.window(overnight.MIA), folder)
                for path in whole_console(album.page):
                    with album.to(looks.kind_of(path).removeprefix("/console/")):
                        album.page.goto(path)
        finally:
            server.stop()
    return len(list(folder.glob("*.png")))


def whole_console(page: Page) -> list[str]:
    """The address of one page of each kind that the navigation leads to."""
    entries, known = tuple(one.path for one in NAVIGATION), set[str]()
    return [seen.path for entry in entries for seen in looks.walked(page, entry, entries, known)]


if __name__ == "__main__":
    print(f"{taken(Path(sys.argv[1]))} pictures in {sys.argv[1]}")  # noqa: T201
