"""How long a dirty list of 951 rows takes: read, held against the roster, saved; beside reading the cells alone.

Run from the top folder: ``python -m tests.bench.roster [--runs 5]``. Aim: the preview of 951 rows under 5 s on an
office laptop, the whole import under 2 s. Ratios hold, seconds are this machine's.
"""

import argparse
import random
import resource
import time
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

from rtapp import clock, migrations
from rtapp.badges.store import follow_import
from rtapp.db import begin_write, db
from rtapp.documents.sheets import read_workbook
from rtapp.factory import create_app
from rtapp.roster.apply_store import apply_plan
from rtapp.roster.import_store import plan_import
from rtapp.schema import District

from ..lists import tabalong, workbook

HEAD = ["NO", "NAMA KETUA RT", "RT", "DESA/KEL", "NO. HP/WA", "L/P"]
SPELLINGS = ("{}", "RT {:03}", "RT.{:02}", "{:02}", "RT.{:02}/RW.01")
ALL_HEADS = 951


def dirty_list(districts: list[tuple[str, list[str]]], dice: random.Random) -> bytes:
    """Return a workbook with a sheet a district: 951 rows in all, about three of a hundred dirty in each way."""
    sheets, left = {}, ALL_HEADS
    villages = sum(len(names) for _, names in districts)
    share, more = divmod(ALL_HEADS, villages)
    for district, names in districts:
        rows: list[list[object]] = [["DAFTAR KETUA RT"], [f"KECAMATAN {district.upper()}"], [], HEAD]
        for village in names:
            heads = share + (more > 0)
            more -= 1
            rows.append([f"DESA {village.upper()}"])
            for rt in range(1, heads + 1):
                left -= 1
                phone: object = f"08120000{left:04}" if dice.random() < 0.97 else 8120000000 + left
                name = f"CONTOH {left:04}".replace("0", "A").replace("1", "I").translate(_DIGITS)
                written = dice.choice(SPELLINGS).format(rt) if dice.random() < 0.97 else f"{rt}-Jan"
                where = village if dice.random() < 0.97 else village[:-1] + "h"
                rows.append([rt, name, written, where, phone, dice.choice("LP")])
            rows.append(["JUMLAH", None, heads])
        sheets[district] = rows
    return workbook(**sheets)


_DIGITS = str.maketrans("23456789", "BCDEFGHK")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    figures: dict[str, list[float]] = {}
    for _ in range(runs):
        with TemporaryDirectory(prefix="rtapp-bench-") as folder:
            measure(Path(folder), figures)
    floor = min(figures["cells alone"])
    for words, seconds in figures.items():
        middle, ratio = sorted(seconds)[runs // 2], min(seconds) / floor
        print(f"{words:<28}{min(seconds):7.2f} s (median {middle:.2f})  {ratio:5.1f} ×")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")


def measure(folder: Path, figures: dict[str, list[float]]) -> None:
    """Import the list into an empty roster once and note how long each step took."""
    app = create_app(folder)
    with app.app_context():
        migrations.upgrade(db.engine, folder, clock.utcnow())
        tabalong(db.session)
        districts = [(d.name, [v.name for v in d.villages]) for d in db.session.query(District).order_by(District.code)]
        data = dirty_list(districts, random.Random(951))
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
        assert again.changes["new"] == 0 and sum(plan.counts.values()) - plan.counts["skipped"] == ALL_HEADS
        for (_, begun), (words, ended) in pairwise(steps):
            figures.setdefault(words, []).append(ended - begun)
        figures.setdefault("file to roster", []).append(steps[3][1] - steps[0][1])
        db.session.remove()
        db.engine.dispose()


if __name__ == "__main__":
    main()
