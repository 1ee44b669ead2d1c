"""A row of a table by its columns: its cells by field, whether it can be somebody, or only counts or notes."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from ..documents.cells import EMPTY, Cell, Row, Sheet, number_cell, text_cell
from ..roster.names import is_degree
from ..roster.rt import parse_rt, rt_named_in
from ..roster.spelling import clean
from .headers import field_of
from .naming import LONGEST, counted_by_letters, is_name, name_problem, split_numbers, tidy_name, without_labels
from .offices import is_beside_head
from .person import looks_like_rt, names_nobody
from .readings import ColumnBlock, Layout
from .whereabouts import RT_WORDS

MOST_MERGED = 200_000  # rows that merged cells cover, counted for each of them
Fields = dict[str, Cell]
_LISTED = re.compile(r"\(?(\d{1,3})\s?[.)]\s?(?=[^\W\d_])")
_NEW = re.compile(r"\b(?:baru|sekarang|menjadi|terpilih)\b", re.I)
_OLD = re.compile(r"\b(?:lama|sebelumnya|semula|terdahulu)\b", re.I)
_SECOND = re.compile(r"[\s,;]2\s?[.)]\s?[^\W\d_]")
_HEAD_LINE = re.compile(r"(?:ketua|kepala)\b(?:\s?rt)?\s?[:=\-]\s?", re.I)
_LONGEST = 4_000  # characters of a cell whose lines are looked at
_PLACE = re.compile(r"(?:desa|ds|kelurahan|kel|kecamatan|kec)\b", re.I)
_EMPTY_BRACKETS = re.compile(r"[(\[][\s,/\-]*[)\]]")


@dataclass(frozen=True)
class ListTable:
    """The columns of a sheet's list: ``merged`` the values of covered cells, ``phones`` further columns of phones.

    ``former`` is the column of the heads before, in a list of changes; ``lettered`` says where, by row and column, a
    name begins behind the letter that counts it.
    """

    layout: Layout
    merged: Mapping[tuple[int, int], Cell]
    phones: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    former: int | None = None
    lettered: Mapping[tuple[int, int], int] = field(default_factory=dict)

    @classmethod
    def of(cls, sheet: Sheet, layout: Layout) -> "ListTable":
        """Return the table of a sheet that is laid out so."""
        phones = {place: _more_phones(block, layout) for place, block in enumerate(layout.blocks)}
        merged = islice(_merged_down(sheet, layout.header), MOST_MERGED)
        return cls(layout, dict(merged), phones, _former(layout))

    def cells(self, row: Row) -> list[Fields]:
        """Return the cells of a row by field, for each table side by side; merged ones in every row they cover."""
        return [self._cells(row, place, block) for place, block in enumerate(self.layout.blocks)]

    def _cells(self, row: Row, place: int, block: ColumnBlock) -> Fields:
        cells = {}
        for name, column in block.fields.items():
            cell = row.at(column)
            if cell.kind == "empty" and name != "name" and self.merged:
                cell = self.merged.get((row.number, column), EMPTY)
            cells[name] = cell
        if self.phones[place]:
            cells["phone"] = _together([cells["phone"], *(row.at(column) for column in self.phones[place])])
        if self.former is not None:
            cells["former"] = row.at(self.former)
        if start := self.lettered.get((row.number, block.fields["name"])):
            cells["name"] = text_cell(clean(cells["name"].text)[start:], cells["name"].struck)
        if "\n" in cells["name"].text:
            cells["name"] = _head_among(cells["name"])
        if "front" in cells or "back" in cells:
            cells["name"] = _titled(cells)
        return _rt_apart(cells)


def taken_apart(cells: Fields) -> list[Fields]:
    """Return the cells of each head where one cell lists several, a line each: "1. Contoh" / "2. Contoh"."""
    name = cells["name"]
    if name.kind != "text" or not ("\n" in name.text or _SECOND.search(name.text[:_LONGEST])):
        return [cells]
    listed = _lines_of(name)
    if len(listed) == 1:
        listed = _numbered_in(listed[0])
    rts, phones = _lines_of(cells.get("rt", EMPTY)), _lines_of(cells.get("phone", EMPTY))
    numbered = [_LISTED.match(line) for line in listed]
    if len(listed) < 2 or not (all(numbered) or len(rts) == len(listed)):
        return [cells]
    apart = []
    for place, line in enumerate(listed):
        each = {**cells, "name": text_cell(line, name.struck)}
        if (number := numbered[place]) is not None:
            each["number"], each["name"] = number_cell(int(number[1])), text_cell(line[number.end() :], name.struck)
        if len(rts) == len(listed):
            each["rt"] = text_cell(rts[place])
        if len(phones) == len(listed):
            each["phone"] = text_cell(phones[place])
        apart.append(each)
    return apart


def _numbered_in(line: str) -> list[str]:
    """Return the pieces of a line that counts them itself: "1. Contoh 2. Contoh"."""
    starts = [match for match in _LISTED.finditer(line) if match.start() == 0 or line[match.start() - 1] in " ,;"]
    if [int(match[1]) for match in starts] != list(range(1, len(starts) + 1)) or not starts or starts[0].start():
        return [line]
    ends = [match.start() for match in starts[1:]] + [len(line)]
    return [line[match.start() : end].strip(" ,;") for match, end in zip(starts, ends, strict=True)]


def _lines_of(cell: Cell) -> list[str]:
    return [line for part in cell.text[:_LONGEST].split("\n") if (line := clean(part))] if cell.kind == "text" else []


def is_somebody(cells: Fields, signed: bool) -> bool:
    """Say whether a row has an RT, or a name with a running number: then it is no decoration."""
    rt, name = cells.get("rt", EMPTY), cells["name"]
    if looks_like_rt(rt) or (rt.kind != "empty" and name.kind != "empty" and not signed):
        return True
    if name.kind == "empty":
        return False
    numbered = whole(cells.get("number", EMPTY)) is not None and not _PLACE.match(clean(name.text))
    return numbered or bool(rt_named_in(cells.get("position", EMPTY).text))


def is_placed(cells: Fields) -> bool:
    """Say whether a row has an RT of its own, or a running number and a name."""
    numbered = whole(cells.get("number", EMPTY)) is not None and cells["name"].kind != "empty"
    return numbered or looks_like_rt(cells.get("rt", EMPTY)) or bool(rt_named_in(cells.get("position", EMPTY).text))


def is_seated(cells: Fields) -> bool:
    """Say whether a row without a name has at least a seat."""
    return bool({"rt", "address"} & filled(cells)) or bool(rt_named_in(cells.get("position", EMPTY).text))


def is_only_beside(row: Row, block: ColumnBlock, cells: Fields) -> bool:
    """Say whether a row is an officer's below the head's, whose RT it does not repeat."""
    if "rt" not in block.fields or row.at(block.fields["rt"]).kind != "empty":
        return False
    office = cells.get("position", EMPTY).text
    return is_beside_head(office) and not rt_named_in(office)


def only_counts(cells: Fields) -> bool:
    """Say whether a row without a running number counts something and names nobody."""
    name = cells["name"]
    if whole(cells.get("number", EMPTY)) is not None or name.kind == "empty" or names_nobody(name):
        return False
    return bool(name_problem(tidy_name(name.text[:400])))


def filled(cells: Fields) -> set[str]:
    """Return the fields that hold something."""
    return {name for name, cell in cells.items() if cell.kind != "empty"}


def whole(cell: Cell) -> int | None:
    """Return the running number that a cell holds: 3, "3.", "3)"; None for anything else."""
    if cell.kind == "empty" or isinstance(cell.value, bool):
        return None
    if isinstance(cell.value, int):
        return cell.value
    text = clean(cell.text[:20]).rstrip(".)")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else None


def lettered(sheet: Sheet, layout: Layout) -> dict[tuple[int, int], int]:
    """Return where the names begin that their own cells count: a. Contoh, b. Contoh."""
    starts: dict[tuple[int, int], int] = {}
    for column in {block.fields["name"] for block in layout.blocks if "name" in block.fields}:
        texts = [clean(row.at(column).text[:LONGEST]) for row in sheet.rows]
        starts |= {(sheet.rows[place].number, column): end for place, end in counted_by_letters(texts).items()}
    return starts


def _former(layout: Layout) -> int | None:
    """Return the column of the former heads, if the name column says that it holds the new ones."""
    own = layout.titles.get(layout.blocks[0].fields.get("name", -1), "")
    if len(layout.blocks) > 1 or not _NEW.search(own):
        return None
    return next((column for column, title in layout.titles.items() if _OLD.search(title)), None)


def _more_phones(block: ColumnBlock, layout: Layout) -> tuple[int, ...]:
    """Return the columns of phones beside the first: HP 1, HP 2."""
    titled = (c for c in range(block.left, block.right + 1) if field_of(layout.titles.get(c, ""))[0] == "phone")
    taken = set(block.fields.values())
    return tuple(c for c in titled if "phone" in block.fields and c not in taken)


def _together(cells: list[Cell]) -> Cell:
    """Return the only filled phone cell, or one cell with the texts of all filled ones."""
    filled_cells = [cell for cell in cells if cell.kind not in ("empty", "error")]
    if len(filled_cells) < 2:
        return (filled_cells or cells)[0]
    return text_cell(" / ".join(cell.text[:100] for cell in filled_cells))


def _head_among(cell: Cell) -> Cell:
    """Return the head's line of a cell that lists a board: "Ketua : …" / "Sekretaris : …"."""
    name = next((line[match.end() :] for line in _lines_of(cell) if (match := _HEAD_LINE.match(line))), "")
    return text_cell(name, cell.struck) if name else cell


def _titled(cells: Fields) -> Cell:
    """Return a name with the titles that a list keeps in columns of their own."""
    name, front, back = cells["name"], cells.get("front", EMPTY), cells.get("back", EMPTY)
    if name.kind != "text" or names_nobody(name):
        return name
    before, behind = (clean(cell.text[:60]).strip(" ,-") for cell in (front, back))
    if behind and not is_degree(behind.split(",")[0].split(" ")[0]) and len(behind) < 5 and not before:
        before, behind = behind, ""  # H., Hj. under GELAR
    text = " ".join(filter(None, (before, clean(name.text))))
    return text_cell(f"{text}, {behind}" if behind else text, name.struck)


def _rt_apart(cells: Fields) -> Fields:
    """Return the cells of a row whose name stands beside its RT in one cell ("Contoh (RT 01)"), each in its own.

    An RT that another cell says differently stays where it is: somebody must look.
    """
    message = "sentence" in cells  # its notes stand in the name's column
    text = clean(cells["name"].text[:LONGEST]) if cells["name"].kind == "text" and not message else ""
    named = rt_named_in(text)
    others = [cells.get(name, EMPTY) for name in ("position", "address", "village")]
    rt = cells.get("rt", EMPTY)
    written = parse_rt(rt.value).rt or next(filter(None, (rt_named_in(cell.text) for cell in others)), "")
    if not named or (written != named if written else rt.kind != "empty"):
        return cells
    bare = _EMPTY_BRACKETS.sub(" ", RT_WORDS.sub(" ", text)).strip(" ,.;:/-–=|")
    if not is_name(tidy_name(without_labels(split_numbers(bare).left).replace("|", " "))):
        return cells
    own = {} if written else {"rt": text_cell(" ".join(match[0] for match in RT_WORDS.finditer(text)))}
    return cells | own | {"name": text_cell(bare, cells["name"].struck)}


def _merged_down(sheet: Sheet, header: Sequence[int]) -> Iterator[tuple[tuple[int, int], Cell]]:
    """Yield the value of each cell that a merge over several rows covers, by row and column; not out of a header."""
    by_number = {row.number: row for row in sheet.rows} if sheet.merges else {}
    last = max(by_number, default=0)
    for merge in sheet.merges:
        if merge.bottom > merge.top and merge.top in by_number and merge.top not in header:
            value = by_number[merge.top].at(merge.left)
            for number in range(merge.top + 1, min(merge.bottom, last) + 1):
                yield (number, merge.left), value
