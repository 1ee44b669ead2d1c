"""CSV out, for people and for programs."""

import csv
from collections.abc import Iterable, Sequence
from datetime import date
from io import StringIO
from typing import Any

from .text_tables import FORMULA


def write_csv(rows: Iterable[Sequence[Any]], *, for_programs: bool = False) -> bytes:
    """Return ``rows`` as UTF-8 CSV with CRLF; a text that would be a formula gets an apostrophe in front.

    For people by default: semicolons and a byte-order mark, so that an Indonesian Excel opens it in columns. Programs
    get commas and no mark. ``read_workbook`` takes the apostrophes off again.
    """
    out = StringIO(newline="")
    writer = csv.writer(out, delimiter="," if for_programs else ";")
    for values in rows:
        writer.writerow(_field(value) for value in values)
    return out.getvalue().encode("utf-8" if for_programs else "utf-8-sig")


def _field(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, str):
        return f"'{value}" if FORMULA.match(value) else value
    return value.isoformat() if isinstance(value, date) else value
