"""What a process needs before it serves or works: a database at today's schema, and the model."""

from typing import TYPE_CHECKING

from api.cannot_start import CannotStart
from api.settings import Settings
from storage import migrate
from storage.db import database_url, sqlite_file

if TYPE_CHECKING:
    from agent.model import OpenAIModel


class SchemaError(CannotStart):
    """The database is not at the schema this code was written for; the text says what to do."""


def configured_model(settings: Settings) -> "OpenAIModel | None":
    """The model these settings name; None when the script answers."""
    if not settings.has_model:
        return None
    from agent.model import open_model  # imported only here: it is the slowest import of all

    return open_model(
        name=settings.model,
        api=settings.model_api,
        api_key=settings.openai_api_key,
        base_url=settings.openai_base_url,
        effort=settings.model_effort,
    )


def prepare_schema(url: str) -> None:
    """Create an empty embedded database; refuse any other whose schema is not today's (raises CannotStart)."""
    standing = standing_of(url)
    if standing == "empty" and sqlite_file(database_url(url)) is not None:
        migrate.upgrade(url)
    elif standing == "empty":
        raise SchemaError("The database is empty. Run 'ringback migrate' first.")
    elif standing == "older":
        raise SchemaError("The database has an older schema. Run 'ringback migrate' first.")
    elif standing == "unknown":
        raise SchemaError("The database was made by a newer Ringback, or holds something else. Use another database.")


def standing_of(url: str) -> str:
    """How the schema at this address stands, as `migrate.standing` says. Raises CannotStart where nothing answers."""
    try:
        return migrate.standing(url)
    except migrate.Unreachable as error:
        raise CannotStart(
            f"The database does not answer ({error}). See that it is there and that RINGBACK_DATABASE_URL is right."
        ) from None
