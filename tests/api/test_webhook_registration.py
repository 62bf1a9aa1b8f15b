"""What /api/v1/webhooks refuses to register."""

import pytest

from storage.tables import WebhookEndpoint
from tests.api.doors import key_of
from tests.fakes import Shop

pytestmark = [pytest.mark.anyio, pytest.mark.engines("sqlite")]

WEBHOOKS = "/api/v1/webhooks"


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/",
        "https://10.0.0.5/hook",
        "https://[fd00:ec2::254]/",
        "https://2130706433/",
        "https://metadata.internal/",
        "https://intranet/",
        "http://hooks.example.com/",
        "ftp://hooks.example.com/",
        "https://user:word@hooks.example.com/",
        "https://[::1",
        "https://exa mple.com/",
        "https://hooks..example.com/",
        "https://hooks.example.com:port/",
        "nonsense",
    ],
)
async def test_a_url_that_may_not_be_called_is_refused_with_a_fix(shop: Shop, url: str) -> None:
    answer = await (await key_of(shop)).post(WEBHOOKS, {"url": url, "events": ["*"]})
    assert (answer.status_code, answer.json()["code"]) == (400, "VALIDATION_ERROR")
    assert "https://" in answer.json()["fix"]
    assert await shop.rows(WebhookEndpoint) == []


async def test_an_unknown_event_is_refused_with_the_list(shop: Shop) -> None:
    answer = await (await key_of(shop)).post(
        WEBHOOKS, {"url": "https://hooks.example.com/", "events": ["booking.lost"]}
    )
    assert answer.json()["code"] == "VALIDATION_ERROR"
    assert "booking.created" in answer.json()["fix"]
