"""Transport money of a wave: the committee's rates, and who is paid at which checkpoint, by whom."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from ..audit.store import note
from ..checkin.transport_store import Transport, transport_of_all
from ..events.checkpoint_store import checkpoints_of
from ..events.standing_store import doors_of, lists_among, marked_at
from ..events.waves import CheckpointKind, numeral
from ..refusals import Reason, Refused, reason
from ..schema import (
    BY_PLACE,
    PLACED,
    Attendance,
    Checkpoint,
    Device,
    Participant,
    Seat,
    Substitute,
    TransportRate,
    User,
    Village,
    Wave,
)
from .transport import KINDS, Payment, Rate, position_of, village_of


@dataclass(frozen=True)
class PayList:
    """The people paid for being present at ``point``; ``unrated`` counts those present whose kind has no rate."""

    wave: Wave
    point: Checkpoint
    payments: tuple[Payment, ...]
    unrated: Mapping[str, int]


def rates_of(session: Session, wave_id: int) -> dict[str, Rate]:
    """Return what each kind of participant is paid in a wave; kinds that are not paid are absent."""
    rows = session.scalars(select(TransportRate).where(TransportRate.wave_id == wave_id, TransportRate.amount > 0))
    return {row.kind: Rate(row.amount, row.tax, row.percent) for row in rows}


def save_rates(session: Session, actor: str, wave: Wave, rates: Mapping[str, Rate], *, now: datetime) -> bool:
    """Set what each kind is paid, nothing for those absent; return whether anything changed."""
    before = rates_of(session, wave.id)
    if dict(rates) == before:
        return False
    rows = {row.kind: row for row in session.scalars(select(TransportRate).where(TransportRate.wave_id == wave.id))}
    for kind in KINDS:
        rate = rates.get(kind, Rate(0))
        row = rows.get(kind) or TransportRate(wave_id=wave.id, kind=kind)
        row.amount, row.tax, row.percent = rate.amount, rate.tax, rate.percent
        session.add(row)
    session.flush()
    facts = {"before": _plain(before), "after": _plain(rates)}
    note(session, actor, "transport.rates", "wave", wave.id, now=now, **facts)
    return True


def payable_points(session: Session, wave_id: int) -> Sequence[Checkpoint]:
    """Return the checkpoints whose presence may be paid for: of transport first, then the others.

    All doors of a registration count as one; a rehearsal does not count.
    """
    points = lists_among(checkpoints_of(session, wave_id))
    order = [CheckpointKind.TRANSPORT, CheckpointKind.HADIR]
    return sorted(points, key=lambda point: order.index(point.kind) if point.kind in order else len(order))


def pay_list(session: Session, wave: Wave, checkpoint_id: int | None = None) -> PayList:
    """Return who is paid for being present or represented at a checkpoint, else at the first payable one in use.

    Refused where the wave has no such checkpoint, and where no amount is set.
    """
    points = payable_points(session, wave.id)
    doors = doors_of(session, checkpoint_id) if checkpoint_id is not None else []
    point = next((point for point in points if point.id in doors), None)
    if checkpoint_id is None and points:
        used = (point for point in points if session.scalar(_marked(doors_of(session, point.id))))
        point = next(used, points[0])
    if point is None:
        raise Refused("no_point", "Gelombang ini tidak punya titik absensi itu.", 404)
    rates = rates_of(session, wave.id)
    if not rates:
        wave_named = numeral(wave.number)
        raise Refused("no_rate", "Jumlah uang transport Gelombang %(wave)s belum diisi.", 409, wave=wave_named)
    rows = session.execute(_present(doors_of(session, point.id))).all()
    known = transport_of_all(session, wave.id, {row.id: row.substitute_id for row in rows})
    paid = _paid(session, wave.id, point)
    payments = [_payment(row, rates, known[row.id], paid.get(row.id)) for row in rows if row.kind in rates]
    unrated = [row.kind for row in rows if row.kind not in rates]
    return PayList(wave, point, tuple(payments), {kind: unrated.count(kind) for kind in KINDS if kind in unrated})


def _marked(checkpoint_ids: Sequence[int]) -> Any:
    rows = select(Attendance.id).where(Attendance.checkpoint_id.in_(checkpoint_ids))
    return rows.where(Attendance.is_live).limit(1)


def _plain(rates: Mapping[str, Rate]) -> dict[str, str]:
    return {kind: f"{rate.amount} − {rate.tax_text or 0}" for kind, rate in rates.items()}


def _present(doors: Sequence[int]) -> Any:
    return (
        select(
            Participant.id, Participant.name, Participant.kind, Seat.rt, Seat.rw, Village.name.label("village"),
            Village.kind.label("village_kind"), Attendance.substitute_id, Substitute.name.label("substitute"),
        )
        .select_from(PLACED)
        .join(Attendance, marked_at(doors))
        .outerjoin(Substitute, Substitute.id == Attendance.substitute_id)
        .order_by(*BY_PLACE)
    )  # fmt: skip


def _paid(session: Session, wave_id: int, point: Checkpoint) -> dict[int, tuple[datetime, str]]:
    """Return when and by whom each was paid: marked at the chosen checkpoint if it is of transport, else at any."""
    cashier = func.coalesce(Device.label, User.name, "")
    rows = select(Attendance.participant_id, Attendance.at, cashier).join(Checkpoint)
    rows = rows.outerjoin(Device, Device.id == Attendance.device_id).outerjoin(User, User.id == Attendance.user_id)
    rows = rows.where(Checkpoint.wave_id == wave_id, Checkpoint.kind == CheckpointKind.TRANSPORT)
    if point.kind == CheckpointKind.TRANSPORT:
        rows = rows.where(Checkpoint.id == point.id)
    rows = rows.where(Attendance.is_live).order_by(Attendance.at.desc(), Attendance.id)
    return {person: (at, name) for person, at, name in session.execute(rows)}


def _payment(row: Row[Any], rates: Mapping[str, Rate], known: Transport, paid: tuple[datetime, str] | None) -> Payment:
    return Payment(
        row.name,
        position_of(row.kind, row.rt, row.rw, row.village, row.village_kind),
        row.kind,
        rates[row.kind].money,
        substitute=row.substitute or "",
        paid_at=paid[0] if paid else None,
        cashier=paid[1] if paid else "",
        warnings=tuple(_warnings(known, row.substitute or "")),
        place=village_of(row.village, row.village_kind),
    )


def _warnings(known: Transport, substitute: str) -> list[Reason]:
    reasons = []
    if len(known.waves) > 1:
        waves = ", ".join(map(numeral, known.waves))
        reasons.append(reason("two_waves", "Hadir di Gelombang %(waves)s. Bayarkan satu kali saja.", waves=waves))
    for number, _at in known.paid:
        reasons.append(reason("paid_before", "Sudah dibayar di Gelombang %(wave)s.", wave=numeral(number)))
    if known.seats > 1:
        sentence = "%(name)s mewakili %(n)s ketua RT. Pastikan sebelum membayar."
        reasons.append(reason("shared_substitute", sentence, name=substitute, n=known.seats))
    return reasons
