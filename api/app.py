"""create_app(): everything is wired together here and nowhere else."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from api import (
    book,
    calcom_door,
    calendar_feed,
    callsavvy,
    callsavvy_rpc,
    console,
    elevenlabs,
    health,
    mcp,
    private,
    relay,
    retell,
    retell_llm,
    sandbox,
    twilio,
    v1,
    vapi,
    voice,
    web_chat,
)
from api.description import install_description
from api.edge import Edge
from api.errors import install_error_handlers
from api.hands import hands
from api.opening import open_house
from api.pages import static
from api.settings import Settings
from api.starting import configured_model, prepare_schema
from api.worker import Worker
from storage import bell, outbox

BODY_LIMIT = 64 * 1024


def create_app(settings: Settings, *, work: bool = True) -> FastAPI:
    """The server for these settings; `work` also runs the job worker in this process."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        await asyncio.to_thread(prepare_schema, settings.database_url)
        house = app.state.house = open_house(settings)
        model = app.state.model = configured_model(settings)
        worker = app.state.worker = Worker(house, hands(model))
        app.state.lines = {}
        if work and house.db.url.get_backend_name() == "sqlite":
            await house.db.write(outbox.free_claims)
        keepers = [asyncio.create_task(house.usage.keep_writing())]
        keepers.append(asyncio.create_task(bell.keep(house.db, listen=work)))
        if work:
            keepers.append(asyncio.create_task(worker.run()))
        try:
            async with mcp.serving(app):
                yield
        finally:
            for keeper in keepers:
                keeper.cancel()
            await asyncio.gather(*keepers, return_exceptions=True)
            if model is not None:
                await model.close()
            await house.db.close()

    app = FastAPI(
        title="Ringback",
        version="1",
        lifespan=lifespan,
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        telemetry={"logs": False},
    )
    app.add_middleware(Edge, body_limit=BODY_LIMIT)
    app.mount("/static", static, name="static")
    install_error_handlers(app)
    install_description(app)
    for door in (
        private,
        voice,
        health,
        retell,
        retell_llm,
        relay,
        vapi,
        elevenlabs,
        twilio,
        callsavvy,
        callsavvy_rpc,
        calcom_door,
        calendar_feed,
        v1,
        sandbox,
        book,
        console,
        web_chat,
    ):
        app.include_router(door.router)
    app.include_router(book.chat_page.router)
    app.include_router(book.front.front)
    mcp.install(app)
    return app
