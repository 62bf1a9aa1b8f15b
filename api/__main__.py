"""The commands of the operations manual, each a few lines over something below."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from api import credential_commands, day_one
from api.cannot_start import CannotStart
from api.settings import SettingsError, read_settings
from storage.lock import AlreadyServed, sole_server
from tools.problems import Problem

# What only some commands need is imported in them: `ringback --help` loads no database, no web framework and no model.
Platform = Literal["retell", "vapi", "elevenlabs", "openai", "mcp"]

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    help="Ringback: the calls you miss, answered and booked.",
)
app.add_typer(credential_commands.credential, name="credential")
exports = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="The tools a voice platform is told of.")
app.add_typer(exports, name="tools")
app.command()(day_one.init)
app.command()(credential_commands.password)


def main() -> None:
    """The `ringback` command. A wrong setting or a Problem is one line on standard error and exit code 2."""
    try:
        app()
    except (CannotStart, AlreadyServed) as error:
        typer.echo(f"ringback: {error}", err=True)
        raise SystemExit(2) from error
    except Problem as problem:
        typer.echo(f"ringback: {problem.detail} {problem.fix}", err=True)
        raise SystemExit(2) from problem


@app.command()
def serve(
    host: str = "127.0.0.1",
    port: int = 8000,
    workers: int = 1,
    worker: Annotated[bool, typer.Option(help="Also do the jobs, when one process serves.")] = True,
    demo_company: Annotated[bool, typer.Option(help="Create the demo company in an empty database first.")] = False,
) -> None:
    """Run the HTTP server; with one process it also works the jobs."""
    import uvicorn

    from api.app import create_app
    from api.starting import prepare_schema
    from storage.db import database_url, sqlite_file

    settings = read_settings(port=port)
    prepare_schema(settings.database_url)
    if demo_company:
        from api.demo_company import seed_when_empty

        made = seed_when_empty(settings)
        if made:
            typer.echo(f"Sign in as {made['owner']['email']} / {made['owner']['password']} (shown once)")
        else:
            typer.echo("Sign in as before; 'ringback seed-demo' gives the demo company a new password.")
    options: dict[str, Any] = {"host": host, "port": port, "access_log": False, "log_level": "warning"}
    if workers > 1:
        uvicorn.run("api.__main__:server", factory=True, workers=workers, **options)
        return
    with sole_server(sqlite_file(database_url(settings.database_url)) if worker else None):
        sandbox = " (sandbox: nothing leaves this machine)" if settings.sandbox else ""
        typer.echo(f"Ringback starts at {settings.public_url}{sandbox}. Ctrl-C ends it.")
        typer.echo(f"The console: {settings.public_url}/console")
        if settings.sandbox:
            typer.echo(f"A phone to try it with: {settings.public_url}/console/phone")
        uvicorn.run(create_app(settings, work=worker), **options)


def server() -> Any:
    """The application of one of several server processes; the jobs are worked by `ringback worker`."""
    from api.app import create_app

    return create_app(read_settings(), work=False)


@app.command()
def worker() -> None:
    """Work the jobs; any number of these may run beside the servers."""
    from api.hands import hands
    from api.opening import open_house
    from api.starting import configured_model, prepare_schema
    from api.worker import Worker
    from storage import bell

    settings = read_settings()
    prepare_schema(settings.database_url)

    async def work() -> None:
        house = open_house(settings)
        ringing = asyncio.create_task(bell.keep(house.db, listen=True))
        try:
            await Worker(house, hands(configured_model(settings))).run()
        finally:
            ringing.cancel()
            await asyncio.gather(ringing, return_exceptions=True)
            await house.db.close()

    typer.echo("Ringback is working the jobs.")
    try:
        asyncio.run(work())
    except KeyboardInterrupt:
        typer.echo("Stopped.")


@app.command("migrate")
def migrate_command() -> None:
    """Bring the database to the newest schema."""
    from api.starting import SchemaError, standing_of
    from storage import migrate

    settings = read_settings()
    before = standing_of(settings.database_url)
    if before == "unknown":
        raise SchemaError("The database was made by a newer Ringback, or holds something else. Nothing was changed.")
    migrate.upgrade(settings.database_url)
    typer.echo("The schema is up to date." if before == "current" else "The schema was brought up to date.")


@app.command("seed-demo")
def seed_demo(as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False) -> None:
    """Create the demo company, or find it, and make its keys anew."""
    from api.demo_company import seed
    from api.starting import prepare_schema

    settings = read_settings()
    prepare_schema(settings.database_url)
    told = seed(settings)
    if as_json:
        typer.echo(json.dumps(told))
        return
    typer.echo(f"{told['name']} ({told['slug']}), texts and calls to {told['phone_number']}.")
    typer.echo(f"Full credential: {told['credentials']['full']}")
    typer.echo(f"The console: {settings.public_url}/console ({told['owner']['email']} / {told['owner']['password']})")


@app.command()
def doctor() -> None:
    """One line per integration: ok, missing or wrong, with the next step. Exit code 1 when one is wrong."""
    from api.doctor import examine

    findings = asyncio.run(examine(read_settings()))
    for finding in findings:
        typer.echo(str(finding))
    wrong = any(finding.state == "wrong" for finding in findings)
    if not wrong:
        typer.echo("Nothing is wrong. What is missing is only needed when you come to use it.", err=True)
    raise typer.Exit(wrong)


@exports.command("export")
def export_tools(platform: Annotated[Platform, typer.Option("--format")]) -> None:
    """Print the tool definitions for a platform as JSON; what to do with them goes to standard error."""
    from api.tool_export import exported, where_to_paste

    url = read_settings().public_url
    typer.echo(json.dumps(exported(platform, url), indent=2, ensure_ascii=False))
    for line in where_to_paste(platform, url):
        typer.echo(line, err=True)


@app.command()
def chat(org: Annotated[str | None, typer.Option(help="The business's slug.")] = None) -> None:
    """Talk to the agent as a homeowner would by text; nothing leaves the machine."""
    from api.starting import prepare_schema
    from api.terminal import talk

    settings = read_settings()
    if not settings.sandbox:
        raise SettingsError("chat is for the sandbox; unset RINGBACK_SANDBOX")
    prepare_schema(settings.database_url)
    asyncio.run(talk(settings, org))


@app.command()
def understand(
    source: Annotated[Path, typer.Argument(exists=True, dir_okay=False)], out: Annotated[Path, typer.Option("--out")]
) -> None:
    """What the script makes of single utterances: JSON lines in, JSON lines out."""
    from agent.hearing import understood

    answers = []
    for number, line in enumerate(source.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            text, now = str(row["text"]), datetime.fromisoformat(row.get("now") or datetime.now(UTC).isoformat())
            answer = understood(text, row.get("context"), now if now.tzinfo else now.replace(tzinfo=UTC))
            answers.append(json.dumps({"id": row["id"], **answer}, ensure_ascii=False))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            fix = 'Each line is {"id", "text", "context", "now"}.'
            raise Problem("INVALID_BODY", f"Line {number} cannot be read.", fix=fix) from error
    out.write_text("".join(f"{one}\n" for one in answers), encoding="utf-8")
    typer.echo(f"{len(answers)} utterances read, {out} written.")


@app.command("eval")
def evaluate_command(
    files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, help="Scenes (YAML) or dialogs.jsonl.")],
    out: Annotated[Path | None, typer.Option(help="Write everything measured there, as JSON.")] = None,
    runs: Annotated[int, typer.Option(min=1, help="Play each so many times; prints pass^1 and pass^runs.")] = 1,
    live: Annotated[bool, typer.Option(help="A model plays the customer too; needs a key.")] = False,
    typos: Annotated[str | None, typer.Option(help="Recorded people mistype a third of their words; a seed.")] = None,
) -> None:
    """Play conversations against the configured model or the script, and score the rows left and the way there."""
    from api.eval.evaluate import Wanted, evaluate

    reached = evaluate(read_settings(), Wanted(tuple(files), runs, live, typos), out)
    raise typer.Exit(0 if reached else 1)


@app.command()
def demo(keep: Annotated[bool, typer.Option(help="Keep serving until Ctrl-C.")] = False) -> None:
    """Play the main job over HTTP against the real server in the sandbox, and print it."""
    from api.demo import play

    raise typer.Exit(play(keep=keep))


if __name__ == "__main__":
    main()
