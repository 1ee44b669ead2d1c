"""Transport money: what each kind is paid, what is withheld, what it comes to; whole rupiah throughout."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from ..refusals import Reason, Refused

POSITIONS = {"rt": "Ketua RT", "tamu": "Tamu", "panitia": "Panitia", "narasumber": "Narasumber"}
KINDS = tuple(POSITIONS)
MOST = 1_000_000_000
"""The largest amount that may be typed for one person, in rupiah."""

DOUBTFUL = 100
"""A tax typed as a bare number up to this one may be meant as a percentage: whoever types it is asked."""

READINGS = ("percent", "rupiah")
_BARE = re.compile(r"\d{1,3}(?:[.,]\d{1,2})?")
_AMOUNT = re.compile(r"(?:rp\.?\s*)?(\d{1,3}(?:[.\s]\d{3})+|\d+)(?:,(?:-|00))?", re.IGNORECASE)
_PERCENT = re.compile(r"(\d{1,3})(?:[.,](\d{1,2}))?\s*%")


@dataclass(frozen=True)
class Money:
    """What one or several receive: ``gross`` − ``tax`` = ``net``, in rupiah."""

    gross: int = 0
    tax: int = 0

    @property
    def net(self) -> int:
        return self.gross - self.tax

    def __add__(self, other: "Money") -> "Money":
        return Money(self.gross + other.gross, self.tax + other.tax)


@dataclass(frozen=True)
class Rate:
    """What a kind of participant is paid; the tax (PPh) is a share in hundredths of a percent, or else an amount."""

    amount: int
    tax: int = 0
    percent: bool = False

    @property
    def money(self) -> Money:
        """Return what one receives; a share is rounded down to whole rupiah, as taxes in Indonesia are."""
        return Money(self.amount, self.amount * self.tax // 10_000 if self.percent else self.tax)

    @property
    def tax_text(self) -> str:
        """Return the tax as it is typed: "5%", "2,5%", "7.500", nothing for none."""
        if not self.tax:
            return ""
        if not self.percent:
            return f"Rp{rupiah(self.tax)}" if self.tax <= DOUBTFUL else rupiah(self.tax)
        whole, part = divmod(self.tax, 100)
        return f"{whole}{f',{part:02}'.rstrip('0') if part else ''}%"


@dataclass(frozen=True)
class Payment:
    """One line of the list: who is paid, ``substitute`` who stands in, ``paid_at`` and ``cashier`` once paid.

    ``warnings`` are why the cashier should look twice; ``place`` is the village.
    """

    name: str
    position: str
    kind: str
    money: Money
    substitute: str = ""
    paid_at: datetime | None = None
    cashier: str = ""
    warnings: tuple[Reason, ...] = ()
    place: str = ""


@dataclass(frozen=True)
class Cash:
    """The payments of one cashier: number of people, net total, first and last time."""

    cashier: str
    people: int
    net: int
    first: datetime
    last: datetime


def position_of(kind: str, rt: str | None, rw: str | None, village: str | None, village_kind: str | None) -> str:
    """Return somebody's position as papers name it: "Ketua RT 003 / RW 01 Desa Uwie", "Narasumber"."""
    place = village_of(village, village_kind) if rt else ""
    return " ".join(filter(None, (title_of(kind, rt, rw), place)))


def title_of(kind: str, rt: str | None, rw: str | None) -> str:
    """Return somebody's position without the place: "Ketua RT 003 / RW 01", "Narasumber"."""
    if not rt:
        return POSITIONS.get(kind, kind)
    return f"{POSITIONS['rt']} {rt} / RW {rw}" if rw else f"{POSITIONS['rt']} {rt}"


def village_of(village: str | None, kind: str | None) -> str:
    """Return a village as papers name it: "Desa Uwie", nothing for none."""
    return f"{'Kelurahan' if kind == 'kelurahan' else 'Desa'} {village}" if village else ""


def total(payments: Iterable[Payment]) -> Money:
    """Return the sum over all lines."""
    return sum((payment.money for payment in payments), Money())


def cash_by_cashier(payments: Iterable[Payment]) -> list[Cash]:
    """Return each cashier's payments by name, without people who are not paid yet."""
    payouts: dict[str, list[tuple[datetime, int]]] = {}
    for payment in payments:
        if payment.paid_at is not None:
            payouts.setdefault(payment.cashier, []).append((payment.paid_at, payment.money.net))
    return [
        Cash(name, len(paid), sum(net for _, net in paid), min(paid)[0], max(paid)[0])
        for name, paid in sorted(payouts.items())
    ]


def rupiah(amount: int) -> str:
    """Return the amount with points between thousands: "1.500.000"."""
    return f"{amount:,}".replace(",", ".")


@dataclass(frozen=True)
class PayChoice:
    """One meaning of a doubtful tax: its ``reading`` (of READINGS), its written form, and what a person receives."""

    reading: str
    text: str
    money: Money


def choices_of(amount: str, tax: str) -> list[PayChoice]:
    """Return both meanings of a bare number up to ``DOUBTFUL``, a share or rupiah; else nothing."""
    typed = tax.strip()
    if not _BARE.fullmatch(typed) or float(typed.replace(",", ".")) in (0, *range(DOUBTFUL + 1, 1000)):
        return []
    choices = []
    for reading, text in zip(READINGS, (f"{typed}%", f"Rp{typed}"), strict=True):
        try:
            rate = read_rate(amount, text)
        except Refused:
            continue
        if rate:
            choices.append(PayChoice(reading, text, rate.money))
    return choices


def read_rate(amount: str, tax: str, reading: str = "") -> Rate | None:
    """Return the rate somebody typed ("150.000" and "5%" or "7.500"), none where the amount is empty.

    ``reading`` (of READINGS) says how a bare number up to ``DOUBTFUL`` is meant. Refused when that is not said, when an
    amount cannot be read, is 0 or beyond ``MOST``, or when the tax is more than the amount.
    """
    if choices := choices_of(amount, tax):
        chosen = next((choice for choice in choices if choice.reading == reading), None)
        if chosen is None:
            meant = " / ".join(f"{choice.text} = Rp{rupiah(choice.money.tax)}" for choice in choices)
            raise Refused(
                "doubtful_tax",
                "PPh “%(text)s”: persen atau rupiah? Pilih %(meant)s.",
                422,
                text=tax.strip(),
                meant=meant,
            )
        tax = chosen.text
    if not amount.strip():
        if tax.strip() in ("", "0"):
            return None
        raise Refused("no_amount", "Isi jumlahnya dahulu, baru PPh.", 422)
    gross = _rupiah_of(amount)
    if not 1 <= gross <= MOST:
        raise Refused("bad_amount", "Jumlah harus Rp1 sampai Rp%(most)s.", 422, most=rupiah(MOST))
    if share := _PERCENT.fullmatch(tax.strip()):
        rate = Rate(gross, int(share[1]) * 100 + int((share[2] or "0").ljust(2, "0")), percent=True)
    else:
        rate = Rate(gross, _rupiah_of(tax) if tax.strip() else 0)
    if rate.money.net < 0:
        raise Refused("tax_above_amount", "PPh tidak boleh lebih besar dari jumlahnya.", 422)
    return rate


def _rupiah_of(text: str) -> int:
    match = _AMOUNT.fullmatch(text.strip())
    if not match or len(text) > 30:
        raise Refused(
            "bad_money", "“%(text)s” bukan jumlah rupiah. Tulis misalnya 150.000.", 422, text=text.strip()[:30]
        )
    return int(re.sub(r"\D", "", match[1]))
