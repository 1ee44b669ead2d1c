"""Papers as sheets, opened in an office: as many pages as the PDF, the same paper, every text of it."""

import io
from dataclasses import replace
from datetime import date, timedelta

import pypdf
import pytest

from rtapp.reports import papers
from rtapp.reports.transport import Payment
from rtapp.settings.letterhead import Letterhead
from rtapp.settings.signatories import Signatory

from .offices import printed
from .printing import ABOUT, on, unspaced
from .test_reports_attendance import roll
from .test_reports_papers import RATE, recap
from .test_settings_letterhead import picture
from .world import at

NIP = "197001011995031001"
LONG = "Drs. H. Contoh Nurjannah bin Abdul Muthalib Khairullah, S.Pd.I., M.Pd."
SEVEN = tuple(
    Signatory(f"Kepala Bidang Pemberdayaan Lembaga Kemasyarakatan {n}", f"{LONG} {n}"[-75:], "Pembina (IV/a)", NIP,
              "Mengetahui," if n == 1 else "")
    for n in range(1, 8)
)  # fmt: skip
ADDRESS = "Jalan Contoh Nomor 12, Kecamatan Contoh, Kabupaten Contoh, Telp. (0526) 2021 234, Kode Pos 71571"
FULL = replace(
    ABOUT, event="Bimtek peningkatan kapasitas Ketua RT se-Kabupaten Contoh Tahun 2023", on=date(2023, 11, 8),
    letterhead=Letterhead(("PEMERINTAH KABUPATEN CONTOH", "DINAS PEMBERDAYAAN DESA"), ADDRESS, "Tanjung"),
    logo=picture(), signing={"transport": SEVEN, "every": SEVEN[:2]},
)  # fmt: skip


def crowd(count: int, **more) -> papers.Roll:
    """A list with long names and positions, where a village has forty heads and some came a day later."""
    found = roll(count, **more)
    lines = [
        replace(one, name=LONG if number % 9 == 0 else one.name, title=f"{one.title} / RW 012",
                village=f"Kelurahan Contoh Raya {max(0, number - 40) // 12:02}",
                at=one.at + timedelta(days=1) if one.at and number == 3 else one.at)
        for number, one in enumerate(found.lines)
    ]  # fmt: skip
    return replace(found, lines=tuple(lines))


def paid(count: int) -> list[Payment]:
    return [
        Payment(LONG if number % 8 == 0 else f"Contoh {number:03}", f"Ketua RT {number:03} Kelurahan Contoh Raya", "rt",
                RATE.money, "Anak Contoh" if number % 20 == 0 else "", at(13) + timedelta(minutes=number), "Kasir 1")
        for number in range(1, count + 1)
    ]  # fmt: skip


MAKERS = {
    "blank": lambda page: papers.attendance(crowd(250, blank=True), FULL, page),
    "filled": lambda page: papers.attendance(crowd(90), FULL, page, "village"),
    "one": lambda page: papers.attendance(roll(1, True), replace(FULL, signing={"attendance": SEVEN}), page),
    "empty": lambda page: papers.attendance(roll(0), ABOUT, page),
    "transport": lambda page: papers.transport(paid(250), FULL, "Registrasi", page),
    "recap": lambda page: papers.recap(recap(60), FULL, page),
}
CASES = [(name, paper, form) for name in MAKERS for paper in ("f4", "a4") for form in ("xlsx", "ods")]


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    """Every paper as each kind of sheet, printed by one start of the office."""
    files = {f"{name}-{paper}-{form}.{form}": MAKERS[name](on(paper, form)) for name, paper, form in CASES}
    return printed(files, tmp_path_factory.mktemp("office"))


@pytest.mark.parametrize(("name", "paper", "form"), CASES)
def test_a_sheet_comes_out_of_an_office_page_for_page_like_the_pdf(opened, name, paper, form):
    sheet = pypdf.PdfReader(io.BytesIO(opened[f"{name}-{paper}-{form}.{form}"])).pages
    page = pypdf.PdfReader(io.BytesIO(MAKERS[name](on(paper)))).pages
    assert len(sheet) == len(page)
    for ours, theirs in zip(page, sheet, strict=True):
        assert [round(float(side) / 72, 1) for side in theirs.mediabox[2:]] == [
            round(float(side) / 72, 1) for side in ours.mediabox[2:]
        ]
        lacking = set(words_of(ours)) - set(words_of(theirs))
        assert not lacking, lacking


def words_of(page: pypdf.PageObject) -> list[str]:
    """The words of a page that are whole on it: those of names and numbers, not the foot that lists places."""
    text = page.extract_text().replace(" s.d. ", " ")
    return [
        word for word in text.split() if len(word) > 3 and not word.startswith(("Isi", "Rantai")) and len(word) < 40
    ]


def test_the_letterhead_breaks_no_number_of_a_telephone():
    text = pypdf.PdfReader(io.BytesIO(MAKERS["one"](on("a4")))).pages[0].extract_text()
    assert any("Telp. (0526) 2021 234" in line for line in text.splitlines())


def test_all_seven_sign_with_whole_names_no_smaller_than_eight_points():
    pages = pypdf.PdfReader(io.BytesIO(MAKERS["one"](on("a4")))).pages
    whole, sizes = unspaced("".join(page.extract_text() for page in pages)), []

    def visit(text, _cm, matrix, _font, size):
        if text.strip():
            sizes.append(size * abs(matrix[3] or 1))

    for page in pages:
        page.extract_text(visitor_text=visit)
    for signer in SEVEN:
        assert unspaced(signer.name) in whole and unspaced(signer.position) in whole
    assert whole.count(NIP) == 7 and "…" not in whole and min(sizes) >= 8 - 1e-6


def test_a_mark_of_another_day_than_the_waves_shows_its_date():
    text = " ".join(pypdf.PdfReader(io.BytesIO(MAKERS["filled"](on("f4")))).pages[0].extract_text().split())
    assert "9 Nov 2023" in text


def test_every_page_names_the_paper_the_event_the_day_the_place_the_village_and_the_code():
    for name in ("blank", "filled", "transport"):
        for number, page in enumerate(pypdf.PdfReader(io.BytesIO(MAKERS[name](on("f4")))).pages):
            text = " ".join(page.extract_text().split())
            title = "Daftar hadir" if name != "transport" else "Daftar penerimaan uang transport"
            assert title.upper() in text if number == 0 else title in text
            for fact in (FULL.event, FULL.day, FULL.venue, "Gelombang I", "Kode cetak ", f"Halaman {number + 1} dari"):
                assert fact in text
            assert "Contoh Raya" in text
