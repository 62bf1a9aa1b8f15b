"""What belongs to the machine, read once from the environment (or `.env`) and handed on as plain values.

Anything a business could want different from another is a row, not a setting. This table is fixed by the operations
manual; a name that starts with RINGBACK_ and is not in it is an error, because a misspelt setting is silent otherwise.
"""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from dotenv import dotenv_values

from api.cannot_start import CannotStart

DEFAULT_MODEL = "gpt-6-luna"
NAMES = (
    "RINGBACK_DATABASE_URL",
    "RINGBACK_PUBLIC_URL",
    "RINGBACK_SANDBOX",
    "RINGBACK_NOW",
    "RINGBACK_SECRET_KEY",
    "RINGBACK_MODEL",
    "RINGBACK_MODEL_API",
    "RINGBACK_MODEL_EFFORT",
    "OPENAI_API_KEY",
    "OPENAI_BASE_URL",
    "TWILIO_ACCOUNT_SID",
    "TWILIO_AUTH_TOKEN",
    "TWILIO_BASE_URL",
    "CALCOM_BASE_URL",
    "RETELL_API_KEY",
    "VAPI_SERVER_SECRET",
    "ELEVENLABS_WEBHOOK_SECRET",
)


class SettingsError(CannotStart):
    """A setting that cannot be used. Its text names the setting and what to write instead, never the value."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one process. Secrets are plain strings here and are never printed: see `__repr__`."""

    database_url: str = "sqlite:///./ringback.db"
    public_url: str = "http://127.0.0.1:8000"
    sandbox: bool = True
    now: datetime | None = None
    secret_key: str = ""
    openai_api_key: str | None = None
    openai_base_url: str | None = None
    model: str = DEFAULT_MODEL
    model_api: str = "chat"
    model_effort: str | None = None
    twilio_account_sid: str | None = None
    twilio_auth_token: str | None = None
    twilio_base_url: str | None = None
    calcom_base_url: str | None = None
    retell_api_key: str | None = None
    vapi_server_secret: str | None = None
    elevenlabs_webhook_secret: str | None = None

    def __repr__(self) -> str:
        return f"Settings(sandbox={self.sandbox}, public_url={self.public_url!r})"

    @property
    def has_model(self) -> bool:
        """Whether a model answers; otherwise the script does."""
        return bool(self.openai_api_key or self.openai_base_url)


def keys(setting: str | None) -> list[str]:
    """The keys of a setting that holds one, or two parted by a comma while one takes the place of the other."""
    return [one.strip() for one in (setting or "").split(",") if one.strip()]


def read_settings(environ: Mapping[str, str] | None = None, *, port: int = 8000) -> Settings:
    """The settings in `environ` (default: `.env` below the process environment), validated.

    Raises SettingsError for an unknown RINGBACK_ name, a value that cannot be used, or live mode without its secrets.
    """
    from storage.db import database_url, sqlite_file  # not above: `ringback --help` reads no settings

    if environ is None:
        environ = {name: value for name, value in dotenv_values(".env").items() if value is not None} | os.environ
    unknown = [
        name
        for name in environ
        if name.startswith("RINGBACK_") and name not in NAMES and not name.startswith("RINGBACK_TEST_")
    ]
    if unknown:
        raise SettingsError(f"{', '.join(sorted(unknown))}: no such setting; see the settings table in the README")

    def given(name: str) -> str | None:
        return environ.get(name, "").strip() or None

    sandbox = given("RINGBACK_SANDBOX") or "1"
    if sandbox not in ("0", "1"):
        raise SettingsError("RINGBACK_SANDBOX must be 1 (nothing leaves the machine) or 0 (live)")
    model_api = given("RINGBACK_MODEL_API") or "chat"
    if model_api not in ("chat", "responses"):
        raise SettingsError("RINGBACK_MODEL_API must be chat or responses")
    url = given("RINGBACK_DATABASE_URL") or "sqlite:///./ringback.db"
    try:
        where = database_url(url)
    except ValueError as error:
        raise SettingsError(str(error)) from None
    if where.get_backend_name() == "sqlite" and sqlite_file(where) is None:
        raise SettingsError("RINGBACK_DATABASE_URL must name a file: sqlite:///./ringback.db")
    settings = Settings(
        database_url=url,
        public_url=_public_url(given("RINGBACK_PUBLIC_URL"), port),
        sandbox=sandbox == "1",
        now=_instant(given("RINGBACK_NOW"), sandbox),
        secret_key=given("RINGBACK_SECRET_KEY") or _kept_key(sqlite_file(where) or Path("ringback.db")),
        openai_api_key=given("OPENAI_API_KEY"),
        openai_base_url=given("OPENAI_BASE_URL"),
        model=given("RINGBACK_MODEL") or DEFAULT_MODEL,
        model_api=model_api,
        model_effort=given("RINGBACK_MODEL_EFFORT"),
        twilio_account_sid=given("TWILIO_ACCOUNT_SID"),
        twilio_auth_token=given("TWILIO_AUTH_TOKEN"),
        twilio_base_url=given("TWILIO_BASE_URL"),
        calcom_base_url=given("CALCOM_BASE_URL"),
        retell_api_key=given("RETELL_API_KEY"),
        vapi_server_secret=given("VAPI_SERVER_SECRET"),
        elevenlabs_webhook_secret=given("ELEVENLABS_WEBHOOK_SECRET"),
    )
    if not settings.sandbox:
        missing = [
            name
            for name, value in (
                ("TWILIO_ACCOUNT_SID", settings.twilio_account_sid),
                ("TWILIO_AUTH_TOKEN", settings.twilio_auth_token),
                ("RINGBACK_PUBLIC_URL", given("RINGBACK_PUBLIC_URL")),
                ("RINGBACK_SECRET_KEY", given("RINGBACK_SECRET_KEY") or sqlite_file(where)),
            )
            if not value
        ]
        if missing:
            raise SettingsError(f"RINGBACK_SANDBOX=0 needs {', '.join(missing)}; set them or go back to the sandbox")
    return settings


def _public_url(value: str | None, port: int) -> str:
    if value is None:
        return f"http://127.0.0.1:{port}"
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
        raise SettingsError("RINGBACK_PUBLIC_URL must be like https://calls.example.com, without query or fragment")
    return value.rstrip("/")


def _instant(value: str | None, sandbox: str) -> datetime | None:
    if value is None:
        return None
    if sandbox != "1":
        raise SettingsError("RINGBACK_NOW is for the sandbox only; unset it or set RINGBACK_SANDBOX=1")
    try:
        instant = datetime.fromisoformat(value)
    except ValueError as error:
        raise SettingsError("RINGBACK_NOW must be an ISO instant such as 2026-11-21T10:00:00-06:00") from error
    if instant.tzinfo is None:
        raise SettingsError("RINGBACK_NOW must carry its offset, such as 2026-11-21T10:00:00-06:00")
    return instant


def _kept_key(file: Path) -> str:
    """The key kept beside the embedded database, made on first use and readable by its owner alone."""
    path = file.with_suffix(file.suffix + ".key")
    try:
        with open(path, "x", encoding="ascii", opener=lambda name, flags: os.open(name, flags, 0o600)) as handle:
            handle.write(secrets.token_urlsafe(48))
    except FileExistsError:
        pass
    except OSError as error:
        raise SettingsError(
            "RINGBACK_DATABASE_URL names a folder that is not there or may not be written. Create it, or name another."
        ) from error
    return path.read_text(encoding="ascii").strip()
