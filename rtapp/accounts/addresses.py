"""Which addresses somebody else's phone can open."""

import ipaddress
from collections.abc import Sequence
from urllib.parse import urlsplit


def is_here_only(address: str) -> bool:
    """Say whether only this machine can open ``address`` (http://localhost:8000)."""
    host = urlsplit(address).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def reachable(address: str, lan: Sequence[str]) -> list[str]:
    """Return ``address``, or where only this machine opens it the same on each of ``lan`` (IPv4), it last."""
    if not is_here_only(address):
        return [address]
    parts = urlsplit(address)
    port = f":{parts.port}" if parts.port else ""
    return [*(f"{parts.scheme}://{host}{port}" for host in lan), address]
