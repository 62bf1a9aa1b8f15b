"""Two of the texter's tools on the phone: note what the caller says of themselves, and whether we come there."""

import pytest

from storage.tables import Booking, Customer, Lead
from tests.api.phone_line import MONDAY_9, Line, line_to
from tests.fakes import SARAH, Shop
from tests.people import MARCUS

pytestmark = pytest.mark.engines("sqlite")


@pytest.fixture
async def line(shop: Shop) -> Line:
    return await line_to(shop)


async def test_what_sarah_says_of_herself_is_kept_on_her_lead_and_on_the_visit_that_lacks_it(
    shop: Shop, line: Line
) -> None:
    await line.has(MONDAY_9)
    said = await line.say("details", name="Sarah Jones", address="12 Oak St", issue="No cooling upstairs")
    assert said.text == "Noted for the office. This books and changes no visit."
    (customer,) = await shop.rows(Customer)
    assert (customer.name, customer.address) == ("Sarah Jones", "12 Oak St")
    assert {one.issue for one in await shop.rows(Lead)} == {"No cooling upstairs"}
    assert [one.address for one in await shop.rows(Booking)] == ["12 Oak St"]


async def test_a_second_word_is_noted_too(shop: Shop, line: Line) -> None:
    for address in ("12 Oak St", "14 Oak St"):
        await line.say("details", address=address)
    assert [one.address for one in await shop.rows(Customer)] == ["14 Oak St"]


async def test_nobody_writes_on_a_strangers_card(shop: Shop, line: Line) -> None:
    await line.has(MONDAY_9, MARCUS, customer_name="Marcus Bell")
    said = await line.say("details", phone=MARCUS, name="Mallory")
    assert said.headers["x-ringback-code"] == "IDENTITY_NEEDED"
    assert said.text.startswith("DETAILS NOT KEPT:")
    assert [one.name for one in await shop.rows(Customer, phone=MARCUS)] == ["Marcus Bell"]


async def test_a_bad_email_keeps_nothing(shop: Shop, line: Line) -> None:
    said = await line.say("details", email="sarah@", address="12 Oak St")
    assert said.headers["x-ringback-code"] == "INVALID_EMAIL"
    assert await shop.rows(Customer, phone=SARAH) == []


@pytest.mark.parametrize(
    ("code", "text"),
    [("78701", "Yes, 78701 is in our area."), ("79901", "79901 is outside the area we cover.")],
)
async def test_whether_we_come_there_is_said_in_the_texters_words(line: Line, code: str, text: str) -> None:
    assert (await line.say("area", postal_code=code)).text == text


async def test_without_a_zip_code_it_is_asked_for(line: Line) -> None:
    said = await line.say("area")
    assert said.text.startswith("AREA LOOKUP FAILED: no ZIP code was given")
