"""Somebody who is told of events: a real HTTP server on loopback that keeps what it was sent."""

import json
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import Any

from standardwebhooks import Webhook


class Told:
    """One delivery as it arrived."""

    def __init__(self, headers: dict[str, str], body: bytes) -> None:
        self.headers, self.body = headers, body

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def event(self) -> str:
        return str(json.loads(self.body)["event"])

    def verified(self, secret: str) -> dict[str, Any]:
        """The envelope, as the receivers' own library accepts it; raises when it does not."""
        Webhook(secret).verify(self.body, self.headers)
        envelope: dict[str, Any] = json.loads(self.body)
        return envelope


class Receiver:
    """What it was told is in `told`; `next` holds the statuses of the coming answers, 204 when it is empty.

    The word "endless" answers 200 and never stops talking; a redirect points to `/elsewhere`.
    """

    def __init__(self) -> None:
        self.told: list[Told] = []
        self.paths: list[str] = []
        self.next: list[int | str] = []
        self.headers: dict[str, str] = {}
        self.url = ""

    @property
    def events(self) -> list[str]:
        """The events it was told of, without pings."""
        return [one.event for one in self.told if one.event != "ping"]


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


@contextmanager
def receiver(tls: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """A running Receiver; its address, by number, is in `url`."""
    kept = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:
            return None

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            kept.paths.append(self.path)
            kept.told.append(Told({name.lower(): value for name, value in self.headers.items()}, body))
            plan = kept.next.pop(0) if kept.next else 204
            self.send_response(200 if isinstance(plan, str) else plan)
            if isinstance(plan, int) and 300 <= plan < 400:
                self.send_header("Location", f"{kept.url}/elsewhere")
            for name, value in kept.headers.items():
                self.send_header(name, value)
            self.end_headers()
            try:
                self.wfile.write(b"" if plan == 204 else b"said \0 so")
                while plan == "endless":
                    self.wfile.write(b"and so on " * 1000)
            except OSError:
                return

    with _Server(("127.0.0.1", 0), Handler) as server:
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        kept.url = f"{'http' if tls is None else 'https'}://127.0.0.1:{server.server_address[1]}"
        yield kept
        server.shutdown()
