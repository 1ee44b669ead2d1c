"""Signatures on paper against the record: the count on each page beside the recorded presence of its people."""

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
    """A person on a printed list (``number`` is their row), and whether they are recorded as ``present``."""

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
        """Return how many people on the page are recorded as present or represented."""
        return sum(signer.present for signer in self.signers)

    @property
    def difference(self) -> int:
        """Return how many more signatures were counted than recorded; negative for fewer."""
        return 0 if self.counted is None else self.counted - self.recorded

    @property
    def doubtful(self) -> list[Signer]:
        """Return who may explain the difference: the absent where more signed, the present where fewer did."""
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
        """Return how many people on the pages counted so far are recorded as present."""
        return sum(page.recorded for page in self.pages if page.counted is not None)

    @property
    def open(self) -> list[int]:
        """Return the numbers of the pages that nobody has counted."""
        return [page.number for page in self.pages if page.counted is None]

    @property
    def differing(self) -> list[SignedPage]:
        """Return the pages whose count differs from the record."""
        return [page for page in self.pages if page.difference]


def read_count(text: str, most: int) -> int | None:
    """Return the typed number of signatures on a page of ``most`` rows, None where nobody counted."""
    text = text.strip()
    if not text:
        return None
    if not _COUNT.fullmatch(text):
        raise Refused("bad_count", "Isi dengan angka, atau kosongkan.", 422)
    if int(text) > most:
        raise Refused("large_count", "Halaman ini hanya punya %(most)s baris.", 422, most=most)
    return int(text)
