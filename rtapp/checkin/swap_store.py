"""The wrong person was marked: their mark is taken back and that of the right one made, in one step."""

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
    """Take a mark back and record the right person at the same checkpoint; both stay in the trail.

    Refused as void_mark and record_scan refuse, and with 404 where nobody is named.
    """
    mark = void_mark(session, actor, attendance_id, WRONG_PERSON, now=now, instead=participant_id)
    if participant_id is None:
        raise Refused("no_participant", "Peserta ini tidak ada.", 404)
    recorder = Recorder(actor.name, actor.device_id, actor.user_id)
    right = attempt_by(recorder, nonce, mark.checkpoint_id, Source.SEARCH, participant_id=participant_id)
    return record_scan(session, right, now=now)
