"""Lists printed to be signed: the people on each page, and the signatures counted there."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, or_, select
from sqlalchemy.orm import Session

from ..audit.store import note
from ..events.standing_store import doors_of, marked_at
from ..refusals import existing
from ..schema import BY_PLACE, PLACED, Attendance, Checkpoint, Participant, Seat, SignedList, Substitute, Village
from .signatures import Matched, SignedPage, Signer, ToSign
from .transport import position_of

_MOST_NAMED = 900  # ids in one statement


def keep_list(session: Session, actor: str, checkpoint_id: int, listed: ToSign, *, now: datetime) -> SignedList:
    """Store the people on each page of a list just printed; printing the same content again is the same list."""
    known = select(SignedList).where(SignedList.checkpoint_id == checkpoint_id, SignedList.digest == listed.code)
    if printed_list := session.scalar(known):
        return printed_list
    printed_list = SignedList(
        checkpoint_id=checkpoint_id, digest=listed.code, paper=listed.paper, printed_at=now, printed_by=actor[:120],
        pages=[[list(row) for row in page] for page in listed.pages], counts=[None] * len(listed.pages),
    )  # fmt: skip
    session.add(printed_list)
    session.flush()
    facts = {"list": printed_list.id, "digest": listed.code}
    note(session, actor, "signed_list.print", "checkpoint", checkpoint_id, now=now, **facts)
    return printed_list


def lists_of(session: Session, wave_id: int) -> Sequence[SignedList]:
    """Return the lists printed for a wave, the latest first."""
    rows = select(SignedList).join(Checkpoint).where(Checkpoint.wave_id == wave_id)
    return session.scalars(rows.order_by(SignedList.printed_at.desc(), SignedList.id.desc())).all()


def find_list(session: Session, list_id: int) -> SignedList:
    """Return a printed list, or refuse with 404."""
    return existing(session.get(SignedList, list_id), "no_signed_list", "Daftar cetak itu tidak ada.")


def save_counts(
    session: Session, actor: str, printed_list: SignedList, counts: list[int | None], *, now: datetime
) -> bool:
    """Set how many signatures each page has; return whether anything changed."""
    before = printed_list.counts
    if counts == before:
        return False
    printed_list.counts, printed_list.counted_at, printed_list.counted_by = counts, now, actor[:120]
    session.flush()
    facts = {"list": printed_list.id, "before": before, "after": counts}
    note(session, actor, "signed_list.count", "checkpoint", printed_list.checkpoint_id, now=now, **facts)
    return True


def matched(session: Session, printed_list: SignedList) -> Matched:
    """Return a printed list compared with the current record of its checkpoint."""
    numbers = {person: number for page in printed_list.pages for number, person in page}
    people = _people(session, printed_list.checkpoint_id, numbers)
    signers = {row.id: _signer(row, numbers.get(row.id, 0)) for row in people}
    pages = [
        SignedPage(at, [signers[person] for _number, person in page], counted)
        for at, (page, counted) in enumerate(zip(printed_list.pages, printed_list.counts, strict=True), start=1)
    ]
    return Matched(pages, [signer for signer in signers.values() if not signer.number])


def _people(session: Session, checkpoint_id: int, listed: dict[int, int]) -> list[Row[Any]]:
    """Return the people on the list, and everybody else who is present."""
    rows = (
        select(
            Participant.id, Participant.name, Participant.kind, Seat.rt, Seat.rw, Village.name.label("village"),
            Village.kind.label("village_kind"), Attendance.id.label("mark"), Substitute.name.label("substitute"),
        )
        .select_from(PLACED)
        .outerjoin(Attendance, marked_at(doors_of(session, checkpoint_id)))
        .outerjoin(Substitute, Substitute.id == Attendance.substitute_id)
        .order_by(*BY_PLACE)
    )  # fmt: skip
    ids, people = sorted(listed), []
    for start in range(0, max(len(ids), 1), _MOST_NAMED):
        some = Participant.id.in_(ids[start : start + _MOST_NAMED])
        people += session.execute(rows.where(some if start else or_(some, Attendance.id.is_not(None)))).all()
    return list({row.id: row for row in people}.values())


def _signer(row: Row[Any], number: int) -> Signer:
    position = position_of(row.kind, row.rt, row.rw, row.village, row.village_kind)
    return Signer(number, row.name, position, row.mark is not None, row.substitute or "")
