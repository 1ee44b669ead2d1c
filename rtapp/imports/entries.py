"""A head as a message names one, and the row of a list that it becomes."""

import re
from collections import Counter
from dataclasses import dataclass, field

from .fragments import Fragment, Piece
from .naming import says_vacant

HEADER = ("Nama", "RT", "RW", "Desa", "No HP", "Jabatan", "Ralat", "No", "Kalimat")
_SEX = re.compile(r"(?<=\w)[\s,/(]{1,3}[LP]\)?$")


@dataclass
class Entry:
    """A head as a message names one; ``line`` is where the name, else the RT, stands; ``number`` counts the lines.

    ``heading`` is the village that the message had named above, ``awaits`` whether the name may stand below;
    ``sentence`` the running text that the entry was read from, "" where it is plainly one of a list.
    """

    line: int
    rt: str = ""
    rw: str = ""
    name: str = ""
    village: str = ""
    phones: list[str] = field(default_factory=list)
    office: str = ""
    correction: str = ""
    number: int = 0
    heading: str = ""
    sentence: str = ""
    awaits: bool = False

    def cells(self) -> tuple[str, ...]:
        """Return the values of ``HEADER``."""
        number = str(self.number) if self.number else ""
        phones = " / ".join(dict.fromkeys(self.phones))
        return self.name, self.rt, self.rw, self.village, phones, self.office, self.correction, number, self.sentence


def entry_of(line: int, mention: Piece, reading: Fragment) -> Entry:
    """Return the entry of an RT and what is said beside it; words that are no name become a question."""
    name = reading.name or reading.vacant or reading.words
    return Entry(line, mention.text, mention.rw or reading.rw, name, reading.village, reading.phones)


def rt_number(rt: str) -> str:
    """Return the three digits of an RT as it was written, "" where it has none."""
    match = re.search(r"\d{1,3}", rt)
    return match[0].zfill(3) if match else ""


def repeated(entries: list[Entry]) -> set[str]:
    """Return the lower-case words written beside several RTs ("aman"): remarks, not names."""
    single = Counter(entry.name for entry in entries if entry.name.islower() and " " not in entry.name)
    return {word for word, times in single.items() if times > 1 and not says_vacant(word)}


def drop_sexes(entries: list[Entry]) -> None:
    """Drop L or P (man, woman) from the ends of names where most names of a message end that way."""
    with_sex = [entry for entry in entries if _SEX.search(entry.name)]
    if len(with_sex) > 1 and len(with_sex) > 0.6 * sum(bool(entry.name) for entry in entries):
        for entry in with_sex:
            entry.name = _SEX.sub("", entry.name)
