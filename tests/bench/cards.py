"""Seconds and peak memory of the cards of 951 people, with their codes and without, in one run.

Run from the top folder: ``python -m tests.bench.cards [--cards 951] [--paper f4]``. Aim: 2 s and 80 MB.
"""

import argparse
import subprocess
import sys
import time

from rtapp.badges.layout import Code
from rtapp.badges.papers import card_sheet
from rtapp.badges.sheet import draw_sheet, pages
from rtapp.documents.pdf import Document
from tests.printing import card, fonts

_NO_CODE = Code(29, [])


def with_codes(number: int, paper: str) -> bytes:
    return card_sheet((card(each) for each in range(number)), paper, fonts(), "Kartu peserta")


def without_codes(number: int, paper: str) -> bytes:
    """The same sheets, text and lines alone: what the codes are compared with."""
    document = Document(paper, fonts(), "Kartu peserta")
    for at, sheet in enumerate(pages(card(each) for each in range(number))):
        if at:
            document.next_page()
        draw_sheet(document, [(each, _NO_CODE) for each in sheet], "Kartu peserta")
    return document.finish()


def measured(make, number: int, paper: str) -> str:
    """Seconds, peak megabytes of this process ("-" where the system does not tell) and kilobytes made."""
    begun = time.perf_counter()
    pdf = make(number, paper)
    seconds = time.perf_counter() - begun
    try:
        import resource
    except ImportError:
        peak = "-"
    else:
        # Linux counts kilobytes, macOS bytes.
        unit = 1024 if sys.platform.startswith("linux") else 1024 * 1024
        peak = f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit:.0f}"
    return f"{seconds:.3f} {peak} {len(pdf) / 1024:.0f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cards", type=int, default=951)
    parser.add_argument("--paper", choices=("a4", "f4"), default="f4")
    parser.add_argument("--only", choices=("with", "without"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.only:
        make = with_codes if asked.only == "with" else without_codes
        print(measured(make, asked.cards, asked.paper))
        return
    # A process of its own for each, so that each has its own peak; by turns, best of three.
    best: dict[str, tuple[float, str, str]] = {}
    for _ in range(3):
        for only in ("without", "with"):
            command = [sys.executable, "-m", "tests.bench.cards", "--only", only]
            command += ["--cards", str(asked.cards), "--paper", asked.paper]
            seconds, peak, size = subprocess.check_output(command, text=True).split()
            best[only] = min(best.get(only, (1e9, "", "")), (float(seconds), peak, size))
    for only, (seconds, peak, size) in best.items():
        print(f"{asked.cards} cards {only:>7} codes: {seconds:6.2f} s  peak {peak:>4} MB  {size:>5} KB")
    print(f"ratio with : without = {best['with'][0] / best['without'][0]:.1f}")


if __name__ == "__main__":
    main()
