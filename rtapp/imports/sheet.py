"""A sheet becomes drafts: each row of it is a head, a vacant seat, or skipped with its reason."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..documents.cells import EMPTY, Cell, Row, Sheet, text_cell
from ..refusals import Reason, Refused, reason
from ..roster.phones import parse_phone
from ..roster.rt import parse_rt, parse_rw, rt_named_in
from ..roster.spelling import clean, masked, plain
from .columns import find_layout, is_another_header, is_header_again, layout_told, layout_with
from .drafts import SKIP, Choice, Draft, Question, leave_all_out
from .furniture import (
    EXAMPLE,
    begins_signature,
    is_ditto,
    is_hint,
    is_note,
    is_number_row,
    is_rule,
    texts_of,
    total_in,
    total_reason,
)
from .headers import field_of
from .naming import tidy_name, without_labels
from .person import names_nobody, read_person
from .readings import ColumnBlock, Layout, Reading
from .survey import Context, look_over
from .tables import (
    Fields,
    ListTable,
    filled,
    is_only_beside,
    is_placed,
    is_seated,
    is_somebody,
    only_counts,
    taken_apart,
    whole,
)
from .titles import group_in
from .whereabouts import RT_WORDS, Around

_PLACE = re.compile(r"(?:desa|ds|kelurahan|kel|kecamatan|kec)\b", re.I)
_HAMLET = re.compile(r"(?:dusun|dsn)\b", re.I)
_PRIVATE = re.compile(r"lahir|\bttl\b|alamat rumah|npwp|rekening|agama|pekerjaan|pendidikan|email", re.I)
_LETTER = re.compile(r"[^\W\d_]")
_RW_GROUP = re.compile(
    r"(?:[a-z0-9]{1,4}[.)]\s?)?(?:r\.?\s?w\b|rukun\s+warga)[\s.:()\-rw]{0,12}(\d{1,3}|[ivx]{1,5})\b", re.I
)
_NUMBERED = re.compile(r"^(?:\d{1,3}|[ivx]{1,5}|[a-z])\s?[.)]\s?", re.I)
_ORDINAL = re.compile(r"(?:\d{1,3}|[ivx]{1,5}|[a-km-oq-z])[.)]?", re.I)  # of a group: L and P are men and women
LONGEST_GROUP = 200


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
        return _unread(sheet, context)
    if any("name" not in block.fields for block in layout.blocks):
        raise Refused("no_name_column", "Pilih kolom nama di lembar “%(sheet)s”.", 422, sheet=context.label)
    walk = _Walk(sheet, layout, context)
    walk.run()
    if walk.survey.is_message and not _says_where(walk, layout):
        return _unread(sheet, context)  # numbered words of anything
    return Reading(context.label, sheet, layout, walk.drafts, _unstored(layout))


def _unread(sheet: Sheet, context: Context) -> Reading:
    """Return the reading of a sheet that is no list: all its rows are skipped."""
    why = (
        reason("hidden_sheet", "Lembar tersembunyi tidak dibaca.")
        if sheet.hidden
        else reason("no_list", "Lembar ini bukan daftar: tidak ada baris judul kolom dengan nama dan RT atau desa.")
    )
    return Reading(context.label, sheet, None, [_skipped(context.label, row, why) for row in sheet.rows])


def _says_where(walk: "_Walk", layout: Layout) -> bool:
    """Say whether a message names an RT or a village anywhere."""
    rts = [block.fields["rt"] for block in layout.blocks if "rt" in block.fields]
    written = any(row.at(column).text for row in walk.sheet.rows if row.number for column in rts)
    return written or any(draft.village for draft in walk.drafts)


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
        self.survey = look_over(sheet, layout, context)
        self.around, self.table = self.survey.around, self.survey.table
        self.filled: dict[int, str] = {}
        self.signed = self.numbers_villages = False
        self.readable = True  # whether the table that the rows belong to is a list of heads
        self.header_left = 0  # rows of a repeated header that may follow
        self.part, self.whole, self.section = _Count(), _Count(), 0

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

    def _row(self, at: int, row: Row) -> None:
        if at < self.survey.first:
            is_header = row.number in self.layout.header
            why = reason("header", "Judul kolom.") if is_header else reason("title", "Judul daftar.")
            self.drafts.append(_skipped(self.name, row, why))
            return
        if is_another_header(row, self.layout):
            self._turn_to_table(at)
        elif is_header_again(row, self.layout):
            self.readable = True
        tables = self.table.cells(row)
        why_not = self._decoration(row, tables)
        if why_not is None and not self.readable:
            why_not = reason("other_table", "Tabel lain, bukan daftar ketua RT.")
        if why_not is not None:
            self.drafts.append(_skipped(self.name, row, why_not))
            return
        before = len(self.drafts)
        for place, (block, cells) in enumerate(zip(self.layout.blocks, tables, strict=True)):
            if any(row.at(column).kind != "empty" for column in range(block.left, block.right + 1)):
                for each in taken_apart(cells):
                    self._block(row, place, block, each)
        if len(self.drafts) == before:  # beside the table
            self.drafts.append(_skipped(self.name, row, reason("note", "Catatan.")))

    def _turn_to_table(self, at: int) -> None:
        """Read on by the header of another table; one that is no list of heads is not read."""
        layout = find_layout(replace(self.sheet, rows=self.sheet.rows[at:]))
        self.readable = layout is not None and layout.header[0] == self.sheet.rows[at].number
        if layout is not None and self.readable:
            self.layout, self.table = layout, replace(ListTable.of(self.sheet, layout), lettered=self.table.lettered)
            self.filled.clear()

    def _decoration(self, row: Row, tables: Sequence[Fields]) -> Reason | None:
        """Return why a whole row is nobody, None where it may be somebody."""
        somebody = any(is_somebody(cells, self.signed) for cells in tables)
        again = is_header_again(row, self.layout) or (not self.readable and is_another_header(row, self.layout))
        if again or (self.header_left and not somebody):
            self.header_left = len(self.layout.header) - 1 if again else self.header_left - 1
            self.signed = False
            return reason("header", "Judul kolom.")
        self.header_left = 0
        texts = texts_of(row.cells)
        if is_number_row(texts):
            return reason("numbers", "Nomor kolom.")
        if is_rule(texts):
            return reason("rule", "Garis.")
        if is_hint(texts):
            return reason("note", "Catatan.")
        total = total_in(texts)
        if total is not None:
            return self._total(*total)
        if begins_signature(texts) and not any(map(is_placed, tables)):
            self.signed = True
        elif somebody and not self._only_names_a_village(texts, tables):
            return None
        elif is_note(texts):
            return reason("note", "Catatan.")
        elif self._begins_group(texts):
            return reason("group", "Judul kelompok.")
        elif somebody:
            return None
        return reason("signature", "Tanda tangan dan keterangan di bawah daftar.") if self.signed else None

    def _only_names_a_village(self, texts: Sequence[str], tables: Sequence[Fields]) -> bool:
        """Say whether a row is "2 | CONTOH": a number and a village, in a list that has its villages nowhere else."""
        fields = self.layout.blocks[0].fields
        if len(texts) != 2 or len(tables) > 1 or "rt" not in fields or {"village", "address"} & set(fields):
            return False
        around = self.around
        elsewhere = around.title or around.hint or (around.group and not self.numbers_villages)
        is_village = self.places.is_village(texts[1]) and filled(tables[0]) <= {"number", "name"}
        self.numbers_villages = self.numbers_villages or (is_village and not elsewhere)
        return is_village and not elsewhere

    def _begins_group(self, texts: Sequence[str]) -> bool:
        """Take up a row that names village, district, RT or RW of those below it; "A. DESA …" counts as one text."""
        headings = list(dict.fromkeys(texts))
        if len(headings) == 2 and len(headings[0]) <= 4:
            numbered = _ORDINAL.fullmatch(headings[0]) and self.places.is_village(headings[1])
            headings = headings[1:] if numbered or _PLACE.match(headings[1]) else headings
        if len(headings) != 1 or headings[0].isdigit() or len(headings[0]) > LONGEST_GROUP:
            return False
        text, places = headings[0], self.places
        district = places.district_in(text)
        village = group_in(places, text, self.around.likely, self.survey.is_message)
        if district or village:
            change = {"district": district, "likely": district.code} if district else {}
            if district and not village and not self.part.seats:  # "Kec. …" below the village's heading
                inside = places.find_village(self.around.group, district.code).village if self.around.group else None
                village = self.around.group if inside else ""
            if plain(village) not in (plain(self.around.group), plain(self.around.title)):
                change |= {"rt": "", "rw": ""}
            self.around = replace(self.around, group=village, **change)
            self.filled.clear()
            self.signed, self.part, self.section = False, _Count(), self.section + 1
            return True
        if RT_WORDS.fullmatch(_NUMBERED.sub("", text)):
            reading = parse_rt(_NUMBERED.sub("", text))
            self.around = replace(self.around, rt=reading.rt, rw=reading.rw or self.around.rw)
            return bool(reading.rt)
        rw = _RW_GROUP.match(text)
        if rw and not rt_named_in(text) and (number := parse_rw(rw[1])):
            self.around = replace(self.around, rt="", rw=number)
            return True
        return False

    def _total(self, stated: int | None, of_all: bool) -> Reason:
        part, whole = self.part, self.whole
        if stated is None:
            return reason("total", "Baris jumlah.")
        self.part = _Count()
        counted = whole if of_all or stated == whole.seats or part.seats == 0 else part
        return total_reason(stated, counted.seats, counted.hidden)

    def _block(self, row: Row, place: int, block: ColumnBlock, cells: Fields) -> None:
        """Read one table's part of a row that is somebody, or an empty line of a form."""
        if self._adds_phone(place, cells):
            self.drafts.append(_skipped(self.name, row, reason("phone_below", "Nomor HP dari baris di atasnya.")))
            return
        draft = Draft(self.name, row.number, place, number=whole(cells.get("number", EMPTY)))
        draft.dated = self.survey.is_message or "stamp" in block.fields
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
        elif any(EXAMPLE.match(text) for text in texts_of(row.cells[block.left : block.right + 1])[:2]):
            draft.skip(reason("example", "Baris contoh dari templat."))
        elif nobody and not _LETTER.search(name.text) and not is_seated(cells):
            draft.skip(reason("empty_line", "Baris tanpa nama dan RT."))
        elif filled(cells) <= ({"number", "name"} if _HAMLET.match(name.text.strip()) else {"name"}):
            draft.skip(reason("note", "Catatan."))
        elif is_only_beside(row, block, cells):
            draft.name = tidy_name(name.text)
            office = masked(cells["position"].text)
            draft.skip(reason("other_office", "Jabatan tertulis %(office)s, bukan Ketua RT.", office=office))
        elif 0 < self.survey.last_numbered <= row.number and only_counts(cells):
            draft.skip(reason("recap", "Rekap di bawah daftar: %(text)s.", text=masked(name.text)))
        else:
            read_person(draft, cells, around, self.places, self.answers)
            if around.others and draft.is_seat:
                self._ask_people(draft)
            self.part.seats += draft.is_seat
            self.whole.seats += draft.is_seat

    def _adds_phone(self, place: int, cells: Fields) -> bool:
        """Give the person above the phone that stands alone below their name, the rest of the row empty or merged."""
        text = cells["name"].text[:LONGEST_GROUP]
        if not self.drafts or not any(map(str.isdigit, text)) or _LETTER.search(without_labels(f"{text}|")):
            return False
        above, phone = self.drafts[-1], parse_phone(cells["name"].value).number
        rt, number = parse_rt(cells.get("rt", EMPTY).value).rt, whole(cells.get("number", EMPTY))
        same = above.block == place and rt in ("", above.rt) and number in (None, above.number)
        if not (phone and same and above.is_seat and above.name) or above.phone:
            return False
        above.phone = phone
        return True

    def _ask_people(self, draft: Draft) -> None:
        """Ask, once for the sheet, whether a list whose title names other people is one of heads."""
        why = reason(
            "other_people", "Judulnya menyebut “%(word)s”, bukan ketua RT. Apakah ini daftar ketua RT?",
            word=self.around.others,
        )  # fmt: skip
        heads = Choice("heads", reason("choose_heads", "Ya, ini daftar ketua RT"))
        draft.ask(Question(f"people:{self.name}", why, (heads, leave_all_out()), SKIP), self.answers)

    def _take_village(self, row: Row, place: int, cells: Fields) -> Around:
        """Return what stands around a row; a ditto mark and a blank stand for the village above."""
        if is_ditto(clean(cells.get("village", EMPTY).text)):
            cells["village"] = EMPTY
        if is_ditto(clean(cells.get("district", EMPTY).text)):
            cells["district"] = EMPTY
        if row.number in self.survey.middle:
            cells["village"] = text_cell(self.survey.middle[row.number])
        if self.survey.is_message:
            self._village_before_name(cells)
        village = clean(cells.get("village", EMPTY).text)
        around = replace(self.around, filled=self.filled.get(place, ""))
        if village:
            self.filled[place] = village
        if self.survey.rws:
            around = replace(around, rw=self.survey.rws[place])
        if self.survey.titles:
            around = replace(around, title=self.survey.titles[place], sure=around.sure | {"title"})
        return around

    def _village_before_name(self, cells: Fields) -> None:
        """Take the village that a line names again, or alone: "Contoh RT 1 Nama", "RT 1 Contoh Nama"."""
        if cells.get("village", EMPTY).kind != "empty":
            return
        text, above = clean(cells["name"].text[:400]), self.around.group or self.around.title
        first, between, second = text.partition(" / ")
        if not above and between and self.places.is_village(first):
            cells["village"], cells["name"] = text_cell(first), text_cell(second)
        elif between and self.places.is_village(second) and plain(above) in ("", plain(second)):
            cells["village"], cells["name"] = text_cell(second), text_cell(first)
        elif above and plain(text).startswith(f"{plain(above)} ") and len(text) > len(above) + 3:
            cells["name"] = text_cell(text[len(above) :].lstrip(" /"))

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


def _count_parts(drafts: Sequence[Draft]) -> None:
    """Number the drafts that come from one line of a message, so that their questions have keys of their own."""
    times: Counter[tuple[int, int]] = Counter()
    for draft in drafts:
        draft.part = times[draft.row, draft.block]
        times[draft.row, draft.block] += 1
