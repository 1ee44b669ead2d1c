"""The old XLS (BIFF) in, through calamine: values and merges; the format hides from it which rows are hidden."""

from io import BytesIO

from ..refusals import Refused
from .cells import EMPTY, MAX_COLUMNS, MAX_ROWS, Cell, Merge, Row, Sheet, Workbook, sheet_of, value_cell
from .refused import broken, protected, too_many_rows


def read_xls(data: bytes) -> Workbook:
    """Read a BIFF workbook; raise Refused when it is password-protected or broken."""
    from python_calamine import PasswordError, SheetTypeEnum, SheetVisibleEnum, load_workbook

    try:
        book = load_workbook(BytesIO(data))
        sheets = []
        for meta in book.sheets_metadata:
            if meta.typ != SheetTypeEnum.WorkSheet:
                continue
            sheets.append(read_sheet(book.get_sheet_by_name(meta.name), meta.visible != SheetVisibleEnum.Visible))
        if sum(len(sheet.rows) for sheet in sheets) > MAX_ROWS:
            raise too_many_rows()
        return Workbook("xls", tuple(sheets), sees_hidden=False)
    except Refused:
        raise
    except PasswordError as error:
        raise protected() from error
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # a panic of its Rust is no Exception
        raise broken() from error


def read_sheet(page, hidden: bool) -> Sheet:
    """Return one calamine sheet as ours."""
    rows = [
        Row(number, tuple(as_cell(value) for value in values[:MAX_COLUMNS]))
        for number, values in enumerate(page.iter_rows(), 1)
        if any(value != "" for value in values)
    ]
    ranges = page.merged_cell_ranges or ()
    merges = [Merge(top + 1, left, bottom + 1, right) for (top, left), (bottom, right) in ranges]
    return sheet_of(page.name, rows, hidden, merges)


def as_cell(value) -> Cell:
    """Return a value of calamine as a cell; it gives errors as empty text."""
    if value == "":
        return EMPTY
    if isinstance(value, str) and value.startswith("#") and value.endswith(("!", "?", "/A")):
        return Cell(value, "error")
    return value_cell(value)
