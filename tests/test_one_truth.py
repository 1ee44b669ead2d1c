"""One truth: after whatever happened, every page, paper, export and program says the same of each person and place."""

import csv
import re
from collections import Counter
from dataclasses import dataclass, field
from io import StringIO

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from rtapp import clock
from rtapp.accounts.roles import Actor, Role
from rtapp.checkin.attempt import Attempt
from rtapp.checkin.cases_store import note_absence
from rtapp.checkin.decision import Decision, Substituted
from rtapp.checkin.marks_store import snapshot, void_mark
from rtapp.checkin.store import record_scan
from rtapp.checkin.verdict import Source, Verdict
from rtapp.db import begin_write, db
from rtapp.events.standing import ABSENCES
from rtapp.live.store import count_at, counts_at, registration_of
from rtapp.reports.attendance_store import listed_points, roll_of
from rtapp.reports.recap import rows
from rtapp.reports.recap_store import recap_of
from rtapp.reports.transport_store import payable_points
from rtapp.roster.bulk_store import move_people
from rtapp.roster.store import archive_participant
from rtapp.safety.ledger_store import examine
from rtapp.schema import Absence, Attendance, Case, Checkpoint, Invitation, Participant, Scan, Village, Wave

from . import AT_LENGTH
from .reading import texts, words
from .world import World

PEOPLE = ("rahmah", "yusuf", "hamdani", "aminah", "syahrani", "muis", "ruslan", "guest")
DOORS = ("registration", "east", "registration_two")
NEPHEW = Substituted("KEPONAKAN CONTOH", "keponakan", True, "")
STATES = ("hadir", "diwakili", "gelombang_lain", *ABSENCES, "belum")
people = st.sampled_from(PEOPLE)
HAPPENS = st.one_of(
    st.tuples(st.just("come"), people, st.sampled_from(DOORS), st.booleans()),
    st.tuples(st.just("come"), people, st.sampled_from(DOORS), st.booleans()),
    st.tuples(st.just("undo"), people),
    st.tuples(st.just("excuse"), people, st.sampled_from(["", *ABSENCES])),
    st.tuples(st.just("archive"), people),
    st.tuples(st.just("move"), people, st.integers(0, 1)),
    st.tuples(st.just("invite"), st.sampled_from(["belimbing_raya", "uwie"]), st.integers(0, 9)),
)


@dataclass
class Model:
    """What happened, in plain Python: who is marked at which wave's registration, noted as absent, archived, where."""

    marks: dict[tuple[str, int], str] = field(default_factory=dict)  # (person, place of the wave) → mode
    absent: dict[tuple[str, int], str] = field(default_factory=dict)
    homes: dict[str, int] = field(default_factory=dict)
    archived: set[str] = field(default_factory=set)

    def states(self, wave: int) -> dict[str, str]:
        """Return the state of everybody on the list of a wave."""
        found = {}
        for person, home in self.homes.items():
            here, there = self.marks.get((person, wave)), self.marks.get((person, 1 - wave))
            if home == wave and (person not in self.archived or here):
                noted = self.absent.get((person, wave), "belum")
                found[person] = here.replace("sendiri", "hadir") if here else "gelombang_lain" if there else noted
        return found


class Hall:
    """The small training with a second door at wave I, wiped before every run of events."""

    def __init__(self, session: Session, world: World) -> None:
        self.session, self.world, self.scans = session, world, 0
        begin_write(session)
        east = Checkpoint(wave_id=world.waves[0], name="Pintu timur", kind="hadir", position=5)
        session.add(east)
        session.commit()
        world.east = east.id
        heads = session.query(Participant).filter_by(kind="rt")
        names = {id_: name for name, id_ in world.people.items()}
        self.homes = {names[head.id]: world.waves.index(head.wave_id) for head in heads}
        self.villages = {names[head.id]: session.get(Village, head.seat.village_id) for head in heads}

    def start(self) -> Model:
        session = begin_write(self.session)
        for table in (Case, Scan, Attendance, Absence):
            session.execute(delete(table))
        for name, home in self.homes.items():
            head = session.get(Participant, self.world.people[name])
            head.wave_id, head.archived_at, head.archive_reason = self.world.waves[home], None, ""
        session.commit()
        return Model(homes=dict(self.homes))

    def happen(self, model: Model, what: str, who: str, *more) -> None:
        getattr(self, what)(model, who, *more)
        self.session.commit()

    def come(self, model, who, door, instead):
        self.scans += 1
        decision = Decision(accept_other_wave=True, reason="uji", substitute=NEPHEW if instead else None)
        attempt = Attempt(
            f"nonce-{self.scans:05}", getattr(self.world, door), Source.SEARCH, participant_id=self.world.people[who],
            device_id=self.world.device, recorded_by="Meja 1", decision=decision, may_decide=True,
        )  # fmt: skip
        answer = record_scan(begin_write(self.session), attempt, now=clock.utcnow())
        wave = 1 if door == "registration_two" else 0
        there = model.marks.get((who, wave))
        if answer.verdict in (Verdict.WELCOME, Verdict.REPRESENTED):
            assert there is None, "one person, one mark, whichever door"
            model.marks[who, wave] = answer.mode
        elif answer.verdict is not Verdict.ARCHIVED:
            assert answer.verdict == ("ALREADY" if there == ("diwakili" if instead else "sendiri") else "CONFLICT")

    def undo(self, model, who):
        actor = Actor("user", self.world.users["supervisor"], "Uji supervisor", Role.SUPERVISOR)
        rows = self.session.query(Attendance).filter_by(participant_id=self.world.people[who], voided_at=None)
        mark = rows.order_by(Attendance.id).first()
        if mark is not None:
            point = self.session.get(Checkpoint, mark.checkpoint_id)
            void_mark(begin_write(self.session), actor, mark.id, "uji", now=clock.utcnow())
            del model.marks[who, self.world.waves.index(point.wave_id)]

    def excuse(self, model, who, kind):
        wave = model.homes.get(who)
        if wave is not None and who != "guest":
            here = (self.world.people[who], self.world.waves[wave])
            note_absence(begin_write(self.session), "uji", *here, kind, "", now=clock.utcnow())
            model.absent[who, wave] = kind or "belum"

    def archive(self, model, who):
        if who not in model.archived and who != "guest":
            archive_participant(begin_write(self.session), "uji", self.world.people[who], "pindah", now=clock.utcnow())
            model.archived.add(who)

    def move(self, model, who, wave):
        if who not in model.archived and who != "guest":
            there = self.session.get(Wave, self.world.waves[wave])
            move_people(begin_write(self.session), "uji", [self.world.people[who]], there, now=clock.utcnow())
            model.homes[who] = wave

    def invite(self, _model, village, number):
        session = begin_write(self.session)
        district = session.get(Village, self.world.villages[village]).district_id
        found = session.query(Invitation).filter_by(wave_id=self.world.waves[0], district_id=district).one()
        found.invited = number


def numbers(states: Counter) -> dict[str, object]:
    """Return what every number must be for these states."""
    told = {"hadir": states["hadir"] + states["diwakili"], "diwakili": states["diwakili"]}
    told |= {"elsewhere": states["gelombang_lain"], "absent": {kind: states[kind] for kind in ABSENCES}}
    return told | {"belum": states["belum"], "roster": states.total()}


def is_same_everywhere(hall: Hall, model: Model, admin: FlaskClient, wave: int) -> None:
    states = model.states(wave)
    whole = Counter(states.values())
    by_village: dict[str, Counter] = {}
    by_district: dict[str, Counter] = {}
    for who, state in states.items():
        village = hall.villages[who]
        by_village.setdefault(village.code, Counter())[state] += 1
        by_district.setdefault(village.district.code, Counter())[state] += 1
    wave_id = hall.world.waves[wave]
    doors = [hall.world.registration, hall.world.east] if wave == 0 else [hall.world.registration_two]
    for door in doors:
        told = admin.get(f"/api/v1/checkpoints/{door}/counts").json
        assert {name: told[name] for name in numbers(whole)} == numbers(whole)
        for places, expected in (("villages", by_village), ("districts", by_district)):
            shown = {one["code"]: {name: one[name] for name in numbers(whole)} for one in told[places] if one["roster"]}
            assert shown == {code: numbers(states) for code, states in expected.items()}
        small = count_at(db.session, door)
        assert (small.hadir, small.roster) == (numbers(whole)["hadir"], whole.total())
    the_pages_say(hall, admin, wave_id, whole, states, model)
    the_papers_say(wave_id, whole, by_district, by_village)


def the_pages_say(hall, admin, wave_id, whole, states, model) -> None:
    board = admin.get(f"/waves/{wave_id}/counts")
    told = dict(zip(texts(board, "dt"), texts(board, "dd"), strict=True))
    assert [int(told[label]) for label in ("sendiri", "diwakili", "hadir di gelombang lain", "belum hadir")] == [
        whole[state] for state in ("hadir", "diwakili", "gelombang_lain", "belum")
    ]
    hadir = whole["hadir"] + whole["diwakili"]
    assert f"{hadir} hadir dari {whole.total()} di daftar" in words(board)
    missing = admin.get(f"/waves/{wave_id}/missing").text
    assert len(re.findall(r'<li class="row[^"]*" id="head-', missing)) == whole["belum"] + sum(
        whole[kind] for kind in ABSENCES
    )
    number = hall.session.get(Wave, wave_id).number
    for state in STATES:
        mine = [who for who, stands in states.items() if stands == state and who not in model.archived]
        if state == "hadir":  # of a list: in person and by a substitute
            mine += [who for who, stands in states.items() if stands == "diwakili" and who not in model.archived]
        page = words(admin.get(f"/participants?wave={number}&status={state}"))
        assert f"{len(mine)} dari" in page if mine else "Tidak ada yang cocok" in page, state
    for village in {hall.villages[who] for who in states}:
        page = admin.get(f"/waves/{wave_id}/places/{village.code}").text
        expected = Counter(stands for other, stands in states.items() if hall.villages[other] == village)
        assert Counter(re.findall(r'data-status="(\w+)"', page)) == expected
    table = list(
        csv.DictReader(StringIO(admin.get(f"/waves/{wave_id}/counts.csv").data.decode("utf-8-sig")), delimiter=";")
    )
    assert table[-1]["di_daftar"] == str(whole.total()) and table[-1]["hadir"] == str(hadir)
    assert all(sum(int(row[name]) for name in ("sendiri", *STATES[1:])) == int(row["di_daftar"]) for row in table)
    shown = words(admin.get(f"/waves/{wave_id}/attendance"))
    assert all(f"{label} {whole[state]}" in shown for label, state in (("hadir", "hadir"), ("belum hadir", "belum"))
               if whole[state])  # fmt: skip


def the_papers_say(wave_id, whole, by_district, by_village) -> None:
    wave = db.session.get(Wave, wave_id)
    roll = roll_of(db.session, wave, None, blank=False, now=clock.utcnow())
    assert {state: number for state, number in roll.counts.items() if state != "apart"} == dict(whole)
    lines = list(rows(recap_of(db.session, wave).counts))
    for row in lines:
        assert sum(row.cells[:8]) == row.cells[8] and sum(row.cells[:2]) == row.cells[9]
    assert lines[-1].cells[:9] == (*(whole[state] for state in STATES), whole.total())
    for level, expected in (("kecamatan", by_district), ("desa", by_village)):
        listed = sorted(row.cells[8] for row in lines if row.level == level and row.cells[8])
        assert listed == sorted(states.total() for states in expected.values())


def test_every_page_paper_export_and_program_says_the_same(session, world, admin):
    hall = Hall(session, world)

    @settings(
        max_examples=60 if AT_LENGTH else 6,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(st.lists(HAPPENS, min_size=6, max_size=30))
    def whatever_happens(events):
        model = hall.start()
        for event in events:
            hall.happen(model, *event)
        for wave in (0, 1):
            is_same_everywhere(hall, model, admin, wave)
        wrong = [found for found in examine(session) if found.code in ("count", "double")]
        assert wrong == []
        session.rollback()

    whatever_happens()


@pytest.fixture
def east(session, world):
    """A second door of wave I's registration."""
    begin_write(session)
    door = Checkpoint(wave_id=world.waves[0], name="Pintu timur", kind="hadir", position=5)
    session.add(door)
    session.commit()
    return door.id


@pytest.mark.both_engines
def test_a_second_door_of_the_registration_answers_already(scan, session, world, east):
    first = scan("rahmah")
    second = scan("rahmah", east)
    assert (first.verdict, second.verdict) == ("WELCOME", "ALREADY")
    assert (second.attendance_id, second.device) == (first.attendance_id, "Meja 1")
    assert scan("yusuf", east).verdict == "WELCOME"
    assert scan("yusuf").verdict == "ALREADY"
    for door in (world.registration, east):
        assert (counts_at(session, door).hadir, count_at(session, door).hadir) == (2, 2)
        came = {one["id"] for one in snapshot(session, door) if one["at"]}
        assert came == {world.people["rahmah"], world.people["yusuf"]}


@pytest.mark.both_engines
def test_the_database_itself_holds_one_mark_for_all_doors(session, world, east):
    begin_write(session)
    mark = {"participant_id": world.people["rahmah"], "number": 1, "at": world.now}
    session.add_all([Attendance(checkpoint_id=door, **mark) for door in (world.registration, east)])
    with pytest.raises(IntegrityError):
        session.flush()
    session.rollback()


def test_a_substitute_at_another_door_is_a_conflict(scan, east):
    scan("rahmah")
    assert scan("rahmah", east, decision=Decision(substitute=NEPHEW)).verdict == "CONFLICT"


@pytest.mark.both_engines
def test_a_session_that_wants_the_registration_takes_either_door(scan, session, world, east):
    begin_write(session)
    session.get(Checkpoint, world.session_one).requires_id = world.registration
    session.commit()
    before = scan("rahmah", world.session_one)
    assert (before.verdict, before.requires) == ("NOT_OPEN", "Registrasi")
    scan("rahmah", east)
    assert scan("rahmah", world.session_one).verdict == "WELCOME"


def test_the_doors_of_a_registration_have_one_list_and_one_payment(scan, session, world, east):
    wave = session.get(Wave, world.waves[0])
    scan("rahmah", east)
    assert registration_of(session, wave.id).id == world.registration
    assert [point.name for point in listed_points(session, wave.id)] == ["Registrasi", "Materi 1"]
    assert [point.name for point in payable_points(session, wave.id)] == ["Registrasi", "Materi 1"]
    rolls = [roll_of(session, wave, door, blank=False, now=world.now) for door in (world.registration, east)]
    assert rolls[0].digest == rolls[1].digest and rolls[0].counts["hadir"] == 1
