"""PDF documents: office paper, embedded fonts, Indonesian, the same bytes when asked."""

import io

import pytest
from pypdf import PdfReader

from rtapp.documents import qr
from rtapp.documents.pdf import Document

from .printing import decoded, fonts, rendered


def written(paper: str = "f4", **changed) -> bytes:
    document = Document(paper, fonts(), "Kartu peserta", **changed)
    for face in ("regular", "bold", "mono"):
        line = document.fit("Ñandú Contoh, S.Pd.", face, 80, largest=6, smallest=3)
        document.write(20, 30, line, face)
    document.line(10, 10, 60, 10, 0.1)
    document.ring(30, 100, 5, 0.5, "#0b4f3c")
    return document.finish()


def read(pdf: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(pdf))


@pytest.mark.parametrize(("paper", "size"), [("a4", (210, 297)), ("f4", (215, 330))])
def test_paper_has_the_size_an_office_buys(paper, size):
    box = read(written(paper)).pages[0].mediabox
    assert (float(box.width), float(box.height)) == pytest.approx([mm * 72 / 25.4 for mm in size], abs=0.01)


def test_unknown_paper_and_missing_fonts_are_named(tmp_path):
    with pytest.raises(KeyError, match="letter"):
        written("letter")
    with pytest.raises(FileNotFoundError, match=r"DejaVuSans\.ttf"):
        Document("a4", tmp_path, "Kartu peserta")


def test_a_code_stands_where_it_was_put_and_is_read(tmp_path):
    document = Document("a4", fonts(), "Kartu peserta")
    modules = qr.matrix("CONTOHCARD234567")
    document.modules(100, 50, 30, len(modules), qr.runs(modules))
    [page] = rendered(document.finish(), tmp_path)
    assert decoded(page) == ["CONTOHCARD234567"]
    left, top, right, bottom = page.point(lambda grey: 255 if grey < 128 else 0).getbbox()
    assert [edge * 25.4 / 150 for edge in (left, top, right, bottom)] == pytest.approx([100, 50, 130, 80], abs=0.3)
