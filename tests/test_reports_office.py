"""Papers as sheets, opened in an office: as many pages as the PDF, the same paper, every text of it."""

import io
import re
from dataclasses import replace
from datetime import date, timedelta

import pypdf
import pytest

from rtapp.reports import papers
from rtapp.reports.transport import MOST, Payment, Rate
from rtapp.settings.letterhead import Letterhead
from rtapp.settings.signatories import Signatory

from .offices import printed
from .printing import ABOUT, on, unspaced
from .test_reports_attendance import roll
from .test_reports_papers import RATE, recap
from .test_settings_letterhead import picture
from .world import at

RICH = Rate(MOST, 1500, percent=True).money
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
    "blank": lambda page: papers.attendance(crowd(130, blank=True), FULL, page),
    "filled": lambda page: papers.attendance(crowd(60), FULL, page, "village"),
    "one": lambda page: papers.attendance(roll(1, True), replace(FULL, signing={"attendance": SEVEN}), page),
    "empty": lambda page: papers.attendance(roll(0), ABOUT, page),
    "transport": lambda page: papers.transport(paid(130), FULL, "Registrasi", page),
    "rich": lambda page: papers.transport([replace(one, money=RICH) for one in paid(337)], FULL, "Registrasi", page),
    "recap": lambda page: papers.recap(recap(45), FULL, page),
}
PAGES = [(name, paper) for name in MAKERS for paper in ("f4", "a4")]
FORMS = {"f4": "xlsx", "a4": "ods"}
CASES = [(name, paper, FORMS[paper]) for name, paper in PAGES] + [("blank", "f4", "ods"), ("transport", "a4", "xlsx")]


@pytest.fixture(scope="module")
def made():
    """The pages of every paper as a PDF."""
    return {(name, paper): reader(MAKERS[name](on(paper))) for name, paper in PAGES}


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    """Every paper as a sheet, printed by one start of the office."""
    files = {f"{name}-{paper}-{form}.{form}": MAKERS[name](on(paper, form)) for name, paper, form in CASES}
    return printed(files, tmp_path_factory.mktemp("office"))


def reader(pdf: bytes) -> list[pypdf.PageObject]:
    return list(pypdf.PdfReader(io.BytesIO(pdf)).pages)


def size(page: pypdf.PageObject) -> list[int]:
    """Width and height in mm."""
    return [float(side) / 72 * 25.4 for side in page.mediabox[2:]]


@pytest.mark.parametrize(("name", "paper", "form"), CASES)
def test_a_sheet_comes_out_of_an_office_page_for_page_like_the_pdf(opened, made, name, paper, form):
    sheet, pages = reader(opened[f"{name}-{paper}-{form}.{form}"]), made[name, paper]
    assert len(sheet) == len(pages)
    for ours, theirs in zip(pages, sheet, strict=True):
        assert size(theirs) == pytest.approx(size(ours), abs=1)  # Excel's folio is 215.9 mm wide
        said = unspaced(theirs.extract_text())
        assert [word for word in words_of(ours) if word not in said] == []


def smallest(pages: list[pypdf.PageObject]) -> float:
    """The size of the smallest letters of the pages in points."""
    sizes = []

    def visit(text, _cm, matrix, _font, size):
        if text.strip():
            sizes.append(size * abs(matrix[3] or 1))

    for page in pages:
        page.extract_text(visitor_text=visit)
    return min(sizes)


def words_of(page: pypdf.PageObject) -> list[str]:
    """The words of a page but the digests in its foot and what a chart says."""
    words = [word for word in page.extract_text().split() if word not in ("isi", "jejak") and len(word) < 32]
    return [word for word in words if not re.fullmatch(r"\d\d\.\d0|\d", word)]


def test_the_letterhead_breaks_no_number_of_a_telephone(made):
    text = made["one", "a4"][0].extract_text()
    assert any("Telp. (0526) 2021 234" in line for line in text.splitlines())


def test_all_seven_sign_with_whole_names_no_smaller_than_eight_points(made):
    pages = made["one", "a4"]
    whole = unspaced("".join(page.extract_text() for page in pages))
    for signer in SEVEN:
        assert unspaced(signer.name) in whole and unspaced(signer.position) in whole
    assert whole.count(NIP) == 7 and "…" not in whole
    assert smallest(pages) >= 8 - 1e-6


def test_the_number_of_a_signatory_stands_on_one_line_of_a_sheet(opened):
    for name in ("transport-f4-xlsx.xlsx", "transport-a4-ods.ods"):
        lines = [line for page in reader(opened[name]) for line in page.extract_text().splitlines()]
        assert sum(line.count(f"NIP. {NIP}") for line in lines) == 7


@pytest.mark.parametrize("name", ["filled", "blank", "recap"])
def test_every_page_of_an_event_with_a_long_name_tells_it_whole_and_readably(name):
    event = f"{FULL.event} tentang administrasi dan tata kelola wilayah rukun tetangga, angkatan kedua"
    about = replace(FULL, event=event, requester="Petugas Contoh dengan nama yang amat panjang sekali, S.Pd.I., M.Pd.")
    makers = {
        "filled": lambda: papers.attendance(crowd(60), about, on("a4"), "village"),
        "blank": lambda: papers.attendance(crowd(60, blank=True), about, on("a4")),
        "recap": lambda: papers.recap(recap(45), about, on("a4")),
    }
    pages = reader(makers[name]())
    whole = [unspaced(page.extract_text()) for page in pages]
    assert len(pages) > 1 and all(unspaced(event) in page and unspaced(about.requester) in page for page in whole)
    assert smallest(pages) >= 8 - 1e-6


def test_no_sum_of_money_is_ever_cut(made, opened):
    whole = "".join(page.extract_text() for page in made["rich", "f4"])
    assert "337.000.000.000" in whole and "50.550.000.000" in whole and "286.450.000.000" in whole and "…" not in whole
    assert "##" not in "".join(page.extract_text() for page in reader(opened["rich-f4-xlsx.xlsx"]))


def test_a_mark_of_another_day_than_the_waves_shows_its_date(made):
    text = " ".join(made["filled", "f4"][0].extract_text().split())
    assert "9 Nov 2023" in text


def test_every_page_names_the_paper_the_event_the_day_the_place_the_village_and_the_code(made):
    for name in ("blank", "filled", "transport"):
        for number, page in enumerate(made[name, "f4"]):
            text = " ".join(page.extract_text().split())
            title = "Daftar hadir" if name != "transport" else "Daftar penerimaan uang transport"
            assert title.upper() in text if number == 0 else title in text
            for fact in (FULL.event, FULL.day, FULL.venue, "Gelombang I", "Kode cetak ", f"Halaman {number + 1} dari"):
                assert fact in text
            assert "Contoh Raya" in text or "Kas per kasir" in text  # nobody stands on a page of sums alone
