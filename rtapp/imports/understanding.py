"""Lists understood: what their rows say, held against what the roster knew; it may take a while, and needs no database.

Everything comes in and goes out as plain values, so that another process can do it while desks record in this one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import PurePath

from ..documents.cells import Sheet
from ..refusals import Refused
from .drafts import Answers
from .matching import match
from .message import offered, read_file, read_message
from .packed_books import packed, unpacked, without_identities
from .places import KnownVillage, Places, village_key
from .readings import Books, Reading, RosterFacts, Understood
from .sheet import read_sheet
from .survey import Context
from .titles import is_village_sheet
from .unlisted import places_named_in

ROWS_SHOWN = 4  # of a sheet, below its header, where a person says what its columns are


def take(files: Sequence[tuple[str, bytes]], pasted: tuple[str, str] | None) -> tuple[list[str], bytes]:
    """Read files, and a text under its name; return their names and what they hold, without identity numbers, packed.

    A refusal names its file where there are several.
    """
    books = []
    for name, data in files:
        try:
            books.append((name, offered(read_file(data, name))))
        except Refused as refused:
            if len(files) == 1:
                raise
            raise Refused("bad_file", "%(file)s: %(why)s", refused.status, file=name, why=refused) from refused
    if pasted:
        name, text = pasted
        books.append((name, offered(read_message(text, name))))
    bare = [(name[:200], without_identities(book)) for name, book in books]
    return [name for name, _ in bare], packed(bare)


def understand(
    facts: RosterFacts,
    books: Books | bytes,
    sheets: Sequence[str],
    fields: Mapping[str, Mapping[int, str]],
    answers: Answers,
) -> Understood:
    """Say what each row of ``books`` would do to the roster that ``facts`` tells of.

    Refused when a sheet that ``sheets`` names does not exist, or none holds a list.
    """
    readings = _readings(facts, books, sheets, fields, answers)
    rows = [draft for reading in readings for draft in reading.drafts]
    missing = match(rows, facts.known, answers)
    unstored = tuple(dict.fromkeys(name for reading in readings for name in reading.unstored))
    return Understood(rows, missing, unstored)


def look_through(facts: RosterFacts, books: Books | bytes, fields: Mapping[str, Mapping[int, str]]) -> list[Reading]:
    """Say how each sheet of ``books`` is laid out, with its first rows only; refused as ``understand`` does."""
    readings = _readings(facts, books, (), fields, Answers())
    return [replace(each, drafts=[], sheet=_top(each)) for each in readings]


def sheet_label(book_name: str, sheet_name: str, several: bool) -> str:
    """Return what a sheet is called beside others: with its file's name where there are several files."""
    return f"{PurePath(book_name).stem} · {sheet_name}" if several else sheet_name


def _readings(
    facts: RosterFacts,
    books: Books | bytes,
    sheets: Sequence[str],
    fields: Mapping[str, Mapping[int, str]],
    answers: Answers,
) -> list[Reading]:
    books = unpacked(books) if isinstance(books, bytes) else books
    labelled = [
        (sheet_label(name, sheet.name, len(books) > 1), PurePath(name).stem, sheet)
        for name, book in books
        for sheet in book.sheets
    ]
    _refuse_unknown_sheets([label for label, _, _ in labelled], sheets)
    places = _places(facts, [sheet for _, _, sheet in labelled])
    named = sum(is_village_sheet(places, sheet.name) for _, _, sheet in labelled) > 1
    readings = [
        read_sheet(sheet, Context(places, facts.days, filename, answers, label, fields.get(label, {}), named))
        for label, filename, sheet in labelled
        if not sheets or label in sheets
    ]
    if not any(reading.layout for reading in readings):
        raise Refused(
            "not_a_roster",
            "Tidak ada daftar di berkas ini: tidak ditemukan baris judul dengan kolom nama dan RT atau desa. "
            "Pakai templat, atau beri judul kolom Nama, Desa, dan RT.",
            422,
        )
    return readings


def _top(reading: Reading) -> Sheet:
    """Return the sheet of a reading down to the first rows below its header."""
    header = reading.layout.header[-1] if reading.layout else 0
    below = (row for row in reading.sheet.rows if row.number > header)
    return replace(reading.sheet, rows=tuple(islice(below, ROWS_SHOWN)))


def _refuse_unknown_sheets(present: Sequence[str], wanted: Sequence[str]) -> None:
    for sheet in wanted:
        if sheet not in present:
            every = ", ".join(present)
            raise Refused("no_sheet", "Lembar “%(sheet)s” tidak ada. Yang ada: %(all)s.", 422, sheet=sheet, all=every)


def _places(facts: RosterFacts, sheets: list[Sheet]) -> Places:
    """Return the places of the database; where no list of places was ever imported, those that ``sheets`` name too."""
    known = list(facts.places)
    if not facts.listed:
        named = {(village_key(place.name), village_key(place.district)) for place in known}
        new = [
            place
            for place in places_named_in(sheets)
            if (village_key(place.name), village_key(place.district)) not in named
        ]
        known += _beside(known, new)
    return Places(known)


def _beside(known: list[KnownVillage], new: list[KnownVillage]) -> list[KnownVillage]:
    """Return ``new`` places with codes that no known one has; a district of the same name is the same district."""
    codes = {village_key(place.district): place.district_code for place in known}
    taken, additions = {place.code for place in known}, []
    for place in new:
        free = (f"00.00.{number:02}" for number in range(1, 100))
        key = village_key(place.district)
        district = codes[key] if key in codes else next(code for code in free if code not in codes.values())
        codes[key] = district
        first = place.code.rpartition(".")[2][0]
        code = next(c for c in (f"{district}.{first}{number:03}" for number in range(1, 1000)) if c not in taken)
        taken.add(code)
        additions.append(replace(place, code=code, district_code=district))
    return additions
