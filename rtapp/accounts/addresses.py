"""Which addresses somebody else's phone can open."""

import ipaddress
from collections.abc import Mapping, Sequence
from enum import StrEnum
from urllib.parse import urlsplit

_USUAL = {"http": 80, "https": 443}


def is_here_only(address: str) -> bool:
    """Say whether only this machine can open ``address`` (http://localhost:8000)."""
    host = urlsplit(address).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def nearest_first(lan: Sequence[str], address: str) -> list[str]:
    """Return ``lan`` (IPv4) with those first that share most of their beginning with the host of ``address``.

    A laptop may be in two networks at once: phones are in the one where the old address was.
    """
    host = urlsplit(address).hostname or ""
    if not _is_ip(host) or ipaddress.ip_address(host).version != 4:
        return list(lan)
    was = int(ipaddress.IPv4Address(host))
    return sorted(lan, key=lambda each: (int(ipaddress.IPv4Address(each)) ^ was).bit_length())


def reachable(address: str, lan: Sequence[str]) -> list[str]:
    """Return ``address``, or where only this machine opens it the same on each of ``lan`` (IPv4), it last."""
    if not is_here_only(address):
        return [address]
    parts = urlsplit(address)
    port = f":{parts.port}" if parts.port else ""
    return [*(f"{parts.scheme}://{host}{port}" for host in lan), address]


class AddressStanding(StrEnum):
    """How an address in the codes stands: can phones open it, as far as this machine knows?"""

    NONE = "none"  # codes hold the card's code alone
    HERE_ONLY = "here_only"
    FOREIGN = "foreign"  # not this machine's, today
    DEAD_PORT = "dead_port"  # this machine's, and nothing answers there
    UNTRIED = "untried"
    TRIED = "tried"  # opened from a second device


def judge(address: str, lan: Sequence[str], ports: Mapping[str, int], tried: str | None) -> AddressStanding:
    """Judge ``address`` by the IPv4 addresses of this machine and its ports by scheme (none known: not looked at).

    A name may lead anywhere; only trying tells.
    """
    if not address:
        return AddressStanding.NONE
    parts = urlsplit(address)
    if is_no_ones_else(address):
        return AddressStanding.HERE_ONLY
    if _is_ip(parts.hostname or ""):
        if parts.hostname not in lan:
            return AddressStanding.FOREIGN
        if ports and (parts.port or _USUAL[parts.scheme]) != ports.get(parts.scheme):
            return AddressStanding.DEAD_PORT
    return AddressStanding.TRIED if tried == address else AddressStanding.UNTRIED


def is_no_ones_else(address: str) -> bool:
    """Say whether no other device can open ``address``, in whichever network."""
    return is_here_only(address) or _is_nowhere(urlsplit(address).hostname or "")


def _is_ip(host: str) -> bool:
    try:
        return bool(ipaddress.ip_address(host))
    except ValueError:
        return False


def _is_nowhere(host: str) -> bool:
    """Say whether a host is an address that no network carries (0.0.0.0, 169.254.…)."""
    if not _is_ip(host):
        return False
    ip = ipaddress.ip_address(host)
    return ip.is_unspecified or ip.is_link_local or ip.is_multicast
