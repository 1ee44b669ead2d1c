"""How fast desks record while a hall full of phones is at its worst, beside the same desks undisturbed in the same run.

Run from the top folder: ``python -m tests.bench.hall [--seconds 4] [--only NAME …]``. Aim: 90 % of undisturbed during
each. The demo is served by a real process; eight desks send scans one after another, each a device of its own. Before
and after each attack the desks are measured alone: the ratio is to the mean of both. What only waits is held by this
process, whoever hammers is a process of its own (and takes a share of the same machine).

``longest`` is the longest wait of one scan: what holds the interpreter shows there.
"""

import argparse
import multiprocessing
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from http.client import HTTPException
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from urllib.parse import urlencode

from rtapp.schema import District

from ..served import Visitor, command
from ..test_hall import FORM, JSON, UPLOAD, Hall, ask, connections, decoder, half, roomy
from .checkin import lay_lanes, measure_scans
from .client import Load
from .roster import UNUSED_RT, dirty_list

DESKS = 8  # each with 951 cards for every measurement


@contextmanager
def held(hall: Hall, said: list[str], hears: int = 0) -> Iterator[None]:
    """Hold a connection for each thing said."""
    with roomy(), ExitStack() as opened:
        connect = connections(hall.port, opened)
        for each in said:
            with suppress(OSError):  # a server that closes at once takes no place
                connect(each, hears)
        time.sleep(1)  # what is refused at once is refused by now, the rest waits
        yield


@contextmanager
def hammering(hall: Hall, do: Callable[..., None], *given: object) -> Iterator[None]:
    """Let a process of its own hammer."""
    process = multiprocessing.get_context("spawn").Process(target=do, args=(hall.port, *given), daemon=True)
    process.start()
    time.sleep(4)  # it begins, and has used up what a stranger may use at once
    try:
        yield
    finally:
        process.terminate()
        process.join()


def many(port: int, do: Callable[[Visitor, int], None], lines: int) -> None:
    """Do something on many lines without end."""

    def line(number: int) -> None:
        while True:
            with suppress(OSError, HTTPException), closing(Visitor(port)) as visitor:
                do(visitor, number)

    for number in range(lines):
        threading.Thread(target=line, args=(number,), daemon=True).start()
    time.sleep(3600)


def guess(port: int) -> None:
    """Try wrong passwords of ever new names, on 24 lines."""

    def do(visitor: Visitor, number: int) -> None:
        visitor.ask("GET", "/sign-in")
        token = re.search(r'name="csrf_token" value="([^"]+)"', visitor.text)[1]
        for turn in range(10**6):
            form = {"csrf_token": token, "name": f"nama {number} {turn}", "password": "bukan kata sandi"}
            visitor.ask("POST", "/sign-in", urlencode(form), **{"Content-Type": FORM.split()[1]})

    many(port, do, 24)


def open_pages(port: int) -> None:
    """Ask for public pages without end, on 24 lines."""
    many(port, lambda visitor, number: [visitor.ask("GET", path) for path in ("/sign-in", "/licences", "/none")], 24)


def import_lists(port: int, cookie: str, data: bytes) -> None:
    """Take a list of 951 heads to its preview, one after another, as an admin does."""
    head = b'--uji\r\nContent-Disposition: form-data; name="file"; filename="rekap.xlsx"\r\n\r\n'

    def do(visitor: Visitor, _number: int) -> None:
        visitor.ask("GET", "/roster-imports/new", Cookie=cookie)
        token = re.search(r'name="csrf_token" value="([^"]+)"', visitor.text)[1]
        field = f'--uji\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{token}\r\n'.encode()
        kind = {"Content-Type": UPLOAD.split(None, 1)[1].strip(), "Cookie": cookie}
        assert visitor.ask("POST", "/roster-imports/new", field + head + data + b"\r\n--uji--\r\n", **kind) == 303
        where = visitor.response.headers["Location"]
        visitor.ask("GET", where, Cookie=cookie)
        visitor.ask("GET", where.removesuffix("/columns"), Cookie=cookie)

    many(port, do, 1)


def attacks(hall: Hall, data: bytes) -> dict[str, Callable[[], object]]:
    """Return every attack by its name."""
    wasm = decoder(hall)
    plain = re.sub("/[0-9a-f]{12}/", "/", wasm)
    streams = [ask("/waves/1/counts/stream", hall.admin, "HX-Request: true\r\n")] * 150
    return {
        "165 unread decoders": lambda: held(hall, [ask(wasm)] * 165, 4096),
        "165 unversioned, unread": lambda: held(hall, [ask(plain)] * 165, 4096),
        "24 half sign-ins": lambda: held(hall, [half("/sign-in")] * 24),
        "300 half scans, a desk's": lambda: held(hall, [half("/desk/1/scans", cookie=hall.desk)] * 300),
        "300 half scans, program's": lambda: held(hall, [half("/api/v1/scans", JSON, bearer=hall.other_token)] * 300),
        "40 half uploads, admin's": lambda: held(
            hall, [half("/roster-imports/new", UPLOAD, cookie=hall.admin, length=9_000_000)] * 40
        ),
        "150 unread streams": lambda: held(hall, streams, 4096),
        "1500 silent": lambda: held(hall, [""] * 1500),
        "24 lines of guesses": lambda: hammering(hall, guess),
        "24 lines of pages": lambda: hammering(hall, open_pages),
        "an admin imports lists": lambda: hammering(hall, import_lists, hall.admin, data),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=4, help="of each measurement")
    parser.add_argument("--only", nargs="*", default=[], help="attacks whose name holds one of these words")
    asked = parser.parse_args()
    with TemporaryDirectory(prefix="rtapp-bench-") as folder:
        run(Path(folder) / "instance", asked.seconds, asked.only)


def run(instance: Path, seconds: float, only: list[str]) -> None:
    """Measure the desks during each attack and print the table."""
    assert command("demo", "--no-serve", instance=instance).returncode == 0
    rounds = 2 * 11 + 2
    lanes, cards = lay_lanes(instance, 1 + rounds * DESKS)
    names = districts(instance)
    hall = Hall(instance)
    turns = iter(range(rounds))

    def desks() -> Load:
        first = 1 + next(turns) * DESKS
        return measure_scans(hall.port, DESKS, lanes[first : first + DESKS], cards, seconds)

    try:
        measure_scans(hall.port, 1, lanes[:1], cards, 1)
        before = desks()
        print(f"{'':28}{'a second':>9}{'p99 ms':>8}{'longest':>9}{'ratio':>8}")
        for name, begin in attacks(hall, dirty_list(names, Random(951), first=UNUSED_RT)).items():
            if only and not any(word in name for word in only):
                continue
            with begin():
                meanwhile = desks()
            after = desks()
            alone = (before.per_second + after.per_second) / 2
            told(name, meanwhile, f"{meanwhile.per_second / alone:8.0%}")
            told("  alone, before and after", after, "")
            before = after
    finally:
        hall.stop()


def districts(instance: Path) -> list[tuple[str, list[str]]]:
    """Return the names of the demo's districts and villages."""
    from rtapp.db import db
    from rtapp.factory import create_app

    with create_app(instance).app_context():
        found = [(d.name, [v.name for v in d.villages]) for d in db.session.query(District).order_by(District.code)]
        db.session.remove()
        db.engine.dispose()
    return found


def told(words: str, load: Load, ratio: str) -> None:
    p99, longest = load.percentile(0.99) * 1000, max(load.times) * 1000
    print(f"{words:<28}{load.per_second:9.0f}{p99:8.1f}{longest:9.1f}{ratio}", flush=True)


if __name__ == "__main__":
    main()
