"""Which addresses a webhook may be sent to."""

import pytest

from tools.rules.public_address import is_address, is_own_machine, is_public


@pytest.mark.parametrize("address", ["8.8.8.8", "100.63.255.255", "172.32.0.1", "2606:4700::1111", "2001:4860::8888"])
def test_an_address_of_the_internet_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        pytest.param("10.1.2.3", id="private 10"),
        pytest.param("172.31.255.255", id="private 172"),
        pytest.param("192.168.1.10", id="private 192"),
        pytest.param("127.0.0.1", id="loopback"),
        pytest.param("0.0.0.0", id="this host"),
        pytest.param("169.254.169.254", id="cloud metadata"),
        pytest.param("168.63.129.16", id="azure's host"),
        pytest.param("192.0.0.192", id="oracle's metadata"),
        pytest.param("100.64.0.1", id="carrier-grade NAT"),
        pytest.param("198.18.0.1", id="benchmarking"),
        pytest.param("203.0.113.7", id="documentation"),
        pytest.param("224.0.0.1", id="multicast"),
        pytest.param("255.255.255.255", id="broadcast"),
        pytest.param("::", id="unspecified v6"),
        pytest.param("::1", id="loopback v6"),
        pytest.param("fe80::1", id="link-local v6"),
        pytest.param("fe80::1%eth0", id="link-local v6 with a zone"),
        pytest.param("fd00:ec2::254", id="metadata v6"),
        pytest.param("ff02::1", id="multicast v6"),
        pytest.param("2001:db8::1", id="documentation v6"),
        pytest.param("2001:0:4136:e378::1", id="teredo"),
        pytest.param("2002:7f00:1::1", id="6to4 of loopback"),
        pytest.param("::ffff:10.0.0.1", id="mapped private"),
        pytest.param("::ffff:169.254.169.254", id="mapped metadata"),
        pytest.param("::127.0.0.1", id="compatible loopback"),
        pytest.param("64:ff9b::7f00:1", id="NAT64 of loopback"),
        pytest.param("example.com", id="a name"),
        pytest.param("", id="nothing"),
    ],
)
def test_an_address_of_somebodys_own_is_not(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_a_carried_public_address_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "127.1", "10.0.0.1.", "::1", "0X7F000001"])
def test_every_notation_of_an_address_is_seen_as_one(host: str) -> None:
    assert is_address(host)


@pytest.mark.parametrize("host", ["hooks.example.com", "1and1.de", "x0.example"])
def test_a_name_is_not_an_address(host: str) -> None:
    assert not is_address(host)


@pytest.mark.parametrize(
    ("host", "own"), [("localhost", True), ("127.0.0.1", True), ("::1", True), ("10.0.0.1", False)]
)
def test_the_machine_itself_is_known(host: str, own: bool) -> None:
    assert is_own_machine(host) is own


def test_a_name_that_only_looks_like_the_machine_is_not_it() -> None:
    assert not is_own_machine("localhost.example.com")
