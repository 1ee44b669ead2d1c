"""Daftar penerimaan uang transport: the lines to sign, total and words, cash per cashier; and the page of doubts."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from hashlib import sha256

from ..documents.flow import SMALL, Block, Paper, space, words
from ..documents.tables import Column, Entry, Table, figure
from ..settings.letter import About, opening, signatures
from .terbilang import rupiah_words
from .transport import Money, Payment, cash_by_cashier, total

TITLE = "Daftar penerimaan uang transport"
CHECK = "Lembar pemeriksaan uang transport"
POINT = "Titik absensi"
NOBODY = "Belum ada yang hadir atau diwakili."
SETTLED = "Tidak ada yang perlu diperiksa sebelum dibayar."
_DOUBTS = (Column("No", 12, "middle"), Column("Nama", 52), Column("Jabatan", 46), Column("Perlu diperiksa"))


def code_of(payments: Sequence[Payment], point: str, wave: str) -> str:
    """Return the SHA-256 of the list's content in hexadecimal; the same for PDF, XLSX and ODS on any paper."""
    rows = [
        [payment.name, payment.position, payment.substitute, payment.money.gross, payment.money.tax]
        for payment in payments
    ]
    return sha256(json.dumps([wave, point, rows], ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def transport_blocks(paper: Paper, payments: Sequence[Payment], about: About, point: str) -> Iterator[Block]:
    """Yield the whole paper; ``point`` is the name of the checkpoint whose presence is paid for."""
    yield from opening(paper, about, TITLE, [(POINT, point)])
    money = total(payments)
    table = Table(paper, _columns(paper, money), height=10.0, signed=True)
    for number, payment in enumerate(payments, start=1):
        name = f"{payment.name} (diwakili oleh {payment.substitute})" if payment.substitute else payment.name
        cells = [number, name, payment.position, *_amounts(payment.money)]
        yield table.sign(number, cells, joined=number == len(payments), place=payment.place or payment.position)
    if not payments:
        yield table.row([NOBODY], merged=6)
    yield table.row(["Jumlah", *_amounts(money)], face="bold", merged=3, joined=True, above=bool(payments))
    yield space(2, joined=True)
    yield words(paper, f"Terbilang: {rupiah_words(money.net)}.", face="bold", joined=True)
    yield from signatures(paper, about, "transport", table.edges)
    yield from _cashiers(table, payments, about)


def check_blocks(paper: Paper, payments: Sequence[Payment], about: About, point: str) -> Iterator[Block]:
    """Yield the check sheet for the time before printing and paying: who needs a second look, and why."""
    yield from opening(paper, about, CHECK, [(POINT, point)])
    table = Table(paper, _DOUBTS, height=9)
    doubted = [(number, payment) for number, payment in enumerate(payments, start=1) if payment.warnings]
    for number, payment in doubted:
        row = table.row([number, payment.name, payment.position, " ".join(map(str, payment.warnings))])
        yield replace(row, place=payment.place or payment.position)
    if not doubted:
        yield words(paper, SETTLED)


def _columns(paper: Paper, sums: Money) -> list[Column]:
    """Return the columns of the list, those of money as wide as their sums are long."""
    amounts = (("Jumlah (Rp)", 25.0, sums.gross), ("PPh (Rp)", 22.0, sums.tax), ("Diterima (Rp)", 25.0, sums.net))
    wide = [max(least, paper.measure(figure(sum_).text, "bold") * SMALL + 3) for _title, least, sum_ in amounts]
    money = [Column(title, width, "right") for (title, _least, _sum), width in zip(amounts, wide, strict=True)]
    return [Column("No", 12, "middle"), Column("Nama"), Column("Jabatan", 37), *money, Column("Tanda tangan", 32)]


def _amounts(money: Money) -> list[Entry]:
    return [figure(money.gross), figure(money.tax), figure(money.net)]


def _cashiers(table: Table, payments: Sequence[Payment], about: About) -> Iterator[Block]:
    """Yield who handed out how much, in the columns of the list."""
    cashiers = cash_by_cashier(payments)
    if not cashiers:
        return
    cash = Table(table.paper, _cash_columns(table), height=8)
    yield words(table.paper, "Kas per kasir", face="bold", after=1.5, joined=True)
    for entry in cashiers:
        when = about.span(entry.first, entry.last)
        cells = [entry.cashier or "tidak diketahui", figure(entry.people), when, figure(entry.net)]
        yield cash.row(cells, joined=entry is not cashiers[-1])
    yield space(4)


def _cash_columns(table: Table) -> list[Column]:
    edges = table.edges
    widths = (0, edges[3] - edges[2], edges[5] - edges[3], edges[7] - edges[5])
    titles = (("Kasir", "left"), ("Orang", "right"), ("Waktu", "middle"), ("Dibayarkan (Rp)", "right"))
    return [Column(title, width, align) for (title, align), width in zip(titles, widths, strict=True)]
