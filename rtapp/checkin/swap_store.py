"""Swapping a mark: the wrong person's is undone and the right person's made, in one step."""

from datetime import datetime

from sqlalchemy.orm import Session

from ..accounts.roles import Actor
from ..refusals import Refused
from .attempt import Answer, Recorder, attempt_by
from .marks_store import void_mark
from .store import record_scan
from .verdict import Source

WRONG_PERSON = "Salah orang"


def swap_mark(
    session: Session, actor: Actor, attendance_id: int, participant_id: int | None, nonce: str, *, now: datetime
) -> Answer:
    """Undo a mark and record the right person at the same checkpoint; the trail keeps both.

    Refused as by void_mark and record_scan, and with 404 when no participant is given.
    """
    mark = void_mark(session, actor, attendance_id, WRONG_PERSON, now=now, instead=participant_id)
    if participant_id is None:
        raise Refused("no_participant", "Peserta ini tidak ada.", 404)
    recorder = Recorder(actor.name, actor.device_id, actor.user_id)
    right = attempt_by(recorder, nonce, mark.checkpoint_id, Source.SEARCH, participant_id=participant_id)
    return record_scan(session, right, now=now)
