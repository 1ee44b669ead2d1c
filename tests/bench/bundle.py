"""How long the papers of a wave of 337 take, each and as a bundle: read, drawn, peak memory, size.

Run from the top folder: ``python -m tests.bench.bundle [--runs 3]``, and with ``--scans`` how eight desks fare while
the server makes one bundle after the other, beside the same desks left alone. Aims: the bundle in 10 s; no scan waits.
"""

import argparse
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import insert, select

from rtapp import clock, migrations
from rtapp.commands import demo
from rtapp.db import begin_write, db
from rtapp.events import store as events
from rtapp.events.about_store import about_of
from rtapp.factory import create_app
from rtapp.reports.bundle import build
from rtapp.reports.bundle_store import BundleRequest, plan_bundle
from rtapp.reports.certificate import Numbering, Rule
from rtapp.reports.certificate_rule_store import save_rule
from rtapp.reports.certificate_store import issue
from rtapp.reports.transport import Rate
from rtapp.reports.transport_store import save_rates
from rtapp.schema import Attendance, Participant

from ..printing import fonts
from ..served import Served, Visitor
from .checkin import lay_lanes, measure_scans
from .client import row

DESKS, LANES = 8, 24


def fill(folder: Path) -> None:
    """Make the demo, in which all 337 of wave I came and are to be paid."""
    app = create_app(folder)
    with app.app_context():
        migrations.upgrade(db.engine, folder)
        demo.fill(db.session, clock.utcnow())
        db.session.commit()
        mark_all()
        db.session.commit()
        db.session.remove()
        db.engine.dispose()


def mark_all() -> None:
    """Mark everybody of wave I at each of its checkpoints, three a minute."""
    session = begin_write(db.session)
    wave = events.wave_by_number(session, 1)
    people = session.scalars(select(Participant.id).where(Participant.wave_id == wave.id)).all()
    for point in wave.checkpoints:
        begun = clock.parse_iso(f"{wave.date}T07:00:00+08:00")
        marks = [
            {"checkpoint_id": point.id, "participant_id": one, "number": n, "at": begun + timedelta(seconds=20 * n)}
            for n, one in enumerate(people, start=1)
        ]
        session.execute(insert(Attendance), marks)
    save_rates(session, "bench", wave, {"rt": Rate(150_000, 500, percent=True)}, now=clock.utcnow())
    rule = Rule((wave.checkpoints[0].id,), 1)
    save_rule(session, "bench", wave, rule, Numbering(code="400", unit="DPMD"), now=clock.utcnow())
    issue(session, "bench", wave, now=clock.utcnow())


def papers_of(folder: Path, paper: str) -> list[tuple[str, Callable[[], bytes]]]:
    """Read wave I; return what makes each part, and the whole, by name."""
    app = create_app(folder)
    with app.app_context():
        wave = events.wave_by_number(db.session, 1)
        about = about_of(db.session, wave, "bench", clock.utcnow())
        plan = plan_bundle(db.session, BundleRequest(wave, paper, fonts(), about))
        db.session.remove()
        db.engine.dispose()
    made = [(part.file, part.make) for part in plan.parts if part.make]
    return [*made, ("bundle", lambda: build(plan, lambda _done, _title: None))]


def measured(folder: Path, paper: str, name: str) -> str:
    """Return seconds of reading the wave and of drawing, peak megabytes and kilobytes made."""
    begun = time.perf_counter()
    make = dict(papers_of(folder, paper))[name]
    read = time.perf_counter()
    data = make()
    drawn = time.perf_counter()
    try:
        import resource
    except ImportError:
        peak = "-"
    else:
        unit = 1024 if sys.platform.startswith("linux") else 1024 * 1024  # Linux counts kilobytes, macOS bytes
        peak = f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit:.0f}"
    return f"{read - begun:.3f} {drawn - read:.3f} {peak} {len(data) / 1024:.0f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--paper", choices=("a4", "f4"), default="f4")
    parser.add_argument("--scans", action="store_true", help="measure eight desks while bundles are made")
    parser.add_argument("--only", nargs=2, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.only:
        print(measured(Path(asked.only[0]), asked.paper, asked.only[1]))
        return
    with TemporaryDirectory(prefix="rtapp-bench-") as name:
        folder = Path(name)
        if asked.scans:
            scan_meanwhile(folder / "instance")
        else:
            fill(folder)
            time_papers(folder, asked.paper, asked.runs)


def time_papers(folder: Path, paper: str, runs: int) -> None:
    """Print the best of ``runs`` of each paper, each in a process of its own."""
    print(f"{'':32}{'read s':>8}{'drawn s':>9}{'peak MB':>9}{'KB':>7}")
    for name, _make in papers_of(folder, paper):
        command = [sys.executable, "-m", "tests.bench.bundle", "--paper", paper, "--only", str(folder), name]
        told = [subprocess.check_output(command, text=True).split() for _ in range(runs)]
        read, drawn, peak, size = min(told, key=lambda one: float(one[1]))
        print(f"{name:<32}{float(read):8.2f}{float(drawn):9.2f}{peak:>9}{size:>7}")


def scan_meanwhile(instance: Path, seconds: float = 6) -> None:
    """Measure scans alone and while the same server makes one bundle after the other."""
    fill(instance)
    lanes, cards = lay_lanes(instance, 1 + 2 * LANES)
    served, stop, made = Served(instance, ("demo",)), threading.Event(), []

    def make_bundles() -> None:
        admin = Visitor(served.port)
        admin.use(served.links[0])
        while not stop.is_set():
            begun = time.perf_counter()
            assert admin.fill_in("/waves/1/spj", paper="f4") == 303
            while not list((instance / "spj" / "1").glob("*/spj.zip")):
                time.sleep(0.05)
            made.append(time.perf_counter() - begun)

    try:
        measure_scans(served.port, 1, lanes[:1], cards, 1)
        alone = measure_scans(served.port, DESKS, lanes[1 : 1 + LANES], cards, seconds)
        maker = threading.Thread(target=make_bundles)
        maker.start()
        meanwhile = measure_scans(served.port, DESKS, lanes[1 + LANES :], cards, seconds)
        stop.set()
        maker.join()
    finally:
        served.stop()
    print(f"{'':22}{'a second':>9}{'p50 ms':>7}{'p95':>7}{'p99':>7}{'ratio':>7}{'client ≤':>10}")
    print(row("scans alone", alone))
    print(row("scans meanwhile", meanwhile, alone))
    print(f"{len(made)} bundles meanwhile, {sorted(made)[len(made) // 2]:.1f} s each")


if __name__ == "__main__":
    main()
