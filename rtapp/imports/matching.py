"""Drafts held against the roster: the same person? what is new, changed, replaced, missing."""

from collections.abc import Sequence
from difflib import SequenceMatcher

from ..events.waves import numeral
from ..refusals import reason
from ..roster.names import name_key, same_person
from ..roster.spelling import clean
from .drafts import Answers, Change, Choice, Draft, Question, RowClass, leave_out
from .seats import Head, Known, KnownSeat, settle_seats

_ALIKE = 0.82  # from here two names may be one person, spelt by two hands
_QUIET = {"gender"}  # filled in where nobody had said it, which changes nothing that anybody looks for


def match(drafts: Sequence[Draft], known: Known, answers: Answers) -> list[KnownSeat]:
    """Set what every draft changes in the roster; return the occupied seats that its villages no longer list."""
    seated = [draft for draft in drafts if draft.is_seat and draft.village and draft.rt]
    settle_seats(seated, known, answers)
    listed: set[int] = set()
    for draft in seated:
        seat = _known_seat(draft, known)
        listed |= {seat.id} if seat else set()
        if draft.is_seat:
            _compare(draft, seat, known, answers)
    return _missing(drafts, known, listed)


def alike(name: str, other: str) -> bool:
    """Say whether two names may be one person's, spelt by two hands."""
    return SequenceMatcher(None, name_key(name), name_key(other), autojunk=False).ratio() >= _ALIKE


def _known_seat(draft: Draft, known: Known) -> KnownSeat | None:
    """Return the roster's seat of a draft; an RW is an attribute unless the village has this RT under two."""
    assert draft.village is not None
    seats = known.seats.get((draft.village.code, draft.rt), ())
    if draft.rw_in_key:
        return next((seat for seat in seats if draft.rw_in_key in (seat.rw_in_key, seat.rw)), None)
    return next((seat for seat in seats if not seat.rw_in_key), seats[0] if len(seats) == 1 else None)


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
    row_wave, invited = draft.wave, known.wave_of(draft.village.district_code)
    if row_wave is not None and row_wave not in known.waves:
        draft.say("no_such_wave", "Gelombang %(wave)s tidak ada di acara ini.", wave=row_wave)
        row_wave = None
    expected = head.wave if head and head.wave is not None else invited
    draft.wave = row_wave or expected
    if row_wave and expected and row_wave != expected:
        facts = {"told": numeral(row_wave), "expected": numeral(expected), "district": draft.village.district}
        why = reason(
            "wave_differs", "Gelombang %(told)s, padahal Kecamatan %(district)s terjadwal %(expected)s.", **facts
        )
        choices = [
            Choice(f"wave-{wave}", reason("choose_wave", "Gelombang %(wave)s", wave=numeral(wave)))
            for wave in (expected, row_wave)
        ]
        proposal = f"wave-{row_wave if invited == row_wave else expected}"
        alike_key = f"wave:{row_wave}:{expected}:{draft.village.district_code}"
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
    """Return the occupied seats in the listed villages that no row is about, unless an open question may name them."""
    villages = {draft.village.code for draft in drafts if draft.village and draft.is_seat}
    unsettled = {name_key(draft.name) for draft in drafts if draft.is_open and not draft.rt and draft.name}
    return [
        seat
        for (village, _rt), seats in sorted(known.seats.items())
        for seat in seats
        if village in villages and seat.head and seat.id not in listed and name_key(seat.head.name) not in unsettled
    ]
