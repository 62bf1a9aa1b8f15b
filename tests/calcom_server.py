"""A Cal.com on loopback: one person's calendar behind API v2, which misbehaves when told to.

It insists on the key and on the versions of the real one, keeps what it was asked, and refuses a time that is taken.
"""

import hashlib
import hmac
import json
import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

KEY, SECRET = "cal_live_of_nobody", "cal_secret"
EVENT_TYPE = 501
MINUTES = 90


class CalcomServer:
    """`faults` holds what becomes of the coming requests of an act (create, cancel, move, list, find, busy): a status,
    "lost" (done, but answered 503), or seconds to wait before the answer."""

    def __init__(self) -> None:
        self.url = ""
        self.bookings: dict[str, dict[str, Any]] = {}
        self.busy: list[tuple[str, str]] = []  # of a connected calendar
        self.faults: dict[str, list[int | float | str]] = {}
        self.asked: list[tuple[str, Any]] = []
        self.lock = threading.Lock()
        self.made = 0

    def forget(self) -> None:
        """Nothing is booked, and nothing goes wrong."""
        for kept in (self.bookings, self.busy, self.faults, self.asked):
            kept.clear()

    def standing(self) -> list[str]:
        """The starts of the bookings that stand, soonest first."""
        return sorted(one["start"] for one in self.bookings.values() if one["status"] == "accepted")

    def take(self, start: str, minutes: int = MINUTES, **more: Any) -> dict[str, Any]:
        """Somebody books over there."""
        self.made += 1
        began = datetime.fromisoformat(start)
        made = {
            **{
                "id": self.made,
                "uid": f"uid{self.made}",
                "status": "accepted",
                "eventTypeId": EVENT_TYPE,
                "metadata": {},
            },
            **{"start": start, "end": _utc(began + timedelta(minutes=minutes)), "duration": minutes},
            **more,
        }
        self.bookings[made["uid"]] = made
        return made

    def acts(self) -> list[str]:
        return [act for act, _ in self.asked]

    def event(self, trigger: str, booking: dict[str, Any], at: str = "1", **more: Any) -> tuple[bytes, dict[str, str]]:
        """A webhook of this calendar's and its headers; `at` tells two events of a kind apart."""
        payload = {
            **{"uid": booking["uid"], "bookingId": booking["id"], "eventTypeId": booking["eventTypeId"]},
            **{"startTime": booking["start"], "endTime": booking["end"], "metadata": booking["metadata"]},
            **more,
        }
        body = json.dumps({"triggerEvent": trigger, "createdAt": at, "payload": payload}).encode()
        signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        return body, {"X-Cal-Signature-256": signature, "Content-Type": "application/json"}

    def answer(self, act: str, uid: str, asked: dict[str, Any]) -> tuple[int, Any]:
        """What the real one answers."""
        if act == "create":
            if asked["eventTypeId"] != EVENT_TYPE or not (asked["attendee"].keys() & {"email", "phoneNumber"}):
                return 400, "Bad request"
            if self._clashes(asked["start"]):
                return 400, "User either already has booking at this time or is not available"
            return 201, self.take(asked["start"], metadata=asked["metadata"])
        if act == "list":
            since, until = asked["afterStart"], asked["beforeEnd"]
            listed = [one for one in self.bookings.values() if one["status"] == "accepted"]
            return 200, [one for one in listed if one["start"] >= since and one["end"] <= until]
        if act == "calendars":
            mine = {"externalId": "primary", "credentialId": 7, "isSelected": True}
            return 200, {"connectedCalendars": [{"credentialId": 7, "calendars": [mine]}] if self.busy else []}
        if act == "busy":
            return 200, [{"start": start, "end": end} for start, end in self.busy]
        found = self.bookings.get(uid)
        if found is None:
            return 404, "Not found"
        if act == "find":
            return 200, found
        if found["status"] == "cancelled":
            return 400, "Booking is already cancelled"
        if act == "move" and self._clashes(asked["start"], found):
            return 400, "User either already has booking at this time or is not available"
        found["status"] = "cancelled"
        return (200, found) if act == "cancel" else (201, self.take(asked["start"], metadata=found["metadata"]))

    def _clashes(self, start: str, but: Any = None) -> bool:
        began = datetime.fromisoformat(start)
        end = began + timedelta(minutes=MINUTES)
        taken = [one for one in self.bookings.values() if one["status"] == "accepted" and one is not but]
        return any(_at(one["start"]) < end and began < _at(one["end"]) for one in taken)


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


@contextmanager
def calcom_server() -> Iterator[CalcomServer]:
    """A running one; its `url` goes into CALCOM_BASE_URL."""
    kept = CalcomServer()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: Any) -> None:
            return None

        def do_GET(self) -> None:
            query = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
            self.handle_act(query)

        def do_POST(self) -> None:
            self.handle_act(json.loads(self.rfile.read(int(self.headers["Content-Length"])) or b"{}"))

        def handle_act(self, asked: dict[str, Any]) -> None:
            act, uid = self.act()
            if self.headers["Authorization"] != f"Bearer {KEY}":
                return self.reply(401, "Unauthorized")
            if self.headers["cal-api-version"] != "2024-08-13":
                return self.reply(400, "another shape")
            kept.asked.append((act, asked))
            plan = kept.faults[act].pop(0) if kept.faults.get(act) else None
            if isinstance(plan, float):
                time.sleep(plan)
            if isinstance(plan, int):
                return self.reply(plan, "fault")
            with kept.lock:
                status, data = kept.answer(act, uid, asked)
            return self.reply(503, "fault") if plan == "lost" else self.reply(status, data)

        def act(self) -> tuple[str, str]:
            parts = urlsplit(self.path).path.strip("/").split("/")[1:]
            if parts[0] == "calendars":
                return ("busy" if len(parts) > 1 else "calendars"), ""
            if len(parts) == 1:
                return ("create" if self.command == "POST" else "list"), ""
            if len(parts) == 2:
                return "find", parts[1]
            return {"cancel": "cancel", "reschedule": "move"}[parts[2]], parts[1]

        def reply(self, status: int, data: Any) -> None:
            said = {"status": "success", "data": data} if status < 300 else {"status": "error", "error": data}
            raw = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            try:
                self.wfile.write(raw)
            except OSError:
                return  # whoever asked has stopped waiting

    with _Server(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        kept.url = f"http://127.0.0.1:{server.server_address[1]}"
        yield kept
        server.shutdown()


def _at(written: str) -> datetime:
    return datetime.fromisoformat(written)


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
