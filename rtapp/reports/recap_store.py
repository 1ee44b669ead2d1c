"""Read the recap of a wave and the content of its report."""

from sqlalchemy.orm import Session

from ..live.board_store import marks_at
from ..live.pace import bars
from ..live.store import counts_at, registration_of
from ..refusals import Refused
from ..schema import Wave
from .certificate_store import materials_of
from .narrative import Narrative
from .recap import Recap
from .transport import total
from .transport_store import pay_list


def recap_of(session: Session, wave: Wave) -> Recap:
    """Return the counts and the arrivals at the registration of a wave."""
    point = registration_of(session, wave.id)
    step, shown = bars([at for at, _name in marks_at(session, point.id)] if point else [])
    counts = counts_at(session, point.id) if point else None
    return Recap(wave.number, wave.date, wave.venue, counts, step, shown)


def narrative_of(session: Session, wave: Wave) -> Narrative:
    """Return the content of a wave's report."""
    point = registration_of(session, wave.id)
    moments = [at for at, _name in marks_at(session, point.id)] if point else []
    try:
        payments = pay_list(session, wave).payments
        paid = (len(payments), total(payments).net)
    except Refused:  # no amount is set: nothing was paid
        paid = None
    ends = (min(moments), max(moments)) if moments else (None, None)
    return Narrative(recap_of(session, wave), materials_of(session, wave), *ends, paid)
