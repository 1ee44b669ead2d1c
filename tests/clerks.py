"""Lists as clerks write them and what a careful clerk makes of each: descriptions and a judge.

A description is a text: what the list says, a line with three dashes, and who is meant. ``{n1}`` is the first person's
name (``N`` in capitals, ``l`` in small letters), ``{p1}`` a phone (``d`` dashed, ``s`` spaced, ``o`` dotted, ``u`` with
+62, ``x`` with 62, ``e`` without its zero). In tables ``|`` stands between cells, ``^`` merges with the cell above and
``<`` with the one before, ``'`` keeps a number a text, ``##`` begins a sheet, ``!only`` names the kinds of file.

Below the dashes: ``Village | 1-3 | p`` are the persons 1 to 3 with their phones, ``Village | RT/RW | name | phone`` is
one, ``-`` for the name an empty seat; ``~`` before it: asking is right, too. ``? name`` must be asked about, ``never``
names whom nobody may take, ``nothing`` that there is nobody at all.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from rtapp.commands.demo import PLACES
from rtapp.documents.cells import Workbook
from rtapp.imports.drafts import Answers
from rtapp.imports.places import KnownVillage
from rtapp.imports.readings import RosterFacts, Understood
from rtapp.imports.seats import Known
from rtapp.imports.understanding import understand

HABITS = Path(__file__).parent / "habits"
_SLOT = re.compile(r"\{([a-zA-Z])(\d+)\}")
_PHONES = {
    "p": "{0}{1}{2}", "d": "{0}-{1}-{2}", "s": "{0} {1} {2}", "o": "{0}.{1}.{2}", "u": "+62 {3}-{1}-{2}",
    "x": "62{3}{1}{2}", "e": "{3}{1}{2}",
}  # fmt: skip


@dataclass(frozen=True)
class People:
    """Names and phones that fill the slots of a description; person 1 is the first."""

    names: Sequence[str]

    def fill(self, text: str) -> str:
        return _SLOT.sub(lambda found: self._slot(found[1], int(found[2])), text)

    def _slot(self, kind: str, number: int) -> str:
        if kind in _PHONES:
            first = f"08{(12, 13, 52, 21, 53)[number % 5]}"
            return _PHONES[kind].format(first, "0000", f"{number:04}", first[1:])
        name = self.names[(number - 1) % len(self.names)]
        return {"n": name, "N": name.upper(), "l": name.lower()}[kind]


CONTOH = People(
    [f"{first} Contoh" for first in ("Bahrani", "Siti Rahmah", "M. Yusuf", "Norhasanah", "H. Jailani", "I Wayan",
     "Rusdah", "Abdul Muis", "Hj. Mastura")]
)  # fmt: skip


@dataclass(frozen=True)
class Seat:
    """One seat that a list speaks of: the names and phones that are right, none for an empty one."""

    village: str
    rt: str
    rw: str
    names: tuple[str, ...]
    phones: tuple[str, ...]
    soft: bool

    def is_at(self, row: Any, with_rw: bool) -> bool:
        village = self.village.partition(",")[0]
        return (row.village is not None and row.village.name == village and row.rt == self.rt
                and self.village.partition(", ")[2] in ("", row.village.district)
                and (not with_rw or row.rw == self.rw))  # fmt: skip


@dataclass(frozen=True)
class Habit:
    """One list: what it is called, what it says, who is meant."""

    title: str
    text: str
    seats: tuple[Seat, ...]
    asked: tuple[tuple[str, ...], ...]
    never: tuple[str, ...]
    rw_soft: bool
    only: tuple[str, ...] = field(default=())


def habits(file: str, people: People = CONTOH) -> list[Habit]:
    """Return the descriptions of a file in ``tests/habits``, their slots filled with ``people``."""
    blocks = re.split(r"(?m)^=== ", (HABITS / file).read_text(encoding="utf-8"))[1:]
    return [_habit(block, people) for block in blocks]


def _habit(block: str, people: People) -> Habit:
    title, _, rest = block.partition("\n")
    text, _, wanted = people.fill(rest).partition("\n---\n")
    only = tuple(re.findall(r"(?m)^!only (\S+)$", text))
    text = re.sub(r"(?m)^!only \S+\n?", "", text)
    seats: list[Seat] = []
    asked, never, rw_soft = [], [], False
    for line in filter(None, map(str.strip, wanted.splitlines())):
        if line.startswith("? "):
            asked.append(tuple(line[2:].split(" or ")))
        elif line.startswith("never | "):
            never.append(line[8:])
        elif line == "rw soft":
            rw_soft = True
        elif line != "nothing":
            seats += _seats(line, people)
    return Habit(title, text, tuple(seats), tuple(asked), tuple(never), rw_soft, only)


def _seats(line: str, people: People) -> Iterator[Seat]:
    soft = line.startswith("~ ")
    village, where, *rest = [part.strip() for part in line.removeprefix("~ ").split("|")]
    if span := re.fullmatch(r"(\d+)-(\d+)", where):
        for rt in range(int(span[1]), int(span[2]) + 1):
            name, phone = people.fill(f"{{n{rt}}}"), people.fill(f"{{p{rt}}}")
            names = () if rest == ["-"] else (name,)
            yield Seat(village, f"{rt:03}", "", names, (phone,) if rest == ["p"] else ("",), soft)
        return
    rt, _, rw = where.partition("/")
    name, phone = [*rest, "", ""][:2]
    yield Seat(village, rt.zfill(3), rw and rw.zfill(3), () if name == "-" else tuple(_either(name)),
               tuple(_either(phone)), soft)  # fmt: skip


def _either(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"\bor\b", text)]


@cache
def regency() -> RosterFacts:
    """Return what an import is held against in an office with its list of places, and nobody on the roster."""
    with PLACES.open(encoding="utf-8", newline="") as file:
        fields = ("village_code", "village", "district_code", "district", "kind")
        rows = [tuple(row[name] for name in fields) for row in csv.DictReader(file)]
    return RosterFacts([KnownVillage(*row) for row in sorted(rows)], True, Known((), {}, frozenset({1, 2})), {})


def read(name: str, book: Workbook, answers: Answers | None = None) -> Understood:
    """Return what is understood of one file."""
    return understand(regency(), [(name, book)], (), {}, answers or Answers())


def judged(habit: Habit, made: Any) -> list[str]:
    """Return what is wrong with a plan: a invented or misplaced, b lost, c changed, d asked without need."""
    taken = [row for row in made.rows if row.row_class == "accepted"]
    waiting = [row for row in made.rows if row.row_class == "review"]
    vacant = [row for row in made.rows if row.row_class == "vacant"]
    faults, right = [], set()
    with_rw = not habit.rw_soft
    expected = {id(row): next((seat for seat in habit.seats if seat.is_at(row, with_rw)), None) for row in made.rows}
    for row in taken:
        seat = expected[id(row)]
        if any(part in row.name for either in habit.asked for part in either):
            faults.append(f"a not asked: {row.seat} {row.name!r}")
        elif any(name.lower() in row.name.lower() for name in habit.never):
            faults.append(f"a never: {row.seat} {row.name!r}")
        elif seat is None or not seat.names:
            faults.append(f"a nobody: {row.village and row.village.name} {row.rt}/{row.rw} {row.name!r}")
        elif seat in right:
            faults.append(f"a twice: {row.seat}")
        elif row.name not in seat.names:
            faults.append(f"c name {row.name!r} should be {seat.names}")
            right.add(seat)
        else:
            right.add(seat)
            if row.phone not in seat.phones:
                faults.append(f"c phone {row.phone!r} should be {seat.phones}")
    empty = {expected[id(row)] for row in vacant}
    faults += [f"a empty seat invented: {row.seat}" for row in vacant if expected[id(row)] is None]
    faults += [f"a empty seat of {seat.names}" for seat in empty if seat is not None and seat.names and not seat.soft]
    left = list(waiting)
    for seat in habit.seats:
        if seat in right or seat in empty:
            continue
        row = next((row for row in left if any(name in row.name for name in seat.names)), None)
        row = row or next((row for row in left if seat.is_at(row, with_rw) or not row.name), None)
        if row is None:
            faults.append(f"b lost: {seat.village} {seat.rt}/{seat.rw} {seat.names}")
            continue
        left.remove(row)
        if not seat.soft:
            faults.append(f"d asked: {row.row} {row.name!r}: {'; '.join(map(str, row.reasons))}")
    for either in habit.asked:
        row = next((row for row in left if any(part in row.name for part in either)), None)
        if row is None:
            faults.append(f"b neither asked about nor taken: {either}")
        else:
            left.remove(row)
    for row in left:
        if not any(part in row.name for either in habit.asked for part in either):
            faults.append(f"d asked: {row.row} {row.name!r}: {'; '.join(map(str, row.reasons))}")
    return faults
