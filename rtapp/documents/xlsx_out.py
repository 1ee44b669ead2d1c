"""XLSX out: tables with drop-down lists, and papers as sheets that come out of a printer like the PDF."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from io import BytesIO
from typing import Any

from .flow import FOOT, SIDE, TOP, FlowCell
from .grid import SPARE, Grid, Placed
from .lettering import OFFICE_FONT, POINT
from .paper import png_size
from .text_tables import FORMULA

_PAPERS = {"a4": 9, "f4": 14}  # Excel's numbers; its folio is 215.9 × 330.2 mm
_INCH = 25.4
_PIXELS = 96 / _INCH
_NARROWED = 0.955  # of the page's columns: LibreOffice draws them up to 4 % wider than Excel
_WIDE = 110  # characters, beyond which a sheet is printed across
_LONGEST_HEADER = 255  # Excel's own limit, its codes included
_CHART = "Kedatangan"


@dataclass(frozen=True)
class WorkbookTable:
    """A sheet to be written; its rows begin with the header.

    ``widths`` are in characters; ``choices`` gives a column (0 is A) its drop-down list; the rows numbered in
    ``muted`` (0 is the first) are grey; ``as_text`` formats every cell as text, the empty ones too, down to row 1000;
    ``paper`` (a4, f4) is what it is printed on.
    """

    name: str
    rows: Iterable[Sequence[Any]]
    widths: Sequence[float] = ()
    choices: Mapping[int, Sequence[str]] = field(default_factory=dict)
    muted: frozenset[int] = frozenset()
    as_text: bool = False
    paper: str = "a4"


def write_xlsx(tables: Iterable[WorkbookTable]) -> bytes:
    """Return a workbook of ``tables``; text is written as text, whatever it begins with, and is never a formula."""
    out = BytesIO()
    book = _book(out, {"constant_memory": True})
    styles = {
        "header": book.add_format({"bold": True, "bottom": 1, "num_format": "@", "text_wrap": True}),
        "text": book.add_format({"num_format": "@"}),
        "quoted": book.add_format({"num_format": "@", "quote_prefix": True}),
        "muted": book.add_format({"num_format": "@", "font_color": "#808080", "italic": True}),
        "date": book.add_format({"num_format": "yyyy-mm-dd"}),
        "moment": book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
    }
    lists: list[Sequence[str]] = []
    for table in tables:
        sheet = book.add_worksheet(_sheet_name(table.name))
        _lay_out(sheet, table, styles, lists)
        for number, values in enumerate(table.rows):
            base = "header" if number == 0 else "muted" if number in table.muted else "text"
            for column, value in enumerate(values):
                _write(sheet, number, column, value, base, styles)
    if lists:
        _write_lists(book, lists, styles)
    book.close()
    return out.getvalue()


def write_xlsx_paper(grid: Grid, made_at: datetime, bars: Sequence[Sequence[Any]] = (), caption: str = "") -> bytes:
    """Return a paper as a workbook that an office prints page for page like the PDF; equal papers give equal bytes.

    ``bars`` (label, number; a header first) stand on a hidden sheet and as a chart called ``caption`` where the paper
    has room for one.
    """
    out = BytesIO()
    letters = {"font_name": OFFICE_FONT, "font_size": 10}
    book = _book(out, {"constant_memory": False, "default_format_properties": letters})
    book.set_properties({"created": made_at})
    sheet = book.add_worksheet(_sheet_name(grid.name), worksheet_class=_paper_sheet())
    _set_up(sheet, grid)
    formats: dict[tuple[Any, ...], Any] = {}
    for number, line in enumerate(grid.lines):
        sheet.set_row(number, int(line.height / POINT / 0.75) * 0.75)  # whole pixels
        for placed in line.cells:
            _write_placed(sheet, number, placed, _format(book, formats, placed.cell))
    if grid.margins.marks:  # beside what is printed
        sheet.write_string(0, len(grid.widths) + 1, grid.margins.marks)
    for picture in grid.pictures:
        scale = picture.width * _PIXELS / png_size(picture.png)[0]
        place = {"x_offset": picture.left * _PIXELS, "y_offset": picture.top * _PIXELS}
        place |= {"x_scale": scale, "y_scale": scale, "object_position": 2}
        sheet.insert_image(picture.line, 0, "logo.png", {"image_data": BytesIO(picture.png), **place})
    if bars:
        _draw_bars(book, sheet, grid, bars, caption)
    book.close()
    return out.getvalue()


def _book(out: BytesIO, options: Mapping[str, Any]) -> Any:
    import xlsxwriter

    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    return xlsxwriter.Workbook(out, {"in_memory": False, **plain, **options})


def _lay_out(sheet: Any, table: WorkbookTable, styles: Mapping[str, Any], lists: list[Sequence[str]]) -> None:
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    sheet.set_paper(_PAPERS[table.paper])
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&R&8Halaman &P dari &N")
    if sum(table.widths) > _WIDE:
        sheet.set_landscape()
    for column, width in enumerate(table.widths):
        sheet.set_column(column, column, width, styles["text"] if table.as_text else None)
    for column, names in table.choices.items():
        if names:
            source = f"=_pilihan!${chr(65 + len(lists))}$1:${chr(65 + len(lists))}${len(names)}"
            lists.append(names)
            sheet.data_validation(
                1, column, 1000, column, {"validate": "list", "source": source, "error_type": "warning"}
            )


def _paper_sheet() -> Any:
    from xlsxwriter.worksheet import Worksheet

    class PaperSheet(Worksheet):
        """A sheet whose first page has no header: the letterhead stands there."""

        def _write_header_footer(self) -> None:
            self._xml_start_tag("headerFooter", [("differentFirst", 1)])
            self._write_odd_header()
            self._write_odd_footer()
            self._xml_data_element("firstFooter", self.footer)
            self._xml_end_tag("headerFooter")

    return PaperSheet


def _set_up(sheet: Any, grid: Grid) -> None:
    sheet.set_paper(_PAPERS[grid.paper])
    sheet.set_portrait()
    side = (SIDE - 2.0) / _INCH
    sheet.set_margins(left=side, right=side, top=TOP / _INCH, bottom=(FOOT - SPARE) / _INCH)
    sheet.center_horizontally()
    for column, width in enumerate(grid.widths):
        sheet.set_column_pixels(column, column, max(8, int(width * _PIXELS * _NARROWED)))
    if grid.titles is not None:
        sheet.repeat_rows(grid.titles)
    sheet.print_area(0, 0, max(0, len(grid.lines) - 1), len(grid.widths) - 1)
    sheet.set_h_pagebreaks([number for number, line in enumerate(grid.lines) if line.fresh])
    sheet.hide_gridlines(2)
    margins, bold, plain = grid.margins, f'&8&"{OFFICE_FONT},Bold"', f'&"{OFFICE_FONT},Regular"'
    running = [*margins.running, "", ""][:2]
    sheet.set_header(_header((f"&L{bold}", running[0], f"\n{plain}", running[1])), {"margin": 5 / _INCH})
    code = f"Kode cetak {margins.code} · " if margins.code else ""
    number = (f"&R&8{plain}", f"{code}", "Halaman &P dari &N")
    sheet.set_footer(_header((f"&L&8{plain}", margins.printed, *number)), {"margin": 5 / _INCH})


def _header(parts: Sequence[str]) -> str:
    """Return codes and texts by turns as Excel's header; texts are shortened where it holds no more letters."""
    texts = [part.replace("&", "&&") if at % 2 else part for at, part in enumerate(parts)]
    while sum(map(len, texts)) > _LONGEST_HEADER:
        at = max(range(1, len(texts), 2), key=lambda place: len(texts[place]))
        texts[at] = f"{texts[at].rstrip('…')[:-1].rstrip('& ')}…"
    return "".join(texts)


def _write_placed(sheet: Any, row: int, placed: Placed, style: Any) -> None:
    """Write one cell with its lines, over all the columns it takes."""
    cell = placed.cell
    if placed.last > placed.first:
        sheet.merge_range(row, placed.first, row, placed.last, "", style)
    if cell.value is not None:
        sheet.write_number(row, placed.first, cell.value, style)
    elif cell.whole:
        sheet.write_string(row, placed.first, cell.whole, style)
    elif placed.last == placed.first:
        sheet.write_blank(row, placed.first, None, style)


def _format(book: Any, known: dict[tuple[Any, ...], Any], cell: FlowCell) -> Any:
    size = round((cell.text.size if cell.text else 4.0) / POINT, 1)
    key = (cell.face, size, cell.align, cell.sides, cell.shape, cell.top, cell.underlined, cell.whole_line)
    if key not in known:
        shape = ";".join(f"[$-421]{part}" if part[0] != '"' else part for part in cell.shape.split(";") if part)
        wanted = {
            "font_name": "DejaVu Sans Mono" if cell.face == "mono" else OFFICE_FONT,
            "font_size": size,
            "bold": cell.face == "bold",
            "underline": int(cell.underlined),
            "align": {"middle": "center"}.get(cell.align, cell.align),
            "valign": "top" if cell.top else "vcenter",
            "text_wrap": not cell.whole_line,
            "shrink": cell.whole_line,
            "num_format": shape or "@",
        }
        for side in cell.sides:
            name = {"t": "top", "b": "bottom", "l": "left", "r": "right", "d": "bottom"}[side.lower()]
            wanted[name] = 6 if side == "D" else 1 if side.isupper() else 7  # double, thin, hair
        known[key] = book.add_format(wanted)
    return known[key]


def _write_lists(book: Any, lists: Sequence[Sequence[str]], styles: Mapping[str, Any]) -> None:
    sheet = book.add_worksheet("_pilihan")
    sheet.very_hidden()
    for number in range(max(map(len, lists))):
        for column, names in enumerate(lists):
            if number < len(names):
                sheet.write_string(number, column, names[number], styles["text"])


def _draw_bars(book: Any, sheet: Any, grid: Grid, bars: Sequence[Sequence[Any]], caption: str) -> None:
    data = book.add_worksheet(_CHART)
    data.hide()
    for number, values in enumerate(bars):
        data.write_row(number, 0, values)
    for place in grid.charts:
        chart = book.add_chart({"type": "column"})
        labels, values = ([_CHART, 1, column, len(bars) - 1, column] for column in (0, 1))
        chart.add_series({"categories": labels, "values": values, "gap": 20, "fill": {"color": "#0b6b4f"}})
        chart.set_title({"name": caption, "name_font": {"size": 11}})
        chart.set_legend({"none": True})
        whole = {"major_unit": 1} if max(bar[1] for bar in bars[1:]) < 6 else {}  # no axis of halves of people
        chart.set_x_axis({"interval_unit": -(-(len(bars) - 1) // 12)})
        chart.set_y_axis({"num_format": "0", **whole})
        width = sum(grid.widths) * _NARROWED * _PIXELS
        chart.set_size({"width": width, "height": place.height * _PIXELS})
        sheet.insert_chart(place.line, 0, chart, {"object_position": 2})


def _write(sheet: Any, row: int, column: int, value: Any, base: str, styles: Mapping[str, Any]) -> None:
    if value is None or value == "":
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, (int, float)):
        sheet.write_number(row, column, value)
    elif isinstance(value, datetime):
        sheet.write_datetime(row, column, value.replace(tzinfo=None), styles["moment"])
    elif isinstance(value, date):
        sheet.write_datetime(row, column, datetime(value.year, value.month, value.day), styles["date"])
    else:
        text = str(value)
        quoted = base == "text" and FORMULA.match(text)
        sheet.write_string(row, column, text[:32_767], styles["quoted" if quoted else base])


def _sheet_name(name: str) -> str:
    letters = "".join(" " if letter in "[]:*?/\\" else letter for letter in name).strip("' ")
    while len(letters.encode("utf-16-le")) > 62:  # Excel counts what lies beyond the first plane twice
        letters = letters[:-1]
    return letters.strip("' ") or "Lembar"
