"""Settings are read once, checked, and never printed."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from api.settings import DEFAULT_MODEL, SettingsError, read_settings

KEY = {"RINGBACK_SECRET_KEY": "k" * 32}
LIVE = {
    "RINGBACK_SANDBOX": "0",
    "RINGBACK_PUBLIC_URL": "https://calls.example.com",
    "TWILIO_ACCOUNT_SID": "AC1",
    "TWILIO_AUTH_TOKEN": "token",
    **KEY,
}


def test_with_nothing_set_it_is_the_sandbox_on_a_file_beside_us_and_the_script_answers() -> None:
    settings = read_settings(KEY)
    assert (settings.sandbox, settings.database_url, settings.model) == (
        True,
        "sqlite:///./ringback.db",
        DEFAULT_MODEL,
    )
    assert not settings.has_model


def test_the_public_address_follows_the_port() -> None:
    assert read_settings(KEY, port=9000).public_url == "http://127.0.0.1:9000"


@pytest.mark.parametrize("name", ["OPENAI_API_KEY", "OPENAI_BASE_URL"])
def test_a_key_or_an_address_of_a_model_means_a_model_answers(name: str) -> None:
    assert read_settings({**KEY, name: "http://127.0.0.1:1"}).has_model


def test_a_misspelt_setting_is_an_error_that_names_it() -> None:
    with pytest.raises(SettingsError, match="RINGBACK_SANBOX"):
        read_settings({**KEY, "RINGBACK_SANBOX": "0"})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("RINGBACK_SANDBOX", "no"),
        ("RINGBACK_MODEL_API", "completions"),
        ("RINGBACK_DATABASE_URL", "mysql://root:hunter2@db/ringback"),
        ("RINGBACK_DATABASE_URL", "not a url hunter2"),
        ("RINGBACK_PUBLIC_URL", "calls.example.com/hunter2"),
        ("RINGBACK_PUBLIC_URL", "https://calls.example.com/?token=hunter2"),
        ("RINGBACK_NOW", "tomorrow hunter2"),
        ("RINGBACK_NOW", "2026-11-21T10:00:00"),
    ],
)
def test_a_value_that_cannot_be_used_is_named_and_never_repeated(name: str, value: str) -> None:
    with pytest.raises(SettingsError) as refused:
        read_settings({**KEY, name: value})
    assert name in str(refused.value)
    assert "hunter2" not in str(refused.value)


def test_the_sandbox_may_start_at_a_time_of_its_own() -> None:
    settings = read_settings({**KEY, "RINGBACK_NOW": "2026-11-21T10:00:00-06:00"})
    assert settings.now == datetime(2026, 11, 21, 16, 0, tzinfo=UTC)


def test_live_mode_keeps_real_time() -> None:
    with pytest.raises(SettingsError, match="RINGBACK_NOW is for the sandbox only"):
        read_settings({**LIVE, "RINGBACK_NOW": "2026-11-21T10:00:00-06:00"})


@pytest.mark.parametrize("name", ["RINGBACK_PUBLIC_URL", "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"])
def test_live_mode_says_which_setting_it_misses(name: str) -> None:
    with pytest.raises(SettingsError, match=name):
        read_settings({**LIVE, name: ""})


def test_live_mode_on_postgresql_needs_a_key_of_its_own() -> None:
    url = {"RINGBACK_DATABASE_URL": "postgresql://localhost/ringback"}
    assert read_settings({**LIVE, **url}).sandbox is False


def test_the_key_beside_the_database_is_made_once_and_read_by_its_owner_alone(tmp_path: Path) -> None:
    given = {"RINGBACK_DATABASE_URL": f"sqlite:///{tmp_path}/ringback.db"}
    first, second = read_settings(given).secret_key, read_settings(given).secret_key
    assert (first == second, len(first) >= 32) == (True, True)
    assert (tmp_path / "ringback.db.key").stat().st_mode & 0o777 == 0o600


def test_printing_the_settings_shows_no_secret() -> None:
    shown = repr(read_settings({**LIVE, "OPENAI_API_KEY": "sk-hunter2", "RETELL_API_KEY": "hunter2"}))
    assert not any(secret in shown for secret in ("hunter2", "token", "k" * 32))


def test_a_database_in_memory_is_refused_for_it_would_keep_nothing() -> None:
    with pytest.raises(SettingsError, match="must name a file"):
        read_settings({"RINGBACK_DATABASE_URL": "sqlite:///:memory:"})


def test_a_folder_that_is_not_there_is_named_as_such(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="a folder that is not there"):
        read_settings({"RINGBACK_DATABASE_URL": f"sqlite:///{tmp_path}/none/ringback.db"})
