"""What a phone needs once before the hall: the certificate, how to install it, and what it can do already."""

from pathlib import Path
from urllib.parse import urlsplit

from flask import Blueprint, Response, current_app, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup

from .. import config
from ..accounts.addresses import reachable
from ..documents import qr
from ..documents.vouching import may_name
from ..refusals import existing
from .guard import public
from .network import lan_addresses
from .pages import local_target

blueprint = Blueprint("setup", __name__)


@blueprint.get("/setup-device")
@public
def device() -> str:
    """Say what this device can do at this address, and how it gets camera and offline work.

    Whoever comes from a page (a one-time link, a desk) goes on to that page, at the HTTPS address.
    """
    from ..documents import certificates  # loaded where it is needed

    authority, onward = _authority(), local_target(request.args.get("next"))
    address = secure_address(url_for(".device", **({"next": onward} if onward else {})))
    return render_template(
        "setup_device.html",
        address=address,
        code=Markup(qr.svg(address, _("Kode QR alamat HTTPS halaman ini"))) if address else "",
        fingerprint=certificates.fingerprint(authority) if authority else "",
        available=authority is not None,
        onward=onward or "/",
        pairing=bool(onward and onward.startswith("/links/")),
    )


@blueprint.get("/ca.crt")
@public
def certificate() -> Response:
    """Give the authority's certificate, without its key, in the form every system takes; over plain HTTP too."""
    from ..documents import certificates  # loaded where it is needed

    authority = existing(_authority(), "no_certificate", "Server ini belum memakai HTTPS, jadi belum ada sertifikat.")
    return Response(certificates.as_der(authority), mimetype="application/x-x509-ca-cert")


def secure_address(path: str) -> str:
    """Return the HTTPS address of ``path`` that a phone can open, "" where HTTPS is not served."""
    port = current_app.config["TLS_PORT"]
    if not port:
        return ""
    host = urlsplit(f"//{request.host}").hostname or "localhost"
    candidates = reachable(f"https://{f'[{host}]' if ':' in host else host}:{port}", lan_addresses())
    certified = [address for address in candidates if may_name(urlsplit(address).hostname or "")]
    return f"{[*certified, *candidates][0]}{path}"


def _authority() -> bytes | None:
    if not current_app.config["TLS_PORT"]:
        return None
    path = config.authority_file(Path(current_app.instance_path))
    return path.read_bytes() if path.exists() else None
