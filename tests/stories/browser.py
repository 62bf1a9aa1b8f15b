"""Somebody of the office at a browser of their own, which knows nothing but cookies, pages and forms."""

import re
from html import unescape
from typing import Any

import httpx2

from tests.stories.real_server import RealServer

PASSWORD = "nine blue herons"
THREAD = re.compile(r'href="/console/conversations/([0-9a-f-]{36})"')


class Browser:
    """`get` and `post` follow no redirects; a form is sent as the page itself would send it."""

    def __init__(self, server: RealServer) -> None:
        self.url = server.url
        self.cookies = httpx2.Cookies()

    def get(self, path: str) -> httpx2.Response:
        return self._send("GET", path)

    def post(self, path: str, **form: Any) -> httpx2.Response:
        return self._send("POST", path, data=form)

    def _send(self, method: str, path: str, **more: Any) -> httpx2.Response:
        same_site = {"Sec-Fetch-Site": "same-origin"}
        with httpx2.Client(base_url=self.url, timeout=30, headers=same_site, cookies=self.cookies) as line:
            answer = line.request(method, path, **more)
            self.cookies = line.cookies
        return answer

    def page(self, path: str) -> str:
        """The HTML of a page that must open."""
        answer = self.get(path)
        assert answer.status_code == 200, (path, answer.status_code, answer.text[-500:])
        return answer.text

    def inbox(self) -> list[str]:
        """The ids of the threads in the inbox, as they stand there."""
        return THREAD.findall(self.page("/console").split('<ul class="rows card inbox">')[-1])

    def card(self, conversation_id: str) -> str:
        """The summary card of a thread, as HTML with its entities read."""
        found = re.search(r'<section[^>]* id="card".*?</section>', self.page(thread(conversation_id)), re.DOTALL)
        assert found
        return unescape(found.group())


def thread(conversation_id: str) -> str:
    """The path of a thread's page."""
    return f"/console/conversations/{conversation_id}"


def owner(server: RealServer) -> Browser:
    """The demo company's owner, signed in."""
    browser = Browser(server)
    assert browser.post("/console/sign-in", **server.company["owner"]).status_code == 303
    return browser


def joined(server: RealServer, name: str, role: str, team_id: str | None = None) -> Browser:
    """Somebody who was invited with a role, followed the link, and is signed in."""
    invite = {"email": f"{name.lower()}@bluebird.example", "role": role, "team_id": team_id}
    answer = server.ask("POST", "/api/v1/invites", json=invite)
    assert answer.status_code == 201, answer.text
    browser = Browser(server)
    link = answer.json()["link"].removeprefix(server.url)
    assert browser.post(link, name=name, new=PASSWORD, again=PASSWORD).status_code == 303
    return browser
