"""Who writes on a web page: a token that is signed, short-lived and belongs to one web chat, and how often it may ask.

Nothing is stored for somebody who only looks. What is stored of a writer's token is its hash, as their thread's key.
"""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from fastapi import Request

from api.deps import house_of
from storage.tables import EntryPoint
from tools.problems import Problem

LASTS = timedelta(hours=24)


def new_token(secret_key: str, way: EntryPoint, now: datetime) -> str:
    """A token for one visitor of this web chat: 24 random bytes, when it was made, and our signature over both."""
    made = f"{secrets.token_urlsafe(24)}.{int(now.timestamp())}"
    return f"{made}.{_signed(secret_key, way, made)}"


def key_of(secret_key: str, way: EntryPoint, token: str, now: datetime) -> str | None:
    """The key of the visitor's threads; None for a token that is not ours, of another web chat, or too old."""
    made, _, signature = token.rpartition(".")
    at = made.rpartition(".")[2]
    if not hmac.compare_digest(_signed(secret_key, way, made).encode(), signature.encode("utf-8", "replace")):
        return None
    if now.timestamp() - int(at) > LASTS.total_seconds():
        return None
    return f"webchat:{hashlib.sha256(token.encode()).hexdigest()}"


def admit(request: Request, way: EntryPoint, token: str) -> str:
    """The key behind a token. Raises UNAUTHORIZED, and RATE_LIMITED for an address that tries one after another."""
    house = house_of(request)
    key = key_of(house.settings.secret_key, way, token, house.clock.now())
    if key is None:
        limit(house.tries.count(f"chat-token:{address(request)}").exceeded)
        raise Problem("UNAUTHORIZED", "This chat has ended.", fix="Begin a new one.")
    return key


def may_write(request: Request, key: str) -> None:
    """Count one message: ten a minute of one visitor, sixty of one address. Raises RATE_LIMITED."""
    house = house_of(request)
    of_visitor = house.tries.count(f"chat-says:{key}").exceeded
    limit(of_visitor or house.limits.count(f"chat-says:{address(request)}").exceeded)


def may_look(request: Request, key: str) -> None:
    """Count one look for answers: sixty a minute of one visitor. Raises RATE_LIMITED."""
    limit(house_of(request).limits.count(f"chat-looks:{key}").exceeded)


def may_begin(request: Request) -> None:
    """Count one new chat: ten a minute of one address. Raises RATE_LIMITED."""
    limit(house_of(request).tries.count(f"chat-new:{address(request)}").exceeded)


def limit(exceeded: bool) -> None:
    """Raise RATE_LIMITED when it is so."""
    if exceeded:
        raise Problem("RATE_LIMITED", "That is too quick. Please wait a minute.", fix="Wait a minute.", retry_after=60)


def address(request: Request) -> str:
    """Where a request comes from."""
    return request.client.host if request.client else ""


def ours(request: Request) -> set[str]:
    """The origins of our own pages."""
    public = urlsplit(house_of(request).settings.public_url)
    return {f"{public.scheme}://{public.netloc}", f"{request.url.scheme}://{request.headers.get('host', '')}"}


def _signed(secret_key: str, way: EntryPoint, made: str) -> str:
    key = hashlib.sha256(b"web chat:" + secret_key.encode()).digest()
    return hmac.new(key, f"{way.id}.{made}".encode("utf-8", "replace"), hashlib.sha256).hexdigest()
