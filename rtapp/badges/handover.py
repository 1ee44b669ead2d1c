"""The list by which cards are handed to the villages: who took how many, and a line to sign on."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from ..documents.flow import Block, Paper
from ..documents.tables import Column, Table
from ..settings.letter import About, opening

TITLE = "Daftar serah terima kartu per desa"
_COLUMNS = (
    Column("No", 12, "middle"),
    Column("Desa/Kelurahan"),
    Column("Kartu", 17, "right"),
    Column("Nama penerima", 48),
    Column("Tanggal", 24),
    Column("Tanda tangan", 34),
)


@dataclass(frozen=True)
class Parcel:
    """The cards of one village: what is handed to its office in one go."""

    village: str
    district: str
    cards: int


def handover_blocks(paper: Paper, parcels: Sequence[Parcel], about: About, chosen: str) -> Iterator[Block]:
    """Yield the whole paper: each district with its subtotal, the total at the end; ``chosen`` names the selection."""
    yield from opening(paper, about, TITLE, [("Pilihan", chosen)])
    table = Table(paper, _COLUMNS, height=11.0)
    for district, group in groupby(parcels, lambda parcel: parcel.district):
        own = list(group)
        yield _merged(table, f"{district or 'Tanpa desa'}: {_counted(own)}", joined=True)
        for number, parcel in enumerate(own, start=1):
            last = parcel is parcels[-1]  # the sum does not stand alone at the head of a page
            cells = [number, parcel.village or "Peserta tanpa desa", parcel.cards, "", "", ""]
            yield table.row(cells, joined=last)
    yield _merged(table, f"Jumlah seluruhnya: {_counted(parcels)}")


def _merged(table: Table, words: str, *, joined: bool = False) -> Block:
    return table.row([words], face="bold", joined=joined, merged=len(_COLUMNS))


def _counted(parcels: Sequence[Parcel]) -> str:
    return f"{sum(parcel.cards for parcel in parcels):,} kartu".replace(",", ".")
