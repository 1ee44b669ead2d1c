"""What an import hands about: the roster it is held against, sheets as read, what they would do; plain values.

They go between processes. Whoever only shows an import needs these, and not the rules by which lists are read.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol, TypeVar

from ..documents.cells import Sheet, Workbook
from .drafts import Draft
from .places import KnownVillage
from .seats import Known, KnownSeat

Result = TypeVar("Result")
Books = list[tuple[str, Workbook]]  # each under the name of its file


@dataclass(frozen=True)
class ColumnBlock:
    """One table of a sheet: the column (0 is A) of each field, the first and last column it may use."""

    fields: Mapping[str, int]
    left: int
    right: int


@dataclass(frozen=True)
class Layout:
    """How a sheet is read: the rows of its header, its tables, and what stands above each column.

    ``names`` are the columns that may hold the heads' names where more than one may, and nothing says which;
    ``rivals`` all whose titles speak of names.
    """

    header: tuple[int, ...]
    blocks: tuple[ColumnBlock, ...]
    titles: Mapping[int, str] = field(default_factory=dict)
    names: tuple[int, ...] = ()
    rivals: tuple[int, ...] = ()


@dataclass
class Reading:
    """A sheet as read, called ``label`` in its drafts; ``layout`` is None where it is no list.

    ``unstored`` names the columns that hold what is not kept.
    """

    label: str
    sheet: Sheet
    layout: Layout | None
    drafts: list[Draft]
    unstored: tuple[str, ...] = ()


@dataclass(frozen=True)
class RosterFacts:
    """What the database knows: places (``listed``: from a list of them), the roster, the days of the waves."""

    places: Sequence[KnownVillage]
    listed: bool
    known: Known
    days: Mapping[date, int]


@dataclass(frozen=True)
class Understood:
    """What sheets say and would do: every row, seats that no row names, columns not stored."""

    rows: list[Draft]
    missing: list[KnownSeat]
    unstored: tuple[str, ...]


class Run(Protocol):
    """A way to call a function that needs nothing but its arguments: in this process or another."""

    def __call__(self, do: Callable[..., Result], *values: Any) -> Result: ...


def here(do: Callable[..., Result], *values: Any) -> Result:
    """Call ``do`` in this process."""
    return do(*values)
