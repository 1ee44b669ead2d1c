"""Seconds, peak memory and size of cards, badges, certificates and pictures, papers also without their codes.

Run from the top folder: ``python -m tests.bench.papers [--only NAME] [--paper f4] [--runs 3]``. Aim: 951 cards in 2 s
and 80 MB. Each is made in a process of its own, so that each has its own peak; of the runs the one that took the
processor least is told. The other papers of a wave, and all in a bundle: ``tests.bench.bundle``.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from importlib import import_module

from rtapp.badges.layout import Code

from ..printing import card, fonts

CARDS, HEADS = 951, 337
MOMENT = datetime(2023, 11, 9, 1, tzinfo=UTC)


def cards(paper: str) -> bytes:
    from rtapp.badges.papers import card_sheet, village_of

    return card_sheet(map(card, range(CARDS)), paper, fonts(), "Kartu peserta", apart=village_of)


def badges(paper: str) -> bytes:
    from rtapp.badges.papers import card_sheet, village_of
    from rtapp.badges.sheet import BADGE

    return card_sheet(map(card, range(CARDS)), paper, fonts(), "Kartu peserta", apart=village_of, size=BADGE)


def certificates(paper: str) -> bytes:
    from rtapp.reports.certificate_layout import Award, Material
    from rtapp.reports.certificate_papers import certificate_pdf
    from rtapp.settings.letter import About

    about = About("Bimtek Contoh", "Dinas Contoh", "Gelombang I", "Rabu, 8 November 2023", "Aula", "UTC", MOMENT, "uji")
    taught = [Material("08.00–09.00", f"Materi {number}", "Narasumber Contoh") for number in range(3)]
    awards = [
        Award(f"400/{at:03}/DPMD/XI/2023", each.name, "Ketua RT 003 Desa Contoh", "K7F3-MQXA", each.payload)
        for at, each in enumerate(map(card, range(HEADS)), start=1)
    ]
    return certificate_pdf(awards, taught, about, paper, fonts())


def pictures(_paper: str) -> bytes:
    """A hundred pictures; only the largest piece is kept, as while they are sent."""
    from rtapp.badges.papers import picture_archive

    most, whole = b"", 0
    for piece in picture_archive([card(number) for number in range(100)], fonts(), MOMENT):
        most, whole = max(most, piece, key=len), whole + len(piece)
    print(f"100 pictures: {whole / 1024:.0f} KB in all, at most {len(most) / 1024:.0f} KB held", file=sys.stderr)
    return most


PAPERS: dict[str, Callable[[str], bytes]] = {
    "cards": cards,
    "badges": badges,
    "certificates": certificates,
    "pictures": pictures,
}
CODED = ("cards", "badges", "certificates")


def measured(name: str, paper: str, codes: bool) -> str:
    """Seconds, those of the processor, peak megabytes ("-" where the system does not tell) and kilobytes made."""
    if not codes:  # the same pages, text and lines alone: what the codes are compared with
        for module, function in (("badges.papers", "code_of"), ("reports.certificate_papers", "_code_of")):
            setattr(import_module(f"rtapp.{module}"), function, lambda _what: Code(29, []))
    begun, worked = time.perf_counter(), time.process_time()
    made = PAPERS[name](paper)
    seconds, worked = time.perf_counter() - begun, time.process_time() - worked
    try:
        import resource
    except ImportError:
        peak = "-"
    else:
        # Linux counts kilobytes, macOS bytes.
        unit = 1024 if sys.platform.startswith("linux") else 1024 * 1024
        peak = f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit:.0f}"
    return f"{seconds:.3f} {worked:.3f} {peak} {len(made) / 1024:.0f}"


def best_of(runs: int, *words: str) -> tuple[float, float, str, str]:
    """The run that took the processor least: its seconds, peak, kilobytes, and the seconds of the clock."""
    found = []
    for run in range(runs):
        shown = None if run == runs - 1 else subprocess.DEVNULL
        out = subprocess.check_output([sys.executable, "-m", __spec__.name, *words], text=True, stderr=shown)
        seconds, worked, peak, size = out.split()
        found.append((float(worked), float(seconds), peak, size))
    return min(found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=PAPERS)
    parser.add_argument("--paper", choices=("a4", "f4"), default="f4")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--child", choices=("with", "without"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.child:
        print(measured(asked.only, asked.paper, asked.child == "with"))
        return
    for name in [asked.only] if asked.only else PAPERS:
        words = ["--only", name, "--paper", asked.paper]
        worked, seconds, peak, size = best_of(asked.runs, *words, "--child", "with")
        print(f"{name:>12}: {seconds:6.2f} s ({worked:.2f} s processor)  peak {peak:>4} MB  {size:>6} KB", end="")
        if name in CODED:
            without = best_of(asked.runs, *words, "--child", "without")[0]
            print(f"  without codes {without:.2f} s processor, ratio {worked / without:.1f}", end="")
        print()


if __name__ == "__main__":
    main()
