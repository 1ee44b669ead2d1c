"""What a scan costs: how many a second at 1, 8 and 32 clients, how long one takes, how much processor it needs.

Run from the top folder: ``python -m tests.bench.checkin [--seconds 4] [--rounds 2] [--people 951] [--group 64]``. In
the same run and by turns, under the same load: the least a durable check-in can be on this stack
(tests/bench/reference.py), a Flask view that answers a constant, and the desk's page (a form with a session and its
token); with ``--database URL [--workers 1,2,4]`` the same on an empty PostgreSQL, served by so many processes, with
``--growth 1000000`` on a roster of so many people. Every aim is printed as a ratio of this run: at 1 and 32 clients at
least 60 % of the reference, p99 at 32 at most 3 of the reference's; a scan at most 8 constant answers of processor, the
page at most 2.5 scans; PostgreSQL at 32 at least 50 % of SQLite, no slower than at 1, p99 at most 10 of the reference's
and no slower with more processes; among 1,000,000 people at most 1.5 of what 951 take.

Real server processes, a client process of its own, everything on one disk and one machine: compare ratios, and only
within a run. The roster is the demo's (951 people); every client is a device of its own, and each of its scans has
a fresh nonce: 85 % new marks, 10 % people who are there already, 4 % unknown codes, 1 % sent again.
"""

import argparse
import json
import os
import random
import secrets
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from itertools import chain, product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import func, insert, make_url, select

from rtapp import clock, config
from rtapp.accounts.devices_store import add_device, issue_bearer
from rtapp.accounts.roles import Role
from rtapp.db import begin_write, db
from rtapp.factory import create_app
from rtapp.schema import Badge, Checkpoint, Participant, Seat, Village, Wave

from ..kills import page_token
from ..served import ROOT, Served, command, free_port
from . import reference
from .client import Load, drive, post

CLIENTS = (1, 8, 32)
MOST_PER_SECOND = 2000  # as many lanes are laid as this speed could use up
EXPECTED = {"w": "WELCOME", "a": "ALREADY", "u": "UNKNOWN"}  # by the first letter of the nonce
ROUNDS, PAGE_SCANS = 2, 2_850
PAGES = (1, 8)  # as many desks scan from a page
DIGITS = str.maketrans("0189", "AGIJ")  # what a token may hold


@dataclass
class Lane:
    """A device with a checkpoint in every wave, at which nobody has been marked yet: 951 marks to make."""

    device: int
    token: str
    halls: list[dict[int, int]]  # wave → checkpoint, of each hall

    @property
    def checkpoints(self) -> dict[int, int]:
        """The checkpoints of the first hall: one has them all but in the bench of pages."""
        return self.halls[0]


def lay_lanes(
    instance: Path, number: int, halls: int = 1, *, together: bool = False
) -> tuple[list[Lane], list[tuple[int, str]]]:
    """Add ``number`` devices with checkpoints of their own, or ``together`` with the same ones in so many halls.

    Return them and (wave, token) of all cards.
    """
    app, now, lanes, points = create_app(instance), clock.utcnow(), [], []
    with app.app_context():
        write = begin_write(db.session)
        waves = write.scalars(select(Wave)).all()
        for each in range(number):
            if not (points and together):
                names = [f"Sesi {secrets.token_hex(6)}" for _ in range(halls)]
                points = [[Checkpoint(wave_id=wave.id, name=name, kind="sesi") for wave in waves] for name in names]
                write.add_all(chain.from_iterable(points))
                write.flush()
            ids, until = [point.id for hall in points for point in hall], now + timedelta(days=1)
            device = add_device(write, "bench", f"Meja {each}", Role.CLERK, ids, expires_at=until, now=now)
            device.paired_at, marked = now, [{point.wave_id: point.id for point in hall} for hall in points]
            lanes.append(Lane(device.id, issue_bearer(write, device), marked))
        rows = select(Participant.wave_id, Badge.token).join(Badge, Badge.participant_id == Participant.id)
        cards = [(wave, token) for wave, token in write.execute(rows)]
        write.commit()
        db.engine.dispose()
    return lanes, random.Random(951).sample(cards, min(len(cards), 951))


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


def page_scans(instance: Path, lane: Lane, cards: list[tuple[int, str]]) -> Iterator[bytes]:
    """Yield the scans of a lane as its page sends them, hall by hall: a form under a session, with a form's token."""
    cookie, token = page_token(instance, lane.device).split()
    lines = (f"Cookie: {cookie}", "HX-Request: true")
    for hall, (wave, code) in product(lane.halls, cards):
        fields = {"csrf_token": token, "nonce": "w" + secrets.token_urlsafe(16), "source": "wedge", "code": code}
        path = f"/desk/{hall[wave]}/scans"
        yield post(path, urlencode(fields).encode(), kind="application/x-www-form-urlencoded", lines=lines)


def page_desks(instance: Path, desks: int, cards: list[tuple[int, str]]) -> list[list[bytes]]:
    """Return what the pages of so many desks send that, as at an event, share a checkpoint, and the cards."""
    lanes, _ = lay_lanes(instance, desks, -(-PAGE_SCANS // len(cards)), together=True)
    return [list(page_scans(instance, lane, cards[desk::desks])) for desk, lane in enumerate(lanes)]


def reference_scans(number: int, share: int) -> Iterator[bytes]:
    """Yield the reference's scans: the same mix at a checkpoint of their own, as long as it is asked."""
    dice = random.Random(number)
    for each in range(10**6):
        place, luck = each % reference.PEOPLE, dice.random()
        point = share * 10**4 + each // reference.PEOPLE
        code = f"C{place:015}" if luck > 0.04 else "BUKAN-KARTU"
        body = {"nonce": secrets.token_urlsafe(16), "checkpoint": point, "source": "wedge", "code": code}
        yield post("/api/v1/scans", json.dumps(body).encode(), "t" * 43)


def serve_reference(port: int, file: Path) -> subprocess.Popen[bytes]:
    """Serve the reference with the desk's own settings, in a process that knows nothing of the desk."""
    words = ("--interface", "wsgi", "--http", "1", "--workers", "1", "--factory", "--backlog", "1024", "--no-ws")
    words += ("--blocking-threads", str(config.DEFAULTS["SERVER_THREADS"]), "--port", str(port), "--log-level", "error")
    called = [sys.executable, "-m", "granian", *words, "tests.bench.reference:made"]
    process = subprocess.Popen(called, cwd=ROOT, env={**os.environ, "BENCH_REFERENCE": str(file)})
    while True:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return process
        time.sleep(0.1)


def processor(*pids: int) -> float:
    """Return the seconds of processor that these processes and all they started have used."""
    parents, used = {}, {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = entry.read_text().rpartition(")")[2].split()
            parents[int(entry.parent.name)], used[int(entry.parent.name)] = int(fields[1]), sum(map(int, fields[11:13]))
    ours = set(pids)
    while more := {child for child, parent in parents.items() if parent in ours and child not in ours}:
        ours |= more
    return sum(used.get(each, 0) for each in ours) / os.sysconf("SC_CLK_TCK")


def backends(database: str) -> list[int]:
    """Return the processes of a PostgreSQL on this machine that answer for a database, none for SQLite."""
    if not database:
        return []
    name, found = f" {make_url(database).database} ", []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            title = entry.read_text()
            if title.startswith("postgres: ") and name in title:
                found.append(int(entry.parent.name))
    return found


@dataclass
class Measured:
    """Several loads of one thing, and the processor that its server used for them, and PostgreSQL for the server."""

    loads: list[Load] = field(default_factory=list)
    cpu: float = 0.0
    database: float = 0.0

    def add(self, pid: int, run: Callable[[], Load], database: str = "") -> None:
        before, there = processor(pid), processor(*backends(database))
        self.loads.append(run())
        self.cpu += processor(pid) - before
        self.database += processor(*backends(database)) - there

    @property
    def rate(self) -> float:
        return self.answers / sum(load.seconds for load in self.loads)

    @property
    def cost(self) -> float:
        """Milliseconds of processor for one answer."""
        return 1000 * self.cpu / self.answers

    @property
    def answers(self) -> int:
        return sum(len(load.times) for load in self.loads)

    def percentile(self, share: float) -> float:
        times = sorted(time for load in self.loads for time in load.times)
        return 1000 * times[min(int(share * len(times)), len(times) - 1)]

    def row(self, name: str, beside: "Measured | None" = None) -> str:
        p50, p95, p99 = (self.percentile(share) for share in (0.5, 0.95, 0.99))
        ratio = f"{self.rate / beside.rate:8.0%}{p99 / beside.percentile(0.99):7.1f}" if beside else ""
        ratio += f"{1000 * self.database / self.answers:7.2f}" if self.database else ""
        return f"{name:<28}{self.rate:8.0f}{p50:8.1f}{p95:8.1f}{p99:8.1f}{self.cost:8.2f}{ratio}"


def grow(instance: Path, people: int) -> None:
    """Fill the roster up to ``people`` heads with cards, all of wave I."""
    app, now = create_app(instance), clock.utcnow()
    with app.app_context():
        write = begin_write(db.session)
        event, wave = write.execute(select(Wave.event_id, Wave.id).order_by(Wave.number)).first() or (0, 0)
        villages = write.scalars(select(Village.id)).all()
        first = 1 + max(write.scalar(select(func.max(table.id))) or 0 for table in (Seat, Participant, Badge))
        missing = people - (write.scalar(select(func.count(Participant.id))) or 0)
        for begin in range(first, first + max(0, missing), 20_000):
            ids = range(begin, min(begin + 20_000, first + missing))
            seats = [{"id": i, "village_id": villages[i % len(villages)], "rt": f"{i:07}"} for i in ids]
            write.execute(insert(Seat), seats)
            facts = {"event_id": event, "kind": "rt", "name": "WARGA CONTOH", "name_key": "warga contoh"}
            facts |= {"search_key": "warga contoh", "wave_id": wave}
            write.execute(insert(Participant), [facts | {"id": i, "seat_id": i} for i in ids])
            codes = {i: (f"{i:016}".translate(DIGITS), f"{i:07}") for i in ids}
            cards = [{"id": i, "participant_id": i, "token": codes[i][0], "short_code": codes[i][1]} for i in ids]
            write.execute(insert(Badge), [card | {"issued_at": now} for card in cards])
        write.commit()
        db.engine.dispose()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=3.0, help="how long each measurement takes")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="how often everything is measured, by turns")
    parser.add_argument("--group", type=int, default=config.DEFAULTS["SCAN_GROUP"], help="attempts that share a commit")
    parser.add_argument("--people", type=int, default=951, help="heads on the roster")
    parser.add_argument("--growth", type=int, default=0, help="heads on a second roster to compare with")
    parser.add_argument("--database", default="", help="an empty PostgreSQL database")
    parser.add_argument("--workers", default="1", help="processes on it: 1,2,4 for three servers by turns")
    asked = parser.parse_args()
    with TemporaryDirectory(prefix="rtapp-bench-") as folder:
        run(Path(folder), asked)


def run(folder: Path, asked: argparse.Namespace) -> None:
    """Fill an instance in ``folder``, and from it what else is asked for; measure, print."""
    instance = folder / "instance"
    made = command("demo", "--no-serve", instance=instance)
    assert made.returncode == 0, made.stderr
    (instance / "config.py").write_text(f"SCAN_GROUP = {asked.group}\n")
    grow(instance, asked.people)
    needed = [-(-int(MOST_PER_SECOND * asked.seconds / 951 + 1) // clients) * clients for clients in CLIENTS]
    workers = asked.workers.split(",") if asked.database else []
    servers = 1 + len(workers) + bool(asked.growth)
    lanes, cards = lay_lanes(instance, servers + 1 + asked.rounds * sum(needed) * servers)
    grown = folder / "grown"
    if asked.growth:
        shutil.copytree(instance, grown)
        grow(grown, asked.growth)
    if asked.database:
        moved = command("copy-to", asked.database, instance=instance)
        assert moved.returncode == 0, moved.stderr
    port, others = free_port(), {}
    beside = serve_reference(port, folder / "least.db")
    served = Served(instance)
    try:
        for number in workers:
            own = shutil.copytree(instance, folder / f"postgres-{number}")  # a server holds its instance
            others[f"PostgreSQL by {number}"] = Served(own, ("--workers", number), database=asked.database)
        if asked.growth:
            others["grown"] = Served(grown)
        measure(served, others, port, beside.pid, asked, lanes, needed, cards)
    finally:
        for each in (served, *others.values()):
            each.stop()
        beside.terminate()
        beside.wait()


def measure(
    served: Served,
    others: dict[str, Served],
    port: int,
    beside: int,
    asked: argparse.Namespace,
    lanes: list[Lane],
    needed: list[int],
    cards: Any,
) -> None:
    """Measure everything by turns; print one line for each, and every aim."""
    print(f"{os.cpu_count()} cores, Python {sys.version.split()[0]}, SQLite {sqlite3.sqlite_version}, ", end="")
    print(f"{asked.people} people, load {os.getloadavg()[0]:.1f}", flush=True)
    least = {each: Measured() for each in CLIENTS}
    mine = {name: {each: Measured() for each in CLIENTS} for name in ("scans", *others)}
    asking = {"page": served} | ({"grown page": others["grown"]} if "grown" in others else {})
    pages, constant, share = {(name, each): Measured() for name in asking for each in PAGES}, Measured(), 0
    answer = post("/constant", b"{}", "t" * 43)
    for each in (served, *others.values()):
        measure_scans(each.port, 1, [lanes.pop()], cards, 1)
    drive(port, [reference_scans(0, 0)], 1)
    for each in asking.values():
        drive(each.port, page_desks(each.instance, 1, cards), 1)
    for turn in range(asked.rounds):
        for clients, number in zip(CLIENTS, needed, strict=True):
            shares = [reference_scans(turn, share + 1 + each) for each in range(clients)]
            share += clients
            least[clients].add(beside, partial(drive, port, shares, asked.seconds))
            for name, each in {"scans": served, **others}.items():
                taken, lanes = lanes[:number], lanes[number:]
                once = partial(measure_scans, each.port, clients, taken, cards, asked.seconds)
                mine[name][clients].add(each.process.pid, once, each.database)
        for (name, desks), page in pages.items():
            forms = page_desks(asking[name].instance, desks, cards)
            page.add(asking[name].process.pid, partial(drive, asking[name].port, forms, asked.seconds))
        constant.add(beside, partial(drive, port, [iter(lambda: answer, None)], asked.seconds / 2))
    drawn = [body for page in pages.values() for load in page.loads for _, body in load.answers]
    assert all(b"WELCOME" in body for body in drawn), drawn[0]
    heads = ("p50 ms", "p95", "p99", "cpu ms", "of least")
    print(f"{'':28}{'a second':>8}{''.join(f'{head:>8}' for head in heads)}{'p99 ×':>7}{'pg ms':>7}")
    for clients in CLIENTS:
        print(least[clients].row(f"least, {clients} clients"))
        for name, measured in mine.items():
            print(measured[clients].row(f"{name}, {clients} clients", least[clients]))
    print(constant.row("constant, 1 client"))
    for (name, desks), page in pages.items():
        print(page.row(f"{name}, {desks} clients"))
    for words, ratio, least_of, most_of in aims(least, mine, pages, constant):
        met = (least_of or 0) <= ratio <= (most_of or ratio)
        aim = f"≥ {least_of}" if least_of else f"≤ {most_of}"
        print(f"{'met   ' if met else 'MISSED'} {words}: {ratio:.2f}, aim {aim}")
    print(f"load at the end {os.getloadavg()[0]:.1f}")


Aim = tuple[str, float, float | None, float | None]


def aims(
    least: Any, mine: dict[str, dict[int, Measured]], pages: dict[tuple[str, int], Measured], constant: Measured
) -> Iterator[Aim]:
    """Yield each aim: its words, the ratio measured, the least or the most that it may be."""
    scans = mine["scans"]
    for clients in (1, 32):
        yield f"scans of the least at {clients}", scans[clients].rate / least[clients].rate, 0.6, None
    yield "p99 of the least's at 32", scans[32].percentile(0.99) / least[32].percentile(0.99), None, 3
    for clients in (1, 32):
        yield f"processor in constants at {clients}", scans[clients].cost / constant.cost, None, 8
    for desks in PAGES:
        ratio = pages["page", desks].cost / scans[desks].cost
        yield f"processor of the page in scans, {desks} clients", ratio, None, 2.5
    one = None
    for name in (each for each in mine if each.startswith("PostgreSQL")):
        postgres, one = mine[name], one or mine[name]
        yield f"{name} of SQLite at 32", postgres[32].rate / scans[32].rate, 0.5, None
        yield f"{name} at 32 of itself at 1", postgres[32].rate / postgres[1].rate, 1, None
        yield f"{name}, p99 of the least's at 32", postgres[32].percentile(0.99) / least[32].percentile(0.99), None, 10
        if postgres is not one:
            yield f"{name} of the first at 32", postgres[32].rate / one[32].rate, 1, None
    if grown := mine.get("grown"):
        for clients in (1, 8):
            yield f"time among many of few, at {clients}", scans[clients].rate / grown[clients].rate, None, 1.5
            ratio = pages["page", clients].rate / pages["grown page", clients].rate
            yield f"time of the page among many of few, at {clients}", ratio, None, 1.5


if __name__ == "__main__":
    main()
