"""Recording scans on a real SQLite file."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from rtapp import clock
from rtapp.accounts.roles import Actor, Role
from rtapp.badges import store as badges
from rtapp.checkin.attempt import Attempt
from rtapp.checkin.marks_store import last_scans, snapshot, snapshot_tag, void_mark, waves_attended
from rtapp.checkin.store import find_answer, record_scan
from rtapp.checkin.verdict import Source, Verdict
from rtapp.db import begin_write
from rtapp.refusals import Refused
from rtapp.roster.store import archive_participant
from rtapp.schema import Attendance, Audit, Checkpoint, Scan, Wave

pytestmark = pytest.mark.both_engines


@pytest.fixture
def scan(session, world):
    """Record one scan at the registration of wave I, as the device, and commit."""

    def record(nonce="nonce-0001", *, code=None, person=None, at=None, now=None, **more):
        attempt = Attempt(
            nonce=nonce,
            checkpoint_id=at or world.registration,
            source=more.pop("source", Source.WEDGE if code else Source.SEARCH),
            code=code,
            participant_id=person,
            device_id=more.pop("device_id", world.device),
            recorded_by="Meja 1",
            **more,
        )
        answer = record_scan(begin_write(session), attempt, now=now or clock.utcnow())
        session.commit()
        return answer

    return record


def count(session, table, *where):
    return session.scalar(select(func.count()).select_from(table).where(*where))


def test_a_card_of_this_wave_is_welcomed_and_counted(scan, session, world):
    answer = scan(code=world.tokens["rahmah"])
    assert (answer.verdict, answer.participant_id, answer.number) == (
        Verdict.WELCOME,
        world.people["rahmah"],
        1,
    )
    assert count(session, Attendance) == 1


@pytest.mark.parametrize("written", ["{0}", "http://192.0.2.1:8000/K/{0}", "HTTP://MEJA.LAN/K/{0}", " {0}\n"])
def test_a_token_is_read_however_it_was_typed(scan, world, written):
    assert scan(code=written.format(world.tokens["yusuf"].lower())).participant_id == world.people["yusuf"]


def test_a_short_code_is_as_good_as_the_qr_code(scan, world):
    code = world.short_codes["yusuf"]
    assert scan(code=f"{code[:3]}-{code[3:]}".lower()).verdict is Verdict.WELCOME


def test_second_scan_says_who_was_first_and_when(scan, session, world):
    first = scan(code=world.tokens["rahmah"])
    second = scan("nonce-0002", person=world.people["rahmah"])
    assert second.verdict is Verdict.ALREADY
    assert (second.at, second.device, second.mode, second.number) == (first.at, "Meja 1", "sendiri", 1)
    assert count(session, Attendance) == 1 and count(session, Scan) == 2


def test_the_same_nonce_gets_the_same_answer_and_writes_nothing(scan, session, world):
    first = scan(code=world.tokens["rahmah"])
    again = scan(code=world.tokens["rahmah"])
    assert again.replayed and not first.replayed
    assert (again.verdict, again.attendance_id, again.at) == (first.verdict, first.attendance_id, first.at)
    assert count(session, Scan) == 1


def test_a_replay_after_an_undo_still_says_welcome(scan, session, world):
    first = scan(code=world.tokens["rahmah"])
    actor = Actor("user", world.users["supervisor"], "Uji supervisor", Role.SUPERVISOR)
    void_mark(begin_write(session), actor, first.attendance_id, "salah orang", now=clock.utcnow())
    session.commit()
    assert scan(code=world.tokens["rahmah"]).verdict is Verdict.WELCOME
    assert count(session, Attendance, Attendance.voided_at.is_(None)) == 0


@pytest.mark.parametrize(
    "other",
    [
        lambda world: {"code": world.tokens["yusuf"]},
        lambda world: {"person": world.people["rahmah"]},
        lambda world: {"code": world.tokens["rahmah"], "at": world.session_one},
        lambda world: {"code": "BUKAN KARTU"},
    ],
)
def test_a_nonce_used_for_something_else_is_refused(scan, session, world, other):
    scan(code=world.tokens["rahmah"])
    with pytest.raises(Refused) as refused:
        scan(**other(world))
    assert refused.value.status == 409
    session.rollback()
    assert count(session, Scan) == 1


def test_an_unknown_code_is_kept_shortened_and_without_long_numbers(scan, session, world):
    answer = scan(code="KTP 6309111203709901 " + "x" * 100)
    kept = session.scalar(select(Scan.raw))
    assert answer.verdict is Verdict.UNKNOWN and answer.participant_id is None
    assert "6309111203709901" not in kept and len(kept) <= 64 and kept.startswith("KTP ")


def test_of_a_known_code_nothing_is_kept(scan, session, world):
    scan(code=world.tokens["rahmah"])
    row = session.execute(select(Scan.raw, Scan.answer)).one()
    assert row.raw is None and world.tokens["rahmah"] not in str(row.answer)


def test_somebody_of_another_wave_is_shown_and_not_counted(scan, session, world):
    answer = scan(code=world.tokens["ruslan"])
    assert answer.verdict is Verdict.OTHER_WAVE and count(session, Attendance) == 0


def test_a_guest_is_welcome_without_a_wave(scan, world):
    assert scan(person=world.people["guest"]).verdict is Verdict.WELCOME


def test_a_replaced_card_is_refused_and_the_new_one_works(scan, session, world):
    new = badges.reissue(begin_write(session), "uji", world.people["rahmah"], "hilang", now=clock.utcnow()).token
    session.commit()
    old = scan(code=world.tokens["rahmah"])
    assert old.verdict is Verdict.REVOKED and old.replaced_at and old.participant_id == world.people["rahmah"]
    assert scan("nonce-0002", code=new).verdict is Verdict.WELCOME


def test_an_archived_person_is_told_apart_from_a_revoked_card(scan, session, world):
    archive_participant(begin_write(session), "uji", world.people["rahmah"], "pindah", now=clock.utcnow())
    session.commit()
    assert scan(code=world.tokens["rahmah"]).verdict is Verdict.ARCHIVED


def test_before_its_window_a_checkpoint_says_when_it_opens(scan, session, world):
    now = clock.utcnow()
    begin_write(session).get(Checkpoint, world.registration).opens_at = now + timedelta(hours=1)
    session.commit()
    answer = scan(code=world.tokens["rahmah"], now=now)
    assert answer.verdict is Verdict.NOT_OPEN and answer.opens_at and answer.closes_at is None


def test_a_closed_wave_takes_no_scans(scan, session, world):
    now = clock.utcnow()
    begin_write(session).get(Wave, world.waves[0]).closed_at = now
    session.commit()
    answer = scan(code=world.tokens["rahmah"], now=now)
    assert answer.verdict is Verdict.NOT_OPEN and answer.closes_at


def test_checkpoints_are_marked_independently(scan, world):
    assert scan(code=world.tokens["rahmah"]).verdict is Verdict.WELCOME
    assert scan("nonce-0002", code=world.tokens["rahmah"], at=world.session_one).verdict is Verdict.WELCOME


def test_an_unknown_checkpoint_or_person_is_a_broken_request(scan, session, world):
    for broken in ({"code": world.tokens["rahmah"], "at": 9999}, {"person": 9999}):
        with pytest.raises(Refused) as refused:
            scan(**broken)
        assert refused.value.status == 404
    session.rollback()
    assert count(session, Scan) == 0


def test_numbers_run_on_after_an_undo(scan, session, world):
    first = scan(code=world.tokens["rahmah"])
    supervisor = Actor("user", world.users["supervisor"], "Uji supervisor", Role.SUPERVISOR)
    void_mark(begin_write(session), supervisor, first.attendance_id, "salah orang", now=clock.utcnow())
    session.commit()
    assert scan("nonce-0002", code=world.tokens["rahmah"]).number == 2


def test_an_answer_is_found_again_by_its_nonce(scan, session, world):
    answer = scan(code=world.tokens["rahmah"])
    assert find_answer(session, "nonce-0001") == answer
    with pytest.raises(Refused):
        find_answer(session, "nonce-9999")


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


def test_an_undo_needs_a_reason_and_happens_once(scan, session, world):
    mark = scan(code=world.tokens["rahmah"]).attendance_id
    supervisor = Actor("user", world.users["supervisor"], "Uji supervisor", Role.SUPERVISOR)
    with pytest.raises(Refused):
        void_mark(begin_write(session), supervisor, mark, "  ", now=clock.utcnow())
    void_mark(begin_write(session), supervisor, mark, "salah orang", now=clock.utcnow())
    session.commit()
    with pytest.raises(Refused) as refused:
        void_mark(begin_write(session), supervisor, mark, "lagi", now=clock.utcnow())
    assert refused.value.status == 409


def test_last_scans_are_this_desks_own_newest_first_with_what_may_be_undone(scan, session, world):
    scan(code=world.tokens["rahmah"])
    scan("nonce-0002", code="BUKAN KARTU")
    scan("nonce-0003", code=world.tokens["yusuf"], device_id=None, user_id=world.users["clerk"])
    desk = Actor("device", world.device, "Meja 1", Role.CLERK, frozenset({world.registration}))
    lines = last_scans(session, world.registration, desk, closed=False, now=clock.utcnow())
    assert [line.verdict for line in lines] == [Verdict.UNKNOWN, Verdict.WELCOME]
    assert lines[1].name == "Hj. RAHMAH" and lines[1].undo and lines[0].undo is None


def test_presence_in_another_wave_is_known(scan, session, world):
    scan(person=world.people["guest"])
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
