"""What the server writes about itself: one JSON object a line, in files that never grow beyond a few megabytes.

Nothing personal, by what is written and not by what is taken out: our own sentences and numbers; of an exception its
type and where it came from, never its message, for that may quote a name or a statement's values.
"""

import json
import logging
import threading
import time
import traceback
from collections import deque
from contextlib import nullcontext, suppress
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from multiprocessing.util import Finalize
from pathlib import Path
from types import TracebackType
from typing import Any

from filelock import FileLock, Timeout

OURS = "rtapp"
BYTES, OLDER = 2_000_000, 4  # of one file, and how many older ones are kept beside it
WRITE_EVERY = 0.5  # seconds that a line may wait
_MOST_PROCESSES = 200
_LOCKS: list[FileLock] = []  # held as long as the process lives


def folder(instance: Path) -> Path:
    """Return where an instance keeps its logs."""
    return instance / "logs"


class LogLines(logging.Formatter):
    """Writes a record as one line of JSON: at, level, from, event, what else it was given as ``facts``, error."""

    def format(self, record: logging.LogRecord) -> str:
        ours = record.name.split(".")[0] == OURS
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "from": record.name,
            "event": record.getMessage() if ours else str(record.msg),  # what others fill in may be anybody's
            **getattr(record, "facts", {}),
        }
        if record.exc_info and record.exc_info[0]:
            line["error"] = _error_facts(record.exc_info[1], record.exc_info[2])
        return json.dumps(line, ensure_ascii=False)


def _error_facts(error: BaseException | None, where: TracebackType | None) -> dict[str, Any]:
    """Return an exception's type, the frames it came through, and what it came from."""
    frames = [f"{Path(at.filename).name}:{at.lineno} {at.name}" for at in traceback.extract_tb(where)]
    description: dict[str, Any] = {"type": type(error).__name__, "frames": frames}
    if error is not None and (cause := error.__cause__ or error.__context__) is not None:
        description["cause"] = _error_facts(cause, cause.__traceback__)
    return description


class Behind(RotatingFileHandler):
    """Writes some time later, many lines at once, in a thread of its own: no request waits for the disk.

    A warning or worse is written at once, with what came before it.
    """

    def __init__(self, file: Path) -> None:
        super().__init__(file, maxBytes=BYTES, backupCount=OLDER, encoding="utf-8", delay=True)
        self._waiting: deque[logging.LogRecord] = deque()
        threading.Thread(target=self._write_on, name="log", daemon=True).start()

    def emit(self, record: logging.LogRecord) -> None:
        self._waiting.append(record)
        if record.levelno >= logging.WARNING:
            self.flush()

    def flush(self) -> None:
        """Write what waits."""
        with self.lock or nullcontext():
            lines = [self.format(self._waiting.popleft()) + "\n" for _ in range(len(self._waiting))]
            if not lines:
                return
            file = self.stream = self.stream or self._open()
            room = self.maxBytes - file.tell()
            for line in lines:
                room -= len(line.encode())
                if room <= 0:
                    self.doRollover()
                    file = self.stream = self.stream or self._open()
                    room = self.maxBytes - len(line.encode())
                file.write(line)
            file.flush()

    def _write_on(self) -> None:
        while True:
            time.sleep(WRITE_EVERY)
            with suppress(OSError, ValueError):  # a full disk takes no lines, and must take no scans with it
                self.flush()


def start(instance: Path) -> None:
    """Write what this process logs into a file of its own in the instance; each of several has one."""
    place = folder(instance)
    place.mkdir(mode=0o700, exist_ok=True)
    handler = Behind(_own(place))
    handler.setFormatter(LogLines())
    logging.getLogger().addHandler(handler)
    Finalize(None, handler.flush, exitpriority=1)  # a worker ends without what Python else does at its end
    logging.getLogger(OURS).setLevel(logging.INFO)


def _own(place: Path) -> Path:
    """Return the first log file that no other running process has locked, and lock it until this one ends."""
    for number in range(1, _MOST_PROCESSES):
        lock = FileLock(place / f"{number}.lock", mode=0o600)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            continue
        _LOCKS.append(lock)
        file = place / f"server-{number}.log"
        file.touch(mode=0o600)
        return file
    raise OSError(f"{_MOST_PROCESSES} processes write into {place}")


def size(instance: Path) -> int:
    """Return how many bytes the logs of an instance take."""
    return sum(file.stat().st_size for file in folder(instance).glob("*.log*"))
