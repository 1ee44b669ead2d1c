"""Under which names this server answers, and from which pages it takes forms: against DNS rebinding.

A page of the internet may let its own name lead to an address of the hall: to the browser the two are then one site,
and that page reads what the hall may read. So a name that somebody could have registered is none of ours unless the
committee said so: ``base_url`` in Pengaturan, or ``HOSTS`` in the instance's config.py.
"""

import ipaddress
from functools import lru_cache
from urllib.parse import urlsplit

from flask import Flask, current_app, request

from ..db import db
from ..refusals import Refused
from ..settings import store as settings

# Names nobody can register: of this machine, of a network, of mDNS.
_PRIVATE = (".localhost", ".local", ".lan", ".home.arpa", ".internal")
_SAFE = ("GET", "HEAD", "OPTIONS")


def init_app(app: Flask) -> None:
    """Ask before every request, before anybody is looked up."""
    app.before_request(_check)


@lru_cache(512)
def is_private_name(host: str) -> bool:
    """Say whether ``host`` (no port) is an address, a name of this machine or of a network that has no owner."""
    host = host.strip("[]").rstrip(".").lower()
    try:
        ipaddress.ip_address(host.split("%")[0])
    except ValueError:
        return bool(host) and ("." not in host or host.endswith(_PRIVATE))
    return True


@lru_cache(512)
def is_private(host: str) -> bool:
    """Say whether the line ``Host`` of a request names an address or a name without an owner."""
    try:
        return is_private_name(_name_in(host))
    except ValueError:
        return False


def is_same(origin: str, host: str) -> bool:
    """Say whether a page of ``origin`` ("null" where it hides its address) is one that ``host`` gave."""
    return origin == "null" or urlsplit(origin).netloc.lower() == host.lower()


def _check() -> None:
    if request.endpoint == "static":
        return
    name = _name_in(request.host)
    if not is_private_name(name) and name not in _own_hosts():
        raise Refused(
            "unknown_host", "Nama ini bukan nama server ini. Buka lewat alamat yang tertulis di layarnya.", 421
        )
    if request.method not in _SAFE and not _is_own_page():
        raise Refused("foreign_origin", "Kiriman ini berasal dari halaman lain. Buka halaman ini lagi di sini.", 403)


@lru_cache(512)
def _name_in(host: str) -> str:
    return urlsplit(f"//{host}").hostname or ""


def _is_own_page() -> bool:
    """Say whether a form comes from one of our pages; one that hides its address ("null") has its token only."""
    origin = request.headers.get("Origin", "null")
    if request.headers.get("Sec-Fetch-Site", "none") == "cross-site":
        return False
    return is_same(origin, request.host) or urlsplit(origin).netloc.lower() in _own_hosts(with_port=True)


def _own_hosts(*, with_port: bool = False) -> tuple[str, ...]:
    """Return the names the committee gave this server."""
    base = urlsplit(settings.read(db.session, "base_url"))
    ours = (base.netloc if with_port else base.hostname or "").lower()
    return (ours, *(name.lower() for name in current_app.config["HOSTS"]))
