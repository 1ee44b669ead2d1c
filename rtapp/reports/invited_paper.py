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
    """The heads a district was asked to send (None: not typed in), those ``listed``; ``assumed``: an estimate."""

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
    for number, district in enumerate(districts, start=1):
        invited = "" if district.invited is None else figure(district.invited)
        remark = "perkiraan" if district.assumed else ""
        yield table.row([number, district.district, invited, figure(district.listed), remark])
    sums = sum(district.invited or 0 for district in districts), sum(district.listed for district in districts)
    yield table.row(["Jumlah", *map(figure, sums), ""], face="bold", merged=2)
