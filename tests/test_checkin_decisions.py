"""What a person decides at the door: other waves, substitutes, conflicts, walk-ins, scans that come late."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from rtapp import clock
from rtapp.checkin.decision import LATE, TOLERANCE, Decision, Substituted, WalkIn, read_decision, true_time
from rtapp.checkin.verdict import Source, Verdict
from rtapp.db import begin_write
from rtapp.refusals import Refused
from rtapp.schema import Attendance, Badge, Case, Checkpoint, Device, Participant, Scan, Substitute
from tests.refusing import refused

pytestmark = pytest.mark.both_engines

NEPHEW = Substituted("KEPONAKAN CONTOH", "keponakan", True, "081200000999")
ACCEPT = Decision(accept_other_wave=True, reason="sudah di tempat")


def cases(session):
    return {(case.kind, case.participant_id): case for case in session.scalars(select(Case))}


def live_mark(session, person, checkpoint):
    rows = select(Attendance).where(Attendance.participant_id == person, Attendance.checkpoint_id == checkpoint)
    return session.scalar(rows.where(Attendance.voided_at.is_(None)))


# Another wave


def test_a_clerks_question_about_another_wave_waits_for_a_supervisor(scan, session, world):
    assert scan("ruslan").verdict is Verdict.OTHER_WAVE
    scan("ruslan")
    assert list(cases(session)) == [("other_wave", world.people["ruslan"])]


def test_a_supervisor_accepts_and_the_home_wave_stays(scan, session, world):
    asked = scan("ruslan")
    accepted = scan("ruslan", follows=asked.nonce, decision=ACCEPT, may_decide=True)
    assert (accepted.verdict, accepted.mode) == (Verdict.WELCOME, "sendiri")
    assert session.get(Participant, world.people["ruslan"]).wave_id == world.waves[1]
    case = cases(session)["other_wave", world.people["ruslan"]]
    assert case.settled_at and case.outcome == "WELCOME"
    row = session.scalar(select(Scan).where(Scan.nonce == accepted.nonce))
    assert session.get(Scan, row.follows_id).nonce == asked.nonce


@pytest.mark.parametrize("decision", [ACCEPT, Decision(resolve="head", reason="benar")])
def test_a_clerk_alone_decides_nothing(scan, session, decision, total):
    with refused("may_not_decide", 403):
        scan("ruslan", decision=decision)
    session.rollback()
    assert total(Scan) == 0


# Substitutes


def test_a_substitute_is_recorded_with_name_relation_and_letter(scan, session, world):
    answer = scan("rahmah", decision=Decision(substitute=NEPHEW))
    assert (answer.verdict, answer.mode) == (Verdict.REPRESENTED, "diwakili")
    stored = session.get(Substitute, answer.substitute_id)
    assert (stored.name, stored.relation, stored.letter, stored.phone) == (
        "KEPONAKAN CONTOH", "keponakan", True, "081200000999"
    )  # fmt: skip
    kept = session.scalar(select(Scan.answer))
    assert "0812" not in str(kept) and "KEPONAKAN" not in str(kept)


def test_a_mark_of_another_desk_or_of_long_ago_is_not_corrected_but_a_conflict(scan, world):
    now = clock.utcnow()
    first = scan("rahmah", now=now)
    other = scan("rahmah", follows=first.nonce, device_id=None, user_id=world.users["clerk"], now=now,
        decision=Decision(substitute=NEPHEW),
    )  # fmt: skip
    assert other.verdict is Verdict.CONFLICT
    later = now + timedelta(minutes=16)
    own = scan("rahmah", follows=first.nonce, decision=Decision(substitute=NEPHEW), now=later)
    assert own.verdict is Verdict.CONFLICT


def test_a_substitute_stands_in_at_the_sessions_too(scan, world):
    scan("rahmah", decision=Decision(substitute=NEPHEW))
    session_mark = scan("rahmah", at=world.session_one)
    assert (session_mark.verdict, session_mark.mode) == (Verdict.REPRESENTED, "diwakili")


# Conflicts


def test_the_head_comes_after_a_substitute_and_a_supervisor_takes_the_head(scan, session, world):
    scan("rahmah", decision=Decision(substitute=NEPHEW))
    conflict = scan("rahmah")
    assert (conflict.verdict, conflict.mode) == (Verdict.CONFLICT, "diwakili")
    assert ("conflict", world.people["rahmah"]) in cases(session)
    decided = scan(
        "rahmah", follows=conflict.nonce, decision=Decision(resolve="head", reason="datang"), may_decide=True
    )
    assert (decided.verdict, decided.mode) == (Verdict.WELCOME, "sendiri")
    assert live_mark(session, world.people["rahmah"], world.registration).mode == "sendiri"
    assert cases(session)["conflict", world.people["rahmah"]].settled_at


def test_a_substitute_comes_after_the_head_and_a_supervisor_takes_either(scan, session, world):
    scan("rahmah", device_id=None, user_id=world.users["clerk"])
    conflict = scan("rahmah", decision=Decision(substitute=NEPHEW))
    assert conflict.verdict is Verdict.CONFLICT
    decision = Decision(resolve="substitute", reason="yang tadi bukan orangnya")
    decided = scan("rahmah", follows=conflict.nonce, decision=decision, may_decide=True)
    assert decided.verdict is Verdict.REPRESENTED
    mark = live_mark(session, world.people["rahmah"], world.registration)
    assert session.get(Substitute, mark.substitute_id).name == "KEPONAKAN CONTOH"


def test_a_conflict_resolved_as_it_stands_changes_nothing(scan, session, world):
    first = scan("rahmah", decision=Decision(substitute=NEPHEW))
    conflict = scan("rahmah")
    decision = Decision(resolve="substitute", reason="kartu tertinggal")
    decided = scan("rahmah", follows=conflict.nonce, decision=decision, may_decide=True)
    assert (decided.verdict, decided.attendance_id) == (Verdict.REPRESENTED, first.attendance_id)


def test_what_is_no_conflict_is_not_resolved(scan, world):
    first = scan("rahmah")
    with refused("no_conflict", 409):
        scan("rahmah", follows=first.nonce, decision=Decision(resolve="head", reason="x"), may_decide=True)


# Walk-ins


def test_a_head_on_no_list_is_added_with_seat_card_and_wave_and_flagged(scan, session, world):
    new = Decision(walk_in=WalkIn("rt", "KETUA BARU CONTOH", "63.09.07.2004/009"))
    answer = scan(decision=new)
    person = session.get(Participant, answer.participant_id)
    assert answer.verdict is Verdict.WELCOME
    assert (person.name, person.seat.rt, person.wave_id) == ("KETUA BARU CONTOH", "009", world.waves[0])
    assert session.scalar(select(Badge).where(Badge.participant_id == person.id, Badge.revoked_at.is_(None)))
    assert ("walk_in", person.id) in cases(session)


def test_a_walk_in_sent_twice_is_one_person(scan, session):
    new = Decision(walk_in=WalkIn("tamu", "TAMU BARU CONTOH"))
    first, again = scan(decision=new, nonce="nonce-tamu"), scan(decision=new, nonce="nonce-tamu")
    assert again.replayed and again.participant_id == first.participant_id
    with refused("nonce_reused", 409):
        scan(decision=Decision(walk_in=WalkIn("tamu", "LAIN CONTOH")), nonce="nonce-tamu")


def test_a_walk_in_who_is_the_seats_head_is_simply_marked(scan, session, world):
    answer = scan(decision=Decision(walk_in=WalkIn("rt", "Syahrani", "63.09.07.2004/001")), may_decide=True)
    assert (answer.verdict, answer.participant_id) == (Verdict.WELCOME, world.people["syahrani"])


def test_another_head_of_a_seat_is_a_supervisors_to_replace(scan, session, world):
    new = Decision(walk_in=WalkIn("rt", "PENGGANTI CONTOH", "63.09.07.2004/001"))
    with refused("seat_taken", 409):
        scan(decision=new)
    session.rollback()
    answer = scan(decision=new, may_decide=True)
    assert answer.verdict is Verdict.WELCOME and answer.participant_id != world.people["syahrani"]
    assert session.get(Participant, world.people["syahrani"]).archived_at
    assert scan(code=world.tokens["syahrani"]).verdict is Verdict.REVOKED


@pytest.mark.parametrize("seat", ["63.09.07.2004", "99.99.99.2004/001", "63.09.07.2004/abc", "a/b/c/d"])
def test_a_seat_that_cannot_be_is_refused(scan, seat):
    with refused("no_such_seat"):
        scan(decision=Decision(walk_in=WalkIn("rt", "CONTOH", seat)))


# Late scans


def late(now, minutes, **more):
    return {"source": Source.OFFLINE, "client_at": now - timedelta(minutes=minutes), "now": now, "sent_at": now, **more}


@pytest.fixture
def paired(session, world):
    """The desk was paired an hour ago."""
    now = clock.utcnow()
    begin_write(session).get(Device, world.device).paired_at = now - timedelta(hours=1)
    session.commit()
    return now


def test_a_late_scan_of_somebody_marked_since_moves_the_mark_back(scan, session, world, paired):
    scan("rahmah", now=paired)
    again = scan("rahmah", **late(paired, 20))
    assert again.verdict is Verdict.ALREADY
    assert live_mark(session, world.people["rahmah"], world.registration).at == paired - timedelta(minutes=20)


def test_any_other_late_verdict_waits_and_makes_no_mark(scan, session, world, paired, total):
    assert scan("ruslan", **late(paired, 20)).verdict is Verdict.OTHER_WAVE
    assert scan(code="BUKAN KARTU", **late(paired, 10)).verdict is Verdict.UNKNOWN
    assert set(cases(session)) == {("late", world.people["ruslan"]), ("late", None)}
    assert total(Attendance) == 0


def test_a_late_scan_is_judged_by_the_window_of_its_time(scan, session, world, paired):
    begin_write(session).get(Checkpoint, world.registration).closes_at = paired - timedelta(minutes=15)
    session.commit()
    assert scan("rahmah", **late(paired, 20)).verdict is Verdict.WELCOME
    assert scan("yusuf", **late(paired, 10)).verdict is Verdict.NOT_OPEN


def test_a_clock_that_is_off_is_corrected_by_how_far(scan, session, world, paired):
    """The device is nine minutes ahead: it says 08.09 when it is 08.00."""
    ahead = timedelta(minutes=9)
    at = {"client_at": paired - timedelta(minutes=20) + ahead, "sent_at": paired + ahead}
    scan("rahmah", source=Source.OFFLINE, now=paired, **at)
    assert live_mark(session, world.people["rahmah"], world.registration).at == paired - timedelta(minutes=20)


@pytest.mark.parametrize("minutes", [-30, 120])
def test_a_time_that_cannot_be_is_the_servers_and_listed(scan, session, world, paired, minutes):
    scan("rahmah", **late(paired, minutes))
    assert live_mark(session, world.people["rahmah"], world.registration).at == paired
    assert ("time", world.people["rahmah"]) in cases(session)


@given(
    source=st.sampled_from([Source.WEDGE, Source.SEARCH, *LATE]),
    minutes=st.integers(-10_000, 10_000),
    ahead=st.none() | st.integers(-600_000, 600_000),
)
def test_no_time_is_ever_in_the_future_or_taken_from_a_door_that_is_not_late(source, minutes, ahead):
    now = clock.parse_iso("2023-11-08T00:30:00Z")
    at, _ = true_time(source, now - timedelta(minutes=minutes), None, now=now, offset_ms=ahead)
    assert at <= now and (source in LATE or at == now)
    assert now - at <= timedelta(minutes=abs(minutes)) + timedelta(milliseconds=abs(ahead or 0)) + TOLERANCE


@given(
    minutes=st.integers(0, 600),
    off=st.integers(-3_000_000_000, 30_000_000_000),  # seconds: 95 years back, 950 ahead
    measured=st.none() | st.just("measured"),
)
def test_a_clock_however_wrong_tells_the_true_time_while_it_goes_evenly(minutes, off, measured):
    """Never measured, it is corrected by what it says when it sends; measured, by that where both agree."""
    now = clock.parse_iso("2023-11-08T08:00:00Z")
    true, ahead = now - timedelta(minutes=minutes), timedelta(seconds=off)
    offset = off * 1000 if measured else None
    told = {"now": now, "offset_ms": offset, "existed_at": now - timedelta(hours=11)}
    try:
        client_at, sent_at = true + ahead, now + ahead
    except OverflowError:  # no clock shows a year beyond 9999
        return
    assert true_time(Source.OFFLINE, client_at, sent_at, **told) == (true, True)


@given(jump=st.integers(121, 10**9), forwards=st.booleans())
def test_a_clock_that_jumped_since_it_was_measured_is_not_believed(jump, forwards):
    now, by = clock.parse_iso("2023-11-08T08:00:00Z"), timedelta(seconds=jump if forwards else -jump)
    told = {"now": now, "offset_ms": 0}
    assert true_time(Source.OFFLINE, now - timedelta(hours=1), now + by, **told) == (now, False)


WAVE_DAY = clock.parse_iso("2023-11-07T16:00:00Z")  # midnight in the hall


@pytest.mark.parametrize("source", LATE)
@pytest.mark.parametrize("told", ["1980-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "2023-11-07T15:59:59Z"])
def test_no_late_scan_is_of_a_day_before_its_wave(source, told):
    now = clock.parse_iso("2023-11-08T02:00:00Z")
    assert true_time(source, clock.parse_iso(told), None, now=now, day_begins=WAVE_DAY) == (now, False)
    assert true_time(source, WAVE_DAY, None, now=now, day_begins=WAVE_DAY) == (WAVE_DAY, True)


@pytest.mark.parametrize("source", LATE)
def test_no_late_scan_is_older_than_its_device(source):
    now = clock.parse_iso("2023-11-08T02:00:00Z")
    born = now - timedelta(minutes=30)
    for minutes, taken in ((20, True), (31, True), (33, False)):
        at = now - timedelta(minutes=minutes)
        assert true_time(source, at, None, now=now, existed_at=born) == ((at, True) if taken else (now, False))


def test_what_stands_on_paper_was_read_from_no_devices_clock():
    now, at = clock.parse_iso("2023-11-08T02:00:00Z"), clock.parse_iso("2023-11-08T00:52:00Z")
    assert true_time(Source.PAPER, at, None, now=now, offset_ms=3_600_000) == (at, True)


@pytest.mark.parametrize("source", LATE)
@pytest.mark.parametrize("told", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z"])
def test_a_wild_clock_moves_nobodys_mark_and_is_listed(scan, session, world, source, told):
    now = clock.utcnow()
    scan("rahmah", now=now)
    scan("rahmah", source=source, client_at=clock.parse_iso(told), now=now)
    assert live_mark(session, world.people["rahmah"], world.registration).at == now
    assert ("time", world.people["rahmah"]) in cases(session)


def test_a_decision_is_about_whom_the_scan_was_about(scan, session, world):
    for who in ("rahmah", "yusuf"):
        scan(who)
    clash = scan("rahmah", decision=Decision(substitute=NEPHEW))
    theirs = {"follows": clash.nonce, "decision": Decision(resolve="substitute", reason="uji"), "may_decide": True}
    with refused("other_person", 409):
        scan("yusuf", **theirs)
    session.rollback()
    assert live_mark(session, world.people["yusuf"], world.registration).mode == "sendiri"
    assert scan("rahmah", **theirs).verdict is Verdict.REPRESENTED
    with refused("no_conflict", 409):  # that conflict was with the mark that was taken back
        scan("rahmah", **theirs)
    session.rollback()


# What programs send


@pytest.mark.parametrize(
    "told",
    [
        [],
        {},
        "x",
        {"dance": {}},
        {"accept_other_wave": {}},
        {"accept_other_wave": {"reason": " "}},
        {"accept_other_wave": "ya"},
        {"substitute": {}},
        {"substitute": {"name": 3}},
        {"substitute": {"name": "x" * 300}},
        {"substitute": {"name": "CONTOH", "letter": "ya"}},
        {"resolve": "both", "reason": "x"},
        {"resolve": "head"},
        {"walk_in": {"kind": "rt", "name": "CONTOH"}},
        {"walk_in": {"kind": "raja", "name": "CONTOH"}},
        {"walk_in": {"kind": "tamu", "name": "CONTOH", "seat": "63.09.07.2004/001"}},
        {"walk_in": {"kind": "tamu"}},
    ],
)
def test_a_decision_of_another_shape_is_refused(told):
    with pytest.raises(Refused) as caught:
        read_decision(told)
    assert caught.value.status == 422


def test_decisions_are_read_as_programs_send_them():
    assert read_decision({"accept_other_wave": {"reason": "jauh"}}) == Decision(accept_other_wave=True, reason="jauh")
    assert (
        read_decision({"substitute": {"name": "CONTOH", "phone": "+62 812 0000 0999"}}).substitute.phone
        == "081200000999"
    )
    assert read_decision({"walk_in": {"kind": "tamu", "name": "CONTOH"}}).walk_in == WalkIn("tamu", "CONTOH")
    assert read_decision(None).digest == "" != read_decision({"resolve": "head", "reason": "x"}).digest
