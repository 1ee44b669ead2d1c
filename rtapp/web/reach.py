"""How other devices reach this server now, and whether the address in the codes is one of those ways."""

import ipaddress

from flask import current_app, request

from ..accounts.addresses import AddressStanding, judge, nearest_first, reachable
from ..db import db
from ..refusals import Refused
from ..settings import store as settings
from ..settings.store import tried
from .network import lan_addresses


def standing_of(address: str) -> AddressStanding:
    """Return the standing of ``address`` today: can a phone open it, and was that tried?"""
    last = tried(db.session)
    return judge(address, lan_addresses(), _ports(), last[0] if last else None)


def standing() -> AddressStanding:
    """Return the standing of the stored base address."""
    return standing_of(settings.read(db.session, "base_url"))


def refuse_untried(*, agreed: bool) -> None:
    """Refuse to hand out cards whose address no second device has opened, unless somebody says so deliberately."""
    if not agreed and standing() not in (AddressStanding.NONE, AddressStanding.TRIED):
        raise Refused(
            "untried_address",
            "Alamat di kode QR belum pernah dibuka dari ponsel. Coba sekali di Pengaturan, Acara, Alamat di kode QR; "
            "atau centang “Tanpa dicoba dari ponsel”.",
            422,
            field="untried",
        )


def offers() -> list[str]:
    """Return the addresses that a phone in the hall can open, plain HTTP, which asks for no certificate."""
    port, base_url = current_app.config["HTTP_PORT"], str(settings.read(db.session, "base_url"))
    own = f"http://localhost:{port}" if port else request.host_url.rstrip("/")
    return [
        each
        for each in reachable(own, nearest_first(lan_addresses(), base_url))
        if judge(each, lan_addresses(), {}, None) == AddressStanding.UNTRIED
    ]


def for_phones() -> list[str]:
    """Return the addresses a code for a phone may carry, the best first: the committee's while it works, else ours."""
    base_url = settings.read(db.session, "base_url")
    if base_url and standing_of(base_url) in (AddressStanding.TRIED, AddressStanding.UNTRIED):
        return [base_url]
    port = current_app.config["HTTP_PORT"]
    own = f"http://localhost:{port}" if port and request.is_secure else request.host_url.rstrip("/")
    return reachable(own, nearest_first(lan_addresses(), base_url))


def warning() -> str:
    """Return the address in the codes where this laptop is no longer reached by it, "" where nothing is wrong."""
    base_url = str(settings.read(db.session, "base_url"))
    unreachable = (AddressStanding.FOREIGN, AddressStanding.DEAD_PORT, AddressStanding.HERE_ONLY)
    return base_url if base_url and standing_of(base_url) in unreachable else ""


def is_this_machine(address: str) -> bool:
    """Say whether a request came from this laptop itself, by whichever of its addresses."""
    try:
        return ipaddress.ip_address(address).is_loopback or address in lan_addresses()
    except ValueError:
        return False


def _ports() -> dict[str, int]:
    """Return where this server listens by scheme; nothing where that is not known, behind a proxy for example."""
    config = current_app.config
    return (
        {}
        if config["TRUSTED_PROXIES"] or not config["HTTP_PORT"]
        else {"http": config["HTTP_PORT"], "https": config["TLS_PORT"]}
    )
