"""What an authority of the hall may vouch for, and what a certificate says: without the library that makes one."""

import ipaddress
from dataclasses import dataclass
from datetime import datetime

SUFFIX = "lan"
NETWORKS = tuple(map(ipaddress.IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8")))


@dataclass(frozen=True)
class Read:
    """What a certificate says: for which names and addresses, from when until when."""

    hosts: frozenset[str]
    starts: datetime
    ends: datetime


def may_name(host: str) -> bool:
    """Say whether an authority of ours may vouch for ``host``, a name or an address."""
    try:
        ip = ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost" or host.endswith(f".{SUFFIX}")
    return any(ip in network for network in NETWORKS)
