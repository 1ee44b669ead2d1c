"""The papers of transport money, recap and index: text equals the data on both papers, same bytes twice."""

import dataclasses
import io
from datetime import date, timedelta

import openpyxl
import pypdf
import pytest

from rtapp.documents.flow import FOOT, TOP, Block, set_pages
from rtapp.events.standing import Standing
from rtapp.live.tally import Counts, VillageTally, counts_of, district_of
from rtapp.refusals import reason
from rtapp.reports import papers
from rtapp.reports.bundle import BundlePart, FinishedPart
from rtapp.reports.invited_paper import Invited
from rtapp.reports.recap import Recap
from rtapp.reports.transport import Payment, Rate

from . import AT_LENGTH
from .printing import ABOUT, on, pdf_text, unspaced
from .world import at

RATE = Rate(150_000, 500, percent=True)
TWO_WAVES = reason("two_waves", "Hadir di Gelombang %(waves)s. Bayarkan satu kali saja.", waves="I, II")


def payments(count: int) -> list[Payment]:
    return [
        Payment(
            f"Contoh {number:03}",
            f"Ketua RT {number:03} Desa Uwie",
            "rt",
            RATE.money,
            substitute="Anak Contoh" if number == 2 else "",
            paid_at=at(13) + timedelta(minutes=number) if number % 5 else None,
            cashier=f"Kasir {number % 2}" if number % 5 else "",
            warnings=(TWO_WAVES,) if number == 3 else (),
        )
        for number in range(1, count + 1)
    ]


def drawn(pdf: bytes) -> list[str]:
    """The words of each page cell by cell, as they were drawn, where lines of neighbours would interleave."""
    return [" ".join(page.extract_text().split()) for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]


def transport(rows: list[Payment], paper: str = "f4") -> list[str]:
    return pdf_text(papers.transport(rows, ABOUT, "Registrasi", on(paper)))


@pytest.mark.parametrize("paper", ["f4", "a4"])
def test_everybody_paid_stands_on_the_list_once_under_its_header(paper):
    count = 951 if AT_LENGTH else 70
    pages = transport(payments(count), paper)
    whole = " ".join(pages)
    lines = " ".join(drawn(papers.transport(payments(count), ABOUT, "Registrasi", on(paper))))
    for n in (1, *range(3, count + 1)):
        assert lines.count(f"{n} Contoh {n:03} Ketua RT {n:03} Desa Uwie 150.000 7.500 142.500 {n}.") == 1
    assert lines.count("2 Contoh 002 (diwakili oleh Anak Contoh) Ketua RT 002 Desa Uwie 150.000") == 1
    assert whole.count("142.500") == count
    for number, page in enumerate(pages, start=1):
        assert f"Halaman {number} dari {len(pages)}" in page
        assert "dicetak dari sistem, Rabu, 8 November 2023 14.30 WITA, oleh Uji admin" in page
        assert "Tanda tangan" in page or "142.500" not in page
    assert "DPMD CONTOH" in pages[0] and "Titik absensi : Registrasi" in pages[0] and whole.count("Mengetahui,") == 1


def test_total_words_and_cash_of_each_cashier_stand_below():
    whole = " ".join(transport(payments(70)))
    assert "Jumlah 10.500.000 525.000 9.975.000" in whole
    assert "Terbilang: Sembilan juta sembilan ratus tujuh puluh lima ribu rupiah." in whole
    assert "Kasir 0 28 13.02–14.08 3.990.000" in whole and "Kasir 1 28 13.01–14.09 3.990.000" in whole


def test_substitutes_are_on_the_list_and_doubts_on_a_page_of_their_own():
    whole = " ".join(drawn(papers.transport(payments(4), ABOUT, "Registrasi", on("f4"))))
    assert "(diwakili oleh Anak Contoh)" in whole
    assert "Bayarkan satu kali saja" not in whole
    check = " ".join(drawn(papers.transport_check(payments(4), ABOUT, "Registrasi", on("f4"))))
    assert "3 Contoh 003 Ketua RT 003 Desa Uwie Hadir di Gelombang I, II. Bayarkan satu kali saja." in check
    settled = " ".join(drawn(papers.transport_check(payments(2), ABOUT, "Registrasi", on("f4"))))
    assert "Tidak ada yang perlu diperiksa" in settled and "Contoh 001" not in settled


def test_nobody_to_pay_makes_a_correct_empty_list():
    [page] = transport([])
    assert "Belum ada yang hadir atau diwakili." in page and "Jumlah 0 0 0" in page and "Terbilang: Nol rupiah." in page


def test_the_workbook_says_the_same_with_numbers_that_add_up():
    book = openpyxl.load_workbook(io.BytesIO(papers.transport(payments(70), ABOUT, "Registrasi", on("f4", "xlsx"))))
    rows = [[cell.value for cell in row] for row in book.active.iter_rows()]
    head = next(number for number, row in enumerate(rows) if row[0] == "No")
    lines = [row for row in rows if isinstance(row[0], int)]
    assert [line[1].partition(" (")[0] for line in lines] == [f"Contoh {n:03}" for n in range(1, 71)]
    [sums] = [row for row in rows if row[0] == "Jumlah"]
    assert [sum(line[column] for line in lines) for column in (3, 4, 5)] == sums[3:6]
    told = "Terbilang: Sembilan juta sembilan ratus tujuh puluh lima ribu rupiah."
    assert any(row[0] == told for row in rows)
    assert book.active.print_title_rows == f"${head + 1}:${head + 1}"
    assert int(book.active.page_setup.paperSize) == 14 and book.active.page_setup.orientation == "portrait"


def recap(villages: int = 40) -> Recap:
    made = [
        VillageTally({Standing.HADIR: n % 8, Standing.DIWAKILI: n % 2, Standing.BELUM: 8 - n % 8 + (n + 1) % 2},
                     f"{n:04}", f"Contoh {n:02}")
        for n in range(villages)
    ]  # fmt: skip
    counts = counts_of(1, [district_of("01", "Murung Pudak", made)], 2, 1)
    bars = [(at(7) + timedelta(minutes=5 * n), n % 7) for n in range(20)]
    return Recap(1, date(2023, 11, 8), "Aula", counts, 5, bars)


@pytest.mark.parametrize("paper", ["f4", "a4"])
def test_a_recap_names_every_village_once_with_its_numbers(paper):
    found = recap()
    whole = " ".join(pdf_text(papers.recap(found, ABOUT, on(paper))))
    for village in found.counts.districts[0].villages:
        numbers = [village.sendiri, village.diwakili, 0, 0, 0, 0, 0, village.belum, 9, village.hadir]
        assert whole.count(f"Desa {village.name} {' '.join(str(n or '–') for n in numbers)} ") == 1
    assert "Kedatangan per 5 menit; terbanyak 07.30–07.35 (6 orang)" in whole
    assert f"Jumlah {found.counts.sendiri} {found.counts.diwakili} – – – – – {found.counts.belum} 360" in whole


def test_the_workbook_of_the_recap_holds_a_native_chart_of_the_arrivals():
    data = papers.recap(recap(), ABOUT, on("f4", "xlsx"))
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert [cell.value for cell in book["Kedatangan"]["B"]][1:] == [n % 7 for n in range(20)]
    [chart] = book.active._charts
    assert chart.series[0].val.numRef.f == "Kedatangan!$B$2:$B$21"


def test_the_chart_counts_whole_people_and_says_the_day_that_is_not_the_waves():
    bars = [(at(23) + timedelta(hours=n), n % 3) for n in range(4)]
    about = dataclasses.replace(ABOUT, on=date(2023, 11, 8))
    found = dataclasses.replace(recap(2), bars=bars, step=60)
    book = openpyxl.load_workbook(io.BytesIO(papers.recap(found, about, on("f4", "xlsx"))))
    [chart] = book.active._charts
    assert (chart.y_axis.majorUnit, chart.y_axis.numFmt.formatCode) == (1, "0")
    assert [cell.value for cell in book["Kedatangan"]["A"]][1:3] == ["23.00", "00.00 9 Nov"]
    [page] = pdf_text(papers.recap(found, about, on("a4")))
    assert "00.00" in page and page.count("9 Nov") == 3 + 1
    assert "terbanyak 01.00–02.00 9 Nov 2023 (2 orang)" in page


@pytest.mark.parametrize("bars", [[], [(at(7), 1)]])
def test_a_recap_of_few_or_none_is_a_correct_paper(bars):
    few = Recap(1, date(2023, 11, 8), "", recap(2).counts, 5, bars)
    assert ("Kedatangan" in " ".join(pdf_text(papers.recap(few, ABOUT, on("a4"))))) == bool(bars)
    book = openpyxl.load_workbook(io.BytesIO(papers.recap(few, ABOUT, on("f4", "xlsx"))))
    assert book.sheetnames == ["Rekap kehadiran", *(["Kedatangan"] if bars else [])]
    empty = Recap(1, date(2023, 11, 8), "", Counts(), 5, [])
    assert "Jumlah – –" in pdf_text(papers.recap(empty, ABOUT, on("a4")))[0] and papers.recap(
        empty, ABOUT, on("f4", "xlsx")
    )
    none = Recap(1, date(2023, 11, 8), "", None, 5, [])
    assert "tidak punya titik absensi registrasi" in pdf_text(papers.recap(none, ABOUT, on("a4")))[0]
    assert papers.recap(none, ABOUT, on("f4", "xlsx"))


def test_the_invited_stand_per_district_beside_the_roster_with_their_sum():
    districts = [Invited("Jaro", 71, 70, True), Invited("Tanta", None, 3, False)]
    [page] = pdf_text(papers.invited(districts, ABOUT, on("a4")))
    assert "1 Jaro 71 70 perkiraan" in page and "2 Tanta 3" in page and "Jumlah 71 73" in page
    assert "belum diisi" in pdf_text(papers.invited([], ABOUT, on("a4")))[0]


def test_the_index_names_each_file_with_its_digest_and_what_is_missing():
    made = [
        FinishedPart(BundlePart("20.pdf", "Daftar", 12, bytes), b"one"),
        FinishedPart(BundlePart("30.pdf", "Uang", missing="Belum diisi."), None),
    ]
    [page] = drawn(papers.index(made, ABOUT, on("f4")))
    assert made[0].digest in unspaced(page) and "1 Daftar 20.pdf 12" in page and "Uang Belum diisi." in page


def test_a_row_is_never_split_and_what_belongs_together_stays():
    def nothing(_pen, _top):
        pass

    head, room = Block(9, nothing), 330 - TOP - FOOT
    rows = [Block(10, nothing, head) for _ in range(100)]
    pages = set_pages([*rows, Block(60, nothing, joined=True), Block(56, nothing)], room)
    for page in pages:
        assert page[-1][0] + page[-1][1].height <= room
        assert page[0][1] is head or len(page) == 2
    assert sum(block in rows for page in pages for _, block in page) >= 100
    assert [block.height for _, block in pages[-1]][-2:] == [60, 56]


def test_an_event_and_an_office_of_any_name_leave_the_paper_whole():
    odd = dataclasses.replace(ABOUT, event="Kegiatan " * 40, organiser="=DINAS 😀 " + "X" * 300, venue="عبد الله")
    [page] = drawn(papers.transport(payments(3), odd, "Registrasi", on("a4")))
    assert "Contoh 003" in page and "Halaman 1 dari 1" in page
    book = openpyxl.load_workbook(io.BytesIO(papers.transport(payments(3), odd, "Registrasi", on("f4", "xlsx"))))
    assert book.active["A1"].data_type == "s"
