"""XLSX out: sheets with a letterhead, drop-down lists, a chart, and how they come out of a printer."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from io import BytesIO
from typing import Any

from .text_tables import FORMULA

_PAPERS = {"a4": 9, "f4": 14}  # Excel's numbers; its folio is 215.9 × 330.2 mm
_WIDTHS = {"a4": 210 / 25.4, "f4": 8.5}  # inches
_MARGIN = 0.45
_POINTS = 72 / 25.4
_WIDE = 110  # characters, beyond which a sheet is printed across
_LOGO = {"x_scale": 0.13, "y_scale": 0.13, "x_offset": 4, "y_offset": 2}  # at most 600 pixels of 96 dpi: 20 mm


@dataclass(frozen=True)
class Print:
    """How a sheet comes out of a printer: on ``paper`` (a4, f4), its first ``columns`` no wider than the page.

    What stands above the header is in the middle, with the ``logo`` (a PNG) at its left; the rows numbered in
    ``boxed`` (0 is the first) have hairlines and are ``height`` mm high; a page begins before each of ``breaks``.
    """

    paper: str
    columns: int
    height: float
    boxed: frozenset[int]
    breaks: Sequence[int] = ()
    foot: str = ""
    logo: bytes = b""


@dataclass(frozen=True)
class Table:
    """A sheet to be written; its rows begin with the header, or with ``above`` rows of a letterhead and a title.

    ``widths`` are in characters; ``choices`` gives a column (0 is A) its drop-down list; the rows numbered in
    ``muted`` (0 is the first) are grey, those in ``bold`` bold; ``as_text`` formats every cell as text, the empty ones
    too, down to row 1000; ``formats`` are those of the numbers of a column. ``bars`` puts a chart of columns beside
    the rows: its title, the first and the last row, whose first cell is a label and whose second a number. ``print``
    is for sheets that are signed on paper.
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
    print: Print | None = None


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
        "middle": book.add_format({"bold": True, "num_format": "@", "align": "center", "valign": "vcenter"}),
        "boxed": book.add_format({"border": 1, "num_format": "@", "text_wrap": True, "valign": "vcenter"}),
        "heading": book.add_format({"border": 1, "bold": True, "num_format": "@", "align": "center"}),
    }
    lists: list[Sequence[str]] = []
    for table in tables:
        sheet = book.add_worksheet(_sheet_name(table.name))
        _lay_out(sheet, table, styles, lists)
        numbers = {column: book.add_format({"num_format": shape}) for column, shape in table.formats.items()}
        for number, values in enumerate(table.rows):
            if table.print and (number <= table.above or number in table.print.boxed):
                _write_printed(sheet, number, values, table, styles)
                continue
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
    if table.print:
        _set_up(sheet, table.print, sum(table.widths[: table.print.columns]))
    else:
        sheet.fit_to_pages(1, 0)
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


def _set_up(sheet: Any, printed: Print, characters: float) -> None:
    sheet.set_paper(_PAPERS[printed.paper])
    sheet.set_margins(left=_MARGIN, right=_MARGIN, top=0.5, bottom=0.6)  # inches
    # A scale, for Excel forgets the breaks of a sheet that is told to fit. A character is 7 pixels wide (LibreOffice:
    # 7.5), a column 5 more.
    width = (7.5 * characters + 5 * printed.columns) / 96
    sheet.set_print_scale(min(100, int(97 * (_WIDTHS[printed.paper] - 2 * _MARGIN) / width)))
    sheet.center_horizontally()
    sheet.set_footer(f"&L&7{printed.foot.replace('&', '&&')}&R&8Halaman &P dari &N")
    sheet.set_h_pagebreaks(list(printed.breaks))
    if printed.logo:
        sheet.insert_image(0, 0, "logo.png", {"image_data": BytesIO(printed.logo), **_LOGO})


def _write_printed(sheet: Any, row: int, values: Sequence[Any], table: Table, styles: Mapping[str, Any]) -> None:
    """Write a row above the header in the middle of the page, or one with a hairline around each of its cells."""
    last = table.print.columns - 1 if table.print else 0
    if row < table.above:
        if values and values[0]:
            sheet.merge_range(row, 0, row, last, str(values[0]), styles["middle"])
        return
    style = styles["heading" if row == table.above else "boxed"]
    if table.print and row != table.above:
        sheet.set_row(row, table.print.height * _POINTS)
    for column in range(last + 1):
        value = values[column] if column < len(values) else ""
        if isinstance(value, int):
            sheet.write_number(row, column, value, style)
        elif value:
            sheet.write_string(row, column, str(value), style)
        else:
            sheet.write_blank(row, column, None, style)


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
