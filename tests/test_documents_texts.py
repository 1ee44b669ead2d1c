"""Word and Writer documents, PDFs, and what is no list: read within bounds, or refused by their true names."""

import zipfile
from io import BytesIO

import pytest
from docx import Document
from openpyxl import Workbook as Book
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont

from rtapp.documents import docx, odt
from rtapp.imports.message import read_file
from rtapp.refusals import Refused

from .clerk_files import Grid, pdf
from .clerk_files import odt as odt_of
from .clerks import CONTOH, habits, judged, read
from .refusing import refused

_SEEN = "Desa Hayup\nRT 01 : Bahrani Contoh 081200000001\nRT 02 : Siti Rahmah Contoh"


def as_word(text: str) -> bytes:
    document, out = Document(), BytesIO()
    for line in text.splitlines():
        document.add_paragraph(line)
    document.save(out)
    return out.getvalue()


def as_writer(text: str) -> bytes:
    return odt_of([Grid("Teks", [[line] for line in text.splitlines()], ())])


def as_pdf(text: str) -> bytes:
    return pdf([Grid("Teks", [[line] for line in text.splitlines()], ())])


PAPERS = {"docx": as_word, "odt": as_writer, "pdf": as_pdf}


@pytest.mark.parametrize("kind", PAPERS)
def test_lines_of_a_document_are_read_as_a_message_is(kind):
    understood = read("surat", read_file(PAPERS[kind](_SEEN), f"surat.{kind}"))
    told = [(row.village.name, row.rt, row.name, row.phone) for row in understood.rows if row.row_class == "accepted"]
    assert told == [
        ("Hayup", "001", "Bahrani Contoh", "081200000001"), ("Hayup", "002", "Siti Rahmah Contoh", ""),
    ]  # fmt: skip


@pytest.mark.parametrize("kind", ["docx", "odt"])
def test_a_message_that_was_pasted_into_a_document_gives_the_same_people(kind):
    plain = [habit for habit in habits("chats.txt", CONTOH) if "\n\n" not in habit.text and "\t" not in habit.text]
    wrong = {}
    for habit in plain[:40]:
        if any(mark in habit.title for mark in ("spaces", "pipes", "semicolons", "cells one", "no village")):
            continue  # tables, which a document holds as tables
        try:
            found = judged(habit, read("surat", read_file(PAPERS[kind](habit.text), f"surat.{kind}")))
        except Refused as refused:
            found = [str(refused)] if habit.seats or habit.asked else []
        wrong |= {habit.title: found} if found else {}
    assert wrong == {}


def test_hidden_columns_and_struck_parts_are_not_read():
    book, out = Book(), BytesIO()
    page = book.active
    for values in (["NAMA", "NAMA KETUA RT", "RT", "DESA"], ["Lama Contoh", "Bahrani Contoh", 1, "Hayup"],
                   ["Dulu Contoh", None, 2, "Hayup"]):  # fmt: skip
        page.append(values)
    page.column_dimensions["A"].hidden = True
    page["B3"] = CellRichText(
        TextBlock(InlineFont(strike=True), "Siti Contoh"), TextBlock(InlineFont(), " Rusdah Contoh")
    )
    book.save(out)
    understood = read("a", read_file(out.getvalue(), "a.xlsx"))
    taken = {row.rt: row.name for row in understood.rows if row.row_class == "accepted"}
    assert taken == {"001": "Bahrani Contoh", "002": "Rusdah Contoh"}


def _zip(*names: str) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, b"\0" * 100)
    return out.getvalue()


def _scan() -> bytes:
    from reportlab.pdfgen.canvas import Canvas

    out = BytesIO()
    canvas = Canvas(out)
    canvas.rect(10, 10, 300, 300, fill=1)  # a page full of dark, as a scan is, without a letter
    canvas.save()
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "called", "step"),
    [
        ("ketua.numbers", _zip("Index/Document.iwa", "preview.jpg"), "Apple Numbers", "salin tabelnya"),
        ("ketua.pages", _zip("Index/Document.iwa", "preview.jpg"), "Apple Pages", "salin tabelnya"),
        ("IMG_1.heic", b"\0\0\0\x18ftypheic" + b"\0" * 40, "foto HEIC", "Atau tempel teks"),
        ("IMG-WA0007.jpg", b"\xff\xd8\xff\xe0" + b"\0" * 40, "foto JPEG", "Atau tempel teks"),
        ("layar.xlsx", b"\x89PNG\r\n\x1a\n" + b"\0" * 40, "gambar PNG", "Atau tempel teks"),
        ("stiker.webp", b"RIFF\0\0\0\0WEBPVP8 " + b"\0" * 40, "gambar WEBP", "Atau tempel teks"),
        ("SK RT.pdf", _scan(), "hasil pindaian", "Atau tempel teks"),
        ("daftar.xlsx", as_word("Desa Hayup"), "dokumen Word", ".docx"),
        ("daftar.rar", b"Rar!\x1a\x07" + b"\0" * 40, "arsip RAR", "DOCX"),
    ],
)
def test_what_cannot_be_read_is_refused_by_its_true_name_with_the_step_that_helps(name, data, called, step):
    with pytest.raises(Refused) as refused:
        read_file(data, name)
    assert called in str(refused.value) and step in str(refused.value)


@pytest.mark.parametrize(("bound", "most"), [("_MAX_XML", 200), ("MAX_EVENTS", 5)])
@pytest.mark.parametrize(("kind", "module"), [("docx", docx), ("odt", odt)])
def test_a_document_of_more_text_or_elements_than_any_list_has_is_refused(kind, module, bound, most, monkeypatch):
    data = PAPERS[kind](_SEEN * 3)
    monkeypatch.setattr(module, bound, most)
    with refused("zip_bomb", 413):
        read_file(data, f"a.{kind}")


def test_a_document_of_tables_within_tables_without_end_is_refused():
    deep = "<w:tbl><w:tr><w:tc>" * 200 + "</w:tc></w:tr></w:tbl>" * 200
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("word/document.xml", f'<w:document xmlns:w="urn:w"><w:body>{deep}</w:body></w:document>')
    with pytest.raises(Refused):
        read_file(out.getvalue(), "a.docx")
