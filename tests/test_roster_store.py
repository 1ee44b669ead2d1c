"""Seats and their heads on a real SQLite file: who is found, and what a change does."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from rtapp.db import begin_write
from rtapp.refusals import Refused
from rtapp.roster import seat_store, store
from rtapp.roster.find_store import Filter, count_people, find_people, find_person, neighbour
from rtapp.schema import Attendance, Invitation, Participant, Seat, Village

from .refusing import refused
from .trailed import trail
from .world import World

pytestmark = pytest.mark.both_engines


def found(session: Session, **wanted: str) -> list[tuple[str, str]]:
    return [(person.name, person.rt) for person in find_people(session, Filter(**wanted))]


def change(session: Session, world: World, who: str, **changes: object) -> Participant:
    begin_write(session)
    version = find_person(session, world.people[who]).version
    person = store.change_participant(session, "uji", world.people[who], version, changes, now=world.now)
    session.commit()
    return person


def test_the_list_goes_by_village_and_rt_number_and_guests_come_last(session, world):
    people = find_people(session, Filter())
    places = [(person.village_code, person.rt) for person in people]
    assert places[:-1] == sorted(places[:-1]) and people[-1].kind == "tamu"


@pytest.mark.parametrize(
    "words", ["rahmah belimbing", "RAHMAH  RT 2", "belimbing rt.002", "hj. rahma raya", "2 belimb"]
)
def test_words_of_name_rt_and_village_find_the_one_they_agree_on(session, world, words):
    assert found(session, q=words) == [("Hj. RAHMAH", "002")]


def test_a_village_is_found_without_its_apostrophe(session, world):
    assert {name for name, _rt in found(session, q="mabuun")} == {"Rahmah", "HAMDANI BIN UMAR", "SITI AMINAH"}


def test_a_misspelt_name_finds_the_most_alike_and_counts_none(session, world):
    assert ("SYAHRANI", "001") in found(session, q="syahrini")
    assert count_people(session, Filter(q="syahrini")) == 0


@pytest.mark.parametrize("words", ["%", "_", "-", "…", "'", ".", "rt", "RW", "احمد", "٣", "\u200b"])
def test_words_without_a_usable_letter_or_number_find_nobody(session, world, words):
    assert found(session, q=words) == [] and count_people(session, Filter(q=words)) == 0


def test_signs_beside_words_are_no_part_of_what_is_looked_for(session, world):
    assert found(session, q="- rahmah %") == found(session, q="rahmah") != []


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"district": "63.09.07"}, {"SYAHRANI", "ABDUL MUIS"}),
        ({"village": "63.09.06.1006"}, {"Rahmah", "HAMDANI BIN UMAR", "SITI AMINAH"}),
        ({"wave": "2"}, {"RUSLAN", "TAKDITANYA"}),
        ({"wave": "none"}, {"Tamu Contoh"}),
        ({"wave": "99999999999999999999"}, set()),
        ({"wave": "²"}, set()),
        ({"kind": "tamu"}, {"Tamu Contoh"}),
        ({"status": "arsip"}, set()),
    ],
)
def test_a_filter_narrows_the_list(session, world, wanted, expected):
    assert {name for name, _rt in found(session, **wanted)} == expected
    assert count_people(session, Filter(**wanted)) == len(expected)


def test_present_elsewhere_and_missing_go_by_the_registration_of_ones_own_wave(writing, world):
    for checkpoint, who, number in (
        (world.registration, "rahmah", 1),
        (world.session_one, "yusuf", 1),
        (world.registration_two, "muis", 1),
    ):
        writing.add(
            Attendance(
                checkpoint_id=checkpoint, participant_id=world.people[who], number=number, mode="sendiri", at=world.now
            )
        )
    writing.commit()
    assert found(writing, status="hadir") == [("Hj. RAHMAH", "002")]
    assert found(writing, status="gelombang_lain") == [("ABDUL MUIS", "002")]
    assert count_people(writing, Filter(status="belum")) == len(world.people) - 2
    muis = find_person(writing, world.people["muis"])
    assert (muis.standing, muis.away) == ("gelombang_lain", 2)
    assert find_person(writing, world.people["rahmah"]).present_at == world.now
    at_session = find_people(writing, Filter(q="yusuf", checkpoint_id=world.session_one))
    assert at_session[0].present_at == world.now


def test_the_neighbours_are_those_below_and_above_in_the_same_list(session, world):
    wanted = Filter(village="63.09.06.1006")
    ids = [world.people[who] for who in ("rahmah_mabuun", "hamdani", "aminah")]
    assert neighbour(session, wanted, ids[0]) == (ids[1], 1)
    assert neighbour(session, wanted, ids[1], -1) == (ids[0], 0)
    assert neighbour(session, wanted, ids[2]) is None
    assert neighbour(session, wanted, ids[0], -1) is None
    assert neighbour(session, wanted, world.people["rahmah"]) is None


def test_a_change_is_found_by_its_new_words_and_stands_in_the_trail(session, world):
    change(session, world, "yusuf", name="  Drs. Muhammad   Yusuf ", phone="081300000999")
    assert found(session, q="muhammad yusuf") == [("Drs. Muhammad Yusuf", "003")]
    line, kept = trail(session, 1)[0]
    assert line.action == "participant.change"
    assert (kept.values["before"]["name"], kept.values["after"]["phone"]) == ("M. YUSUF", "081300000999")


def test_saving_what_was_already_there_makes_no_new_version_and_no_line(session, world):
    before = len(trail(session))
    person = change(session, world, "yusuf", name="M. YUSUF", phone="081200000103", place=("63.09.06.1001", "003", ""))
    assert (person.version, len(trail(session))) == (1, before)


@pytest.mark.parametrize(("name", "code"), [("   ", "no_name"), ("N" * 201, "long_name")])
def test_an_unusable_name_is_refused(session, world, name, code):
    with refused(code):
        change(session, world, "yusuf", name=name)


def test_an_rw_corrected_by_hand_stays_the_same_seat_and_makes_a_new_version(session, world):
    seat = session.get(Participant, world.people["yusuf"]).seat_id
    person = change(session, world, "yusuf", place=("63.09.06.1001", "003", "001"))
    assert (person.seat_id, person.seat.rw, person.seat.rw_in_key, person.version) == (seat, "001", "", 2)
    person = change(session, world, "yusuf", place=("63.09.06.1001", "003", "002"))
    assert (person.seat_id, person.seat.rw) == (seat, "002")


def test_the_same_rt_under_a_second_rw_brings_rw_into_both_keys(session, world):
    change(session, world, "yusuf", place=("63.09.06.1001", "003", "001"))
    change(session, world, "hamdani", place=("63.09.06.1001", "003", "002"))
    seats = [find_person(session, world.people[who]).seat for who in ("yusuf", "hamdani")]
    assert seats == ["63.09.06.1001/001/003", "63.09.06.1001/002/003"]
    village = session.get(Village, world.villages["belimbing_raya"])
    with refused("which_rw"):
        seat_store.find_or_add_seat(begin_write(session), village, "003")


def test_a_list_with_or_without_rw_finds_the_same_seat(writing, world):
    village = writing.get(Village, world.villages["uwie"])
    plain = seat_store.find_or_add_seat(writing, village, "001")
    assert seat_store.find_or_add_seat(writing, village, "001", "002") is plain and plain.rw == "002"
    assert seat_store.find_or_add_seat(writing, village, "001") is plain
    assert writing.scalar(select(Seat.id).where(Seat.village_id == village.id, Seat.rt == "001")) == plain.id


def test_an_archived_head_frees_the_seat_and_returns_only_while_it_is_free(session, world):
    begin_write(session)
    id_ = world.people["yusuf"]
    store.archive_participant(session, "uji", id_, "pindah alamat", now=world.now)
    seat = session.get(Participant, id_).seat
    new = store.add_participant(session, "uji", world.event, name="BAIHAQI", seat=seat, now=world.now)
    session.commit()
    assert found(session, q="belimbing rt 3") == [("BAIHAQI", "003")]
    assert found(session, status="arsip") == [("M. YUSUF", "003")]
    begin_write(session)
    with pytest.raises(Refused, match="BAIHAQI"):
        store.restore_participant(session, "uji", id_, now=world.now)
    store.archive_participant(session, "uji", new.id, "keliru", now=world.now)
    store.restore_participant(session, "uji", id_, now=world.now)
    session.commit()
    assert found(session, q="belimbing rt 3") == [("M. YUSUF", "003")]


def test_a_district_invited_to_one_wave_says_which_wave_a_new_head_comes_to(session, world):
    assert seat_store.invited_waves(session)["63.09.03"] == world.waves[1]
    begin_write(session)
    murung_pudak = session.get(Village, world.villages["mabuun"]).district_id
    session.add(Invitation(wave_id=world.waves[1], district_id=murung_pudak, invited=3))
    session.commit()
    assert "63.09.06" not in seat_store.invited_waves(session)
