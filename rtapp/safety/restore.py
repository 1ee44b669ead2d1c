"""A backup restored: tried in a folder of its own first, then put in the place of what an instance holds."""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session

from .. import migrations
from ..audit.store import note
from ..db import begin_write
from ..events.store import find_event, new_epoch
from ..refusals import Reason, Refused
from . import backups, ledger_store, rotation
from .backup_file import DATABASE, KEYS, RUN, digest, is_sealed, place, unpack
from .backups import FOLDER, SCRATCH

_BESIDE = ("-wal", "-shm")  # what SQLite keeps next to a database that was not closed


@dataclass(frozen=True)
class Tried:
    """A backup that was unpacked and brought to the present schema: what is in it, and what is wrong with it."""

    made_at: str  # RFC 3339
    event: str
    totals: dict[str, int]
    findings: list[Reason]


@dataclass(frozen=True)
class Restored:
    """What was restored, and where the files lie that it replaced (None where there were none)."""

    tried: Tried
    replaced: Path | None
    left: tuple[str, ...] = ()  # keys and settings of the backup that differ from those here, and were not taken


def try_out(source: Path, instance: Path, now: datetime, words: str = "") -> Tried:
    """Restore a backup into a folder that is thrown away, check it and return what was found; the drill.

    Refused when it cannot be restored; ``words`` is its passphrase.
    """
    with _unpacked(source, instance / FOLDER, now, words) as (_, manifest, engine), Session(engine) as session:
        return _trial_of(session, manifest)


def restore(
    source: Path, instance: Path, database: Path, now: datetime, *, actor: str, words: str = "", keys: bool = False,
    unlocked: bool = False,
) -> Restored:  # fmt: skip
    """Put a backup in the place of ``database``, under a new epoch; with ``keys`` its keys and settings, too.

    Where there is no database yet, the folder is a new laptop's and takes the keys, but nothing that is run. For
    whoever holds the instance: nobody may be serving it. Refused, with nothing changed, when the backup cannot be
    used, and for an unlocked one where backups are locked unless ``unlocked`` agrees to that. What it replaces is kept
    among the backups.
    """
    if backups.settings(instance).recipient and not is_sealed(source) and not unlocked:
        raise Refused(
            "unlocked_backup",
            "Cadangan di folder ini dikunci, berkas ini tidak: siapa pun dapat membuatnya. "
            "Bila Anda yakin asalnya, ulangi dengan --unlocked.",
            409,
        )
    folder = instance / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    with _unpacked(source, folder, now, words) as (scratch, manifest, engine):
        with Session(engine) as session:
            tried = _trial_of(session, manifest)
            _begin_anew(begin_write(session), actor, tried, now)
            session.commit()
        engine.dispose()  # whoever closes SQLite last leaves one whole file
        there = [name for name in KEYS if (scratch / name).exists()]
        taken = there if keys else [name for name in there if name != RUN and not database.exists()]
        left = tuple(name for name in there if name not in taken and not _same(scratch / name, instance / name))
        replaced = _keep_present(instance, database, now)
        _put_in_place(scratch, instance, database, taken)
    return Restored(tried, replaced, left)


def changed_keys(source: Path, instance: Path, now: datetime, words: str = "") -> tuple[str, ...]:
    """Return which keys and settings of ``instance`` a backup would change, to be agreed to before."""
    (instance / FOLDER).mkdir(mode=0o700, exist_ok=True)
    with _unpacked(source, instance / FOLDER, now, words) as (scratch, _manifest, _engine):
        there = [name for name in KEYS if (scratch / name).exists()]
        return tuple(name for name in there if not _same(scratch / name, instance / name))


def _same(path: Path, other: Path) -> bool:
    return other.exists() and digest(path) == digest(other)


@contextmanager
def _unpacked(source: Path, parent: Path, now: datetime, words: str) -> Iterator[tuple[Path, dict[str, Any], Engine]]:
    """Yield a folder with the backup's files, its manifest, and its database at the present schema."""
    with TemporaryDirectory(prefix=SCRATCH, dir=parent, ignore_cleanup_errors=True) as scratch:
        folder = Path(scratch)
        manifest = unpack(source, folder, words)
        engine = create_engine(f"sqlite:///{(folder / DATABASE).as_posix()}")
        try:
            with Session(engine) as session:
                _refuse_foreign(ledger_store.foreign(session))
            migrations.upgrade(engine, folder)
            with Session(engine) as session:
                _refuse_foreign(ledger_store.strange(session))
            yield folder, manifest, engine
        finally:
            engine.dispose()


def _refuse_foreign(names: list[str]) -> None:
    """Refuse a database that holds what no version of ours makes: it would act, or show, what nobody here wrote."""
    if names:
        raise Refused(
            "foreign_schema",
            "Basis data dalam cadangan ini bukan susunan rtapp (%(names)s). Pakai cadangan lain.",
            422,
            names=", ".join(names[:5]),
        )


def _trial_of(session: Session, manifest: dict[str, Any]) -> Tried:
    event = find_event(session)
    name, totals = event.name if event else "", ledger_store.totals(session)
    findings = list(ledger_store.examine(session))
    return Tried(manifest["made_at"], name, totals, findings)


def _begin_anew(session: Session, actor: str, tried: Tried, now: datetime) -> None:
    """Give the event another epoch, by which desks learn to send again what this memory does not hold."""
    event = find_event(session)
    if event is not None:
        event.epoch = new_epoch()
    note(session, actor, "backup.restore", "event", event.id if event else None, now=now, made_at=tried.made_at)


def _keep_present(instance: Path, database: Path, now: datetime) -> Path | None:
    """Keep what is about to be replaced: as a backup, or file by file where the database is too damaged for one."""
    if not database.exists():
        return None
    engine = create_engine(f"sqlite:///{database.as_posix()}")
    try:
        return backups.make(engine, instance, now, "before-restore")
    except (Refused, sqlite3.Error):
        folder = instance / FOLDER / rotation.name_of("before-restore", now).removesuffix(".zip")
        folder.mkdir(mode=0o700, exist_ok=True)
        present = [database, *(database.with_name(database.name + end) for end in _BESIDE)]
        for path in [*present, *(instance / name for name in KEYS)]:
            if path.exists():
                shutil.copy2(path, folder / path.name)
        return folder
    finally:
        engine.dispose()


def _put_in_place(scratch: Path, instance: Path, database: Path, taken: list[str]) -> None:
    """Put the keys that are taken and the database where they belong, each whole or not at all; the database last."""
    for name in taken:
        (instance / name).parent.mkdir(mode=0o700, exist_ok=True)
        with (scratch / name).open("rb") as file:
            place(file, instance / name)
    for end in _BESIDE:  # of the database that goes: read into another one they would spoil it
        database.with_name(database.name + end).unlink(missing_ok=True)
    with (scratch / DATABASE).open("rb") as file:
        place(file, database)
    with suppress(OSError):  # where folders cannot be opened (Windows), the system does this by itself
        line = os.open(database.parent, os.O_RDONLY)
        os.fsync(line)
        os.close(line)
