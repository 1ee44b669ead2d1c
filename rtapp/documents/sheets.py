"""Spreadsheets in and out: rows of XLSX, XLSM, ODS, XLS and CSV files, told apart by their content alone."""

import csv
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from io import BytesIO, StringIO
from pathlib import PurePath
from typing import Any

from ..refusals import Refused
from .cells import MAX_BYTES as MAX_BYTES
from .cells import Cell as Cell
from .cells import Merge as Merge
from .cells import Row as Row
from .cells import Sheet as Sheet
from .cells import Workbook as Workbook
from .ods import read_ods
from .ods import write_ods as write_ods
from .refused import bomb, broken, not_a_spreadsheet, protected, resave, too_large
from .text_tables import FORMULA, decoded, looks_like_html, read_csv, read_html
from .xls import read_xls
from .xlsx import SHEET_PART, read_xlsx

_MAX_UNPACKED = 400 << 20  # a sheet formatted down to its last row is that large
_MAX_PART = 64 << 20  # any other part of a workbook
_MAX_PARTS = 2_000
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BIFF = (b"\x09\x08", b"\x09\x04", b"\x09\x02", b"\x09\x00")
_OTHERS = (
    (b"%PDF", "PDF"),
    (b"\x89PNG", "gambar PNG"),
    (b"\xff\xd8\xff", "gambar JPEG"),
    (b"GIF8", "gambar GIF"),
    (b"BM", "gambar BMP"),
    (b"Rar!", "arsip RAR"),
    (b"7z\xbc\xaf", "arsip 7z"),
    (b"\x1f\x8b", "arsip GZIP"),
    (b"{\\rtf", "dokumen RTF"),
)


def read_workbook(data: bytes, filename: str = "") -> Workbook:
    """Read a spreadsheet; ``filename`` only names the sheet of a CSV. Raises Refused with what to do about it."""
    if not data.strip():
        raise Refused("empty_file", "Berkas kosong. Pilih berkas yang berisi daftar peserta.", 422)
    if len(data) > MAX_BYTES:
        raise too_large()
    if data.startswith(b"PK"):
        return _read_zip(data)
    if data.startswith(_OLE):
        return _read_ole(data)
    text = decoded(data)
    for magic, what in _OTHERS:
        if data.startswith(magic) and (what != "gambar BMP" or text is None):
            raise not_a_spreadsheet(what)
    if text is None:
        if data.startswith(_BIFF):
            return read_xls(data)
        raise broken()
    if "urn:schemas-microsoft-com:office:spreadsheet" in text[:4096]:
        raise resave("XML Spreadsheet 2003")
    if looks_like_html(text):
        return read_html(text)
    if not text.strip("\ufeff\0 \r\n\t;,"):
        raise Refused("empty_file", "Berkas kosong. Pilih berkas yang berisi daftar peserta.", 422)
    return read_csv(text, PurePath(filename).stem)


def _read_zip(data: bytes) -> Workbook:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            parts = archive.infolist()
            names = {part.filename for part in parts}
            kind = archive.read("mimetype")[:80] if "mimetype" in names else b""
    except Exception as error:  # a cut-off archive fails in many ways
        raise broken() from error
    sizes = [part.file_size for part in parts]
    others = [part.file_size for part in parts if not SHEET_PART.match(part.filename)]
    if sum(sizes) > _MAX_UNPACKED or max(others, default=0) > _MAX_PART or len(parts) > _MAX_PARTS:
        raise bomb()
    if any(part.flag_bits & 1 for part in parts):
        raise protected()
    if "xl/workbook.xml" in names:
        return read_xlsx(data)
    if b"opendocument.spreadsheet" in kind and "content.xml" in names:
        return read_ods(data)
    if "xl/workbook.bin" in names:
        raise resave("XLSB")
    if "word/document.xml" in names or b"opendocument.text" in kind:
        raise not_a_spreadsheet("dokumen Word")
    raise not_a_spreadsheet("arsip ZIP")


def _read_ole(data: bytes) -> Workbook:
    """Read the old container, which holds an XLS, an encrypted XLSX or a Word document."""

    def holds(stream: str) -> bool:
        return stream.encode("utf-16-le") in data

    if holds("EncryptedPackage") or holds("EncryptionInfo"):
        raise protected()
    if holds("WordDocument"):
        raise not_a_spreadsheet("dokumen Word")
    return read_xls(data)


@dataclass(frozen=True)
class Table:
    """A sheet to be written; its rows begin with the header, or with ``above`` rows of a letterhead and a title.

    ``widths`` are in characters; ``choices`` gives a column (0 is A) its drop-down list; the rows numbered in
    ``muted`` (0 is the first) are grey, those in ``bold`` bold; ``as_text`` formats every cell as text, the empty ones
    too, down to row 1000; ``formats`` are those of the numbers of a column. ``bars`` puts a chart of columns beside
    the rows: its title, the first and the last row, whose first cell is a label and whose second a number.
    """

    name: str
    rows: Iterable[Sequence[Any]]
    widths: Sequence[float] = ()
    choices: Mapping[int, Sequence[str]] = field(default_factory=dict)
    muted: frozenset[int] = frozenset()
    as_text: bool = False
    above: int = 0
    bold: frozenset[int] = frozenset()
    formats: Mapping[int, str] = field(default_factory=dict)
    bars: tuple[str, int, int] | None = None


def write_xlsx(tables: Iterable[Table], made_at: datetime | None = None) -> bytes:
    """Return a workbook of ``tables``; text is written as text, whatever it begins with, and is never a formula.

    With ``made_at`` as the time of its making equal tables give equal bytes.
    """
    import xlsxwriter

    out = BytesIO()
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(out, {"constant_memory": True, "in_memory": False, **plain})
    book.set_properties({"created": made_at} if made_at else {})
    styles = {
        "header": book.add_format({"bold": True, "bottom": 1, "num_format": "@", "text_wrap": True}),
        "text": book.add_format({"num_format": "@"}),
        "quoted": book.add_format({"num_format": "@", "quote_prefix": True}),
        "muted": book.add_format({"num_format": "@", "font_color": "#808080", "italic": True}),
        "date": book.add_format({"num_format": "yyyy-mm-dd"}),
        "moment": book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
        "bold": book.add_format({"bold": True, "num_format": "@"}),
    }
    lists: list[Sequence[str]] = []
    for table in tables:
        sheet = book.add_worksheet(_sheet_name(table.name))
        _lay_out(sheet, table, styles, lists)
        numbers = {column: book.add_format({"num_format": shape}) for column, shape in table.formats.items()}
        for number, values in enumerate(table.rows):
            base = "header" if number == table.above else "muted" if number in table.muted else "text"
            base = "bold" if number in table.bold else base
            for column, value in enumerate(values):
                _write(sheet, number, column, value, base, styles, numbers.get(column))
        if table.bars:
            _draw_bars(book, sheet, *table.bars)
    if lists:
        _write_lists(book, lists, styles)
    book.close()
    return out.getvalue()


def _lay_out(sheet: Any, table: Table, styles: Mapping[str, Any], lists: list[Sequence[str]]) -> None:
    sheet.freeze_panes(table.above + 1, 0)
    sheet.repeat_rows(table.above)
    for column, width in enumerate(table.widths):
        sheet.set_column(column, column, width, styles["text"] if table.as_text else None)
    for column, names in table.choices.items():
        if names:
            source = f"=_pilihan!${chr(65 + len(lists))}$1:${chr(65 + len(lists))}${len(names)}"
            lists.append(names)
            sheet.data_validation(
                1, column, 1000, column, {"validate": "list", "source": source, "error_type": "warning"}
            )


def _write_lists(book: Any, lists: Sequence[Sequence[str]], styles: Mapping[str, Any]) -> None:
    sheet = book.add_worksheet("_pilihan")
    sheet.very_hidden()
    for number in range(max(map(len, lists))):
        for column, names in enumerate(lists):
            if number < len(names):
                sheet.write_string(number, column, names[number], styles["text"])


def _draw_bars(book: Any, sheet: Any, title: str, first: int, last: int) -> None:
    chart = book.add_chart({"type": "column"})
    labels, values = ([sheet.name, first, column, last, column] for column in (0, 1))
    chart.add_series({"categories": labels, "values": values, "gap": 20, "fill": {"color": "#0b6b4f"}})
    chart.set_title({"name": title, "name_font": {"size": 12}})
    chart.set_legend({"none": True})
    chart.set_size({"width": 760, "height": 320})
    sheet.insert_chart(first, 3, chart)


def _write(
    sheet: Any, row: int, column: int, value: Any, base: str, styles: Mapping[str, Any], shape: Any = None
) -> None:
    if value is None or value == "":
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, (int, float)):
        sheet.write_number(row, column, value, shape)
    elif isinstance(value, datetime):
        sheet.write_datetime(row, column, value.replace(tzinfo=None), styles["moment"])
    elif isinstance(value, date):
        sheet.write_datetime(row, column, datetime(value.year, value.month, value.day), styles["date"])
    else:
        text = str(value)
        quoted = base == "text" and FORMULA.match(text)
        sheet.write_string(row, column, text[:32_767], styles["quoted" if quoted else base])


def _sheet_name(name: str) -> str:
    kept = "".join(" " if letter in "[]:*?/\\" else letter for letter in name).strip("' ")
    return kept[:31] or "Lembar"


def write_csv(rows: Iterable[Sequence[Any]], *, separator: str = ",", bom: bool = False) -> bytes:
    """Return ``rows`` as UTF-8 CSV with CRLF; a text that would be a formula gets an apostrophe in front.

    Without a byte-order mark by default: programs read these files (desk.md §6); people get the XLSX. ``read_workbook``
    takes the apostrophes off again.
    """
    out = StringIO(newline="")
    writer = csv.writer(out, delimiter=separator)
    for values in rows:
        writer.writerow(_field(value) for value in values)
    return out.getvalue().encode("utf-8-sig" if bom else "utf-8")


def _field(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, str):
        return f"'{value}" if FORMULA.match(value) else value
    return value.isoformat() if isinstance(value, date) else value
