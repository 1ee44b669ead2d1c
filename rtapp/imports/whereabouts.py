"""Where a row of a list belongs: its village, district, RT and RW, from the row itself or what stands around it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from ..documents.cells import EMPTY, Cell
from ..refusals import Reason, reason
from ..roster.rt import RtReading, parse_rt, parse_rw, rt_named_in
from ..roster.spelling import clean, masked, plain
from .drafts import TYPED, Answers, Choice, Draft, Question, RowClass, leave_all_out, leave_out
from .places import KnownDistrict, KnownVillage, Places, VillageMatch

Cells = Mapping[str, Cell]
RT_WORDS = re.compile(
    r"\b(?:ketua\s|kepala\s)?R\.?\s?[TW]\.?\s?(?:/\s?R\.?\s?W\.?)?[\s.:_\-]{0,4}(?:(?:no|nomor|ke)\b[\s.:\-]{0,3})?(?:\d[\w/]{0,8}|[IVX]{1,6}\b)"
    r"(?:\s?/\s?\d{1,6})?",
    re.I,
)
_HAS_RT = re.compile(r"\bR\.?\s?T(?![^\W\d_])", re.I)
_ONLY_OFFICE = re.compile(
    r"\W{0,3}(?:(?:plt|plh|pjs?|nama|wakil|ketua|kepala|pengurus|sekretaris|bendahara|anggota)[\s.]{1,3}){0,3}"
    r"(?:r\.?\s?t\.?|rukun tetangga)\W{0,3}",
    re.I,
)
_EXPLICIT = re.compile(r"\b(?:desa|ds|kelurahan|kel)\b", re.I)
_LETTERS = re.compile(r"[^\W\d_]{3,}")
_LONGEST = 300  # characters of a cell that may say where


@dataclass
class Around:
    """What stands around a row: where its village, RW and wave come from when the row itself does not say.

    ``group`` is the village named by the group row above, ``filled`` that of the row above, ``title`` that of the
    title, ``hint`` that of the sheet's or the file's name; ``likely`` the code of the district in which the other
    rows lie; ``rt`` and ``rw`` those that a row of its own named above; ``days`` the waves by their day. ``sure``
    names those that need no question. ``addresses`` says whether an address column holds villages; ``numbers``
    whether the list has no RT but numbers its lines. ``others`` is the
    word of a title that names other people than heads. ``spellings`` are those already explained, once for many rows.
    """

    sheet: str = ""
    district: KnownDistrict | None = None
    group: str = ""
    filled: str = ""
    title: str = ""
    hint: KnownVillage | None = None
    likely: str = ""
    rt: str = ""
    rw: str = ""
    wave: int | None = None
    days: Mapping[date, int] = field(default_factory=dict)
    sure: frozenset[str] = frozenset(("group", "filled", "title", "hint"))
    addresses: bool = False
    numbers: bool = False
    others: str = ""
    spellings: set[str] = field(default_factory=set)


def read_rt(draft: Draft, cells: Cells, around: Around, answers: Answers) -> None:
    """Take the RT and RW from their columns, an address or an office; ask where they are not certain."""
    sources = [cells.get(name, EMPTY) for name in ("position", "address", "village")]
    named = [cell for cell in sources if cell.kind != "empty" and _names_an_rt(cell)]
    other = named[0] if named else EMPTY
    source = cells.get("rt", EMPTY)
    if source.kind == "empty":
        source = other if len(named) < 2 else _which_rt(draft, named[1], other, around, answers)
    elif other.kind != "empty":
        source = _which_rt(draft, source, other, around, answers)
    reading = RtReading(around.rt) if source.kind == "empty" and around.rt else _reading(source)
    rt, rw = reading.rt, reading.rw
    if not rt and draft.is_seat:
        rt, rw = _asked_rt(draft, reading, around, answers)
    draft.rt, draft.rw = rt, parse_rw(cells.get("rw", EMPTY).value) or rw or around.rw


def _names_an_rt(cell: Cell) -> bool:
    """Say whether a cell speaks of an RT, and says more than an office: "Ketua RT" names none."""
    text = clean(cell.text[:_LONGEST])
    return bool(_HAS_RT.search(text)) and not _ONLY_OFFICE.fullmatch(text)


def _reading(cell: Cell) -> RtReading:
    """Return the RT of a cell, or the one that its words name: "Ketua RT 03 Desa Contoh"."""
    reading = parse_rt(cell.value)
    unread = reading.problem is not None and reading.problem.code == "rt_unread"
    named = rt_named_in(cell.value) if unread and isinstance(cell.value, str) else ""
    return RtReading(named, parse_rw(cell.value) if _only_rw(cell.value) else reading.rw) if named else reading


def _only_rw(text: object) -> bool:
    return isinstance(text, str) and len(text) < 80 and bool(re.search(r"\bR\.?\s?W\b", text, re.I))


def _which_rt(draft: Draft, column: Cell, other: Cell, around: Around, answers: Answers) -> Cell:
    """Return the cell that holds the RT where two say different ones, which a person decides once for the sheet."""
    first, second = (
        parse_rt(column.value).rt or rt_named_in(clean(column.text[:_LONGEST])),
        rt_named_in(clean(other.text[:_LONGEST])),
    )
    if not second or first == second:
        return column
    if not first:
        return other
    text, of_column = masked(other.text), masked(column.text)
    if _names_an_rt(column):  # two of office, address and village
        facts = {"first": text, "second": of_column}
        why = reason("two_rts_said", "Tertulis “%(first)s”, tetapi juga “%(second)s”. RT mana yang benar?", **facts)
        labels = [reason("choose_rt_of", "Seperti “%(text)s”", text=each) for each in (text, of_column)]
    else:
        facts = {"first": first, "text": text}
        why = reason("two_rts", "Kolom RT berisi %(first)s, tetapi tertulis “%(text)s”. Mana yang benar?", **facts)
        labels = [
            reason("choose_written_rt", "Yang tertulis dengan kata RT"),
            reason("choose_column_rt", "Kolom RT"),
        ]
    choices = (Choice("other", labels[0]), Choice("column", labels[1]), leave_all_out())
    answer = draft.ask(Question(f"rts:{around.sheet}", why, choices, "other"), answers)
    return column if answer == "column" else other


def _asked_rt(draft: Draft, reading: RtReading, around: Around, answers: Answers) -> tuple[str, str]:
    """Ask for an RT that is missing or cannot be read; return it and its RW once a person says so."""
    why = reading.problem or reason("rt_missing", "RT tidak tertulis.")
    proposed = TYPED + "/".join(filter(None, (reading.proposed_rt, reading.proposed_rw)))
    label, alike = (
        reason("choose_rt", "RT %(rt)s", rt=" RW ".join(filter(None, (reading.proposed_rt, reading.proposed_rw)))),
        "",
    )
    if around.numbers and not reading.problem and draft.number and 0 < draft.number < 1000:
        proposed, alike = f"{TYPED}{draft.number:03}", f"rt:numbers:{around.sheet}"
        label = reason("choose_number", "RT %(rt)s, sama dengan nomor urutnya", rt=f"{draft.number:03}")
    known = proposed != TYPED
    choices = (Choice(proposed, label), leave_out()) if known else (leave_out(),)
    question = Question(draft.key("rt"), why, choices, proposed if known else "", alike, free="rt")
    answer = draft.ask(question, answers)
    typed = parse_rt(answer.removeprefix(TYPED)) if answer.startswith(TYPED) else parse_rt(None)
    if answer.startswith(TYPED) and not typed.rt:
        draft.questions.append(question)
        draft.row_class = RowClass.REVIEW
    return typed.rt, typed.rw


def read_village(draft: Draft, cells: Cells, around: Around, places: Places, answers: Answers) -> None:
    """Take the village from the cell, else the group, the row above, the title, the name of sheet or file."""
    district = _district(draft, clean(cells.get("district", EMPTY).text[:_LONGEST]), around, places)
    own = _village_words(cells, around, places)
    source = next((name for name in ("group", "filled", "title") if getattr(around, name)), "")
    text = own or (getattr(around, source) if source else "")
    if not own and source == "filled":
        draft.say("village_filled", "Desa diisi dari baris di atas.")
    if not text:
        _hinted(draft, answers, around, district, places)
        return
    match = places.find_village(text, district.code if district else "")
    settled = around.group or (around.title if "title" in around.sure else "")
    if own and settled and not clean(cells.get("village", EMPTY).text[:_LONGEST]) and match.village:
        above = places.find_village(settled, district.code if district else "").village
        if above and above != match.village:
            _ask_address(draft, answers, above, match.village, around, places)
            return
    if match.how in ("exact", "alias"):
        if not own and source not in around.sure and match.village:
            draft.village = _sure_of(draft, answers, match.village, around, places)
            return
        draft.village = match.village
        _tell_alias(draft, text, match, around)
        if own and around.group and (other := places.find_village(around.group).village) and other != match.village:
            draft.say("village_not_group", "Kolom desa dipakai, bukan judul kelompok %(group)s.", group=other.name)
        return
    _ask_which(draft, answers, match, text, district, around, places)


def _hinted(draft: Draft, answers: Answers, around: Around, district: KnownDistrict | None, places: Places) -> None:
    """Take the village from the name of the sheet or the file; where there is none, ask for it."""
    if around.hint and (district is None or around.hint.district_code == district.code):
        sure = "hint" in around.sure
        draft.village = around.hint if sure else _sure_of(draft, answers, around.hint, around, places)
        return
    _ask_village(draft, answers, reason("village_missing", "Desa tidak tertulis."), (), "", "missing", places)


def _ask_address(
    draft: Draft, answers: Answers, above: KnownVillage, named: KnownVillage, around: Around, places: Places
) -> None:
    """Ask, once for a sheet, whether an address in another village than the list's moves the seat there."""
    why = reason(
        "address_elsewhere", "Daftar ini %(above)s, tetapi alamatnya menyebut %(named)s.",
        above=above.name, named=named.name,
    )  # fmt: skip
    choices = [
        Choice(v.code, reason("choose_village", "%(name)s, %(district)s", name=v.name, district=v.district))
        for v in (above, named)
    ]
    key = f"village:{around.sheet}:{above.code}:{named.code}"
    answer = draft.ask(Question(key, why, (*choices, leave_all_out()), above.code), answers)
    draft.village = places.find_code(answer) if answer not in ("", "skip") else None


def _sure_of(
    draft: Draft, answers: Answers, village: KnownVillage, around: Around, places: Places
) -> KnownVillage | None:
    """Return a village that only the surroundings suggest, once a person has confirmed it for the whole sheet."""
    why = reason(
        "village_unsure", "Desa tidak tertulis di barisnya. Semua dari %(name)s, %(district)s?",
        name=village.name, district=village.district,
    )  # fmt: skip
    chosen = Choice(
        village.code, reason("choose_village", "%(name)s, %(district)s", name=village.name, district=village.district)
    )
    key = f"village:{around.sheet}:{village.code}"
    question = Question(key, why, (chosen, leave_all_out()), village.code, free="village")
    answer = draft.ask(question, answers)
    return places.find_code(answer.removeprefix(TYPED)) if answer not in ("", "skip") else None


def _village_words(cells: Cells, around: Around, places: Places) -> str:
    """Return what the row says of its village.

    An address that does not say "desa" may be a street or a hamlet: it counts only in a list whose addresses are
    villages, and never against the village that stands above the list.
    """
    own = clean(cells.get("village", EMPTY).text[:_LONGEST])
    if own:
        explicit = places.village_text_in(own) if _EXPLICIT.search(own) and _HAS_RT.search(own) else ""
        own = explicit or RT_WORDS.sub(" ", own).strip(" ,.;:-/")
        return own if _LETTERS.search(own) else ""
    address = clean(cells.get("address", EMPTY).text[:_LONGEST])
    if not _LETTERS.search(RT_WORDS.sub(" ", address)):
        position = clean(cells.get("position", EMPTY).text[:_LONGEST])
        named = places.village_text_in(position) if _EXPLICIT.search(position) and _HAS_RT.search(position) else ""
        return named if named and places.find_village(named).how != "none" else ""
    if _EXPLICIT.search(address) and (named := places.village_text_in(address)):
        return named
    settled = around.group or (around.title if "title" in around.sure else "")
    if settled or not around.addresses:
        return ""
    return RT_WORDS.sub(" ", address).strip(" ,.;:-/")


def _district(draft: Draft, own: str, around: Around, places: Places) -> KnownDistrict | None:
    if not own or not _LETTERS.search(own):
        return around.district
    how, districts = places.find_district(own)
    if how in ("exact", "alias"):
        return districts[0]
    if how == "fuzzy" and len(districts) == 1:
        if own not in around.spellings:
            around.spellings.add(own)
            draft.say(
                "district_read", "Kecamatan “%(text)s” dibaca %(name)s.", text=masked(own), name=districts[0].name
            )
        return districts[0]
    return around.district


def _tell_alias(draft: Draft, text: str, match: VillageMatch, around: Around) -> None:
    """Say once for each spelling that a name was read as another one."""
    if match.how == "alias" and plain(text) not in around.spellings:
        around.spellings.add(plain(text))
        draft.say("village_read", "Desa “%(text)s” dibaca %(name)s.", text=masked(text), name=match.villages[0].name)


def _ask_which(
    draft: Draft,
    answers: Answers,
    match: VillageMatch,
    text: str,
    district: KnownDistrict | None,
    around: Around,
    places: Places,
) -> None:
    names = " / ".join(f"{village.name} ({village.district})" for village in match.villages)
    quoted = {"text": masked(text), "names": names, "district": district.name if district else ""}
    why = {
        "fuzzy": reason("village_fuzzy", "Desa “%(text)s” tidak ada persis; mungkin %(names)s.", **quoted),
        "ambiguous": reason("village_ambiguous", "Desa “%(text)s” dapat berarti %(names)s.", **quoted),
        "elsewhere": reason(
            "village_elsewhere", "“%(text)s” tidak ada di Kecamatan %(district)s; ada %(names)s.", **quoted
        ),
        "none": reason("village_unknown", "Desa “%(text)s” tidak dikenal.", **quoted),
    }[match.how]
    likely = [village for village in match.villages if village.district_code == around.likely]
    villages = (*likely, *(village for village in match.villages if village not in likely))
    proposal = villages[0].code if villages and (likely or match.how in ("fuzzy", "elsewhere")) else ""
    _ask_village(draft, answers, why, villages, proposal, f"{plain(text)}:{quoted['district']}", places)


def _ask_village(
    draft: Draft,
    answers: Answers,
    why: Reason,
    villages: tuple[KnownVillage, ...],
    proposal: str,
    alike: str,
    places: Places,
) -> None:
    choices = [
        Choice(
            village.code,
            reason("choose_village", "%(name)s, %(district)s", name=village.name, district=village.district),
        )
        for village in villages
    ]
    key = draft.key("village")
    question = Question(key, why, (*choices, leave_out()), proposal, f"village:{alike}", "village")
    answer = draft.ask(question, answers)
    draft.village = places.find_code(answer.removeprefix(TYPED)) if answer not in ("", "skip") else None
    if answer.startswith(TYPED) and draft.village is None:
        draft.questions.append(question)
        draft.row_class = RowClass.REVIEW
