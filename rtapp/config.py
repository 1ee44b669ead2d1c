"""The instance folder, the default configuration, private files and the secret key."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).resolve().parent.parent
MEGABYTE = 1024 * 1024
UPLOAD_LIMIT = 10 * MEGABYTE

DEFAULTS: dict[str, Any] = {
    "MAX_CONTENT_LENGTH": MEGABYTE // 2,  # bytes; upload pages raise it to UPLOAD_LIMIT for themselves
    "MAX_FORM_MEMORY_SIZE": MEGABYTE // 2,
    "MAX_FORM_PARTS": 2000,
    "PERMANENT_SESSION_LIFETIME": timedelta(days=14),  # sessions are ended by the database, not the cookie
    "SESSION_COOKIE_HTTPONLY": True,
    "SESSION_COOKIE_SAMESITE": "Lax",
    "SESSION_REFRESH_EACH_REQUEST": False,
    "TEMPLATES_AUTO_RELOAD": False,
    "WTF_CSRF_TIME_LIMIT": None,  # a page opened at 07.00 still records at 12.00
    "WTF_CSRF_SSL_STRICT": False,  # the hall reaches one server under several addresses
    "BABEL_DEFAULT_LOCALE": "id",
    "STREAM_LIMIT": 100,  # open streams per process; threads stay well above it
    "SERVER_THREADS": 320,  # at most: they start when needed and end when idle
    "HTTP_PORT": 0,  # where `serve` listens, 0 when unknown
    "TLS_PORT": 0,  # where HTTPS is served besides HTTP, set by `serve`; 0: not served
    "TRUSTED_PROXIES": 0,  # number of reverse proxies in front whose X-Forwarded-* is trusted; 0: none is
    "HOSTS": (),  # accepted host names besides IP addresses, .local, .lan and the address in the codes
    "FALLBACK_SECONDS": 180,  # how often the lists on disk are renewed during a wave
    "BACKUP_SECONDS": 30,  # how often to check whether a backup is due
    "SCAN_GROUP": 64,  # scans that may share one commit
}


def instance_is_named() -> bool:
    """Say whether ``RTAPP_INSTANCE`` names the instance folder."""
    return bool(os.environ.get("RTAPP_INSTANCE"))


def instance_folder() -> Path:
    """Return the instance folder: ``RTAPP_INSTANCE``, else ``instance`` next to the code."""
    return Path(os.environ.get("RTAPP_INSTANCE") or ROOT / "instance").resolve()


def database_url(instance: Path) -> str:
    """Return ``DATABASE_URL``, else the URL of the instance's SQLite file."""
    return os.environ.get("DATABASE_URL") or f"sqlite:///{(instance / 'rtapp.db').as_posix()}"


def prepare_instance(instance: Path) -> None:
    """Create the instance folder if it is missing, and make it readable by its owner only."""
    instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    instance.chmod(0o700)


def make_private(path: Path) -> None:
    """Create an empty file readable by its owner only, if it is missing; SQLite's other files inherit its mode."""
    path.touch(mode=0o600, exist_ok=True)


@contextmanager
def private_file(path: Path) -> Iterator[IO[bytes]]:
    """Write a file readable by its owner only: complete and on disk when the block ends, unchanged if it fails.

    Two processes never write to the same draft, and readers meanwhile get the old file.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    try:
        with open(draft, "x+b", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def write_private(path: Path, content: bytes) -> None:
    """Write a file readable by its owner only, completely or not at all."""
    with private_file(path) as file:
        file.write(content)


def secret_key(instance: Path) -> str:
    """Return the instance's secret key, created on first use and readable by its owner only."""
    path = instance / "secret_key"
    if not path.exists() or not path.read_text().strip():  # empty after a power cut during the first start
        write_private(path, secrets.token_hex(32).encode())
    return path.read_text().strip()


def authority_file(instance: Path) -> Path:
    """Return the path of the certificate authority that devices trust; the file need not exist."""
    return instance / "tls" / "ca.pem"
