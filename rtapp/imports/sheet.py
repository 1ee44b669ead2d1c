"""A sheet becomes drafts: each row of it is a head, a vacant seat, or skipped with its reason."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import islice

from ..documents.cells import EMPTY, Cell, Row, Sheet
from ..refusals import Reason, Refused, reason
from ..roster.rt import parse_rt
from ..roster.spelling import clean
from .columns import Block, Layout, field_of, find_layout, is_header_again, layout_with
from .days import wave_in
from .drafts import Answers, Draft
from .furniture import EXAMPLE, begins_signature, is_note, is_number_row, texts_of, total_in, total_reason
from .person import looks_like_rt, names_nobody, read_person
from .places import District, Places, Village
from .whereabouts import Around

MOST_MERGED = 200_000  # rows that merged cells cover, counted for each of them
_PLACE = re.compile(r"(?:desa|ds|kelurahan|kel|kecamatan|kec)\b", re.I)
_PRIVATE = re.compile(r"lahir|\bttl\b|alamat rumah|npwp|rekening|agama|pekerjaan|pendidikan|email", re.I)
_LETTER = re.compile(r"[^\W\d_]")


@dataclass(frozen=True)
class Context:
    """What is known before a sheet is read: places, the waves by their day, what the file's name says.

    ``label`` is what the sheet is called; ``fields`` are columns as a person says.
    """

    places: Places
    days: Mapping[date, int] = field(default_factory=dict)
    filename: str = ""
    answers: Answers = field(default_factory=Answers)
    label: str = ""
    fields: Mapping[int, str] = field(default_factory=dict)


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


def read_sheet(sheet: Sheet, context: Context) -> Reading:
    """Read one sheet; a hidden one, and one without a header, has nobody.

    Refused when a person says that none of its columns holds names.
    """
    layout = None if sheet.hidden else find_layout(sheet)
    if layout is None:
        why = (
            reason("hidden_sheet", "Lembar tersembunyi tidak dibaca.")
            if sheet.hidden
            else reason("no_list", "Lembar ini bukan daftar: tidak ada baris judul kolom dengan nama dan RT atau desa.")
        )
        return Reading(context.label, sheet, None, [_skipped(context.label, row, why) for row in sheet.rows])
    if context.fields:
        layout = layout_with(layout, context.fields)
        if any("name" not in block.fields for block in layout.blocks):
            raise Refused("no_name_column", "Pilih kolom nama di lembar “%(sheet)s”.", 422, sheet=context.label)
    walk = _Walk(sheet, layout, context)
    walk.run()
    return Reading(context.label, sheet, layout, walk.drafts, _unstored(layout))


def _unstored(layout: Layout) -> tuple[str, ...]:
    """Return the titles of the columns that hold what nobody needs: identity numbers, days of birth, and their like."""
    titles = [title for title in layout.titles.values() if field_of(title)[0] == "nik" or _PRIVATE.search(title)]
    return tuple(dict.fromkeys(titles))


def _skipped(sheet: str, row: Row, why: Reason) -> Draft:
    draft = Draft(sheet, row.number)
    draft.skip(why)
    return draft


@dataclass
class _Count:
    """Seats read since the last total, and in all, the hidden ones beside them."""

    seats: int = 0
    hidden: int = 0


class _Walk:
    """Goes down a sheet once, and remembers what a reader would: the group, the village above, the end of the list."""

    def __init__(self, sheet: Sheet, layout: Layout, context: Context) -> None:
        self.sheet, self.layout, self.context = sheet, layout, context
        self.name = context.label
        self.places, self.answers = context.places, context.answers
        self.drafts: list[Draft] = []
        self.merged = dict(islice(_merged_down(sheet), MOST_MERGED))
        self.around = self._around()
        self.filled: dict[int, str] = {}
        self.signed = self.after_header = False
        self.part, self.whole, self.section = _Count(), _Count(), 0

    def run(self) -> None:
        """Read every row; tables side by side come out in the order of their running numbers."""
        order: list[tuple[int, int]] = []
        for row in self.sheet.rows:
            before = len(self.drafts)
            self._row(row)
            order += [(self.section, draft.number or 0) for draft in self.drafts[before:]]
        if len(self.layout.blocks) > 1:
            ranked = sorted(zip(order, self.drafts, strict=True), key=lambda pair: pair[0])
            self.drafts = [draft for _, draft in ranked]

    def _around(self) -> Around:
        """Gather what stands above the header and in the names of sheet and file."""
        above = [row for row in self.sheet.rows if row.number < self.layout.header[0]]
        lines = [" ".join(texts_of(row.cells)) for row in above]
        titled = [district for line in lines if (district := self.places.district_in(line))]
        named, hint = _hinted(self.places, self.sheet.name, self.context.filename)
        district = titled[-1] if titled else named
        titles = [text for line in lines if (text := self.places.village_text_in(line))]
        known = [text for text in titles if self.places.find_village(text).how != "none"]
        waves = [wave for line in (*lines, self.sheet.name) if (wave := wave_in(line))]
        return Around(
            district=district,
            title=known[-1] if known else "",
            hint=hint,
            likely=district.code if district else self._likely(),
            wave=waves[0] if waves else None,
            days=self.context.days,
        )

    def _likely(self) -> str:
        """Return the code of the one district in which all villages lie that are certain by their name alone."""
        found: set[str] = set()
        for row in self.sheet.rows:
            for block in self.layout.blocks:
                text = clean(row.at(block.fields.get("village", -1)).text)
                village = self.places.find_village(text).village if text else None
                found |= {village.district_code} if village else set()
        return found.pop() if len(found) == 1 else ""

    def _row(self, row: Row) -> None:
        if row.number <= self.layout.header[-1]:
            is_header = row.number in self.layout.header
            why = reason("header", "Judul kolom.") if is_header else reason("title", "Judul daftar.")
        else:
            why = self._decoration(row)
        if why is not None:
            self.drafts.append(_skipped(self.name, row, why))
            return
        for place, block in enumerate(self.layout.blocks):
            if any(row.at(column).kind != "empty" for column in range(block.left, block.right + 1)):
                self._block(row, place, block)

    def _decoration(self, row: Row) -> Reason | None:
        """Return why a whole row is nobody, None where it may be somebody."""
        texts = texts_of(row.cells)
        again = is_header_again(row, self.layout)
        second = self.after_header and len(self.layout.header) > 1 and not self._somebody(row)
        self.after_header = again
        if again or second:
            self.signed = False
            return reason("header", "Judul kolom.")
        if is_number_row(row.cells):
            return reason("numbers", "Nomor kolom.")
        total = total_in(row)
        if total is not None:
            return self._total(*total)
        if self._somebody(row):
            return None
        if is_note(texts):
            return reason("note", "Catatan.")
        if begins_signature(texts):
            self.signed = True
        elif self._begins_group(texts):
            return reason("group", "Judul kelompok.")
        return reason("signature", "Tanda tangan dan keterangan di bawah daftar.") if self.signed else None

    def _cells(self, row: Row, block: Block) -> dict[str, Cell]:
        """Return the cells of a row by field, merged ones in every row they cover."""
        cells = {}
        for name, column in block.fields.items():
            cell = row.at(column)
            if cell.kind == "empty" and name != "name":
                cell = self.merged.get((row.number, column), EMPTY)
            cells[name] = cell
        return cells

    def _somebody(self, row: Row) -> bool:
        """Say whether a row has an RT, or a name with a running number: then it is no decoration."""
        for block in self.layout.blocks:
            cells = self._cells(row, block)
            rt, name = cells.get("rt", EMPTY), cells["name"]
            if looks_like_rt(rt) or (rt.kind != "empty" and name.kind != "empty"):
                return True
            numbered = _whole(cells.get("number", EMPTY)) is not None
            if numbered and name.kind != "empty" and not _PLACE.match(clean(name.text)):
                return True
        return False

    def _begins_group(self, texts: list[str]) -> bool:
        """Take up a row that names the village, district or RW of those below it; "A. DESA …" counts as one text."""
        kept = list(dict.fromkeys(texts))
        if len(kept) == 2 and len(kept[0]) <= 4 and _PLACE.match(kept[1]):
            kept = kept[1:]
        if len(kept) != 1 or kept[0].isdigit() or len(kept[0]) > 80:
            return False
        text, places = kept[0], self.places
        district, village = places.district_in(text), places.village_text_in(text)
        bare = places.find_village(text, self.around.likely).village
        if district or village or bare:
            change = {"district": district, "likely": district.code} if district else {}
            group = village or (text if bare and not district else "")
            self.around = replace(self.around, group=group, rw="", **change)
            self.filled.clear()
            self.signed, self.part, self.section = False, _Count(), self.section + 1
            return True
        reading = parse_rt(text) if text[:2].upper() == "RW" else parse_rt(None)
        if reading.rw and not reading.rt:
            self.around = replace(self.around, rw=reading.rw)
            return True
        return False

    def _total(self, stated: int | None, of_all: bool) -> Reason:
        part, whole = self.part, self.whole
        if stated is None:
            return reason("total", "Baris jumlah.")
        self.part = _Count()
        counted = whole if of_all or stated == whole.seats or part.seats == 0 else part
        return total_reason(stated, counted.seats, counted.hidden)

    def _block(self, row: Row, place: int, block: Block) -> None:
        """Read one table's part of a row that is somebody, or an empty line of a form."""
        cells = self._cells(row, block)
        name, village = cells["name"], clean(cells.get("village", EMPTY).text)
        draft = Draft(self.name, row.number, place, number=_whole(cells.get("number", EMPTY)))
        self.drafts.append(draft)
        around = replace(self.around, filled=self.filled.get(place, ""))
        if village:
            self.filled[place] = village
        nobody = names_nobody(name)
        if row.hidden or name.struck:
            draft.skip(reason("hidden_row", "Baris tersembunyi.") if row.hidden else reason("struck", "Baris dicoret."))
            self.part.hidden += not nobody
            self.whole.hidden += not nobody
        elif EXAMPLE.match(clean(name.text)):
            draft.skip(reason("example", "Baris contoh dari templat."))
        elif nobody and not _LETTER.search(name.text) and not {"rt", "address"} & _filled(cells):
            draft.skip(reason("empty_line", "Baris tanpa nama dan RT."))
        elif _filled(cells) <= {"name"}:
            draft.skip(reason("note", "Catatan."))
        else:
            read_person(draft, cells, around, self.places, self.answers)
            self.part.seats += draft.is_seat
            self.whole.seats += draft.is_seat


def _filled(cells: Mapping[str, Cell]) -> set[str]:
    return {name for name, cell in cells.items() if cell.kind != "empty"}


def _merged_down(sheet: Sheet) -> Iterator[tuple[tuple[int, int], Cell]]:
    """Yield the value of each cell that a merge over several rows covers, by row and column."""
    by_number = {row.number: row for row in sheet.rows}
    last = max(by_number, default=0)
    for merge in sheet.merges:
        if merge.bottom > merge.top and merge.top in by_number:
            value = by_number[merge.top].at(merge.left)
            for number in range(merge.top + 1, min(merge.bottom, last) + 1):
                yield (number, merge.left), value


def _hinted(places: Places, sheet: str, filename: str) -> tuple[District | None, Village | None]:
    """Return the district and the village that the sheet's name, else the file's, names alone."""
    district, village = None, None
    for text in (sheet, filename):
        districts, villages = places.hints_in(text)
        if district is None and len(districts) == 1:
            district = places.districts[next(iter(districts))]
        found = [places.find_code(code) for code in villages]
        inside = [each for each in found if each and (district is None or each.district_code == district.code)]
        if village is None and len(inside) == 1 and not (districts and len(villages) == len(districts)):
            village = inside[0]
    return district, village


def _whole(cell: Cell) -> int | None:
    if isinstance(cell.value, bool):
        return None
    if isinstance(cell.value, int):
        return cell.value
    text = clean(cell.text).rstrip(".")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else None
