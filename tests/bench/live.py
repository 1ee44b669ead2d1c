"""How soon a scan is on every screen, what a viewer costs, and how both grow with the roster.

Run from the top folder: ``python -m tests.bench.live [--viewers 5 50 300] [--seconds 9]``, and with ``--growth 951
20000 1000000`` what one scan and one refresh of a board cost beside that many participants. Aims: scans with 50 viewers
at most 1.2 times as slow as with none; at a million at most 1.5 times (a scan) and 2 times (a board) as slow as at 951.

A real server process; viewers and desk are processes of their own on the same machine. 30 scans a second arrive. Beyond
the server's places for streams viewers poll, as browsers do. Growth: the others are in thirty other waves; the wave
that is on stays as large as it is.
"""

import argparse
import asyncio
import multiprocessing
import re
import shutil
import sqlite3
import statistics
import time
from collections.abc import Callable
from contextlib import closing
from multiprocessing.synchronize import Event
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ..served import Served, Visitor, command, device_token
from .client import percentile, processor_seconds

BOARD = "/waves/1/counts/stream"
PACE = 30  # scans a second
WAVES = 30  # beside the demo's
PRESENT = re.compile(rb"<strong>(\d+)</strong>")
RETRY, TAG = re.compile(rb"retry: (\d+)"), re.compile(rb"id: (\w+)")
Seen = list[tuple[int, float]]  # how many were present, and when that was shown (monotonic)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--viewers", type=int, nargs="+", default=[5, 50, 300])
    parser.add_argument("--seconds", type=int, default=9, help="of scans, for each number of viewers")
    parser.add_argument("--growth", type=int, nargs="*", help="numbers of participants")
    asked = parser.parse_args()
    with TemporaryDirectory(prefix="rtapp-bench-") as folder:
        demo = Path(folder) / "demo"
        command("demo", "--no-serve", instance=demo)
        if asked.growth is not None:
            grow_and_tell(demo, Path(folder), asked.growth or [951, 20_000, 1_000_000])
        else:
            watch_and_tell(demo, Path(folder), asked.viewers, asked.seconds)


def served_copy(demo: Path, folder: Path, name: str, change: Callable[[Path], None] = lambda _: None) -> Served:
    """Serve a copy of the demo, changed before the start."""
    instance = folder / name
    shutil.copytree(demo, instance)
    change(instance / "rtapp.db")
    return Served(instance, ("demo",))


# Viewers


def watch_and_tell(demo: Path, folder: Path, viewers: list[int], seconds: int) -> None:
    """Scan beside no viewer, then beside each number of them, and print delays and costs."""
    alone = 0.0
    for number in (0, *viewers):
        server = served_copy(demo, folder, f"watched-{number}")
        try:
            answers, delays, cost, memory = scan_beside(server, number, seconds)
        finally:
            server.stop()
        middle = statistics.median(answers)
        alone = alone or middle
        line = f"{number:>4} viewers: a scan is answered in {middle * 1000:5.1f} ms ({middle / alone:4.2f} ×)"
        if delays:
            shares = "  ".join(f"p{share} {percentile(delays, share / 100) * 1000:5.0f}" for share in (50, 95, 99))
            line += f"; shown after (ms) {shares}; server {cost / number * 1000:5.2f} ms/s a viewer, {memory} MB"
        print(line, flush=True)


def scan_beside(server: Served, viewers: int, seconds: int) -> tuple[list[float], list[float], float, int]:
    """Return the times of answers, the delays until each viewer showed a scan, processor seconds a second, memory."""
    token = device_token(server.instance, "Program uji")
    visitor = Visitor(server.port)
    visitor.use(server.links[-2])
    cookie = "; ".join(f"{name}={value}" for name, value in visitor.cookies.items())
    visitor.close()
    context = multiprocessing.get_context("spawn")
    over, found = context.Event(), context.Queue()
    crowd = context.Process(target=watch, args=(server.port, cookie, viewers, over, found))
    crowd.start()
    time.sleep(3 + viewers / 100)
    begun, used = time.monotonic(), processor_seconds(*server.workers)
    answers, told = scan(server.port, token, seconds)
    cost = (processor_seconds(*server.workers) - used) / (time.monotonic() - begun)
    time.sleep(5)  # whoever polls has asked once more
    memory = max(map(resident, server.workers))
    over.set()
    seen: list[Seen] = found.get(timeout=60)
    crowd.join(30)
    return answers, [delay for each in seen for delay in delays_of(each, told)], cost, memory


def scan(port: int, token: str, seconds: int) -> tuple[list[float], list[float]]:
    """Mark people at an even pace; return how long each answer took and when it was there."""
    answers, told = [], []
    with closing(Visitor(port, token)) as desk:
        begun = time.monotonic()
        for number in range(1, seconds * PACE + 1):
            time.sleep(max(0.0, begun + number / PACE - time.monotonic()))
            sent = time.monotonic()
            assert desk.scan(f"bench-{number:06}", source="search", participant=number) == 200, desk.text
            assert desk.json["verdict"] == "WELCOME"
            told.append(time.monotonic())
            answers.append(told[-1] - sent)
    return answers, told


def delays_of(seen: Seen, told: list[float]) -> list[float]:
    """Return, for each scan, the seconds from its answer until one viewer showed a count that held it."""
    delays, shown = [], iter(sorted(seen))
    count, at = next(shown, (0, 0.0))
    for number, answered in enumerate(told, 1):
        while count < number:
            step = next(shown, None)
            if step is None:
                raise AssertionError(f"a viewer never showed scan {number} of {len(told)}")
            count, at = step
        delays.append(max(0.0, at - answered))
    return delays


def watch(port: int, cookie: str, viewers: int, over: Event, found: Any) -> None:
    """Let so many viewers watch until it is over; put what each has seen into ``found``."""
    found.put(asyncio.run(watch_all(port, cookie, viewers, over)))


async def watch_all(port: int, cookie: str, viewers: int, over: Event) -> list[Seen]:
    crowd: list[Seen] = [[] for _ in range(viewers)]
    tasks = [asyncio.create_task(view(port, cookie, seen, over)) for seen in crowd]
    while not over.is_set():
        await asyncio.sleep(0.2)
    for task in tasks:
        task.cancel()
    return crowd


async def view(port: int, cookie: str, seen: Seen, over: Event) -> None:
    """Be one browser: read events, and ask again after the time that the server gave."""
    tag, retry = b"", 0.25
    while not over.is_set():
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
        except OSError:
            await asyncio.sleep(retry)
            continue
        lines = [f"GET {BOARD} HTTP/1.1", "Host: 127.0.0.1", f"Cookie: {cookie}", "HX-Request: true"]
        lines += [f"Last-Event-ID: {tag.decode()}"] if tag else []
        writer.write("\r\n".join([*lines, "Connection: close", "", ""]).encode())
        while event := await one_event(reader):
            if present := PRESENT.search(event):
                seen.append((int(present[1]), time.monotonic()))
            tag = found[1] if (found := TAG.search(event)) else tag
            retry = int(found[1]) / 1000 if (found := RETRY.search(event)) else retry
        writer.close()
        await asyncio.sleep(retry)


async def one_event(reader: asyncio.StreamReader) -> bytes:
    """Return the next event as it came, the first with the headers before it; empty at the end."""
    try:
        return await reader.readuntil(b"\n\n")
    except (asyncio.IncompleteReadError, ConnectionError):
        return b""


def resident(pid: int) -> int:
    """Return the memory of a process, in MB."""
    return int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[1]) // 1024


# Growth


def grow_and_tell(demo: Path, folder: Path, sizes: list[int]) -> None:
    """Print what one scan and one refresh of a board take at each size, beside the first one's."""
    first: tuple[float, float] | None = None
    for size in sizes:
        server = served_copy(demo, folder, f"grown-{size}", lambda path, size=size: add_people(path, size))
        try:
            figures = scan_and_refresh(server)
        finally:
            server.stop()
        shutil.rmtree(server.instance)
        first = first or figures
        (scanned, refreshed), (scan_first, refresh_first) = figures, first
        print(
            f"{size:>9,} participants: a scan {scanned * 1000:5.1f} ms ({scanned / scan_first:4.2f} ×), "
            f"a board {refreshed * 1000:5.1f} ms ({refreshed / refresh_first:4.2f} ×)",
            flush=True,
        )


def scan_and_refresh(server: Served, times: int = 150) -> tuple[float, float]:
    """Return the medians of scans and of the board read anew after each."""
    token = device_token(server.instance, "Program uji")
    scans, boards = [], []
    with closing(Visitor(server.port, token)) as desk, closing(Visitor(server.port)) as viewer:
        viewer.use(server.links[-2])
        for number in range(1, times + 1):
            begun = time.perf_counter()
            assert desk.scan(f"bench-{number:06}", source="search", participant=number) == 200, desk.text
            scans.append(time.perf_counter() - begun)
            begun = time.perf_counter()
            assert viewer.ask("GET", "/waves/1/counts", **{"HX-Request": "true"}) == 200
            boards.append(time.perf_counter() - begun)
    return statistics.median(scans), statistics.median(boards)


def add_people(path: Path, size: int) -> None:
    """Fill the demo's database up to ``size`` participants: other districts, other waves, each with a card."""
    more = size - 951
    if more <= 0:
        return
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA synchronous=OFF")
        (districts, villages, seats, people, waves, badges) = (
            database.execute(f"SELECT COALESCE(MAX(id), 0) FROM {table}").fetchone()[0]
            for table in ("district", "village", "seat", "participant", "wave", "badge")
        )
        share = -(-more // WAVES)
        each = f"WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {more}) SELECT"
        database.execute(
            f"INSERT INTO wave (id, event_id, number, date, venue) {each} {waves} + 1 + i, 1, 100 + i, '2024-01-08', "
            f"'Aula Contoh' FROM n WHERE i < {WAVES}"
        )
        database.execute(
            f"INSERT INTO district (id, code, name) {each} {districts} + 1 + i, printf('90.%04d', i), "
            f"printf('Kecamatan Contoh %d', i) FROM n WHERE i <= {more // 9000}"
        )
        database.execute(
            f"INSERT INTO village (id, code, district_id, name, kind, verified) {each} {villages} + 1 + i, "
            f"printf('90.%06d', i), {districts} + 1 + i / 10, printf('Desa Contoh %d', i), 'desa', 1 "
            f"FROM n WHERE i <= {more // 900}"
        )
        database.execute(
            f"INSERT INTO seat (id, village_id, rt, rw, rw_in_key) {each} {seats} + 1 + i, {villages} + 1 + i / 900, "
            "printf('%03d', 1 + i % 900), '', '' FROM n"
        )
        database.execute(
            "INSERT INTO participant (id, event_id, seat_id, kind, name, name_key, search_key, phone, gender, note, "
            f"wave_id, version, archive_reason) {each} {people} + 1 + i, 1, {seats} + 1 + i, 'rt', "
            "printf('CONTOH %d', i), printf('contoh %d', i), printf('contoh %d', i), '', '', '', "
            f"{waves} + 1 + i / {share}, 1, '' FROM n"
        )
        database.execute(
            "INSERT INTO badge (id, participant_id, token, short_code, issued_at, printed_count, reason) "
            f"{each} {badges} + 1 + i, {people} + 1 + i, printf('X%015d', i), printf('Z%07d', i), "
            "'2023-11-01 00:00:00.000000', 0, '' FROM n"
        )
        database.commit()
        database.execute("ANALYZE")
        database.commit()


if __name__ == "__main__":
    main()
