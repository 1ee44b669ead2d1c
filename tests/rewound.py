"""A backup and its restore inside one database, on either engine: what people did at the desk goes back to a moment."""

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from rtapp.db import begin_write
from rtapp.events.store import find_event, new_epoch
from rtapp.schema import (
    Absence,
    Attendance,
    Audit,
    AuditValue,
    Badge,
    Case,
    ChainHead,
    Participant,
    Scan,
    Seat,
    Substitute,
)

TABLES = [table.__table__ for table in (Seat, Participant, Badge, Substitute, Attendance, Scan, Case, Absence, Audit)]
ERASABLE = AuditValue.__table__


class Backup:
    """The rows of a moment; ``restore`` puts them back under another epoch, as restoring a file does."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.rows = {table: self._all(table) for table in (*TABLES, ERASABLE)}
        self.head = session.get_one(ChainHead, 1).chain
        session.rollback()

    def restore(self) -> None:
        """Leave nothing of what came after the backup."""
        session = begin_write(self.session)
        session.expire_all()
        session.execute(delete(ERASABLE))
        session.execute(update(Scan).values(follows_id=None))
        for table in reversed(TABLES):
            kept = [row["id"] for row in self.rows[table]]
            session.execute(delete(table).where(table.c.id.not_in(kept)))
        for table in TABLES:
            self._put(table)
        session.execute(insert(ERASABLE), self.rows[ERASABLE])
        session.get_one(ChainHead, 1).chain = self.head
        find_event(session).epoch = new_epoch()
        session.commit()

    def _put(self, table) -> None:
        for row in self.rows[table]:
            there = self.session.execute(select(table).where(table.c.id == row["id"])).mappings().first()
            if there is None:
                self.session.execute(insert(table), [row])
            elif dict(there) != row:
                self.session.execute(update(table).where(table.c.id == row["id"]).values(row))

    def _all(self, table) -> list[dict]:
        return [dict(row) for row in self.session.execute(select(table)).mappings()]
