"""Files made to hurt: each is read or refused within hard limits of time and memory; none reads other files."""

import io
import json
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from xlsxwriter import Workbook

from rtapp.documents.cells import MAX_BYTES
from rtapp.documents.ods_out import write_ods

from . import AT_LENGTH
from .served import ROOT

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the limits of a process are set as Linux knows them")
ROWS = [["nama", "rt", "desa"], ["CONTOH SATU", "1", "Hayup"], ["CONTOH DUA", "2", "Hayup"]]
SHEET, STRINGS, BOOK = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml"
LAUGHS = "<!DOCTYPE x [<!ENTITY a0 'ha'>{}]>".format(
    "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 12))
)


def small() -> bytes:
    """A workbook whose texts stand in a table of their own, as Excel writes them."""
    out = io.BytesIO()
    with Workbook(out, {"in_memory": True}) as book:
        page = book.add_worksheet("Data")
        for number, row in enumerate(ROWS):
            page.write_row(number, 0, row)
    return out.getvalue()


def xlsx(changed: dict[str, bytes]) -> bytes:
    """A small workbook, some of its parts replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(small())) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, changed.get(name, old.read(name)))
    return out.getvalue()


def part(name: str) -> str:
    """A part of the small workbook."""
    with zipfile.ZipFile(io.BytesIO(small())) as book:
        return book.read(name).decode()


def with_entity(name: str, declared: str, entity: str) -> bytes:
    """The small workbook with a document type in one part, and its entity where a text stands."""
    text = part(name)
    head, body = text.split("?>", 1)
    body = body.replace("CONTOH SATU", entity) if "CONTOH SATU" in body else body.replace("Data", entity)
    return xlsx({name: f"{head}?>{declared}{body}".encode()})


def sheet_of(rows: bytes) -> bytes:
    """The small workbook, its sheet holding these rows."""
    head = part(SHEET).split("<sheetData>")[0].encode()
    return xlsx({SHEET: head + b"<sheetData>" + rows + b"</sheetData></worksheet>"})


def ods(body: str, declared: str = "") -> bytes:
    """A document of OpenDocument whose table holds ``body``."""
    made = write_ods("Data", [["nama", "rt"], ["ISI", "1"]])
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(made)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "content.xml":
                text = content.decode()
                start, end = text.index("<table:table-row"), text.rindex("</table:table-row>")
                end += len("</table:table-row>")
                text = text[:start] + body + text[end:]
                head, rest = text.split("?>", 1) if text.startswith("<?xml") else ("<?xml version='1.0'", text)
                content = f"{head}?>{declared}{rest}".encode()
            new.writestr(name, content)
    return out.getvalue()


def ods_row(text: str, cell: str = "", row: str = "") -> str:
    return (
        f"<table:table-row {row}><table:table-cell office:value-type='string' {cell}><text:p>{text}</text:p>"
        "</table:table-cell></table:table-row>"
    )


def claiming(size: int) -> bytes:
    """A workbook whose directory says that its sheet unpacks into so many bytes."""
    data = bytearray(xlsx({}))
    place = data.rindex(SHEET.encode()) - 46  # its entry in the central directory
    assert data[place : place + 4] == b"PK\x01\x02"
    data[place + 24 : place + 28] = struct.pack("<I", size)
    return bytes(data)


def html(cell: str, times: int) -> bytes:
    return ("<table>" + f"<tr>{cell}</tr>" * times + "</table>").encode()


def secret(tmp_path: Path) -> Path:
    kept = tmp_path / "kept.txt"
    kept.write_text("RAHASIA-LAPTOP", encoding="utf-8")
    return kept


def hostile(tmp_path: Path) -> dict[str, bytes]:
    """Every file, by a name that says what is wrong with it."""
    outside = f"<!DOCTYPE x [<!ENTITY e SYSTEM '{secret(tmp_path).as_uri()}'>]>"
    many = 9 << 20
    many_strings = "<si><t>x</t></si>" * 3_500_000 + "<si>"
    return {
        "laughs-strings.xlsx": with_entity(STRINGS, LAUGHS, "&a11;"),
        "laughs-workbook.xlsx": with_entity(BOOK, LAUGHS, "&a11;"),
        "laughs-sheet.xlsx": xlsx({SHEET: part(SHEET).replace("?>", "?>" + LAUGHS, 1).encode()}),
        "laughs.ods": ods(ods_row("&a11;"), LAUGHS),
        "outside-strings.xlsx": with_entity(STRINGS, outside, "&e;"),
        "outside-workbook.xlsx": with_entity(BOOK, outside, "&e;"),
        "outside.ods": ods(ods_row("&e;"), outside),
        "claims-2-gb.xlsx": claiming(2 << 30),
        "claims-4-gb.xlsx": claiming((4 << 30) - 2),
        "claims-nothing.xlsx": claiming(0),
        "one-row-without-end.xlsx": sheet_of(b'<row r="1">' + b'<c r="A1"><v>1</v></c>' * 3_000_000),
        "rows-without-number.xlsx": sheet_of(b"<row><c><v>1</v></c></row>" * 3_000_000),
        "many-strings.xlsx": xlsx({STRINGS: part(STRINGS).replace("<si>", many_strings, 1).encode()}),
        "merges.xlsx": xlsx(
            {
                SHEET: part(SHEET).replace("</worksheet>", "").encode()
                + b"<mergeCells>"
                + b"".join(b'<mergeCell ref="A1:XFD1048576"/>' for _ in range(200_000))
                + b"</mergeCells></worksheet>"
            }
        ),
        "repeated-rows.ods": ods(ods_row("x", row="table:number-rows-repeated='1048576'")),
        "repeated-cells.ods": ods(ods_row("x", cell="table:number-columns-repeated='99999999999'") * 19_000),
        "spanned-cells.ods": ods((ods_row("x", cell="table:number-rows-spanned='1048576'")) * 19_000),
        "many-elements.ods": ods("<table:table-row>" + "<a/>" * 9_000_000 + "</table:table-row>"),
        "large.ods": ods(f"<table:table-row>{'<!-- x -->' * 8_000_000}</table:table-row>"),
        "deep.ods": ods("<a>" * 200_000 + "</a>" * 200_000),
        "one-line.csv": b"x" * many,
        "separators.csv": b"," * many,
        "quotes.csv": b'"' * many,
        "open-quote.csv": b'nama;rt\n"' + b"x;1\n" * (many // 4),
        "lines.csv": b"\n" * many,
        "no-separator.txt": b"RT 1 CONTOH " * (many // 12),
        "digits.txt": b"08" + b"1" * many,
        "spaces.txt": b"RT 1" + b" " * many + b"CONTOH\nRT 2 CONTOH",
        "open-tags.html": b"<table>" + b"<td <td " * 1_000_000,
        "too-large.csv": b"x" * (MAX_BYTES + 1),
    }


def patient() -> dict[str, bytes]:
    """Files that are bounded too, but each takes its ten seconds."""
    return {
        "blank-rows.xlsx": sheet_of(b"".join(b'<row r="%d"><c r="A%d"/></row>' % (n, n) for n in range(1, 2_000_000))),
        "many-rows.ods": ods(ods_row("") * 450_000),
        "spans.html": html("<td colspan=256 rowspan=99999>x</td>", 19_000),
        "nested.html": b"<table><tr><td>" * 500_000,
    }


@pytest.mark.slow
def test_a_file_made_to_hurt_is_read_or_refused_within_bounds(tmp_path):
    folder = tmp_path / "files"
    folder.mkdir()
    files = hostile(tmp_path) | (patient() if AT_LENGTH else {})
    for name, data in files.items():
        (folder / name).write_bytes(data)
    ran = subprocess.run(
        [sys.executable, "-m", "tests.limited", str(folder)], cwd=ROOT, capture_output=True, text=True, timeout=900
    )
    outcomes = dict(map(json.loads, ran.stdout.splitlines()))
    assert set(outcomes) == set(files), ran.stderr[-2000:]
    assert "RAHASIA" not in ran.stdout
    assert {name for name, outcome in outcomes.items() if "haha" in outcome} == set()
    bombs = {"claims-2-gb.xlsx", "claims-4-gb.xlsx", "many-strings.xlsx", "many-elements.ods", "large.ods"}
    assert {name for name, outcome in outcomes.items() if outcome == "zip_bomb"} == bombs
    assert outcomes["too-large.csv"] == "too_large" and outcomes["open-tags.html"] == "broken_file"
