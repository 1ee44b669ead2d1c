"""Where the instance lives and what the application is configured with; makes and keeps the secret key."""

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
    "MAX_CONTENT_LENGTH": MEGABYTE // 2,  # an upload page raises it to UPLOAD_LIMIT for itself
    "MAX_FORM_MEMORY_SIZE": MEGABYTE // 2,
    "MAX_FORM_PARTS": 2000,
    "PERMANENT_SESSION_LIFETIME": timedelta(days=14),  # what ends a session is the database, not the cookie
    "SESSION_COOKIE_HTTPONLY": True,
    "SESSION_COOKIE_SAMESITE": "Lax",
    "SESSION_REFRESH_EACH_REQUEST": False,
    "TEMPLATES_AUTO_RELOAD": False,
    "WTF_CSRF_TIME_LIMIT": None,  # a page opened at 07.00 still records at 12.00
    "WTF_CSRF_SSL_STRICT": False,  # the hall reaches one server under several addresses
    "BABEL_DEFAULT_LOCALE": "id",
    "STREAM_LIMIT": 100,  # open streams per process; threads stay well above it
    "SERVER_THREADS": 320,  # at most: they are started when needed, and end when idle
    "HTTP_PORT": 0,  # where `serve` listens, 0 where nobody said so
    "TLS_PORT": 0,  # where HTTPS is served beside HTTP; `serve` says so, 0 where it is not
    "TRUSTED_PROXIES": 0,  # reverse proxies in front whose X-Forwarded-* are true; 0: nobody's word is taken
    "HOSTS": (),  # names under which this server answers beside addresses, .local, .lan and the address of the codes
    "FALLBACK_SECONDS": 180,  # how often the lists on disk are renewed while a wave is on
    "BACKUP_SECONDS": 30,  # how often it is looked at whether a backup is due
    "SCAN_GROUP": 64,  # attempts that may share one commit
}


def instance_is_named() -> bool:
    """Say whether ``RTAPP_INSTANCE`` names the instance folder."""
    return bool(os.environ.get("RTAPP_INSTANCE"))


def instance_folder() -> Path:
    """Return the instance folder: ``RTAPP_INSTANCE``, else ``instance`` beside the code."""
    return Path(os.environ.get("RTAPP_INSTANCE") or ROOT / "instance").resolve()


def database_url(instance: Path) -> str:
    """Return ``DATABASE_URL``, else the SQLite file of the instance."""
    return os.environ.get("DATABASE_URL") or f"sqlite:///{(instance / 'rtapp.db').as_posix()}"


def prepare_instance(instance: Path) -> None:
    """Make the instance folder, readable by its owner alone."""
    instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    instance.chmod(0o700)


def make_private(path: Path) -> None:
    """Make an empty file readable by its owner alone, unless it is there; SQLite gives its companions the same mode."""
    path.touch(mode=0o600, exist_ok=True)


@contextmanager
def private_file(path: Path) -> Iterator[IO[bytes]]:
    """Write a file for its owner alone: whole and on disk once the block ends, not at all when it fails.

    Two processes never write into one draft, and whoever reads meanwhile reads the file as it was.
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
    """Write a file for its owner alone, whole or not at all."""
    with private_file(path) as file:
        file.write(content)


def secret_key(instance: Path) -> str:
    """Return the instance's secret key, made on first use and readable by its owner alone."""
    path = instance / "secret_key"
    if not path.exists() or not path.read_text().strip():  # empty after a power cut during the first start
        write_private(path, secrets.token_hex(32).encode())
    return path.read_text().strip()


def authority_file(instance: Path) -> Path:
    """Return where an instance keeps the authority that devices trust; nothing need be there."""
    return instance / "tls" / "ca.pem"
