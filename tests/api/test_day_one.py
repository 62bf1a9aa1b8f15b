"""From nothing to the first text-back: install, `ringback init`, `ringback serve` (U-14)."""

import shlex
import sqlite3
from pathlib import Path
from typing import Any

import httpx2
import pytest
from typer.testing import CliRunner, Result

from api.__main__ import app
from api.app import create_app
from api.settings import read_settings
from storage.migrate import upgrade
from tools.founding import STAND_IN
from tools.problems import Problem

SARAH = "+15125550142"
CELL = "+15125550113"
ANSWERS = {
    "name": "Bluebird Heating",
    "trade": "hvac",
    "zone": "America/Chicago",
    "hours": "Mon-Fri 8:00-17:00",
    "zips": "78701-78759,78610",
    "services": "Diagnostic visit:90:89,Water heater install:180",
    "technicians": "Dana Ruiz:+15125550111,Luis",
    "forward-to": CELL,
}
FILE = """
name = "Bluebird Heating"
trade = "heating and cooling"
zone = "Central"
hours = ["Mon-Fri 8-5"]
zips = ["78701-78759", "78610"]
services = ["Diagnostic visit:90:89", "Water heater install:180"]
technicians = ["Dana Ruiz:(512) 555-0111", "Luis"]
forward_to = "512-555-0113"
"""


@pytest.fixture(autouse=True)
def empty_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder with nothing in it, no settings, and the sandbox's clock on Saturday morning."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RINGBACK_NOW", "2026-11-21T10:00:00-06:00")
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "RETELL_API_KEY"):
        monkeypatch.delenv(name, raising=False)


def init(*more: str, asked: str = "", **instead: str | None) -> Result:
    """Run `ringback init` with the usual answers as options; an answer of None is left out."""
    given = {**ANSWERS, **{key.replace("_", "-"): text for key, text in instead.items()}}
    options = [word for key, text in given.items() if text is not None for word in (f"--{key}", text)]
    return CliRunner().invoke(app, ["init", *options, *more], input=asked)


def rows(query: str) -> list[tuple[Any, ...]]:
    with sqlite3.connect("ringback.db") as db:
        found = db.execute(query).fetchall()
    db.close()
    return found


def refused(result: Result) -> Problem:
    assert isinstance(result.exception, Problem), result.output
    return result.exception


WRITTEN = {
    "select slug, name, trade, timezone, forward_to from orgs": [
        ("bluebird-heating", "Bluebird Heating", "hvac", "America/Chicago", CELL)
    ],
    "select weekday, opens, closes from hours order by weekday": [(day, 480, 1020) for day in range(5)],
    "select first_code, last_code from service_areas order by 1": [("78610", "78610"), ("78701", "78759")],
    "select slug, duration_minutes, fee_cents from services order by position": [
        ("diagnostic-visit", 90, 8900),
        ("water-heater-install", 180, None),
    ],
    "select name, phone, on_call from technicians order by position": [
        ("Dana Ruiz", "+15125550111", 1),
        ("Luis", None, None),
    ],
    "select count(*) from skills": [(4,)],
}


def by_options() -> Result:
    return init()


def by_file() -> Result:
    Path("company.toml").write_text(FILE, encoding="utf-8")
    return CliRunner().invoke(app, ["init", "--file", "company.toml"])


def by_answers() -> Result:
    return CliRunner().invoke(app, ["init"], input="\n".join(ANSWERS.values()) + "\n")


every_way = pytest.mark.parametrize("way", [by_options, by_file, by_answers], ids=lambda way: way.__name__)


@every_way
def test_the_eight_answers_are_written_down(way: Any) -> None:
    result = way()
    assert result.exit_code == 0, result.output
    assert {query: rows(query) for query in WRITTEN} == WRITTEN


@every_way
@pytest.mark.anyio
async def test_the_first_missed_call_is_texted_back(way: Any) -> None:
    import anyio

    result = await anyio.to_thread.run_sync(way)
    [(number,)] = rows("select phone from entry_points")
    assert result.exit_code == 0, result.output
    assert f"To={number}" in result.output
    server = create_app(read_settings(), work=False)
    async with server.router.lifespan_context(server):
        async with httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=server), base_url="http://127.0.0.1:8000"
        ) as client:
            missed = {"CallSid": "CA1", "From": SARAH, "To": number, "DialCallStatus": "no-answer"}
            for _twice in range(2):
                answer = await client.post("/api/twilio/voice/dial-complete", data=missed)
                assert answer.status_code == 200
        await server.state.worker.drain()
    [(to, sender, state, body)] = rows("select to_phone, from_phone, state, body from messages")
    assert (to, sender, state) == (SARAH, number, "sent")
    assert "Bluebird Heating" in body


def test_the_questions_are_asked_with_the_usual_answers_offered() -> None:
    result = CliRunner().invoke(app, ["init"], input="Cardinal Plumbing\nplumbing\n\n\n\nLeak repair\nRosa\n\n")
    assert result.exit_code == 0, result.output
    assert rows("select timezone, forward_to from orgs") == [("America/Chicago", None)]
    assert rows("select count(*), min(opens), max(closes) from hours") == [(5, 480, 1020)]
    assert rows("select answers from entry_points") == [("voicemail",)]


def test_an_answer_that_cannot_be_read_is_asked_again() -> None:
    result = init(hours=None, asked="whenever\nMon-Fri 9-4\n")
    assert result.exit_code == 0, result.output
    assert "Hours are days and times" in result.output
    assert rows("select distinct opens, closes from hours") == [(540, 960)]


def test_an_option_wins_over_the_file() -> None:
    Path("company.toml").write_text(FILE, encoding="utf-8")
    result = CliRunner().invoke(app, ["init", "--file", "company.toml", "--name", "Cardinal Plumbing"])
    assert result.exit_code == 0, result.output
    assert rows("select slug from orgs") == [("cardinal-plumbing",)]


def test_where_nobody_answers_the_missing_option_is_named() -> None:
    problem = refused(init(technicians=None))
    assert (problem.code, "--technicians" in problem.fix) == ("MISSING_FIELDS", True)
    assert rows("select count(*) from orgs") == [(0,)]


def test_a_second_business_with_the_same_slug_is_refused() -> None:
    init()
    problem = refused(init())
    assert "already a business with the slug bluebird-heating" in problem.detail
    assert "--slug" in problem.fix
    assert rows("select count(*) from orgs") == [(1,)]


def test_a_second_business_with_another_slug_gets_its_own_number() -> None:
    init()
    assert init("--slug", "bluebird-north").exit_code == 0
    numbers = [number for (number,) in rows("select phone from entry_points order by phone")]
    assert numbers == [f"{STAND_IN}0100", f"{STAND_IN}0101"]


def test_a_tracked_number_that_is_given_is_used() -> None:
    assert init("--phone", "(512) 555-0100").exit_code == 0
    assert rows("select phone, answers from entry_points") == [("+15125550100", "forward")]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"phone": CELL}, "circle"),
        ({"phone": "12"}, "no phone number"),
        ({"hours": "whenever"}, "days and times"),
        ({"trade": "roofing"}, "general is for every other trade"),
        ({"owner_email": "mia"}, "e-mail address is not valid"),
    ],
    ids=["to itself", "no number", "no hours", "no trade of ours", "no address"],
)
def test_what_cannot_be_used_is_refused_and_nothing_is_written(wrong: dict[str, str], says: str) -> None:
    problem = refused(init(**wrong))
    assert says in problem.detail
    assert problem.fix
    assert rows("select count(*) from orgs") + rows("select count(*) from services") == [(0,), (0,)]


def test_a_number_of_another_business_is_refused_both_ways() -> None:
    init("--phone", "+15125550100")
    assert "belongs to a business" in refused(init("--phone", "+15125550100", name="Cardinal Plumbing")).detail
    assert "circle" in refused(init(name="Cardinal Plumbing", forward_to="+15125550100")).detail
    assert rows("select count(*) from orgs") == [(1,)]


def test_the_owner_gets_a_password_that_is_shown_once_and_kept_hashed() -> None:
    from pwdlib import PasswordHash

    result = init("--owner-email", "mia@bluebird.example")
    password = result.output.split("/console with mia@bluebird.example and ")[1].split(" ")[0]
    [(role, hashed)] = rows("select role, password_hash from staff")
    assert role == "owner"
    assert PasswordHash.recommended().verify(password, hashed)


def test_an_owner_without_an_address_signs_in_with_one_made_from_the_slug() -> None:
    output = init("--slug", "bluebird").output
    assert "/console with owner@bluebird.example and " in output
    assert "/console/set-up" in output
    assert rows("select email from staff") == [("owner@bluebird.example",)]


def test_what_to_do_next_names_the_webhooks_and_the_commands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RINGBACK_PUBLIC_URL", "https://calls.bluebird.example")
    output = init().output
    [(token,)] = rows("select retell_token from orgs")
    for path in ("twilio/voice/inbound", "twilio/voice/status", "twilio/sms/inbound", f"retell/events/{token}"):
        assert f"https://calls.bluebird.example/api/{path}" in output
    for command in ("ringback serve", "ringback credential create", "ringback tools export", "ringback doctor"):
        assert command in output


def test_the_keys_are_made_by_the_commands_that_init_prints() -> None:
    lines = [line for line in init().output.splitlines() if "credential create" in line]
    made = [CliRunner().invoke(app, shlex.split(line)[1:]).stdout for line in lines]
    assert [secret[:4] for secret in made] == ["rbk_", "rbk_"]


def test_a_live_machine_is_given_no_stand_in_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RINGBACK_NOW")
    for name, value in {
        "RINGBACK_SANDBOX": "0",
        "RINGBACK_PUBLIC_URL": "https://calls.bluebird.example",
        "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
        "TWILIO_AUTH_TOKEN": "1" * 32,
    }.items():
        monkeypatch.setenv(name, value)
    assert "No tracked number yet" in init().output
    assert rows("select count(*) from entry_points") == [(0,)]


@pytest.mark.parametrize(
    ("text", "says"),
    [("name = ", "not a TOML file"), ('colour = "blue"', "colour"), ("name = 1.5", "name")],
)
def test_a_file_that_cannot_be_used_is_refused(text: str, says: str) -> None:
    Path("company.toml").write_text(text, encoding="utf-8")
    problem = refused(CliRunner().invoke(app, ["init", "--file", "company.toml"]))
    assert says in problem.detail


@pytest.mark.engines("postgres")
def test_a_business_is_set_up_on_postgres_too(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RINGBACK_DATABASE_URL", database_url)
    upgrade(database_url)
    assert init().exit_code == 0
    assert "already a business" in refused(init()).detail
