"""Lists that are no tables: a message from a chat, line by line, and text pasted from a sheet."""

import re
from dataclasses import replace
from pathlib import PurePath

from ..documents.cells import Row, Sheet, Workbook, text_cell
from ..documents.sheets import read_workbook
from ..documents.text_tables import decoded, read_csv
from ..roster.spelling import clean
from .columns import find_layout
from .unheaded import headed, with_header

_RT = re.compile(r"\bR\.?\s?T\.?\s*(?:/\s*R\.?\s?W\.?)?[\s.:\-]*(\d{1,3}\s?[A-Z]?|[IVX]+)(?:\s*/\s*(\d{1,3}))?\b", re.I)
_RW = re.compile(r"\bR\.?\s?W\.?[\s.:\-]*(\d{1,3})\b", re.I)
_PHONE = re.compile(r"(?:\+?62|0)[\s.\-]?8[\d\s.\-]{7,14}\d")
_LEADING = re.compile(r"^\s*(?:\(?\d{1,3}\s*[.)]|[-*•])\s*")
_LABELS = re.compile(r"\b(?:nama|ketua|no|nomor|hp|wa|telp|tlp)\b\s*[.:]+", re.I)
_EDGES = " \t,;:.-–—()*_|"
_HEADER = ("Nama", "RT", "RW", "No HP")


def read_file(data: bytes, name: str) -> Workbook:
    """Read a file by its content: a spreadsheet, or the text of a message. Raises Refused with what to do about it."""
    book = read_workbook(data, name)
    if book.format == "csv" and not any(find_layout(sheet) for sheet in book.sheets):
        return read_message(decoded(data) or "", PurePath(name).stem)
    return book


def read_message(text: str, name: str) -> Workbook:
    """Read pasted text: a table, its header put back where it lacks one, else a message with an RT in each head's line.

    Lines without an RT stay as they are: they name the village of those below, or are nobody.
    """
    table = read_csv(text, name)
    if any(find_layout(sheet) for sheet in table.sheets):
        return table
    understood = headed(table.sheets[0]) if table.sheets else None
    if understood:
        return replace(table, sheets=(understood,))
    lines = text.splitlines()
    read = [(number, line, _person(line)) for number, line in enumerate(lines, 1) if clean(line)]
    if not any(person for _, _, person in read):
        return table
    first = next(number for number, _, person in read if person)
    rows = [
        Row(number, tuple(map(text_cell, (person if number >= first else None) or (clean(line),))))
        for number, line, person in read
    ]
    return Workbook("csv", (Sheet(name, with_header(rows, first, _HEADER)),), sees_hidden=False)


def _person(line: str) -> tuple[str, str, str, str] | None:
    """Return name, RT, RW and phone of a line, None where it names no RT or nobody."""
    line = clean(line)
    rt = _RT.search(line)
    if rt is None:
        return None
    phone, rw = _PHONE.search(line), _RW.search(line)
    rest = line
    for found in sorted(filter(None, (rt, phone, rw)), key=lambda found: -found.start()):
        if found is not rw or not rt.start() <= found.start() < rt.end():
            rest = f"{rest[: found.start()]} | {rest[found.end() :]}"
    rest = _LABELS.sub(" ", _LEADING.sub("", rest))
    parts = [part.strip(_EDGES) for part in rest.split("|")]
    name = " ".join(part for part in parts if re.search(r"[^\W\d_]", part))
    return name, rt[1], rt[2] or (rw[1] if rw else ""), phone[0] if phone else ""
