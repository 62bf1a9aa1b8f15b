"""Web sites as browsers name them in the Origin header: scheme, host and port, nothing else."""

import re
from urllib.parse import urlsplit

_HOST = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*")
OWN_MACHINE = ("localhost", "127.0.0.1")
STANDARD = {"https": 443, "http": 80}


def canonical(written: str) -> str | None:
    """A site as browsers write it ("https://www.example.com"), from how a person does; None for what is no site.

    Only https, as anybody on the way could write into a page sent by http; a machine's own pages are excepted.
    """
    text = written.strip().lower().rstrip("/")
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        port = parts.port
    except ValueError:
        return None
    host = parts.hostname or ""
    if parts.path or parts.query or parts.fragment or "@" in parts.netloc or not _HOST.fullmatch(host):
        return None
    if parts.scheme != "https" and not (parts.scheme == "http" and host in OWN_MACHINE):
        return None
    if "." not in host and host not in OWN_MACHINE:
        return None
    return f"{parts.scheme}://{host}" + (f":{port}" if port and port != STANDARD[parts.scheme] else "")


def of_page(address: str) -> str | None:
    """The site a page stands on, from its address; None for what is no address of a page."""
    written = re.match(r"https?://[^/?#]+", address.strip(), re.IGNORECASE)
    return canonical(written[0]) if written is not None else None
