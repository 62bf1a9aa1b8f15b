"""A lock names packages and hashes, never a place: whatever index the machine uses will do."""

import re

import pytest

from tests.house.plan import ROOT

LOCKS = ("requirements.lock", "requirements-dev.lock", "uv.bootstrap.lock")
LINE = re.compile(r"[a-z0-9-]+(\[[a-z,-]+\])?==[^ :/]+( ; [^:/]+)? \\|    --hash=sha256:[0-9a-f]{64}( \\)?")


def pins(lock: str) -> dict[str, str]:
    found = re.findall(r"^([a-z0-9-]+)==(\S+)( ; [^\\]+)?", (ROOT / lock).read_text(encoding="utf-8"), re.MULTILINE)
    return {f"{name}{marker.rstrip()}": version for name, version, marker in found}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_line_of_a_lock_is_a_pin_or_a_hash(lock: str) -> None:
    lines = (ROOT / lock).read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not LINE.fullmatch(line)] == []


@pytest.mark.parametrize("lock", ["requirements.lock", "uv.bootstrap.lock"])
def test_the_development_lock_pins_the_same_versions(lock: str) -> None:
    development = pins("requirements-dev.lock")
    assert {name: version for name, version in pins(lock).items() if development.get(name) != version} == {}
