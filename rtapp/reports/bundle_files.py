"""The thread that makes a bundle: it draws the parts, reports its progress, and stops on request.

Its state lies in the instance, below ``spj``, one folder per wave: every process of this machine sees the progress.
"""

import json
import logging
import secrets
import shutil
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from threading import Thread

from .. import clock
from ..config import write_private
from .bundle import BundlePlan, Cancelled, build

FOLDER, JOB, ZIP = "spj", "job.json", "spj.zip"
SILENT = timedelta(minutes=2)
"""After so long without a word a thread is taken to have gone with its process."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job:
    """The progress of a bundle: ``state`` is running, done or failed; ``digest`` is the SHA-256 of the ZIP."""

    key: str
    requester: str
    printed_at: str
    told_at: str
    parts: int
    rows: int
    state: str = "running"
    done: int = 0
    title: str = ""
    size: int = 0
    digest: str = ""

    def is_running(self, now: datetime) -> bool:
        """Say whether the bundle is still being made."""
        return self.state == "running" and now - clock.parse_iso(self.told_at) < SILENT


def job_of(instance: Path, wave_id: int) -> Job | None:
    """Return the latest bundle of a wave, if there is one."""
    folder = _latest(instance, wave_id)
    try:
        return Job(**json.loads((folder / JOB).read_text(encoding="utf-8"))) if folder else None
    except (FileNotFoundError, ValueError, TypeError):  # taken away just now, or of another version
        return None


def file_of(instance: Path, wave_id: int) -> Path | None:
    """Return where the finished ZIP of a wave lies, if there is one."""
    folder = _latest(instance, wave_id)
    return folder / ZIP if folder and (folder / ZIP).is_file() else None


def start(instance: Path, wave_id: int, plan: BundlePlan, requester: str, *, now: datetime) -> Thread:
    """Start making a bundle, which replaces the earlier one."""
    drop(instance, wave_id)
    at = clock.iso(now)
    job = Job(secrets.token_hex(8), requester, at, at, len(plan.parts), plan.rows)
    folder = instance / FOLDER / str(wave_id) / job.key
    folder.mkdir(mode=0o700, parents=True)
    _tell(folder, job)
    thread = Thread(target=_make, args=(folder, plan, job), name=f"spj-{wave_id}", daemon=True)
    thread.start()
    return thread


def drop(instance: Path, wave_id: int) -> None:
    """Stop the making of a bundle and delete the finished one, because its papers hold names."""
    shutil.rmtree(instance / FOLDER / str(wave_id), ignore_errors=True)


def _make(folder: Path, plan: BundlePlan, job: Job) -> None:
    def tell(done: int, title: str) -> None:
        if not folder.exists():
            raise Cancelled
        _tell(folder, replace(job, done=done, title=title, told_at=clock.iso(clock.utcnow())))

    try:
        data = build(plan, tell)
        write_private(folder / ZIP, data)
        _tell(folder, replace(job, state="done", done=job.parts, size=len(data), digest=sha256(data).hexdigest()))
    except Exception as error:
        if not folder.exists():  # nobody wants it any more
            return
        log.error("a bundle could not be made", exc_info=error)
        _tell(folder, replace(job, state="failed"))


def _latest(instance: Path, wave_id: int) -> Path | None:
    jobs = (instance / FOLDER / str(wave_id)).glob(f"*/{JOB}")
    return max((path.parent for path in jobs), key=lambda folder: folder.stat().st_ctime_ns, default=None)


def _tell(folder: Path, job: Job) -> None:
    write_private(folder / JOB, json.dumps(asdict(job)).encode())
