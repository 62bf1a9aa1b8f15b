"""Two people who take one name at the same moment: one has it, the others are told, and nobody sees a bug."""

import asyncio
from collections import Counter
from typing import Any

import pytest

from tests.api.doors import key_of
from tests.fakes import Shop

pytestmark = [pytest.mark.anyio, pytest.mark.engines("sqlite", "postgres")]

AT_ONCE = 6


@pytest.mark.parametrize(
    ("path", "body", "told"),
    [
        ("/api/v1/services", {"name": "Duct cleaning", "default_duration": 60}, (400, "VALIDATION_ERROR")),
        ("/api/v1/staff", {"email": "ana@bluebird.test", "name": "Ana Diaz"}, (409, "IN_USE")),
        ("/api/v1/booking-pages", {"slug": "ducts", "title": "Ducts"}, (409, "IN_USE")),
        ("/api/v1/entry-points", {"label": "Yard signs", "phone": "+15125550177"}, (409, "IN_USE")),
    ],
)
async def test_of_many_at_once_one_gets_the_name(shop: Shop, path: str, body: dict[str, Any], told: Any) -> None:
    key = await key_of(shop)
    answers = await asyncio.gather(*(key.post(path, body) for _ in range(AT_ONCE)))
    refused = [(one.status_code, one.json()["code"]) for one in answers if one.status_code != 201]
    assert Counter(refused) == {told: AT_ONCE - 1}


async def test_a_service_that_is_renamed_into_another_at_once_is_told(shop: Shop) -> None:
    key = await key_of(shop)
    made = [
        (await key.post("/api/v1/services", {"name": name, "default_duration": 60})).json()["id"]
        for name in ("Ducts", "Vents", "Filters")
    ]
    answers = await asyncio.gather(*(key.patch(f"/api/v1/services/{one}", {"slug": "air"}) for one in made))
    assert Counter(one.status_code for one in answers) == {200: 1, 400: 2}
