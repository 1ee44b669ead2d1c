"""Long work in a process of its own: understanding a list takes the interpreter, and the desks need it every moment."""

import gc
import io
import multiprocessing
import os
import pickle
import threading
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from multiprocessing import connection
from typing import Any, TypeVar

from ..refusals import Refused

Result = TypeVar("Result")
RESTS_AFTER = 60.0  # seconds without work after which the process ends: it keeps some megabytes
NICE = 10  # how far behind scans it stands when there is more of both than the laptop can do


class Helper:
    """The process that works for this one: begun with the first work, ended when there was none for a while."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pool: ProcessPoolExecutor | None = None
        self._busy, self._turn = 0, 0

    def run(self, do: Callable[..., Result], arguments: tuple[Any, ...]) -> Result:
        """Call ``do`` with ``arguments`` in the process and return its result."""
        with self._lock:
            if self._pool is None:
                spawned = multiprocessing.get_context("spawn")  # a fork of a process with threads may wait for ever
                self._pool = ProcessPoolExecutor(1, spawned, _begin)
            pool, self._busy = self._pool, self._busy + 1
        try:
            return _loaded(pool.submit(_work, do, arguments).result())
        except BrokenProcessPool as broken:
            self._drop(pool)
            raise Refused(
                "too_heavy",
                "Daftar ini terlalu berat untuk dibaca laptop ini. Bagi menjadi beberapa berkas, lalu coba lagi.",
                413,
            ) from broken
        finally:
            self._rest_later()

    def close(self) -> None:
        """End the process."""
        if pool := self._pool:
            self._drop(pool)

    def _rest_later(self) -> None:
        with self._lock:
            self._busy, self._turn = self._busy - 1, self._turn + 1
            turn, pool = self._turn, self._pool

        def rest() -> None:
            if self._turn == turn and not self._busy and pool:
                self._drop(pool)

        timer = threading.Timer(RESTS_AFTER, rest)
        timer.daemon = True
        timer.start()

    def _drop(self, pool: ProcessPoolExecutor) -> None:
        with self._lock:
            self._pool = None if self._pool is pool else self._pool
        pool.shutdown(wait=False, cancel_futures=True)


def _begin() -> None:
    """Stand behind the desks, and end when the process that asks is gone."""
    with suppress(AttributeError, OSError):
        os.nice(NICE)
    parent = multiprocessing.parent_process()

    def watch() -> None:
        if parent is not None:
            connection.wait([parent.sentinel])
            os._exit(0)

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()


def _work(do: Callable[..., Any], arguments: tuple[Any, ...]) -> bytes:
    return pickle.dumps(do(*arguments), protocol=5)


class _InPieces(io.BytesIO):
    """Bytes that yield to other threads before each read, so that loading a long list does not block them."""

    def read(self, size: int | None = -1) -> bytes:
        time.sleep(0)
        return super().read(size)

    def readinto(self, buffer: Any) -> int:
        time.sleep(0)
        return super().readinto(buffer)


def _loaded(answer: bytes) -> Any:
    """Load what another process answered, and keep the garbage collector from ever walking over it.

    It would hold the interpreter for as long as the list is long, and such values end with their last user.
    """
    collects = gc.isenabled()
    gc.disable()
    try:
        return pickle.Unpickler(_InPieces(answer)).load()  # our own process wrote it
    finally:
        if collects:
            gc.freeze()
            gc.enable()
