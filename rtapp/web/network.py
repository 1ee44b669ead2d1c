"""The addresses of this machine, as other devices of the hall reach it."""

import ipaddress
import socket
from contextlib import suppress

import ifaddr


def lan_addresses() -> list[str]:
    """Return this machine's IPv4 addresses on local networks, the one of the default route first."""
    ips: list[str] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe, suppress(OSError):
        probe.connect(("10.255.255.255", 1))  # sends nothing; asks the system which address it would use
        ips.append(probe.getsockname()[0])
    with suppress(OSError):
        ips += [str(ip.ip) for adapter in ifaddr.get_adapters() for ip in adapter.ips if ip.is_IPv4]
    return [address for address in dict.fromkeys(ips) if _is_of_a_network(address)]


def _is_of_a_network(address: str) -> bool:
    ip = ipaddress.ip_address(address)
    return not (ip.is_loopback or ip.is_link_local or ip.is_unspecified)


def addresses(host: str, port: int, scheme: str = "http") -> list[str]:
    """Return every address a browser can reach the server at, this machine's own first."""
    everywhere = host in ("0.0.0.0", "::")
    hosts = ["localhost", *lan_addresses()] if everywhere else [f"[{host}]" if ":" in host else host]
    return [f"{scheme}://{name}:{port}" for name in hosts]
