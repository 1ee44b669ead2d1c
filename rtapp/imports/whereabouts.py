"""Where a row of a list belongs: its village, district, RT and RW, from the row itself or what stands around it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from ..documents.cells import EMPTY, Cell
from ..refusals import Reason, reason
from ..roster.rt import parse_rt, parse_rw
from ..roster.spelling import clean, masked, plain
from .drafts import TYPED, Answers, Choice, Draft, Question, RowClass, leave_out
from .places import District, Found, Places, Village

Cells = Mapping[str, Cell]
RT_WORDS = re.compile(r"\bR\.?\s?[TW]\.?\s*(?:/\s*R\.?\s?W\.?)?[\s.:\-]*(?:\d[\w/]*|[IVX]+\b)(?:\s*/\s*\d+)?", re.I)
_HAS_RT = re.compile(r"\bR\.?\s?T\b", re.I)
_LETTERS = re.compile(r"[^\W\d_]{3,}")


@dataclass
class Around:
    """What stands around a row: where its village, RW and wave come from when the row itself does not say.

    ``group`` is the village named by the group row above, ``filled`` that of the row above, ``title`` that of the
    title, ``hint`` that of the sheet's or the file's name; ``likely`` the code of the district in which the other
    rows lie; ``days`` the waves by their day. ``told`` remembers what was said once for many rows.
    """

    district: District | None = None
    group: str = ""
    filled: str = ""
    title: str = ""
    hint: Village | None = None
    likely: str = ""
    rw: str = ""
    wave: int | None = None
    days: Mapping[date, int] = field(default_factory=dict)
    told: set[str] = field(default_factory=set)


def read_rt(draft: Draft, cells: Cells, around: Around, answers: Answers) -> None:
    """Take the RT and RW from their columns, an address or an office; ask where they are not certain."""
    address, position = cells.get("address", EMPTY), cells.get("position", EMPTY)
    source = cells.get("rt", EMPTY)
    if source.kind == "empty":
        source = next((cell for cell in (address, position) if _HAS_RT.search(clean(cell.text))), EMPTY)
    reading = parse_rt(source.value)
    rt, rw, why = reading.rt, reading.rw, reading.problem
    if not rt:
        why = why or reason("rt_missing", "RT tidak tertulis.")
        proposed = TYPED + "/".join(filter(None, (reading.proposed_rt, reading.proposed_rw)))
        words = reason(
            "choose_rt", "RT %(rt)s", rt=" RW ".join(filter(None, (reading.proposed_rt, reading.proposed_rw)))
        )
        choices = (Choice(proposed, words), leave_out()) if reading.proposed_rt else (leave_out(),)
        question = Question(draft.key("rt"), why, choices, proposed if reading.proposed_rt else "", free="rt")
        answer = draft.ask(question, answers)
        typed = parse_rt(answer.removeprefix(TYPED)) if answer.startswith(TYPED) else parse_rt(None)
        rt, rw = typed.rt, typed.rw
        if answer.startswith(TYPED) and not rt:
            draft.questions.append(question)
            draft.row_class = RowClass.REVIEW
    draft.rt, draft.rw = rt, parse_rw(cells.get("rw", EMPTY).value) or rw or around.rw


def read_village(draft: Draft, cells: Cells, around: Around, places: Places, answers: Answers) -> None:
    """Take the village from the cell, else the group, the row above, the title, the name of sheet or file."""
    district = _district(draft, clean(cells.get("district", EMPTY).text), around, places)
    own = _village_words(cells)
    text = own or around.group or around.filled or around.title
    if not own and text and text == around.filled and not around.group:
        draft.say("village_filled", "Desa diisi dari baris di atas.")
    if not text:
        if around.hint and (district is None or around.hint.district_code == district.code):
            draft.village = around.hint
            return
        why = reason("village_missing", "Desa tidak tertulis.")
        _ask_village(draft, answers, why, (), "", "missing", places)
        return
    found = places.find_village(text, district.code if district else "")
    if found.how in ("exact", "alias"):
        draft.village = found.village
        _tell_alias(draft, text, found, around)
        if own and around.group and (other := places.find_village(around.group).village) and other != found.village:
            draft.say("village_not_group", "Kolom desa dipakai, bukan judul kelompok %(group)s.", group=other.name)
        return
    _ask_which(draft, answers, found, text, district, around, places)


def _village_words(cells: Cells) -> str:
    """Return what the row says of its village; in an address what is not its RT."""
    own = clean(cells.get("village", EMPTY).text)
    if not own and (address := clean(cells.get("address", EMPTY).text)):
        own = RT_WORDS.sub(" ", address)
    own = RT_WORDS.sub(" ", own).strip(" ,.;:-/")
    return own if _LETTERS.search(own) else ""


def _district(draft: Draft, own: str, around: Around, places: Places) -> District | None:
    if not own or not _LETTERS.search(own):
        return around.district
    how, districts = places.find_district(own)
    if how in ("exact", "alias"):
        return districts[0]
    if how == "fuzzy" and len(districts) == 1:
        if own not in around.told:
            around.told.add(own)
            draft.say(
                "district_read", "Kecamatan “%(text)s” dibaca %(name)s.", text=masked(own), name=districts[0].name
            )
        return districts[0]
    return around.district


def _tell_alias(draft: Draft, text: str, found: Found, around: Around) -> None:
    """Say once for each spelling that a name was read as another one."""
    if found.how == "alias" and plain(text) not in around.told:
        around.told.add(plain(text))
        draft.say("village_read", "Desa “%(text)s” dibaca %(name)s.", text=masked(text), name=found.villages[0].name)


def _ask_which(
    draft: Draft, answers: Answers, found: Found, text: str, district: District | None, around: Around, places: Places
) -> None:
    names = " / ".join(f"{village.name} ({village.district})" for village in found.villages)
    quoted = {"text": masked(text), "names": names, "district": district.name if district else ""}
    why = {
        "fuzzy": reason("village_fuzzy", "Desa “%(text)s” tidak ada persis; mungkin %(names)s.", **quoted),
        "ambiguous": reason("village_ambiguous", "Desa “%(text)s” dapat berarti %(names)s.", **quoted),
        "elsewhere": reason(
            "village_elsewhere", "“%(text)s” tidak ada di Kecamatan %(district)s; ada %(names)s.", **quoted
        ),
        "none": reason("village_unknown", "Desa “%(text)s” tidak dikenal.", **quoted),
    }[found.how]
    likely = [village for village in found.villages if village.district_code == around.likely]
    villages = (*likely, *(village for village in found.villages if village not in likely))
    proposal = villages[0].code if villages and (likely or found.how in ("fuzzy", "elsewhere")) else ""
    _ask_village(draft, answers, why, villages, proposal, f"{plain(text)}:{quoted['district']}", places)


def _ask_village(
    draft: Draft,
    answers: Answers,
    why: Reason,
    villages: tuple[Village, ...],
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
