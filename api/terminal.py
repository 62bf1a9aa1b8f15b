"""Talking to the agent in the terminal as a homeowner would by text: the same acts, the same worker, no carrier."""

import asyncio
import secrets
from datetime import timedelta
from functools import partial

import typer

from api.deps import House
from api.hands import hands
from api.opening import open_house
from api.settings import Settings, SettingsError
from api.starting import configured_model
from api.worker import Worker
from storage import lookup
from storage.context import Context
from storage.tables import Org
from tools import conversations, inbound

LEAVE = ("quit", "exit", ":q")


async def talk(settings: Settings, org_slug: str | None) -> None:
    """Read lines until the person leaves (`quit`, Ctrl-D, Ctrl-C); print every text the business sends back.

    Raises SettingsError when there is no business of that slug, or not exactly one.
    """
    house = open_house(settings)
    model = configured_model(settings)
    try:
        org = await house.db.read(
            lambda session: lookup.org_by_slug(session, org_slug) if org_slug else lookup.only_org(session)
        )
        if org is None:
            raise SettingsError(
                "chat needs one business: name it with --org ('ringback doctor' lists them), or run 'ringback init'"
            )
        typer.echo(f"You are texting {org.name}; {'the model' if model else 'the script'} answers. 'quit' leaves.")
        await converse(house, Worker(house, hands(model)), org)
    finally:
        if model is not None:
            await model.close()
        await house.db.close()


async def converse(house: House, worker: Worker, org: Org) -> None:
    """Line by line: the text comes in, the wait for more is skipped, the due work is done, the answers are printed."""
    # A number nobody has, of the range kept for fiction: every chat is with somebody new.
    sender = f"+1512555{100 + secrets.randbelow(100):04d}"
    our_phone = await house.read(org, conversations.our_number)
    if our_phone is None:
        raise SettingsError("chat needs a number of the business that can be texted")
    shown: set[str] = set()
    while True:
        try:
            line = await asyncio.to_thread(input, "you> ")
        except (EOFError, KeyboardInterrupt):
            typer.echo()
            return
        if line.strip().lower() in LEAVE:
            return
        text = inbound.Text(f"chat-{secrets.token_hex(8)}", sender, our_phone, line)
        await house.write(org, partial(inbound.receive, text=text), channel="sms")
        house.clock.advance(timedelta(seconds=org.collect_seconds + 1))
        await worker.drain()
        for message_id, body in await house.read(org, lambda ctx: answers(ctx, sender, our_phone)):
            if message_id not in shown:
                shown.add(message_id)
                typer.echo(f"{org.name}> {body}")


def answers(ctx: Context, sender: str, our_phone: str) -> list[tuple[str, str]]:
    """What was sent to `sender` in this thread, as (id, words), oldest first."""
    thread = conversations.thread_for(ctx, sender, our_phone, "sms")
    return [
        (message.id, message.body)
        for message in conversations.read_thread(ctx, thread)
        if message.direction == "out" and message.sent_at is not None
    ]
