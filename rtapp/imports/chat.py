"""A chat message read line by line: entries of heads, wherever their RT, name and phone stand; the rest are notes."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from ..documents.cells import Row, text_cell
from ..roster.spelling import clean
from .fragments import Piece, Said, mentions_in, understand
from .labels import Label, labels_in
from .naming import says_vacant, without_pictures, without_struck

HEADER = ("Nama", "RT", "RW", "Desa", "No HP", "Jabatan", "Ralat", "No")
MOST_CHARACTERS, MOST_LINES = 300_000, 8_000
_SENDER = re.compile(
    r"\s{0,4}(?:\[\s?[\d/.\-]{5,10}[,\s]{1,3}[\d.:]{4,8}(?:\s?[ap]\.?m\.?)?\s?\]|\[\s?[\d.:]{4,8}[,\s]{1,3}[\d/.\-]{5,10}\s?\]|"
    r"[\d/.\-]{6,10}[,\s]{1,3}(?:pukul\s)?[\d.:]{4,8}(?:\s?[ap]\.?m\.?)?\s?[\-–])\s?[^:\n]{1,60}:\s?",
    re.I,
)
_SYSTEM = re.compile(r"<[^<>]{1,60}>|(?:pesan ini|anda) (?:telah )?(?:dihapus|menghapus)|terenkripsi|end-to-end", re.I)
_ENUMERATED = re.compile(
    r"\s{0,4}(?:\(?(\d{1,3})\s?[.)]\s?|(\d{1,3})\s?-\s(?=\D)|(\d{1,3})\s(?=[^\W\d_]{2})|[-*•●▪·>+]{1,3}\s?)"
)
_CORRECTS = re.compile(
    r"\b(?:ralat|koreksi|dikoreksi|revisi|perbaikan|diperbaiki|yang benar|yg benar|seharusnya|diganti|ganti|berubah|"
    r"perubahan|salah|maaf|update|bukan)\b",
    re.I,
)
_CORRECTING = re.compile(
    r"\b(?:ralat|mohon|dikoreksi|koreksi|revisi|perbaikan|diperbaiki|yang|yg|benar|seharusnya|diganti|ganti|berubah|"
    r"perubahan|jadi|menjadi|oleh|dengan|dgn|adalah|maaf|pak|bu|update|untuk|utk|nomor|no|hp|wa|nama|namanya|di|nya|kepada)\b",
    re.I,
)
_SPEAKS_OF_RT = re.compile(r"\br\.?\s?t\b|rukun tetangga", re.I)
_OF_A_NUMBER = re.compile(r"\b(?:hp|wa|telp|nomor|nik|ktp|sk|data|foto|fotokopi|rekening)\b[\s.:]{0,3}$", re.I)
_KIND = re.compile(r"\b(?:desa|ds|kel|kelurahan|kec|kecamatan)\b", re.I)


@dataclass
class Entry:
    """A head as a message names one; ``line`` is where the name, else the RT, stands; ``number`` counts the lines."""

    line: int
    rt: str = ""
    rw: str = ""
    name: str = ""
    village: str = ""
    phones: list[str] = field(default_factory=list)
    office: str = ""
    correction: str = ""
    number: int = 0
    awaits: bool = False

    def cells(self) -> tuple[str, ...]:
        """Return the values of ``HEADER``."""
        number = str(self.number) if self.number else ""
        phones = " / ".join(dict.fromkeys(self.phones))
        return self.name, self.rt, self.rw, self.village, phones, self.office, self.correction, number


@dataclass
class _Line:
    number: int
    text: str
    count: int = 0


def read_chat(lines: Sequence[str]) -> list[Row]:
    """Return the rows of a message: ``HEADER`` first, then entries and, as single texts, all other lines.

    No rows where nobody is named beside an RT.
    """
    if sum(map(len, lines)) > MOST_CHARACTERS or len(lines) > MOST_LINES:
        return []  # a regency's heads fit into a tenth of that
    reader = _Reader()
    for number, line in enumerate(lines, 1):
        reader.take(number, line)
    reader.end()
    reader.take_numbered()
    entries = [entry for entry in reader.entries if entry.rt or entry.name]
    if not entries:
        return []
    told: list[tuple[int, int, tuple[str, ...]]] = [
        (line, place, (text,)) for place, (line, text) in enumerate(reader.notes)
    ]
    told += [(entry.line, len(lines) + place, entry.cells()) for place, entry in enumerate(entries)]
    rows = [Row(number, tuple(map(text_cell, cells))) for number, _, cells in sorted(told, key=lambda each: each[:2])]
    return [Row(0, tuple(map(text_cell, HEADER))), *rows]


def readable(line: str) -> tuple[str, bool]:
    """Return a line without sender, time, pictures and what is struck through; and whether a sender wrote it."""
    line = line.strip("\ufeff\u200e\u200f\u202a\u202c ")
    sender = _SENDER.match(line)
    text = without_pictures(line[sender.end() :] if sender else line)
    text = re.sub(r"(?<!\w)[*_`]{1,3}|[*_`]{1,3}(?!\w)", "", without_struck(text).replace("*", ""))
    return clean(text), bool(sender)


class _Reader:
    """Takes up one line after the other and remembers whose entry is not complete yet."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.notes: list[tuple[int, str]] = []
        self.current: Entry | None = None  # which the next line may go on with
        self.waiting: Entry | None = None  # a name in a line of its own, which waits for its RT
        self.record: dict[str, str] = {}
        self.record_line = 0
        self.by_names = False  # whether names have stood above their RTs before
        self.numbered: list[_Line] = []
        self.speaks_of_rt = False

    def take(self, number: int, raw: str) -> None:
        """Take up one line."""
        text, sent = readable(raw)
        if not text:
            self.blank()
            return
        if sent:
            self.blank()
        self.speaks_of_rt = self.speaks_of_rt or bool(_SPEAKS_OF_RT.search(text[:400]))
        counted = _ENUMERATED.match(text)
        body = text[counted.end() :] if counted else text
        count = int(next(filter(None, counted.groups()), "0")) if counted else 0
        labels = labels_in(body)
        if labels:
            self.labelled(number, text, labels)
        elif _SYSTEM.search(text[:200]):
            self.note(number, text)
        else:
            self.spoken(_Line(number, body, count), text)

    def blank(self) -> None:
        """End what a blank line ends."""
        self.end_record()
        self.drop_waiting()
        if self.current and not self.current.awaits:
            self.current = None

    def end(self) -> None:
        """End the message."""
        self.blank()
        self.close(self.current)
        self.current = None

    def note(self, number: int, text: str) -> None:
        """Keep a line as a note."""
        self.notes.append((number, text))

    def close(self, entry: Entry | None) -> None:
        """Leave an entry as it is: one whose name never came is a seat without a head."""
        if entry:
            entry.awaits = False

    def add(self, entry: Entry) -> None:
        """Take up an entry that has an RT; the next lines may add to it."""
        self.close(self.current)
        self.entries.append(entry)
        self.current = entry

    def drop_waiting(self) -> None:
        """Give up a name whose RT never came: a question where the message names heads that way, else a note."""
        waiting, self.waiting = self.waiting, None
        if waiting and self.by_names:
            self.entries.append(waiting)
        elif waiting:
            self.note(waiting.line, waiting.name)

    # Lines of labels: "Nama : …", "No HP : …"

    def labelled(self, number: int, text: str, labels: Sequence[Label]) -> None:
        """Take up a line of labels as a part of a record; one alone that names a place heads what follows."""
        places = {"village", "district"}
        if not self.record and not self.current and {label.field for label in labels} <= places:
            self.note(number, text)
            return
        if self.current and not self.record and all(label.field == "phone" for label in labels):
            self.spoken(_Line(number, text), text)
            return
        if self.current and self.current.awaits and labels[0].field == "name":
            self.current.name, self.current.awaits = labels[0].value, False
            self.record, self.record_line = {"rt": self.current.rt, "rw": self.current.rw}, number
            self.entries.remove(self.current)
            self.current = None
        for label in labels:
            if self.record.get(label.field):
                self.end_record()
            if not self.record:
                self.drop_waiting()
                self.record_line = number
            if label.field == "name":
                self.record_line = number
            self.record[label.field] = label.value

    def end_record(self) -> None:
        """Make an entry of the labelled lines so far."""
        record, self.record = self.record, {}
        if not record:
            return
        spoken = [record.get(name, "") for name in ("rt", "office", "address", "village", "name")]
        mention = next((found for text in spoken for found in mentions_in(text)), None)
        rt = record.get("rt", "") if not (mention and not record.get("rt")) else mention.text
        said = understand(record.get("name", ""))
        village = record.get("village", "") or understand(record.get("address", "")).village
        phones = [*understand(record.get("phone", "")).phones, *said.phones]
        name = said.name or (record.get("name", "") if not mention or spoken[4] else "")
        rw = record.get("rw", "") or (mention.rw if mention else "")
        office = record.get("office", "")
        if not rt and not name:
            self.note(self.record_line, " ".join(filter(None, record.values())))
            return
        self.add(Entry(self.record_line, rt, rw, name, village, phones, office))
        self.current = None

    # Lines of prose

    def spoken(self, line: _Line, whole: str) -> None:
        """Take up a line without labels."""
        mentions = mentions_in(line.text)
        if mentions and _CORRECTS.search(line.text[:400]) and self.correct(line, mentions):
            return
        if mentions:
            self.end_record()
            self.with_rt(line, whole, mentions)
        else:
            self.without_rt(line, whole)

    def correct(self, line: _Line, mentions: Sequence[Piece]) -> bool:
        """Put a correction beside the entry that it corrects; say whether it was one."""
        if len(mentions) != 1:
            return False
        rt = mentions[0].number
        earlier = next((each for each in reversed(self.entries) if rt and _number(each.rt) == rt), None)
        rest = f"{line.text[: mentions[0].start]} {line.text[mentions[0].end :]}"
        said = understand(_CORRECTING.sub(" ", rest))
        if earlier is None or (not said.is_person and not said.phones and says_vacant(rest)):
            return False
        name = said.name if said.is_person else ""
        earlier.correction = " ".join(filter(None, (line.text[:120], *(f"= {name}" for _ in [0] if name))))
        if said.phones and said.phones[0] not in earlier.correction:
            earlier.correction += f" {said.phones[0]}"
        self.note(line.number, line.text)
        self.current = None
        return True

    def with_rt(self, line: _Line, whole: str, mentions: Sequence[Piece]) -> None:
        """Take up a line that names one or more RTs."""
        before = [line.text[a:b] for a, b in _gaps(mentions, len(line.text))]
        first, rest = understand(before[0]), [understand(text) for text in before[1:]]
        if len(mentions) == 1:
            self.one_rt(line, whole, mentions[0], first, rest[0])
            return
        if first.is_person and not rest[-1].is_person:  # "Contoh (RT 1), Contoh (RT 2)"
            names = [first, *rest[:-1]]
        else:
            names = rest
            if before[0].strip(" .:;,-"):
                self.note(line.number, before[0])
        if not any(said.is_person or said.vacant for said in names) or all(said.chatter for said in names):
            self.note(line.number, whole)
            return
        for mention, said in zip(mentions, names, strict=True):
            self.add(_entry(line, mention, said))
        self.current = None

    def one_rt(self, line: _Line, whole: str, mention: Piece, first: Said, after: Said) -> None:
        """Take up a line with one RT and, before or behind it, a name, a word for vacancy, or nothing."""
        if first.is_note or (after.is_note and not after.is_person):
            self.close(self.current)
            self.note(line.number, whole)
            return
        village = after.village or first.village
        if first.is_person and after.is_person:
            both = replace(after, name=f"{first.name} / {after.name}", phones=[*first.phones, *after.phones])
            self.add(_entry(line, mention, replace(both, village=village)))
        elif first.is_person or after.is_person:
            said = first if first.is_person else after
            self.drop_waiting()
            phones = [*first.phones, *after.phones]
            self.add(_entry(line, mention, replace(said, village=village, phones=phones)))
        elif first.vacant or after.vacant:
            if first.chatter or after.chatter or _OF_A_NUMBER.search(line.text[: mention.start][-60:]):
                self.note(line.number, whole)
                return
            said = after if after.vacant else first
            self.add(_entry(line, mention, replace(said, name=said.vacant, village=village)))
        elif not first.words and not after.words and not mention.number:
            self.note(line.number, whole)
        elif not first.words and not after.words:
            self.only_rt(line, mention, [*first.phones, *after.phones], village)
        elif not (first.words and after.words) and not (first.chatter or after.chatter):
            said = after if after.words else first
            self.add(_entry(line, mention, replace(said, name=said.words, village=village)))
        else:
            self.close(self.current)
            self.note(line.number, whole)

    def only_rt(self, line: _Line, mention: Piece, phones: list[str], village: str) -> None:
        """Take up an RT that stands alone: of the name above it, or of the one that comes below."""
        if self.waiting:
            waiting, self.waiting = self.waiting, None
            self.by_names = True
            waiting.rt, waiting.rw = mention.text, mention.rw
            waiting.phones += phones
            waiting.village = waiting.village or village
            self.add(waiting)
            return
        entry = Entry(line.number, mention.text, mention.rw, "", village, phones)
        entry.awaits = True
        self.add(entry)

    def without_rt(self, line: _Line, whole: str) -> None:
        """Take up a line without an RT: a phone or a name that belongs to an entry, a heading, or a note."""
        said = understand(line.text)
        vacant = bool(said.vacant) and not said.chatter
        if self.current and self.current.awaits and (said.is_person or vacant):
            self.current.name, self.current.awaits = said.name if said.is_person else said.vacant, False
            self.current.line = line.number
            self.current.phones += said.phones
        elif said.phones and not said.words and not said.chatter:
            holder = self.waiting or self.current
            if holder:
                holder.phones += said.phones
            self.note(line.number, "") if holder is None else None
            if holder is None:
                self.notes[-1] = (line.number, whole)
            else:
                self.notes.append((line.number, "(nomor HP)"))
        elif said.is_person and not said.village and not _KIND.search(line.text):
            if line.count:
                self.numbered.append(line)
            self.drop_waiting()
            self.waiting = Entry(line.number, name=said.name, phones=said.phones, number=line.count)
            self.close(self.current)
            self.current = None
        else:
            if said.village or _KIND.search(line.text[:400]):
                self.end_record()
                self.close(self.current)
                self.current = None
            self.drop_waiting() if not self.waiting or not line.text.startswith("(") else None
            self.note(line.number, whole)

    def take_numbered(self) -> None:
        """Where the message names no RT beside anybody but numbers its names, each is an entry without an RT."""
        if self.entries or len(self.numbered) < 2 or not self.speaks_of_rt:
            return
        numbers = {line.number for line in self.numbered}
        self.notes = [note for note in self.notes if note[0] not in numbers]
        for line in self.numbered:
            said = understand(line.text)
            self.entries.append(Entry(line.number, name=said.name, phones=said.phones, number=line.count))


def _entry(line: _Line, mention: Piece, said: Said) -> Entry:
    name = said.name or said.vacant or said.words  # words that are no name become a question
    return Entry(line.number, mention.text, mention.rw or said.rw, name, said.village, said.phones)


def _gaps(mentions: Sequence[Piece], length: int) -> Iterable[tuple[int, int]]:
    """Yield what stands before the first mention, between each two, and behind the last."""
    ends = [0, *(mention.end for mention in mentions)]
    starts = [*(mention.start for mention in mentions), length]
    return zip(ends, starts, strict=True)


def _number(rt: str) -> str:
    found = re.search(r"\d{1,3}", rt)
    return found[0].zfill(3) if found else ""
