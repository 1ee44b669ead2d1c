"""The door as a machine: any order of what may happen at it, held beside a model in plain Python.

Two desks at two doors of one registration scan cards and people, offline too, by clocks that are off by millennia; they
decide, resend, undo; cards are issued anew, people are moved to another wave, the wave is closed and opened again,
numbers are erased, and the database is put back to an older copy, after which every desk brings its day back: alone,
or with the receipts of what was undone and decided that it has heard of.

Held after every step: one live mark per person at all doors of the registration, of the mode that was told; the counts
of every door are those of the marks and add up to the list; no mark is of the future or older than its device; every
nonce that was answered is there once. After a restore under desks that heard: nothing undone stands, whoever stood
stands as before or waits for a person, no decision is made twice. At the end the trail, every scan and every mark are
proven.
"""

import copy
import sqlite3
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, multiple, rule, run_state_machine_as_test
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from rtapp import clock
from rtapp.accounts.roles import Actor, Role
from rtapp.audit.chain import GENESIS
from rtapp.badges.store import live_badge, reissue
from rtapp.checkin.attempt import Answer, Attempt
from rtapp.checkin.decide_store import COUNTING
from rtapp.checkin.decision import NO_DECISION, TOLERANCE, Decision, Substituted
from rtapp.checkin.marks_store import void_mark
from rtapp.checkin.recall_store import Handing, hand_in
from rtapp.checkin.receipts_store import Receipt, receipts_since
from rtapp.checkin.seals_store import examine
from rtapp.checkin.store import record_scan
from rtapp.checkin.verdict import Source
from rtapp.db import begin_write
from rtapp.events.store import close_wave, reopen_wave
from rtapp.live import store as live
from rtapp.privacy.retention import ErasureLevel
from rtapp.privacy.store import erase
from rtapp.refusals import Refused
from rtapp.roster.bulk_store import move_people
from rtapp.schema import (
    Attendance,
    Audit,
    AuditValue,
    Case,
    ChainHead,
    Checkpoint,
    Device,
    Participant,
    Scan,
    Substitute,
    Wave,
)

from . import AT_LENGTH
from .world import World

PEOPLE = ("rahmah", "yusuf", "syahrani", "ruslan")
DESKS = ("Meja 1", "Meja 2")
SUBSTITUTE = Decision(substitute=Substituted("KEPONAKAN CONTOH", "keponakan", True, ""), reason="berhalangan")
ACCEPT = Decision(accept_other_wave=True, reason="sudah di tempat")
BORN = clock.utcnow()  # when the desks were made
WILD = [clock.parse_iso(told) for told in ("0001-01-01T00:00:00Z", "1980-01-01T00:00:00Z", "9999-12-31T23:59:59Z")]
people, desks = st.sampled_from(PEOPLE), st.sampled_from(DESKS)


@dataclass
class Model:
    """What must stand in the database; ``told`` is the verdict and number that each nonce was answered with."""

    marks: dict[str, str] = field(default_factory=dict)  # person → "sendiri" or "diwakili"
    homes: dict[str, int] = field(default_factory=dict)  # person → place of the wave
    cards: dict[str, list[str]] = field(default_factory=dict)  # person → tokens, the live one last
    told: dict[str, tuple[str, int | None]] = field(default_factory=dict)
    highest: dict[int, int] = field(default_factory=dict)  # by door
    closed_at: datetime | None = None

    def predict(self, person: str, attempt: Attempt, undone: list[tuple[datetime, datetime]]) -> tuple[str, str]:
        """Return the verdict on an attempt that was not seen before, and the mode of the mark that it makes or "".

        ``undone`` says from when until when the person stood by marks that were taken back.
        """
        decision, stands = attempt.decision, self.marks.get(person)
        if attempt.code and attempt.code not in self.cards[person]:
            return "UNKNOWN", ""  # issued after the copy that was put back
        if attempt.code and attempt.code != self.cards[person][-1]:
            return "REVOKED", ""
        if decision.resolve:
            wanted = "diwakili" if decision.resolve == "substitute" else "sendiri"
            return ("REPRESENTED" if wanted == "diwakili" else "WELCOME"), wanted if wanted != stands else ""
        if self.closed_at is not None and not self.was_before(attempt):
            return "NOT_OPEN", ""
        wanted = "diwakili" if decision.substitute else "sendiri"
        if stands:
            return ("ALREADY" if stands == wanted else "CONFLICT"), ""
        if self.homes[person] != 0 and not decision.accept_other_wave:
            return "OTHER_WAVE", ""
        told = attempt.client_at
        if told and any(begun <= told < ended for begun, ended in undone):
            return "CONFLICT", ""
        return ("REPRESENTED" if wanted == "diwakili" else "WELCOME"), wanted

    def was_before(self, attempt: Attempt) -> bool:
        """Say whether an attempt tells of a time at which the wave was still open, and is believed."""
        told = attempt.client_at
        return told is not None and BORN <= told < self.closed_at


class Door(RuleBasedStateMachine):
    """``days`` is what the desks have sent and had answered, in order; ``queues`` is what waits at each."""

    known = Bundle("known")

    def __init__(self, session: Session, world: World) -> None:
        super().__init__()
        self.session, self.world, self.scans = session, world, 0
        self.queues: dict[str, list[tuple[str, Attempt]]] = {desk: [] for desk in DESKS}
        self.day: list[tuple[str, Attempt]] = []
        self.backup: tuple[sqlite3.Connection, Model] | None = None
        self.heard: list[Receipt] = []
        self.heard_before: list[Receipt] = []  # an erasure
        self.when: dict[str, datetime] = {}  # when each attempt was made
        begin_write(session)
        for table in (Case, Scan, Attendance, Substitute, AuditValue, Audit):
            session.execute(delete(table))
        session.get_one(ChainHead, 1).chain = GENESIS
        session.get_one(Wave, world.waves[0]).closed_at = None
        session.get_one(Device, world.device).created_at = BORN
        east = select(Checkpoint.id).where(Checkpoint.wave_id == world.waves[0], Checkpoint.name == "Pintu timur")
        if session.scalar(east) is None:
            session.add(Checkpoint(wave_id=world.waves[0], name="Pintu timur", kind="hadir", position=5))
            session.flush()
        self.doors = {"Meja 1": world.registration, "Meja 2": session.scalar(east)}
        self.model = Model(homes={each: int(each == "ruslan") for each in PEOPLE})
        for each, place in self.model.homes.items():
            session.get_one(Participant, world.people[each]).wave_id = world.waves[place]
        self.model.cards = {each: [live_badge(session, world.people[each]).token] for each in PEOPLE}
        session.commit()

    def attempt(self, person: str, desk: str, **more: object) -> Attempt:
        self.scans += 1
        who = {} if "code" in more else {"participant_id": self.world.people[person]}
        return Attempt(
            f"nonce-{self.scans:04}", self.doors[desk], more.pop("source", Source.SEARCH), recorded_by=desk,
            device_id=self.world.device, may_decide=True, **who, **more,
        )  # fmt: skip

    def record(self, person: str, attempt: Attempt) -> Answer:
        """Send an attempt, hold the answer beside the model, and take the mark up there."""
        before = self.model.told.get(attempt.nonce)
        verdict, mode = self.model.predict(person, attempt, self._undone(person)) if before is None else (before[0], "")
        answer = record_scan(begin_write(self.session), attempt, now=clock.utcnow())
        self.session.commit()
        assert answer.verdict == verdict and answer.replayed == (before is not None)
        if before is not None:
            assert answer.number == before[1]
            return answer
        if mode:
            door = attempt.checkpoint_id
            assert answer.mode == mode and answer.number > self.model.highest.get(door, 0), "never given twice"
            self.model.highest[door], self.model.marks[person] = answer.number, mode
        self.model.told[attempt.nonce] = (verdict, answer.number)
        self.when.setdefault(attempt.nonce, clock.utcnow())
        self.day.append((person, attempt))
        return answer

    @rule(target=known, person=people, desk=desks, decision=st.sampled_from([NO_DECISION, ACCEPT, SUBSTITUTE]))
    def ask(self, person, desk, decision):
        attempt = self.attempt(person, desk, decision=decision)
        self.record(person, attempt)
        return person, attempt

    @rule(target=known, person=people, desk=desks, old=st.booleans())
    def show_a_card(self, person, desk, old):
        cards = self.model.cards[person]
        attempt = self.attempt(person, desk, code=cards[0] if old else cards[-1], source=Source.CAMERA)
        self.record(person, attempt)
        return person, attempt

    @rule(target=known, person=people, desk=desks, winner=st.sampled_from(["head", "substitute"]))
    def meet_both_and_decide(self, person, desk, winner):
        stands = self.model.marks.get(person)
        if stands is None or self.model.closed_at is not None:
            return multiple()
        conflict = self.attempt(person, desk, decision=SUBSTITUTE if stands == "sendiri" else NO_DECISION)
        assert self.record(person, conflict).verdict == "CONFLICT"
        decision = Decision(resolve=winner, reason="dilihat sendiri")
        attempt = self.attempt(person, desk, decision=decision, follows=conflict.nonce)
        self.record(person, attempt)
        return person, attempt

    @rule(person=people, desk=desks, by_card=st.booleans(), clock_says=st.sampled_from([None, *WILD]))
    def scan_offline(self, person, desk, by_card, clock_says):
        how = {"code": self.model.cards[person][-1]} if by_card else {}
        attempt = self.attempt(person, desk, source=Source.OFFLINE, client_at=clock_says or clock.utcnow(), **how)
        self.queues[desk].append((person, attempt))

    @rule(desk=desks)
    def reach_the_server_again(self, desk):
        waiting, self.queues[desk] = self.queues[desk], []
        for person, attempt in waiting:
            self.record(person, attempt)

    @rule(closed=st.booleans())
    def close_or_open_the_wave(self, closed):
        session, now = begin_write(self.session), clock.utcnow()
        (close_wave if closed else reopen_wave)(session, "uji", session.get_one(Wave, self.world.waves[0]), now=now)
        session.commit()
        self.model.closed_at = (self.model.closed_at or now) if closed else None

    @rule(level=st.sampled_from(list(ErasureLevel)))
    def erase_what_is_personal(self, level):
        self.hear_what_was_undone_and_decided()
        self.heard_before = self.heard  # the desks keep it, while the trail's words may be erased
        erase(begin_write(self.session), "uji", level, now=clock.utcnow())
        self.session.commit()

    @rule(known=known)
    def send_again(self, known):
        self.record(*known)

    @rule(person=people)
    def undo(self, person):
        if person not in self.model.marks:
            return
        mark = self.session.scalar(self._live(person))
        supervisor = Actor("user", self.world.users["supervisor"], "Uji supervisor", Role.SUPERVISOR)
        void_mark(begin_write(self.session), supervisor, mark.id, "salah orang", now=clock.utcnow())
        self.session.commit()
        del self.model.marks[person]

    @rule(person=people)
    def issue_a_new_card(self, person):
        badge = reissue(begin_write(self.session), "uji", self.world.people[person], "hilang", now=clock.utcnow())
        self.session.commit()
        self.model.cards[person].append(badge.token)

    @rule(person=people, place=st.integers(0, 1))
    def move_to_a_wave(self, person, place):
        session = begin_write(self.session)
        wave = session.get_one(Wave, self.world.waves[place])
        move_people(session, "uji", [self.world.people[person]], wave, now=clock.utcnow())
        session.commit()
        self.model.homes[person] = place

    @rule()
    def keep_a_copy(self):
        kept = sqlite3.connect(":memory:")
        self._file().backup(kept)
        self.backup = kept, copy.deepcopy(self.model)

    @rule()
    def put_the_copy_back(self):
        """Restore, then every desk sends its day again: what was acknowledged is there again, each nonce once."""
        if self.backup is None:
            return
        kept, model = self.backup
        kept.backup(self._file())
        self.session.expire_all()
        self.model, self.heard_before = copy.deepcopy(model), []
        day, self.day = self.day, []
        for person, attempt in day:
            if attempt.nonce not in self.model.told and self._settles_nothing(attempt):
                continue
            if attempt.nonce in self.model.told:
                self.day.append((person, attempt))
            self.record(person, attempt)

    @rule()
    def hear_what_was_undone_and_decided(self):
        self.heard = [*self.heard_before, *receipts_since(self.session, self.world.registration, 0)[1]]
        self.session.rollback()

    @rule()
    def put_the_copy_back_under_open_desks(self):
        """Restore; every desk, which has heard of all until now, hands its receipts in and sends its day as late."""
        if self.backup is None:
            return
        self.hear_what_was_undone_and_decided()
        before, (kept, model) = copy.deepcopy(self.model), self.backup
        kept.backup(self._file())
        self.session.expire_all()
        for desk in DESKS:
            handing = Handing(desk, self.world.device, None, clock.utcnow())
            hand_in(begin_write(self.session), self.heard, handing)
            self.session.commit()
        self.day = [each for each in self.day if not self._was_undone(*each, before)]
        for _person, attempt in self.day:
            late = {} if attempt.client_at else {"source": Source.OFFLINE, "client_at": self.when[attempt.nonce]}
            with suppress(Refused):  # what settles nothing here is set aside
                record_scan(begin_write(self.session), replace(attempt, **late), now=clock.utcnow())
            self.session.commit()
        self.model = copy.deepcopy(model)
        self._take_up()
        self._holds_after(before, model)

    def _was_undone(self, person: str, attempt: Attempt, before: Model) -> bool:
        """Say whether a desk has forgotten an attempt: it counted then, and its person does not stand any more."""
        return before.told.get(attempt.nonce, ("",))[0] in COUNTING and person not in before.marks

    def _take_up(self) -> None:
        """Believe the database: which marks stand, what each nonce was answered with, the highest numbers."""
        names = {id_: name for name, id_ in self.world.people.items()}
        marks = self.session.scalars(select(Attendance)).all()
        self.model.marks = {names[mark.participant_id]: mark.mode for mark in marks if mark.voided_at is None}
        scans = self.session.scalars(select(Scan)).all()
        self.model.told = {scan.nonce: (scan.verdict, scan.answer.get("number")) for scan in scans}
        for mark in marks:
            highest = max(self.model.highest.get(mark.checkpoint_id, 0), mark.number)
            self.model.highest[mark.checkpoint_id] = highest
        self.session.rollback()

    def _holds_after(self, before: Model, model: Model) -> None:
        undone = [told["nonce"] for told in self.heard if told["act"] == "attendance.void"]
        rows = select(Scan.nonce).join(Attendance, Attendance.id == Scan.attendance_id)
        standing = set(self.session.scalars(rows.where(Attendance.voided_at.is_(None))))
        assert not standing & set(undone), "what was undone stands again"
        # A card issued after the copy is known to nobody here: its scan waits, too, and is about no person.
        waiting = set(self.session.scalars(select(Case.participant_id).where(Case.settled_at.is_(None))))
        same = (before.homes, before.cards, before.closed_at) == (model.homes, model.cards, model.closed_at)
        for person in PEOPLE if same else ():
            stands_as_before = self.model.marks.get(person) == before.marks.get(person)
            assert stands_as_before or self.world.people[person] in waiting
        lines = [clock.iso(line.at) for line in self.session.scalars(select(Audit))]
        hand_in(begin_write(self.session), self.heard, Handing("Meja 1", self.world.device, None, clock.utcnow()))
        self.session.commit()
        assert [clock.iso(line.at) for line in self.session.scalars(select(Audit))] == lines, "applied twice"
        self.session.rollback()

    def _settles_nothing(self, attempt: Attempt) -> bool:
        """Say whether an attempt settles a conflict that in the restored database is none."""
        return bool(attempt.decision.resolve) and self.model.told.get(attempt.follows, ("",))[0] != "CONFLICT"

    def _file(self) -> sqlite3.Connection:
        self.session.rollback()
        raw = self.session.connection().connection.driver_connection
        self.session.rollback()
        return raw

    def _undone(self, person: str) -> list[tuple[datetime, datetime]]:
        mine = Attendance.participant_id == self.world.people[person]
        rows = select(Attendance.at, Attendance.voided_at).where(mine, Attendance.voided_at.is_not(None))
        return [(row.at, row.voided_at) for row in self.session.execute(rows)]

    def _live(self, person: str):
        mine = Attendance.participant_id == self.world.people[person]
        return select(Attendance).where(mine, Attendance.voided_at.is_(None))

    @invariant()
    def what_stands_is_what_was_told(self):
        standing = {}
        for person in PEOPLE:
            for mark in self.session.scalars(self._live(person)).all():
                assert person not in standing, "two live marks of one person"
                standing[person] = mark.mode
        assert standing == self.model.marks
        self.session.rollback()

    @invariant()
    def the_count_is_the_ledgers(self):
        here = [person for person in self.model.marks if self.model.homes[person] == 0]
        for door in self.doors.values():
            counts = live.counts_at(self.session, door)
            assert counts.hadir == live.count_at(self.session, door).hadir == len(here)
            others = counts.elsewhere + sum(counts.absent.values()) + counts.belum
            assert counts.hadir + others == counts.roster
        self.session.rollback()

    @invariant()
    def no_mark_is_of_the_future_or_of_before_its_device(self):
        for mark in self.session.scalars(select(Attendance)):
            assert BORN - TOLERANCE <= mark.at <= clock.utcnow()
        self.session.rollback()

    def teardown(self):
        """After all of it the trail, every scan and every mark are proven, erased or not."""
        assert examine(self.session).clean
        self.session.rollback()

    @invariant()
    def nothing_acknowledged_is_lost(self):
        kept = self.session.scalars(select(Scan.nonce)).all()
        assert sorted(kept) == sorted(self.model.told)
        self.session.rollback()


def test_any_order_of_what_happens_at_the_door_leaves_what_was_told(session, world):
    whole = settings(
        max_examples=200 if AT_LENGTH else 12,
        stateful_step_count=30,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(lambda: Door(session, world), settings=whole)
