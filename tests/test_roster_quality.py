"""The roster looked over before the event."""

import pytest

from rtapp.db import begin_write
from rtapp.events import store as events
from rtapp.events.invited_store import set_invited
from rtapp.events.place_store import find_districts
from rtapp.roster import store
from rtapp.roster.quality_store import look_over
from rtapp.roster.seat_store import find_or_add_seat
from rtapp.schema import Participant, Village

pytestmark = pytest.mark.both_engines(at_length=True)


def test_numbers_that_differ_from_the_invitation_are_named(session, world):
    gaps = {(gap.wave, gap.district): gap.difference for gap in look_over(session).gaps}
    assert gaps == {}  # 5 + 2 invited and listed in wave I, 2 in wave II
    wave = events.find_wave(begin_write(session), world.waves[0])
    district = next(d for d in find_districts(session) if d.name == "Muara Uya")
    set_invited(session, "uji", wave, district.id, 3, now=world.now)
    session.commit()
    assert [(gap.district, gap.difference) for gap in look_over(session).gaps] == [("Muara Uya", -1)]


def test_namesakes_are_counted_and_doubles_are_those_of_one_village(session, world):
    found = look_over(session)
    assert [[person.name for person in group] for group in found.namesakes] == [["Hj. RAHMAH", "Rahmah"]]
    assert found.doubles == [] and found.namesake_count == 1
    seat = find_or_add_seat(begin_write(session), session.get(Village, world.villages["uwie"]), "007")
    event = session.get(Participant, world.people["muis"]).event_id
    store.add_participant(session, "uji", event, name="ABDUL MUIS", seat=seat, now=world.now)
    session.commit()
    assert [[person.rt for person in group] for group in look_over(session).doubles] == [["002", "007"]]


def test_a_seat_whose_head_was_archived_is_vacant(session, world):
    store.archive_participant(begin_write(session), "uji", world.people["rahmah"], "pindah", now=world.now)
    session.commit()
    found = look_over(session)
    assert [(seat.rt, seat.village) for seat in found.vacancies] == [("002", "Belimbing Raya")]
    assert found.vacancy_count == 1 and not found.is_clean


def test_who_has_no_phone_or_no_wave_is_counted(session, world):
    begin_write(session).get(Participant, world.people["yusuf"]).wave_id = None
    session.commit()
    found = look_over(session)
    assert (found.without_phone, found.without_wave) == (7, 1)
