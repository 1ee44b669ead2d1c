"""What can be told of a whole list before its rows are read: what stands around it, where it ends, whose villages."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from ..documents.cells import EMPTY, Sheet
from ..roster.rt import parse_rt, parse_rw
from ..roster.spelling import clean
from .days import wave_in
from .drafts import Answers
from .furniture import is_ditto, texts_of
from .places import Places
from .readings import Layout
from .tables import ListTable, lettered, whole
from .titles import hint_in, others_in, title_in, villages_of_blocks
from .whereabouts import RT_WORDS, Around

_LOOKED_AT = 60  # rows below the header
_LETTER = re.compile(r"[^\W\d_]")
_RW = re.compile(
    r"(?:wilayah\s|se[\s\-]?)?(?:r\.?\s?w\.?|rukun\swarga(?:\s\(rw\))?)[\s.:_\-]{0,4}(\d{1,3}|[ivx]{1,5})", re.I
)


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


@dataclass(frozen=True)
class Survey:
    """A list looked over: its table, what stands around it, the place of its first row and of its last numbered one.

    ``middle`` is the village of each row by its number where blocks name theirs in the middle, ``titles`` that of
    each table side by side where each has its own above it, ``rws`` its RW. ``is_message`` says that a chat was read.
    """

    table: ListTable
    around: Around
    first: int
    last_numbered: int
    middle: Mapping[int, str]
    titles: tuple[str, ...]
    rws: tuple[str, ...]
    is_message: bool


def look_over(sheet: Sheet, layout: Layout, context: Context) -> Survey:
    """Look over the list of a sheet that is laid out so."""
    look = _Look(sheet, layout, context)
    around = look.around()
    middle = villages_of_blocks(look.marked()) if not around.group and not around.title else {}
    is_message = any("correction" in block.fields for block in layout.blocks)
    return Survey(
        look.table,
        around,
        look.first,
        look.last_numbered(),
        middle,
        look.titles_of_blocks(),
        look.rws_of_blocks(),
        is_message,
    )


def _only_rt(line: str) -> str:
    """Return the RT of a line that says nothing else: a heading above one RT's board."""
    return parse_rt(line).rt if len(line) < 40 and RT_WORDS.fullmatch(line) else ""


def only_rw(line: str) -> str:
    """Return the RW of a line, or a sheet's name, that says nothing else."""
    match = _RW.fullmatch(clean(line[:60]))
    return parse_rw(match[1]) if match else ""


class _Look:
    def __init__(self, sheet: Sheet, layout: Layout, context: Context) -> None:
        self.sheet, self.layout, self.context, self.places = sheet, layout, context, context.places
        self.table = replace(ListTable.of(sheet, layout), lettered=lettered(sheet, layout))
        header = [place for place, row in enumerate(sheet.rows) if row.number in layout.header]
        self.first = max(header, default=-1) + 1  # of the rows below the header, by its place
        self.above, self.below = sheet.rows[: max(self.first - 1, 0)], sheet.rows[self.first :]

    def around(self) -> Around:
        """Gather what stands above the header and in the names of sheet and file."""
        lines = [" ".join(texts_of(row.cells))[:400] for row in self.above]
        titled = [district for line in lines if (district := self.places.district_in(line))]
        hint = hint_in(self.places, self.sheet.name, self.context.filename, self.context.village_sheets)
        district = titled[-1] if titled else hint.district
        title, sure = title_in(self.places, lines)
        waves = [wave for line in (*lines, self.sheet.name) if (wave := wave_in(line))]
        first = self.layout.blocks[0].fields if self.layout.blocks else {}
        doubtful = set() if sure else {"title"}
        doubtful |= set() if hint.sure else {"hint"}
        return Around(
            sheet=self.context.label,
            district=district,
            title=title,
            hint=hint.village,
            likely=district.code if district else self._likely(),
            rt=next((rt for line in (*lines[::-1], self.sheet.name) if (rt := _only_rt(line))), ""),
            rw=next((rw for line in (*lines[::-1], self.sheet.name) if (rw := only_rw(line))), ""),
            wave=waves[0] if waves else None,
            days=self.context.days,
            sure=frozenset({"group", "filled", "title", "hint"} - doubtful),
            addresses=self._addresses(),
            others=others_in([*lines, *self._said()]),
            numbers=not {"rt", "address"} & set(first) or self._rtless(),
        )

    def _said(self) -> list[str]:
        """Return the columns' titles, the offices of the first rows, and what a message says beside its entries."""
        columns = [block.fields["position"] for block in self.layout.blocks if "position" in block.fields]
        offices = [row.at(column).text for row in self.below[:_LOOKED_AT] for column in columns]
        notes = [row.at(0).text for row in self.below[:_LOOKED_AT] if len(row.cells) == 1]
        return [*self.layout.titles.values(), *offices, *notes]

    def titles_of_blocks(self) -> tuple[str, ...]:
        """Return the village above each of several tables side by side, where each has one and they differ."""
        named = [title_in(self.places, lines)[0] for lines in self._above_blocks()]
        return tuple(named) if len(set(named)) > 1 and all(named) else ()

    def rws_of_blocks(self) -> tuple[str, ...]:
        """Return the RW above each of several tables side by side, where each has one and they differ."""
        named = [next(filter(None, map(only_rw, reversed(lines))), "") for lines in self._above_blocks()]
        return tuple(named) if len(set(named)) > 1 and all(named) else ()

    def _above_blocks(self) -> list[list[str]]:
        return [
            [" ".join(texts_of(row.cells[block.left : block.right + 1]))[:400] for row in self.above]
            for block in self.layout.blocks
        ]

    def _rtless(self) -> bool:
        """Say whether the list's column of RTs is empty from top to bottom."""
        columns = [block.fields.get("rt", -1) for block in self.layout.blocks]
        return all(row.at(column).kind == "empty" for row in self.below for column in columns)

    def _addresses(self) -> bool:
        """Say whether the address column holds mostly villages, apart from RTs."""
        columns = {block.fields["address"] for block in self.layout.blocks if "address" in block.fields}
        texts = [RT_WORDS.sub(" ", clean(row.at(c).text[:200])).strip(" ,.;:-/") for row in self.below for c in columns]
        words = [text for text in texts if _LETTER.search(text)]
        known = sum(self.places.find_village(text).how != "none" for text in words)
        return bool(words) and known >= 0.6 * len(words)

    def marked(self) -> list[tuple[int, int, str]]:
        """Return number, RT and village of each row of the list, where one column alone says the village."""
        fields = self.layout.blocks[0].fields if len(self.layout.blocks) == 1 else {}
        if not {"rt", "village"} <= set(fields):
            return []
        marked: list[tuple[int, int, str]] = []
        for row in self.below:
            rt, village = parse_rt(row.at(fields["rt"]).value).rt, row.at(fields["village"])
            if village.kind == "empty":
                village = self.table.merged.get((row.number, fields["village"]), EMPTY)
            if rt and row.at(fields["name"]).kind != "empty" and not row.hidden:
                text = clean(village.text)
                if not marked and text:
                    return []  # the first row has its village: nothing stands in the middle of its block
                marked.append((row.number, int(rt[:3]), "" if is_ditto(text) else text))
        return marked

    def last_numbered(self) -> int:
        """Return the number of the last row with a running number, 0 where the list does not number its rows."""
        fields = self.layout.blocks[0].fields if len(self.layout.blocks) == 1 else {}
        if not {"name", "number"} <= set(fields):
            return 0
        named = [row for row in self.below if row.at(fields["name"]).kind != "empty"]
        numbered = [row.number for row in named if whole(row.at(fields["number"])) is not None]
        listed = sum(row.number <= numbered[-1] for row in named) if numbered else 0
        return numbered[-1] if len(numbered) > 1 and len(numbered) * 2 > listed else 0

    def _likely(self) -> str:
        """Return the code of the one district in which all villages lie that are certain by their name alone."""
        columns = [block.fields["village"] for block in self.layout.blocks if "village" in block.fields]
        texts = {clean(row.at(column).text[:200]) for row in self.sheet.rows for column in columns}
        districts = {
            village.district_code for text in texts if text and (village := self.places.find_village(text).village)
        }
        return districts.pop() if len(districts) == 1 else ""
