"""Whether signed posts would be let in: the doors' own checks, tried on a good and on a forged post."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from api import signatures
from api.settings import Settings, keys

# Known answers of the vendors' own code: Twilio's documented example, and retell-sdk 6.2 over a small body.
TWILIO_KNOWN = (
    "12345",
    "https://mycompany.com/myapp.php?foo=1&bar=2",
    {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+14158675309",
        "Digits": "1234",
        "From": "+14158675309",
        "To": "+18005551212",
    },
    "RSOYDt4T1cUTdK1PDd93/VVr8B8=",
)
RETELL_KNOWN = (
    "key_test_0123456789abcdef",
    b'{"name":"book_job","args":{"zip":"73301"},"call":{"call_id":"c1"}}',
    1700000000000,
    "7236bf44a31274a1ebdef39977926386c1830aafcdd4d054300116a866d733d6",
)


@dataclass(frozen=True, slots=True)
class Tried:
    """One door's signature check: `ok`, `open` (no key is set, so it is not asked for) or `wrong`, and a sentence."""

    name: str
    state: Literal["ok", "open", "wrong"]
    says: str


def signatures_tried(settings: Settings, now: datetime) -> list[Tried]:
    """Twilio's and Retell's checks; `now` aware. Nothing leaves the machine."""
    return [_twilio(settings), _retell(settings, now)]


def _twilio(settings: Settings) -> Tried:
    token, url, fields, signature = TWILIO_KNOWN
    if not signatures.twilio([token], url, fields.items(), signature):
        return Tried("Twilio", "wrong", "Twilio's own example does not check. Report this as a bug.")
    own = keys(settings.twilio_auth_token)
    if not own:
        said = "Twilio's own example checks. No TWILIO_AUTH_TOKEN is set, so in the sandbox unsigned posts are taken."
        return Tried("Twilio", "open", said)
    url, form = f"{settings.public_url}/api/twilio/sms/inbound", {"MessageSid": "SM1", "Body": "hi"}
    signed = signatures.twilio_signature(own[0], url, form.items())
    good = signatures.twilio(own, url, form.items(), signed)
    forged = signatures.twilio(own, url, {**form, "Body": "hi!"}.items(), signed)
    if not good or forged:
        return Tried("Twilio", "wrong", "A post signed with your token does not check. Copy TWILIO_AUTH_TOKEN again.")
    return Tried("Twilio", "ok", f"A post to {url} signed with your token is let in, a changed one is refused.")


def _retell(settings: Settings, now: datetime) -> Tried:
    key, body, milliseconds, digest = RETELL_KNOWN
    then = datetime.fromtimestamp(milliseconds / 1000, UTC)
    if not signatures.retell([key], body, f"v={milliseconds},d={digest}", then):
        return Tried("Retell", "wrong", "Retell's own example does not check. Report this as a bug.")
    own = keys(settings.retell_api_key)
    if not own:
        said = "Retell's own example checks. No RETELL_API_KEY is set: its tools are let in by their key alone."
        return Tried("Retell", "open", said)
    stamp = int(now.timestamp() * 1000)
    signed = f"v={stamp},d={signatures.retell_digest(own[0], body, stamp)}"
    if not signatures.retell(own, body, signed, now) or signatures.retell(own, body + b" ", signed, now):
        return Tried("Retell", "wrong", "A post signed with your key does not check. Copy RETELL_API_KEY again.")
    return Tried("Retell", "ok", "A post signed with your key is let in, a changed one is refused.")
