"""Daftar penerimaan uang transport: the lines to sign, total and words, cash per cashier, who needs a second look."""

from collections.abc import Iterator, Sequence
from typing import Any

from .. import clock
from ..documents.flow import Block, Column, Paper, Table, space, words
from ..settings.letter import About, opening, sheet_opening, signatures
from .signed import SignedTable
from .terbilang import rupiah_words
from .transport import Money, Payment, cash_by_cashier, rupiah, total

TITLE = "Daftar penerimaan uang transport"
HEAD = ("No", "Nama", "Jabatan", "Jumlah (Rp)", "PPh (Rp)", "Diterima (Rp)", "Tanda tangan")
POINT = "Titik absensi"
NOBODY = "Belum ada yang hadir atau diwakili."
_COLUMNS = (
    Column("No", 9, "right", 1),
    Column("Nama", lines=3),
    Column("Jabatan", 38),
    Column("Jumlah (Rp)", 22, "right", 1),
    Column("PPh (Rp)", 18, "right", 1),
    Column("Diterima (Rp)", 24, "right", 1),
    Column("Tanda tangan", 38),
)
_CASH = (
    Column("Kasir"),
    Column("Orang", 24, "right"),
    Column("Waktu", 40, "middle"),
    Column("Dibayarkan (Rp)", 36, "right"),
)
_DOUBTS = (Column("No", 9, "right"), Column("Nama", 62), Column("Perlu diperiksa", 0, lines=3))


def transport_blocks(paper: Paper, payments: Sequence[Payment], about: About, point: str) -> Iterator[Block]:
    """Yield the whole paper; ``point`` is the name of the checkpoint whose presence is paid for."""
    yield from opening(paper, about, TITLE, [(POINT, point)])
    table = SignedTable(paper, _COLUMNS, height=10.0)
    for number, payment in enumerate(payments, start=1):
        name = f"{payment.name} (diwakili oleh {payment.substitute})" if payment.substitute else payment.name
        cells = [str(number), name, payment.position, *_amounts(payment.money)]
        yield table.signed(number, cells, joined=number == len(payments))
    if not payments:
        yield table.row([NOBODY, ""], merged=6)
    money = total(payments)
    sums = ["Jumlah", *map(rupiah, (money.gross, money.tax, money.net)), ""]
    yield table.row(sums, face="bold", merged=3, joined=True)
    yield space(2, joined=True)
    yield words(paper, f"Terbilang: {rupiah_words(money.net)}.", size=3.6, face="bold", joined=True)
    yield signatures(about, "Bendahara")
    yield from _cashiers(paper, payments, about)
    yield from _doubts(paper, payments)


def transport_rows(payments: Sequence[Payment], about: About, point: str) -> tuple[list[Sequence[Any]], int]:
    """Return the same as rows of a sheet, and how many stand above their header."""
    above = sheet_opening(about, TITLE, [(POINT, point)])
    rows: list[Sequence[Any]] = [*above, [*HEAD, "Diwakili oleh", "Dibayar", "Kasir", "Perlu diperiksa"]]
    for number, one in enumerate(payments, start=1):
        at = clock.clock_text(one.paid_at, about.zone) if one.paid_at else ""
        said = " ".join(map(str, one.warnings))
        money = (one.money.gross, one.money.tax, one.money.net)
        rows.append([number, one.name, one.position, *money, "", one.substitute, at, one.cashier, said])
    money = total(payments)
    rows += [["", "Jumlah", "", money.gross, money.tax, money.net], ["", "Terbilang", rupiah_words(money.net)], []]
    for cash in cash_by_cashier(payments):
        first, last = (clock.clock_text(at, about.zone) for at in (cash.first, cash.last))
        rows.append(["", f"Kas {cash.cashier}", f"{cash.people} orang, {first}–{last}", "", "", cash.net])
    return [*rows, ["", about.printed]], len(above)


def _amounts(money: Money) -> list[str]:
    return [rupiah(money.gross), rupiah(money.tax), rupiah(money.net)]


def _cashiers(paper: Paper, payments: Sequence[Payment], about: About) -> Iterator[Block]:
    cashiers = cash_by_cashier(payments)
    if not cashiers:
        return
    columns = (
        Column("Kasir"),
        Column("Orang", 24, "right"),
        Column("Waktu", 40, "middle"),
        Column("Dibayarkan (Rp)", 36, "right"),
    )
    table = Table(paper, columns, height=7.5)
    yield words(paper, "Kas per kasir", face="bold", after=1.5, joined=True)
    for cash in cashiers:
        first, last = (clock.clock_text(at, about.zone) for at in (cash.first, cash.last))
        cells = [cash.cashier or "tidak diketahui", rupiah(cash.people), f"{first}–{last}", rupiah(cash.net)]
        yield table.row(cells, joined=cash is not cashiers[-1])
    yield space(4)


def _doubts(paper: Paper, payments: Sequence[Payment]) -> Iterator[Block]:
    doubted = [(number, one) for number, one in enumerate(payments, start=1) if one.warnings]
    if not doubted:
        return
    table = Table(
        paper, (Column("No", 9, "right"), Column("Nama", 62), Column("Perlu diperiksa", 0, lines=3)), height=9
    )
    yield words(paper, "Perlu diperiksa sebelum dibayar", face="bold", after=1.5, joined=True)
    for number, one in doubted:
        yield table.row([str(number), f"{one.name}, {one.position}", " ".join(map(str, one.warnings))])
    yield space(4)
