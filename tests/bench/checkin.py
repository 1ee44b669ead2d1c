"""Scans a second and how long one takes at 1, 8 and 32 clients, beside what this machine can do at most.

Run from the top folder: ``python -m tests.bench.checkin [--seconds 4] [--group 64]``, on PostgreSQL with
``--database URL [--workers N]`` (an empty database). Aim at 32 clients: 25 % of the
constant answer, p99 40 ms, no error. Two floors in the same run: the same server answering a constant to the same
requests, and raw SQLite commits (synchronous=FULL) of one small row each.

A real server process, a client process of its own, everything on one disk and one machine: compare ratios, and only
within a run. The roster is the demo's (951 people); every client is a device of its own, and each of its scans has
a fresh nonce: 85 % new marks, 10 % people who are there already, 4 % unknown codes, 1 % sent again.
"""

import argparse
import json
import multiprocessing
import os
import random
import secrets
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import select

from rtapp import clock, config
from rtapp.accounts.devices_store import add_device, issue_bearer
from rtapp.accounts.roles import Role
from rtapp.db import begin_write, db
from rtapp.factory import create_app
from rtapp.laptop import serving
from rtapp.schema import Badge, Checkpoint, Participant, Wave

from ..served import Served, command, free_port
from .client import Load, drive, post

CLIENTS = (1, 8, 32)
MOST_PER_SECOND = 4000  # as many lanes are laid as this speed could use up
EXPECTED = {"w": "WELCOME", "a": "ALREADY", "u": "UNKNOWN"}  # by the first letter of the nonce
CONSTANT = b'{"attendance":{"at":"2023-11-08T00:05:00.123Z","device":"Meja 1","id":1,"mode":"sendiri"},"number":1}' * 4


@dataclass
class Lane:
    """A device with a checkpoint in every wave, at which nobody has been marked yet: 951 marks to make."""

    token: str
    checkpoints: dict[int, int]  # wave → checkpoint


def constant(environ: dict[str, Any], start: Any) -> list[bytes]:
    """A WSGI application that reads a scan and answers the same to every one."""
    environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    start("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(CONSTANT)))])
    return [CONSTANT]


def serve_constant(port: int) -> None:
    """Serve the constant with the desk's own settings."""
    threads = config.DEFAULTS["SERVER_THREADS"]
    serving.server("tests.bench.checkin:constant", "127.0.0.1", port, threads).serve()


def lay_lanes(instance: Path, number: int) -> tuple[list[Lane], list[tuple[int, str]]]:
    """Add ``number`` devices with checkpoints of their own; return them and (wave, token) of all cards."""
    app, now, lanes = create_app(instance), clock.utcnow(), []
    with app.app_context():
        session = begin_write(db.session)
        waves = session.scalars(select(Wave)).all()
        for each in range(number):
            points = [Checkpoint(wave_id=wave.id, name=f"Sesi {each}", kind="sesi", position=9) for wave in waves]
            session.add_all(points)
            session.flush()
            ids = [point.id for point in points]
            until = now + timedelta(days=1)
            device = add_device(session, "bench", f"Meja {each}", Role.CLERK, ids, expires_at=until, now=now)
            lanes.append(Lane(issue_bearer(session, device), {point.wave_id: point.id for point in points}))
        rows = select(Participant.wave_id, Badge.token).join(Badge, Badge.participant_id == Participant.id)
        cards = [(wave, token) for wave, token in session.execute(rows)]
        session.commit()
        db.engine.dispose()
    return lanes, cards


def scans(lane: Lane, cards: list[tuple[int, str]]) -> Iterator[bytes]:
    """Yield the requests of one lane until every card was marked; a nonce begins with the verdict it must get."""
    dice, seen, sent = random.Random(lane.token), [], b""
    for wave, token in dice.sample(cards, len(cards)):
        seen.append((wave, token))
        turns = [("w", wave, token)]
        luck = dice.random()
        if luck < 0.12:
            turns.append(("a", *dice.choice(seen)))
        elif luck < 0.165:
            turns.append(("u", wave, "BUKAN-KARTU-" + secrets.token_hex(4)))
        for mark, at, code in turns:
            body = {"nonce": mark + secrets.token_urlsafe(16), "checkpoint": lane.checkpoints[at]}
            sent = post("/api/v1/scans", json.dumps(body | {"source": "wedge", "code": code}).encode(), lane.token)
            yield sent
        if luck > 0.99:
            yield sent


def measure_scans(port: int, clients: int, lanes: list[Lane], cards: list[tuple[int, str]], seconds: float) -> Load:
    """Run one round; everything is made before it begins. Raises AssertionError for any answer but the expected one."""
    shares = [[request for lane in lanes[n::clients] for request in scans(lane, cards)] for n in range(clients)]
    load = drive(port, shares, seconds)
    statuses = Counter(status for status, _ in load.answers)
    assert set(statuses) == {b"200"}, (
        statuses,
        next(body for status, body in load.answers if status != b"200"),
    )
    told = [json.loads(body) for _, body in load.answers]
    wrong = [answer for answer in told if EXPECTED[answer["nonce"][0]] != answer["verdict"]]
    assert not wrong, wrong[0]
    return load


def measure_constant(port: int, clients: int, seconds: float) -> Load:
    body = json.dumps({"nonce": "w" * 23, "checkpoint": 1, "source": "wedge", "code": "A" * 16}).encode()
    request = post("/api/v1/scans", body, "t" * 27)
    return drive(port, [iter(lambda: request, None) for _ in range(clients)], seconds)


def raw_commits(folder: Path, seconds: float) -> float:
    """Return commits a second of one connection that inserts one small row in each."""
    connection = sqlite3.connect(folder / "raw.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE raw (id INTEGER PRIMARY KEY, nonce TEXT UNIQUE, answer TEXT)")
    done, begun = 0, time.perf_counter()
    while time.perf_counter() - begun < seconds:
        connection.execute("INSERT INTO raw (nonce, answer) VALUES (?, ?)", (f"nonce-{done:020}", "x" * 200))
        done += 1
    return done / (time.perf_counter() - begun)


def row(words: str, load: Load, floor: Load | None = None) -> str:
    """One line of the table."""
    p50, p95, p99 = (f"{load.percentile(share) * 1000:7.2f}" for share in (0.5, 0.95, 0.99))
    ratio = f"{load.per_second / floor.per_second:7.0%}" if floor else " " * 7
    return f"{words:<22}{load.per_second:9.0f}{p50}{p95}{p99}{ratio}{load.ceiling:10.0f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=4, help="of scans at each number of clients (default 4)")
    parser.add_argument(
        "--group", type=int, default=config.DEFAULTS["SCAN_GROUP"], help="scans that may share a commit"
    )
    parser.add_argument("--database", default="", help="address of an empty PostgreSQL database")
    parser.add_argument("--workers", default="1", help="processes that serve (default 1)")
    asked = parser.parse_args()
    with TemporaryDirectory(prefix="rtapp-bench-") as folder:
        run(Path(folder), asked.seconds, asked.group, asked.database, asked.workers)


def run(folder: Path, seconds: float, group: int, database: str, workers: str) -> None:
    """Fill an instance in ``folder``, and a ``database`` of PostgreSQL from it where one is named; measure, print."""
    instance = folder / "instance"
    made = command("demo", "--no-serve", instance=instance)
    assert made.returncode == 0, made.stderr
    (instance / "config.py").write_text(f"SCAN_GROUP = {group}\n")
    needed = [-(-int(MOST_PER_SECOND * seconds / 951 + 1) // clients) * clients for clients in CLIENTS]
    lanes, cards = lay_lanes(instance, 1 + sum(needed))
    if database:
        moved = command("copy-to", database, instance=instance)
        assert moved.returncode == 0, moved.stderr
    port = free_port()
    floor = multiprocessing.get_context("spawn").Process(target=serve_constant, args=(port,))
    floor.start()
    served = Served(instance, ("--workers", workers), database=database)
    try:
        measure(folder, served, port, seconds, lanes, needed, cards)
    finally:
        served.stop()
        floor.terminate()
        floor.join()


def measure(
    folder: Path, served: Served, port: int, seconds: float, lanes: list[Lane], needed: list[int], cards: Any
) -> None:
    python, load = sys.version.split()[0], os.getloadavg()[0]
    engine = "PostgreSQL" if served.database else f"SQLite {sqlite3.sqlite_version}"
    print(f"{os.cpu_count()} cores, Python {python}, {engine}, load {load:.1f}")
    print(f"{'':22}{'a second':>9}{'p50 ms':>7}{'p95':>7}{'p99':>7}{'ratio':>7}{'client ≤':>10}")
    measure_scans(served.port, 1, lanes[:1], cards, 1)
    measure_constant(port, 8, 0.5)
    lanes = lanes[1:]
    for clients, number in zip(CLIENTS, needed, strict=True):
        floor = measure_constant(port, clients, seconds / 2)
        load = measure_scans(served.port, clients, lanes[:number], cards, seconds)
        lanes = lanes[number:]
        print(row(f"constant, {clients} clients", floor))
        print(row(f"scans, {clients} clients", load, floor))
    raw = raw_commits(folder, 1)
    print(f"{'raw commits':<22}{raw:9.0f}   (the scans of 32 clients: {load.per_second / raw:.0%})")
    print(f"load at the end {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
