"""Is this a public internet address? What a business types in must never make us call its own or our neighbours."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

# IANA's special-purpose registry for IPv4, and the one address Azure keeps for its hosts outside of it.
_NOT_PUBLIC_4 = tuple(
    IPv4Network(one)
    for one in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "168.63.129.16/32",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
_PUBLIC_6 = IPv6Network("2000::/3")  # all of IPv6 that is handed out
_NOT_PUBLIC_6 = tuple(IPv6Network(one) for one in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"))
_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052: an IPv4 address in its last 32 bits


def is_public(address: str) -> bool:
    """Whether this IPv4 or IPv6 address belongs to the public internet; a mapped IPv4 address is judged as itself.

    Private, loopback, link-local (with the metadata addresses of clouds), carrier-grade NAT, documentation, multicast
    and reserved ranges are not (RFC 6890). Anything that is not an address is not.
    """
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    carried = _carried(ip)
    if isinstance(carried, IPv4Address):
        return not any(carried in network for network in _NOT_PUBLIC_4)
    return carried in _PUBLIC_6 and not any(carried in network for network in _NOT_PUBLIC_6)


def is_address(host: str) -> bool:
    """Whether a URL's host is an IP address, in any notation a resolver reads as one, such as 2130706433 or 0x7f.1."""
    last = host.rstrip(".").rpartition(".")[2].lower()
    return ":" in host or last.isdigit() or last.startswith("0x")


def is_own_machine(host: str) -> bool:
    """Whether a URL's host can only mean the machine itself: localhost, or a loopback address."""
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _carried(ip: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    if isinstance(ip, IPv4Address):
        return ip
    return ip.ipv4_mapped or (IPv4Address(int(ip) & 0xFFFFFFFF) if ip in _NAT64 else ip)
