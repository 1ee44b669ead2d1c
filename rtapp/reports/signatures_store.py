"""Lists that were printed to be signed: which people stand on which page, how many signatures were counted there."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, or_, select
from sqlalchemy.orm import Session

from ..audit.store import note
from ..events.standing_store import doors_of, marked_at
from ..refusals import Refused
from ..schema import Attendance, Checkpoint, Participant, Seat, SignedList, Substitute, Village
from .signatures import Matched, SignedPage, Signer, ToSign
from .transport import position_of

_MOST_NAMED = 900  # ids in one statement


def keep_list(session: Session, actor: str, checkpoint_id: int, listed: ToSign, *, now: datetime) -> SignedList:
    """Keep who stands on which page of a list printed just now; equal content printed again is the same list."""
    known = select(SignedList).where(SignedList.checkpoint_id == checkpoint_id, SignedList.digest == listed.code)
    if found := session.scalar(known):
        return found
    found = SignedList(
        checkpoint_id=checkpoint_id, digest=listed.code, paper=listed.paper, printed_at=now, printed_by=actor[:120],
        pages=[[list(row) for row in page] for page in listed.pages], counts=[None] * len(listed.pages),
    )  # fmt: skip
    session.add(found)
    session.flush()
    note(session, actor, "signed_list.print", "checkpoint", checkpoint_id, now=now, list=found.id, digest=listed.code)
    return found


def lists_of(session: Session, wave_id: int) -> Sequence[SignedList]:
    """Return the lists printed for a wave, the latest first."""
    rows = select(SignedList).join(Checkpoint).where(Checkpoint.wave_id == wave_id)
    return session.scalars(rows.order_by(SignedList.printed_at.desc(), SignedList.id.desc())).all()


def find_list(session: Session, list_id: int) -> SignedList:
    """Return a printed list, or refuse with 404."""
    found = session.get(SignedList, list_id)
    if found is None:
        raise Refused("no_signed_list", "Daftar cetak itu tidak ada.", 404)
    return found


def save_counts(session: Session, actor: str, found: SignedList, counts: list[int | None], *, now: datetime) -> bool:
    """Set how many signatures each page has; return whether anything changed."""
    before = found.counts
    if counts == before:
        return False
    found.counts, found.counted_at, found.counted_by = counts, now, actor[:120]
    session.flush()
    told = {"list": found.id, "before": before, "after": counts}
    note(session, actor, "signed_list.count", "checkpoint", found.checkpoint_id, now=now, **told)
    return True


def matched(session: Session, found: SignedList) -> Matched:
    """Return a printed list against what is recorded at its checkpoint now."""
    numbers = {person: number for page in found.pages for number, person in page}
    signers = {row.id: _signer(row, numbers.get(row.id, 0)) for row in _people(session, found.checkpoint_id, numbers)}
    pages = [
        SignedPage(at, [signers[person] for _number, person in page], counted)
        for at, (page, counted) in enumerate(zip(found.pages, found.counts, strict=True), start=1)
    ]
    return Matched(pages, [signer for signer in signers.values() if not signer.number])


def _people(session: Session, checkpoint_id: int, listed: dict[int, int]) -> list[Row[Any]]:
    """Return those on the list, and whoever else is present."""
    mark = marked_at(doors_of(session, checkpoint_id))
    rows = (
        select(
            Participant.id, Participant.name, Participant.kind, Seat.rt, Seat.rw, Village.name.label("village"),
            Village.kind.label("village_kind"), Attendance.id.label("mark"), Substitute.name.label("substitute"),
        )
        .select_from(Participant)
        .outerjoin(Attendance, mark)
        .outerjoin(Substitute, Substitute.id == Attendance.substitute_id)
        .outerjoin(Seat, Seat.id == Participant.seat_id)
        .outerjoin(Village, Village.id == Seat.village_id)
        .order_by(Village.code.is_(None), Village.code, Seat.rt, Seat.rw, Participant.name_key, Participant.id)
    )  # fmt: skip
    ids, found = sorted(listed), []
    for start in range(0, max(len(ids), 1), _MOST_NAMED):
        some = Participant.id.in_(ids[start : start + _MOST_NAMED])
        found += session.execute(rows.where(some if start else or_(some, Attendance.id.is_not(None)))).all()
    return list({row.id: row for row in found}.values())


def _signer(row: Row[Any], number: int) -> Signer:
    position = position_of(row.kind, row.rt, row.rw, row.village, row.village_kind)
    return Signer(number, row.name, position, row.mark is not None, row.substitute or "")
