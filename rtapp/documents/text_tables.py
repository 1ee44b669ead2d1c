"""Tables that are text: CSV and TSV in the encodings and separators offices use, and HTML that calls itself XLS."""

import codecs
import csv
import re
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from io import StringIO
from itertools import islice

from ..refusals import Refused
from .cells import EMPTY, MAX_CELL_CHARS, MAX_COLUMNS, MAX_ROWS, Cell, Merge, Row, Sheet, Workbook, sheet_of, text_cell
from .refused import broken, too_many_rows

# A text that a spreadsheet program would take for a formula; the wide signs count in East Asian settings.
FORMULA = re.compile("'*[=+\\-@\t\r\n＝＋－＠]")
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_SEPARATORS = (";", ",", "\t", "|")
_SEP_LINE = re.compile(r'"?sep=(.)"?\s*(?:\r\n|\r|\n)', re.I)
_AS_TEXT = re.compile(r'="(.*)"', re.S)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")
_SPACE = re.compile(r"\s+")
_SAMPLE = 60
_MOST_LINES = 60  # of one record: a cell with more line breaks is read as lines
_MAX_TAG = 1 << 20  # letters from one tag's end to the next: the parser takes a hundred times that in memory
csv.field_size_limit(2**31 - 1)  # of the whole process, and so set once: what bounds a cell is the size of an upload


def decoded(data: bytes) -> str | None:
    """Return text in UTF-8, UTF-16 or Windows-1252, whichever ``data`` is; None when it is no text at all."""
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return data.decode(encoding, errors="replace")
    zeros = data[:4096].count(0)
    if zeros > len(data[:4096]) // 4:  # letters of two bytes, one of them zero
        order = "utf-16-le" if data[1:2] == b"\0" else "utf-16-be"
        text = data.decode(order, errors="replace")
    else:
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            text = data.decode("cp1252", errors="replace")
    return None if len(_CONTROL.findall(text[:4096])) > 2 else text


def read_csv(text: str, name: str = "") -> Workbook:
    """Read separated values; the sheet is called ``name``, every value is text. Raises Refused beyond the limits."""
    start, separator = 0, None
    declared = _SEP_LINE.match(text)
    if declared:
        start, separator = 1, declared[1]
        text = text[declared.end() :]
    rows, width = [], 0
    separator = separator or _separator(text)
    try:
        for number, values in enumerate(_records(text, separator), start + 1):
            values = _opened(values, separator, width)
            width = max(width, len(values))
            if any(values):
                rows.append(Row(number, tuple(text_cell(_meant(value)) for value in values[:MAX_COLUMNS])))
            if len(rows) > MAX_ROWS:
                raise too_many_rows()
    except csv.Error as error:
        raise broken() from error
    return Workbook("csv", (sheet_of(name, rows),), sees_hidden=False)


def _opened(values: list[str], separator: str, width: int) -> list[str]:
    """Return the values of a record that was quoted as a whole, as a table saved from one column has them."""
    whole = values[0] if values and not any(values[1:]) else ""
    if width < 3 or whole.count(separator) + 1 < width:
        return values
    again = next(csv.reader([" ".join(whole.splitlines())], delimiter=separator), [])
    return again if len(again) == width else values


def _records(text: str, separator: str) -> Iterator[list[str]]:
    """Yield the records of a text; a quote that nobody closed is a letter of its line and swallows no line below it.

    So is one that closes only in another line, with whole rows between: two ditto marks below one another.
    """
    if '"' not in text:
        yield from csv.reader(StringIO(text, newline=""), delimiter=separator)
        return
    lines = StringIO(text, newline="").readlines()
    at = 0
    while at < len(lines):
        reader = csv.reader(islice(lines, at, at + _MOST_LINES), delimiter=separator)
        values = next(reader, [])
        span = max(reader.line_num, 1)
        if span > 1 and _swallows(
            values, separator, lines[at : at + span], at + span >= min(len(lines), at + _MOST_LINES)
        ):
            yield [_unquoted(field) for field in lines[at].rstrip("\r\n").split(separator)]
            at += 1
        else:
            yield values
            at += span


def _swallows(values: list[str], separator: str, lines: list[str], at_end: bool) -> bool:
    """Say whether an unclosed quote has swallowed whole rows into a field of this record."""
    usual = max(lines[0].count(separator), 1)
    within = max((field.count(separator) for field in values if "\n" in field), default=0)
    return within >= usual or (at_end and sum(line.count('"') for line in lines) % 2 == 1)


def _unquoted(field: str) -> str:
    stripped = field.strip()
    return stripped if stripped == '"' else stripped.strip('"').replace('""', '"')


def _separator(text: str) -> str:
    """Return the separator that cuts the first lines into the most, and the most equal, pieces."""
    sample = text[:65_536].splitlines(keepends=True)[: _SAMPLE * 2]

    def score(separator: str) -> int:
        try:
            rows = list(csv.reader(sample, delimiter=separator))[:_SAMPLE]
        except csv.Error:
            return 0
        widths = Counter(len(row) for row in rows if any(row)).most_common(1)
        width, times = widths[0] if widths else (0, 0)  # nothing but separators: no row says anything
        return (width - 1) * times

    scores = {separator: score(separator) for separator in _SEPARATORS} if any(line.strip() for line in sample) else {}
    return max(scores, key=lambda separator: scores[separator], default=",")


def _meant(value: str) -> str:
    """Return what a field stands for: ``="0812"`` and ``'=1+1`` are ways to say "this is text"."""
    as_text = _AS_TEXT.fullmatch(value.strip())
    if as_text:
        return as_text[1].replace('""', '"')
    return value[1:] if value.startswith("'") and FORMULA.match(value) else value


def looks_like_html(text: str) -> bool:
    """Say whether ``text`` is a web page or a piece of one that holds a table."""
    head = text[:2048].lstrip("\ufeff \t\r\n").lower()
    return head.startswith("<") and ("<table" in text.lower() or head.startswith(("<html", "<!doctype html")))


def read_html(text: str) -> Workbook:
    """Read the tables of a page, as web programs export them under the name of XLS; one sheet per table."""
    if max(map(len, text.split(">"))) > _MAX_TAG:
        raise broken()
    parser = _Tables()
    try:
        parser.feed(text)
        parser.close()
    except (ValueError, AssertionError) as error:
        raise broken() from error
    sheets = tuple(sheet for sheet in map(_sheet_of, range(1, len(parser.tables) + 1), parser.tables) if sheet.rows)
    if not sheets:
        raise Refused("no_table", "Berkas ini halaman web tanpa tabel. Simpan sebagai .xlsx, lalu unggah lagi.", 422)
    return Workbook("html", sheets, sees_hidden=False)


class _Tables(HTMLParser):
    """Collects tables as rows of (text, columns, rows, struck)."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[list[list[tuple[str, int, int, bool]]]] = []
        self.cell: list[str] | None = None
        self.spans = (1, 1)
        self.struck = 0  # how many elements that strike through are open
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self._end_cell()
            self.tables.append([])
        elif tag == "tr" and self.tables:
            self._end_cell()
            self.tables[-1].append([])
            if sum(map(len, self.tables)) > MAX_ROWS:
                raise too_many_rows()
        elif tag in ("td", "th") and self.tables:
            self._end_cell()
            if not self.tables[-1]:
                self.tables[-1].append([])
            attributes = dict(attrs)
            self.cell, self.struck = [], 0
            self.spans = (_span(attributes.get("colspan")), _span(attributes.get("rowspan")))
        elif tag in ("s", "strike", "del"):
            self.struck += 1
        elif tag in ("style", "script"):
            self.silent += 1
        elif tag in ("br", "p", "div") and self.cell:
            self.cell.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th", "tr", "table"):
            self._end_cell()
        elif tag in ("s", "strike", "del"):
            self.struck = max(0, self.struck - 1)
        elif tag in ("style", "script"):
            self.silent = max(0, self.silent - 1)

    def handle_data(self, data: str) -> None:
        if self.cell is not None and not self.silent:
            text = _SPACE.sub(" ", data)
            self.cell.append(f"~{text.strip()}~ " if self.struck and text.strip() else text)

    def _end_cell(self) -> None:
        if self.cell is not None:
            lines = (" ".join(line.split()) for line in "".join(self.cell).split("\n"))
            text = "\n".join(line for line in lines if line)[:MAX_CELL_CHARS]
            struck = text.startswith("~") and text.endswith("~") and text.count("~") == 2
            self.tables[-1][-1].append((text.strip("~") if struck else text, *self.spans, struck))
        self.cell = None


def _span(text: str | None) -> int:
    return min(max(int(text), 1), MAX_COLUMNS) if text and text.isascii() and text.isdigit() and len(text) < 6 else 1


def _sheet_of(index: int, table: list[list[tuple[str, int, int, bool]]]) -> Sheet:
    rows, merges, taken = [], [], set()
    for number, values in enumerate(table, 1):
        cells: list[Cell] = []
        for text, right, down, struck in values:
            while (number, len(cells)) in taken:
                cells.append(EMPTY)
            left = len(cells)
            if left >= MAX_COLUMNS:
                break
            if right > 1 or down > 1:
                merges.append(Merge(number, left, number + down - 1, left + right - 1))
                below = range(number + 1, min(number + down, len(table) + 1))
                taken.update((row, column) for row in below for column in range(left, left + right))
            cells += [text_cell(text, struck), *([EMPTY] * (right - 1))]
        rows.append(Row(number, tuple(cells[:MAX_COLUMNS])))
    return sheet_of(f"Tabel {index}", rows, merges=merges)
