"""What every paper of the committee keeps: any name, the same bytes twice, a title and letters for screen readers."""

import io
import re
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pypdf
import pytest

from rtapp.badges.handover import Parcel
from rtapp.badges.papers import card_sheet, handover_list
from rtapp.reports import papers
from rtapp.reports.certificate_papers import certificate_pdf
from rtapp.reports.narrative_papers import narrative_docx
from rtapp.reports.papers import FORMS, Page
from rtapp.reports.signatures import Matched, SignedPage, Signer
from rtapp.reports.transport import Payment

from .printing import ABOUT, NAMES, card, fonts, on, unspaced
from .test_reports_attendance import line, roll
from .test_reports_certificate import TAUGHT, award
from .test_reports_narrative import told
from .test_reports_papers import RATE, drawn, payments, recap


def attendance(name: str, page: Page, blank: bool = False) -> bytes:
    lines = (line(1, name=name, village=name, substitute=name), line(2, village=name), line(3, village=name))
    return papers.attendance(replace(roll(3, blank), lines=lines, point=name), ABOUT, page, "village")


def transport(name: str, page: Page) -> bytes:
    return papers.transport([Payment(name, name, "rt", RATE.money), *payments(3)[1:]], ABOUT, "Registrasi", page)


def signed(name: str, page: Page) -> bytes:
    signers = [Signer(1, name, "Ketua RT 001", False), Signer(2, "Contoh 002", "Ketua RT 001 Desa Uwie", True)]
    return papers.signed(Matched([SignedPage(1, signers, 2)]), name, ABOUT, page)


PAPERS: dict[str, tuple[Callable[..., bytes], str, str]] = {
    "filled": (attendance, "Daftar hadir {name} · Gelombang I", "Peserta 0003"),
    "blank": (lambda *given: attendance(*given, blank=True), "Daftar hadir {name} · Gelombang I", "Peserta 0003"),
    "transport": (transport, "Daftar penerimaan uang transport · Gelombang I", "Contoh 003"),
    "signed": (signed, "Pencocokan tanda tangan · Gelombang I", "Berbeda: halaman 1."),
    "recap": (
        lambda _name, page: papers.recap(recap(3), ABOUT, page),
        "Rekap kehadiran · Gelombang I",
        "Desa Contoh 02",
    ),
}
SHEETS = [(paper, form) for paper in PAPERS for form in FORMS if form == "pdf" or paper != "signed"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("paper", [paper for paper in PAPERS if paper != "recap"])
def test_any_name_leaves_a_paper_whole(paper, name):
    make, _title, last = PAPERS[paper]
    [page] = drawn(make(NAMES[name], on("f4")))
    assert last in page
    if name in ("titles", "apostrophe", "one word"):
        assert unspaced(NAMES[name]) in unspaced(page)
    assert paper == "signed" or make(NAMES[name], on("f4", "xlsx"))


OTHERS = {
    "cards": lambda: card_sheet([card(number) for number in range(1, 13)], "f4", fonts(), "Judul", invariant=True),
    "handover": lambda: handover_list([Parcel("Desa Contoh " * 30, "Kecamatan", 3)], ABOUT, "Judul", "f4", fonts()),
    "report": lambda: narrative_docx(told(), ABOUT, "f4"),
    "certificates": lambda: certificate_pdf([award(1), award(2)], TAUGHT, ABOUT, "f4", fonts()),
}


@pytest.mark.parametrize(
    "make",
    [*(partial(PAPERS[paper][0], "Contoh", on("f4", form)) for paper, form in SHEETS), *OTHERS.values()],
    ids=[*map("-".join, SHEETS), *OTHERS],
)
def test_equal_content_makes_equal_bytes_at_any_time(make, monkeypatch):
    first, now = make(), time.time()
    monkeypatch.setattr(time, "time", lambda: now + 86_400)
    assert make() == first


@pytest.mark.parametrize("paper", PAPERS)
def test_title_language_and_fonts_are_in_the_file(paper):
    make, title, _last = PAPERS[paper]
    pdf = pypdf.PdfReader(io.BytesIO(make("Contoh", on("a4"))))
    assert pdf.metadata.title == title.format(name="Contoh") and pdf.trailer["/Root"]["/Lang"] == "id-ID"
    for font in pdf.pages[0]["/Resources"]["/Font"].values():
        assert "/FontFile2" in font.get_object()["/FontDescriptor"]


@pytest.mark.parametrize("made", [
    lambda: papers.attendance(roll(6, True), ABOUT, on("f4")),
    lambda: papers.transport(payments(6), ABOUT, "Registrasi", on("f4")),
], ids=["blank", "transport"])  # fmt: skip
def test_odd_numbers_sign_at_the_left_and_even_ones_at_the_right(made):
    found: dict[str, float] = {}

    def visit(text, _cm, matrix, _font, _size):
        if re.fullmatch(r"\d\.", text.strip()):
            found[text.strip()] = matrix[4]

    pypdf.PdfReader(io.BytesIO(made())).pages[0].extract_text(visitor_text=visit)
    assert found["1."] == found["3."] == found["5."] < found["2."] == found["4."] == found["6."]
