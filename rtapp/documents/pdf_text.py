"""PDF in: the text of its pages, put back into lines and columns by where it stands."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from ..refusals import Refused
from .cells import MAX_ROWS, Row, Workbook, sheet_of, text_cell
from .refused import broken, pdf_of_pictures, pdf_wrapped, protected, too_many_rows

_MAX_PAGES = 120
_MAX_CONTENT = 3 << 20  # bytes that draw one page: of a page of text, some ten thousand
_CHUNK = re.compile(r"\S+(?: \S+)*")
_FEWEST_CHUNKS = 3  # pieces apart from each other that make a line one of a table
_FEWEST_LINES = 3  # of two pieces each that make a table of two columns
_HEADINGS = 2  # lines of a header that may stand above several columns
_WIDE = 2.0  # of the library's own 1.25: narrower characters, so that columns that nearly touch stay apart


@dataclass(frozen=True)
class _Line:
    number: int
    text: str
    chunks: tuple[tuple[int, int], ...]
    after_blank: bool


def read_pdf(data: bytes, name: str) -> Workbook:
    """Read the text of a PDF; its sheet is called ``name``.

    Refused when it holds pictures alone (a scan), wants a password, is broken, or has cells whose lines cannot be told
    from the rows beside them.
    """
    try:
        text = _text_of(data)
    except Refused:
        raise
    except Exception as error:  # the library meets broken files with every exception there is
        raise broken() from error
    pages = _numbered(text)
    lines = [line for page in pages for line in page]
    if not any(any(map(str.isalpha, line.text)) for line in lines):
        raise pdf_of_pictures()
    if len(lines) > MAX_ROWS:
        raise too_many_rows()
    columns, own = _table(lines)[1], [_table(page)[1] for page in pages]
    apart = len(columns) > max(map(len, own), default=0) or any(_falls_together(each, columns) for each in own)
    of_pages = [(f"{name} {number}", page) for number, page in enumerate(pages, 1) if page]
    named_pages = of_pages if apart else [(name, lines)]  # tables of their own, their columns elsewhere
    sheets = tuple(sheet_of(each, _rows(page)) for each, page in named_pages)
    return Workbook("pdf", sheets, sees_hidden=False)


def _text_of(data: bytes) -> list[str]:
    from pypdf import PdfReader
    from pypdf.errors import FileNotDecryptedError

    reader = PdfReader(BytesIO(data))
    if reader.is_encrypted and not reader.decrypt(""):
        raise protected()
    if len(reader.pages) > _MAX_PAGES:
        raise too_many_rows()
    if not reader.pages:
        raise broken()
    pages = []
    try:
        for page in reader.pages:
            content = page.get_contents()
            if content is not None and len(content.get_data()) > _MAX_CONTENT:
                raise pdf_of_pictures()
            pages.append(_laid_out(page) if content is not None else "")
    except FileNotDecryptedError as error:
        raise protected() from error
    return pages


def _laid_out(page: Any) -> str:
    return str(page.extract_text(extraction_mode="layout", layout_mode_scale_weight=_WIDE))


def _numbered(pages: Sequence[str]) -> list[list[_Line]]:
    """Return the lines of each page, numbered through the document."""
    numbered: list[list[_Line]] = []
    first = 1
    for page in pages:
        numbered.append(_lines(page, first))
        first += page.count("\n") + 2
    return numbered


def _lines(text: str, first: int) -> list[_Line]:
    lines, blank = [], True
    for number, line in enumerate(text.split("\n"), first):
        line = line.rstrip()[:2000]
        if line.strip():
            chunks = tuple(match.span() for match in _CHUNK.finditer(line))
            lines.append(_Line(number, line, chunks, blank))
        blank = not line.strip()
    return lines


def _rows(lines: Sequence[_Line]) -> list[Row]:
    """Return a row for each line, those of the table cut where its columns are."""
    table, columns = _table(lines)
    if not table:
        return [Row(line.number, (text_cell(" ".join(line.text.split())),)) for line in lines]
    cut: list[tuple[int, list[str]]] = []
    wrapped: list[tuple[int, list[str]]] = []  # lines of cells that have several, by the number of rows before them
    for place, line in enumerate(lines):
        cells = _cells(line, columns)
        if table[0] < place and _is_rest(line, lines[place - 1], columns, cells, place <= table[-1] + 3):
            wrapped.append((len(cut), cells))
        elif place <= table[-1] and len(line.chunks) > 1:
            cut.append((line.number, cells))
        else:
            cut.append((line.number, [" ".join(line.text.split())]))
    _put_together(cut, wrapped, columns)
    return [Row(number, tuple(text_cell(cell) for cell in cells)) for number, cells in cut]


def _table(lines: Sequence[_Line]) -> tuple[list[int], list[tuple[int, int]]]:
    """Return the indexes of the lines that are certainly rows of the table, and the table's columns."""
    for fewest, least in ((_FEWEST_CHUNKS, 1), (_FEWEST_CHUNKS - 1, _FEWEST_LINES)):
        table = [place for place, line in enumerate(lines) if len(line.chunks) >= fewest]
        columns = _columns_below_headings([lines[place] for place in table])
        if len(table) >= least and len(columns) >= fewest:
            break
    else:
        return [], []
    starts = {start for start, _ in columns}
    while (below := table[-1] + 1) < len(lines) and not lines[below].after_blank:  # rows with empty cells at the end
        line = lines[below]
        rest = _is_rest(line, lines[below - 1], columns, _cells(line, columns), near=True)
        if rest or len(line.chunks) < 2 or not all(start in starts for start, _ in line.chunks):
            break
        table.append(below)
    return table, columns


def _falls_together(columns: Sequence[tuple[int, int]], whole: Sequence[tuple[int, int]]) -> bool:
    """Say whether two columns of a page overlap the same column of the whole document."""
    near = {max(range(len(whole)), key=lambda w: _overlap(column, whole[w])) for column in columns if whole}
    return len(near) < len(columns)


def _columns_below_headings(lines: Sequence[_Line]) -> list[tuple[int, int]]:
    """Return the columns, leaving out first lines whose headings span several of them."""
    layouts = [_columns(lines[skipped:]) for skipped in range(min(_HEADINGS, max(len(lines) - 2, 0)) + 1)]
    return max(layouts, key=len)


def _columns(lines: Sequence[_Line]) -> list[tuple[int, int]]:
    """Return the start and end of each column; every line is blank for two characters between columns."""
    taken: set[int] = set()
    for line in lines:
        for start, end in line.chunks:
            taken.update(range(start, end))
    columns: list[tuple[int, int]] = []
    for at in sorted(taken):
        if columns and at - columns[-1][1] < 2:
            columns[-1] = columns[-1][0], at + 1
        else:
            columns.append((at, at + 1))
    return columns


def _cells(line: _Line, columns: Sequence[tuple[int, int]]) -> list[str]:
    cells = [""] * len(columns)
    for start, end in line.chunks:
        near = min(range(len(columns)), key=lambda c: (-_overlap((start, end), columns[c]), abs(columns[c][0] - start)))
        cells[near] = f"{cells[near]} {line.text[start:end]}".strip()
    return cells


def _overlap(span: tuple[int, int], other: tuple[int, int]) -> int:
    return max(0, min(span[1], other[1]) - max(span[0], other[0]))


def _is_rest(line: _Line, above: _Line, columns: Sequence[tuple[int, int]], cells: list[str], near: bool) -> bool:
    """Say whether a line only continues cells of the row above it: its first column is empty."""
    if not near or line.after_blank or cells[0] or len(columns) < _FEWEST_CHUNKS:
        return False
    reach = [(left, after[0] - 1) for (left, _), after in zip(columns[1:], [*columns[2:], (2000, 0)], strict=True)]
    inside = all(any(left - 1 <= start and end <= right for left, right in reach) for start, end in line.chunks)
    starts = {start for start, _ in above.chunks} | {start for start, _ in columns}
    if not inside or not all(start in starts for start, _ in line.chunks):
        return False
    return len(line.chunks) == 1 or not any(_fits(line, place, above, columns) for place in range(len(line.chunks)))


def _fits(line: _Line, place: int, above: _Line, columns: Sequence[tuple[int, int]]) -> bool:
    """Say whether a piece's first word would have fitted on the line above, so that it does not continue it."""
    start, end = line.chunks[place]
    column = max(range(len(columns)), key=lambda c: _overlap((start, end), columns[c]))
    left = columns[column][0]
    room = (columns[column + 1][0] if column + 1 < len(columns) else columns[column][1] + 2) - left - 2
    taken = max((over[1] - left for over in above.chunks if left <= over[0] < left + room), default=0)
    word = line.text[start:end].split(" ")[0]
    return taken + 1 + len(word) <= room


def _put_together(
    cut: list[tuple[int, list[str]]], wrapped: list[tuple[int, list[str]]], columns: Sequence[object]
) -> None:
    """Join continued lines to the row above them, or to the row below where the table begins with such lines."""
    tables = [place for place, (_, cells) in enumerate(cut) if len(cells) == len(columns)]
    if not wrapped or len(tables) < 2:
        return
    first, last = tables[1], tables[-1]
    above = any(before == first for before, _ in wrapped)
    if above and any(before > last for before, _ in wrapped):
        raise pdf_wrapped()  # written in the middle of their cells: whose lines they are cannot be told
    for before, cells in wrapped:
        place = before if above else before - 1
        if not 0 <= place < len(cut) or len(cut[place][1]) != len(columns):
            continue
        row = cut[place][1]
        row[:] = [_joined(cell, row[c]) if above else _joined(row[c], cell) for c, cell in enumerate(cells)]


def _joined(first: str, second: str) -> str:
    """Join two lines of one cell; a number that was broken is one number again."""
    broken_number = first[-1:].isdigit() and second[:1].isdigit() and second.replace(" ", "").isdigit()
    return f"{first}{second}" if broken_number or not first or not second else f"{first} {second}"
