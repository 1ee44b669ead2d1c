"""The event and its waves: made, moved, closed; what is refused writes nothing."""

from datetime import time, timedelta

import pytest
from sqlalchemy import func, select

from rtapp import clock
from rtapp.accounts.devices_store import add_device, device_life, revoke_device
from rtapp.accounts.roles import Role
from rtapp.audit.store import verify_chain
from rtapp.events import store
from rtapp.events.agenda_store import add_agenda
from rtapp.events.checkpoint_store import change_checkpoint, checkpoints_of
from rtapp.events.invited_store import set_invited
from rtapp.events.place_store import find_districts, import_places
from rtapp.schema import Checkpoint, Wave
from tests.refusing import refused
from tests.world import DAY_ONE, DAY_TWO, ZONE, at

from .trailed import trail

pytestmark = pytest.mark.both_engines

NOW = at(7)


@pytest.fixture
def event(writing):
    return store.make_event(writing, "uji", "  Bimtek\nKetua RT ", "Dinas Contoh", ZONE, now=NOW)


@pytest.fixture
def wave(writing, event):
    return store.add_wave(writing, "uji", event, None, DAY_ONE, "Aula", now=NOW)


@pytest.fixture
def device(writing, wave):
    """A desk at the registration of the wave."""
    points, expires = [checkpoints_of(writing, wave.id)[0].id], clock.end_of_day(DAY_ONE, ZONE)
    return add_device(writing, "uji", "Meja 1", Role.CLERK, points, expires_at=expires, now=NOW)


def test_an_event_keeps_its_name_on_one_line_and_gets_an_epoch(event):
    assert (event.name, event.organiser, event.timezone) == ("Bimtek Ketua RT", "Dinas Contoh", ZONE)
    assert len(event.epoch) == 16 and not event.demo


@pytest.mark.parametrize(("number", "code"), [(1, "number_taken"), (100, "bad_number"), (-1, "bad_number")])
def test_a_wave_has_a_number_of_its_own(writing, event, wave, number, code):
    with refused(code):
        store.add_wave(writing, "uji", event, number, DAY_ONE, "", now=NOW)
    assert len(store.find_waves(writing)) == 1


def test_agenda_and_windows_move_along_with_the_day_of_the_wave(writing, wave):
    item = add_agenda(writing, "uji", wave, at(8, 30), at(10), "Materi", "", with_checkpoint=True, now=NOW)
    point = checkpoints_of(writing, wave.id)[0]
    change_checkpoint(writing, "uji", point, "Registrasi", "hadir", opens_at=at(6), closes_at=at(12), now=NOW)
    assert store.change_wave(writing, "uji", wave, DAY_TWO, "Aula", now=NOW)
    assert (item.starts_at, item.ends_at) == (at(8, 30, DAY_TWO), at(10, 0, DAY_TWO))
    assert (point.opens_at, point.closes_at) == (at(6, 0, DAY_TWO), at(12, 0, DAY_TWO))


def test_agenda_and_windows_keep_their_hours_in_another_zone(writing, event, wave):
    item = add_agenda(writing, "uji", wave, at(8, 30), at(10), "Materi", "", with_checkpoint=False, now=NOW)
    point = checkpoints_of(writing, wave.id)[0]
    change_checkpoint(writing, "uji", point, "Registrasi", "hadir", opens_at=at(6), closes_at=None, now=NOW)
    store.change_event(writing, "uji", event, event.name, "", "Asia/Jakarta", now=NOW)
    assert clock.clock_text(item.starts_at, "Asia/Jakarta") == "08.30"
    assert item.starts_at == at(8, 30) + timedelta(hours=1)
    assert point.opens_at == clock.local_moment(DAY_ONE, time(6), "Asia/Jakarta") and point.closes_at is None


def test_the_devices_of_a_wave_live_until_the_end_of_its_new_day(writing, wave, device):
    store.change_wave(writing, "uji", wave, DAY_TWO, "", now=NOW)
    assert device.expires_at == clock.end_of_day(DAY_TWO, ZONE)


def test_a_closed_wave_ends_its_devices_until_it_is_opened_again(writing, wave, device):
    assert store.close_wave(writing, "uji", wave, now=NOW)
    assert not store.close_wave(writing, "uji", wave, now=NOW)
    assert device_life(device, now=NOW).is_over
    assert store.reopen_wave(writing, "uji", wave, now=NOW)
    assert not store.reopen_wave(writing, "uji", wave, now=NOW)
    assert not device_life(device, now=NOW).is_over


def test_a_wave_made_by_mistake_goes_with_its_day_and_numbers(writing, event, wave):
    import_places(writing, "uji", [("63.09.06", "Murung Pudak", "63.09.06.2005", "Kasiau", "")], now=NOW)
    district = find_districts(writing)[0]
    set_invited(writing, "uji", wave, district.id, 5, now=NOW)
    add_agenda(writing, "uji", wave, at(8), at(9), "Materi", "", with_checkpoint=True, now=NOW)
    store.remove_wave(writing, "uji", wave, now=NOW)
    writing.commit()
    assert store.find_waves(writing) == []
    assert writing.scalar(select(func.count()).select_from(Checkpoint)) == 0
    assert trail(writing)[0][0].action == "wave.remove"


def test_a_wave_that_is_all_a_device_has_stays(writing, event, wave, device):
    with refused("checkpoint_of_device", 409):
        store.remove_wave(writing, "uji", wave, now=NOW)
    revoke_device(writing, "uji", device, now=NOW)
    store.remove_wave(writing, "uji", wave, now=NOW)
    assert writing.scalar(select(func.count()).select_from(Wave)) == 0


def test_every_change_of_the_event_stands_in_the_trail(writing, event, wave):
    store.change_event(writing, "Ani", event, "Bimtek baru", "", ZONE, now=NOW)
    store.change_wave(writing, "Ani", wave, DAY_TWO, "Pendopo", now=NOW)
    store.close_wave(writing, "Ani", wave, now=NOW)
    writing.commit()
    lines = [(line.actor, line.action) for line, _ in trail(writing)]
    assert lines[:3] == [("Ani", "wave.close"), ("Ani", "wave.change"), ("Ani", "event.change")]
    before = trail(writing)[1][1].values["before"]
    assert (before["date"], before["venue"]) == ("2023-11-08", "Aula")
    assert verify_chain(writing) is None


def test_saving_the_same_again_changes_and_notes_nothing(writing, event, wave):
    count = len(trail(writing))
    assert not store.change_event(writing, "uji", event, event.name, event.organiser, ZONE, now=NOW)
    assert not store.change_wave(writing, "uji", wave, DAY_ONE, "Aula", now=NOW)
    assert len(trail(writing)) == count
