"""The thread that backs up by itself: every few minutes while something is recorded, else daily, in one process."""

import io
import json
import logging
import shutil
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from flask import Flask

from .. import clock
from ..db import db
from ..events.store import find_event
from ..live.store import last_change
from ..refusals import Refused
from ..web.services import every, services_of
from . import backups
from .backup_file import place
from .rotation import is_due

log = logging.getLogger(__name__)
LOCK, FAILURE = "backup.lock", "failure.json"
ROOM = 3  # of the disk must stay free, in sizes of the newest backup's database, so that scans never lack it
LEAST_ROOM = 10**8
START_SECONDS = 3  # the first pages after a start go first


def start(app: Flask, seconds: float) -> None:
    """Look every so many ``seconds`` whether a backup is due, in a thread of this process.

    Of all processes of an instance one makes them: whoever holds the lock, which the system lets go when it ends.
    """
    lock = FileLock(Path(app.instance_path) / LOCK, mode=0o600, thread_local=False)

    seen: object = None

    def look() -> None:
        nonlocal seen
        if _is_ours(lock, app):
            seen = _back_up_when_due(app, seen)

    stop = every(seconds, "backups", look, after=START_SECONDS)
    services_of(app).closers += [partial(lock.release, force=True), stop]  # the last is called first


def failure(instance: Path) -> Refused | None:
    """Return why the last automatic backup failed, or was not copied to the second folder; None when all went well."""
    try:
        reason = json.loads((instance / backups.FOLDER / FAILURE).read_text())
    except (FileNotFoundError, ValueError):
        return None
    code, sentence, facts = reason
    return Refused(code, sentence, **facts)


def back_up(app: Flask, now: datetime, why: str) -> Path:
    """Make a backup, copy it to the second folder, take away what is superfluous; return its path.

    Refused when none could be made; that the second folder is away is told by ``failure`` alone.
    """
    instance = Path(app.instance_path)
    folder = instance / backups.FOLDER
    path = backups.make(db.engine, instance, now, why)
    backups.rotate(folder)
    missing = _copied(path, instance)
    if missing is None:
        (folder / FAILURE).unlink(missing_ok=True)
    else:
        _keep(folder, missing)
    return path


def _is_ours(lock: FileLock, app: Flask) -> bool:
    if lock.is_locked:
        return True
    try:
        lock.acquire(timeout=0)
    except (Timeout, OSError):
        return False
    backups.clear_scratch(Path(app.instance_path), clock.utcnow())
    return True


def _back_up_when_due(app: Flask, seen: object) -> object:
    """Back up if it is due and return the last change that it covers, else ``seen``."""
    instance, now = Path(app.instance_path), clock.utcnow()
    try:
        with app.app_context():
            present, begun = last_change(db.session), find_event(db.session) is not None
            db.session.remove()  # the pool is small, and a backup takes its time
            newest = next((each.made_at for each in backups.find(instance) if each.readable), None)
            if not begun or not is_due(newest, now, changed=present != seen):
                return seen
            _require_room(instance)
            back_up(app, now, "auto")
            return present
    except Refused as refused:
        _keep(instance / backups.FOLDER, refused)
    except Exception:  # the backups of the rest of the day must not end with it
        log.exception("a backup failed; trying again")
    return seen


def _require_room(instance: Path) -> None:
    database = instance / "rtapp.db"
    size = database.stat().st_size if database.exists() else 0
    if shutil.disk_usage(instance).free < max(LEAST_ROOM, ROOM * size):
        raise Refused("no_room", "Ruang disk tinggal sedikit, jadi tidak dicadangkan: pindaian lebih dahulu.")


def _copied(path: Path, instance: Path) -> Refused | None:
    """Copy a backup to the second folder where one is set; return what a person should know, None when all is well."""
    folder = backups.settings(instance).folder
    if not folder:
        return None
    try:
        backups.copy_out(path, folder, instance)
    except OSError as error:
        return Refused(
            "no_second_copy",
            "Folder kedua %(folder)s tidak terjangkau (%(why)s). Pasang lagi stik USB-nya; cadangan di laptop ada.",
            folder=folder,
            why=error.strerror or str(error),
        )
    return None


def _keep(folder: Path, refused: Refused) -> None:
    """Store a failure in a file, where the page, the doctor and other processes read it."""
    log.warning("backup: %s", refused)
    facts: dict[str, Any] = {name: str(fact) for name, fact in refused.facts.items()}
    reason = [refused.code, refused.sentence, facts]
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        place(io.BytesIO(json.dumps(reason).encode()), folder / FAILURE)
    except OSError:
        log.warning("… and could not be kept for the page", exc_info=True)
