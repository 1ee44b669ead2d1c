"""One row of a list, read: name, RT, village, phone and wave, each doubt put as a question."""

import re

from ..documents.cells import EMPTY, Cell
from ..refusals import Reason, reason
from ..roster.names import is_degree
from ..roster.phones import parse_phone
from ..roster.rt import parse_rt
from ..roster.spelling import clean, masked, plain
from .days import parse_day, parse_wave
from .drafts import TYPED, Answers, Choice, Draft, Question, RowClass, leave_out
from .places import Places
from .whereabouts import RT_WORDS, Around, Cells, read_rt, read_village

LONGEST_NAME = 200
_VACANT = re.compile(
    r"[(\[]?\s*(?:kosong|lowong|(?:masih|jabatan)\s+(?:kosong|lowong)|(?:belum|blm|tidak|tdk)\s+(?:ada|dibentuk|terisi|"
    r"terpilih)\b.*|dalam proses.*|nihil|vacant|n/?a|x+|[-–—.\s_]+)\s*[)\]]?",
    re.I,
)
_ACTING = re.compile(r"(?:plt|plh|pjs|pj)\b\.?\s*(?:ketua\s*(?:rt)?)?\s*[:.\-]?\s*(?=\S)", re.I)
_GONE = re.compile(r"\(?\b(?:alm(?:h|arhum(?:ah)?)?|meninggal(?:\s+dunia)?|wafat)\b\.?\)?", re.I)
_LEFT = re.compile(
    r"\b(?:mengundurkan\s+diri|(?:sudah|telah)\s+pindah|pindah\s+domisili|tidak\s+aktif|non\s?aktif)\b", re.I
)
_FATHERS = re.compile(r"\b(?:bin|binti|b\.)\s*\(?$", re.I)
_SUCCEEDED = re.compile(r"\s*(?:->|→|=>|\bdiganti(?:kan)?(?:\s+(?:oleh|dengan))?\b)\s*", re.I)
_SEVERAL = re.compile(r"\s*(?:/|;|&|\bdan\b|\batau\b)\s*", re.I)
_LONG_NUMBER = re.compile(r"\b\d(?:[\s.\-]?\d){11,}\b")
_LETTERS = re.compile(r"[^\W\d_]{3,}")
_MALE, _FEMALE = {"l", "lk", "lakilaki", "laki", "pria", "m"}, {"p", "pr", "perempuan", "wanita", "w", "f"}


def read_person(draft: Draft, cells: Cells, around: Around, places: Places, answers: Answers) -> None:
    """Fill ``draft`` from the ``cells`` of a row by field; what is doubtful becomes a question of the draft."""
    cells = _unswapped(draft, cells, places, answers)
    read_village(draft, cells, around, places, answers)
    for read in (read_rt, _read_name, _read_phone):
        if draft.is_seat:
            read(draft, cells, around, answers)
    if draft.is_seat:
        draft.position = clean(_cell(cells, "position").text)[:80]
        draft.gender = _gender(draft, clean(_cell(cells, "gender").text))
        draft.wave = _wave(draft, cells, around)
    if draft.is_open and draft.is_seat:  # a vacant seat in an unknown village waits too
        draft.row_class = RowClass.REVIEW


def names_nobody(cell: Cell) -> bool:
    """Say whether a name's cell is empty or says that the seat is vacant."""
    return cell.kind == "empty" or bool(_VACANT.fullmatch(clean(cell.text)))


def looks_like_rt(cell: Cell) -> bool:
    """Say whether a cell can be nothing but an RT number."""
    return bool(parse_rt(cell.value).rt) and not _LETTERS.search(RT_WORDS.sub("", clean(cell.text)))


def _cell(cells: Cells, name: str) -> Cell:
    return cells.get(name, EMPTY)


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
    cell, remark = _cell(cells, "name"), clean(_cell(cells, "remark").text)
    if cell.kind == "error":
        _ask_name(
            draft, answers, reason("name_error", "Nama berisi galat rumus (%(text)s).", text=cell.text[:12]), True
        )
        return
    if names_nobody(cell):
        draft.leave_vacant(reason("vacant", "Kursi kosong: belum ada ketuanya."))
        return
    name = clean(cell.text).strip(" ,;")
    if _LONG_NUMBER.search(name):
        name = " ".join(_LONG_NUMBER.sub(" ", name).split())
        draft.say("identity_in_name", "Angka panjang seperti NIK di kolom nama tidak disimpan.")
    if len(name) > LONGEST_NAME:
        long = reason("name_long", "Nama terlalu panjang: %(length)s huruf, paling banyak 200.", length=len(name))
        _ask_name(draft, answers, long, False)
        return
    if not _LETTERS.search(name) and len(re.findall(r"[^\W\d_]", name)) < 2:
        _ask_name(
            draft, answers, reason("name_number", "Kolom nama tidak berisi nama: %(text)s.", text=masked(name)), False
        )
        return
    _take_name(draft, name, remark, answers)


def _take_name(draft: Draft, name: str, remark: str, answers: Answers) -> None:
    acting = _ACTING.match(name)
    if acting or _ACTING.match(remark + " x"):
        name = name[acting.end() :] if acting else name
        draft.note = "Plt."
        draft.say("acting", "Pelaksana tugas: dicatat sebagai ketua, dengan catatan Plt.")
    gone = _GONE.search(name)
    if gone and not _FATHERS.search(name[: gone.start()]):  # "bin (alm) Umar" says it of the father
        name = " ".join((name[: gone.start()] + " " + name[gone.end() :]).split()).strip(" ()")
        if not _confirm_gone(draft, answers, reason("deceased", "Tertulis sudah meninggal: %(name)s.", name=name)):
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
    succeeded = [part for part in _SUCCEEDED.split(name) if part]
    parts = succeeded if len(succeeded) > 1 else [part for part in _SEVERAL.split(name) if part]
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
        choices[-1 if len(succeeded) > 1 else 0].value,
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
        "name_error" if unread else "",
        "name",
    )
    answer = draft.ask(question, answers)
    typed = clean(answer.removeprefix(TYPED))
    if answer.startswith(TYPED) and typed:
        draft.name = typed[:LONGEST_NAME]


def _read_phone(draft: Draft, cells: Cells, _around: Around, answers: Answers) -> None:
    reading = parse_phone(_cell(cells, "phone").value if _cell(cells, "phone").kind != "error" else None)
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
    draft.phone = reading.number
    draft.reasons += reading.warnings
    if reading.note:
        draft.note = " · ".join(filter(None, (draft.note, f"Telepon lain: {reading.note}")))


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
