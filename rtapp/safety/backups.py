"""The backups of an instance: made while the server goes on, found, rotated, copied to a second folder."""

import hashlib
import io
import json
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import SQLAlchemyError

from .. import clock
from ..refusals import Refused
from . import rotation
from .backup_file import DATABASE, SETTINGS, Seal, is_sealed, pack, place

FOLDER, SCRATCH = "backups", ".making-"
SHORTEST = 12


@dataclass(frozen=True)
class Settings:
    """How an instance backs up: sealed for ``recipient`` and copied to ``folder``, "" for neither."""

    recipient: str = ""
    identity: str = ""  # what opens, itself sealed with the passphrase, in hex
    folder: str = ""


@dataclass(frozen=True)
class FoundBackup:
    """A backup on disk: why and when (UTC) it was made, its bytes, whether it is sealed and can be read at all."""

    path: Path
    reason: str
    made_at: datetime
    size: int
    sealed: bool
    readable: bool


def settings(instance: Path) -> Settings:
    """Return how the instance backs up."""
    try:
        values = json.loads((instance / SETTINGS).read_text())
    except FileNotFoundError:
        return Settings()
    return Settings(**{name: str(values.get(name, "")) for name in vars(Settings())})


def seal_with(instance: Path, words: str) -> None:
    """Let all backups from now on be sealed with the passphrase ``words``; refused when it is easily guessed."""
    from ..accounts.passwords import is_easy
    from ..documents import sealing  # loaded where it is needed

    if len(words) < SHORTEST or is_easy(words):
        raise Refused(
            "easy_passphrase",
            "Kata sandi cadangan paling sedikit %(least)s huruf; pakai beberapa kata.",
            422,
            least=SHORTEST,
        )
    pair = sealing.make_pair(words)
    _keep(instance, replace(settings(instance), recipient=pair.recipient, identity=pair.identity.hex()))


def choose_folder(instance: Path, folder: str) -> None:
    """Keep a second folder for backups, "" for none; refused unless it can be written now."""
    if folder:
        try:
            if not Path(folder).is_absolute():
                raise OSError
            with tempfile.TemporaryDirectory(dir=folder):
                pass
        except OSError:
            raise Refused(
                "bad_folder",
                "Folder %(folder)s tidak ada atau tidak dapat ditulis. Tulis jalur lengkapnya, misalnya %(sample)s.",
                422,
                folder=folder,
                sample="/media/panitia/STIK",
            ) from None
    _keep(instance, replace(settings(instance), folder=folder))


def find(instance: Path) -> list[FoundBackup]:
    """Return the instance's backups, the newest first."""
    folder = instance / FOLDER
    names = [path.name for path in folder.iterdir()] if folder.is_dir() else []
    named = sorted(filter(None, map(rotation.read_name, names)), reverse=True)
    return [_backup_at(folder / each.name, each) for each in named]


def make(engine: Engine, instance: Path, now: datetime, why: str, target: Path | None = None) -> Path:
    """Write a backup of what ``engine`` reads and of the instance's keys; return its path once it was looked at.

    The server may go on meanwhile. Without ``target`` it lies among the instance's backups. Refused when the database
    is damaged, or what was written does not open again.
    """
    folder, options = instance / FOLDER, settings(instance)
    target = target or folder / rotation.name_of(why, now)
    seal = Seal(options.recipient, bytes.fromhex(options.identity)) if options.recipient else None
    with _as_refusals(), _scratch(folder) as scratch:
        _snapshot(engine, scratch / DATABASE, now)
        packed = pack(scratch / DATABASE, instance, seal, made_at=clock.iso(now), reason=why)
        with packed.open("rb") as file:
            place(file, target)
    return target


def rescue(line: sqlite3.Connection, instance: Path, now: datetime) -> Path:
    """Write a backup of what ``line`` still reads, of a database whose files were taken away; return its path."""
    with _scratch(instance / FOLDER) as scratch:
        with closing(sqlite3.connect(scratch / "rescued.db")) as target:
            line.backup(target)
        engine = create_engine(f"sqlite:///{(scratch / 'rescued.db').as_posix()}")
        try:
            return make(engine, instance, now, "manual")
        finally:
            engine.dispose()


@contextmanager
def _as_refusals() -> Iterator[None]:
    """Turn errors while a backup is made into refusals."""
    try:
        yield
    except (sqlite3.OperationalError, OSError, SQLAlchemyError) as error:
        why = getattr(error, "strerror", None) or str(getattr(error, "orig", error)).strip().splitlines()[0]
        raise Refused(
            "no_backup_made", "Cadangan tidak dapat dibuat (%(why)s). Periksa izin dan ruang disk.", why=why
        ) from error
    except sqlite3.DatabaseError as error:
        raise Refused(
            "damaged_database",
            "Basis data rusak (%(why)s): cadangan tidak dibuat, yang lama disimpan. Pulihkan cadangan terakhir.",
            why=error,
        ) from error


@contextmanager
def _scratch(folder: Path) -> Iterator[Path]:
    folder.mkdir(mode=0o700, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=SCRATCH, dir=folder, ignore_cleanup_errors=True) as name:
        yield Path(name)


def rotate(folder: Path) -> None:
    """Take away the backups in a folder that are superfluous."""
    for name in rotation.superfluous(path.name for path in folder.iterdir()):
        (folder / name).unlink(missing_ok=True)


def clear_scratch(instance: Path, now: datetime) -> None:
    """Take away what a server that was killed left half made an hour ago and longer."""
    for left in (instance / FOLDER).glob(f"{SCRATCH}*"):
        if now.timestamp() - left.stat().st_mtime > 3600:
            shutil.rmtree(left, ignore_errors=True)


def copy_out(path: Path, folder: str, instance: Path) -> None:
    """Copy a backup to the second folder and rotate there; raises OSError where the folder is away or full."""
    own = own_folder(folder, instance)
    own.mkdir(mode=0o700, exist_ok=True)
    with path.open("rb") as file:
        place(file, own / path.name)
    rotate(own)


def own_folder(folder: str, instance: Path) -> Path:
    """Return where in the second folder this instance's backups are: laptops that share a stick keep apart.

    Raises OSError where that folder is away.
    """
    if not Path(folder).is_dir():
        raise FileNotFoundError(2, "No such file or directory", folder)
    mark = hashlib.sha256((instance / "secret_key").read_text().strip().encode()).hexdigest()[:6]
    return Path(folder) / f"rtapp-{mark}"


def copies(instance: Path) -> list[Path]:
    """Return the backups of this instance in its second folder; raises OSError where that folder is away."""
    folder = settings(instance).folder
    if not folder or not (own := own_folder(folder, instance)).is_dir():
        return []
    return sorted(path for path in own.iterdir() if rotation.read_name(path.name))


def _snapshot(engine: Engine, target: Path, now: datetime) -> None:
    """Write what ``engine`` reads at one moment into a new SQLite file."""
    target.touch(mode=0o600)
    if engine.dialect.name == "sqlite":
        with closing(engine.raw_connection()) as live, closing(sqlite3.connect(target)) as copy:
            live.driver_connection.backup(copy)  # type: ignore[union-attr]
            copy.execute("PRAGMA journal_mode=DELETE")  # one file, with nothing beside it
        return
    from .copy import copy_to_file

    copy_to_file(engine, target, now)


def _backup_at(path: Path, named: rotation.Named) -> FoundBackup:
    try:
        size, sealed, readable = path.stat().st_size, is_sealed(path), True
    except (Refused, OSError):
        size, sealed, readable = path.stat().st_size if path.exists() else 0, False, False
    return FoundBackup(path, named.reason, named.made_at, size, sealed, readable)


def _keep(instance: Path, wanted: Settings) -> None:
    place(io.BytesIO(json.dumps(asdict(wanted)).encode()), instance / SETTINGS)
