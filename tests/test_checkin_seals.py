"""Scans in the trail: what was sealed shows every later edit, and every mark has the scan that made it."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from rtapp import clock
from rtapp.accounts.roles import Actor, Role
from rtapp.audit.store import verify_chain
from rtapp.checkin import scan_writer
from rtapp.checkin.attempt import Attempt
from rtapp.checkin.decision import Decision
from rtapp.checkin.marks_store import void_mark
from rtapp.checkin.scan_writer import ScanWriter
from rtapp.checkin.seals_store import examine, seal_scans, settled_until
from rtapp.checkin.store import record_scan
from rtapp.checkin.verdict import Source
from rtapp.db import begin_write, db
from rtapp.schema import Attendance, AuditValue, Scan

from .trailed import trail

pytestmark = pytest.mark.both_engines

KEYS = ("rahmah", "yusuf", "rahmah_mabuun", "hamdani", "aminah")


def attempt(world, nonce, key="rahmah", **more):
    facts = {"source": Source.WEDGE, "code": world.tokens[key], "recorded_by": "Meja 1", "device_id": world.device}
    return Attempt(nonce=nonce, **{"checkpoint_id": world.registration} | facts | more)


@pytest.fixture
def sealed(session, world):
    """A session in which five heads came, one of them twice, and all of that is sealed."""
    writing, then = begin_write(session), clock.utcnow() - timedelta(minutes=2)
    for number, key in enumerate([*KEYS, "rahmah"]):
        record_scan(writing, attempt(world, f"nonce-{number:04}", key), now=then)
    assert seal_scans(writing, now=clock.utcnow()) == 6
    writing.commit()
    return begin_write(session)


def test_what_was_recorded_and_sealed_is_clean_and_sealed_once(sealed):
    assert examine(sealed).clean
    assert seal_scans(sealed, now=clock.utcnow()) == 0
    line, values = trail(sealed, 1)[0]
    assert (line.action, line.subject_id, values.values["first"], values.values["count"]) == ("scan.seal", 6, 1, 6)


@pytest.mark.parametrize(
    "tamper",
    [
        update(Scan).where(Scan.id == 3).values(device_id=None),
        update(Scan).where(Scan.id == 3).values(server_at=clock.utcnow()),
        update(Scan).where(Scan.id == 6).values(verdict="WELCOME"),
        delete(Scan).where(Scan.id == 6),
        update(Scan).where(Scan.id == 6).values(id=7),
    ],
)
def test_a_scan_edited_or_removed_is_found(sealed, tamper):
    sealed.execute(tamper, execution_options={"synchronize_session": False})
    assert examine(sealed).scan == 1


def test_a_seal_cannot_be_made_to_fit(sealed):
    sealed.execute(delete(Scan).where(Scan.id == 6))
    values = sealed.scalars(select(AuditValue).order_by(AuditValue.audit_id.desc()).limit(1)).one()
    values.values = values.values | {"count": 5}
    sealed.flush()
    assert verify_chain(sealed) == values.audit_id


def invented(world):
    return insert(Attendance).values(
        checkpoint_id=world.registration, participant_id=world.people["muis"], number=6, mode="sendiri",
        at=clock.utcnow(), voided_by="", void_reason="",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("tamper", "found"),
    [
        (invented, 6),
        (lambda world: update(Attendance).where(Attendance.id == 2).values(participant_id=world.people["muis"]), 2),
        (lambda world: update(Attendance).where(Attendance.id == 2).values(mode="diwakili"), 2),
        (lambda world: update(Attendance).where(Attendance.id == 2).values(at=world.now + timedelta(hours=1)), 2),
        (lambda world: update(Attendance).where(Attendance.id == 2).values(voided_at=world.now), 2),
    ],
)
def test_a_mark_that_no_scan_explains_is_found(sealed, world, tamper, found):
    sealed.execute(tamper(world), execution_options={"synchronize_session": False})
    sealed.expire_all()
    assert examine(sealed).marks == (found,)


def test_a_mark_taken_back_is_explained_and_put_back_by_hand_it_is_not(sealed, world):
    void_mark(sealed, Actor("user", 1, "Uji", Role.ADMIN), 2, "salah orang", now=clock.utcnow())
    assert examine(sealed).clean
    sealed.execute(update(Attendance).where(Attendance.id == 2).values(voided_at=None, voided_by="", void_reason=""))
    sealed.expire_all()
    assert examine(sealed).marks == (2,)


def test_a_late_scan_takes_a_mark_back_in_time_and_explains_it(sealed, world):
    now = clock.utcnow()
    early = now - timedelta(minutes=30)
    sealed.execute(update(db.metadata.tables["device"]).values(clock_offset=0, paired_at=early - timedelta(hours=1)))
    late = {"source": Source.OFFLINE, "client_at": early, "sent_at": now}
    record_scan(sealed, attempt(world, "nonce-late", "yusuf", **late), now=now)
    assert clock.iso(sealed.get(Attendance, 2).at) == clock.iso(early)
    assert examine(sealed).clean


def test_what_was_decided_is_explained(sealed, world):
    took = Decision(accept_other_wave=True, reason="datang hari ini")
    record_scan(sealed, attempt(world, "nonce-more", "ruslan", decision=took, may_decide=True), now=clock.utcnow())
    assert sealed.scalar(select(func.count()).select_from(Attendance)) == 6 and examine(sealed).clean


def test_the_writer_seals_what_it_recorded_when_it_stops_and_when_it_was_quiet(session, world, monkeypatch):
    monkeypatch.setattr(scan_writer, "SEAL_AFTER", 0.05)
    writer = ScanWriter(db.engine, lambda: None)
    writer.record(attempt(world, "nonce-0001", "rahmah"))
    writer.record(attempt(world, "nonce-0002", "yusuf"))
    writer.stop()
    session.rollback()
    sealed = [values.values["count"] for line, values in trail(session) if line.action == "scan.seal"]
    assert sum(sealed) == 2
    assert examine(session).clean


def test_a_rush_is_sealed_in_short_runs_so_that_no_desk_waits_long_for_one(session, world, monkeypatch):
    assert scan_writer.SEAL_MANY <= 512
    monkeypatch.setattr(scan_writer, "SEAL_MANY", 2)
    monkeypatch.setattr(scan_writer, "SEAL_AFTER", 3600)
    writer = ScanWriter(db.engine, lambda: None)
    for number, key in enumerate(KEYS):
        writer.record(attempt(world, f"nonce-{number:04}", key))
    writer.stop()
    session.rollback()
    sealed = [values.values["count"] for line, values in trail(session) if line.action == "scan.seal"]
    assert sorted(sealed) == [1, 2, 2] and examine(session).clean


def test_a_seal_waits_for_whoever_has_a_lower_number_and_has_not_committed_it(session, world):
    if db.engine.dialect.name == "sqlite":
        pytest.skip("SQLite lets nobody else write meanwhile")
    with Session(db.engine) as slow:
        record_scan(begin_write(slow), attempt(world, "nonce-slow", "rahmah"), now=clock.utcnow())
        record_scan(
            begin_write(session),
            attempt(world, "nonce-fast", "yusuf", checkpoint_id=world.session_one),
            now=clock.utcnow(),
        )
        session.commit()
        begin_write(session).execute(text("SET LOCAL lock_timeout = '200ms'"))
        with pytest.raises(OperationalError):
            settled_until(session)
        slow.commit()
    seal_scans(begin_write(session), now=clock.utcnow())
    session.commit()
    assert trail(session, 1)[0][1].values["count"] == 2 and examine(session).clean
