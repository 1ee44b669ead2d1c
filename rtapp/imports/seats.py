"""Rows of a list that are about one seat: RWs told apart, doubles settled, offices that are no head's."""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ..refusals import Reason, reason
from ..roster.names import name_key, same_person
from .drafts import Answers, Choice, Draft, Question, RowClass, leave_out
from .offices import is_beside_head, is_head

_BOARD = 0.2  # from this share of a village's rows on, officers beside the heads are a habit of the list


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
    """The roster before an import: its seats, the wave each district is invited to, all waves.

    ``rows`` are the fields of a KnownSeat, then of its Head (None throughout where it has none): plain values, for they
    go to another process.
    """

    rows: Sequence[tuple[Any, ...]]
    invited: Mapping[str, int]
    waves: frozenset[int]

    @cached_property
    def seats(self) -> Mapping[tuple[str, str], Sequence[KnownSeat]]:
        """The seats by (village code, RT)."""
        seats = defaultdict(list)
        for row in self.rows:
            seat = KnownSeat(*row[:5], head=Head(*row[5:]) if row[5] else None)
            seats[seat.village_code, seat.rt].append(seat)
        return seats

    def wave_of(self, district_code: str) -> int | None:
        """Return the wave of a district, which this list may be the first to name."""
        return next(iter(self.waves)) if len(self.waves) == 1 else self.invited.get(district_code)


NOBODY = Known((), {}, frozenset())


def settle_seats(seated: Sequence[Draft], known: Known, answers: Answers) -> None:
    """Leave one row for each seat; where its RW or its person is not certain, a person is asked."""
    for same_rt in _grouped(seated, lambda draft: (draft.village.code, draft.rt)):
        _tell_rws_apart(same_rt, known, answers)
    _say_partial_rw(seated)
    _leave_out_boards(seated)
    for same_seat in _grouped([draft for draft in seated if draft.is_seat], lambda draft: draft.seat):
        _settle_doubles(same_seat, answers)
    _say_shared_phones(seated)


def _grouped(drafts: Iterable[Draft], key: Callable[[Draft], Hashable]) -> list[list[Draft]]:
    groups: dict[Hashable, list[Draft]] = defaultdict(list)
    for draft in drafts:
        groups[key(draft)].append(draft)
    return list(groups.values())


def _tell_rws_apart(drafts: list[Draft], known: Known, answers: Answers) -> None:
    """Decide for the rows of one RT of one village whether their RWs make them different seats."""
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


def _leave_out_boards(drafts: Sequence[Draft]) -> None:
    """Leave out the secretaries and treasurers of lists that name every RT's officers.

    A single one among heads is asked about: it may be an office mistyped.
    """
    for rows in _grouped([draft for draft in drafts if draft.is_seat], lambda draft: draft.sheet):
        beside = [draft for draft in rows if is_beside_head(draft.position)]
        head_seats = {draft.seat for draft in rows if is_head(draft.position)}
        if len(beside) < _BOARD * len(rows) or not any(draft.seat in head_seats for draft in beside):
            continue
        for draft in beside:
            draft.skip(reason("other_office", "Jabatan tertulis %(office)s, bukan Ketua RT.", office=draft.position))


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
    people: list[Draft] = []
    for draft in named:
        first = next((other for other in people if name_key(other.name) == name_key(draft.name)), None)
        if first is None:
            people.append(draft)
            continue
        if draft.phone and (not first.phone or draft.dated):  # the later of two answers is the newer one
            first.phone = draft.phone
        draft.skip(reason("double", "Sama dengan %(sheet)s baris %(row)s.", sheet=first.sheet, row=first.row))
    if len(people) > 1:
        _ask_which(people, answers)
    elif people:
        _ask_office(people[0], answers)


def _ask_which(drafts: list[Draft], answers: Answers) -> None:
    """Ask which of several people is the head of one seat; whole sheets against each other where they are different."""
    sheets = list(dict.fromkeys(draft.sheet for draft in drafts))
    by_sheet = len(sheets) == len(drafts)
    heads = [draft for draft in drafts if is_head(draft.position)]
    choices = [Choice(_double_value(draft, by_sheet), _double_label(draft, by_sheet)) for draft in drafts]
    chosen = heads[0] if len(heads) == 1 else drafts[-1] if by_sheet or all(draft.dated for draft in drafts) else None
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


def _double_label(draft: Draft, by_sheet: bool) -> Reason:
    if by_sheet:
        return reason("choose_sheet", "Lembar %(sheet)s", sheet=draft.sheet)
    facts = {"name": draft.name, "row": draft.row, "position": draft.position or "–"}
    return reason("choose_row", "%(name)s (%(position)s, baris %(row)s)", **facts)


def _ask_office(draft: Draft, answers: Answers) -> None:
    """Ask about somebody whose office is not that of a head."""
    if not is_beside_head(draft.position):
        return
    why = reason("no_head", "Jabatan tertulis %(position)s, bukan Ketua RT.", position=draft.position)
    keep = Choice("keep", reason("choose_as_head", "Catat sebagai Ketua RT"))
    draft.ask(Question(draft.key("office"), why, (keep, leave_out()), "keep", "office"), answers)
