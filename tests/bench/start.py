"""How long a start takes and how much memory it keeps, beside what its libraries take at the least.

Run from the top folder: ``python -m tests.bench.start [--runs 5]``. Aims: the first answer within 2.5 × the time of
``python -c "import flask, sqlalchemy"`` of the same run; 110 MB for the starting process and its worker, 180 MB with
HTTPS. Memory is PSS, as Linux tells: what processes share is counted once.

Every run starts the demo on an instance that is there already, as on the morning of an event.
"""

import argparse
import os
import re
import statistics
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from tempfile import TemporaryDirectory

from .. import served
from ..served import ROOT, Served, command, free_port


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    asked = parser.parse_args()
    served.LOOK_SECONDS = 0.01
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # only the first start of a desk compiles what it loads
    with TemporaryDirectory(prefix="rtapp-bench-") as folder:
        instance = Path(folder) / "instance"
        assert command("demo", "--no-serve", instance=instance).returncode == 0
        floor, alone, both = [], [], []
        for _ in range(asked.runs):
            floor.append(libraries())
            alone.append(started(instance, "--no-tls"))
            both.append(started(instance, "--tls", "--tls-port", str(free_port())))
    told("import flask, sqlalchemy", floor, floor)
    for words, runs in (("HTTP", alone), ("HTTP and HTTPS", both)):
        told(f"{words}: first answer", [seconds for seconds, _ in runs], floor)
        print(f"{words + ': memory':<30}{statistics.median(kept for _, kept in runs):7.0f} MB")


def libraries() -> float:
    """Return the seconds that a program takes which loads what the server is made of."""
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import flask, sqlalchemy"], cwd=ROOT, check=True)
    return time.perf_counter() - begun


def started(instance: Path, *words: str) -> tuple[float, float]:
    """Return the seconds until the first answer, and the megabytes kept once pages were shown."""
    begun = time.perf_counter()
    server = Served(instance, ("serve", *words))
    took = time.perf_counter() - begun
    try:
        time.sleep(2)  # HTTPS, too, and what is put off until the first answer
        for path in ("/sign-in", "/setup-device", "/licences"):
            urllib.request.urlopen(server.url + path, timeout=20).close()
        return took, sum(map(kept_by, family(server.process.pid)))
    finally:
        server.stop()


def family(first: int) -> list[int]:
    """Return a process and all below it."""
    parents = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(entry.parent.name)] = int(entry.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue  # ended while we looked
    found, new = [], [first]
    while new:
        found += new
        new = [pid for pid, parent in parents.items() if parent in new]
    return found


def kept_by(pid: int) -> float:
    """Return the megabytes of memory a process keeps, a share of what it has in common with others."""
    try:
        rolled = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    return int(re.search(r"^Pss:\s+(\d+) kB", rolled, re.MULTILINE)[1]) / 1024


def told(what: str, seconds: list[float], floor: list[float]) -> None:
    """Print the median and the best of some times, the median as a multiple of the floor's."""
    middle = statistics.median(seconds)
    print(f"{what:<30}{middle:7.2f} s  best {min(seconds):5.2f} s  {middle / statistics.median(floor):5.2f} ×")


if __name__ == "__main__":
    main()
