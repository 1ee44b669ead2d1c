"""Daftar penerimaan uang transport: the lines to sign, total and words, cash per cashier, who needs a second look."""

from collections.abc import Iterator, Sequence
from typing import Any

from .. import clock
from .flow import GREY, Block, Column, Paper, Table, space, words
from .letter import About, opening, sheet_opening, signatures
from .terbilang import rupiah_words
from .transport import Money, Payment, cash_by_cashier, rupiah, total

TITLE = "Daftar penerimaan uang transport"
HEAD = ("No", "Nama", "Jabatan", "Jumlah (Rp)", "PPh (Rp)", "Diterima (Rp)", "Tanda tangan")
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


def transport_blocks(paper: Paper, payments: Sequence[Payment], about: About) -> Iterator[Block]:
    """Yield the whole paper."""
    yield from opening(paper, about, TITLE)
    table = _PayTable(paper, _COLUMNS, height=10.0)
    for number, payment in enumerate(payments, start=1):
        yield table.payment(number, payment, joined=number == len(payments))
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


def transport_rows(payments: Sequence[Payment], about: About) -> tuple[list[Sequence[Any]], int]:
    """Return the same as rows of a sheet, and how many stand above their header."""
    above = sheet_opening(about, TITLE)
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


class _PayTable(Table):
    """Signatures of two rows' height: odd numbers sign at the left, even ones at the right of the column."""

    def payment(self, number: int, payment: Payment, *, joined: bool) -> Block:
        """Return the line of one payment."""
        name = f"{payment.name} (diwakili oleh {payment.substitute})" if payment.substitute else payment.name
        cells = [str(number), name, payment.position, *_amounts(payment.money)]
        left, right = self.edges[-2], self.edges[-1]
        middle = (left + right) / 2

        def draw(pen: Paper, top: float) -> None:
            bottom = top + self.height
            for start, end, cell, column in zip(self.edges, self.edges[1:], cells, self.columns, strict=False):
                self.write(pen, cell, (start, end), (top, self.height), "regular", column.align, column.lines)
            for edge in self.edges:
                pen.line(edge, top, edge, bottom, 0.15, GREY)
            pen.line(self.edges[0], bottom, left, bottom, 0.15, GREY)
            pen.line(*((middle, bottom, right) if number % 2 else (left, bottom, middle)), bottom, 0.15, GREY)
            self.write(pen, f"{number}.", (left if number % 2 else middle, right), (top + 1, 5), "regular", "left")

        tail = Block(0, lambda pen, top: pen.line(left, top, right, top, 0.15, GREY))
        return Block(self.height, draw, self.head, joined, tail)


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
        yield table.row([cash.cashier or "tidak diketahui", rupiah(cash.people), f"{first}–{last}", rupiah(cash.net)])
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
