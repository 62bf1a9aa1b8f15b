"""The worker's hand for events out: resolve, refuse what is not public, connect to the very address that was judged.

In the sandbox nothing leaves the machine: a delivery goes to this machine's own addresses or stays as `kept`.
"""

import asyncio
import functools
import socket
import ssl
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from ipaddress import ip_address

import httpx2

from api import sealing
from api.deps import House
from api.signatures import sign_webhook
from api.worker import Hand, for_job
from storage import outbox
from storage.context import Context
from storage.tables import Job
from tools import webhook_deliveries
from tools.rules import public_address
from tools.webhook_deliveries import Parcel, Reply

Resolver = Callable[[str, int], Awaitable[list[str]]]

WHOLE_SECONDS = 10.0  # contract 2.12; well inside a lease of half a minute
READ_LIMIT = 16 * 1024
EXCERPT = 500  # characters of the answer that are kept for the log
AT_ONCE = 8  # so that slow receivers never take all of the worker's hands from texts
FULL = timedelta(seconds=1)


async def resolve(host: str, port: int) -> list[str]:
    """Every address of a host name, in the system's order. Raises socket.gaierror."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(one[4][0]) for one in found]


def webhook_hand(resolver: Resolver = resolve) -> Hand:
    """The hand that delivers one event; `resolver` looks names up."""
    under_way = 0

    async def deliver(house: House, job: Job) -> None:
        nonlocal under_way
        if under_way >= AT_ONCE:
            await for_job(house, job, lambda ctx: _later(ctx, job))
            return
        under_way += 1
        try:
            parcel = await for_job(house, job, lambda ctx: webhook_deliveries.take_up(ctx, job))
            if parcel is not None:
                reply = await _send(house, parcel, resolver)
                await for_job(house, job, lambda ctx: webhook_deliveries.settle(ctx, job, reply))
        finally:
            under_way -= 1

    return deliver


async def _send(house: House, parcel: Parcel, resolver: Resolver) -> Reply:
    url = httpx2.URL(parcel.url)
    own_machine = public_address.is_own_machine(url.host)
    if house.settings.sandbox and not own_machine:
        return Reply(kept=True)
    opened = [sealing.unseal(house.settings.secret_key, sealed) for sealed in parcel.sealed_secrets]
    keys = [key for key in opened if key is not None]
    if not keys:
        return Reply(error="secret_unreadable")
    if not house.settings.sandbox and url.scheme != "https":
        return Reply(error="address_refused")
    started = time.monotonic()
    try:
        async with asyncio.timeout(WHOLE_SECONDS):
            addresses = await resolver(url.host, url.port or (443 if url.scheme == "https" else 80))
            allowed = _is_loopback if house.settings.sandbox else public_address.is_public
            if not addresses or not all(allowed(address) for address in addresses):
                return Reply(error="address_refused", milliseconds=_since(started))
            return await _post(url, addresses, _headers(parcel, keys), parcel.body, started)
    except (socket.gaierror, UnicodeError):  # the latter for a name that no wire format can carry
        error = "name_unknown"
    except (TimeoutError, httpx2.TimeoutException):
        error = "timeout"
    except httpx2.ConnectError as failure:
        error = "tls_failed" if isinstance(_root(failure), ssl.SSLError) else "no_connection"
    except httpx2.HTTPError:
        error = "broken_answer"
    return Reply(error=error, milliseconds=_since(started))


async def _post(url: httpx2.URL, addresses: list[str], headers: dict[str, str], body: bytes, started: float) -> Reply:
    """Post to the first of `addresses` that takes a connection; raises what the last one raised."""
    try:
        return await _post_to(url, addresses[0], headers, body, started)
    except httpx2.ConnectError:
        if len(addresses) == 1:
            raise
    return await _post(url, addresses[1:], headers, body, started)


async def _post_to(url: httpx2.URL, address: str, headers: dict[str, str], body: bytes, started: float) -> Reply:
    # The address that was judged is the one connected to; the name stays in Host and in the TLS handshake.
    async with (
        httpx2.AsyncClient(verify=_trusted(), trust_env=False, timeout=WHOLE_SECONDS) as client,
        client.stream(
            "POST",
            url.copy_with(host=address),
            content=body,
            headers={**headers, "Host": url.netloc.decode("ascii")},
            extensions={"sni_hostname": url.host},
            follow_redirects=False,
        ) as answer,
    ):
        read = b""
        async for chunk in answer.aiter_raw():
            read += chunk
            if len(read) >= READ_LIMIT:
                break
        waits = answer.headers.get("retry-after", "")
        return Reply(
            status=answer.status_code,
            milliseconds=_since(started),
            excerpt=read.decode("utf-8", "replace").replace("\0", "")[:EXCERPT],
            retry_after=int(waits) if waits.isascii() and waits.isdigit() and len(waits) < 8 else None,
        )


def _headers(parcel: Parcel, keys: list[str]) -> dict[str, str]:
    at = int(time.time())  # receivers hold it against the real clock, whatever the sandbox's shows
    return {
        "Content-Type": "application/json",
        "Accept-Encoding": "identity",
        "User-Agent": "Ringback-Webhooks/1",
        "webhook-id": parcel.message_id,
        "webhook-timestamp": str(at),
        "webhook-signature": sign_webhook(keys, parcel.message_id, at, parcel.body),
    }


def _later(ctx: Context, job: Job) -> None:
    outbox.settle(ctx.session, job, "queued", ctx.now, reason="busy", due_at=ctx.now + FULL)


@functools.cache
def _trusted() -> ssl.SSLContext:
    """Reading the certificates of the authorities takes longer than a delivery."""
    return httpx2.create_ssl_context(trust_env=False)


def _is_loopback(address: str) -> bool:
    return ip_address(address).is_loopback


def _since(started: float) -> int:
    return round((time.monotonic() - started) * 1000)


def _root(failure: BaseException) -> BaseException:
    while (cause := failure.__cause__ or failure.__context__) is not None:
        failure = cause
    return failure
