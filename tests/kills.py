"""``python -m tests.kills [--kills 50]``: a server under 16 desks, killed at random moments; what it had acknowledged
must be there, each nonce once, the ledger whole. ``--postgres`` restarts a PostgreSQL of its own instead.

A killed process loses nothing that was handed to the disk's cache: a power cut is SQLite's synchronous=FULL to stand.
"""

import argparse
import os
import random
import secrets
import shutil
import signal
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text

from . import clusters
from .served import Served, Visitor, command, device_token

DESKS, PAUSE = 16, (0.3, 1.5)  # seconds of work between two kills
CODES = "SELECT token FROM badge WHERE revoked_at IS NULL ORDER BY id"
RECORDED = "SELECT nonce, verdict, participant_id FROM scan WHERE nonce LIKE 'kill-%'"


@dataclass
class Figures:
    """What a campaign saw; ``again`` are answers to a nonce that was recorded before the server could answer."""

    kills: int
    acknowledged: int
    found: int
    again: int
    recorded: int
    doubled: int
    verified: str

    @property
    def lost(self) -> int:
        return self.acknowledged - self.found


class Desk(threading.Thread):
    """One desk that never gives up: it sends the same nonce until it is answered, then takes the next card."""

    def __init__(self, port: int, token: str, points: list[int], codes: list[str], over: threading.Event) -> None:
        super().__init__(daemon=True)
        self._port, self._token, self._over = port, token, over
        self._points, self._codes = points, codes
        self.answers: dict[str, tuple[str, int | None]] = {}
        self.again = 0

    def run(self) -> None:
        line = Visitor(self._port, self._token)
        while not self._over.is_set():
            attempt = {"checkpoint": random.choice(self._points), "code": random.choice(self._codes)}
            self._send(line, f"kill-{secrets.token_hex(8)}", attempt)
        line.close()

    def _send(self, line: Visitor, nonce: str, attempt: dict[str, Any]) -> None:
        while not self._over.is_set():
            try:
                if line.scan(nonce, **attempt) == 200:
                    person = line.json["participant"]
                    self.answers[nonce] = line.json["verdict"], person and person["id"]
                    self.again += line.response.headers["Idempotent-Replay"] == "true"
                    return
            except (OSError, HTTPException):
                line.close()  # the next request opens it again
            time.sleep(0.25)


def strike(instance: Path, disturb: Callable[[Served], None], kills: int, database: str = "") -> Figures:
    """Let 16 desks scan at the demo in ``instance`` while ``disturb`` strikes ``kills`` times; count what is left."""
    points = [point for (point,) in _read(instance, database, "SELECT id FROM checkpoint ORDER BY id")]
    codes = [code for (code,) in _read(instance, database, CODES)]
    token = device_token(instance, "Uji tahan", *points, database=database)
    server, over = Served(instance, database=database), threading.Event()
    desks = [Desk(server.port, token, points, codes, over) for _ in range(DESKS)]
    try:
        for desk in desks:
            desk.start()
        for _ in range(kills):
            time.sleep(random.uniform(*PAUSE))
            disturb(server)
        time.sleep(PAUSE[0])
    finally:
        over.set()
        for desk in desks:
            desk.join()
        server.stop()
    answers = {nonce: told for desk in desks for nonce, told in desk.answers.items()}
    rows = _read(instance, database, RECORDED)
    kept = {nonce: (verdict, person) for nonce, verdict, person in rows}
    said = command("verify", instance=instance, database=database)
    return Figures(
        kills=kills,
        acknowledged=len(answers),
        found=sum(kept.get(nonce) == told for nonce, told in answers.items()),
        again=sum(desk.again for desk in desks),
        recorded=len(rows),
        doubled=len(rows) - len(kept),
        verified=(said.stdout + said.stderr).strip(),
    )


def kill_and_start(server: Served) -> None:
    """Kill every process of the server at once, as nothing can be prepared for, and start it anew."""
    workers = server.workers
    server.process.send_signal(signal.SIGKILL)
    for pid in workers:
        os.kill(pid, signal.SIGKILL)
    server.kill()
    server.start()


@contextmanager
def demo(folder: Path) -> Iterator[Path]:
    """Yield an instance with the demo in it."""
    made = command("demo", "--no-serve", instance=folder / "instance")
    assert made.returncode == 0, made.stderr
    yield folder / "instance"


def restarted(folder: Path, instance: Path, kills: int) -> Figures:
    """The same with the demo moved to a PostgreSQL of its own, which falls and comes back under the desks."""
    with clusters.running(folder) as cluster:
        moved = command("copy-to", cluster.url, instance=instance)
        assert moved.returncode == 0, moved.stderr
        return strike(instance, lambda _server: cluster.fall_and_rise(), kills, cluster.url)


def _read(instance: Path, database: str, sql: str) -> list[Any]:
    if not database:
        with closing(sqlite3.connect(instance / "rtapp.db")) as line:
            return line.execute(sql).fetchall()
    engine = create_engine(database)
    with engine.connect() as line:
        rows = list(line.execute(text(sql)))
    engine.dispose()
    return rows


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--kills", type=int, default=50)
    asked.add_argument("--postgres", action="store_true")
    given = asked.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="rtapp-kills-"))
    folder.chmod(0o755)  # PostgreSQL runs as somebody else
    try:
        with demo(folder) as instance:
            seen = (
                restarted(folder, instance, given.kills)
                if given.postgres
                else strike(instance, kill_and_start, given.kills)
            )
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(
        f"{seen.kills} kills under {DESKS} desks: {seen.acknowledged} scans acknowledged, {seen.found} found, "
        f"{seen.lost} lost; {seen.recorded} recorded, {seen.doubled} nonces twice; {seen.again} answered again after "
        f"a kill had come between commit and answer.\nverify: {seen.verified}"
    )


if __name__ == "__main__":
    main()
