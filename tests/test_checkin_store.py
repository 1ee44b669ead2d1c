"""Recording scans on a real SQLite file."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from rtapp import clock
from rtapp.accounts.roles import Actor, Role
from rtapp.checkin.marks_store import last_scans, snapshot, snapshot_tag, void_mark, waves_attended
from rtapp.checkin.verdict import Verdict
from rtapp.db import begin_write
from rtapp.refusals import Refused
from rtapp.schema import Attendance, Audit, Scan

pytestmark = pytest.mark.both_engines


@pytest.fixture
def undo(session, world):
    """Take a mark back, as a supervisor."""
    supervisor = Actor("user", world.users["supervisor"], "Uji supervisor", Role.SUPERVISOR)

    def take_back(mark, reason="salah orang"):
        void_mark(begin_write(session), supervisor, mark, reason, now=clock.utcnow())
        session.commit()

    return take_back


def test_a_card_of_this_wave_is_welcomed_and_counted(scan, world, total):
    answer = scan(code=world.tokens["rahmah"])
    assert (answer.verdict, answer.participant_id, answer.number) == (Verdict.WELCOME, world.people["rahmah"], 1)
    assert total(Attendance) == 1


@pytest.mark.parametrize(
    "written", ["{0}", "http://192.0.2.1:8000/K/{0}", "HTTP://MEJA.LAN/K/{0}", " {0}\n", "{1}-{2}"]
)
def test_a_token_or_short_code_is_read_however_it_was_typed(scan, world, written):
    token, short = world.tokens["yusuf"].lower(), world.short_codes["yusuf"].lower()
    assert scan(code=written.format(token, short[:3], short[3:])).participant_id == world.people["yusuf"]


def test_second_scan_says_who_was_first_and_when(scan, world, total):
    first = scan(code=world.tokens["rahmah"])
    second = scan(who="rahmah")
    assert second.verdict is Verdict.ALREADY
    assert (second.at, second.device, second.mode, second.number) == (first.at, "Meja 1", "sendiri", 1)
    assert total(Attendance) == 1 and total(Scan) == 2


def test_the_same_nonce_gets_the_same_answer_and_writes_nothing(scan, world, total):
    first, again = (scan(code=world.tokens["rahmah"], nonce="nonce-same") for _ in range(2))
    assert again.replayed and not first.replayed
    assert (again.verdict, again.attendance_id, again.at) == (first.verdict, first.attendance_id, first.at)
    assert total(Scan) == 1


def test_a_replay_after_an_undo_still_says_welcome_and_numbers_run_on(scan, undo, world, total):
    first = scan(code=world.tokens["rahmah"], nonce="nonce-same")
    undo(first.attendance_id)
    assert scan(code=world.tokens["rahmah"], nonce="nonce-same").verdict is Verdict.WELCOME
    assert total(Attendance, Attendance.voided_at.is_(None)) == 0
    assert scan(code=world.tokens["rahmah"]).number == 2


@pytest.mark.parametrize(
    "other",
    [
        lambda world: {"code": world.tokens["yusuf"]},
        lambda world: {"who": "rahmah"},
        lambda world: {"code": world.tokens["rahmah"], "at": world.session_one},
        lambda world: {"code": "BUKAN KARTU"},
    ],
)
def test_a_nonce_used_for_something_else_is_refused(scan, session, world, other, total):
    scan(code=world.tokens["rahmah"], nonce="nonce-same")
    with pytest.raises(Refused) as refused:
        scan(**other(world), nonce="nonce-same")
    assert refused.value.status == 409
    session.rollback()
    assert total(Scan) == 1


def test_an_unknown_code_is_kept_shortened_and_without_long_numbers(scan, session, world):
    answer = scan(code="KTP 6309111203709901 " + "x" * 100)
    kept = session.scalar(select(Scan.raw))
    assert answer.verdict is Verdict.UNKNOWN and answer.participant_id is None
    assert "6309111203709901" not in kept and len(kept) <= 64 and kept.startswith("KTP ")


def test_of_a_known_code_nothing_is_kept(scan, session, world):
    scan(code=world.tokens["rahmah"])
    row = session.execute(select(Scan.raw, Scan.answer)).one()
    assert row.raw is None and world.tokens["rahmah"] not in str(row.answer)


def test_a_clerk_undoes_their_own_mark_for_fifteen_minutes(scan, session, world):
    now = clock.utcnow()
    mark = scan(code=world.tokens["rahmah"], now=now).attendance_id
    desk = Actor("device", world.device, "Meja 1", Role.CLERK, frozenset({world.registration}))
    with pytest.raises(Refused):
        void_mark(begin_write(session), desk, mark, "salah", now=now + timedelta(minutes=16))
    void_mark(begin_write(session), desk, mark, "salah", now=now + timedelta(minutes=14))
    session.commit()
    line = session.scalars(select(Audit).order_by(Audit.id.desc())).first()
    assert (line.action, line.actor, line.reason) == ("attendance.void", "Meja 1", "salah")


def test_last_scans_are_this_desks_own_newest_first_with_what_may_be_undone(scan, session, world):
    scan(code=world.tokens["rahmah"])
    scan(code="BUKAN KARTU")
    scan(code=world.tokens["yusuf"], device_id=None, user_id=world.users["clerk"])
    desk = Actor("device", world.device, "Meja 1", Role.CLERK, frozenset({world.registration}))
    lines = last_scans(session, world.registration, desk, closed=False, now=clock.utcnow())
    assert [line.verdict for line in lines] == [Verdict.UNKNOWN, Verdict.WELCOME]
    assert lines[1].name == "Hj. RAHMAH" and lines[1].undo and lines[0].undo is None


def test_presence_in_another_wave_is_known(scan, session, world):
    scan(who="guest")
    assert waves_attended(session, world.people["guest"], world.waves[1]) == [1]
    assert waves_attended(session, world.people["guest"], world.waves[0]) == []


def test_the_snapshot_holds_digests_and_marks_but_no_token_and_no_phone(scan, session, world):
    before = snapshot_tag(session, world.registration)
    scan(code=world.tokens["rahmah"])
    people = snapshot(session, world.registration)
    text = str(people)
    assert not any(token in text for token in world.tokens.values()) and "0812000" not in text
    row = next(row for row in people if row["id"] == world.people["rahmah"])
    assert row["at"] and row["seat"] == "63.09.06.1001/002" and len(row["token_sha256"]) == 64
    assert snapshot_tag(session, world.registration) != before
