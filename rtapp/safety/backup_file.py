"""A backup as a file: a zip that any program opens, with the database, the keys and what each of them must hash to.

Unsealed it holds the files themselves; once a passphrase was set, ``content.zip.age`` with the files, and
``identity.age``, which the passphrase opens and which opens the content, with nothing but the program ``age``:
``age -d identity.age > key; age -d -i key content.zip.age > content.zip``.
"""

import hashlib
import json
import os
import shutil
import sqlite3
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from .. import clock
from ..config import private_file
from ..refusals import Refused

DATABASE, MANIFEST, SETTINGS = "rtapp.db", "manifest.json", "backup.json"
CONTENT, IDENTITY, FORMAT = "content.zip.age", "identity.age", 1
KEYS = ("secret_key", "config.py", SETTINGS, "tls/ca.pem", "tls/leaf.pem")  # beside the database, where they are there
RUN = "config.py"  # what it says is run: never taken unasked
COUNTED = ("participant", "attendance", "scan", "audit")
_UNREADABLE = (
    *(zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error),
    *(EOFError, ValueError, KeyError, TypeError, AttributeError, NotImplementedError, RuntimeError, OverflowError),
)


@dataclass(frozen=True)
class Seal:
    """What seals a backup: ``recipient`` to write for, ``identity`` as the passphrase sealed it."""

    recipient: str
    identity: bytes


def pack(database: Path, instance: Path, seal: Seal | None, **facts: Any) -> Path:
    """Return a finished backup beside ``database``, opened again and found whole.

    Raises sqlite3.DatabaseError when the database is damaged; refused when what was written does not open.
    """
    files = {DATABASE: database} | {name: instance / name for name in KEYS if (instance / name).exists()}
    manifest = facts | {"format": FORMAT, "revision": revision_of(database), "rows": counted(database)}
    manifest["files"] = {name: digest(path) for name, path in files.items()}
    packed, copy = database.with_name("content.zip"), database.with_name("again")
    with zipfile.ZipFile(packed, "x", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
        archive.writestr(MANIFEST, json.dumps(manifest, indent=1))
        for name, path in files.items():
            archive.write(path, name)
    copy.mkdir()
    if seal is not None:
        return _sealed(packed, seal, copy, facts)
    unpack(packed, copy)
    return packed


def unpack(source: Path, into: Path, words: str = "") -> dict[str, Any]:
    """Unpack a backup into a folder and return its manifest; every file is as it was written, the database whole.

    Refused when it is no backup, cut short, of a newer format, or sealed and ``words`` is not its passphrase.
    """
    with _opened(source) as outer:
        manifest = _manifest(outer)
        if CONTENT not in outer.namelist():
            return _checked(outer, manifest, into)
        with _content(outer, into, _identity(outer, words)) as inner:
            return _checked(inner, _manifest(inner), into)


def is_sealed(source: Path) -> bool:
    """Say whether a backup needs its passphrase; refused when it is none, or cut short."""
    with _opened(source) as outer:
        _manifest(outer)
        return CONTENT in outer.namelist()


def counted(database: Path) -> dict[str, int]:
    """Return the number of rows of the tables that matter; raises sqlite3.DatabaseError where the file is damaged."""
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as line:
        broken = line.execute("PRAGMA integrity_check(1)").fetchone()[0]
        if broken != "ok":
            raise sqlite3.DatabaseError(broken.strip().splitlines()[-1])
        if orphan := line.execute("PRAGMA foreign_key_check").fetchone():
            raise sqlite3.DatabaseError(f"{orphan[0]} {orphan[1]} → {orphan[2]}")
        there = {name for (name,) in line.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        known = [name for name in COUNTED if name in there]
        return {name: line.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in known}


def revision_of(database: Path) -> str:
    """Return the revision of the schema in a SQLite file, "" for none."""
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as line, suppress(sqlite3.OperationalError):
        return str(line.execute("SELECT version_num FROM alembic_version").fetchone()[0])
    return ""


def digest(path: Path) -> str:
    """Return the SHA-256 of a file in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def place(source: IO[bytes], target: Path) -> None:
    """Copy to a file for its owner alone, whole or not at all; on disk, and read back, when this returns."""
    with private_file(target) as file:
        shutil.copyfileobj(source, file)
        file.flush()
        os.fsync(file.fileno())
        source.seek(0)
        file.seek(0)
        if hashlib.file_digest(source, "sha256").digest() != hashlib.file_digest(file, "sha256").digest():
            raise OSError(5, os.strerror(5), str(target))


def _sealed(packed: Path, seal: Seal, copy: Path, facts: dict[str, Any]) -> Path:
    """Return the sealed file beside ``packed``; a key of one use opens it again, for the passphrase is not here."""
    from ..documents import sealing  # loaded where it is needed

    mine, identity = sealing.one_use_pair()
    content, sealed = packed.with_name(CONTENT), packed.with_name("sealed.zip")
    sealing.seal(packed, content, [seal.recipient, mine])
    with zipfile.ZipFile(sealed, "x") as archive:
        archive.writestr(MANIFEST, json.dumps(facts | {"format": FORMAT, "open_with": "age"}, indent=1))
        archive.writestr(IDENTITY, seal.identity)
        archive.write(content, CONTENT)
    with _opened(sealed) as outer, _content(outer, copy, identity) as inner:
        _checked(inner, _manifest(inner), copy)
    return sealed


@contextmanager
def _opened(source: Path) -> Iterator[zipfile.ZipFile]:
    """Open a backup and turn any error while reading its bytes into one refusal."""
    try:
        with zipfile.ZipFile(source) as archive:
            yield archive
    except _UNREADABLE as error:
        with source.open("rb") as file:
            is_zip = file.read(4) == b"PK\3\4"
        raise (_broken() if is_zip else _no_backup()) from error


def _manifest(archive: zipfile.ZipFile) -> dict[str, Any]:
    if MANIFEST not in archive.namelist():
        raise _no_backup()
    manifest: dict[str, Any] = json.loads(archive.read(MANIFEST))
    if not isinstance(manifest, dict) or not isinstance(manifest.get("format"), int):
        raise _no_backup()
    if manifest["format"] > FORMAT:
        raise Refused("newer_backup", "Cadangan ini dibuat rtapp yang lebih baru. Perbarui rtapp, lalu coba lagi.", 422)
    clock.parse_iso(manifest["made_at"])  # whatever is odd about it is one refusal
    return manifest


def _identity(outer: zipfile.ZipFile, words: str) -> str:
    from ..documents import sealing

    if not words:
        raise Refused("passphrase_needed", "Cadangan ini terkunci. Ketik kata sandi cadangannya.", 422)
    identity = sealing.identity_of(outer.read(IDENTITY), words)
    if identity is None:
        raise Refused("wrong_passphrase", "Kata sandi cadangan tidak cocok.", 422)
    return identity


@contextmanager
def _content(outer: zipfile.ZipFile, into: Path, identity: str) -> Iterator[zipfile.ZipFile]:
    from ..documents import sealing

    with tempfile.TemporaryDirectory(dir=into) as scratch:
        sealed, opened = Path(scratch) / CONTENT, Path(scratch) / "content.zip"
        with outer.open(CONTENT) as source, sealed.open("xb") as target:
            shutil.copyfileobj(source, target)
        if not sealing.unseal(sealed, opened, identity):
            raise _broken()
        with _opened(opened) as inner:
            yield inner


def _checked(archive: zipfile.ZipFile, manifest: dict[str, Any], into: Path) -> dict[str, Any]:
    """Unpack the files that a backup may hold, each as its manifest says."""
    digests, numbers = manifest["files"], manifest["rows"]
    if not isinstance(digests, dict) or not isinstance(numbers, dict) or DATABASE not in digests:
        raise _broken()
    for name in (DATABASE, *KEYS):
        if name not in digests:
            continue
        path = into / name
        path.parent.mkdir(mode=0o700, exist_ok=True)
        with archive.open(name) as source, open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as target:
            shutil.copyfileobj(source, target)
        if digest(path) != digests[name]:
            raise _broken()
    try:
        if counted(into / DATABASE) != manifest["rows"]:
            raise _broken()
    except sqlite3.DatabaseError as error:
        raise _broken() from error
    return manifest


def _broken() -> Refused:
    return Refused("broken_backup", "Berkas cadangan ini terpotong atau rusak. Pakai cadangan lain.", 422)


def _no_backup() -> Refused:
    return Refused("no_backup", "Berkas ini bukan cadangan rtapp.", 422)
