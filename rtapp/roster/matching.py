"""Drafts held against the roster: same seat? same person? what is new, changed, replaced, missing."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from ..events.waves import numeral
from ..refusals import reason
from .drafts import Answers, Change, Choice, Draft, Question, RowClass, leave_out
from .names import name_key
from .spelling import clean

_ALIKE = 0.82  # from here two names may be one person, spelt by two hands
_QUIET = {"gender"}  # filled in where nobody had said it, which changes nothing that anybody looks for
_HEAD = re.compile(r"\bketua(?:\s+r\.?\s?t)?\b(?!\s*r\.?\s?w)", re.I)
_NO_HEAD = re.compile(r"\b(?:sekretaris|bendahara|wakil|anggota|staf|seksi|sekre)\b", re.I)
_OTHER_OFFICE = re.compile(r"\bketua\s+r\.?\s?w\b|\bkepala\b|\bkadus\b|\blurah\b|\bkaur\b|\bkasi\b", re.I)


@dataclass(frozen=True)
class Head:
    """Who holds a seat now; ``wave`` is a wave's number."""

    id: int
    name: str
    phone: str
    gender: str
    note: str
    wave: int | None
    version: int


@dataclass(frozen=True)
class KnownSeat:
    """A seat of the roster, with its head where it has one."""

    id: int
    village_code: str
    rt: str
    rw: str
    rw_in_key: str
    head: Head | None = None


@dataclass(frozen=True)
class Known:
    """The roster before an import: seats by (village code, RT), the wave each district is invited to, all waves."""

    seats: Mapping[tuple[str, str], Sequence[KnownSeat]]
    invited: Mapping[str, int]
    waves: frozenset[int]


def match(drafts: Sequence[Draft], known: Known, answers: Answers) -> list[KnownSeat]:
    """Say of every draft what it does to the roster; return the seats with a head that its villages no longer list."""
    seated = [draft for draft in drafts if draft.is_seat and draft.village and draft.rt]
    for same_rt in _grouped(seated, lambda draft: (draft.village.code, draft.rt)):
        _tell_rws_apart(same_rt, known, answers)
    _say_partial_rw(seated)
    for same_seat in _grouped([draft for draft in seated if draft.is_seat], _seat_key):
        _settle_doubles(same_seat, answers)
    _say_shared_phones(seated)
    listed: set[int] = set()
    for draft in seated:
        seat = _known_seat(draft, known)
        listed |= {seat.id} if seat else set()
        if draft.is_seat:
            _compare(draft, seat, known, answers)
    return _missing(drafts, known, listed)


def same_person(one: str, other: str) -> bool:
    """Say whether two names of one seat's heads are one person for certain: but for titles, one in the other."""
    first, second = name_key(one).split(), name_key(other).split()
    return set(first) <= set(second) or set(second) <= set(first)


def alike(one: str, other: str) -> bool:
    """Say whether two names may be one person's, spelt by two hands."""
    return SequenceMatcher(None, name_key(one), name_key(other), autojunk=False).ratio() >= _ALIKE


def _grouped(drafts: Iterable[Draft], key) -> list[list[Draft]]:  # type: ignore[no-untyped-def]
    groups: dict[object, list[Draft]] = defaultdict(list)
    for draft in drafts:
        groups[key(draft)].append(draft)
    return list(groups.values())


def _seat_key(draft: Draft) -> tuple[str, str, str]:
    assert draft.village is not None
    return draft.village.code, draft.rt, draft.rw_in_key


def _known_seat(draft: Draft, known: Known) -> KnownSeat | None:
    """Return the roster's seat of a draft; an RW is an attribute unless the village has this RT under two."""
    assert draft.village is not None
    seats = known.seats.get((draft.village.code, draft.rt), ())
    if draft.rw_in_key:
        return next((seat for seat in seats if draft.rw_in_key in (seat.rw_in_key, seat.rw)), None)
    return next((seat for seat in seats if not seat.rw_in_key), seats[0] if len(seats) == 1 else None)


def _tell_rws_apart(drafts: list[Draft], known: Known, answers: Answers) -> None:
    """Decide for the rows of one RT of one village whether their RWs make them different seats (desk.md §2)."""
    village = drafts[0].village
    assert village is not None
    seats = known.seats.get((village.code, drafts[0].rt), ())
    rws = sorted({draft.rw for draft in drafts if draft.rw} | {seat.rw for seat in seats if seat.rw_in_key})
    split = len(seats) > 1
    if split or (len(rws) > 1 and not seats):
        for draft in drafts:
            _take_rw(draft, rws, seats, answers)
        return
    for draft in drafts:
        if seats and draft.rw and seats[0].rw not in ("", draft.rw):
            _ask_apart(draft, seats[0], answers)
    if len(rws) > 1 and seats and not seats[0].rw:  # two RWs in the list, none in the roster: which one is it?
        for draft in drafts:
            _ask_apart(draft, seats[0], answers)


def _take_rw(draft: Draft, rws: Sequence[str], seats: Sequence[KnownSeat], answers: Answers) -> None:
    """Make RW part of the seat's key; a row that says none is asked."""
    if not draft.rw:
        own = next((s.rw for s in seats if s.head and draft.name and same_person(s.head.name, draft.name)), "")
        choices = [Choice(f"rw-{rw}", reason("choose_rw", "RW %(rw)s", rw=rw)) for rw in rws]
        why = reason("which_rw", "RT %(rt)s ada di beberapa RW: %(rws)s.", rt=draft.rt, rws=", ".join(rws))
        question = Question(draft.key("rw"), why, (*choices, leave_out()), f"rw-{own}" if own else "")
        draft.rw = draft.ask(question, answers).removeprefix("rw-").removeprefix("skip")
    draft.rw_in_key = draft.rw
    draft.say("rw_in_key", "RT ini ada di beberapa RW; RW ikut membedakannya.")


def _ask_apart(draft: Draft, seat: KnownSeat, answers: Answers) -> None:
    held = bool(seat.head and draft.name and same_person(seat.head.name, draft.name))
    facts = {"rt": draft.rt, "rw": draft.rw or "–", "stored": seat.rw or "–"}
    why = reason("rw_differs", "RT %(rt)s RW %(rw)s, tersimpan RW %(stored)s: kursi yang sama?", **facts)
    same = Choice("same", reason("choose_same_seat", "Kursi yang sama; RW dibetulkan"))
    apart = Choice("apart", reason("choose_apart", "Kursi lain di RW lain"))
    question = Question(draft.key("apart"), why, (same, apart, leave_out()), "same" if held else "apart", "apart")
    if draft.ask(question, answers) == "apart":
        draft.rw_in_key = draft.rw


def _say_partial_rw(drafts: Sequence[Draft]) -> None:
    """Say where a village's list has an RW in some of its rows only."""
    for rows in _grouped(drafts, lambda draft: draft.village.code):
        with_rw = [draft for draft in rows if draft.rw]
        if 0 < len(with_rw) < len(rows):
            for draft in with_rw:
                draft.say(
                    "rw_partial", "RW hanya diisi pada %(some)s dari %(all)s baris desa ini.",
                    some=len(with_rw), all=len(rows),
                )  # fmt: skip


def _say_shared_phones(drafts: Sequence[Draft]) -> None:
    times = Counter(draft.phone for draft in drafts if draft.phone and draft.is_seat)
    for draft in drafts:
        if draft.is_seat and times[draft.phone] > 1:
            draft.say("phone_shared", "Nomor HP yang sama dipakai %(times)s orang.", times=times[draft.phone])


def _settle_doubles(drafts: list[Draft], answers: Answers) -> None:
    """Leave one row of a seat that is listed twice; where they name different people, a person chooses."""
    named = [draft for draft in drafts if draft.name]
    for draft in drafts:
        if (draft.row_class is RowClass.VACANT and draft is not drafts[0]) or (
            draft.row_class is RowClass.VACANT and named
        ):
            draft.skip(reason("double_vacant", "RT ini juga ada di baris lain."))
    kept: list[Draft] = []
    for draft in named:
        first = next((other for other in kept if name_key(other.name) == name_key(draft.name)), None)
        if first is None:
            kept.append(draft)
            continue
        if not first.phone and draft.phone:
            first.phone = draft.phone
        draft.skip(reason("double", "Sama dengan %(sheet)s baris %(row)s.", sheet=first.sheet, row=first.row))
    if len(kept) > 1:
        _ask_which(kept, answers)
    elif kept:
        _ask_office(kept[0], answers)


def _ask_which(drafts: list[Draft], answers: Answers) -> None:
    """Ask which of several people is the head of one seat; whole sheets against each other where they are different."""
    sheets = list(dict.fromkeys(draft.sheet for draft in drafts))
    by_sheet = len(sheets) == len(drafts)
    heads = [draft for draft in drafts if _HEAD.search(draft.position) and not _NO_HEAD.search(draft.position)]
    choices = [Choice(_double_value(draft, by_sheet), _double_label(draft, by_sheet)) for draft in drafts]
    chosen = heads[0] if len(heads) == 1 else drafts[-1] if by_sheet else None
    names = " / ".join(draft.name for draft in drafts)
    why = (
        reason("double_sheets", "Kursi yang sama ada di dua lembar, dengan orang berbeda: %(names)s.", names=names)
        if by_sheet
        else reason("double_people", "Satu RT dengan lebih dari satu orang: %(names)s.", names=names)
    )
    question = Question(
        f"double:{drafts[0].seat}", why, (*choices, leave_out()), _double_value(chosen, by_sheet) if chosen else "",
        f"double:{'|'.join(sheets)}" if by_sheet else "",
    )  # fmt: skip
    for draft in drafts:
        answer = draft.ask(question, answers)
        if answer and draft.is_seat and answer != _double_value(draft, by_sheet):
            draft.skip(reason("double_lost", "Baris lain dipakai untuk RT ini."))


def _double_value(draft: Draft, by_sheet: bool) -> str:
    return f"sheet-{draft.sheet}" if by_sheet else draft.key("row")


def _double_label(draft: Draft, by_sheet: bool):  # type: ignore[no-untyped-def]
    if by_sheet:
        return reason("choose_sheet", "Lembar %(sheet)s", sheet=draft.sheet)
    facts = {"name": draft.name, "row": draft.row, "position": draft.position or "–"}
    return reason("choose_row", "%(name)s (%(position)s, baris %(row)s)", **facts)


def _ask_office(draft: Draft, answers: Answers) -> None:
    """Ask about somebody whose office is not that of a head."""
    other = bool(_OTHER_OFFICE.search(draft.position))
    if not other and not _NO_HEAD.search(draft.position):
        return
    why = reason("no_head", "Jabatan tertulis %(position)s, bukan Ketua RT.", position=draft.position)
    keep = Choice("keep", reason("choose_as_head", "Catat sebagai Ketua RT"))
    draft.ask(
        Question(draft.key("office"), why, (keep, leave_out()), "skip" if other else "keep", f"office:{other}"), answers
    )


def _compare(draft: Draft, seat: KnownSeat | None, known: Known, answers: Answers) -> None:
    """Say what a row does to its seat."""
    draft.seat_id, head = (seat.id, seat.head) if seat else (None, None)
    if draft.row_class is RowClass.VACANT:
        if head:
            stored = {"name": head.name}
            draft.say(
                "vacant_but_held", "Di daftar peserta masih %(name)s; arsipkan dengan tangan bila benar.", **stored
            )
        return
    draft.holder = head.id if head else None
    if not draft.name:
        return
    if head is None:
        draft.change = Change.NEW
    elif same_person(head.name, draft.name):
        draft.change = Change.SAME
    else:
        _ask_person(draft, head, answers)
    if draft.is_seat:
        _settle_wave(draft, head, known, answers)
    if draft.is_seat and head and seat and draft.change is Change.SAME:
        _collect_changes(draft, head, seat)
    if draft.row_class is RowClass.REVIEW and draft.change is not Change.REPLACED:
        draft.change = None


def _ask_person(draft: Draft, head: Head, answers: Answers) -> None:
    """Ask whether another name means another person."""
    facts = {"old": head.name, "new": draft.name}
    replace = Choice("replace", reason("choose_replace", "Ganti orang: kartu baru, kartu lama dicabut"))
    same = Choice("same", reason("choose_same", "Orang yang sama; ejaannya dibetulkan"))
    keep = Choice("skip", reason("choose_keep_old", "Tetap %(old)s", **facts))
    if alike(head.name, draft.name):
        why = reason("spelt_otherwise", "Nama berbeda ejaan: %(old)s → %(new)s.", **facts)
        question = Question(draft.key("person"), why, (same, replace, keep), "same", "spelt")
    else:
        why = reason("replaced", "Ganti orang: %(old)s → %(new)s.", **facts)
        question = Question(draft.key("person"), why, (replace, same, keep), "replace", "replaced")
    answer = draft.ask(question, answers)
    draft.change = Change.SAME if answer == "same" else Change.REPLACED
    if not draft.is_seat or (not answer and question.proposal == "same"):
        draft.change = None


def _settle_wave(draft: Draft, head: Head | None, known: Known, answers: Answers) -> None:
    """Give the row its wave: the one it names, unless the roster or the invitation says another, then a person."""
    assert draft.village is not None
    told, invited = draft.wave, known.invited.get(draft.village.district_code)
    if told is not None and told not in known.waves:
        draft.say("no_such_wave", "Gelombang %(wave)s tidak ada di acara ini.", wave=told)
        told = None
    expected = head.wave if head and head.wave is not None else invited
    draft.wave = told or expected
    if told and expected and told != expected:
        facts = {"told": numeral(told), "expected": numeral(expected), "district": draft.village.district}
        why = reason(
            "wave_differs", "Gelombang %(told)s, padahal Kecamatan %(district)s terjadwal %(expected)s.", **facts
        )
        choices = [
            Choice(f"wave-{wave}", reason("choose_wave", "Gelombang %(wave)s", wave=numeral(wave)))
            for wave in (expected, told)
        ]
        proposal = f"wave-{told if invited == told else expected}"
        alike_key = f"wave:{told}:{expected}:{draft.village.district_code}"
        answer = draft.ask(Question(draft.key("wave"), why, (*choices, leave_out()), proposal, alike_key), answers)
        draft.wave = int(answer.removeprefix("wave-")) if answer.startswith("wave-") else expected
    if draft.wave is None and draft.is_seat:
        draft.say("no_wave", "Gelombang belum ditentukan.")


def _collect_changes(draft: Draft, head: Head, seat: KnownSeat) -> None:
    """Note which stored values the row changes; an empty cell never erases, fewer words never shorten a name."""
    shorter = len(name_key(draft.name).split()) < len(name_key(head.name).split())
    new = {
        "name": head.name if shorter or clean(head.name).casefold() == draft.name.casefold() else draft.name,
        "phone": draft.phone or head.phone,
        "gender": head.gender or draft.gender,
        "note": head.note
        if not draft.note or draft.note in head.note
        else " · ".join(filter(None, (head.note, draft.note))),
        "wave": draft.wave if draft.wave is not None else head.wave,
        "rw": draft.rw or seat.rw,
    }
    old = {
        "name": head.name,
        "phone": head.phone,
        "gender": head.gender,
        "note": head.note,
        "wave": head.wave,
        "rw": seat.rw,
    }
    draft.changes = {field: (old[field], new[field]) for field in new if new[field] != old[field]}
    if set(draft.changes) - _QUIET:
        draft.change = Change.UPDATED


def _missing(drafts: Sequence[Draft], known: Known, listed: set[int]) -> list[KnownSeat]:
    """Return the seats with a head in the listed villages that no row is about, nor may be about once it is settled."""
    villages = {draft.village.code for draft in drafts if draft.village and draft.is_seat}
    unsettled = {name_key(draft.name) for draft in drafts if draft.is_open and not draft.rt and draft.name}
    return [
        seat
        for (village, _rt), seats in sorted(known.seats.items())
        for seat in seats
        if village in villages and seat.head and seat.id not in listed and name_key(seat.head.name) not in unsettled
    ]
