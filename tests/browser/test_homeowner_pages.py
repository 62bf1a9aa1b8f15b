"""Sarah's pages, one after another: book, done, manage, move, cancel, chat; Ana's, in Spanish; and those of people not
yet signed in."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser import overnight
from tests.browser.conftest import Screens
from tests.browser.looks import Look, listened, looked_at
from tests.stories.real_server import SARAH, RealServer

PAGES = (
    *("choose", "times", "refused", "done", "manage", "moved", "cancelled", "gone", "nothing here"),
    *("choose in Spanish", "times in Spanish", "refused in Spanish", "done in Spanish", "manage in Spanish"),
    *("moved in Spanish", "gone in Spanish", "chat in Spanish"),
    *("chat", "sign in", "sign-in refused", "invite", "invite used up"),
)


class Walk:
    """Looks at each page on the way, under a name."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.looks: dict[str, Look] = {}

    @contextmanager
    def to(self, name: str, status: int = 200) -> Iterator[Page]:
        """Whatever is done inside leads to the page of this name, which is then looked at."""
        seen = Look(name, status)
        with listened(self.page, seen.complaints):
            yield self.page
            self.page.wait_for_load_state("load")
            self.looked_at(seen)
        # A page that is not a 200 is told of by the browser as an error: that one is meant.
        if status != 200:
            seen.complaints = [one for one in seen.complaints if f"status of {status}" not in one]
        self.looks[name] = seen

    def looked_at(self, seen: Look) -> None:
        """What is done with each page."""
        looked_at(self.page, seen)


@pytest.fixture(scope="module")
def walk(screens: Screens) -> Walk:
    """The whole way, walked once."""
    walk = Walk(screens.window())
    sarah(walk, screens.server)
    ana(walk, screens.server)
    not_signed_in(walk, screens.server)
    return walk


def sarah(walk: Walk, server: RealServer) -> None:
    """She books, moves and cancels; then chats."""
    overnight.web_chat(server)
    with walk.to("choose") as page:
        page.goto("/book/bluebird")
    with walk.to("times"):
        page.get_by_label("Diagnostic visit").check()
        page.get_by_label("ZIP").fill("78701")
        page.get_by_role("button", name="See open times").click()
    with walk.to("refused", 422):
        fill_in(page, "555")
        page.get_by_role("button", name="Book this time").click()
        expect(page.get_by_role("alert")).to_be_visible()
    with walk.to("done", 201):
        fill_in(page, SARAH)
        page.get_by_role("button", name="Book this time").click()
        expect(page.get_by_role("heading")).to_have_text("You're booked")
    overnight.settled(server)
    link = manage_link(server)
    with walk.to("manage"):
        page.goto(link)
        page.get_by_text("Move the visit").click()
    with walk.to("moved"):
        page.locator(".time").nth(5).click()
        page.get_by_role("button", name="Move to this time").click()
        expect(page.get_by_role("status")).to_contain_text("new time")
    with walk.to("cancelled"):
        page.get_by_text("Cancel the visit").click()
        page.get_by_role("button", name="Yes, cancel").click()
        expect(page.get_by_role("status")).to_contain_text("cancelled")
    with walk.to("gone", 404):
        page.goto(link[:-4] + "0000")
    with walk.to("nothing here", 404):
        page.goto("/book/nobody")
    with walk.to("chat"):
        page.goto("/chat/bluebird")
        page.get_by_role("textbox").fill("My heat is out")
        page.get_by_role("button", name="Send").click()
        expect(page.locator("#chat")).to_contain_text("My heat is out")


def ana(walk: Walk, server: RealServer) -> None:
    """She picks Spanish, books, moves, and writes in the chat."""
    phone = overnight.texter(40)
    walk.page.goto("/book/bluebird")
    with walk.to("choose in Spanish") as page:
        page.get_by_role("link", name="Español").click()
        expect(page.get_by_role("heading")).to_have_text("Reserve una visita")
    with walk.to("times in Spanish"):
        page.get_by_label("Código postal").fill("78701")
        page.get_by_role("button", name="Ver horarios libres").click()
    with walk.to("refused in Spanish", 422):
        in_spanish(page, "555")
        page.get_by_role("button", name="Reservar esta hora").click()
        expect(page.get_by_role("alert")).to_be_visible()
    with walk.to("done in Spanish", 201):
        in_spanish(page, phone)
        page.get_by_role("button", name="Reservar esta hora").click()
        expect(page.get_by_role("heading")).to_have_text("Su visita está reservada")
    overnight.settled(server)
    link = manage_link(server, phone)
    with walk.to("manage in Spanish"):
        page.goto(link)
        page.get_by_text("Cambiar la visita").click()
    with walk.to("moved in Spanish"):
        page.locator(".time").nth(5).click()
        page.get_by_role("button", name="Cambiar a esta hora").click()
        expect(page.get_by_role("status")).to_contain_text("hora nueva")
    with walk.to("gone in Spanish", 404):
        page.goto(f"{link[:-4]}0000?lang=es")
    page.evaluate("sessionStorage.clear()")
    with walk.to("chat in Spanish"):
        page.goto("/chat/bluebird?lang=es")
        page.get_by_role("textbox", name="Su mensaje").fill("No funciona mi calefacción")
        page.get_by_role("button", name="Enviar").click()
        expect(page.locator("#chat")).to_contain_text("Usted, ")


def in_spanish(page: Page, phone: str) -> None:
    """The Spanish booking form, but for the phone as Ana would."""
    page.locator(".time").first.click()
    for label, text in (("Su nombre", "Ana Ortiz"), ("Teléfono celular", phone), ("Dirección", "14 Oak St")):
        page.get_by_label(label).fill(text)


def not_signed_in(walk: Walk, server: RealServer) -> None:
    """Mia mistypes her password; Vera follows her invite twice."""
    with walk.to("sign in") as page:
        page.goto("/console")
    with walk.to("sign-in refused", 401):
        page.get_by_label("E-mail").fill(overnight.MIA)
        page.get_by_label("Password").fill("not the one")
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("alert")).to_be_visible()
    body = {"email": "vera@bluebird.example", "role": "agent"}
    link = overnight.asked(server, "POST", "/api/v1/invites", body)["link"]
    with walk.to("invite"):
        page.goto(link)
    page.get_by_label("Your name").fill("Vera")
    page.get_by_label("Choose a password").fill("nine blue herons")
    page.get_by_label("The password once more").fill("nine blue herons")
    page.get_by_role("button", name="Join").click()
    expect(page.get_by_role("heading", name="Inbox")).to_be_visible()
    with walk.to("invite used up", 410):
        page.goto(link)


def fill_in(page: Page, phone: str) -> None:
    """The booking form, but for the phone as Sarah would."""
    page.locator(".time").first.click()
    for label, text in (("Your name", "Sarah Jones"), ("Mobile phone", phone), ("Street address", "12 Oak St")):
        page.get_by_label(label).fill(text)


def manage_link(server: RealServer, phone: str = SARAH) -> str:
    """The link in the text that confirms the visit."""
    confirmation = server.until(lambda: server.sent(phone, "confirmation"))[-1]["body"]
    return next(word for word in str(confirmation).split() if "/manage/" in word).rstrip(".")


@pytest.mark.parametrize("name", PAGES)
def test_the_browser_complains_of_nothing(walk: Walk, name: str) -> None:
    assert walk.looks[name].complaints == []


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_serious(walk: Walk, name: str) -> None:
    assert walk.looks[name].findings == []


@pytest.mark.parametrize("name", PAGES)
def test_no_page_is_wider_than_the_window(walk: Walk, name: str) -> None:
    assert walk.looks[name].overflows == []


@pytest.mark.parametrize("name", PAGES)
def test_what_is_tapped_on_a_phone_is_44_px_high(walk: Walk, name: str) -> None:
    assert walk.looks[name].small == []


def test_every_page_was_seen(walk: Walk) -> None:
    assert set(walk.looks) == set(PAGES)


def test_three_looks_at_the_manage_link_change_nothing(window: Callable[..., Page], shop_server: RealServer) -> None:
    phone = overnight.texter(30)
    visit = {**overnight.ANN_ON_MONDAY, "customerPhone": phone}
    overnight.asked(shop_server, "POST", "/api/private/v1/bookings", visit)
    overnight.settled(shop_server)
    before = shop_server.bookings(phone)
    page = window(phone=True)
    for _ in range(3):
        page.goto(manage_link(shop_server, phone))
        expect(page.locator(".when")).to_contain_text("Monday, November 23, 2026 at 9:00 AM")
    assert shop_server.bookings(phone) == before


@pytest.fixture
def slow(screens: Screens) -> tuple[Page, Callable[[], None]]:
    """The chat page where the script is slow to come, and what lets it come."""
    page = screens.window()
    held: list[Route] = []
    late = [True]
    page.route("**/api/v1/webchat/*", lambda route: held.append(route) if late else route.continue_())

    def come() -> None:
        late.clear()
        for one in held:
            one.continue_()
        expect(page.get_by_role("log")).to_be_visible()

    page.goto("/chat/bluebird")
    return page, come


def test_what_was_written_before_the_chat_came_alive_is_sent(walk: Walk, slow: tuple[Page, Callable[[], None]]) -> None:
    page, come = slow
    page.get_by_role("textbox").fill("My pipe leaks")
    come()
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("log")).to_contain_text("My pipe leaks")


def test_a_chat_begun_by_the_plain_form_goes_on_when_it_comes_alive(
    walk: Walk, slow: tuple[Page, Callable[[], None]]
) -> None:
    page, come = slow
    page.get_by_role("textbox").fill("My drain is slow")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#chat")).to_contain_text("My drain is slow")
    come()
    expect(page.get_by_role("log")).to_contain_text("My drain is slow")
