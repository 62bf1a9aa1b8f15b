"""`ringback credential`: keys for programs and voice agents, made, listed and revoked on the command line."""

import asyncio
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from api.settings import read_settings
from tools.problems import Problem

credential = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Keys for integrations and voice agents.")


@credential.command("create")
def create_credential(
    name: Annotated[str, typer.Option()],
    scopes: Annotated[str, typer.Option(help="Names parted by commas, such as READ_BOOKINGS,WRITE_BOOKINGS.")],
    org: Annotated[str | None, typer.Option(help="The business's slug; not needed when there is one.")] = None,
    actor_type: Annotated[str, typer.Option(help="INTEGRATION, VOICE_AGENT or STAFF_TOOL.")] = "INTEGRATION",
) -> None:
    """Make a credential and print its secret, once."""
    from tools import access

    made, secret = _for_org(org, lambda ctx: access.create(ctx, name, scopes.split(","), actor_type=actor_type))
    typer.echo(f"{secret}")
    typer.echo(f"Credential {made.id} ({made.name}) may: {', '.join(made.scopes)}. Shown once; keep it safe.", err=True)


@credential.command("list")
def list_credentials(org: Annotated[str | None, typer.Option()] = None) -> None:
    """List credentials, never their secrets."""
    from tools import access

    for one in _for_org(org, access.listed):
        state = "revoked" if one.revoked_at else "works"
        typer.echo(f"{one.id}  {one.prefix}…  {one.name}  {state}  {','.join(one.scopes)}")


@credential.command("revoke")
def revoke_credential(credential_id: str, org: Annotated[str | None, typer.Option()] = None) -> None:
    """Make a credential useless at once."""
    from tools import access

    _for_org(org, lambda ctx: access.revoke(ctx, access.get(ctx, credential_id)))
    typer.echo("Revoked.")


def password(email: str, org: Annotated[str | None, typer.Option()] = None) -> None:
    """Print a link by which somebody of the staff sets a new password; it opens once, within a day."""
    from tools import invites, staff

    def act(ctx: Any) -> str:
        return invites.for_password(ctx, staff.with_email(ctx, email).id)[1]

    typer.echo(invites.link(read_settings().public_url, _for_org(org, act)))


def _for_org(slug: str | None, act: Any) -> Any:
    """Run an act from the command line for the named business, or the only one."""
    from sqlalchemy.orm import Session

    from api.starting import prepare_schema
    from storage import lookup
    from storage.context import SYSTEM, Context
    from storage.db import open_database

    settings = read_settings()
    prepare_schema(settings.database_url)

    def unit(session: Session) -> Any:
        found = lookup.org_by_slug(session, slug) if slug else lookup.only_org(session)
        if found is None:
            raise Problem(
                "NOT_FOUND",
                f"There is no business {slug}." if slug else "Which business? There are several, or none.",
                fix="Name one with --org; 'ringback doctor' lists them, 'ringback init' sets one up.",
            )
        return act(Context(session, found, SYSTEM, "console", datetime.now(UTC)))

    async def run() -> Any:
        db = open_database(settings.database_url)
        try:
            return await db.write(unit)
        finally:
            await db.close()

    return asyncio.run(run())
