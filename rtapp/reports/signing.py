"""Wet signatures, counted page by page on the signed list and held against the record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..refusals import Refused
from .attendance import Line, Roll

PRESENT = ("hadir", "diwakili")
Span = tuple[int, int]
"""The first and the last number on a page of a list."""


@dataclass(frozen=True)
class Page:
    """One page: ``lines`` with the numbers ``span`` on it, ``present`` those the record has as there.

    ``signed`` is how many signatures were counted, None while nobody has.
    """

    number: int
    span: Span
    lines: tuple[Line, ...]
    present: tuple[Line, ...]
    signed: int | None

    @property
    def difference(self) -> int:
        """Return how many signatures there are more than people in the record; 0 while nobody has counted."""
        return 0 if self.signed is None else self.signed - len(self.present)


def held_against(blank: Roll, filled: Roll, spans: Sequence[Span], counts: Sequence[int | None]) -> list[Page]:
    """Return the pages of a blank list, each beside what the record says of its people."""
    there = {line.person: line for line in filled.lines if line.state in PRESENT}
    pages = []
    for number, (first, last) in enumerate(spans, start=1):
        lines = blank.lines[first - 1 : last]
        signed = counts[number - 1] if number <= len(counts) else None
        present = tuple(there[line.person] for line in lines if line.person in there)
        pages.append(Page(number, (first, last), lines, present, signed))
    return pages


def unlisted(blank: Roll, filled: Roll) -> int:
    """Return how many the record has as there who have no line to sign on."""
    listed = {line.person for line in blank.lines}
    return sum(line.state in PRESENT and line.person not in listed for line in filled.lines)


def read_counts(typed: Mapping[str, str], spans: Sequence[Span]) -> list[int | None]:
    """Return what was typed of each page ("page-1": "24"), None where nothing was.

    Refused when it is no number, or more than the page has lines.
    """
    counts: list[int | None] = []
    for number, (first, last) in enumerate(spans, start=1):
        text, most = typed.get(f"page-{number}", "").strip(), last - first + 1
        if text and not (text.isascii() and text.isdigit() and len(text) <= 4 and int(text) <= most):
            raise Refused("bad_count", "Halaman %(page)s: isi angka 0 sampai %(most)s.", 422, page=number, most=most)
        counts.append(int(text) if text else None)
    return counts
