"""How long a dirty list takes: read, held against the roster, saved; beside reading the cells alone.

Run from the top folder: ``python -m tests.bench.roster [--rows 951] [--runs 5]``, and with ``--scans`` how eight desks
fare while another process saves such a list, beside the same desks left alone. Aims: the preview of 951 rows in 2 s,
20,000 rows in 15 s and 300 MB; scans at full speed. Ratios hold, seconds are this machine's.
"""

import argparse
import random
import resource
import threading
import time
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

from rtapp import clock, migrations
from rtapp.badges.store import follow_import
from rtapp.db import begin_write, db
from rtapp.documents.sheets import read_workbook
from rtapp.factory import create_app
from rtapp.imports.apply_store import apply_plan
from rtapp.imports.plan_store import plan_import
from rtapp.schema import District

from ..lists import tabalong, workbook
from ..served import Served, command
from .checkin import lay_lanes, measure_scans
from .client import row

HEAD = ["NO", "NAMA KETUA RT", "RT", "DESA/KEL", "NO. HP/WA", "L/P"]
SPELLINGS = ("{}", "RT {:03}", "RT.{:02}", "{:02}", "RT.{:02}/RW.01")
ALL_HEADS = 951
DESKS = 8
LANES = 24  # of 951 cards each, for every round of scans
UNUSED_RT = 501  # no seat of the demo has this number or one above


def dirty_list(
    districts: list[tuple[str, list[str]]], dice: random.Random, heads_in_all: int = ALL_HEADS, first: int = 1
) -> bytes:
    """Return a workbook with a sheet a district, about three rows of a hundred dirty in each way; RT from ``first``."""
    sheets, left = {}, heads_in_all
    villages = sum(len(names) for _, names in districts)
    share, more = divmod(heads_in_all, villages)
    for district, names in districts:
        rows: list[list[object]] = [["DAFTAR KETUA RT"], [f"KECAMATAN {district.upper()}"], [], HEAD]
        for village in names:
            heads = share + (more > 0)
            more -= 1
            rows.append([f"DESA {village.upper()}"])
            for rt in range(first, first + heads):
                left -= 1
                phone: object = f"0812000{left:05}" if dice.random() < 0.97 else 8120000000 + left
                name = f"CONTOH {left:05}".replace("0", "A").replace("1", "I").translate(_DIGITS)
                written = dice.choice(SPELLINGS).format(rt) if dice.random() < 0.97 else f"{rt}-Jan"
                where = village if dice.random() < 0.97 else village[:-1] + "h"
                rows.append([rt, name, written, where, phone, dice.choice("LP")])
            rows.append(["JUMLAH", None, heads])
        sheets[district] = rows
    return workbook(**sheets)


_DIGITS = str.maketrans("23456789", "BCDEFGHK")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=ALL_HEADS, help=f"of the list (default {ALL_HEADS})")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--scans", action="store_true", help="measure eight desks while a list is saved")
    asked = parser.parse_args()
    if asked.scans:
        with TemporaryDirectory(prefix="rtapp-bench-") as folder:
            scan_meanwhile(Path(folder), asked.rows)
    else:
        time_import(asked.rows, asked.runs)


def time_import(heads: int, runs: int) -> None:
    """Import a list ``runs`` times, each into an empty roster, and print the steps."""
    figures: dict[str, list[float]] = {}
    for _ in range(runs):
        with TemporaryDirectory(prefix="rtapp-bench-") as folder:
            measure(Path(folder), heads, figures)
    floor = min(figures["cells alone"])
    for words, seconds in figures.items():
        middle, ratio = sorted(seconds)[runs // 2], min(seconds) / floor
        print(f"{words:<28}{min(seconds):7.2f} s (median {middle:.2f})  {ratio:5.1f} ×")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")


def measure(folder: Path, heads: int, figures: dict[str, list[float]]) -> None:
    """Import the list into an empty roster once and note how long each step took."""
    app = create_app(folder)
    with app.app_context():
        migrations.upgrade(db.engine, folder)
        tabalong(db.session)
        districts = [(d.name, [v.name for v in d.villages]) for d in db.session.query(District).order_by(District.code)]
        data = dirty_list(districts, random.Random(951), heads)
        steps = [("", time.perf_counter())]
        book = read_workbook(data, "rekap.xlsx")
        steps.append(("cells alone", time.perf_counter()))
        plan = plan_import(db.session, [("rekap.xlsx", book)])
        steps.append(("understood and compared", time.perf_counter()))
        done = apply_plan(begin_write(db.session), "bench", plan, now=clock.utcnow())
        follow_import(db.session, done.added, done.replaced, now=clock.utcnow())
        db.session.commit()
        steps.append(("saved, with cards", time.perf_counter()))
        again = plan_import(db.session, [("rekap.xlsx", book)])
        steps.append(("compared again", time.perf_counter()))
        assert again.changes["new"] == 0 and sum(plan.counts.values()) - plan.counts["skipped"] == heads
        for (_, begun), (words, ended) in pairwise(steps):
            figures.setdefault(words, []).append(ended - begun)
        figures.setdefault("file to roster", []).append(steps[3][1] - steps[0][1])
        db.session.remove()
        db.engine.dispose()


def scan_meanwhile(folder: Path, heads: int, seconds: float = 6) -> None:
    """Measure scans of the demo's people alone and while a process of its own imports ``heads`` others."""
    instance = folder / "instance"
    assert command("demo", "--no-serve", instance=instance).returncode == 0
    lanes, cards = lay_lanes(instance, 1 + 2 * LANES)
    with create_app(instance).app_context():
        districts = [(d.name, [v.name for v in d.villages]) for d in db.session.query(District).order_by(District.code)]
        db.engine.dispose()
    names = folder / "rekap.xlsx"
    names.write_bytes(dirty_list(districts, random.Random(951), heads, UNUSED_RT))
    told: list[str] = []

    def save_list() -> None:
        begun = time.perf_counter()
        done = command("roster", "import", str(names), "--apply", "--accept-proposals", instance=instance)
        told.append(f"{heads} rows imported in {time.perf_counter() - begun:.1f} s, status {done.returncode}")

    served = Served(instance)
    try:
        measure_scans(served.port, 1, lanes[:1], cards, 1)
        alone = measure_scans(served.port, DESKS, lanes[1 : 1 + LANES], cards, seconds)
        importer = threading.Thread(target=save_list)
        importer.start()
        meanwhile = measure_scans(served.port, DESKS, lanes[1 + LANES :], cards, seconds)
        importer.join()
    finally:
        served.stop()
    print(f"{'':22}{'a second':>9}{'p50 ms':>7}{'p95':>7}{'p99':>7}{'ratio':>7}{'client ≤':>10}")
    print(row("scans alone", alone))
    print(row("scans meanwhile", meanwhile, alone))
    print(*told)


if __name__ == "__main__":
    main()
