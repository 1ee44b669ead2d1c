"""What the cells of a column hold, whatever stands above them: names, phones, RTs, running numbers."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from ..documents.cells import Row
from ..roster.phones import parse_phone
from ..roster.rt import parse_rt, rt_named_in
from ..roster.spelling import clean
from .naming import name_problem, tidy_name
from .offices import is_another_office, is_beside_head, is_head

_LETTER = re.compile(r"[^\W\d_]")


@dataclass(frozen=True)
class Contents:
    """How many cells of a column are filled, and which share of those reads as what (0.0 to 1.0)."""

    filled: int = 0
    names: float = 0.0
    phones: float = 0.0
    rts: float = 0.0
    named_rts: float = 0.0
    offices: float = 0.0


def contents_of(rows: Sequence[Row], column: int) -> Contents:
    """Return what ``column`` of ``rows`` holds."""
    cells = [row.at(column) for row in rows]
    values = [(cell.value, clean(cell.text[:200])) for cell in cells if cell.kind in ("text", "number")]
    filled = sum(cell.kind not in ("empty", "error") for cell in cells)
    if not filled:
        return Contents()
    names = sum(reads_as_name(text) for _, text in values)
    phones = sum(any(map(str.isdigit, text)) and bool(parse_phone(value).number) for value, text in values)
    rts = sum(bool(parse_rt(value).rt) for value, _ in values)
    named = sum(bool(rt_named_in(text)) for _, text in values)
    offices = sum(map(_is_office, (text for _, text in values)))
    return Contents(filled, names / filled, phones / filled, rts / filled, named / filled, offices / filled)


@lru_cache(maxsize=4096)
def _is_office(text: str) -> bool:
    return is_head(text) or is_beside_head(text) or is_another_office(text)


@lru_cache(maxsize=4096)
def reads_as_name(text: str) -> bool:
    """Say whether a cell may hold a person's name, its phone perhaps beside it."""
    name = tidy_name(re.sub(r"[\d+][\d .\-/]{7,}", "", text))
    return bool(_LETTER.search(name)) and name_problem(name) is None
