"""What was undone and decided comes back after a restore: desks hand in receipts that only the server can write."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from rtapp import clock
from rtapp.accounts.roles import Actor, Role
from rtapp.checkin.attempt import Attempt
from rtapp.checkin.cases_store import note_absence, open_cases, settle_case
from rtapp.checkin.decision import NO_DECISION, Decision, Substituted, WalkIn
from rtapp.checkin.marks_store import void_mark
from rtapp.checkin.recall_store import Handing, Outcome, hand_in
from rtapp.checkin.receipts_store import last_receipt, receipts_since
from rtapp.checkin.seals_store import examine
from rtapp.checkin.store import record_scan
from rtapp.checkin.verdict import Source
from rtapp.db import begin_write, db
from rtapp.documents.sealed_text import opened, sealed
from rtapp.privacy.retention import ErasureLevel
from rtapp.privacy.store import erase
from rtapp.safety.ledger_store import examine as examine_ledger
from rtapp.schema import Absence, Attendance, Audit, AuditValue, Case, Participant, Scan

from .rewound import Backup

pytestmark = pytest.mark.both_engines
NEPHEW = Substituted("KEPONAKAN CONTOH", "keponakan", True, "081200000999")
APPLIED, KNOWN, LOST = Outcome.APPLIED, Outcome.KNOWN, Outcome.LOST


class Hall:
    """The small training with a coordinator; ``told`` is what a desk has heard of, ``day`` what it has sent."""

    def __init__(self, session, world):
        self.session, self.world, self.told, self.day = session, world, [], []
        self.coordinator = Actor("user", world.users["supervisor"], "Uji supervisor", Role.SUPERVISOR)

    def scan(self, person, nonce="", decision=NO_DECISION, point="registration", **more):
        may = decision.needs_duty
        who = {} if decision.walk_in else {"participant_id": self.world.people[person]}
        attempt = Attempt(
            nonce or f"nonce-{len(self.day):04}", getattr(self.world, point), more.pop("source", Source.SEARCH),
            recorded_by="Uji supervisor" if may else "Meja 1", device_id=None if may else self.world.device,
            user_id=self.coordinator.id if may else None, may_decide=may, decision=decision, **who, **more,
        )  # fmt: skip
        self.day.append(attempt)
        return self.send(attempt)

    def send(self, attempt):
        answer = record_scan(begin_write(self.session), attempt, now=clock.utcnow())
        self.session.commit()
        return answer

    def undo(self, mark, reason="salah orang"):
        void_mark(begin_write(self.session), self.coordinator, mark, reason, now=clock.utcnow())
        self.session.commit()

    def excuse(self, person, kind):
        who, wave = self.world.people[person], self.world.waves[0]
        note_absence(begin_write(self.session), "Uji supervisor", who, wave, kind, "", now=clock.utcnow())
        self.session.commit()

    def hear(self):
        """Let the desk fetch what it has not, as it does with every change."""
        last, told = receipts_since(self.session, self.world.registration, 0)
        assert last == last_receipt(self.session)
        self.session.rollback()
        self.told = [opened(sealed(receipt, "kunci"), "kunci") for receipt in told]

    def hand_in(self, by="Meja 2"):
        handing = Handing(by, self.world.device, None, clock.utcnow())
        outcomes = hand_in(begin_write(self.session), self.told, handing)
        self.session.commit()
        return outcomes

    def comes_back(self, backup):
        """Let the desk hear, restore the backup, and let the desk hand in what it heard."""
        self.hear()
        backup.restore()
        return self.hand_in()

    def send_all_again(self):
        late = {"source": Source.OFFLINE, "client_at": clock.utcnow()}
        return [self.send(replace(attempt, **late)) for attempt in self.day]

    def present(self):
        names = {id_: name for name, id_ in self.world.people.items()}
        rows = select(Attendance).where(Attendance.voided_at.is_(None)).order_by(Attendance.id)
        found = {names.get(mark.participant_id, ""): mark.mode for mark in self.session.scalars(rows)}
        self.session.rollback()
        return found

    def is_whole(self):
        found = list(examine_ledger(self.session))
        self.session.rollback()
        return found == [] and examine(self.session).clean

    def trail(self, action):
        rows = select(Audit, AuditValue.values).join(AuditValue, AuditValue.audit_id == Audit.id)
        return self.session.execute(rows.where(Audit.action == action).order_by(Audit.id)).all()


@pytest.fixture
def hall(session, world):
    return Hall(session, world)


def test_what_was_undone_after_a_backup_is_undone_after_its_restore_and_the_trail_says_by_whom(hall):
    marks = {who: hall.scan(who).attendance_id for who in ("rahmah", "yusuf", "aminah")}
    backup = Backup(hall.session)
    hall.undo(marks["rahmah"])
    hall.undo(marks["yusuf"], "tertukar")
    hall.hear()
    backup.restore()
    assert set(hall.present()) == {"rahmah", "yusuf", "aminah"}
    assert hall.hand_in() == [APPLIED, APPLIED]
    assert set(hall.present()) == {"aminah"} and hall.is_whole()
    line, values = hall.trail("attendance.void")[-1]
    assert (line.actor, line.reason, values["handed_in"]) == ("Uji supervisor", "tertukar", "Meja 2")
    mark = hall.session.get(Attendance, marks["yusuf"])
    assert (mark.voided_by, mark.void_reason) == ("Uji supervisor", "tertukar")
    assert clock.iso(mark.voided_at) == values["decided_at"]


def test_receipts_are_applied_once_whoever_hands_them_in_and_however_often(hall):
    hall.undo(hall.scan("rahmah").attendance_id)
    hall.excuse("yusuf", "sakit")
    hall.scan("ruslan", decision=Decision(accept_other_wave=True, reason="sudah di tempat"))
    hall.hear()
    assert hall.hand_in() == [KNOWN] * 3, "nothing was restored"
    lines = len(hall.session.scalars(select(Audit)).all())
    assert hall.hand_in("Meja 3") == [KNOWN] * 3
    assert len(hall.session.scalars(select(Audit)).all()) == lines


def test_a_scan_that_the_backup_does_not_know_is_there_undone_before_its_desk_sends_it_again(hall):
    backup = Backup(hall.session)
    hall.undo(hall.scan("rahmah").attendance_id)
    assert hall.comes_back(backup) == [APPLIED]
    assert [answer.replayed for answer in hall.send_all_again()] == [True]
    assert hall.present() == {} and hall.is_whole() and hall.trail("scan.decide") == [], "nobody decided to mark them"


def test_a_card_scanned_before_is_the_same_scan_when_its_desk_sends_it_after_the_receipt(hall):
    backup = Backup(hall.session)
    card = Attempt(
        "nonce-card", hall.world.registration, Source.CAMERA, code=hall.world.tokens["rahmah"],
        device_id=hall.world.device, recorded_by="Meja 1",
    )  # fmt: skip
    hall.undo(hall.send(card).attendance_id)
    assert hall.comes_back(backup) == [APPLIED]
    assert hall.send(card).replayed and hall.present() == {}


@pytest.mark.parametrize("winner", ["head", "substitute"])
def test_a_conflict_decided_after_a_backup_is_decided_after_its_restore(hall, winner):
    hall.scan("rahmah")
    backup = Backup(hall.session)
    conflict = hall.scan("rahmah", decision=Decision(substitute=NEPHEW))
    hall.scan("rahmah", decision=Decision(resolve=winner, reason="dilihat sendiri"), follows=conflict.nonce)
    before = hall.present()
    assert before == {"rahmah": "diwakili" if winner == "substitute" else "sendiri"}
    assert APPLIED in hall.comes_back(backup)
    assert hall.present() == before and hall.is_whole()
    hall.send(hall.day[1])  # the desk brings the conflict back
    assert hall.present() == before and hall.is_whole()


def test_somebody_accepted_from_another_wave_is_accepted_again_without_the_desk_having_the_right(hall):
    backup = Backup(hall.session)
    asked = hall.scan("ruslan")
    hall.scan("ruslan", decision=Decision(accept_other_wave=True, reason="sudah di tempat"), follows=asked.nonce)
    assert hall.comes_back(backup) == [APPLIED]
    assert hall.present() == {"ruslan": "sendiri"} and hall.is_whole()
    [(line, values)] = hall.trail("scan.decide")
    assert (line.actor, line.reason, values["handed_in"]) == ("Uji supervisor", "sudah di tempat", "Meja 2")


def test_a_decision_with_a_pin_that_its_desk_brings_back_without_it_is_made_when_the_receipt_comes(hall):
    backup = Backup(hall.session)
    hall.scan("ruslan", "nonce-pin", decision=Decision(accept_other_wave=True, reason="sudah di tempat"))
    hall.hear()
    backup.restore()
    plain = hall.scan("ruslan", "nonce-pin", source=Source.OFFLINE, client_at=clock.utcnow())
    assert plain.verdict == "OTHER_WAVE" and len(open_cases(hall.session, hall.coordinator)) == 1
    assert hall.hand_in() == [APPLIED]
    assert hall.hand_in() == [KNOWN]
    assert hall.present() == {"ruslan": "sendiri"} and open_cases(hall.session, hall.coordinator) == []
    assert hall.is_whole()


def test_a_substitute_that_was_decided_comes_back_with_name_and_letter(hall):
    backup = Backup(hall.session)
    told = Decision(accept_other_wave=True, substitute=NEPHEW, reason="sudah di tempat")
    hall.scan("ruslan", decision=told)
    hall.comes_back(backup)
    assert hall.present() == {"ruslan": "diwakili"} and hall.is_whole()
    hall.hear()
    [again] = hall.told
    assert again["substitute"] == vars(NEPHEW), "and would come back once more"


def test_somebody_on_no_list_comes_back_as_the_same_person_once(hall):
    backup = Backup(hall.session)
    hall.scan(None, decision=Decision(walk_in=WalkIn("tamu", "TAMU CONTOH")))
    assert hall.comes_back(backup) == [APPLIED]
    assert hall.send_all_again()[0].replayed
    [case] = open_cases(hall.session, hall.coordinator)
    assert (case.kind, case.told) == ("walk_in", "TAMU CONTOH"), "a coordinator still looks at it"
    names = hall.session.scalars(select(Participant.name).where(Participant.name == "TAMU CONTOH")).all()
    assert len(names) == 1 and hall.is_whole()


def test_a_case_closed_without_a_mark_stays_closed(hall):
    backup = Backup(hall.session)
    hall.scan("ruslan")
    [case] = open_cases(hall.session, hall.coordinator)
    settle_case(begin_write(hall.session), "Uji supervisor", case.id, "pulang", now=clock.utcnow())
    hall.session.commit()
    assert hall.comes_back(backup) == [APPLIED]
    assert hall.send_all_again()[0].replayed
    assert open_cases(hall.session, hall.coordinator) == []
    [kept] = hall.session.scalars(select(Case))
    assert (kept.kind, kept.settled_by, kept.outcome) == ("other_wave", "Uji supervisor", "pulang")
    assert hall.is_whole()


def test_of_excuses_the_last_one_stands_whoever_hands_in_first(hall):
    backup = Backup(hall.session)
    for kind in ("izin", "sakit"):
        hall.excuse("yusuf", kind)
    hall.excuse("aminah", "dinas")
    hall.excuse("aminah", "")
    hall.hear()
    backup.restore()
    told, hall.told = hall.told, hall.told[1:]
    assert hall.hand_in() == [APPLIED, APPLIED, APPLIED]
    hall.told = told
    assert hall.hand_in("Meja 3") == [KNOWN] * 4
    live = hall.session.scalars(select(Absence).where(Absence.withdrawn_at.is_(None))).all()
    assert [(row.participant_id, row.kind) for row in live] == [(hall.world.people["yusuf"], "sakit")]


def test_whoever_came_after_the_undoing_and_was_told_they_stand_waits_for_a_person(hall):
    mark = hall.scan("rahmah").attendance_id
    backup = Backup(hall.session)
    hall.undo(mark)
    hall.hear()
    backup.restore()
    assert hall.scan("rahmah").verdict == "ALREADY"  # the restored copy still held the mark
    assert hall.hand_in() == [APPLIED]
    [case] = open_cases(hall.session, hall.coordinator)
    assert (case.kind, case.person.id) == ("late", hall.world.people["rahmah"]) and hall.is_whole()


def test_nobody_else_is_marked_who_was_given_the_same_number_after_a_restore(hall):
    backup = Backup(hall.session)
    hall.scan(None, decision=Decision(walk_in=WalkIn("tamu", "TAMU CONTOH")))
    guest = hall.session.scalar(select(Participant.id).where(Participant.name == "TAMU CONTOH"))
    hall.world.people["guest"] = guest
    hall.excuse("guest", "izin")
    hall.hear()
    hall.told = [told for told in hall.told if told["act"] == "absence.note"]
    backup.restore()
    assert hall.hand_in() == [LOST]
    [(line, values)] = hall.trail("receipt.lost")
    assert (line.actor, values["handed_in"]) == ("Uji supervisor", "Meja 2") and hall.is_whole()


@pytest.mark.parametrize("level", list(ErasureLevel))
def test_what_was_handed_in_is_proven_after_an_erasure_too(hall, level):
    mark = hall.scan("rahmah").attendance_id
    backup = Backup(hall.session)
    hall.undo(mark, "telepon 081200000102")
    hall.comes_back(backup)
    erase(begin_write(hall.session), "uji", level, now=clock.utcnow() + timedelta(seconds=1))
    hall.session.commit()
    assert hall.present() == {} and hall.is_whole()


# The doors: pages and programs


def test_a_desk_hears_of_them_by_its_count_and_hands_them_in_through_its_form(client_of, hall, world, session):
    desk = client_of("clerk")
    mark = hall.scan("rahmah").attendance_id
    assert 'data-receipts="0"' not in desk.get(f"/desk/{world.registration}").text or last_receipt(session) == 0
    backup = Backup(session)
    hall.undo(mark)
    newest = last_receipt(session)
    assert f'data-receipts="{newest}"' in desk.get(f"/desk/{world.registration}").text
    told = desk.get(f"/api/v1/checkpoints/{world.registration}/receipts?after=0").json
    assert told["last"] == newest and len(told["receipts"]) == 1
    assert "rahmah" not in told["receipts"][0].lower()
    assert desk.get(f"/api/v1/checkpoints/{world.registration}/receipts?after={newest}").json["receipts"] == []
    session.rollback()
    backup.restore()
    assert desk.post("/receipts", data={"receipts": " ".join(told["receipts"])}).status_code == 200
    assert hall.present() == {} and hall.is_whole()
    assert hall.trail("attendance.void")[-1][1]["handed_in"] == "Uji clerk"


def test_a_program_hands_in_and_is_told_what_became_of_each(client_of, hall, world, session):
    program = client_of("program")
    mark = hall.scan("rahmah").attendance_id
    backup = Backup(session)
    hall.undo(mark)
    address = f"/api/v1/checkpoints/{world.registration}/receipts"
    receipts = program.get(address).json["receipts"]
    session.rollback()
    backup.restore()
    forged = [sealed({"act": "attendance.void", "nonce": "nonce-0000"}, "kunci orang lain"), "bukan apa-apa", "é"]
    said = program.post("/api/v1/receipts", json={"receipts": [*receipts, *forged]})
    assert said.json == {"applied": 1, "known": 0, "lost": 0, "refused": 3}
    assert hall.present() == {} and hall.is_whole()
    for broken in (None, [], {"receipts": "x"}, {"receipts": [1]}):
        assert program.post("/api/v1/receipts", json=broken).status_code == 422
    assert program.post("/api/v1/receipts", json={"receipts": ["x"] * 201}).status_code == 413


@pytest.mark.parametrize("after", ["-1", "x", "", "9" * 30, "1.5", "٣"])
def test_receipts_are_asked_for_by_a_number_alone(client_of, world, after):
    address = f"/api/v1/checkpoints/{world.registration}/receipts"
    assert client_of("clerk").get(address, query_string={"after": after}).status_code == 422
    assert client_of("admin").get("/api/v1/checkpoints/999/receipts").status_code == 404


def test_receipts_of_another_wave_are_not_told(hall):
    hall.undo(hall.scan("ruslan", point="registration_two").attendance_id)
    last, told = receipts_since(hall.session, hall.world.registration, 0)
    assert told == [] and last == last_receipt(hall.session)
    assert len(receipts_since(hall.session, hall.world.registration_two, 0)[1]) == 1


def test_scans_of_a_receipt_say_in_the_persons_story_what_they_are(app, hall):
    backup = Backup(hall.session)
    hall.undo(hall.scan("rahmah").attendance_id)
    hall.comes_back(backup)
    [scan] = db.session.scalars(select(Scan)).all()
    assert scan.answer["handed_in"] == "Meja 2" and scan.source == "offline"
