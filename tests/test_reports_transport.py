"""Transport money: sums in whole rupiah, what may be typed, amounts in words."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtapp.refusals import Refused
from rtapp.reports.terbilang import LARGEST, rupiah_words, terbilang
from rtapp.reports.transport import (
    MOST,
    Cash,
    Money,
    Payment,
    Rate,
    cash_by_cashier,
    choices_of,
    position_of,
    read_rate,
    rupiah,
    total,
)

from .refusing import refused
from .world import at

SPELLED = {
    0: "nol",
    10: "sepuluh",
    11: "sebelas",
    12: "dua belas",
    21: "dua puluh satu",
    111: "seratus sebelas",
    1_001: "seribu satu",
    1_100: "seribu seratus",
    11_000: "sebelas ribu",
    101_000: "seratus satu ribu",
    1_001_000: "satu juta seribu",
    48_022_500: "empat puluh delapan juta dua puluh dua ribu lima ratus",
    10**9: "satu miliar",
    10**12: "satu triliun",
}
ONES = ["nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan"]
POWERS = {"ribu": 10**3, "juta": 10**6, "miliar": 10**9, "triliun": 10**12}


def read_back(words: str) -> int:
    """Return the number that somebody hears who reads the words aloud."""
    whole = group = last = 0
    for word in re.sub(r"\bse(?=puluh|belas|ratus|ribu)", "satu ", words).split():
        if word in ONES:
            last = ONES.index(word)
        elif word in ("puluh", "belas", "ratus"):
            group += {"puluh": last * 10, "belas": last + 10, "ratus": last * 100}[word]
            last = 0
        else:
            whole, group, last = whole + (group + last) * POWERS[word], 0, 0
    return whole + group + last


@pytest.mark.parametrize(("number", "words"), SPELLED.items())
def test_an_amount_is_spelled_as_a_receipt_spells_it(number, words):
    assert terbilang(number) == words


@given(st.integers(0, LARGEST))
def test_whoever_reads_the_words_aloud_hears_the_number(number):
    words = terbilang(number)
    assert read_back(words) == number
    assert not re.search(r"\bsatu (puluh|belas|ratus)\b|^satu ribu|juta satu ribu|iar satu ribu|nol .|  ", words)


@pytest.mark.parametrize("number", [-1, LARGEST + 1])
def test_what_no_receipt_holds_has_no_words(number):
    with pytest.raises(ValueError):
        terbilang(number)


def test_a_total_is_spelled_with_its_currency_and_a_capital():
    assert rupiah_words(50_550_000) == "Lima puluh juta lima ratus lima puluh ribu rupiah"


RATES = st.builds(Rate, st.integers(1, MOST), st.integers(0, 10_000), st.just(True)) | st.integers(1, MOST).flatmap(
    lambda amount: st.builds(Rate, st.just(amount), st.integers(0, amount))
)


def payment(rate: Rate, cashier: str = "") -> Payment:
    paid_at = at(8) if cashier else None
    return Payment("Contoh", "Ketua RT 001", "rt", rate.money, paid_at=paid_at, cashier=cashier)


@given(st.lists(st.tuples(RATES, st.sampled_from(["", "Meja 1", "Meja 2"])), max_size=40))
def test_the_total_is_the_sum_of_its_lines_and_of_what_cashiers_hold_and_what_is_unpaid(lines):
    payments = [payment(*line) for line in lines]
    whole = total(payments)
    assert whole.gross == sum(rate.amount for rate, _ in lines)
    assert whole.gross - whole.tax == whole.net == sum(p.money.net for p in payments)
    unpaid = sum(p.money.net for p in payments if not p.cashier)
    assert sum(cash.net for cash in cash_by_cashier(payments)) + unpaid == whole.net
    assert all(type(value) is int for value in (whole.gross, whole.tax, whole.net))


@given(RATES)
def test_nobody_is_withheld_more_than_they_get_nor_a_rupiah_too_much(rate):
    money = rate.money
    assert 0 <= money.tax <= money.gross
    if rate.percent:
        assert money.tax * 10_000 <= rate.amount * rate.tax < (money.tax + 1) * 10_000


@given(RATES)
def test_what_was_typed_is_shown_as_it_can_be_typed_again(rate):
    assert read_rate(rupiah(rate.amount), rate.tax_text).money == rate.money


@pytest.mark.parametrize(
    ("amount", "tax", "money"),
    [
        ("150.000", "5%", Money(150_000, 7_500)),
        ("Rp 150.000,-", "7.500", Money(150_000, 7_500)),
        ("Rp150.000,00", "", Money(150_000)),
        (" 150000 ", "0", Money(150_000)),
        ("99.999", "2,5%", Money(99_999, 2_499)),
        ("100.000", "100%", Money(100_000, 100_000)),
        ("100.000", "2.05 %", Money(100_000, 2_050)),
        ("1 500 000", "1 500", Money(1_500_000, 1_500)),
        ("rp. 150.000,-", "101", Money(150_000, 101)),
        ("150.000", "999", Money(150_000, 999)),
        ("1", "", Money(1)),
        ("1.000.000.000", "", Money(1_000_000_000)),
        ("0" * 27 + "150", "", Money(150)),
    ],
)
def test_an_amount_and_its_tax_are_read_as_offices_write_them(amount, tax, money):
    assert read_rate(amount, tax).money == money


def test_a_kind_without_an_amount_is_not_paid():
    assert read_rate("", "") is None and read_rate("  ", "0") is None


NO_MONEY = "“{}” bukan jumlah rupiah. Tulis misalnya 150.000."
OUTSIDE = "Jumlah harus Rp1 sampai Rp1.000.000.000."


@pytest.mark.parametrize(
    ("amount", "tax", "code", "sentence"),
    [
        ("seratus", "", "bad_money", NO_MONEY.format("seratus")),
        (" 150,000", "", "bad_money", NO_MONEY.format("150,000")),
        ("1.50.000", "", "bad_money", NO_MONEY.format("1.50.000")),
        ("-5", "", "bad_money", NO_MONEY.format("-5")),
        ("9" * 40, "", "bad_money", NO_MONEY.format("9" * 30)),
        ("0", "", "bad_amount", OUTSIDE),
        ("1.000.000.001", "", "bad_amount", OUTSIDE),
        ("150.000", "150.001", "tax_above_amount", "PPh tidak boleh lebih besar dari jumlahnya."),
        ("150.000", "101%", "tax_above_amount", "PPh tidak boleh lebih besar dari jumlahnya."),
        ("150.000", "lima", "bad_money", NO_MONEY.format("lima")),
        ("", "5%", "no_amount", "Isi jumlahnya dahulu, baru PPh."),
    ],
)
def test_what_is_no_amount_is_refused_with_a_sentence(amount, tax, code, sentence):
    with pytest.raises(Refused) as found:
        read_rate(amount, tax)
    assert (found.value.code, found.value.status, str(found.value)) == (code, 422, sentence)


@pytest.mark.parametrize("tax", ["5", "2,5", "10", " 5 ", "100"])
def test_a_bare_small_number_as_tax_is_asked_for_and_not_taken_for_rupiah(tax):
    with refused("doubtful_tax", said=f"{tax.strip()}%"):
        read_rate("150.000", tax)


def test_the_question_names_both_readings_with_what_they_withhold():
    with pytest.raises(Refused, match=r"5% = Rp7\.500 / Rp5 = Rp5"):
        read_rate("150.000", "5")
    percent, whole = choices_of("150.000", "5")
    assert (percent.money, whole.money) == (Money(150_000, 7_500), Money(150_000, 5))
    assert read_rate("150.000", "5", "percent") == Rate(150_000, 500, percent=True)
    assert read_rate("150.000", "5", "rupiah") == read_rate("150.000", "Rp5") == Rate(150_000, 5)
    assert choices_of("150.000", "7.500") == choices_of("150.000", "0") == choices_of("", "5") == []


@pytest.mark.parametrize("rate", [Rate(150_000, 5), Rate(150_000, 500, percent=True), Rate(150_000, 7_500), Rate(9)])
def test_a_rate_that_is_kept_is_read_again_without_a_question(rate):
    assert read_rate(rupiah(rate.amount), rate.tax_text) == rate


def test_where_only_one_reading_is_possible_it_is_asked_for_all_the_same():
    (only,) = choices_of("50", " 60 ")
    assert (only.reading, only.text, only.money) == ("percent", "60%", Money(50, 30))
    with pytest.raises(Refused, match=r"^PPh “60”: persen atau rupiah\? Pilih 60% = Rp30\."):
        read_rate("50", "60")


@pytest.mark.parametrize(
    ("rate", "text"),
    [
        (Rate(9), ""),
        (Rate(9_000, 100), "Rp100"),
        (Rate(9_000, 101), "101"),
        (Rate(90_000, 7_500), "7.500"),
        (Rate(9, 500, True), "5%"),
        (Rate(9, 250, True), "2,5%"),
        (Rate(9, 205, True), "2,05%"),
    ],
)
def test_a_tax_is_shown_as_offices_write_it(rate, text):
    assert rate.tax_text == text


def test_each_cashier_answers_for_what_they_handed_out_from_when_till_when():
    def paid(net: int, cashier: str = "", hour: int = 8) -> Payment:
        return Payment("X", "Tamu", "tamu", Money(net), paid_at=at(hour) if cashier else None, cashier=cashier)

    lines = [paid(7, "Meja 2", 9), paid(5, "Meja 2", 8), paid(1), paid(3, "Meja 1", 10)]
    assert cash_by_cashier(lines) == [
        Cash("Meja 1", 1, 3, at(10), at(10)), Cash("Meja 2", 2, 12, at(8), at(9))
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("facts", "position"),
    [
        (("rt", "003", "01", "Uwie", "desa"), "Ketua RT 003 / RW 01 Desa Uwie"),
        (("rt", "003", "", "Mabu'un", "kelurahan"), "Ketua RT 003 Kelurahan Mabu'un"),
        (("rt", "003", None, None, None), "Ketua RT 003"),
        (("narasumber", None, None, "Uwie", "desa"), "Narasumber"),
        (("panitia", None, None, None, None), "Panitia"),
        (("tamu", None, None, None, None), "Tamu"),
        (("lain", None, None, None, None), "lain"),
    ],
)
def test_a_position_is_written_as_papers_name_it(facts, position):
    assert position_of(*facts) == position
