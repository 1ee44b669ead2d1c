"""What the report of a wave tells, read from where every count is read."""

from sqlalchemy.orm import Session

from ..live.board_store import marks_at
from ..live.store import registration_of
from ..refusals import Refused
from ..schema import Wave
from .certificate_store import materials_of
from .narrative import Narrative
from .recap_store import recap_of
from .transport import total
from .transport_store import pay_list


def narrative_of(session: Session, wave: Wave) -> Narrative:
    """Return all that the report of a wave tells."""
    point = registration_of(session, wave.id)
    moments = [at for at, _name in marks_at(session, point.id)] if point else []
    try:
        payments = pay_list(session, wave).payments
        paid = (len(payments), total(payments).net)
    except Refused:  # no amount is set: nothing was paid
        paid = None
    ends = (min(moments), max(moments)) if moments else (None, None)
    return Narrative(recap_of(session, wave), materials_of(session, wave), *ends, paid)
