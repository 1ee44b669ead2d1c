"""Counts from a real database: unvoided attendance and nothing else."""

from collections.abc import Callable
from datetime import date, datetime

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from rtapp.accounts.roles import Actor, Role
from rtapp.checkin.marks_store import void_mark
from rtapp.db import begin_write
from rtapp.live import store
from rtapp.roster.store import archive_participant
from rtapp.schema import Attendance, Checkpoint, Device, Invitation, Participant, Village, Wave

from .world import World, at

pytestmark = pytest.mark.both_engines

Mark = Callable[..., int]
SUPERVISOR = Actor("user", 1, "Uji", Role.SUPERVISOR)


@pytest.fixture
def mark(session: Session, world: World) -> Mark:
    """Record that somebody is present, as the desk does; return the mark's id."""

    def make(who: str, checkpoint: int | None = None, *, mode: str = "sendiri", moment: datetime | None = None) -> int:
        begin_write(session)
        row = Attendance(
            checkpoint_id=checkpoint or world.registration,
            participant_id=world.people[who],
            number=1 + (session.scalar(select(func.max(Attendance.number))) or 0),
            mode=mode,
            at=moment or at(7, 52),
            device_id=world.device,
        )
        session.add(row)
        session.commit()
        return row.id

    return make


def change(session: Session, model: type, id_: int, **values: object) -> None:
    begin_write(session)
    row = session.get(model, id_)
    for field, value in values.items():
        setattr(row, field, value)
    session.commit()


def void(session: Session, mark_id: int) -> None:
    change(session, Attendance, mark_id, voided_at=at(8), voided_by="Uji", void_reason="salah orang")


def test_who_came_is_present_and_the_rest_is_missing(session, world, mark):
    for who in ("rahmah", "syahrani"):
        mark(who)
    mark("muis", mode="diwakili")
    counts = store.counts_at(session, world.registration)
    assert (counts.hadir, counts.diwakili, counts.belum) == (3, 1, 4)
    assert counts.share == pytest.approx(3 / 7)


def test_a_mark_taken_back_counts_nowhere_and_one_made_again_once(session, world, mark):
    for who in ("rahmah", "yusuf"):
        void(session, mark(who))
    mark("yusuf")
    counts = store.counts_at(session, world.registration)
    assert (counts.hadir, counts.belum) == (1, 6)
    assert store.count_at(session, world.registration).hadir == 1
    assert [arrival.name for arrival in store.last_arrivals(session, world.registration)] == ["M. YUSUF"]


def test_each_checkpoint_counts_for_itself(session, world, mark):
    mark("rahmah")
    mark("rahmah", world.session_one)
    mark("yusuf", world.session_one)
    assert store.counts_at(session, world.registration).hadir == 1
    assert store.counts_at(session, world.session_one).hadir == 2


def test_a_head_of_another_wave_or_of_none_stands_beside_the_percentage(session, world, mark):
    change(session, Participant, world.people["nobody_asked"], wave_id=None)
    for who in ("ruslan", "nobody_asked"):
        mark(who)
    counts = store.counts_at(session, world.registration)
    assert (counts.hadir, counts.other_wave, counts.guests, counts.belum, counts.share) == (0, 2, 0, 7, 0)


def test_who_registered_at_another_wave_is_neither_present_nor_missing_at_home_unless_they_came_there_too(
    session, world, mark
):
    for who in ("rahmah", "yusuf"):
        mark(who, world.registration_two)
    mark("yusuf")
    counts = store.counts_at(session, world.registration)
    assert (counts.hadir, counts.elsewhere, counts.belum) == (1, 1, 5)


def test_a_material_of_another_wave_does_not_make_one_present_there(writing, world, mark):
    material = Checkpoint(wave_id=world.waves[1], name="Materi 1", kind="sesi", position=1)
    writing.add(material)
    writing.commit()
    mark("rahmah", material.id)
    counts = store.counts_at(writing, world.registration)
    assert (counts.elsewhere, counts.belum) == (0, 7)


def test_guests_speakers_and_committee_are_counted_apart(session, world, mark):
    mark("guest")
    counts = store.counts_at(session, world.registration)
    assert (counts.hadir, counts.guests, counts.other_wave, counts.belum) == (0, 1, 0, 7)
    assert store.count_at(session, world.registration).hadir == 0


def test_a_rehearsal_is_in_no_count_of_the_wave(writing, world, mark):
    rehearsal = Checkpoint(wave_id=world.waves[0], name="Gladi", kind="gladi", position=-1)
    elsewhere = Checkpoint(wave_id=world.waves[1], name="Gladi", kind="gladi", position=-1)
    writing.add_all((rehearsal, elsewhere))
    writing.commit()
    mark("rahmah", rehearsal.id)
    mark("yusuf", elsewhere.id)
    assert store.registration_of(writing, world.waves[0]).id == world.registration
    counts = store.counts_at(writing, world.registration)
    assert (counts.hadir, counts.elsewhere, counts.belum) == (0, 0, 7)
    assert store.count_at(writing, rehearsal.id).hadir == 1  # the desk sees its own rehearsal move


def test_the_wave_is_counted_at_its_first_registration(writing, world):
    writing.add(Checkpoint(wave_id=world.waves[0], name="Registrasi sore", kind="hadir", position=9))
    writing.commit()
    assert store.registration_of(writing, world.waves[0]).id == world.registration
    change(writing, Checkpoint, world.registration, position=10)
    assert store.registration_of(writing, world.waves[0]).name == "Registrasi sore"


def test_the_number_on_the_invitation_is_shown_and_the_list_beside_it(writing, world):
    invited = writing.query(Invitation).filter_by(wave_id=world.waves[0], invited=5).one()
    invited.invited = 8
    writing.commit()
    counts = store.counts_at(writing, world.registration)
    assert (counts.invited, counts.invited_by, counts.roster, counts.belum) == (10, "invitation", 7, 7)


def test_an_archived_head_is_no_longer_expected_but_one_archived_after_coming_stays(writing, world, mark):
    writing.execute(delete(Invitation))
    writing.commit()
    mark("yusuf")
    for who in ("yusuf", "rahmah"):
        change(writing, Participant, world.people[who], archived_at=at(9), archive_reason="diganti")
    of_the_list = store.counts_at(writing, world.registration)
    assert (of_the_list.invited, of_the_list.invited_by) == (6, "roster")
    for counts in (store.counts_at(writing, world.registration), store.count_at(writing, world.registration)):
        assert (counts.hadir, counts.roster) == (1, 6)


def test_a_board_is_of_one_moment_whoever_comes_while_it_is_read(session, world):
    counts = store.counts_at(session, world.registration)
    assert (counts.hadir, counts.belum, counts.invited, counts.share) == (0, 7, 7, 0)
    with Session(session.get_bind()) as desk:
        person = desk.get_one(Participant, world.people["rahmah"])
        mark = {"number": 1, "mode": "sendiri", "at": at(7, 52), "device_id": world.device}
        begin_write(desk).add(Attendance(checkpoint_id=world.registration, participant_id=person.id, **mark))
        desk.commit()
    assert store.count_at(session, world.registration).hadir == 0
    assert store.last_arrivals(session, world.registration) == []
    session.rollback()
    assert store.counts_at(session, world.registration).hadir == 1


def test_districts_and_villages_stand_in_the_order_of_their_codes(session, world, mark):
    for who in ("rahmah", "rahmah_mabuun", "hamdani", "syahrani", "ruslan"):
        mark(who)
    places = [
        (district.name, district.hadir, district.roster,
         [(village.name, village.kind, village.hadir, village.roster) for village in district.villages])
        for district in store.counts_at(session, world.registration).districts
    ]  # fmt: skip
    assert places == [
        ("Murung Pudak", 3, 5, [("Belimbing Raya", "kelurahan", 1, 2), ("Mabu'un", "kelurahan", 2, 3)]),
        ("Muara Uya", 1, 2, [("Uwie", "desa", 1, 2)]),
    ]


def test_an_invited_district_without_a_list_is_seen_and_what_was_not_typed_is_told_apart(writing, world, mark):
    tanta = writing.get(Village, world.villages["padangin_tanta"]).district
    writing.add(Invitation(wave_id=world.waves[0], district_id=tanta.id, invited=3))
    uwie = writing.get(Village, world.villages["uwie"]).district_id
    writing.execute(delete(Invitation).where(Invitation.district_id == uwie))
    writing.commit()
    mark("syahrani")
    places = {
        district.name: (district.hadir, district.roster, district.invited, len(district.villages))
        for district in store.counts_at(writing, world.registration).districts
    }
    assert places == {"Tanta": (0, 0, 3, 0), "Murung Pudak": (0, 5, 5, 2), "Muara Uya": (1, 2, None, 1)}


def test_the_last_ten_arrivals_newest_first_with_place_and_desk(session, world, mark):
    order = ("rahmah", "yusuf", "rahmah_mabuun", "hamdani", "aminah", "syahrani", "muis", "ruslan", "nobody_asked")
    for minute, who in enumerate(order):
        mark(who, moment=at(7, minute))
    mark("guest", mode="diwakili", moment=at(7, 30))
    void(session, mark("rahmah", world.session_one))
    arrivals = store.last_arrivals(session, world.registration)
    first, second = arrivals[0], arrivals[1]
    assert len(arrivals) == 10
    assert (first.name, first.kind, first.rt, first.village, first.mode) == ("Tamu Contoh", "tamu", "", "", "diwakili")
    assert (second.name, second.rt, second.village) == ("TAKDITANYA", "009", "Padangin")
    assert (second.at, second.recorded_by) == (at(7, 8), "Meja 1")
    assert [arrival.name for arrival in store.last_arrivals(session, world.registration, limit=1)] == [first.name]


def test_an_arrival_without_a_device_names_the_user(session, world, mark):
    change(session, Attendance, mark("rahmah"), device_id=None, user_id=world.users["clerk"])
    assert store.last_arrivals(session, world.registration)[0].recorded_by == "Uji clerk"


def waves(*closed: bool) -> list[Wave]:
    moment = at(18)
    days = (date(2023, 11, 8), date(2023, 11, 15), date(2023, 11, 29))
    return [
        Wave(number=number, date=day, closed_at=moment if is_closed else None)
        for number, (day, is_closed) in enumerate(zip(days, closed, strict=True), start=1)
    ]


@pytest.mark.parametrize(
    ("today", "closed", "number"),
    [
        (date(2023, 11, 15), (False, False, False), 2),
        (date(2023, 11, 15), (False, True, False), 2),
        (date(2023, 11, 10), (False, False, False), 1),
        (date(2023, 11, 10), (True, False, False), 2),
        (date(2026, 11, 25), (True, True, True), 3),
    ],
)
def test_the_counts_wanted_are_those_of_today_else_of_the_first_wave_not_closed(today, closed, number):
    assert store.current_wave(waves(*closed), today).number == number


def test_numbers_move_with_marks_undoings_and_edits_and_with_nothing_else(session, world, mark):
    seen = [store.last_change(session)]
    mark_id = mark("rahmah")
    seen.append(store.last_change(session))
    begin_write(session)
    void_mark(session, SUPERVISOR, mark_id, "salah orang", now=at(8))
    session.commit()
    seen.append(store.last_change(session))
    begin_write(session)
    archive_participant(session, "uji", world.people["yusuf"], "diganti", now=at(8))
    session.commit()
    seen.append(store.last_change(session))
    assert len(set(seen)) == 4
    change(session, Device, world.device, last_seen=at(8))
    assert store.last_change(session) == seen[-1]
