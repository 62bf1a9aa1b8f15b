"""HTTP on bare sockets, so that the load costs little beside what is measured."""

import asyncio
import json
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from api.signatures import twilio_signature

TOKEN = "token"


async def ask(method: str, url: str, body: bytes = b"", **headers: str) -> tuple[int, bytes]:
    """One request on a connection of its own: status and body; status 0 when nobody answered."""
    parts = urlsplit(url)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    named = {"Host": parts.netloc, "Connection": "close", "Content-Length": str(len(body)), **headers}
    head = f"{method} {target} HTTP/1.1\r\n" + "".join(
        f"{name.replace('_', '-')}: {its}\r\n" for name, its in named.items()
    )
    try:
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    except OSError:
        return 0, b""
    try:
        writer.write(f"{head}\r\n".encode() + body)
        answer = await asyncio.wait_for(reader.read(), 20)
    except (OSError, TimeoutError):
        return 0, b""
    finally:
        writer.close()
    return (int(answer[9:12]), answer.partition(b"\r\n\r\n")[2]) if answer else (0, b"")


async def post_form(url: str, fields: dict[str, str]) -> int:
    """A form post of Twilio's, signed; the HTTP status."""
    form = "application/x-www-form-urlencoded"
    signed = twilio_signature(TOKEN, url, fields.items())
    body = urlencode(fields, quote_via=quote).encode()
    return (await ask("POST", url, body, Content_Type=form, X_Twilio_Signature=signed))[0]


async def ask_json(method: str, url: str, secret: str, body: Any = None, **headers: str) -> tuple[int, Any]:
    """A call of a JSON door: status and the answer read."""
    raw = b"" if body is None else json.dumps(body).encode()
    status, answer = await ask(
        method, url, raw, Authorization=f"Bearer {secret}", Content_Type="application/json", **headers
    )
    return status, json.loads(answer) if answer else None
