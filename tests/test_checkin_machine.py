"""The door as a machine: any order of scans, resends, decisions and undos, held beside a model in plain Python."""

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, multiple, rule, run_state_machine_as_test
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from rtapp import clock
from rtapp.accounts.roles import Actor, Role
from rtapp.checkin.decision import NO_DECISION, Decision, Substituted
from rtapp.checkin.marks_store import void_mark
from rtapp.checkin.store import Answer, Attempt, record_scan
from rtapp.checkin.verdict import Source
from rtapp.db import begin_write
from rtapp.schema import Attendance, Case, Scan, Substitute

from .world import World

HERE, ELSEWHERE = ("rahmah", "yusuf", "syahrani"), ("ruslan",)
SUBSTITUTE = Decision(substitute=Substituted("KEPONAKAN CONTOH", "keponakan", True, ""), reason="berhalangan")
ACCEPT = Decision(accept_other_wave=True, reason="sudah di tempat")
people = st.sampled_from(HERE + ELSEWHERE)


class Door(RuleBasedStateMachine):
    """``marks`` is what must stand in the database: person → "sendiri" or "diwakili"."""

    asked = Bundle("asked")

    def __init__(self, session: Session, world: World) -> None:
        super().__init__()
        self.session, self.world = session, world
        self.marks: dict[str, str] = {}
        self.scans = 0
        self.highest = 0
        begin_write(session)
        for table in (Case, Scan, Attendance, Substitute):
            session.execute(delete(table))
        session.commit()

    def record(self, attempt: Attempt) -> Answer:
        answer = record_scan(begin_write(self.session), attempt, now=clock.utcnow())
        self.session.commit()
        return answer

    def ask(self, person: str, decision: Decision = NO_DECISION, follows: str = "") -> tuple[Attempt, Answer]:
        self.scans += 1
        attempt = Attempt(
            f"nonce-{self.scans:04}", self.world.registration, Source.SEARCH, participant_id=self.world.people[person],
            device_id=self.world.device, recorded_by="Meja 1", decision=decision, follows=follows, may_decide=True,
        )  # fmt: skip
        return attempt, self.record(attempt)

    def marked(self, person: str, mode: str, answer: Answer) -> None:
        assert answer.mode == mode and answer.number > self.highest, "a number is never given twice"
        self.highest = answer.number
        self.marks[person] = mode

    @rule(target=asked, person=people)
    def scan(self, person):
        attempt, answer = self.ask(person)
        stands = self.marks.get(person)
        if stands:
            assert answer.verdict == ("CONFLICT" if stands == "diwakili" else "ALREADY")
        elif person in ELSEWHERE:
            assert answer.verdict == "OTHER_WAVE"
        else:
            assert answer.verdict == "WELCOME"
            self.marked(person, "sendiri", answer)
        return attempt, answer

    @rule(target=asked, person=people)
    def accept(self, person):
        attempt, answer = self.ask(person, ACCEPT)
        stands = self.marks.get(person)
        assert answer.verdict == {None: "WELCOME", "sendiri": "ALREADY", "diwakili": "CONFLICT"}[stands]
        if stands is None:
            self.marked(person, "sendiri", answer)
        return attempt, answer

    @rule(target=asked, person=st.sampled_from(HERE))
    def send_a_substitute(self, person):
        attempt, answer = self.ask(person, SUBSTITUTE)
        stands = self.marks.get(person)
        assert answer.verdict == {None: "REPRESENTED", "sendiri": "CONFLICT", "diwakili": "ALREADY"}[stands]
        if stands is None:
            self.marked(person, "diwakili", answer)
        return attempt, answer

    @rule(target=asked, person=st.sampled_from(HERE), winner=st.sampled_from(["head", "substitute"]))
    def meet_both_and_decide(self, person, winner):
        stands = self.marks.get(person)
        if stands is None:
            return multiple()
        conflict, _ = self.ask(person, SUBSTITUTE if stands == "sendiri" else NO_DECISION)
        attempt, answer = self.ask(person, Decision(resolve=winner, reason="dilihat sendiri"), conflict.nonce)
        wanted = "diwakili" if winner == "substitute" else "sendiri"
        assert answer.verdict == ("REPRESENTED" if winner == "substitute" else "WELCOME") and answer.mode == wanted
        if wanted != stands:
            self.marked(person, wanted, answer)
        return attempt, answer

    @rule(known=asked)
    def send_again(self, known):
        attempt, answer = known
        again = self.record(attempt)
        assert again.replayed and (again.verdict, again.number) == (answer.verdict, answer.number)

    @rule(person=people)
    def undo(self, person):
        if person not in self.marks:
            return
        mark = self.session.scalar(self._live(person))
        supervisor = Actor("user", self.world.users["supervisor"], "Uji supervisor", Role.SUPERVISOR)
        void_mark(begin_write(self.session), supervisor, mark.id, "salah orang", now=clock.utcnow())
        self.session.commit()
        del self.marks[person]

    def _live(self, person: str):
        mine = Attendance.participant_id == self.world.people[person]
        return select(Attendance).where(mine, Attendance.voided_at.is_(None))

    @invariant()
    def what_stands_is_what_was_told(self):
        standing = {}
        for person in HERE + ELSEWHERE:
            for mark in self.session.scalars(self._live(person)).all():
                assert person not in standing, "two live marks of one person"
                standing[person] = mark.mode
        assert standing == self.marks
        self.session.rollback()

    @invariant()
    def every_attempt_is_kept_once(self):
        kept = self.session.execute(select(func.count(), func.count(Scan.nonce.distinct()))).one()
        assert tuple(kept) == (self.scans, self.scans)
        self.session.rollback()


def test_any_order_of_what_happens_at_the_door_leaves_what_was_told(session, world):
    whole = settings(max_examples=25, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(lambda: Door(session, world), settings=whole)
