"""What a count says of itself."""

import pytest

from rtapp.live.tally import Count, Counts, DistrictTally, VillageTally


def counts(**changed: int) -> Counts:
    numbers = {
        "hadir": 5,
        "invited": 10,
        "diwakili": 0,
        "elsewhere": 0,
        "other_wave": 0,
        "guests": 0,
        "roster": 10,
    }
    return Counts(checkpoint_id=1, invited_by="roster", districts=(), **{**numbers, **changed})


def test_the_share_is_of_those_invited():
    assert Count(1, 213, 337, "invitation").share == pytest.approx(0.632, abs=0.0005)
    assert VillageTally("63.09.06.1001", "Belimbing Raya", "kelurahan", 3, 4).share == 0.75
    assert DistrictTally("63.09.06", "Murung Pudak", 1, 2, ()).share == 0.5


def test_of_nobody_invited_there_is_no_share():
    assert Count(1, 0, 0, "roster").share is None
    assert VillageTally("63.09.06.1001", "Belimbing Raya", "kelurahan", 0, 0).share is None


def test_more_than_were_invited_is_more_than_all():
    assert Count(1, 12, 10, "invitation").share == 1.2
    assert counts(hadir=12).belum == 0


def test_whoever_registered_at_another_wave_is_neither_present_nor_missing():
    assert counts(hadir=5, elsewhere=2).belum == 3


def test_guests_and_heads_of_other_waves_change_neither_share_nor_the_missing():
    assert (counts(other_wave=9, guests=9).share, counts(other_wave=9, guests=9).belum) == (0.5, 5)
