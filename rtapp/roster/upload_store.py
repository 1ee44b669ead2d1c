"""Uploaded lists between their preview and their saving: kept for a day, readable by their owner alone."""

import json
import os
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from ..refusals import Refused

KEPT_FOR = timedelta(days=1)
_KEY = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class Upload:
    """A kept file as it came; ``filename`` is what its sender called it."""

    key: str
    filename: str
    data: bytes


def keep_upload(folder: Path, data: bytes, filename: str, *, now: datetime) -> str:
    """Write an upload into ``folder`` (made if missing) and return the key it is found by."""
    drop_old_uploads(folder, now=now)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    key = secrets.token_hex(16)
    head = json.dumps({"filename": filename[:200], "at": now.isoformat()}).encode() + b"\n"
    descriptor = os.open(folder / key, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(head + data)
    return key


def find_upload(folder: Path, key: str, *, now: datetime) -> Upload:
    """Return a kept upload; refused with 404 when there is none or its day is over."""
    path = folder / key
    if not _KEY.fullmatch(key) or not path.is_file():
        raise Refused("no_upload", "Berkas ini tidak disimpan lagi. Unggah sekali lagi.", 404)
    head, _, data = path.read_bytes().partition(b"\n")
    facts = json.loads(head)
    if now - datetime.fromisoformat(facts["at"]) > KEPT_FOR:
        path.unlink(missing_ok=True)
        raise Refused("no_upload", "Berkas ini tidak disimpan lagi. Unggah sekali lagi.", 404)
    return Upload(key, facts["filename"], data)


def drop_upload(folder: Path, key: str) -> None:
    """Delete a kept upload, if it is there."""
    if _KEY.fullmatch(key):
        (folder / key).unlink(missing_ok=True)


def drop_old_uploads(folder: Path, *, now: datetime) -> None:
    """Delete every kept upload whose day is over."""
    if folder.is_dir():
        for path in folder.iterdir():
            if _KEY.fullmatch(path.name) and now.timestamp() - path.stat().st_mtime > KEPT_FOR.total_seconds():
                path.unlink(missing_ok=True)
