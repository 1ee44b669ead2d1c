"""The papers of transport money, recap and index: text equals the data on both papers, same bytes twice."""

import dataclasses
import io
import re
from datetime import date, timedelta

import openpyxl
import pypdf
import pytest

from rtapp.documents.flow import FOOT, TOP, Block, set_pages
from rtapp.live.tally import Counts, DistrictTally, VillageTally
from rtapp.refusals import reason
from rtapp.reports import papers
from rtapp.reports.bundle import Made, Part
from rtapp.reports.invited_paper import Invited
from rtapp.reports.recap import Recap
from rtapp.reports.transport import Payment, Rate

from . import AT_LENGTH
from .printing import ABOUT, NAMES, fonts, pdf_text, unspaced
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
    return pdf_text(papers.transport_pdf(rows, ABOUT, "Registrasi", paper, fonts()))


@pytest.mark.parametrize("paper", ["f4", "a4"])
def test_everybody_paid_stands_on_the_list_once_under_its_header(paper):
    count = 951 if AT_LENGTH else 70
    pages = transport(payments(count), paper)
    whole = " ".join(pages)
    lines = " ".join(drawn(papers.transport_pdf(payments(count), ABOUT, "Registrasi", paper, fonts())))
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


def test_substitutes_and_doubts_are_on_the_paper():
    whole = " ".join(drawn(papers.transport_pdf(payments(4), ABOUT, "Registrasi", "f4", fonts())))
    assert "(diwakili oleh Anak Contoh)" in whole
    assert "Perlu diperiksa sebelum dibayar" in whole and "Hadir di Gelombang I, II. Bayarkan satu kali saja." in whole


def test_nobody_to_pay_makes_a_correct_empty_list():
    [page] = transport([])
    assert "Belum ada yang hadir atau diwakili." in page and "Jumlah 0 0 0" in page and "Terbilang: Nol rupiah." in page


def test_odd_numbers_sign_at_the_left_and_even_ones_at_the_right():
    pdf = pypdf.PdfReader(io.BytesIO(papers.transport_pdf(payments(6), ABOUT, "Registrasi", "f4", fonts())))
    found: dict[str, float] = {}

    def visit(text, _cm, matrix, _font, _size):
        if re.fullmatch(r"\d\.", text.strip()):
            found[text.strip()] = matrix[4]

    pdf.pages[0].extract_text(visitor_text=visit)
    assert found["1."] == found["3."] == found["5."] < found["2."] == found["4."] == found["6."]


@pytest.mark.parametrize("name", list(NAMES))
def test_any_name_leaves_the_list_whole(name):
    row = Payment(NAMES[name], "Ketua RT 001 Desa Uwie", "rt", RATE.money)
    [page] = drawn(papers.transport_pdf([row, *payments(3)[1:]], ABOUT, "Registrasi", "f4", fonts()))
    assert "Contoh 003" in page
    if name in ("titles", "60 characters", "apostrophe", "one word"):
        assert unspaced(NAMES[name]) in unspaced(page)


def test_title_language_and_fonts_are_in_the_file():
    pdf = pypdf.PdfReader(io.BytesIO(papers.transport_pdf(payments(3), ABOUT, "Registrasi", "a4", fonts())))
    assert pdf.metadata.title == "Daftar penerimaan uang transport · Gelombang I"
    assert pdf.trailer["/Root"]["/Lang"] == "id-ID"
    for font in pdf.pages[0]["/Resources"]["/Font"].values():
        assert "/FontFile2" in font.get_object()["/FontDescriptor"]


def test_the_workbook_says_the_same_with_numbers_that_add_up():
    book = openpyxl.load_workbook(io.BytesIO(papers.transport_xlsx(payments(70), ABOUT, "Registrasi")))
    rows = [[cell.value for cell in row] for row in book.active.iter_rows()]
    head = next(number for number, row in enumerate(rows) if row[0] == "No")
    lines = rows[head + 1 : head + 71]
    assert [line[1] for line in lines] == [f"Contoh {n:03}" for n in range(1, 71)]
    assert [sum(line[column] for line in lines) for column in (3, 4, 5)] == rows[head + 71][3:6]
    assert rows[head + 72][2] == "Sembilan juta sembilan ratus tujuh puluh lima ribu rupiah"
    assert book.active.print_title_rows == f"${head + 1}:${head + 1}"
    assert book.active.sheet_properties.pageSetUpPr.fitToPage and book.active.page_setup.fitToHeight == 0
    assert book.active.page_setup.orientation == "landscape"


def recap(villages: int = 40) -> Recap:
    made = tuple(VillageTally(f"{n:04}", f"Contoh {n:02}", "desa", n % 9, 9, n % 2) for n in range(villages))
    counts = Counts(
        1, sum(v.present for v in made), 9 * villages, "roster", 3, 0, 2, 1, 9 * villages,
        (DistrictTally("01", "Murung Pudak", sum(v.present for v in made), 9 * villages, made),),
    )  # fmt: skip
    bars = [(at(7) + timedelta(minutes=5 * n), n % 7) for n in range(20)]
    return Recap(1, date(2023, 11, 8), "Aula", counts, 5, bars)


@pytest.mark.parametrize("paper", ["f4", "a4"])
def test_a_recap_names_every_village_once_with_its_numbers(paper):
    found = recap()
    whole = " ".join(pdf_text(papers.recap_pdf(found, ABOUT, paper, fonts())))
    for village in found.counts.districts[0].villages:
        numbers = f"{village.present or '–'} {village.represented or '–'}"
        assert whole.count(f"Desa {village.name} 9 {numbers}") == 1
    assert "Kedatangan per 5 menit; terbanyak 07.30–07.35 (6 orang)" in whole
    assert f"Jumlah 360 {found.counts.hadir}" in whole


def test_the_workbook_of_the_recap_holds_a_native_chart_of_the_arrivals():
    data = papers.recap_xlsx(recap(), ABOUT)
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert [cell.value for cell in book["Kedatangan"]["B"]][1:] == [n % 7 for n in range(20)]
    [chart] = book["Kedatangan"]._charts
    assert chart.series[0].val.numRef.f == "Kedatangan!$B$2:$B$21"


@pytest.mark.parametrize("bars", [[], [(at(7), 1)]])
def test_a_recap_of_few_or_none_is_a_correct_paper(bars):
    few = Recap(1, date(2023, 11, 8), "", recap(2).counts, 5, bars)
    assert ("Kedatangan" in " ".join(pdf_text(papers.recap_pdf(few, ABOUT, "a4", fonts())))) == bool(bars)
    assert openpyxl.load_workbook(io.BytesIO(papers.recap_xlsx(few, ABOUT))).sheetnames == ["Rekap", "Kedatangan"]
    empty = Recap(1, date(2023, 11, 8), "", Counts(1, 0, 0, "roster", 0, 0, 0, 0, 0, ()), 5, [])
    assert "Jumlah – –" in pdf_text(papers.recap_pdf(empty, ABOUT, "a4", fonts()))[0] and papers.recap_xlsx(
        empty, ABOUT
    )
    none = Recap(1, date(2023, 11, 8), "", None, 5, [])
    assert "tidak punya titik absensi registrasi" in pdf_text(papers.recap_pdf(none, ABOUT, "a4", fonts()))[0]
    assert papers.recap_xlsx(none, ABOUT)


def test_the_invited_stand_per_district_beside_the_roster_with_their_sum():
    districts = [Invited("Jaro", 71, 70, True), Invited("Tanta", None, 3, False)]
    [page] = pdf_text(papers.invited_pdf(districts, ABOUT, "a4", fonts()))
    assert "1 Jaro 71 70 perkiraan" in page and "2 Tanta 3" in page and "Jumlah 71 73" in page
    assert "belum diisi" in pdf_text(papers.invited_pdf([], ABOUT, "a4", fonts()))[0]


def test_the_index_names_each_file_with_its_digest_and_what_is_missing():
    made = [
        Made(Part("20.pdf", "Daftar", 12, bytes), b"one"),
        Made(Part("30.pdf", "Uang", missing="Belum diisi."), None),
    ]
    [page] = drawn(papers.index_pdf(made, ABOUT, "f4", fonts()))
    assert made[0].digest in unspaced(page) and "1 Daftar 20.pdf 12" in page and "Uang Belum diisi." in page


@pytest.mark.parametrize("make", [
    lambda: papers.transport_pdf(payments(3), ABOUT, "Registrasi", "f4", fonts()),
    lambda: papers.transport_xlsx(payments(3), ABOUT, "Registrasi"),
    lambda: papers.recap_pdf(recap(3), ABOUT, "f4", fonts()),
    lambda: papers.recap_xlsx(recap(3), ABOUT),
], ids=["transport.pdf", "transport.xlsx", "recap.pdf", "recap.xlsx"])  # fmt: skip
def test_equal_content_makes_equal_bytes_at_any_time(make, monkeypatch):
    import time

    first = make()
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 86_400)
    assert make() == first


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
    [page] = drawn(papers.transport_pdf(payments(3), odd, "Registrasi", "a4", fonts()))
    assert "Contoh 003" in page and "Halaman 1 dari 1" in page
    book = openpyxl.load_workbook(io.BytesIO(papers.transport_xlsx(payments(3), odd, "Registrasi")))
    assert book.active["A1"].data_type == "s"
