"""Amounts in Indonesian words, as receipts spell them."""

_ONES = ("", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan", "sepuluh", "sebelas")
_POWERS = ((10**12, "triliun"), (10**9, "miliar"), (10**6, "juta"), (1000, "ribu"), (100, "ratus"), (10, "puluh"))
LARGEST = 10**15 - 1


def terbilang(number: int) -> str:
    """Return a whole number from 0 to ``LARGEST`` in words: 1500 → "seribu lima ratus".

    Raises ValueError outside these bounds. One hundred and one thousand alone are "seratus" and "seribu", but
    1.001.000 is "satu juta seribu" and 101.000 "seratus satu ribu".
    """
    if not 0 <= number <= LARGEST:
        raise ValueError(f"no words for {number}")
    return " ".join(_words(number)) or "nol"


def rupiah_words(amount: int) -> str:
    """Return the amount as it stands under a total: "Tiga juta tiga ratus tujuh puluh ribu rupiah"."""
    return f"{terbilang(amount)} rupiah".capitalize()


def _words(number: int) -> list[str]:
    if number < 12:
        return [_ONES[number]] if number else []
    if number < 20:
        return [_ONES[number - 10], "belas"]
    size, name = next(power for power in _POWERS if number >= power[0])
    many, rest = divmod(number, size)
    if many == 1 and size in (100, 1000):
        return [f"se{name}", *_words(rest)]
    return [*_words(many), name, *_words(rest)]
