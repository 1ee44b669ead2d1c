"""All scans of one person and their outcomes, to look into a disputed one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from .. import clock
from ..schema import Attendance, Audit, Checkpoint, Device, Scan, Substitute, User, Wave


@dataclass(frozen=True)
class TrailScan:
    """One scan as the trail shows it; ``client_at`` is the device's time, ``sealed`` whether a seal covers it.

    ``answer`` is the stored answer; its ``since`` is the beginning of a range given on paper (RFC 3339), with the end
    in ``client_at``.
    """

    id: int
    nonce: str
    at: datetime
    client_at: datetime | None
    checkpoint: str
    wave: int
    by: str
    source: str
    verdict: str
    number: int | None
    substitute: str
    follows: int | None
    sealed: bool
    voided_at: datetime | None
    voided_by: str
    void_reason: str
    answer: dict[str, Any]

    @property
    def from_at(self) -> datetime | None:
        """The earliest time it may have happened, where only a range is known."""
        since = self.answer.get("since")
        return clock.parse_iso(since) if since else None


def scans_of(session: Session, participant_id: int) -> Sequence[TrailScan]:
    """Return a person's scans, newest first, at most 500."""
    sealed = select(func.coalesce(func.max(Audit.subject_id), 0))
    sealed = sealed.where(Audit.subject == "scan", Audit.action == "scan.seal")
    stood_in, void = aliased(Substitute), Attendance
    rows = (
        select(
            Scan.id, Scan.nonce, Scan.server_at, Scan.client_at, Checkpoint.name, Wave.number.label("wave"),
            func.coalesce(Device.label, User.name, ""), Scan.source, Scan.verdict, void.number,
            func.coalesce(stood_in.name, ""), Scan.follows_id, Scan.id <= sealed.scalar_subquery(),
            void.voided_at, func.coalesce(void.voided_by, ""), func.coalesce(void.void_reason, ""),
            Scan.answer,
        )
        .join(Checkpoint, Checkpoint.id == Scan.checkpoint_id)
        .join(Wave, Wave.id == Checkpoint.wave_id)
        .outerjoin(Device, Device.id == Scan.device_id)
        .outerjoin(User, User.id == Scan.user_id)
        .outerjoin(void, void.id == Scan.attendance_id)
        .outerjoin(stood_in, stood_in.id == void.substitute_id)
        .where(Scan.participant_id == participant_id)
    )  # fmt: skip
    return [TrailScan(*row) for row in session.execute(rows.order_by(Scan.id.desc()).limit(500))]
