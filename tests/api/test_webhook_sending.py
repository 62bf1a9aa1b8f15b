"""Where a delivery may go: which addresses, which certificates, how long, and nowhere from the sandbox."""

import datetime
import ssl
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from api import webhook_sending
from api.webhook_sending import webhook_hand
from api.worker import Worker
from storage.tables import WebhookDelivery
from tests.api.doors import Key, key_of
from tests.fakes import HANDS, Shop, open_shop
from tests.receiver import receiver

pytestmark = [pytest.mark.anyio, pytest.mark.engines("sqlite")]

LIVE = {"sandbox": False, "twilio_account_sid": "AC1", "twilio_auth_token": "token"}


class Names:
    """A resolver that gives these addresses, and keeps what it was asked."""

    def __init__(self, *addresses: str) -> None:
        self.addresses, self.asked = list(addresses), []  # type: tuple[list[str], list[str]]

    async def __call__(self, host: str, port: int) -> list[str]:
        self.asked.append(f"{host}:{port}")
        return self.addresses


async def pinged(shop: Shop, url: str, names: Names) -> WebhookDelivery:
    """The ping of a fresh registration, after the first try."""
    shop.worker = Worker(shop.house, {**HANDS, "webhook": webhook_hand(names)})
    key: Key = await key_of(shop)
    answer = await key.post("/api/v1/webhooks", {"url": url, "events": ["*"]})
    assert answer.status_code == 201, answer.text
    await shop.worker.drain()
    (delivery,) = await shop.rows(WebhookDelivery)
    return delivery


@pytest.mark.parametrize(
    "addresses",
    [("10.0.0.5",), ("169.254.169.254",), ("::1",), ("93.184.215.14", "192.168.1.1"), ("::ffff:10.0.0.5",), ()],
    ids=str,
)
async def test_a_name_that_leads_into_a_private_network_is_not_called(
    database_url: str, addresses: tuple[str, ...]
) -> None:
    names = Names(*addresses)
    async with open_shop(database_url, **LIVE) as shop:
        delivery = await pinged(shop, "https://hooks.example.com/in", names)
    assert (delivery.state, delivery.last_error, delivery.last_status) == ("queued", "address_refused", None)
    assert names.asked == ["hooks.example.com:443"]


async def test_a_name_that_leads_to_this_machine_is_not_called_when_live(database_url: str) -> None:
    with receiver() as there:
        url = there.url.replace("http://127.0.0.1", "https://hooks.example.com")
        async with open_shop(database_url, **LIVE) as shop:
            await pinged(shop, url, Names("127.0.0.1"))
        assert there.told == []


async def test_an_endpoint_from_the_sandbox_is_not_called_once_live(database_url: str) -> None:
    with receiver() as there:
        async with open_shop(database_url) as shop:
            await pinged(shop, there.url, Names("127.0.0.1"))
            assert len(there.told) == 1
        async with open_shop(database_url, **LIVE) as shop:
            shop.worker = Worker(shop.house, {**HANDS, "webhook": webhook_hand(Names("127.0.0.1"))})
            key = await key_of(shop)
            (endpoint,) = (await key.get("/api/v1/webhooks"))["webhooks"]
            await key.post(f"/api/v1/webhooks/{endpoint['id']}/ping")
            await shop.worker.drain()
        assert len(there.told) == 1


async def test_this_machine_cannot_be_registered_when_live(database_url: str) -> None:
    async with open_shop(database_url, **LIVE) as shop:
        answer = await (await key_of(shop)).post("/api/v1/webhooks", {"url": "http://127.0.0.1:8000/", "events": ["*"]})
    assert answer.json()["code"] == "VALIDATION_ERROR"


async def test_in_the_sandbox_nothing_leaves_not_even_a_question_for_a_name(shop: Shop) -> None:
    names = Names("93.184.215.14")
    delivery = await pinged(shop, "https://hooks.example.com/in", names)
    assert (delivery.state, delivery.attempts, names.asked) == ("kept", 0, [])


async def test_in_the_sandbox_a_localhost_that_is_somewhere_else_is_not_called(shop: Shop) -> None:
    delivery = await pinged(shop, "http://localhost:9/in", Names("93.184.215.14"))
    assert delivery.last_error == "address_refused"


async def test_the_name_is_resolved_once_a_try(shop: Shop) -> None:
    names = Names("127.0.0.1")
    with receiver() as there:
        delivery = await pinged(shop, there.url.replace("127.0.0.1", "localhost"), names)
    assert (delivery.state, len(names.asked)) == ("delivered", 1)


async def test_a_receiver_that_says_nonsense_about_waiting_is_tried_again(shop: Shop) -> None:
    with receiver() as there:
        there.next, there.headers = [503], {"Retry-After": "\u00b2"}  # a superscript two: a digit that is no number
        delivery = await pinged(shop, there.url, Names("127.0.0.1"))
    assert (delivery.state, delivery.last_status, delivery.attempts) == ("queued", 503, 1)


async def test_a_slow_receiver_is_hung_up_on(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook_sending, "WHOLE_SECONDS", 0.2)

    class Slow(Names):
        async def __call__(self, host: str, port: int) -> list[str]:
            await webhook_sending.asyncio.sleep(5)
            return self.addresses

    delivery = await pinged(shop, "http://localhost:9/in", Slow("127.0.0.1"))
    assert (delivery.last_error, delivery.state) == ("timeout", "queued")


async def test_a_secret_sealed_with_another_key_is_said_to_be_unreadable(database_url: str) -> None:
    with receiver() as there:
        async with open_shop(database_url) as shop:
            await pinged(shop, there.url, Names("127.0.0.1"))
        async with open_shop(database_url, secret_key="another" * 8) as shop:
            shop.worker = Worker(shop.house, {**HANDS, "webhook": webhook_hand(Names("127.0.0.1"))})
            key = await key_of(shop)
            (endpoint,) = (await key.get("/api/v1/webhooks"))["webhooks"]
            made = await key.post(f"/api/v1/webhooks/{endpoint['id']}/ping")
            await shop.worker.drain()
            (delivery,) = await shop.rows(WebhookDelivery, id=made.json()["id"])
    assert delivery.last_error == "secret_unreadable"


@pytest.mark.parametrize(("name", "error"), [("localhost", None), ("hooks.example.com", "tls_failed")])
async def test_the_certificate_is_judged_by_the_name_not_the_address(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, error: str | None
) -> None:
    certificate, key = self_signed(name, tmp_path)
    ours, theirs = ssl.create_default_context(cafile=str(certificate)), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    theirs.load_cert_chain(certificate, key)
    monkeypatch.setattr(webhook_sending, "_trusted", lambda: ours)
    with receiver(theirs) as there:
        delivery = await pinged(shop, there.url.replace("127.0.0.1", "localhost"), Names("127.0.0.1"))
    assert delivery.last_error == error


def self_signed(name: str, folder: Path) -> tuple[Path, Path]:
    """A certificate for `name` and its key, as files."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    today = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(today - datetime.timedelta(days=1))
        .not_valid_after(today + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    files = folder / "certificate.pem", folder / "key.pem"
    files[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    files[1].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return files
