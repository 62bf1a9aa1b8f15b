"""The stories' fixture: a real server with the demo company, answering by the script or with a scripted model."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.stories.real_server import RealServer

BRAINS = ("script", "chat", "responses")


@pytest.fixture(scope="module")
def module_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealServer]:
    """One server for the tests of a module that do not get in each other's way; the script answers."""
    folder = tmp_path_factory.mktemp("server")
    server = RealServer(folder, f"sqlite:///{folder}/ringback.db")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., RealServer]]:
    """Start a server of this test's own: `start(database_url=…, OPENAI_BASE_URL=…)`."""
    started: list[RealServer] = []

    def begin(database_url: str | None = None, **environ: str) -> RealServer:
        server = RealServer(tmp_path, database_url or f"sqlite:///{tmp_path}/ringback.db", **environ)
        started.append(server)
        server.start()
        return server

    yield begin
    for server in started:
        server.stop()


@pytest.fixture
def server(start: Callable[..., RealServer]) -> RealServer:
    """A fresh server; the script answers."""
    return start()
