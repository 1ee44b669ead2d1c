"""A wave's day: checkpoints, their windows and order, agenda, opening early."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from rtapp import clock
from rtapp.accounts.devices_store import add_device, find_device, revoke_device
from rtapp.accounts.roles import Role
from rtapp.checkin.attempt import Attempt
from rtapp.checkin.store import record_scan
from rtapp.checkin.verdict import Source, Verdict
from rtapp.events import store
from rtapp.events.agenda_store import add_agenda, agenda_of, change_agenda, find_agenda, remove_agenda
from rtapp.events.checkpoint_store import (
    add_checkpoint,
    change_checkpoint,
    checkpoints_of,
    find_checkpoint,
    open_checkpoint,
    remove_checkpoint,
)
from rtapp.schema import DeviceCheckpoint
from tests.refusing import refused
from tests.world import DAY_ONE, ZONE, at

from .trailed import trail

pytestmark = pytest.mark.both_engines(at_length=True)

NOW = at(7)


@pytest.fixture
def wave(writing, world):
    return store.find_wave(writing, world.waves[0])


def scan(writing, world, checkpoint_id, nonce="nonce-0001", now=NOW):
    attempt = Attempt(nonce, checkpoint_id, Source.SEARCH, participant_id=world.people["rahmah"], recorded_by="uji")
    return record_scan(writing, attempt, now=now).verdict


def names(writing, wave):
    return [point.name for point in checkpoints_of(writing, wave.id)]


def test_a_new_checkpoint_stands_last_and_is_open_at_all_times(writing, wave):
    point = add_checkpoint(writing, "uji", wave, " Makan  siang ", "konsumsi", now=NOW)
    assert (point.name, point.position, point.opens_at, point.closes_at) == ("Makan siang", 2, None, None)
    assert names(writing, wave) == ["Registrasi", "Materi 1", "Makan siang"]


def test_two_waves_may_both_have_a_checkpoint_of_one_name(writing, world):
    other = store.find_wave(writing, world.waves[1])
    add_checkpoint(writing, "uji", other, "Materi 1", "sesi", now=NOW)
    assert names(writing, other) == ["Registrasi", "Materi 1"]


def test_a_checkpoint_is_put_in_another_place_of_the_order(writing, wave, world):
    add_checkpoint(writing, "uji", wave, "Pulang", "keluar", now=NOW)
    point = find_checkpoint(writing, world.session_one)
    given = {"opens_at": None, "closes_at": None, "now": NOW}
    assert change_checkpoint(writing, "uji", point, "Materi 1", "sesi", position=2, **given)
    assert names(writing, wave) == ["Registrasi", "Pulang", "Materi 1"]
    assert change_checkpoint(writing, "uji", point, "Materi 1", "sesi", position=0, **given)
    assert names(writing, wave) == ["Materi 1", "Registrasi", "Pulang"]
    assert [point.position for point in checkpoints_of(writing, wave.id)] == [0, 1, 2]


def test_the_kind_of_a_checkpoint_stays_once_somebody_was_recorded_there(writing, world):
    point = find_checkpoint(writing, world.session_one)
    given = {"opens_at": None, "closes_at": None, "now": NOW}
    change_checkpoint(writing, "uji", point, "Materi 1", "konsumsi", **given)
    assert scan(writing, world, point.id) == Verdict.WELCOME
    with refused("checkpoint_used", 409):
        change_checkpoint(writing, "uji", point, "Materi 1", "sesi", **given)
    assert change_checkpoint(writing, "uji", point, "Makan", "konsumsi", **given)  # its name may change


def test_the_only_registration_of_a_wave_can_be_neither_removed_nor_turned_into_another_kind(writing, wave, world):
    revoke_device(writing, "uji", find_device(writing, world.device), now=NOW)
    point = find_checkpoint(writing, world.registration)
    with refused("only_registration", 409):
        remove_checkpoint(writing, "uji", point, now=NOW)
    with refused("only_registration", 409):
        change_checkpoint(writing, "uji", point, "Registrasi", "sesi", opens_at=None, closes_at=None, now=NOW)
    add_checkpoint(writing, "uji", wave, "Registrasi VIP", "hadir", now=NOW)
    remove_checkpoint(writing, "uji", point, now=NOW)
    assert names(writing, wave) == ["Materi 1", "Registrasi VIP"]


def test_removing_a_checkpoint_takes_it_from_the_devices_that_have_others(writing, world):
    remove_checkpoint(writing, "uji", find_checkpoint(writing, world.session_one), now=NOW)
    rows = writing.execute(select(DeviceCheckpoint.device_id, DeviceCheckpoint.checkpoint_id)).all()
    assert rows == [(world.device, world.registration)]
    assert trail(writing)[0][0].action == "checkpoint.remove"


def test_a_checkpoint_that_is_all_a_device_has_stays_until_the_device_is_revoked(writing, wave):
    point = add_checkpoint(writing, "uji", wave, "Pulang", "keluar", now=NOW)
    expires = clock.end_of_day(DAY_ONE, ZONE)
    device = add_device(writing, "uji", "Pintu", Role.CLERK, [point.id], expires_at=expires, now=NOW)
    with refused("checkpoint_of_device", 409):
        remove_checkpoint(writing, "uji", point, now=NOW)
    revoke_device(writing, "uji", device, now=NOW)
    remove_checkpoint(writing, "uji", point, now=NOW)
    assert "Pulang" not in names(writing, wave)


def test_opening_again_takes_the_closing_away_and_leaves_the_opening(writing, world):
    point = find_checkpoint(writing, world.session_one)
    change_checkpoint(writing, "uji", point, "Materi 1", "sesi", opens_at=at(5), closes_at=at(6), now=NOW)
    assert open_checkpoint(writing, "uji", point, now=NOW)
    assert (point.opens_at, point.closes_at) == (at(5), None)
    assert not open_checkpoint(writing, "uji", point, now=NOW + timedelta(minutes=1))


def test_a_session_gets_the_first_free_number_as_its_checkpoint(writing, wave):
    given = {"with_checkpoint": True, "now": NOW}
    first = add_agenda(writing, "uji", wave, at(10), at(11), "Tugas RT", "Narasumber", **given)
    second = add_agenda(writing, "uji", wave, at(8), at(9), "Narkoba", "", **given)
    assert (first.checkpoint.name, second.checkpoint.name) == ("Materi 2", "Materi 3")
    assert (first.checkpoint.kind, first.checkpoint.opens_at) == ("sesi", None)
    assert [item.material for item in agenda_of(writing, wave.id)] == ["Narkoba", "Tugas RT"]


def test_an_agenda_item_becomes_a_session_and_stops_being_one(writing, wave):
    times = (at(8), at(9), "Pembukaan", "Bupati")
    item = add_agenda(writing, "uji", wave, *times, with_checkpoint=False, now=NOW)
    assert change_agenda(writing, "uji", item, *times, with_checkpoint=True, now=NOW)
    assert item.checkpoint.name == "Materi 2"
    assert not change_agenda(writing, "uji", item, *times, with_checkpoint=True, now=NOW)
    assert change_agenda(writing, "uji", item, *times, with_checkpoint=False, now=NOW)
    assert item.checkpoint is None and names(writing, wave) == ["Registrasi", "Materi 1"]


def test_an_agenda_item_goes_with_its_unused_checkpoint(writing, wave):
    item = add_agenda(writing, "uji", wave, at(8), at(9), "Narkoba", "", with_checkpoint=True, now=NOW)
    remove_agenda(writing, "uji", item, now=NOW)
    writing.commit()
    assert agenda_of(writing, wave.id) == [] and names(writing, wave) == ["Registrasi", "Materi 1"]


def test_a_removed_checkpoint_leaves_its_agenda_item(writing, wave):
    item = add_agenda(writing, "uji", wave, at(8), at(9), "Narkoba", "", with_checkpoint=True, now=NOW)
    remove_checkpoint(writing, "uji", item.checkpoint, now=NOW)
    assert find_agenda(writing, item.id).checkpoint is None
