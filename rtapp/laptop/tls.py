"""The hall's certificates on disk: an authority made once, a leaf renewed when addresses change; private."""

import re
import secrets
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from .. import config
from ..config import write_private
from ..documents.vouching import SUFFIX, Read, may_name
from ..refusals import Refused

ALWAYS = ("localhost", "127.0.0.1", f"meja.{SUFFIX}")
RENEW_BEFORE = timedelta(days=30)


@dataclass(frozen=True)
class Folder:
    """``instance/tls``: the authority that devices trust and the leaf that the server shows."""

    path: Path

    @property
    def authority(self) -> Path:
        return config.authority_file(self.path.parent)

    @property
    def leaf(self) -> Path:
        return self.path / "leaf.pem"


def folder(instance: Path) -> Folder:
    """Return where an instance keeps its certificates; nothing need be there."""
    return Folder(instance / "tls")


def named(addresses: Sequence[str]) -> list[str]:
    """Return the names and addresses a leaf is made for: this machine's own and those of ``addresses`` it may name."""
    own = re.sub(r"[^a-z0-9-]", "", socket.gethostname().split(".")[0].lower()).strip("-")
    names = [*ALWAYS, *([f"{own}.{SUFFIX}"] if own else []), *addresses]
    return [name for name in dict.fromkeys(names) if may_name(name)]


def prepare(instance: Path, addresses: Sequence[str], now: datetime) -> Folder:
    """Return the certificates for ``addresses``, made or renewed where needed; the authority is made just once.

    Refused when the authority cannot be read or its time is over: devices would have to trust a new one.
    """
    from ..documents import certificates  # loaded where it is needed

    files = folder(instance)
    files.path.mkdir(mode=0o700, parents=True, exist_ok=True)
    files.path.chmod(0o700)
    if not files.authority.exists():
        host = socket.gethostname().split(".")[0]
        name = "".join(sign for sign in f"Meja Registrasi {host}" if sign.isascii() and sign.isprintable())
        write_private(files.authority, certificates.make_authority(f"{name[:56]} {secrets.token_hex(3)}", now))
    authority = read(files.authority)
    if authority is None or now >= authority.ends:
        raise Refused(
            "bad_authority",
            "Sertifikat di %(folder)s tidak utuh atau sudah habis masa. Pulihkan dari cadangan, atau pindahkan "
            "folder itu supaya dibuat baru; perangkat lalu memasangnya sekali lagi.",
            folder=files.path,
        )
    if is_due(files, addresses, now):
        write_private(files.leaf, certificates.make_leaf(files.authority.read_bytes(), named(addresses), now))
    return files


def is_due(files: Folder, addresses: Sequence[str], now: datetime) -> bool:
    """Say whether the leaf must be made anew: none, another authority's, not for these addresses, or soon over."""
    from ..documents import certificates  # loaded where it is needed

    leaf = read(files.leaf)
    if leaf is None or not files.authority.exists():
        return True
    if not certificates.vouches_for(files.authority.read_bytes(), files.leaf.read_bytes()):
        return True
    return not set(named(addresses)) <= leaf.hosts or not leaf.starts <= now < leaf.ends - RENEW_BEFORE


def read(path: Path) -> Read | None:
    """Return what the certificate at ``path`` says, None when there is none that can be read."""
    from ..documents import certificates  # loaded where it is needed

    try:
        return certificates.read(path.read_bytes())
    except (OSError, ValueError):
        return None
