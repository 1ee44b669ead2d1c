"""How long a keystroke in the roster's search takes at 951 and at 20,000 rows, and the ratio of the two.

Run from the top folder: ``python -m tests.bench.search [--rows 951 20000] [--rounds 5]``. Aim: p95 of 100 ms. The
floor of the same run is ``/healthz``, the least the server does for an answer.

Processor time is what one answer costs the server; the other figures hold what else this machine is doing.

A real server process and one client on one machine that types words letter by letter, as htmx asks for them: names,
RT with village, misspelt names that nobody has (likeness is weighed), with and without filters and orders.
"""

import argparse
import random
import shutil
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

from sqlalchemy import insert, select

from rtapp import clock
from rtapp.badges import store as badges
from rtapp.db import begin_write, db
from rtapp.factory import create_app
from rtapp.roster import names
from rtapp.roster.find_store import Filter, count_people, search_text
from rtapp.schema import Participant, Seat, Village
from rtapp.web.services import services_of

from ..served import Served, Visitor, command
from .client import percentile, processor_seconds

WORDS = ("rahmah", "siti aminah", "rt 3 belimbing raya", "syahrini", "muhamad yusup", "xqzwv kjhgf")
FILTERS = ("", "&wave=1", "&status=belum", "&district=63.09.06&sort=nama", "&sort=rt", "&sort=diubah")


def grow(instance: Path, rows: int) -> None:
    """Add seats and heads to the demo until its roster has ``rows``, with the demo's own names, in all villages."""
    app, now, pick = create_app(instance), clock.utcnow(), random.Random(951)
    with app.app_context():
        session = begin_write(db.session)
        known = session.scalars(select(Participant)).all()
        event, wave, spoken = known[0].event_id, known[0].wave_id, [person.name for person in known]
        taken = {(row.village_id, row.rt) for row in session.execute(select(Seat.village_id, Seat.rt))}
        villages = session.scalars(select(Village).order_by(Village.code)).all()
        free = [(v, f"{rt:03}") for rt in range(1, 1000) for v in villages if (v.id, f"{rt:03}") not in taken]
        wanted = free[: rows - len(known)]
        if wanted:
            seats = [{"village_id": village.id, "rt": rt, "rw": "", "rw_in_key": ""} for village, rt in wanted]
            ids = session.scalars(insert(Seat).returning(Seat.id, sort_by_parameter_order=True), seats).all()
            people = [
                _head(event, wave, seat, pick.choice(spoken), *each) for seat, each in zip(ids, wanted, strict=True)
            ]
            made = session.scalars(insert(Participant).returning(Participant.id), people).all()
            badges.issue_missing(session, made, now=now)
        session.commit()
        assert count_people(session, Filter()) == rows
        session.remove()
        db.engine.dispose()
    services_of(app).close()


def _head(event: int, wave: int | None, seat: int, name: str, village: Village, rt: str) -> dict[str, object]:
    place = (rt, village.name, village.district.name)
    keys = {"name_key": names.name_key(name), "search_key": search_text(name, "rt", *place)}
    facts = {"event_id": event, "wave_id": wave, "seat_id": seat, "name": name, "kind": "rt", "version": 1, **keys}
    return facts | {"phone": "", "gender": "", "note": "", "archive_reason": ""}


def keystrokes() -> list[str]:
    """The addresses asked for while the words are typed."""
    typed = [word[: at + 1] for word in WORDS for at in range(len(word))]
    return [f"/participants?q={quote(text)}{FILTERS[at % len(FILTERS)]}" for at, text in enumerate(typed)]


def asked(visitor: Visitor, paths: list[str], rounds: int) -> list[tuple[float, str]]:
    """Ask for every path as htmx does; return (seconds, path) of each answer."""
    times = []
    for each in range(rounds + 1):
        for path in paths:
            begun = time.perf_counter()
            status = visitor.ask("GET", path, **{"HX-Request": "true"})
            took = time.perf_counter() - begun
            assert status == 200, (status, path, visitor.text[:300])
            if each:  # the first round warms up
                times.append((took, path))
    return times


def measure(instance: Path, rounds: int) -> tuple[list[tuple[float, str]], list[tuple[float, str]], float]:
    """Serve ``instance``; return the answers of the search, of the floor, and processor seconds of one answer."""
    server = Served(instance, ("demo",))
    try:
        visitor = Visitor(server.port)
        visitor.use(server.links[0])
        pids = (server.process.pid, *server.workers)
        before = processor_seconds(*pids)
        times = asked(visitor, keystrokes(), rounds)
        each = (processor_seconds(*pids) - before) / (len(times) / rounds * (rounds + 1))
        return times, asked(visitor, ["/healthz"] * 50, rounds), each
    finally:
        server.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[951, 20_000])
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    p95 = []
    with TemporaryDirectory() as folder:
        demo = Path(folder) / "demo"
        made = command("demo", "--no-serve", instance=demo)
        assert made.returncode == 0, made.stderr
        for rows in given.rows:
            instance = Path(folder) / f"rows{rows}"
            shutil.copytree(demo, instance)
            grow(instance, rows)
            times, floor, processor = measure(instance, given.rounds)
            took, least = ([seconds for seconds, _path in each] for each in (times, floor))
            p95.append(percentile(took, 0.95))
            worst = max(times)
            print(
                f"{rows:>6} rows: p50 {percentile(took, 0.5) * 1000:6.1f} ms  p95 {p95[-1] * 1000:6.1f} ms  "
                f"processor {processor * 1000:5.1f} ms  floor p50 {percentile(least, 0.5) * 1000:5.1f} ms  "
                f"worst {worst[0] * 1000:6.1f} ms at {worst[1]}"
            )
    if len(p95) > 1:
        print(f"ratio of p95, last : first = {p95[-1] / p95[0]:.1f}")


if __name__ == "__main__":
    main()
