"""Signatures on paper against the record: what was counted on each page, what was recorded of those who stand there."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ..refusals import Refused

_COUNT = re.compile(r"\d{1,4}", re.ASCII)


@dataclass(frozen=True)
class ToSign:
    """A list printed to be signed; ``pages`` hold (number, participant) of each row, ``code`` stands on all of them."""

    data: bytes
    paper: str
    code: str
    pages: Sequence[Sequence[tuple[int, int]]]


@dataclass(frozen=True)
class Signer:
    """Somebody with a row on a printed list (``number`` stands there), and whether the record holds them as present."""

    number: int
    name: str
    position: str
    present: bool
    substitute: str = ""


@dataclass(frozen=True)
class SignedPage:
    """One page of a printed list; ``counted`` signatures, None until somebody has counted them."""

    number: int
    signers: Sequence[Signer]
    counted: int | None = None

    @property
    def recorded(self) -> int:
        """Return how many of those on the page the record holds as present or represented."""
        return sum(signer.present for signer in self.signers)

    @property
    def difference(self) -> int:
        """Return how many more signatures there are than the record says, less than nothing for fewer."""
        return 0 if self.counted is None else self.counted - self.recorded

    @property
    def doubtful(self) -> list[Signer]:
        """Return who may explain the difference: the unrecorded where more signed, the recorded where fewer did."""
        return [signer for signer in self.signers if signer.present == (self.difference < 0)] if self.difference else []


@dataclass(frozen=True)
class Matched:
    """A printed list against the record; ``elsewhere`` are present without a row on it."""

    pages: Sequence[SignedPage]
    elsewhere: Sequence[Signer] = field(default=())

    @property
    def counted(self) -> int:
        """Return how many signatures were counted so far."""
        return sum(page.counted or 0 for page in self.pages)

    @property
    def recorded(self) -> int:
        """Return how many the record holds of those on the pages counted so far."""
        return sum(page.recorded for page in self.pages if page.counted is not None)

    @property
    def open(self) -> list[int]:
        """Return the numbers of the pages that nobody has counted."""
        return [page.number for page in self.pages if page.counted is None]

    @property
    def differing(self) -> list[SignedPage]:
        """Return the pages on which the count is not what the record says."""
        return [page for page in self.pages if page.difference]


def read_counts(fields: Mapping[str, str], rows: Sequence[int]) -> tuple[list[int | None], dict[int, Refused]]:
    """Return the count typed for each page, None where none is, and by number of page what cannot be a count.

    ``rows`` are how many each page has; the field of page 1 is ``page-1``.
    """
    counts: list[int | None] = []
    problems: dict[int, Refused] = {}
    for number, most in enumerate(rows, start=1):
        text = fields.get(f"page-{number}", "").strip()
        counted = int(text) if _COUNT.fullmatch(text) else None
        if text and counted is None:
            problems[number] = Refused("bad_count", "Isi dengan angka, atau kosongkan.", 422)
        elif counted is not None and counted > most:
            sentence = "Halaman ini hanya punya %(most)s baris."
            problems[number], counted = Refused("large_count", sentence, 422, most=most), None
        counts.append(counted)
    return counts, problems
