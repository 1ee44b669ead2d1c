"""A table pasted without its header: what each column holds, where all its values say so."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise

from ..documents.cells import Row, Sheet, packed_rows, text_cell
from ..roster.phones import is_identity_number, parse_phone
from ..roster.rt import rt_named_in
from ..roster.spelling import clean, plain
from .evidence import reads_as_name
from .person import looks_like_rt
from .whereabouts import RT_WORDS

_LABEL = re.compile(r"^(?:no\.?\s?)?(?:hp|wa|telp|telepon|telpon|tlp|kontak)\b[\s.:]{0,3}", re.I)
FEWEST_ROWS, FEWEST_COLUMNS = 2, 3
LOOKED_AT, MOST_COLUMNS = 400, 40  # rows that tell what the columns hold, of tables no wider than any list is
MOST = 0.8  # of a column's values say what it holds
_TITLES = {"nik": "NIK", "phone": "No HP", "gender": "L/P", "position": "Jabatan", "number": "No", "rt": "RT"}


def with_header(rows: Sequence[Row], first: int, titles: Sequence[str]) -> tuple[Row, ...]:
    """Put ``titles``, as a row that no file has, above the row with the number ``first``."""
    above = [row for row in rows if row.number < first]
    below = [row for row in rows if row.number >= first]
    return packed_rows([*above, Row(0, tuple(map(text_cell, titles))), *below])


def headed(sheet: Sheet) -> Sheet | None:
    """Return ``sheet`` with the header that it lacks; None where its columns do not say for certain what they hold.

    A lone column of running numbers is never taken for the RT.
    """
    first = sheet.rows[:LOOKED_AT]
    body = [row for row in first if _filled(row) >= FEWEST_COLUMNS]
    several = [row for row in first if _filled(row) > 1]  # titles, groups and notes stand in one cell
    if len(body) < FEWEST_ROWS or len(body) < MOST * len(several):
        return None
    width = max(len(row.cells) for row in body)
    if width > MOST_COLUMNS:
        return None
    columns = [[text for row in body if (text := clean(row.at(column).text[:400]))] for column in range(width)]
    full = [len(column) >= MOST * len(body) for column in columns]
    kinds = [_kind(column) for column in columns]
    rts = [column for column, kind in enumerate(kinds) if kind == "rt"]
    offices = [column for column, kind in enumerate(kinds) if kind == "office"]
    if offices and len(rts) == 1 and _is_running(columns[rts[0]]):
        kinds[rts.pop()] = "number"  # the numbers of the lines, beside "Ketua RT 03"
    if len(offices) == 1 and not rts:
        rts, kinds[offices[0]] = offices, "rt"
    if len(rts) == 2 and _is_running(columns[rts[0]]):
        kinds[rts.pop(0)] = "number"
    elif rts == [0] and _is_running(columns[0]):
        return None  # the numbers of the lines, or of the RT: nobody can tell
    words = [column for column, kind in enumerate(kinds) if kind == "words" and full[column]]
    if len(rts) != 1 or not words or not full[rts[0]]:
        return None
    name = max(words, key=lambda column: len(set(columns[column])))
    titles = [_TITLES.get(kind, "") for kind in kinds]
    titles[name] = "Nama"
    # Of the other words the district is said more often again than the village, and stands before it.
    places = sorted((each for each in words if each != name), key=lambda each: (-len(set(columns[each])), -each))
    for column, title in zip(places, ("Desa", "Kecamatan"), strict=False):
        titles[column] = title
    return Sheet(sheet.name, with_header(sheet.rows, body[0].number, titles))


def guessed(sheet: Sheet) -> Sheet | None:
    """Return a table under titles that are guesses, for a person to put right; None where no column holds names.

    Where no column is certain to be the RT's, an empty one stands for it: then every row asks for its RT.
    """
    body = [row for row in sheet.rows[:LOOKED_AT] if _filled(row) > 1]
    width = max((len(row.cells) for row in body), default=0)
    if sheet.hidden or len(body) < FEWEST_ROWS or width > MOST_COLUMNS:
        return None
    columns = [[text for row in body if (text := clean(row.at(column).text[:400]))] for column in range(width)]
    names = [sum(map(reads_as_name, column)) / len(body) for column in columns]
    best = max(range(width), key=lambda column: names[column])
    if names[best] < MOST:
        return None
    kinds = [_kind(column) for column in columns]
    certain = {"phone", "gender", "nik", "position"}
    titles = [_TITLES[kind] if kind in certain else f"Kolom {column + 1}" for column, kind in enumerate(kinds)]
    titles[best] = "Nama"
    return replace(sheet, rows=with_header(sheet.rows, body[0].number, [*titles, "RT"]))


def _filled(row: Row) -> int:
    return sum(cell.kind != "empty" for cell in row.cells)


def _kind(texts: Sequence[str]) -> str:
    """Return the kind of value that nearly all cells of a column hold."""
    tests: tuple[tuple[str, Callable[[str], bool]], ...] = (
        ("nik", is_identity_number),
        ("phone", lambda text: bool(parse_phone(text).number)),
        ("gender", lambda text: text.upper() in ("L", "P")),
        ("rt", lambda text: looks_like_rt(text_cell(text))),
        ("office", lambda text: bool(rt_named_in(text)) and not reads_as_name(RT_WORDS.sub(" ", text))),
        ("position", lambda text: plain(text).startswith(("ketua", "plt", "pj"))),
        ("words", lambda text: any(map(str.isalpha, RT_WORDS.sub("", text)))),
    )
    texts = [bare for text in texts if (bare := _LABEL.sub("", text).strip(" -.:"))]  # "HP: -" says nothing
    return next((kind for kind, fits in tests if texts and sum(map(fits, texts)) >= MOST * len(texts)), "")


def _is_running(texts: Sequence[str]) -> bool:
    """Say whether numbers count up by one, as those of lines do; written 001 they are no such numbers."""
    numbers = [int(text.rstrip(".")) for text in texts if text.rstrip(".").isascii() and text.rstrip(".").isdigit()]
    plain_ones = not any(text.startswith("0") for text in texts)
    return plain_ones and len(numbers) == len(texts) and all(after == before + 1 for before, after in pairwise(numbers))
