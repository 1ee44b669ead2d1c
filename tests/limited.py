"""``python -m tests.limited FOLDER``: read every file of a folder as an upload, within hard limits of the process."""

import json
import resource
import sys
from pathlib import Path

from rtapp.documents.sheets import read_workbook
from rtapp.imports.message import read_file
from rtapp.imports.places import Places
from rtapp.imports.sheet import read_sheet
from rtapp.imports.survey import Context
from rtapp.refusals import Refused

MEMORY = 1 << 30  # bytes of addresses beyond what the program itself takes
SECONDS = 60  # of the processor, for one file


def outcome(path: Path) -> str:
    """Return the code with which a file was refused, or what stands in it."""
    try:
        book = read_file(path.read_bytes(), path.name)
        rows = [row for sheet in book.sheets for row in read_sheet(sheet, Context(Places([]), label=sheet.name)).drafts]
        texts = {cell.text for sheet in book.sheets for row in sheet.rows[:50] for cell in row.cells[:50]}
        return f"read {len(rows)}: {' '.join(sorted(texts))[:2000]}"
    except Refused as refused:
        return refused.code


def main(folder: Path) -> None:
    """Print each file's outcome and the largest memory so far, as JSON lines."""
    read_workbook(b"nama;rt\nCONTOH;1\n")
    taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (taken + MEMORY, taken + MEMORY))
    for path in sorted(folder.iterdir()):
        spent = int(sum(resource.getrusage(resource.RUSAGE_SELF)[:2]))
        resource.setrlimit(resource.RLIMIT_CPU, (spent + SECONDS, resource.getrlimit(resource.RLIMIT_CPU)[1]))
        print(json.dumps([path.name, outcome(path)]), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
