"""Did this really come from who it says? Pure: raw bytes and headers in, yes or no out.

Nothing here raises on junk: whatever cannot be read is a no. Comparisons take the same time wherever they fail.
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

TOLERANCE_MS = 300_000  # Retell and Standard Webhooks both accept five minutes either way
ELEVENLABS_TOLERANCE = 1800  # seconds

_RETELL = re.compile(r"v=([0-9]{1,16}),d=([0-9a-f]{64})")
_ELEVENLABS = re.compile(r"t=([0-9]{1,12}),v0=([0-9a-f]{64})")
_URL = re.compile(r"(https?|wss?)://([^/?#]+?)(?::([0-9]+))?((?:[/?#].*)?)", re.DOTALL)


def twilio_signature(token: str, url: str, fields: Iterable[tuple[str, str]] = ()) -> str:
    """What Twilio puts into `X-Twilio-Signature` for a form post: the URL as Twilio was given it, then every distinct
    (name, value) in sorted order, keyed with the account's primary token."""
    signed = url + "".join(name + value for name, value in sorted(set(fields)))
    return base64.b64encode(hmac.digest(_bytes(token), _bytes(signed), "sha1")).decode()


def twilio(tokens: Sequence[str], url: str, fields: Iterable[tuple[str, str]], signature: str | None) -> bool:
    """Whether Twilio signed this form post, GET or socket upgrade (both without `fields`) with one of `tokens`.

    `url` is the exact public URL with its query. It may carry the scheme's default port or not: Twilio signs either.
    """
    if not signature:
        return False
    pairs = list(fields)
    return any(
        [
            hmac.compare_digest(_bytes(twilio_signature(token, one, pairs)), _bytes(signature))
            for token in tokens
            for one in _with_and_without_port(url)
        ]
    )


def retell(keys: Sequence[str], body: bytes, header: str | None, now: datetime) -> bool:
    """Whether Retell signed these raw bytes: `v=<unix ms>,d=<hex>`, HMAC-SHA256 over body and time, five minutes."""
    found = _RETELL.fullmatch(header or "")
    if found is None or abs(now.timestamp() * 1000 - int(found[1])) > TOLERANCE_MS:
        return False
    return any([hmac.compare_digest(retell_digest(key, body, int(found[1])), found[2]) for key in keys])


def retell_digest(key: str, body: bytes, milliseconds: int) -> str:
    """The hex digest Retell sends for a body at a time in Unix milliseconds."""
    return hmac.new(_bytes(key), body + str(milliseconds).encode(), hashlib.sha256).hexdigest()


def calcom(secret: str, body: bytes, header: str | None) -> bool:
    """Whether Cal.com signed these raw bytes: lower-case hex HMAC-SHA256, without a time. An account without a secret
    sends the words `no-secret-provided`, which never match."""
    digest = hmac.new(_bytes(secret), body, hashlib.sha256).hexdigest()
    return bool(secret) and hmac.compare_digest(_bytes(digest), _bytes(header or ""))


def elevenlabs(secrets: Sequence[str], body: bytes, header: str | None, now: datetime) -> bool:
    """Whether ElevenLabs signed these raw bytes: `t=<unix s>,v0=<hex>`, HMAC-SHA256 over time, a dot and the body.

    Half an hour either way, as its own library allows for the past.
    """
    found = _ELEVENLABS.fullmatch(header or "")
    if found is None or abs(now.timestamp() - int(found[1])) > ELEVENLABS_TOLERANCE:
        return False
    signed = found[1].encode() + b"." + body
    return any([hmac.compare_digest(hmac.new(_bytes(one), signed, "sha256").hexdigest(), found[2]) for one in secrets])


def shared_secret(secrets: Sequence[str], given: str | None) -> bool:
    """Whether a header carries one of the secrets itself, as Vapi sends it."""
    return given is not None and any([hmac.compare_digest(_bytes(one), _bytes(given)) for one in secrets])


def sign_webhook(secrets: Sequence[str], message_id: str, timestamp: int, body: bytes) -> str:
    """The `webhook-signature` header of Standard Webhooks 1.0: one `v1,` part for each `whsec_` secret.

    `timestamp` is Unix seconds of this attempt; `body` goes out byte for byte as signed. Raises ValueError for a
    secret that is not base64.
    """
    return " ".join(f"v1,{_webhook_mac(secret, message_id, str(timestamp), body)}" for secret in secrets)


def webhook(secrets: Sequence[str], headers: Mapping[str, str], body: bytes, now: datetime) -> bool:
    """Whether one of `secrets` signed this Standard Webhooks delivery; `headers` have lower-case names."""
    message_id, sent_at = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not message_id or not re.fullmatch("[0-9]{1,12}", sent_at):
        return False
    if abs(now.timestamp() - int(sent_at)) * 1000 > TOLERANCE_MS:
        return False
    given = [part[3:] for part in headers.get("webhook-signature", "").split(" ") if part.startswith("v1,")]
    try:
        wanted = [_webhook_mac(secret, message_id, sent_at, body) for secret in secrets]
    except ValueError:
        return False
    return any([hmac.compare_digest(_bytes(one), _bytes(mac)) for one in given for mac in wanted])


def _webhook_mac(secret: str, message_id: str, timestamp: str, body: bytes) -> str:
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except binascii.Error as error:
        raise ValueError("a webhook secret is whsec_ and base64") from error
    return base64.b64encode(hmac.digest(key, _bytes(f"{message_id}.{timestamp}.") + body, "sha256")).decode()


def _with_and_without_port(url: str) -> tuple[str, ...]:
    found = _URL.fullmatch(url)
    if found is None:
        return (url,)
    scheme, host, port, rest = found.groups()
    default = {"https": "443", "http": "80", "wss": "443", "ws": "80"}[scheme]
    if port not in (None, default):
        return (url,)
    return (f"{scheme}://{host}{rest}", f"{scheme}://{host}:{default}{rest}")


def _bytes(text: str) -> bytes:
    # A lone surrogate is how undecodable bytes arrive; it must fail to match, not raise.
    return text.encode("utf-8", "surrogatepass")
