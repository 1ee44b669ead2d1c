"""Spreadsheets in: every format that offices send, told apart by content, and every file that is none refused."""

import io
import random
import zipfile
from datetime import date, datetime

import msoffcrypto
import pytest
import xlwt
from openpyxl import Workbook as Book
from openpyxl.styles import Font

from rtapp.documents.cells import MAX_BYTES, MAX_ROWS, Merge
from rtapp.documents.csv_out import write_csv
from rtapp.documents.ods_out import MIME, write_ods
from rtapp.documents.sheets import read_workbook
from rtapp.documents.xlsx_out import WorkbookTable, write_xlsx
from rtapp.refusals import Refused

from .lists import saved, workbook
from .refusing import refused


def xls(*rows: list[object]) -> bytes:
    book = xlwt.Workbook()
    page = book.add_sheet("Lama")
    for number, values in enumerate(rows):
        for column, value in enumerate(values):
            if value is not None:
                page.write(number, column, value)
    page.write_merge(len(rows), len(rows), 0, 2, "JUMLAH")
    return saved(book)


def texts(data: bytes, name: str = "") -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in read_workbook(data, name).sheets[0].rows]


ROWS = [["Nama", "RT"], ["CONTOH SATU", 1]]


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (write_xlsx([WorkbookTable("A", ROWS)]), "xlsx"),
        (write_ods("A", [["Nama", "RT"], ["CONTOH SATU", "1"]]), "ods"),
        (xls(*ROWS), "xls"),
        (b"Nama;RT\r\nCONTOH SATU;1\r\n", "csv"),
        ("\ufeffNama\tRT\nCONTOH SATU\t1\n".encode(), "csv"),
        ("Nama,RT\nCONTOH SATU,1\n".encode("utf-16"), "csv"),
        (b"<html><table><tr><td>Nama</td><td>RT</td></tr><tr><td>CONTOH SATU</td><td>1</td></tr></table>", "html"),
    ],
)
@pytest.mark.parametrize("name", ["daftar.xlsx", "daftar.csv", "daftar", "daftar.pdf"])
def test_a_file_is_what_it_holds_whatever_it_is_called(data, kind, name):
    assert read_workbook(data, name).format == kind
    assert texts(data, name)[:2] == [["Nama", "RT"], ["CONTOH SATU", "1"]]


def test_an_xlsx_tells_hidden_rows_and_sheets_strikes_merges_dates_and_errors():
    book = Book()
    page = book.active
    page.title = "Data"
    page.append(["Judul", None, None])
    page.append(["CONTOH", 1.0, date(2023, 1, 3)])
    page.append(["CORET", 2.5, datetime(2023, 1, 3, 7, 30)])
    page.append(["#N/A", True, None])
    page["A4"].data_type = "e"
    page.merge_cells("A1:C1")
    page.row_dimensions[2].hidden = True
    page["A3"].font = Font(strike=True)
    book.create_sheet("Rahasia").sheet_state = "hidden"
    read = read_workbook(saved(book))
    data = read.sheets[0]
    assert data.merges == (Merge(1, 0, 1, 2),) and read.sheets[1].hidden and not data.hidden
    assert [row.hidden for row in data.rows] == [False, True, False, False]
    assert (data.rows[1].at(1).value, data.rows[1].at(2).kind) == (1, "date")
    assert data.rows[2].at(0).struck and not data.rows[1].at(0).struck and data.rows[2].at(1).value == 2.5
    assert (data.rows[3].at(0).kind, data.rows[3].at(1).kind) == ("error", "bool")


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        ('=HYPERLINK("https://wa.me/6281200000001","0812-0000-0001")', "0812-0000-0001"),
        ('=HYPERLINK("https://wa.me/6281200000001?text=Halo","Chat")', "6281200000001"),
        ('=HYPERLINK("tel:081200000001")', "081200000001"),
        ('=HYPERLINK("https://chat.example/a&b","Contoh & Uji")', "Contoh & Uji"),
        ('="0812"&"00000001"', "081200000001"),
        ('="0812"&B1', "#RUMUS?"),
    ],
)
def test_a_formula_that_was_never_counted_gives_the_text_that_it_writes_out(formula, text):
    assert read_workbook(workbook(Data=[["Contoh", "HP"], ["x", formula]])).sheets[0].rows[1].cells[1].text == text


def test_a_formula_gives_its_value_and_one_that_was_never_counted_is_an_error():
    book = Book()
    book.active.append(["=1+1", "ada"])
    assert read_workbook(saved(book)).sheets[0].rows[0].at(0).kind == "error"


def test_a_sheet_formatted_down_to_its_last_row_is_read_at_once():
    book = Book()
    page = book.active
    page.append(["Nama", "RT"])
    page.cell(1_048_576, 3).font = Font(bold=True)
    assert texts(saved(book)) == [["Nama", "RT"]]


def test_an_old_xls_keeps_numbers_whole_and_merges():
    read = read_workbook(xls(["CONTOH", 3, 2.5]))
    assert [cell.value for cell in read.sheets[0].rows[0].cells] == ["CONTOH", 3, 2.5]
    assert read.sheets[0].merges == (Merge(2, 0, 2, 2),) and not read.sees_hidden


def ods(body: str, styles: str = "") -> bytes:
    urn = "urn:oasis:names:tc:opendocument:xmlns"
    spaces = "".join(f' xmlns:{name}="{urn}:{name}:1.0"' for name in ("office", "table", "text", "style"))
    content = (
        f"<office:document-content{spaces}><office:automatic-styles>{styles}</office:automatic-styles><office:body>"
        f'<office:spreadsheet><table:table table:name="Data">{body}</table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", MIME)
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
    return out.getvalue()


def ods_row(*cells: str, **attributes: str) -> str:
    given = "".join(f' table:{name.replace("_", "-")}="{value}"' for name, value in attributes.items())
    return f"<table:table-row{given}>{''.join(cells)}</table:table-row>"


def ods_text(text: str, **attributes: str) -> str:
    given = "".join(f' table:{name.replace("_", "-")}="{value}"' for name, value in attributes.items())
    return f'<table:table-cell office:value-type="string"{given}><text:p>{text}</text:p></table:table-cell>'


def test_an_ods_tells_hidden_rows_strikes_merges_and_repetition():
    struck = '<style:style style:name="s"><style:text-properties style:text-line-through-style="solid"/></style:style>'
    empty, three = "<table:table-cell/>", '<table:table-cell office:value-type="float" office:value="3"/>'
    body = (
        ods_row(ods_text("JUDUL", number_columns_spanned="2"))
        + ods_row(empty, number_rows_repeated="3")
        + ods_row(ods_text("TERSEMBUNYI"), visibility="filter")
        + ods_row(ods_text("CORET", style_name="s"), three)
        + ods_row(empty, number_rows_repeated="1048000")
    )
    sheet = read_workbook(ods(body, struck)).sheets[0]
    assert [(row.number, row.hidden) for row in sheet.rows] == [(1, False), (5, True), (6, False)]
    assert sheet.rows[2].at(0).struck and sheet.rows[2].at(1).value == 3 and sheet.merges == (Merge(1, 0, 1, 1),)


@pytest.mark.parametrize("declared", ["sep=;\r\n", '"sep=;"\r\n', ""])
def test_a_declared_separator_is_taken_and_its_line_is_nobody(declared):
    assert texts(f"{declared}Nama;RT\r\nA, B;1\r\n".encode())[-1] == ["A, B", "1"]


@pytest.mark.parametrize("bad", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "'=1"])
def test_what_looks_like_a_formula_goes_out_as_text_and_comes_back_as_it_was(bad):
    rows = [["Nama"], [bad]]
    assert texts(write_csv(rows))[1] == [bad.strip("\t")] or texts(write_csv(rows))[1] == [bad]
    assert b"'" in write_csv(rows)
    assert texts(write_xlsx([WorkbookTable("A", rows)]))[1][0].strip() == bad.strip()
    assert texts(write_ods("A", rows))[1][0].strip() == bad.strip()


# Files that are no list


def encrypted() -> bytes:
    out = io.BytesIO()
    msoffcrypto.OfficeFile(io.BytesIO(write_xlsx([WorkbookTable("A", ROWS)]))).encrypt("rahasia", out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "code", "status"),
    [
        (b"", "empty_file", 422),
        (b" \r\n", "empty_file", 422),
        (b";;;\r\n", "empty_file", 422),
        (b"PK\x03\x04 rusak", "broken_file", 422),
        (b"\x00\x01\x02\x03" * 50, "broken_file", 422),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "broken_file", 422),
        (b"%PDF-1.7 ...", "misnamed", 415),
        (b"\xff\xd8\xff\xe0", "a_picture", 415),
        (b"x" * (MAX_BYTES + 1), "too_large", 413),
    ],
)
def test_a_file_that_is_no_list_is_refused_with_what_to_do(data, code, status):
    with refused(code, status):
        read_workbook(data, "daftar.xlsx")


def test_a_file_with_a_password_says_so():
    with refused("password_protected"):
        read_workbook(encrypted())


def test_more_rows_than_any_roster_has_are_refused():
    with refused("too_many_rows", 413):
        read_workbook("\n".join(f"CONTOH {n};{n}" for n in range(MAX_ROWS + 5)).encode())


@pytest.mark.parametrize("seed", range(25))
@pytest.mark.parametrize(
    "make", [lambda: write_xlsx([WorkbookTable("A", ROWS)]), lambda: xls(*ROWS), lambda: write_ods("A", [["a"]])]
)
def test_a_damaged_file_is_read_or_refused_and_nothing_else(make, seed):
    dice, data = random.Random(seed), bytearray(make())
    for _ in range(dice.randint(1, 30)):
        data[dice.randrange(len(data))] = dice.randrange(256)
    try:
        read_workbook(bytes(data[: dice.randint(len(data) // 2, len(data))]))
    except Refused as told:
        assert told.status in (413, 415, 422)


def test_a_csv_for_people_opens_in_an_indonesian_excel_and_one_for_programs_has_commas():
    rows = [("Nama", "Jumlah"), ("Contoh; satu", 2)]
    assert write_csv(rows) == b'\xef\xbb\xbfNama;Jumlah\r\n"Contoh; satu";2\r\n'
    assert write_csv(rows, for_programs=True) == b"Nama,Jumlah\r\nContoh; satu,2\r\n"
    for made in (write_csv(rows), write_csv(rows, for_programs=True)):
        assert texts(made) == [["Nama", "Jumlah"], ["Contoh; satu", "2"]]
