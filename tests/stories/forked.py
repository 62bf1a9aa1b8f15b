"""Servers as forks of one process that has imported the program: two seconds less for each start.

What runs is `ringback serve`, in a process of its own that can be killed. `python -m api` itself is started by
`tests/parallel` and `tests/chaos`.
"""

import multiprocessing
import os
from multiprocessing.process import BaseProcess
from pathlib import Path

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(
    ["api.__main__", "mcp.server.lowlevel", "mcp.server.streamable_http_manager", "uvicorn.protocols.http.auto"]
)


def start(words: list[str], folder: Path, environ: dict[str, str], log: Path) -> BaseProcess:
    """Begin `ringback` with these words in a folder and an environment of its own; what it prints is added to `log`."""
    process = FORKS.Process(target=_run, args=(words, folder, environ, log))
    process.start()
    return process


def _run(words: list[str], folder: Path, environ: dict[str, str], log: Path) -> None:
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environ)
    written = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for stream in (1, 2):
        os.dup2(written, stream)

    from api.__main__ import app

    app(words, prog_name="ringback")
