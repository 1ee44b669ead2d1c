"""Who is on a desk's paper list: heads of a wave with short codes and the time they came, no phone and no NIK."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from .. import clock
from ..badges.token import shown
from ..documents.xlsx_out import WorkbookTable
from ..events.standing_store import doors_of, marked_at
from ..events.waves import CheckpointKind
from ..schema import (
    BY_PLACE,
    LIVE_CARD,
    PLACED,
    Attendance,
    Badge,
    Checkpoint,
    District,
    Participant,
    Scan,
    Seat,
    Village,
    Wave,
)
from .desk_list import DeskLine
from .transport import village_of

LATELY = timedelta(days=1)
HEAD = ("No", "Kode pendek", "Nama", "RT", "RW", "Desa", "Kecamatan", "Gelombang", "Jam", "Status")
_WIDTHS = (5, 12, 36, 6, 6, 24, 20, 11, 8, 12)


def lines_of(
    session: Session, checkpoint_id: int, wave_id: int, districts: Collection[str] = (), village: str = ""
) -> list[DeskLine]:
    """Return the heads of a wave by district, village and RT, then whoever else is present there.

    Only those of ``districts`` or of one village (codes) where given; then nobody from elsewhere is added.
    """
    mark = marked_at(doors_of(session, checkpoint_id))
    own = and_(Participant.wave_id == wave_id, Participant.kind == "rt")
    rows = (
        select(
            Badge.short_code, Participant.name, Seat.rt, Seat.rw, Village.name.label("village"),
            Village.kind, Village.code.label("village_code"), District.name.label("district"),
            Wave.number, Attendance.at, Attendance.mode, Participant.wave_id, Participant.kind.label("who"),
        )
        .select_from(PLACED)
        .outerjoin(Wave, Wave.id == Participant.wave_id)
        .outerjoin(Badge, LIVE_CARD)
        .outerjoin(Attendance, mark)
        .where(or_(and_(own, Participant.on_roster), Attendance.id.is_not(None)))
        .order_by(*BY_PLACE)
    )  # fmt: skip
    if districts:
        rows = rows.where(District.code.in_(districts), own)
    if village:
        rows = rows.where(Village.code == village, own)
    lines = [_line(row, wave_id) for row in session.execute(rows)]
    return sorted(lines, key=lambda line: line.other)


def tables_of(lines: Sequence[DeskLine], zone: str) -> list[WorkbookTable]:
    """Return the sheet of a wave's list, to be kept where the paper is not."""
    rows: list[Sequence[Any]] = [HEAD]
    for number, line in enumerate(lines, start=1):
        state = "" if line.at is None else "diwakili" if line.mode == "diwakili" else "hadir"
        at = clock.clock_text(line.at, zone) if line.at else ""
        place = (line.rt, line.rw, line.village, line.district, line.wave)
        rows.append((number, line.code, line.name, *place, at, state))
    return [WorkbookTable("Daftar", rows, widths=_WIDTHS)]


def due_waves(session: Session, *, now: datetime) -> list[Wave]:
    """Return the waves whose day is today, or at which something was scanned within the last day."""
    scanned = select(Scan.id).join(Checkpoint, Checkpoint.id == Scan.checkpoint_id)
    scanned = scanned.where(Checkpoint.wave_id == Wave.id, Checkpoint.kind != CheckpointKind.GLADI)
    lately = scanned.where(Scan.server_at > now - LATELY).exists()
    waves = session.execute(select(Wave, lately).order_by(Wave.number)).all()
    return [wave for wave, busy in waves if busy or clock.local(now, wave.event.timezone).date() == wave.date]


def _line(row: Any, wave_id: int) -> DeskLine:
    return DeskLine(
        code=shown(row.short_code) if row.short_code else "",
        name=row.name,
        rt=row.rt or "",
        rw=row.rw or "",
        village=village_of(row.village, row.kind),
        village_code=row.village_code or "",
        district=row.district or "",
        wave=row.number,
        at=row.at,
        mode=row.mode or "",
        other=row.wave_id != wave_id or row.who != "rt",
    )
