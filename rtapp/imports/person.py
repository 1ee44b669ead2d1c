"""One row of a list, read: name, RT, village, phone and wave, each doubt put as a question."""

import re

from ..documents.cells import EMPTY, Cell
from ..refusals import Reason, reason
from ..roster.names import is_degree
from ..roster.phones import PhoneReading, parse_phone, unread_phone
from ..roster.rt import parse_rt
from ..roster.spelling import clean, masked, plain
from .days import parse_day, parse_wave
from .drafts import SKIP, TYPED, Answers, Choice, Draft, Question, RowClass, leave_out
from .naming import LEFT_SEAT, is_name, is_struck, name_problem, says_vacant, split_numbers, tidy_name, without_labels
from .naming import LONGEST as LONGEST_NAME
from .offices import is_another_office
from .places import Places
from .whereabouts import RT_WORDS, Around, Cells, read_rt, read_village

_ACTING = re.compile(r"^[(\[]?(?:plt|plh|pjs|pj)\b\.?[)\]]?\s*(?:ketua\s*(?:rt)?)?\s*[:.\-]?\s*(?=[^\W_])", re.I)
_ACTING_BEHIND = re.compile(r"[\s,(\-]{1,3}(?:plt|plh|pjs|pj)\b\.?(?:\s?ketua(?:\srt)?)?\s?\)?$", re.I)
_GONE = re.compile(r"\(?\b(?:alm(?:h|arhum(?:ah)?)?|meninggal(?:\s+dunia)?|wafat)\b\.?\)?", re.I)
_LEFT = re.compile(
    r"\b(?:mengundurkan\s+diri|mundur|pindah|(?:tidak|tdk)\s+aktif|non\s?aktif|dinonaktifkan|"
    r"(?:di)?berhenti(?:kan)?|diganti(?:kan)?)\b",
    re.I,
)
_FATHERS = re.compile(r"\b(?:bin|binti|b\.)\s*\(?$", re.I)
_SUCCEEDED = re.compile(r"\s?(?:->|→|=>|\bdiganti(?:kan)?(?:\s(?:oleh|dengan))?\b)\s?", re.I)
_SEVERAL = re.compile(r"\s?(?:/|;|&|\bdan\b|\batau\b)\s?", re.I)
_BRACKETED = re.compile(r"[\"“”]|\([^()]{0,80}\)|\s(?:alias|als|dan)\s")
_REMARK = 300  # characters of a remark that are looked at
_LETTERS = re.compile(r"[^\W\d_]{3,}")
_MALE, _FEMALE = {"l", "lk", "lakilaki", "laki", "pria", "m"}, {"p", "pr", "perempuan", "wanita", "w", "f"}


def read_person(draft: Draft, cells: Cells, around: Around, places: Places, answers: Answers) -> None:
    """Fill ``draft`` from the ``cells`` of a row by field; what is doubtful becomes a question of the draft."""
    office = clean(_cell(cells, "position").text[:_REMARK])
    if other := _other_office(office, clean(_cell(cells, "rt").text[:_REMARK])):
        draft.name = tidy_name(_cell(cells, "name").text)
        draft.skip(reason("other_office", "Jabatan tertulis %(office)s, bukan Ketua RT.", office=masked(other)))
        return
    cells = _unswapped(draft, cells, places, answers)
    read_village(draft, cells, around, places, answers)
    for read in (read_rt, _read_name, _read_phone):
        if draft.is_seat:
            read(draft, cells, around, answers)
    if draft.is_seat:
        draft.position = office[:80]
        draft.gender = _gender(draft, clean(_cell(cells, "gender").text[:40]))
        draft.wave = _wave(draft, cells, around)
        _ask_correction(draft, cells, answers)
        _ask_sentence(draft, cells, answers)
    if draft.is_open and draft.is_seat:  # a vacant seat in an unknown village waits too
        draft.row_class = RowClass.REVIEW


def names_nobody(cell: Cell) -> bool:
    """Say whether a name's cell is empty or says that the seat is vacant."""
    return cell.kind == "empty" or (cell.kind != "error" and says_vacant(cell.text))


def looks_like_rt(cell: Cell) -> bool:
    """Say whether a cell can be nothing but an RT number."""
    return bool(parse_rt(cell.value).rt) and not _LETTERS.search(RT_WORDS.sub("", clean(cell.text[:LONGEST_NAME])))


def _cell(cells: Cells, name: str) -> Cell:
    return cells.get(name, EMPTY)


def _other_office(office: str, rt: str) -> str:
    """Return the office that is none of an RT, "" for none; the RT's column may name one: "Kaur Umum"."""
    written = (office, rt if _LETTERS.search(rt) else "")
    return next(filter(is_another_office, written), "")


def _unswapped(draft: Draft, cells: Cells, places: Places, answers: Answers) -> Cells:
    """Return the cells, two of them exchanged where a person says that their columns were swapped."""
    name = _cell(cells, "name")
    other = next((field for field in ("rt", "phone", "village") if _is_swapped(name, cells, field, places)), "")
    if not other:
        return cells
    words = {"rt": "RT", "phone": "HP", "village": reason("column_village", "desa")}[other]
    question = Question(
        draft.key("swapped"),
        reason("swapped", "Kolom nama dan kolom %(other)s tertukar?", other=words),
        (Choice("swap", reason("choose_swap", "Tukar keduanya")), leave_out()),
        "swap",
        f"swapped:{other}",
    )
    if draft.ask(question, answers) == "swap":
        return {**cells, "name": cells[other], other: name}
    return cells


def _is_swapped(name: Cell, cells: Cells, other: str, places: Places) -> bool:
    there = _cell(cells, other)
    if name.kind in ("empty", "error") or not _LETTERS.search(there.text):
        return False
    if other == "rt":
        return looks_like_rt(name) and not parse_rt(there.value).rt and not parse_rt(there.value).proposed_rt
    if other == "phone":
        return bool(parse_phone(name.value).number) and not any(map(str.isdigit, there.text))
    return places.is_village(clean(name.text)) and places.find_village(clean(there.text)).how == "none"


def _read_name(draft: Draft, cells: Cells, _around: Around, answers: Answers) -> None:
    cell, remark = _cell(cells, "name"), clean(_cell(cells, "remark").text[:_REMARK])
    if cell.kind == "error":
        _ask_name(
            draft, answers, reason("name_error", "Nama berisi galat rumus (%(text)s).", text=cell.text[:12]), True
        )
        return
    if names_nobody(cell):
        _leave_vacant(draft, cells, answers)
        return
    if is_struck(cell.text):
        draft.skip(reason("struck", "Baris dicoret."))
        return
    text = _without_numbers(draft, cell.text[: 2 * LONGEST_NAME]) if cell.kind == "text" else cell.text
    name = tidy_name(text) if len(cell.text) <= LONGEST_NAME else clean(text)
    bare = _SUCCEEDED.sub(" ", _GONE.sub(" ", _ACTING.sub("", name, count=1)))  # what is asked about below
    bare = LEFT_SEAT.sub(" ", bare)
    problem = _too_long(cell.text) or name_problem(bare or clean(cell.text))
    if problem:
        _ask_name(draft, answers, problem, False)
        return
    behind = _ACTING_BEHIND.search(clean(cell.text[:LONGEST_NAME])[-24:])  # which a tidy name has lost
    _take_name(draft, name, remark, bool(behind), answers)


def _leave_vacant(draft: Draft, cells: Cells, answers: Answers) -> None:
    """Leave a seat vacant; where a list of changes names who was there before, a person says whether they still are."""
    former = tidy_name(_cell(cells, "former").text[:LONGEST_NAME])
    if former and not says_vacant(former) and name_problem(former) is None:
        why = reason("no_new_head", "Ketua barunya tidak tertulis; sebelumnya %(name)s.", name=former)
        keep = Choice("keep", reason("choose_former", "Tetap %(name)s", name=former))
        vacant = Choice("vacant", reason("choose_vacant", "Catat sebagai kursi kosong"))
        answer = draft.ask(Question(draft.key("former"), why, (keep, vacant, leave_out())), answers)
        draft.name = former if answer in ("keep", "") else ""
        if answer != "vacant":
            return
    draft.leave_vacant(reason("vacant", "Kursi kosong: belum ada ketuanya."))


def _without_numbers(draft: Draft, text: str) -> str:
    """Return the text of a name's cell without its numbers; a phone among them is the person's."""
    numbers = split_numbers(text)
    if numbers.long:
        draft.say("identity_in_name", "Angka panjang seperti NIK di kolom nama tidak disimpan.")
    draft.phone = numbers.phones[0] if numbers.phones else ""
    if len(numbers.phones) > 1:
        draft.note = f"Telepon lain: {' / '.join(numbers.phones[1:])}"
    for other in numbers.others:
        draft.reasons += parse_phone(other).warnings
    return without_labels(numbers.left) if numbers.left != text else text


def _too_long(text: str) -> Reason | None:
    length = len(clean(text)) if len(text) > LONGEST_NAME else 0
    if length <= LONGEST_NAME:
        return None
    return reason("name_long", "Nama terlalu panjang: %(length)s huruf, paling banyak 200.", length=length)


def _take_name(draft: Draft, name: str, remark: str, acts: bool, answers: Answers) -> None:
    acting = _ACTING.match(name) or _ACTING_BEHIND.search(name[-24:])
    if acts or acting or _ACTING.match(remark + " x"):
        name = _ACTING_BEHIND.sub("", _ACTING.sub("", name, count=1))
        draft.note = " · ".join(filter(None, ("Plt.", draft.note)))
        draft.say("acting", "Pelaksana tugas: dicatat sebagai ketua, dengan catatan Plt.")
    gone = _GONE.search(name)
    if gone and not _FATHERS.search(name[: gone.start()]):  # "bin (alm) Umar" says it of the father
        name = " ".join((name[: gone.start()] + " " + name[gone.end() :]).split()).strip(" ()")
        if not _confirm_gone(draft, answers, reason("deceased", "Tertulis sudah meninggal: %(name)s.", name=name)):
            return
    elif left := LEFT_SEAT.search(name):
        why = reason("left_seat", "Keterangan: %(remark)s.", remark=left[0].strip(" ()-,"))
        name = LEFT_SEAT.sub("", name).strip()
        if not _confirm_gone(draft, answers, why):
            return
    elif _GONE.search(remark) or _LEFT.search(remark):
        gone_for = reason("left_seat", "Keterangan: %(remark)s.", remark=masked(remark))
        if not _confirm_gone(draft, answers, gone_for):
            return
    draft.name = _one_of(draft, name, answers)


def _confirm_gone(draft: Draft, answers: Answers, why: Reason) -> bool:
    """Ask whether somebody who is said to be gone still is the head; True where a person says so."""
    vacant = Choice("vacant", reason("choose_vacant", "Catat sebagai kursi kosong"))
    keep = Choice("keep", reason("choose_keep_name", "Tetap pakai nama ini"))
    question = Question(draft.key("gone"), why, (vacant, keep, leave_out()), "vacant", "gone")
    answer = draft.ask(question, answers)
    if answer == "vacant":
        draft.leave_vacant(why)
    return answer in ("keep", "")


def _one_of(draft: Draft, name: str, answers: Answers) -> str:
    """Return the one name meant where a cell may hold two persons."""
    holders = [part for part in _SUCCEEDED.split(name) if part]
    parts = holders if len(holders) > 1 else [part for part in _SEVERAL.split(name) if part]
    people = [part.strip(" ()") for part in parts if _LETTERS.search(part) and not is_degree(part.strip())]
    if len(people) < 2 or len(people) != len(parts):
        return name
    choices = [
        Choice(f"name-{place}", reason("choose_name", "%(name)s", name=each)) for place, each in enumerate(people)
    ]
    question = Question(
        draft.key("names"),
        reason("two_names", "Satu sel berisi lebih dari satu nama: %(text)s.", text=masked(name, 120)),
        (*choices, leave_out()),
        choices[-1 if len(holders) > 1 else 0].value,
    )
    answer = draft.ask(question, answers)
    return people[int(answer.removeprefix("name-"))] if answer.startswith("name-") else name


def _ask_name(draft: Draft, answers: Answers, why: Reason, unread: bool) -> None:
    """Ask for a name that cannot be read; where the file lost it, what is stored stays."""
    words = reason("choose_keep_stored", "Biarkan yang sudah tersimpan") if unread else leave_out().label
    question = Question(
        draft.key("name"),
        why,
        (Choice("skip", words),),
        "skip" if unread else "",
        "name_error" if unread else f"{why.code}:{draft.sheet}",
        "name",
    )
    answer = draft.ask(question, answers)
    typed = clean(answer.removeprefix(TYPED))
    if answer.startswith(TYPED) and typed:
        draft.name = typed[:LONGEST_NAME]


def _read_phone(draft: Draft, cells: Cells, _around: Around, answers: Answers) -> None:
    cell = _cell(cells, "phone")
    reading = PhoneReading(warnings=(unread_phone(cell.text),)) if cell.kind == "error" else parse_phone(cell.value)
    remark = _cell(cells, "remark")
    if not reading.number and not reading.problem and not draft.phone and any(map(str.isdigit, remark.text[:_REMARK])):
        reading = _in_remark(draft, reading, remark.text[:_REMARK])
    if reading.problem:
        other = parse_phone(_cell(cells, "nik").value)
        swap = Choice("swap", reason("choose_swap_phone", "Pakai nomor HP dari kolom NIK"))
        without = Choice("without", reason("choose_no_phone", "Tanpa nomor HP"))
        choices = (swap, without, leave_out()) if other.number else (without, leave_out())
        question = Question(
            draft.key("phone"), reading.problem, choices, choices[0].value, f"phone:{bool(other.number)}"
        )
        if draft.ask(question, answers) != "swap":
            return
        reading = other
    draft.reasons += reading.warnings
    reading = _beside(reading, draft.phone)
    draft.phone = reading.number
    if reading.note:
        draft.note = " · ".join(filter(None, (draft.note, f"Telepon lain: {reading.note}")))


def _in_remark(draft: Draft, reading: PhoneReading, remark: str) -> PhoneReading:
    """Return a reading with the phone that a remark holds; somebody else's ("HP anak …") is a note."""
    numbers = split_numbers(remark)
    if not numbers.phones:
        return reading
    if re.search(r"[^\W\d_]{3}", without_labels(numbers.left.strip()).replace("|", " ")):
        return PhoneReading(note=" / ".join(numbers.phones), warnings=reading.warnings)
    draft.say("phone_in_remark", "Nomor HP diambil dari kolom keterangan.")
    return PhoneReading(numbers.phones[0], " / ".join(numbers.phones[1:]), reading.warnings)


def _beside(reading: PhoneReading, in_name: str) -> PhoneReading:
    """Return a reading with the number that stood beside the name: the only one, or a second for the note."""
    if not in_name or in_name == reading.number:
        return reading
    if not reading.number:
        return PhoneReading(in_name, reading.note)
    return PhoneReading(reading.number, " / ".join(filter(None, (reading.note, in_name))))


def _ask_sentence(draft: Draft, cells: Cells, answers: Answers) -> None:
    """Ask about somebody whom a message names in running text, or by what is no name for certain."""
    sentence = clean(_cell(cells, "sentence").text[:_REMARK])
    if not draft.is_seat or not draft.name or draft.questions:
        return
    if not sentence and ("correction" not in cells or is_name(_BRACKETED.sub(" ", draft.name))):
        return
    text = masked(sentence or draft.name, 160)
    why = reason("in_a_sentence", "Pesannya menulis: “%(text)s”. Apakah ini ketua RT?", text=text)
    keep = Choice("keep", reason("choose_this_head", "Ya: %(name)s", name=masked(draft.name, 80)))
    draft.ask(Question(draft.key("sentence"), why, (keep, leave_out()), SKIP, free="name"), answers)


def _ask_correction(draft: Draft, cells: Cells, answers: Answers) -> None:
    """Ask about a row that a later line of the same message corrects."""
    remark = clean(_cell(cells, "correction").text[:_REMARK])
    if not remark or not draft.is_seat:
        return
    numbers = split_numbers(remark)
    text, phones = numbers.left, numbers.phones
    name = tidy_name(text.rpartition("=")[2])
    named = "=" in text and name_problem(name) is None
    new = Choice("new", reason("choose_correction", "Pakai ralatnya: %(text)s", text=name if named else masked(remark)))
    old = Choice("old", reason("choose_uncorrected", "Tetap %(name)s", name=draft.name or "–"))
    choices = (new, old, leave_out()) if named or phones else (old, leave_out())
    quoted = masked(remark.partition("= ")[0].strip() or remark, 120)
    why = reason("corrected", "Ada ralat untuk baris ini: %(text)s.", text=quoted)
    question = Question(draft.key("correction"), why, choices, choices[0].value, free="name")
    answer = draft.ask(question, answers)
    if answer == "new":
        draft.name, draft.phone = (name if named else draft.name), (phones[0] if phones else draft.phone)
    elif answer.startswith(TYPED) and clean(answer.removeprefix(TYPED)):
        draft.name = clean(answer.removeprefix(TYPED))[:LONGEST_NAME]


def _gender(draft: Draft, text: str) -> str:
    key = re.sub(r"[^a-z]", "", plain(text))
    if key in _MALE | _FEMALE:
        return "L" if key in _MALE else "P"
    if key:
        draft.say("gender_unread", "L/P tidak dikenali dan tidak dipakai: %(text)s.", text=masked(text, 20))
    return ""


def _wave(draft: Draft, cells: Cells, around: Around) -> int | None:
    """Return the wave that the row, else the title, names by its number or its day."""
    cell = _cell(cells, "wave")
    wave = parse_wave(cell.value)
    days = [day for source in (cell, _cell(cells, "date")) if (day := parse_day(source.value))]
    day = days[0] if days else None
    if wave is None and cell.kind not in ("empty", "error") and day is None:
        draft.say("wave_unread", "Gelombang tidak dikenali dan tidak dipakai: %(text)s.", text=masked(cell.text, 20))
    if day is not None and day not in around.days:
        shown = f"{day.day:02}-{day.month:02}-{day.year}"
        draft.say("day_of_no_wave", "Tanggal %(day)s bukan tanggal gelombang mana pun.", day=shown)
    elif day is not None and wave is not None and around.days[day] != wave:
        draft.say("day_of_other_wave", "Tanggalnya milik gelombang lain; nomor gelombang yang dipakai.")
    return wave or (around.days.get(day) if day else None) or around.wave
