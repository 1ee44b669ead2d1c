"""A chat message read line by line: entries of heads, wherever their RT, name and phone stand; the rest are notes."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from ..documents.cells import Row, text_cell
from ..roster.spelling import masked
from .corrections import correct
from .entries import HEADER, Entry, drop_sexes, entry_of, repeated, rt_number
from .fragments import (
    Fragment,
    Piece,
    is_chatter,
    is_sentence,
    mentions_in,
    says_presence,
    understand,
    village_said,
    without_asides,
)
from .labels import Label, labels_in
from .lines import ListLine, drop_letters, line_of

MOST_CHARACTERS, MOST_LINES = 300_000, 8_000
_SENTENCE = 200  # characters of running text that a question quotes
_MOST_WORDS = 6  # of a line that ends with "?" and still says that a seat is vacant: "RT 3 siapa ya?"
_MOSTLY = 0.6  # of a message's lines that number names, where nothing in it speaks of RTs
_SPEAKS_OF_RT = re.compile(r"\br\.?\s?t\b|rukun tetangga", re.I)
_OF_A_NUMBER = re.compile(r"\b(?:hp|wa|telp|nomor|nik|ktp|sk|data|foto|fotokopi|rekening)\b[\s.:]{0,3}$", re.I)
_ASKS = re.compile(r"\b(?:siapa|mana|berapa|kapan|apa|apakah|bagaimana|gimana|sudah|udah)\b[^?]{0,200}\?\W{0,8}$", re.I)
_SHARED = re.compile(r"\b(?:di|me)?rangkap\b", re.I)
_KIND = re.compile(r"\b(?:desa|ds|kel|kelurahan|kec|kecamatan)\b", re.I)


def read_chat(lines: Sequence[str]) -> list[Row]:
    """Return the rows of a message: ``HEADER`` first, then entries and, as single texts, all other lines.

    No rows where nobody is named beside an RT.
    """
    if sum(map(len, lines)) > MOST_CHARACTERS or len(lines) > MOST_LINES:
        return []  # a regency's heads fit into a tenth of that
    reader = _Reader()
    read = [line_of(number, line) for number, line in enumerate(lines, 1)]
    drop_letters(read)
    for each in read:
        reader.take(each)
    reader.end()
    reader.take_numbered(a_table=any("\t" in line for line in lines))
    entries = [entry for entry in reader.entries if entry.rt or entry.name]
    drop_sexes(entries)
    words = repeated(entries)
    reader.notes += [(entry.line, f"{entry.rt} {entry.name}") for entry in entries if entry.name in words]
    entries = [entry for entry in entries if entry.name not in words]
    if not entries:
        return []
    parts: list[tuple[int, int, tuple[str, ...]]] = [
        (line, place, (text,)) for place, (line, text) in enumerate(reader.notes)
    ]
    parts += [(entry.line, len(lines) + place, entry.cells()) for place, entry in enumerate(entries)]
    rows = [Row(number, tuple(map(text_cell, cells))) for number, _, cells in sorted(parts, key=lambda each: each[:2])]
    return [Row(0, tuple(map(text_cell, HEADER))), *rows]


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
        self.numbered: list[ListLine] = []
        self.speaks_of_rt, self.lines = False, 0
        self.heading, self.sender = "", ""
        self.headings: dict[str, str] = {}  # the village that each sender named last

    def take(self, line: ListLine) -> None:
        """Take up one line."""
        if line.sender:
            self.blank()
            self.sender = line.sender
        if not line.whole:
            self.blank()
            return
        self.lines += 1
        self.speaks_of_rt = self.speaks_of_rt or bool(_SPEAKS_OF_RT.search(line.whole[:400]))
        labels = labels_in(line.text)
        if labels:
            self.labelled(line, labels)
        elif line.by_app:
            self.note(line.number, line.whole)
        else:
            self.spoken(line)

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
        """Keep a line as a note; the village that it names is that of those below."""
        if village := village_said(text):
            self.head(village)
        self.notes.append((number, text))

    def head(self, village: str) -> None:
        """Remember the village of those below, and of what the same sender writes later."""
        self.heading = village
        self.headings[self.sender] = village

    def close(self, entry: Entry | None) -> None:
        """Leave an entry as it is: one whose name never came is a seat without a head."""
        if entry:
            entry.awaits = False

    def add(self, entry: Entry) -> None:
        """Take up an entry that has an RT; the next lines may add to it."""
        own = self.headings.get(self.sender, self.heading)
        if own != self.heading and not entry.village:
            entry.village = own  # somebody else named another village in between
        entry.heading = own
        self.close(self.current)
        self.entries.append(entry)
        self.current = entry

    def drop_waiting(self) -> None:
        """Give up a name whose RT never came: a question where the message names heads that way, else a note."""
        waiting, self.waiting = self.waiting, None
        if waiting and self.by_names:
            self.entries.append(waiting)
        elif waiting:
            self.head(waiting.name)  # a village without the word for it, perhaps
            self.note(waiting.line, waiting.name)

    # Lines of labels: "Nama : …", "No HP : …"

    def labelled(self, line: ListLine, labels: Sequence[Label]) -> None:
        """Take up a line of labels as a part of a record; one alone that names a place heads what follows."""
        places = {"village", "district"}
        if not self.record and not self.current and {label.field for label in labels} <= places:
            self.note(line.number, line.whole)
            return
        if self.current and not self.record and all(label.field == "phone" for label in labels):
            self.spoken(replace(line, text=line.whole))
            return
        if self.current and self.current.awaits and labels[0].field == "name":
            self.current.name, self.current.awaits = labels[0].value, False
            self.record, self.record_line = {"rt": self.current.rt, "rw": self.current.rw}, line.number
            self.entries.remove(self.current)
            self.current = None
        for label in labels:
            if label.field == "private":
                continue  # kept nowhere; two of them are still one person's
            if self.record.get(label.field):
                self.end_record()
            if not self.record:
                self.drop_waiting()
                self.record_line = line.number
            if label.field == "name":
                self.record_line = line.number
            self.record[label.field] = label.value

    def end_record(self) -> None:
        """Make an entry of the labelled lines so far."""
        record, self.record = self.record, {}
        if not record:
            return
        texts = [record.get(name, "") for name in ("rt", "office", "address", "village", "name")]
        mention = next((piece for text in texts for piece in mentions_in(text)), None)
        rt = record.get("rt", "") if not (mention and not record.get("rt")) else mention.text
        reading = understand(record.get("name", ""))
        village = record.get("village", "") or understand(record.get("address", "")).village
        phones = [*understand(record.get("phone", "")).phones, *reading.phones]
        name = reading.name or (record.get("name", "") if not mention or texts[4] else "")
        rw = record.get("rw", "") or (mention.rw if mention else "")
        office = record.get("office", "")
        if not rt and not name:
            self.note(self.record_line, " ".join(filter(None, record.values())))
            return
        self.add(Entry(self.record_line, rt, rw, name, village, phones, office))
        self.current = None

    # Lines of prose

    def spoken(self, line: ListLine) -> None:
        """Take up a line without labels."""
        line.text = without_asides(line.text)
        mentions = mentions_in(line.text)
        asks = _ASKS.search(line.whole[-300:]) or (line.whole.endswith("?") and len(line.whole.split()) > _MOST_WORDS)
        if correct(line.text, mentions, self.entries, self.heading) or asks:
            self.note(line.number, line.whole)
            self.close(self.current)
            self.current = None
        elif mentions:
            self.end_record()
            self.with_rt(line, mentions)
        else:
            self.without_rt(line)

    def with_rt(self, line: ListLine, mentions: Sequence[Piece]) -> None:
        """Take up a line that names one or more RTs."""
        before = [line.text[a:b] for a, b in _gaps(mentions, len(line.text))]
        first, rest = understand(before[0]), [understand(text) for text in before[1:]]
        if len(mentions) == 1:
            self.one_rt(line, mentions[0], first, rest[0])
            return
        if first.is_person and not rest[-1].is_person:  # "Contoh (RT 1), Contoh (RT 2)"
            names = [first, *rest[:-1]]
        else:
            names = rest
            if before[0].strip(" .:;,-"):
                self.note(line.number, before[0])
        named = any(reading.is_person or reading.vacant for reading in names)
        if not named or all(reading.chatter for reading in names):
            if names[0].words and _SHARED.search(names[0].words[:60]):  # "RT 2 dirangkap RT 1"
                self.add(entry_of(line.number, mentions[0], names[0]))
                return
            self.note(line.number, line.whole)
            return
        certain = all(reading.is_person or reading.vacant for reading in names)
        for mention, reading in zip(mentions, names, strict=True):
            entry = entry_of(line.number, mention, reading)
            entry.sentence = "" if certain and not is_sentence(entry.name) else masked(line.whole, _SENTENCE)
            self.add(entry)
        self.current = None

    def one_rt(self, line: ListLine, mention: Piece, first: Fragment, after: Fragment) -> None:
        """Take up a line with one RT and, before or behind it, a name, a word for vacancy, or nothing."""
        if first.is_note or (after.is_note and not after.is_person):
            self.close(self.current)
            self.note(line.number, line.whole)
            return
        village = after.village or first.village
        if first.is_person and after.is_person:
            both = replace(after, name=f"{first.name} / {after.name}", phones=[*first.phones, *after.phones])
            self.add(entry_of(line.number, mention, replace(both, village=village)))
        elif (
            first.is_person and after.words and after.chatter and not says_presence(after.words)
        ):  # "Contoh RT 3 mengalami …"
            self.note(line.number, line.whole)
        elif first.is_person or after.is_person:
            reading = first if first.is_person else after
            self.drop_waiting()
            phones = [*first.phones, *after.phones]
            entry = entry_of(line.number, mention, replace(reading, village=village, phones=phones))
            within = first.words and not first.is_person  # in the middle of a sentence
            entry.sentence = masked(line.whole, _SENTENCE) if within or is_sentence(entry.name) else ""
            self.add(entry)
        elif first.vacant or after.vacant:
            if first.chatter or after.chatter or _OF_A_NUMBER.search(line.text[: mention.start][-60:]):
                self.note(line.number, line.whole)
                return
            reading = after if after.vacant else first
            self.add(entry_of(line.number, mention, replace(reading, name=reading.vacant, village=village)))
        elif not first.words and not after.words and not mention.number:
            self.note(line.number, line.whole)
        elif not first.words and not after.words:
            self.only_rt(line, mention, [*first.phones, *after.phones], village)
        elif not (first.words and after.words) and not (first.chatter or after.chatter):
            reading = after if after.words else first
            self.add(entry_of(line.number, mention, replace(reading, name=reading.words, village=village)))
        elif after.words and not line.text[: mention.start].strip(" .:-*") and _means_a_head(line.text[mention.end :]):
            self.add(entry_of(line.number, mention, replace(after, name=after.words, village=village)))
        else:
            self.close(self.current)
            self.note(line.number, line.whole)

    def only_rt(self, line: ListLine, mention: Piece, phones: list[str], village: str) -> None:
        """Take up an RT that stands alone: of the name above it, or of the one that comes below."""
        if self.waiting:
            waiting, self.waiting = self.waiting, None
            self.by_names = True
            waiting.rt, waiting.rw = mention.text, mention.rw
            waiting.phones += phones
            waiting.village = waiting.village or village
            self.add(waiting)
            return
        same = (each for each in self.entries if rt_number(each.rt) == mention.number and each.heading == self.heading)
        earlier = next((each for each in same if each.name), None)
        if phones and earlier and not earlier.phones:
            earlier.phones += phones  # "RT 1 : 0812…" below the names
            self.note(line.number, "(nomor HP)")
            return
        entry = Entry(line.number, mention.text, mention.rw, "", village, phones)
        entry.awaits = True
        self.add(entry)

    def without_rt(self, line: ListLine) -> None:
        """Take up a line without an RT: a phone or a name that belongs to an entry, a heading, or a note."""
        reading = understand(line.text)
        vacant = bool(reading.vacant) and not reading.chatter
        if self.current and self.current.awaits and (reading.is_person or vacant):
            self.current.name, self.current.awaits = reading.name if reading.is_person else reading.vacant, False
            self.current.line = line.number
            self.current.phones += reading.phones
        elif reading.phones and not reading.words and not reading.chatter:
            holder = self.waiting or self.current
            if holder:
                holder.phones += reading.phones
            self.note(line.number, "(nomor HP)" if holder else line.whole)
        elif reading.is_person and not reading.village and not _KIND.search(line.text):
            if line.count:
                self.numbered.append(line)
            self.drop_waiting()
            self.waiting = Entry(line.number, name=reading.name, phones=reading.phones, number=line.count)
            self.close(self.current)
            self.current = None
        else:
            if reading.village or _KIND.search(line.text[:400]):
                self.end_record()
                self.close(self.current)
                self.current = None
            self.drop_waiting() if not self.waiting or not line.text.startswith("(") else None
            self.note(line.number, line.whole)

    def take_numbered(self, *, a_table: bool) -> None:
        """Where the message names no RT beside anybody but numbers its names, each is an entry without an RT."""
        mostly = self.speaks_of_rt or (len(self.numbered) >= _MOSTLY * self.lines and not a_table)
        if self.entries or len(self.numbered) < 2 or not mostly:
            return
        numbers = {line.number for line in self.numbered}
        self.notes = [note for note in self.notes if note[0] not in numbers]
        for line in self.numbered:
            reading = understand(line.text)
            entry = Entry(line.number, rw=line.rw, name=reading.name, phones=reading.phones, number=line.count)
            self.entries.append(entry)


def _means_a_head(rest: str) -> bool:
    """Say whether what stands behind an RT that begins a line is meant as its head: "RT 3 : …", "RT 3 Contoh …"."""
    rest = rest[:400].lstrip()
    first = rest.split(" ", 1)[0]
    return rest[:1] in ":=-–—>" or (first[:1].isupper() and not is_chatter(first))


def _gaps(mentions: Sequence[Piece], length: int) -> Iterable[tuple[int, int]]:
    """Yield what stands before the first mention, between each two, and behind the last."""
    ends = [0, *(mention.end for mention in mentions)]
    starts = [*(mention.start for mention in mentions), length]
    return zip(ends, starts, strict=True)
