"""One measured server process: `python -m tests.bench.server ours|floor PORT DATABASE_URL [work]`.

Beside its own paths it tells its CPU seconds at /bench/cpu and its peak memory in MiB at /bench/memory.
The limit of requests a minute is lifted here, by hand.
"""

import dataclasses
import os
import resource
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI

from api.app import create_app
from api.limits import RateLimits
from api.settings import Settings
from tests.bench.floors import floor_app

UNLIMITED = 10**9


def ours(url: str, work: bool) -> FastAPI:
    """The product, with roomy rate limits."""
    model = os.environ.get("BENCH_MODEL") or None
    app = create_app(Settings(database_url=url, secret_key="k" * 32, openai_base_url=model), work=work)
    usual = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with usual(app):
            app.state.house = dataclasses.replace(app.state.house, limits=RateLimits(UNLIMITED, UNLIMITED))
            yield

    app.router.lifespan_context = lifespan
    return app


def main() -> None:
    kind, port, url, *more = sys.argv[1:]
    app = ours(url, "work" in more) if kind == "ours" else floor_app(url)

    @app.get("/bench/cpu")
    async def cpu() -> float:
        return time.process_time()

    @app.get("/bench/memory")
    async def memory() -> float:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

    uvicorn.run(app, host="127.0.0.1", port=int(port), access_log=False, log_level="warning")


if __name__ == "__main__":
    main()
