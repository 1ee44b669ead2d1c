"""Certificates of a wave: who earned one, their permanent numbers, and the look-up by check code."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, func, or_, select
from sqlalchemy.orm import Session

from .. import clock
from ..audit.store import note
from ..events.agenda_store import agenda_of
from ..events.standing_store import doors_of
from ..refusals import Refused
from ..schema import SEATED, Attendance, Certificate, Checkpoint, District, Event, Participant, Seat, Village, Wave
from ..settings import store as settings
from .certificate import Numbering, meets, mint_code, number_text, payload, shown_code
from .certificate_layout import Award, Material
from .certificate_rule_store import NOT_COUNTED, countable_points, proposed, rule_of
from .transport import village_of


@dataclass(frozen=True)
class Earner:
    """A head who was marked at a checkpoint of the wave; ``certificate`` is theirs, where one was issued.

    ``earned`` says whether the rule is met now.
    """

    id: int
    name: str
    holder: str
    village_code: str
    district_code: str
    earned: bool
    certificate: Certificate | None


def earners_of(session: Session, wave: Wave, place: str = "") -> list[Earner]:
    """Return the heads who were marked at the wave or have a certificate of it, by district, village and RT.

    Only those of a district or a village (its code) where given. Somebody with a certificate of another wave is left
    out.
    """
    scheme, marks = rule_of(session, wave), _marks(session, wave.id)
    return [
        _earner(row, scheme is not None and meets(scheme[0], marks.get(row.id, ())))
        for row in session.execute(_heads(wave.id, place))
    ]


def issue(session: Session, actor: str, wave: Wave, *, now: datetime) -> int:
    """Give a number and a code to each who earned a certificate of the wave and has none; return how many.

    Refused without a rule, when nobody met it, or where a number was given before.
    """
    scheme = rule_of(session, wave)
    if scheme is None:
        raise Refused("no_rule", "Tetapkan dahulu syarat dan nomor sertifikat gelombang ini.", 422)
    # Numbers run over all waves: two who issue at once come one after the other.
    session.execute(select(Event.id).where(Event.id == wave.event_id).with_for_update())
    earners = [earner for earner in earners_of(session, wave) if earner.earned]
    if not earners:
        raise Refused("nobody_earned", "Belum ada yang memenuhi syarat sertifikat gelombang ini.", 422)
    lacking = [earner for earner in earners if earner.certificate is None]
    if not lacking:
        return 0
    first = _next_sequence(session)
    numbers = [number_text(scheme[1], first + at, wave.number, wave.date) for at in range(len(lacking))]
    _refuse_taken(session, numbers)
    codes = _codes(session, len(lacking))
    for at, (earner, number, code) in enumerate(zip(lacking, numbers, codes, strict=True)):
        fields = {"sequence": first + at, "number": number, "code": code, "issued_at": now}
        session.add(Certificate(wave_id=wave.id, participant_id=earner.id, **fields))
    session.flush()
    facts = {"wave": wave.number, "rows": len(lacking), "first": numbers[0], "last": numbers[-1]}
    note(session, actor, "certificate.issue", "wave", wave.id, now=now, **facts)
    return len(lacking)


def awards_of(session: Session, wave: Wave, place: str = "") -> list[Award]:
    """Return the certificates to print: of those ``earners_of`` returns who have a number and meet the rule now."""
    base_url = settings.read(session, "base_url")
    return [
        _award(earner, earner.certificate, base_url)
        for earner in earners_of(session, wave, place)
        if earner.earned and earner.certificate
    ]


def printable_awards(session: Session, wave: Wave, place: str = "") -> list[Award]:
    """Return the certificates to print; refused when there are none."""
    awards = awards_of(session, wave, place)
    if not awards:
        raise Refused("no_certificates", "Belum ada sertifikat bernomor dalam pilihan ini.", 422)
    return awards


def sample_of(session: Session, wave: Wave) -> Award:
    """Return a certificate for the preview: the first that was earned, else one with a placeholder name."""
    earners, base_url = earners_of(session, wave), settings.read(session, "base_url")
    first = next((earner for earner in earners if earner.earned), None)
    if first is not None and first.certificate:
        return _award(first, first.certificate, base_url)
    _rule, proposal = proposed(session, wave)
    numbering = Numbering(proposal.template, proposal.code or "…", proposal.unit or "…")
    number = number_text(numbering, _next_sequence(session), wave.number, wave.date)
    name, holder = (first.name, first.holder) if first else ("Nama Peserta", "Ketua RT 001 Desa … Kecamatan …")
    return Award(number, name, holder, "CONT-OH..", payload("CONTOH22", base_url))


def materials_of(session: Session, wave: Wave) -> list[Material]:
    """Return the agenda for the back: items with a speaker or a checkpoint, or all items where none has either."""
    agenda, zone = agenda_of(session, wave.id), wave.event.timezone
    taught = [item for item in agenda if item.speaker or item.checkpoint_id] or agenda
    return [
        Material(
            f"{clock.clock_text(item.starts_at, zone)}–{clock.clock_text(item.ends_at, zone)}",
            item.material,
            item.speaker,
        )
        for item in taught
    ]


def find_by_code(session: Session, code: str) -> tuple[Certificate, Earner] | None:
    """Return the certificate with this check code and its holder as of today, None for an unknown code."""
    certificate = session.scalar(select(Certificate).where(Certificate.code == code))
    if certificate is None:
        return None
    earners = earners_of(session, certificate.wave)
    return certificate, next(earner for earner in earners if earner.id == certificate.participant_id)


def _marks(session: Session, wave_id: int) -> dict[int, list[tuple[int, str]]]:
    rows = select(Attendance.participant_id, Attendance.checkpoint_id, Attendance.mode)
    rows = rows.join(Checkpoint, Checkpoint.id == Attendance.checkpoint_id)
    rows = rows.where(Checkpoint.wave_id == wave_id, Attendance.is_live)
    marks: dict[int, list[tuple[int, str]]] = defaultdict(list)
    first = {door: point.id for point in countable_points(session, wave_id) for door in doors_of(session, point.id)}
    for row in session.execute(rows.where(Checkpoint.kind.not_in(NOT_COUNTED))):
        marks[row.participant_id].append((first[row.checkpoint_id], row.mode))
    return marks


def _heads(wave_id: int, place: str) -> Any:
    marked = select(Attendance.participant_id).join(Checkpoint, Checkpoint.id == Attendance.checkpoint_id)
    marked = marked.where(Checkpoint.wave_id == wave_id, Attendance.is_live)
    own = Participant.kind == "rt"
    rows = (
        select(
            Participant.id, Participant.name, Seat.rt, Seat.rw, Village.kind, Village.name.label("village"),
            Village.code.label("village_code"), District.name.label("district"),
            District.code.label("district_code"), Certificate,
        )
        .select_from(SEATED)
        .outerjoin(Certificate, Certificate.participant_id == Participant.id)
        .where(or_(Certificate.wave_id == wave_id, and_(Certificate.id.is_(None), Participant.id.in_(marked), own)))
        .order_by(District.code, Village.code, Seat.rt, Seat.rw, Participant.id)
    )  # fmt: skip
    return rows.where(or_(District.code == place, Village.code == place)) if place else rows


def _earner(row: Row[Any], earned: bool) -> Earner:
    seat = f"RT {row.rt}" + (f" / RW {row.rw}" if row.rw else "")
    holder = f"Ketua {seat} {village_of(row.village, row.kind)} Kecamatan {row.district}"
    return Earner(row.id, row.name, holder, row.village_code, row.district_code, earned, row.Certificate)


def _award(earner: Earner, certificate: Certificate, base_url: str) -> Award:
    code = certificate.code
    return Award(certificate.number, earner.name, earner.holder, shown_code(code), payload(code, base_url))


def _next_sequence(session: Session) -> int:
    return (session.scalar(select(func.max(Certificate.sequence))) or 0) + 1


def _refuse_taken(session: Session, numbers: Sequence[str]) -> None:
    taken = set(session.scalars(select(Certificate.number))).intersection(numbers)
    if taken or len(set(numbers)) < len(numbers):
        number = min(taken or numbers)
        raise Refused(
            "number_taken", "Nomor %(number)s sudah diberikan. Ubah pola nomornya, lalu coba lagi.", 409, number=number
        )


def _codes(session: Session, wanted: int) -> list[str]:
    taken, codes = set(session.scalars(select(Certificate.code))), []
    while len(codes) < wanted:
        code = mint_code()
        if code not in taken:
            taken.add(code)
            codes.append(code)
    return codes
