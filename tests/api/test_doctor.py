"""`ringback doctor` says of each integration whether it is ok, missing or wrong, and what to do next."""

import dataclasses
import sqlite3
from pathlib import Path
from typing import Any

import httpx2
import pytest
from typer.testing import CliRunner

from api import doctor, signatures
from api.__main__ import app
from api.doctor import Finding, examine
from api.settings import Settings
from tests.fakes import Shop
from tests.stories.model_server import Fail, Say, model_server

pytestmark = [pytest.mark.anyio, pytest.mark.engines("sqlite")]
SID, TOKEN, URL = "AC" + "0a" * 16, "1f" * 16, "https://ringback.test"
LIVE = {"sandbox": False, "twilio_account_sid": SID, "twilio_auth_token": TOKEN, "public_url": URL}


def nobody(_request: httpx2.Request) -> httpx2.Response:
    raise httpx2.ConnectError("nobody there")


async def look(settings: Settings, answer: Any = nobody) -> dict[str, Finding]:
    """What the doctor finds, by name; `answer` is the network."""
    return {one.name: one for one in await examine(settings, httpx2.MockTransport(answer))}


def settings_of(database_url: str, **more: Any) -> Settings:
    return dataclasses.replace(Settings(database_url=database_url), **more)


@pytest.fixture
async def well(shop: Shop) -> dict[str, Finding]:
    """The demo company, its server up and its worker just seen."""
    await shop.worker.drain()
    transport = shop.client._transport
    return {one.name: one for one in await examine(shop.house.settings, transport)}


async def test_a_running_demo_has_nothing_wrong(well: dict[str, Finding]) -> None:
    assert {one.name: one.state for one in well.values() if one.state != "ok"} == {
        "worker": "missing",
        "twilio": "missing",
        "retell": "missing",
        "model": "missing",
    }


async def test_every_line_that_is_not_ok_has_a_next_step(well: dict[str, Finding]) -> None:
    assert [str(one) for one in well.values() if one.state != "ok" and not one.next] == []


async def test_a_machine_with_nothing_on_it_is_told_to_init(tmp_path: Path) -> None:
    found = await look(settings_of(f"sqlite:///{tmp_path}/none.db"))
    assert (found["database"].state, "ringback init" in found["database"].next) == ("missing", True)
    assert not (tmp_path / "none.db").exists()


async def test_a_migrated_database_without_a_business_is_told_to_init(database_url: str) -> None:
    found = await look(settings_of(database_url))
    assert (found["database"].state, found["sqlite"].state) == ("ok", "ok")
    assert (found["business"].state, "ringback init" in found["business"].next) == ("missing", True)


async def test_a_foreign_database_is_wrong(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "other.db") as other:
        other.execute("create table recipes (id)")
    other.close()
    found = await look(settings_of(f"sqlite:///{tmp_path}/other.db"))
    assert (found["database"].state, "business" in found) == ("wrong", False)


async def test_a_database_that_does_not_answer_is_wrong() -> None:
    found = await look(settings_of("postgresql://nobody@127.0.0.1:1/none"))
    assert (found["database"].state, "RINGBACK_DATABASE_URL" in found["database"].next) == ("wrong", True)


@pytest.mark.engines("postgres")
async def test_a_postgres_database_is_looked_at_the_same_way(database_url: str) -> None:
    found = await look(settings_of(database_url))
    assert (found["database"].state, found["business"].state, "sqlite" in found) == ("ok", "missing", False)


@pytest.mark.parametrize(("version", "state"), [("3.51.2", "missing"), ("3.51.3", "ok"), ("3.9.0", "missing")])
def test_an_sqlite_that_can_damage_a_file_is_named(version: str, state: str) -> None:
    assert doctor._sqlite(version).state == state


async def test_a_server_that_is_not_up_is_missing_in_the_sandbox_and_wrong_live(shop: Shop) -> None:
    sandbox, live = shop.house.settings, dataclasses.replace(shop.house.settings, **LIVE)
    assert (await look(sandbox))["public URL"].state == "missing"
    assert (await look(live))["public URL"].state == "wrong"


@pytest.mark.parametrize("url", ["http://calls.example.com", "https://localhost", "http://127.0.0.1:8000"])
async def test_a_live_address_that_providers_cannot_reach_is_wrong(shop: Shop, url: str) -> None:
    found = await look(dataclasses.replace(shop.house.settings, **{**LIVE, "public_url": url}))
    assert (found["public URL"].state, "https" in found["public URL"].next) == ("wrong", True)


@pytest.mark.parametrize(
    ("readyz", "state"),
    [
        ({"ready": True, "oldest_overdue_job_seconds": 0, "worker_seconds_since_beat": 0.4}, "ok"),
        ({"ready": True, "oldest_overdue_job_seconds": 0, "worker_seconds_since_beat": None}, "missing"),
        ({"ready": False, "oldest_overdue_job_seconds": 90, "worker_seconds_since_beat": None}, "wrong"),
        ({"ready": False, "database": "unreachable"}, "wrong"),
    ],
    ids=["at work", "none here", "jobs wait", "no database"],
)
async def test_the_worker_is_judged_by_what_the_server_says(shop: Shop, readyz: dict[str, Any], state: str) -> None:
    found = await look(shop.house.settings, lambda _request: httpx2.Response(200, json=readyz))
    assert found["worker"].state == state


async def test_somebody_elses_server_is_not_ours(shop: Shop) -> None:
    found = await look(shop.house.settings, lambda _request: httpx2.Response(200, text="<html>Welcome to nginx</html>"))
    assert found["public URL"].state == "missing"


@pytest.mark.parametrize(
    ("account", "state"),
    [
        ({"twilio_account_sid": SID, "twilio_auth_token": TOKEN}, "ok"),
        ({"twilio_account_sid": SID}, "wrong"),
        ({"twilio_auth_token": TOKEN}, "wrong"),
        ({"twilio_account_sid": "SK" + "0a" * 16, "twilio_auth_token": TOKEN}, "wrong"),
        ({}, "missing"),
    ],
    ids=["whole", "no token", "no account", "an API key", "nothing"],
)
async def test_twilios_settings_are_checked(database_url: str, account: dict[str, str], state: str) -> None:
    assert (await look(settings_of(database_url, **account)))["twilio"].state == state


@pytest.mark.parametrize(("status", "state"), [(200, "ok"), (401, "wrong"), (404, "wrong"), (503, "wrong")])
async def test_a_live_account_is_asked_of_twilio(database_url: str, status: int, state: str) -> None:
    asked: list[str] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        if request.url.host == "api.twilio.com":
            asked.append(request.url.path)
            return httpx2.Response(status, json={})
        return nobody(request)

    found = await look(settings_of(database_url, **LIVE), answer)
    assert (found["twilio"].state, asked) == (state, [f"/2010-04-01/Accounts/{SID}.json"])


async def test_in_the_sandbox_twilio_is_not_asked(database_url: str) -> None:
    def answer(request: httpx2.Request) -> httpx2.Response:
        assert request.url.host == "127.0.0.1"
        return nobody(request)

    own = settings_of(database_url, twilio_account_sid=SID, twilio_auth_token=TOKEN)
    assert (await look(own, answer))["twilio"].state == "ok"


async def test_a_retell_key_is_tried(database_url: str) -> None:
    assert (await look(settings_of(database_url, retell_api_key="key_1")))["retell"].state == "ok"


@pytest.mark.parametrize("vendor", ["twilio", "retell"])
async def test_a_broken_verifier_is_found_by_the_known_signature(
    database_url: str, vendor: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        signatures, f"{vendor}_{'signature' if vendor == 'twilio' else 'digest'}", lambda *_, **__: "no"
    )
    found = (await look(settings_of(database_url)))[vendor]
    assert (found.state, "own check" in found.says) == ("wrong", True)


async def test_a_stand_in_number_is_wrong_on_a_live_machine(shop: Shop) -> None:
    from storage.tables import EntryPoint

    for row in await shop.rows(EntryPoint, phone="+15125550101"):
        await shop.act(lambda ctx, row=row: setattr(ctx.session.merge(row), "phone", "+15555550100"))
    assert (await look(shop.house.settings))["business"].state == "ok"
    assert (await look(dataclasses.replace(shop.house.settings, **LIVE)))["business"].state == "wrong"


async def test_a_model_that_answers_is_ok(database_url: str) -> None:
    with model_server() as server:
        server.otherwise = Say("ok")
        found = await look(settings_of(database_url, openai_base_url=server.url, openai_api_key="k", model="small"))
    assert (found["model"].state, found["model"].says) == ("ok", "small answers.")


async def test_a_refused_key_is_named(database_url: str) -> None:
    with model_server() as server:
        server.otherwise = Fail(401)
        found = await look(settings_of(database_url, openai_base_url=server.url, openai_api_key="k"))
    assert (found["model"].state, "OPENAI_API_KEY" in found["model"].next) == ("wrong", True)


async def test_a_model_that_is_not_there_is_wrong(database_url: str) -> None:
    found = await look(settings_of(database_url, openai_base_url="http://127.0.0.1:1/v1", openai_api_key="k"))
    assert (found["model"].state, "connection" in found["model"].says) == ("wrong", True)


async def test_no_line_shows_a_secret(database_url: str) -> None:
    own = settings_of(database_url, twilio_account_sid=SID, twilio_auth_token=TOKEN, retell_api_key="key_secret")
    told = " ".join(str(one) for one in (await look(own)).values())
    assert [secret for secret in (SID, TOKEN, "key_secret") if secret in told] == []


def test_the_command_prints_a_line_each_and_fails_when_something_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RINGBACK_PUBLIC_URL", "http://127.0.0.1:1")
    well = CliRunner().invoke(app, ["doctor"])
    monkeypatch.setenv("TWILIO_ACCOUNT_SID", SID)
    ill = CliRunner().invoke(app, ["doctor"])
    assert (well.exit_code, ill.exit_code) == (0, 1)
    assert {line.split()[0] for line in ill.output.splitlines()} == {"missing", "wrong"}
