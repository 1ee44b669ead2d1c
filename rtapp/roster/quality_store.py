"""What of the roster should be looked at before the event: doubles, namesakes, vacant seats, gaps."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from ..events.standing_store import on_any_list
from ..schema import District, Invitation, Participant, Seat, Village, Wave
from .find_store import Person, people_by_id

MOST = 60


@dataclass(frozen=True)
class Vacancy:
    """A seat without a head."""

    seat_id: int
    rt: str
    village: str
    district: str


@dataclass(frozen=True)
class Gap:
    """A district in a wave for which the roster holds another number of heads than were invited."""

    wave_id: int
    wave: int
    district_code: str
    district: str
    invited: int
    listed: int

    @property
    def difference(self) -> int:
        """How many heads are too many (or, below 0, lacking)."""
        return self.listed - self.invited


@dataclass(frozen=True)
class Quality:
    """Everything found; each list holds at most ``MOST``, the numbers beside them all."""

    doubles: list[list[Person]]
    namesakes: list[list[Person]]
    namesake_count: int
    shared_phones: list[list[Person]]
    vacancies: list[Vacancy]
    vacancy_count: int
    without_phone: int
    without_wave: int
    unverified: int
    gaps: list[Gap]

    @property
    def is_clean(self) -> bool:
        """Whether nothing needs a person."""
        findings = (self.doubles, self.vacancies, self.without_wave, self.unverified, self.gaps)
        return not any(findings)


def look_over(session: Session) -> Quality:
    """Look at the whole roster and return what a person should look at."""
    doubles = _groups(session, _sharing(Participant.name_key, Seat.village_id))
    names = select(Participant.name_key).where(*_HEADS).group_by(Participant.name_key, Participant.wave_id)
    namesakes = names.having(func.count() > 1)
    vacancies = _vacancies()
    return Quality(
        doubles=doubles,
        namesakes=_groups(session, _sharing(Participant.name_key, Participant.wave_id)),
        namesake_count=session.scalar(select(func.count()).select_from(namesakes.subquery())) or 0,
        shared_phones=_groups(session, _sharing(Participant.phone).where(Participant.phone != "")),
        vacancies=[Vacancy(*row) for row in session.execute(vacancies.limit(MOST))],
        vacancy_count=session.scalar(select(func.count()).select_from(vacancies.order_by(None).subquery())) or 0,
        without_phone=_count(session, Participant.phone == ""),
        without_wave=_count(session, Participant.wave_id.is_(None)),
        unverified=session.scalar(select(func.count()).where(~Village.verified)) or 0,
        gaps=_gaps(session),
    )


_HEADS = (Participant.kind == "rt", Participant.on_roster)


def _count(session: Session, *where: Any) -> int:
    return session.scalar(select(func.count()).select_from(Participant).where(*_HEADS, *where)) or 0


def _sharing(*columns: Any) -> Select[Any]:
    """Select the ids of heads, and beside each what others may share with them."""
    return select(Participant.id, *columns).join(Seat, Seat.id == Participant.seat_id).where(*_HEADS)


def _groups(session: Session, rows: Select[Any]) -> list[list[Person]]:
    """Return the people who share what ``rows`` select beside their ids, two and more together."""
    shared: dict[tuple[object, ...], list[int]] = {}
    for id_, *values in session.execute(rows.order_by(Participant.id)):
        shared.setdefault(tuple(values), []).append(id_)
    groups = [ids for ids in shared.values() if len(ids) > 1][:MOST]
    people = people_by_id(session, [id_ for ids in groups for id_ in ids])
    return [[people[id_] for id_ in ids] for ids in groups]


def _vacancies() -> Select[tuple[int, str, str, str]]:
    held = select(Participant.id).where(Participant.seat_id == Seat.id, Participant.on_roster).exists()
    rows = select(Seat.id, Seat.rt, Village.name, District.name).join(Village, Village.id == Seat.village_id)
    rows = rows.join(District, District.id == Village.district_id).where(~held)
    return rows.order_by(Village.code, Seat.rt)


def _gaps(session: Session) -> list[Gap]:
    listed = (
        select(Participant.wave_id, Village.district_id, func.count().label("heads"))
        .join(Seat, Seat.id == Participant.seat_id)
        .join(Village, Village.id == Seat.village_id)
        .where(on_any_list())
        .group_by(Participant.wave_id, Village.district_id)
        .subquery()
    )
    here = (listed.c.wave_id == Invitation.wave_id) & (listed.c.district_id == Invitation.district_id)
    heads = func.coalesce(listed.c.heads, 0)
    rows = (
        select(Wave.id, Wave.number, District.code, District.name, Invitation.invited, heads)
        .select_from(Invitation)
        .join(Wave, Wave.id == Invitation.wave_id)
        .join(District, District.id == Invitation.district_id)
        .outerjoin(listed, here)
        .where(Invitation.invited != heads)
        .order_by(Wave.number, District.code)
    )
    return [Gap(*row) for row in session.execute(rows)]
