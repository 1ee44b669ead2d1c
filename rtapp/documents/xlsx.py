"""XLSX and XLSM in: the rows that hold something, with hidden rows, merges and strike-through, at bounded cost."""

import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import unescape
from io import BytesIO

from ..refusals import Refused
from .cells import EMPTY, MAX_COLUMNS, MAX_ROWS, Cell, Merge, Row, Sheet, Workbook, sheet_of, text_cell, value_cell
from .refused import bomb, broken, too_many_rows

CHUNK = 1 << 20
MAX_KEPT = 32 << 20  # bytes of XML of rows with values, per workbook
MAX_SPAN = 8 << 20  # bytes of XML in which at least one row must end
MAX_STRINGS = 20 * MAX_ROWS  # different texts of a workbook

SHEET_PART = re.compile(r"xl/worksheets/[^/]+\.xml$", re.I)
STRINGS_PART = re.compile(r"xl/sharedStrings\.xml$", re.I)
STRING = re.compile(rb"<(?:\w+:)?si[\s/>]")
ROW = re.compile(rb"<(?:\w+:)?row\b([^>]*?)(?:/>|>(.*?)</(?:\w+:)?row>)", re.S)
DATA = re.compile(rb"<((?:\w+:)?)sheetData\b[^>]*>")
HOLDS = re.compile(rb"<(?:\w+:)?(?:v|is|f)[\s>]")
HIDDEN = re.compile(rb"\bhidden=[\"'](?:1|true)[\"']")
NUMBER = re.compile(rb"\br=[\"'](\d+)[\"']")
MERGE = re.compile(rb"<(?:\w+:)?mergeCell\b[^>]*\bref=[\"']([A-Z]{1,3})(\d+)(?::([A-Z]{1,3})(\d+))?[\"']")
COLUMNS = re.compile(rb"<(?:\w+:)?col\b([^>]{0,400})>")
BOUND = re.compile(rb"\b(min|max)=[\"'](\d{1,6})[\"']")
RUN = re.compile(rb"<((?:\w+:)?)r>((?:(?!<(?:\w+:)?r>).)*?)</\1r>", re.S)
STRIKE = re.compile(rb"<(?:\w+:)?strike\b(?![^>]*\bval=[\"'](?:0|false)[\"'])")
RUN_TEXT = re.compile(rb"(<(?:\w+:)?t\b[^>]*>)([^<]*)(</(?:\w+:)?t>)")
ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")  # how XLSX writes a carriage return in a cell
MAX_FORMULA = 400  # characters of a formula that is read
QUOTED = re.compile(r'"([^"]*)"')
JOINED = re.compile(r'"[^"]*"(?:\s?&\s?"[^"]*")*')
LINK = re.compile(r'HYPERLINK\(\s?"([^"]*)"\s?(?:[,;]\s?"([^"]*)"\s?)?\)', re.I)
CALLED = re.compile(r"(?:^tel:|wa\.me/|\bphone=)(\+?\d{8,15})(?!\d)", re.I)
UNCOUNTED = re.compile(  # a formula whose result was never stored
    rb"<(?:\w+:)?c\b[^>]*\br=[\"']([A-Z]{1,3}\d+)[\"'][^>]*>\s*<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>([^<]*)</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)


@dataclass
class Sifted:
    """What a sheet's XML holds once blank rows are dropped from it."""

    xml: bytes
    rows: int = 0
    size: int = 0  # bytes of its rows
    hidden: set[int] = field(default_factory=set)
    merges: Sequence[Merge] = ()
    uncounted: dict[str, str] = field(default_factory=dict)  # by the cell: its formula, "" where it is shared
    hidden_columns: frozenset[int] = frozenset()


def read_xlsx(data: bytes) -> Workbook:
    """Read the workbook in ``data``, a ZIP already found to be of bearable size; raise Refused when it is broken.

    openpyxl's streaming reader gives the values. It knows neither hidden rows nor merges, and would walk through a
    million formatted empty rows, so each sheet is sifted first.
    """
    sifted: dict[str, Sifted] = {}
    slim = BytesIO()
    try:
        with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(slim, "w", zipfile.ZIP_STORED) as new:
            for info in old.infolist():
                if SHEET_PART.match(info.filename):
                    sheet = sift(old.open(info), MAX_KEPT - sum(len(s.xml) for s in sifted.values()))
                    sheet.xml = marked(sheet.xml)
                    sifted[info.filename] = sheet
                    new.writestr(info.filename, sheet.xml)
                elif not info.filename.startswith(("xl/media/", "xl/drawings/", "xl/charts/", "xl/embeddings/")):
                    part = old.read(info)
                    if STRINGS_PART.match(info.filename) and len(STRING.findall(part)) > MAX_STRINGS:
                        raise bomb()
                    new.writestr(info.filename, marked(part) if STRINGS_PART.match(info.filename) else part)
            paths = sheet_paths(old)
        if sum(part.rows for part in sifted.values()) > MAX_ROWS:
            raise too_many_rows()
        return Workbook("xlsx", load(slim, paths, sifted))
    except Refused:
        raise
    except Exception as error:  # the library meets broken files with every exception there is
        raise broken() from error


def sift(stream, room: int) -> Sifted:
    """Return the sheet of ``stream`` without its blank rows, reading a mebibyte at a time; at most ``room`` bytes."""
    buffer, head, rows = b"", None, []
    sheet = Sifted(b"")
    while True:
        chunk = stream.read(CHUNK)
        buffer += chunk
        if head is None:
            opening = DATA.search(buffer)
            if opening is None or opening.group().endswith(b"/>"):
                if chunk and opening is None and len(buffer) <= MAX_SPAN:
                    continue
                sheet.xml = buffer + stream.read(MAX_SPAN)
                return sheet
            head, prefix = buffer[: opening.end()], opening.group(1)
            sheet.hidden_columns = hidden_columns_in(head)
            buffer = buffer[opening.end() :]
        buffer = buffer[_sift_rows(buffer, sheet, rows, room) :]
        closing = buffer.find(b"</" + prefix + b"sheetData>")
        if closing >= 0 or not chunk:
            break
        if len(buffer) > MAX_SPAN:
            raise broken()
    sheet.merges = merges_in(buffer + stream.read(MAX_SPAN))
    sheet.xml = head + b"".join(rows) + b"</" + prefix + b"sheetData></" + prefix + b"worksheet>"
    return sheet


def _sift_rows(buffer: bytes, sheet: Sifted, rows: list[bytes], room: int) -> int:
    """Add the rows of ``buffer`` that hold something to ``rows``; return where the last whole row ends."""
    end = 0
    for match in ROW.finditer(buffer):
        end = match.end()
        attributes, body = match.groups()
        number = NUMBER.search(attributes)
        if number and not (body and HOLDS.search(body)):
            continue
        rows.append(match.group())
        sheet.size += len(rows[-1])
        sheet.rows += 1
        if sheet.size > room or sheet.rows > MAX_ROWS:
            raise too_many_rows()
        if number and HIDDEN.search(attributes):
            sheet.hidden.add(int(number.group(1)))
        if (body and b"<f" in body) or (body and b":f" in body):
            sheet.uncounted |= {name.decode(): unescape(said.decode()) for name, said in UNCOUNTED.findall(body)}
    return end


def marked(xml: bytes) -> bytes:
    """Return the XML of texts; runs that are struck through stand in ~ ~, as a chat writes them."""
    if b"strike" not in xml:
        return xml
    return RUN.sub(_marked_run, xml)


def _marked_run(run: re.Match[bytes]) -> bytes:
    if not STRIKE.search(run[2]):
        return run[0]
    return RUN_TEXT.sub(
        lambda text: text[1] + b"~" + text[2].strip() + b"~ " + text[3] if text[2].strip() else text[0], run[0]
    )


def hidden_columns_in(head: bytes) -> frozenset[int]:
    """Return the columns (0 is A) that a sheet's head says are hidden."""
    hidden: set[int] = set()
    for attributes in COLUMNS.findall(head):
        bounds = {name: int(number) for name, number in BOUND.findall(attributes)}
        if HIDDEN.search(attributes) and len(bounds) == 2:
            hidden |= set(range(bounds[b"min"] - 1, min(bounds[b"max"], MAX_COLUMNS)))
    return frozenset(hidden)


def merges_in(tail: bytes) -> list[Merge]:
    """Return the merged ranges listed behind the rows of a sheet."""
    return [
        Merge(int(top), column_index(left), int(bottom), column_index(right))
        for left, top, right, bottom in MERGE.findall(tail)
        if right
    ]


def column_index(letters: bytes | str) -> int:
    """Return 0 for "A", 26 for "AA"."""
    index = 0
    for letter in letters.decode() if isinstance(letters, bytes) else letters:
        index = index * 26 + ord(letter) - 64
    return index - 1


def sheet_paths(archive: zipfile.ZipFile) -> dict[str, str]:
    """Return sheet name → part name, from the workbook and its relations."""
    from xml.etree.ElementTree import fromstring

    targets = {}
    for relation in fromstring(archive.read("xl/_rels/workbook.xml.rels")):
        target = relation.get("Target", "")
        targets[relation.get("Id")] = target.lstrip("/") if target.startswith("/") else "xl/" + target
    paths = {}
    for element in fromstring(archive.read("xl/workbook.xml")).iter():
        if element.tag.endswith("}sheet"):
            relation = next((value for key, value in element.items() if key.endswith("}id")), "")
            paths[element.get("name", "")] = targets.get(relation, "")
    return paths


def load(slim: BytesIO, paths: dict[str, str], sifted: dict[str, Sifted]) -> tuple[Sheet, ...]:
    """Return the sheets of the sifted workbook with openpyxl's values."""
    from openpyxl import load_workbook

    book = load_workbook(slim, read_only=True, data_only=True, keep_links=False)
    sheets = []
    for page in book.worksheets:
        part = sifted.get(paths.get(page.title, ""), Sifted(b""))
        page.reset_dimensions()  # some programs write a wrong one
        rows = [
            Row(number, tuple(as_cell(cell, part.uncounted) for cell in cells[:MAX_COLUMNS]), number in part.hidden)
            for number, cells in enumerate(page.iter_rows(), 1)
            if cells
        ]
        hidden = page.sheet_state != "visible"
        sheets.append(sheet_of(page.title, rows, hidden, part.merges, part.hidden_columns))
    return tuple(sheets)


def said_by(formula: str) -> str:
    """Return the text that a formula writes out itself, "" for any other: a link with its label, texts joined by &.

    A label without a digit ("Chat") gives way to the number that its link calls.
    """
    if link := LINK.fullmatch(formula.strip()[:MAX_FORMULA]):
        target, label = link[1], link[2] or link[1]
        called = CALLED.search(target)
        return called[1] if called and not any(map(str.isdigit, link[2] or "")) else label
    return "".join(QUOTED.findall(formula)) if JOINED.fullmatch(formula.strip()[:MAX_FORMULA]) else ""


def as_cell(cell, uncounted: dict[str, str]) -> Cell:
    """Return an openpyxl cell as ours."""
    if cell.value is None:
        if uncounted and hasattr(cell, "coordinate") and cell.coordinate in uncounted:
            said = said_by(uncounted[cell.coordinate])
            return text_cell(said) if said else Cell("#RUMUS?", "error")
        return EMPTY
    struck = bool(cell.font is not None and cell.font.strike)
    value = cell.value
    if cell.data_type == "e":
        return Cell(str(value), "error", struck)
    return value_cell(ESCAPED.sub(_character, value) if isinstance(value, str) else value, struck)


def _character(escape: re.Match[str]) -> str:
    letter = chr(int(escape[1], 16))
    return "\n" if letter in "\r\n" else letter if letter.isprintable() else " "
