"""No stored time can break a page: each at the ends of what its column holds; every page, paper and export is read."""

from datetime import UTC, date, datetime

import pytest
from flask import template_rendered
from sqlalchemy import Date, select, update
from sqlalchemy.orm import Session

from rtapp import clock
from rtapp.accounts.roles import Actor, Role
from rtapp.checkin.attempt import Attempt
from rtapp.checkin.cases_store import note_absence
from rtapp.checkin.decision import Decision, Substituted
from rtapp.checkin.marks_store import void_mark
from rtapp.checkin.store import record_scan
from rtapp.checkin.verdict import Source
from rtapp.db import UTCDateTime, begin_write, db
from rtapp.live.contact_store import note_contact
from rtapp.roster.store import archive_participant
from rtapp.schema import Agenda, Checkpoint, Scan

from .test_security_hostile import addresses

ENDS = {
    "earliest": (datetime(1, 1, 1, tzinfo=UTC), date(1, 1, 1)),
    "latest": (datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC), date(9999, 12, 31)),
}
KEPT_EMPTY = {"device.revoked_at", "user_account.disabled_at"}  # nobody would be there to look


def fill(session: Session, world) -> None:
    """Let each table of the desk have a row: people come, are undone, excused, asked about, archived."""
    supervisor = Actor("user", world.users["supervisor"], "Uji supervisor", Role.SUPERVISOR)

    def scan(number, person, source=Source.SEARCH, **more):
        attempt = Attempt(
            f"nonce-{number:04}", world.registration, source, participant_id=world.people[person],
            device_id=world.device, recorded_by="Meja 1", **more,
        )  # fmt: skip
        return record_scan(session, attempt, now=clock.utcnow())

    begin_write(session)

    scan(1, "rahmah")
    nephew = Substituted("KEPONAKAN CONTOH", "keponakan", True, "")
    scan(2, "yusuf", decision=Decision(substitute=nephew))
    undone = scan(3, "aminah")
    scan(4, "yusuf")  # a conflict
    scan(5, "ruslan", Source.OFFLINE, client_at=clock.utcnow())
    void_mark(session, supervisor, undone.attendance_id, "uji", now=clock.utcnow())
    note_absence(session, "uji", world.people["muis"], world.waves[0], "izin", "", now=clock.utcnow())
    note_contact(session, "uji", world.people["syahrani"], world.waves[0], True, now=clock.utcnow())
    archive_participant(session, "uji", world.people["hamdani"], "uji", now=clock.utcnow())
    now = clock.utcnow()
    session.add(Agenda(wave_id=world.waves[0], starts_at=now, ends_at=now, material="Uji"))
    session.commit()


def moments() -> list:
    """Every column that holds a moment or a day."""
    tables = db.metadata.sorted_tables
    return [column for table in tables for column in table.columns if isinstance(column.type, UTCDateTime | Date)]


@pytest.mark.parametrize("end", ENDS)
def test_every_page_paper_and_export_shows_the_widest_times_its_columns_hold(app, client_of, world, end):
    moment, day = ENDS[end]
    admin = client_of("admin")
    with app.app_context():
        fill(db.session, world)
        begin_write(db.session)
        for column in moments():
            if str(column) in KEPT_EMPTY or (column.table.name, column.name) == ("wave", "closed_at"):
                continue
            value = day if isinstance(column.type, Date) else moment
            db.session.execute(update(column.table).where(column.is_not(None)).values({column.name: value}))
        answers = db.session.scalars(select(Scan)).all()
        for scan in answers:
            scan.answer = scan.answer | {
                name: clock.iso(moment) for name in scan.answer if name.endswith("_at") or name in ("at", "since")
            }
        for point in db.session.scalars(select(Checkpoint)):
            point.opens_at = point.closes_at = moment
        db.session.commit()
        paths = list(addresses(app, world))
    shown: list[str] = []
    template_rendered.connect(lambda _sender, template, **_: shown.append(template.name), app, weak=False)
    broken = {path: answer.status_code for path in paths if (answer := admin.get(path)).status_code >= 500}
    assert broken == {} and len(shown) > 60
