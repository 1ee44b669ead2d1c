"""``python -m tests.kills [--kills 50]``: a server under 8 programs and 8 pages, killed at random moments; what it had
acknowledged must be there, each nonce once, the ledger whole. ``--postgres`` restarts a PostgreSQL of its own instead.

A killed process loses nothing that was handed to the disk's cache: a power cut is SQLite's synchronous=FULL to stand.
"""

import argparse
import random
import re
import secrets
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from click.testing import CliRunner
from flask import session
from flask_wtf.csrf import generate_csrf
from sqlalchemy import create_engine, text

from rtapp.commands import main as cli
from rtapp.factory import create_app
from rtapp.web.sessions import instance_mark

from . import clusters
from .served import Served, Visitor

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
                if told := self._told(line, nonce, attempt):
                    self.answers[nonce] = told
                    self.again += line.response.headers["Idempotent-Replay"] == "true"
                    return
            except (OSError, HTTPException):
                line.close()  # the next request opens it again
            time.sleep(0.25)

    def _told(self, line: Visitor, nonce: str, attempt: dict[str, Any]) -> tuple[str, int | None] | None:
        """Return the verdict and the person of the answer, None while there is none."""
        if line.scan(nonce, **attempt) != 200:
            return None
        person = line.json["participant"]
        return line.json["verdict"], person and person["id"]


class Page(Desk):
    """The same as a desk's page in a browser: ``token`` is its cookie and its form's token."""

    def _told(self, line: Visitor, nonce: str, attempt: dict[str, Any]) -> tuple[str, int | None] | None:
        cookie, token = self._token.split()
        body = urlencode({"csrf_token": token, "nonce": nonce, "source": "wedge", "code": attempt["code"]})
        headers = {"Cookie": cookie, "HX-Request": "true", "Content-Type": "application/x-www-form-urlencoded"}
        if line.ask("POST", f"/desk/{attempt['checkpoint']}/scans", body, **headers) != 200:
            return None
        verdict, person = (re.search(rf'data-{name}="(\w+)"', line.text) for name in ("verdict", "person"))
        return (verdict[1], person and int(person[1])) if verdict and f'data-nonce="{nonce}"' in line.text else None


def page_token(instance: Path, device: int) -> str:
    """Return the cookie and the form's token of a browser that is this device."""
    app = create_app(instance)
    with app.test_request_context():
        session["device"], token = [device, 0], generate_csrf()
        serializer = app.session_interface.get_signing_serializer(app)
        return f"rtapp-{instance_mark(app)}={serializer.dumps(dict(session))} {token}"


def strike(instance: Path, disturb: Callable[[Served], None], kills: int, database: str = "") -> Figures:
    """Let 16 desks scan at the demo in ``instance`` while ``disturb`` strikes ``kills`` times; count what is left."""
    points = [point for (point,) in _read(instance, database, "SELECT id FROM checkpoint ORDER BY id")]
    codes = [code for (code,) in _read(instance, database, CODES)]
    given = [word for point in points for word in ("--checkpoint", str(point))]
    token = _said(instance, database, "device", "add", "Uji tahan", *given).split()[-1]
    server, over = Served(instance, database=database), threading.Event()
    [(device,)] = _read(instance, database, "SELECT max(id) FROM device")
    kinds = ((Desk, token), (Page, page_token(instance, device)))
    desks = [kind(server.port, shown, points, codes, over) for kind, shown in kinds for _ in range(DESKS // 2)]
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
    assert all(desk.answers for desk in desks), "a desk that was never answered proves nothing"
    answers = {nonce: told for desk in desks for nonce, told in desk.answers.items()}
    rows = _read(instance, database, RECORDED)
    kept = {nonce: (verdict, person) for nonce, verdict, person in rows}
    return Figures(
        kills=kills,
        acknowledged=len(answers),
        found=sum(kept.get(nonce) == told for nonce, told in answers.items()),
        again=sum(desk.again for desk in desks),
        recorded=len(rows),
        doubled=len(rows) - len(kept),
        verified=_said(instance, database, "verify"),
    )


def kill_and_start(server: Served) -> None:
    """Kill every process of the server at once, as nothing can be prepared for, and start it anew."""
    server.kill()
    server.start()


def restarted(instance: Path, falls: int) -> Figures:
    """The same with the demo moved to a PostgreSQL of its own, which falls and comes back under the desks."""
    with clusters.running() as cluster:
        _said(instance, "", "copy-to", cluster.url)
        return strike(instance, lambda _server: cluster.fall_and_rise(), falls, cluster.url)


def _said(instance: Path, database: str, *words: str) -> str:
    """Give ``app.py`` these words in this process, for each start of its own takes seconds; return what it said."""
    env = {"RTAPP_INSTANCE": str(instance), "DATABASE_URL": database or None}
    told = CliRunner().invoke(cli.main, list(words), env=env, prog_name="app.py")
    return (told.stdout + told.stderr).strip()


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
    with tempfile.TemporaryDirectory(prefix="rtapp-kills-") as folder:
        instance = Path(folder) / "instance"
        _said(instance, "", "demo", "--no-serve")
        seen = restarted(instance, given.kills) if given.postgres else strike(instance, kill_and_start, given.kills)
    print(
        f"{seen.kills} kills under {DESKS} desks: {seen.acknowledged} scans acknowledged, {seen.found} found, "
        f"{seen.lost} lost; {seen.recorded} recorded, {seen.doubled} nonces twice; {seen.again} answered again after "
        f"a kill had come between commit and answer.\nverify: {seen.verified}"
    )


if __name__ == "__main__":
    main()
