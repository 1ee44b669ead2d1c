"""The columns of a list: which row is its header, what each column holds, tables side by side."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice, pairwise

from ..documents.cells import Cell, Merge, Row, Sheet
from ..roster.phones import parse_phone
from ..roster.rt import rt_named_in
from .evidence import Contents, contents_of
from .headers import field_of
from .readings import ColumnBlock, Layout

FIRST_ROWS = 25  # in which a header may stand
_WHERE = {"rt", "village", "address"}
_OWN = {"name", "rt", "village", "address", "position", "phone"}  # what makes a table's people those of their seats
_THIRD_ROW = 0.05  # that a third row of a header counts for: it says more exactly what the second says
_MOSTLY, _LOOKED_AT = 0.6, 60
_RT_WORD = re.compile(r"\br\.?\s?t\b|rukun tetangga", re.I)
_PLACED = {"rt", "village", "address", "position", "phone", "number"}  # beside a name: what makes a row a header


def find_layout(sheet: Sheet) -> Layout | None:
    """Return how ``sheet`` is laid out, None where no row is a header (a name, and an RT or a village somewhere).

    What the cells below hold has its say: names beside the words for them, phones and RTs that no header names.
    """
    rows = [row for row in sheet.rows if not row.hidden][:FIRST_ROWS]
    best: tuple[float, Layout] | None = None
    for texts, header in _candidates(rows, sheet.merges):
        texts = {column: words for column, words in texts.items() if column not in sheet.hidden_columns}
        score, layout = _layout(texts, header)
        score += _THIRD_ROW * (len(header) > 2)
        if layout and (best is None or score > best[0] + 0.01) and (fitted := fit(layout, sheet)):
            best = score, fitted
    return best[1] if best else None


def layout_with(layout: Layout, fields: Mapping[int, str]) -> Layout:
    """Return ``layout`` with the fields that a person chose for some columns; one with the field "" is not read."""
    blocks = []
    for block in layout.blocks:
        chosen = {column: name for column, name in fields.items() if block.left <= column <= block.right}
        others = {n: c for n, c in block.fields.items() if c not in chosen and n not in chosen.values()}
        blocks.append(
            ColumnBlock(others | {name: column for column, name in chosen.items() if name}, block.left, block.right)
        )
    names = () if "name" in fields.values() else layout.names
    return Layout(layout.header, tuple(blocks), layout.titles, names)


def layout_told(sheet: Sheet, fields: Mapping[int, str]) -> Layout:
    """Return the layout of a sheet without a header as a person says; all its rows are the list."""
    width = max((len(row.cells) for row in sheet.rows), default=0)
    return Layout((), (ColumnBlock({name: column for column, name in fields.items() if name}, 0, max(width - 1, 0)),))


def is_another_header(row: Row, layout: Layout) -> bool:
    """Say whether ``row`` is the header of another table below this one: other fields stand in its columns."""
    if any(cell.kind == "number" or any(map(str.isdigit, cell.text[:80])) for cell in row.cells):
        return False
    fields = {column: field_of(cell.text) for column, cell in enumerate(row.cells) if cell.kind != "empty"}
    certain = {name for name, sure in fields.values() if sure == 1.0}
    if certain >= {"number", "village"} and not any(name == "name" for name, _ in fields.values()):
        return len(layout.header) == 1  # numbers of each village; of several rows it may be the first of a header
    if "name" not in certain or len(certain) < 2:
        return False
    columns = {column: name for block in layout.blocks for name, column in block.fields.items() if name in _OWN}
    return any(column in columns and columns[column] != name for column, (name, _) in fields.items())


def is_header_again(row: Row, layout: Layout) -> bool:
    """Say whether ``row`` repeats the header, as lists do at the top of every printed page."""
    if not any(field_of(row.at(block.fields.get("name", -1)).text)[0] == "name" for block in layout.blocks):
        return False
    same = 0
    for block in layout.blocks:
        for name, column in block.fields.items():
            same += field_of(row.at(column).text)[0] == name
    return same >= 2


def fit(layout: Layout, sheet: Sheet) -> Layout | None:
    """Return ``layout`` corrected by the cells below the header; None if nothing says where its people belong."""
    if len(layout.blocks) > 1:
        return layout if all(_WHERE & set(block.fields) for block in layout.blocks) else None
    block, body = layout.blocks[0], _body(sheet, layout)
    fields, width = dict(block.fields), max((len(row.cells) for row in body), default=0)
    seen = {c: contents_of(body, c) for c in range(width) if c not in sheet.hidden_columns}
    if "rt" not in fields and seen.get(fields["name"], Contents()).named_rts >= _MOSTLY:  # NAMA RT: "RT 1 (…)"
        others = [c for c in seen if c not in fields.values() and seen[c].names >= _MOSTLY]
        titled = [c for c in layout.rivals if c != fields["name"]]
        if titled or others:
            fields |= {"rt": fields["name"], "name": (titled or others)[0]}
            layout = replace(layout, names=(fields["name"],))
    names = _name_columns(layout.names, seen)
    if len(names) == 1 or (names and fields["name"] not in names):
        fields["name"] = names[0]
    free = [c for c in seen if c not in fields.values() and not field_of(layout.titles.get(c, ""))[0]]
    phones = [c for c in free if seen[c].phones >= _MOSTLY and seen[c].filled > 1]
    if phones and "phone" not in fields:
        fields["phone"] = phones[0]
    offices = [c for c in free if seen[c].offices >= _MOSTLY]
    if offices and "position" not in fields:
        fields["position"] = offices[0]
        free.remove(offices[0])
    if not _WHERE & set(fields):
        remark = [fields["remark"]] if "remark" in fields else []
        named = [c for c in (*remark, *free) if seen.get(c, Contents()).named_rts >= _MOSTLY]
        if named:
            fields = {name: c for name, c in fields.items() if c != named[0]} | {"rt": named[0]}
        elif not _by_office(fields, seen) and not _speaks_of_rts(sheet, layout) and not _beside_names(fields, seen):
            return None
    return Layout(
        layout.header, (ColumnBlock(fields, block.left, block.right),), layout.titles, names if len(names) > 1 else ()
    )


def _name_columns(columns: Sequence[int], seen: Mapping[int, Contents]) -> tuple[int, ...]:
    """Return those of ``columns`` that hold names; all of them where none does."""
    filled = max((seen[c].filled for c in columns if c in seen), default=0)
    good = tuple(c for c in columns if c in seen and seen[c].names >= 0.5 and seen[c].filled * 2 >= filled)
    return good or tuple(columns)


def _beside_names(fields: Mapping[str, int], seen: Mapping[int, Contents]) -> bool:
    """Say whether the RT stands in the name's cell: Contoh (RT 03)."""
    return seen.get(fields["name"], Contents()).named_rts > 0.3


def _by_office(fields: Mapping[str, int], seen: Mapping[int, Contents]) -> bool:
    """Say whether the offices name the RT: Ketua RT 03."""
    return seen.get(fields.get("position", -1), Contents()).named_rts > 0.3


def _speaks_of_rts(sheet: Sheet, layout: Layout) -> bool:
    """Say whether the titles, the header or the offices are about RTs, so that a list without any asks for them."""
    above = [row for row in sheet.rows if row.number <= layout.header[-1]]
    above += [row for row in sheet.rows[:_LOOKED_AT] if sum(cell.kind != "empty" for cell in row.cells) == 1]
    texts = [sheet.name, *(cell.text for row in above for cell in row.cells)] + [
        row.at(layout.blocks[0].fields.get("position", -1)).text for row in _body(sheet, layout)[:20]
    ]
    return any(_RT_WORD.search(text[:200]) for text in texts)


def _body(sheet: Sheet, layout: Layout) -> list[Row]:
    """Return the first rows below the header that hold more than one cell."""
    below = (row for row in sheet.rows if row.number > layout.header[-1] and not row.hidden)
    return list(islice((row for row in below if sum(cell.kind != "empty" for cell in row.cells) > 1), _LOOKED_AT))


def _candidates(rows: Sequence[Row], merges: Sequence[Merge]) -> Iterator[tuple[dict[int, list[str]], tuple[int, ...]]]:
    """Yield the headings of each column, best first, taking every row, then every two or three rows, as the header."""
    for row in rows:
        yield {column: [cell.text] for column, cell in enumerate(row.cells) if cell.text}, (row.number,)
    for row, below in pairwise(rows):
        if below.number == row.number + 1 and not _is_listed(below):
            yield _above_each_column(_spread(row, merges), below), (row.number, below.number)
    for first, row, below in zip(rows, rows[1:], rows[2:], strict=False):
        numbers = (first.number, row.number, below.number)
        if numbers[2] - numbers[0] != 2 or _is_listed(row) or _is_listed(below):
            continue
        fields = [field_of(cell.text) for cell in below.cells if cell.text]
        if all(name != "name" and sure == 1.0 for name, sure in fields):
            upper, lower = _spread(first, merges), _spread(row, merges)
            yield _above_each_column(upper | lower, below), numbers


def _above_each_column(above: Mapping[int, str], below: Row) -> dict[int, list[str]]:
    """Return the possible headings of each column: the lower text, both texts, the upper text."""
    texts = {}
    for column in range(max(len(below.cells), max(above, default=-1) + 1)):
        top, bottom = above.get(column, ""), below.at(column).text
        headings = [text for text in (bottom, f"{top} {bottom}" if top and bottom else "", top) if text]
        if headings:
            texts[column] = headings
    return texts


def _is_listed(row: Row) -> bool:
    """Say whether a row belongs to the list and not to its header: it has two numbers, or an RT or a phone."""
    return sum(cell.text.strip().isdigit() for cell in row.cells) > 1 or any(map(_is_entry, row.cells))


def _is_entry(cell: Cell) -> bool:
    """Say whether a cell belongs to a row of the list and not to a header: RT 03, 081200000101."""
    text = cell.text[:80]
    return any(map(str.isdigit, text)) and bool(rt_named_in(text) or parse_phone(text).number)


def _spread(row: Row, merges: Sequence[Merge]) -> dict[int, str]:
    """Return the texts of a row by column, merged ones over all their columns."""
    texts = {column: cell.text for column, cell in enumerate(row.cells) if cell.text}
    for merge in merges:
        if merge.top == row.number and merge.left in texts:
            texts |= {column: texts[merge.left] for column in range(merge.left, merge.right + 1)}
    return texts


def _layout(texts: Mapping[int, list[str]], header: tuple[int, ...]) -> tuple[float, Layout | None]:
    named: list[tuple[int, str, float]] = []
    for column in sorted(texts):
        match = max((field_of(text) for text in texts[column]), key=lambda pair: pair[1])
        if len(texts[column]) > 1 and match[0] in ("name", "phone") and field_of(texts[column][1])[0] == "ignored":
            match = "ignored", match[1]  # NAMA below SEMULA, HP below SEKRETARIS
        if match[0]:
            named.append((column, *match))
    blocks = _blocks(named, max(texts, default=0))
    if not blocks or not all("name" in block.fields and _PLACED & set(block.fields) for block in blocks):
        return 0.0, None
    titles = {column: " ".join(headings[-1].split()) for column, headings in texts.items()}
    if len(header) > 1:
        titles = {column: " ".join(headings[0].split()) for column, headings in texts.items()}
        if not any(field_of(texts[column][0])[0] and len(texts[column]) > 1 for column, _, _ in named):
            return 0.0, None  # the second row is no header: it adds nothing
    rivals = [(column, score) for column, name, score in named if name == "name"]
    best = max((score for _, score in rivals), default=0.0)
    names = tuple(column for column, score in rivals if len(blocks) == 1 and score == best)
    return sum(score for _, _, score in named), Layout(
        header, blocks, titles, names, tuple(column for column, _ in rivals)
    )


def _blocks(named: Sequence[tuple[int, str, float]], last: int) -> tuple[ColumnBlock, ...]:
    """Split the columns into tables side by side where name and RT (or village) come again."""
    columns: dict[str, list[tuple[int, float]]] = {}
    for column, name, score in named:
        columns.setdefault(name, []).append((column, score))
    times = min(len(columns.get("name", ())), max(len(columns.get("rt", ())), len(columns.get("village", ()))))
    if times < 2:
        best = {name: max(places, key=lambda pair: (pair[1], -pair[0]))[0] for name, places in columns.items()}
        return (ColumnBlock(best, 0, last),) if best else ()
    first = next((name for _, name, _ in named if len(columns[name]) == times), "name")
    starts = [column for column, _ in columns[first]]
    blocks = []
    for place, start in enumerate(starts):
        left = 0 if place == 0 else start
        right = starts[place + 1] - 1 if place + 1 < times else last
        own = {name: column for column, name, _ in reversed(named) if left <= column <= right}
        shared = {name: places[0][0] for name, places in columns.items() if len(places) == 1 and name not in own}
        blocks.append(ColumnBlock({**shared, **own}, left, right))
    return tuple(blocks)
