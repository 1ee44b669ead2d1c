"""A sheet becomes drafts: each row of it is a head, a vacant seat, or skipped with its reason."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import islice

from ..documents.cells import EMPTY, Cell, Row, Sheet, text_cell
from ..refusals import Reason, Refused, reason
from ..roster.rt import parse_rt, parse_rw, rt_named_in
from ..roster.spelling import clean, masked
from .columns import Block, Layout, find_layout, is_header_again, layout_told, layout_with
from .days import wave_in
from .drafts import Answers, Choice, Draft, Question, leave_all_out
from .furniture import EXAMPLE, begins_signature, is_ditto, is_note, is_number_row, texts_of, total_in, total_reason
from .headers import field_of
from .naming import name_problem, tidy_name
from .offices import is_beside_head
from .person import looks_like_rt, names_nobody, read_person
from .places import Places
from .titles import group_in, hint_in, title_in, villages_of_blocks
from .whereabouts import RT_WORDS, Around

MOST_MERGED = 200_000  # rows that merged cells cover, counted for each of them
_PLACE = re.compile(r"(?:desa|ds|kelurahan|kel|kecamatan|kec)\b", re.I)
_PRIVATE = re.compile(r"lahir|\bttl\b|alamat rumah|npwp|rekening|agama|pekerjaan|pendidikan|email", re.I)
_LETTER = re.compile(r"[^\W\d_]")
_RW_GROUP = re.compile(
    r"(?:[a-z0-9]{1,4}[.)]\s?)?(?:r\.?\s?w\b|rukun\s+warga)[\s.:()\-rw]{0,12}(\d{1,3}|[ivx]{1,5})\b", re.I
)
LONGEST_GROUP = 200


@dataclass(frozen=True)
class Context:
    """What is known before a sheet is read: places, the waves by their day, what the file's name says.

    ``label`` is what the sheet is called; ``fields`` are columns as a person says. ``village_sheets`` says that the
    sheets beside this one are called by villages, so that a name of a village and a district is the village's.
    """

    places: Places
    days: Mapping[date, int] = field(default_factory=dict)
    filename: str = ""
    answers: Answers = field(default_factory=Answers)
    label: str = ""
    fields: Mapping[int, str] = field(default_factory=dict)
    village_sheets: bool = False


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
    if layout is None and context.fields and not sheet.hidden:
        layout = layout_told(sheet, context.fields)
    elif layout is not None and context.fields:
        layout = layout_with(layout, context.fields)
    if layout is None:
        why = (
            reason("hidden_sheet", "Lembar tersembunyi tidak dibaca.")
            if sheet.hidden
            else reason("no_list", "Lembar ini bukan daftar: tidak ada baris judul kolom dengan nama dan RT atau desa.")
        )
        return Reading(context.label, sheet, None, [_skipped(context.label, row, why) for row in sheet.rows])
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
        numbers = [place for place, row in enumerate(sheet.rows) if row.number in layout.header]
        self.header = frozenset(numbers)
        self.first = max(numbers, default=-1) + 1  # of the rows below the header, by its place
        self.around = self._around()
        self.filled: dict[int, str] = {}
        self.signed = self.after_header = False
        self.part, self.whole, self.section = _Count(), _Count(), 0
        self.is_message = any("correction" in block.fields for block in layout.blocks)
        self.last_numbered = self._last_numbered()
        self.middle = villages_of_blocks(self._marked()) if not self.around.group and not self.around.title else {}

    def run(self) -> None:
        """Read every row; tables side by side come out in the order of their running numbers."""
        order: list[tuple[int, int]] = []
        for place, row in enumerate(self.sheet.rows):
            if row.number == 0:
                continue  # the header that a reader put there
            before = len(self.drafts)
            self._row(place, row)
            order += [(self.section, draft.number or 0) for draft in self.drafts[before:]]
        _count_parts(self.drafts)
        if len(self.layout.blocks) > 1:
            ranked = sorted(zip(order, self.drafts, strict=True), key=lambda pair: pair[0])
            self.drafts = [draft for _, draft in ranked]

    def _around(self) -> Around:
        """Gather what stands above the header and in the names of sheet and file."""
        lines = [" ".join(texts_of(row.cells))[:400] for row in self.sheet.rows[: max(self.first - 1, 0)]]
        titled = [district for line in lines if (district := self.places.district_in(line))]
        hinted = hint_in(self.places, self.sheet.name, self.context.filename, self.context.village_sheets)
        district = titled[-1] if titled else hinted.district
        title, sure = title_in(self.places, lines)
        waves = [wave for line in (*lines, self.sheet.name) if (wave := wave_in(line))]
        first = self.layout.blocks[0].fields if self.layout.blocks else {}
        doubtful = set() if sure else {"title"}
        doubtful |= set() if hinted.sure else {"hint"}
        return Around(
            sheet=self.name,
            district=district,
            title=title,
            hint=hinted.village,
            likely=district.code if district else self._likely(),
            wave=waves[0] if waves else None,
            days=self.context.days,
            sure=frozenset({"group", "filled", "title", "hint"} - doubtful),
            addresses=self._addresses(),
            numbers=not {"rt", "address"} & set(first) or self._rtless(),
        )

    def _below(self) -> Sequence[Row]:
        return self.sheet.rows[self.first :]

    def _rtless(self) -> bool:
        """Say whether the list's column of RTs is empty from top to bottom."""
        columns = [block.fields.get("rt", -1) for block in self.layout.blocks]
        return all(row.at(column).kind == "empty" for row in self._below() for column in columns)

    def _addresses(self) -> bool:
        """Say whether what the address column holds beside RTs are villages, most of it."""
        columns = {block.fields["address"] for block in self.layout.blocks if "address" in block.fields}
        texts = [
            RT_WORDS.sub(" ", clean(row.at(c).text[:200])).strip(" ,.;:-/") for row in self._below() for c in columns
        ]
        words = [text for text in texts if _LETTER.search(text)]
        known = sum(self.places.find_village(text).how != "none" for text in words)
        return bool(words) and known >= 0.6 * len(words)

    def _marked(self) -> list[tuple[int, int, str]]:
        """Return number, RT and village of each row of the list, where one column alone says the village."""
        fields = self.layout.blocks[0].fields if len(self.layout.blocks) == 1 else {}
        if not {"rt", "village"} <= set(fields):
            return []
        marked = []
        for row in self._below():
            rt, village = parse_rt(row.at(fields["rt"]).value).rt, row.at(fields["village"])
            village = village if village.kind != "empty" else self.merged.get((row.number, fields["village"]), EMPTY)
            if rt and row.at(fields["name"]).kind != "empty" and not row.hidden:
                text = clean(village.text)
                marked.append((row.number, int(rt[:3]), "" if is_ditto(text) else text))
        return marked

    def _last_numbered(self) -> int:
        """Return the number of the last row with a running number, 0 where the list does not number its rows."""
        fields = self.layout.blocks[0].fields if len(self.layout.blocks) == 1 else {}
        named = [row for row in self._below() if row.at(fields.get("name", -1)).kind != "empty"]
        numbered = [row.number for row in named if _whole(row.at(fields.get("number", -1))) is not None]
        listed = [row for row in named if numbered and row.number <= numbered[-1]]
        return numbered[-1] if len(numbered) > 1 and len(numbered) * 2 > len(listed) else 0

    def _likely(self) -> str:
        """Return the code of the one district in which all villages lie that are certain by their name alone."""
        found: set[str] = set()
        for row in self.sheet.rows:
            for block in self.layout.blocks:
                text = clean(row.at(block.fields.get("village", -1)).text[:200])
                village = self.places.find_village(text).village if text else None
                found |= {village.district_code} if village else set()
        return found.pop() if len(found) == 1 else ""

    def _row(self, at: int, row: Row) -> None:
        if at < self.first:
            is_header = at in self.header
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
        if begins_signature(texts) and not self._placed(row):
            self.signed = True
        elif self._somebody(row):
            return None
        elif is_note(texts):
            return reason("note", "Catatan.")
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
            if looks_like_rt(rt) or (rt.kind != "empty" and name.kind != "empty" and not self.signed):
                return True
            office = cells.get("position", EMPTY)
            if name.kind != "empty" and rt_named_in(office.text):
                return True
            numbered = _whole(cells.get("number", EMPTY)) is not None
            if numbered and name.kind != "empty" and not _PLACE.match(clean(name.text)):
                return True
        return False

    def _placed(self, row: Row) -> bool:
        """Say whether a row has an RT of its own, or a running number and a name."""
        for block in self.layout.blocks:
            cells = self._cells(row, block)
            numbered = _whole(cells.get("number", EMPTY)) is not None and cells["name"].kind != "empty"
            if numbered or looks_like_rt(cells.get("rt", EMPTY)) or rt_named_in(cells.get("position", EMPTY).text):
                return True
        return False

    def _begins_group(self, texts: list[str]) -> bool:
        """Take up a row that names the village, district or RW of those below it; "A. DESA …" counts as one text."""
        kept = list(dict.fromkeys(texts))
        if len(kept) == 2 and len(kept[0]) <= 4 and _PLACE.match(kept[1]):
            kept = kept[1:]
        if len(kept) != 1 or kept[0].isdigit() or len(kept[0]) > LONGEST_GROUP:
            return False
        text, places = kept[0], self.places
        district, village = places.district_in(text), group_in(places, text, self.around.likely, self.is_message)
        if district or village:
            change = {"district": district, "likely": district.code} if district else {}
            self.around = replace(self.around, group=village, rw="", **change)
            self.filled.clear()
            self.signed, self.part, self.section = False, _Count(), self.section + 1
            return True
        rw = _RW_GROUP.match(text)
        if rw and not rt_named_in(text) and (number := parse_rw(rw[1])):
            self.around = replace(self.around, rw=number)
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
        draft = Draft(self.name, row.number, place, number=_whole(cells.get("number", EMPTY)))
        draft.dated = self.is_message or "stamp" in block.fields
        self.drafts.append(draft)
        if len(self.layout.names) > 1:
            cells["name"] = self._chosen_name(draft, row)
        around = self._take_village(row, place, cells)
        name = cells["name"]
        nobody = names_nobody(name)
        if not draft.is_seat:
            return
        if row.hidden or name.struck:
            draft.skip(reason("hidden_row", "Baris tersembunyi.") if row.hidden else reason("struck", "Baris dicoret."))
            self.part.hidden += not nobody
            self.whole.hidden += not nobody
        elif EXAMPLE.match(clean(name.text[:80])):
            draft.skip(reason("example", "Baris contoh dari templat."))
        elif nobody and not _LETTER.search(name.text) and not self._seated(cells):
            draft.skip(reason("empty_line", "Baris tanpa nama dan RT."))
        elif _filled(cells) <= {"name"}:
            draft.skip(reason("note", "Catatan."))
        elif self._only_beside(row, block, cells):
            draft.name = tidy_name(name.text)
            office = masked(cells["position"].text)
            draft.skip(reason("other_office", "Jabatan tertulis %(office)s, bukan Ketua RT.", office=office))
        elif self._below_list(row, cells):
            draft.skip(reason("recap", "Rekap di bawah daftar: %(text)s.", text=masked(name.text)))
        else:
            read_person(draft, cells, around, self.places, self.answers)
            self.part.seats += draft.is_seat
            self.whole.seats += draft.is_seat

    def _take_village(self, row: Row, place: int, cells: dict[str, Cell]) -> Around:
        """Return what stands around a row; a ditto mark and a blank stand for the village above."""
        if is_ditto(clean(cells.get("village", EMPTY).text)):
            cells["village"] = EMPTY
        if is_ditto(clean(cells.get("district", EMPTY).text)):
            cells["district"] = EMPTY
        if row.number in self.middle:
            cells["village"] = text_cell(self.middle[row.number])
        village = clean(cells.get("village", EMPTY).text)
        around = replace(self.around, filled=self.filled.get(place, ""))
        if village:
            self.filled[place] = village
        return around

    def _chosen_name(self, draft: Draft, row: Row) -> Cell:
        """Return the name's cell where several columns hold names: a person says which, once for the sheet."""
        titles = [self.layout.titles.get(column) or str(column + 1) for column in self.layout.names]
        choices = [
            Choice(f"column-{column}", reason("choose_column", "Kolom “%(title)s”", title=title))
            for column, title in zip(self.layout.names, titles, strict=True)
        ]
        why = reason(
            "name_columns", "Beberapa kolom berisi nama: %(titles)s. Mana ketua RT yang sekarang?",
            titles=", ".join(titles),
        )  # fmt: skip
        names = [row.at(column) for column in self.layout.names]
        filled = [cell for cell in names if cell.kind != "empty"]
        if len({clean(cell.text) for cell in filled}) < 2:
            return filled[0] if filled else EMPTY
        answer = draft.ask(Question(f"names:{self.name}", why, (*choices, leave_all_out()), ""), self.answers)
        return row.at(int(answer.removeprefix("column-"))) if answer.startswith("column-") else names[-1]

    def _seated(self, cells: Mapping[str, Cell]) -> bool:
        """Say whether a row without a name has at least a seat."""
        return bool({"rt", "address"} & _filled(cells)) or bool(rt_named_in(cells.get("position", EMPTY).text))

    def _only_beside(self, row: Row, block: Block, cells: Mapping[str, Cell]) -> bool:
        """Say whether a row is an officer's below the head's, whose RT it does not repeat."""
        own = row.at(block.fields.get("rt", -1))
        office = cells.get("position", EMPTY).text
        return "rt" in block.fields and own.kind == "empty" and is_beside_head(office) and not rt_named_in(office)

    def _below_list(self, row: Row, cells: Mapping[str, Cell]) -> bool:
        """Say whether a row without a number, below the last numbered one, counts something and names nobody."""
        if not self.last_numbered or row.number < self.last_numbered or _whole(cells.get("number", EMPTY)) is not None:
            return False
        name = cells["name"]
        return name.kind != "empty" and not names_nobody(name) and bool(name_problem(tidy_name(name.text[:400])))


def _count_parts(drafts: Sequence[Draft]) -> None:
    """Number the drafts that come from one line of a message, so that their questions have keys of their own."""
    times: Counter[tuple[int, int]] = Counter()
    for draft in drafts:
        draft.part = times[draft.row, draft.block]
        times[draft.row, draft.block] += 1


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


def _whole(cell: Cell) -> int | None:
    if isinstance(cell.value, bool):
        return None
    if isinstance(cell.value, int):
        return cell.value
    text = clean(cell.text[:20]).rstrip(".)")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else None
