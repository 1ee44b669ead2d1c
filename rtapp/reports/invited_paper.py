"""Jumlah undangan: how many heads each district was asked to send, beside how many the roster holds."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..documents.flow import Block, Paper, words
from ..documents.tables import Column, Table, figure
from ..settings.letter import About, opening

TITLE = "Jumlah undangan"
NOBODY = "Jumlah undangan gelombang ini belum diisi."
_COLUMNS = (
    Column("No", 12, "middle"),
    Column("Kecamatan"),
    Column("Diundang", 28, "right"),
    Column("Di daftar peserta", 28, "right"),
    Column("Keterangan", 44),
)


@dataclass(frozen=True)
class Invited:
    """How many of a district are invited (None: not typed in), ``listed`` on the roster; ``assumed``: not certain."""

    district: str
    invited: int | None
    listed: int
    assumed: bool


def invited_blocks(paper: Paper, districts: Sequence[Invited], about: About) -> Iterator[Block]:
    """Yield the whole paper."""
    yield from opening(paper, about, TITLE)
    if not districts:
        yield words(paper, NOBODY)
        return
    table = Table(paper, _COLUMNS, height=8)
    for number, one in enumerate(districts, start=1):
        invited = "" if one.invited is None else figure(one.invited)
        yield table.row([number, one.district, invited, figure(one.listed), "perkiraan" if one.assumed else ""])
    sums = [figure(sum(one.invited or 0 for one in districts)), figure(sum(one.listed for one in districts))]
    yield table.row(["Jumlah", *sums, ""], face="bold", merged=2)
