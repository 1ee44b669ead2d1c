"""Signatures on paper against the record: what was counted on each page, what was recorded of those who stand there."""

import re
from collections.abc import Sequence
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


def read_count(text: str, most: int) -> int | None:
    """Read how many signatures a page of ``most`` rows has, None where nobody counted."""
    text = text.strip()
    if not text:
        return None
    if not _COUNT.fullmatch(text):
        raise Refused("bad_count", "Isi dengan angka, atau kosongkan.", 422)
    if int(text) > most:
        raise Refused("large_count", "Halaman ini hanya punya %(most)s baris.", 422, most=most)
    return int(text)
