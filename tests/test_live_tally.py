"""The rules behind every number: one state for each head, states that add up, the letter beside the list."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtapp.events.standing import ABSENCES, Standing, Tally, standing_of
from rtapp.live.tally import Count, Counts, VillageTally, counts_of, district_of

NUMBERS = st.dictionaries(st.sampled_from(list(Standing)), st.integers(0, 400))


def village(hadir=0, belum=0, **more: int) -> VillageTally:
    of = {"hadir": hadir, "belum": belum, **more}
    return VillageTally({Standing(state): number for state, number in of.items()}, "63.09.06.2001", "Contoh", "desa")


@pytest.mark.parametrize("mode", ["sendiri", "diwakili", None])
@pytest.mark.parametrize("away", [2, None])
@pytest.mark.parametrize("absence", [*ABSENCES, None])
def test_a_mark_here_beats_one_elsewhere_and_both_beat_what_was_noted(mode, away, absence):
    expected = {"sendiri": "hadir", "diwakili": "diwakili"}.get(mode)
    expected = expected or ("gelombang_lain" if away else absence or "belum")
    assert standing_of(mode, away, absence) == expected


@given(st.lists(st.lists(NUMBERS, min_size=1, max_size=3), min_size=1, max_size=3))
def test_states_add_up_to_the_list_and_villages_to_districts_and_the_wave(places):
    districts = [
        district_of(f"0{number}", "Kecamatan", [VillageTally(of, "00", "Desa") for of in villages])
        for number, villages in enumerate(places)
    ]
    wave = counts_of(1, districts)
    for tally in (wave, *districts, *(one for district in districts for one in district.villages)):
        whole = tally.sendiri + tally.diwakili + tally.elsewhere + sum(tally.absent.values()) + tally.belum
        assert whole == tally.roster and tally.hadir == tally.sendiri + tally.diwakili
    for name in ("sendiri", "diwakili", "hadir", "elsewhere", "belum", "roster"):
        assert getattr(wave, name) == sum(getattr(district, name) for district in districts)
        for district in districts:
            assert getattr(district, name) == sum(getattr(one, name) for one in district.villages)
    for kind in ABSENCES:
        assert wave.absent[kind] == sum(district.absent[kind] for district in districts)


def test_the_share_is_of_those_on_the_list_and_of_an_empty_one_there_is_none():
    assert (Count(1, 0, 0).share, village().share, Tally().share) == (None, None, None)
    assert Count(1, 213, 337).share == pytest.approx(0.632, abs=0.0005)
    assert village(hadir=2, belum=1, diwakili=1).share == 0.75


def test_the_letter_stands_beside_the_list_and_changes_no_state():
    invited = district_of("01", "Kecamatan", [village(hadir=20, belum=6)], 24)
    counts = counts_of(1, [invited, district_of("02", "Lain", [village(belum=2)])], other_wave=9, guests=9)
    assert (invited.difference, invited.belum, invited.roster) == (2, 6, 26)
    assert (counts.invited, counts.invited_by, counts.difference, counts.belum) == (24, "invitation", 4, 8)
    assert counts.share_of_invited == pytest.approx(20 / 24)


def test_where_no_number_was_typed_the_list_stands_for_the_letter():
    counts = counts_of(1, [district_of("01", "Kecamatan", [village(hadir=3, belum=1)])])
    assert (counts.invited, counts.invited_by, counts.difference) == (4, "roster", 0)
    assert counts.districts[0].difference is None and counts.share_of_invited == 0.75


@pytest.mark.parametrize(("listed", "invited"), [(0, 3), (2, 7), (5, 5), (9, 4), (13, 11)])
def test_the_letters_difference_is_what_is_listed_less_what_was_invited(listed, invited):
    village = VillageTally({Standing.BELUM: listed}, "63.01", "Desa Contoh")
    counts = counts_of(7, [district_of("63", "Kecamatan Contoh", [village], invited)])
    assert (counts.difference, counts.districts[0].difference) == (listed - invited, listed - invited)
    assert (counts.checkpoint_id, counts.other_wave, counts.guests) == (7, 0, 0), (
        "nobody stands outside who was not told"
    )


def test_counts_of_nobody_are_all_nought():
    empty = Counts()
    assert (empty.checkpoint_id, empty.invited, empty.other_wave, empty.guests, empty.difference) == (0, 0, 0, 0, 0)
    assert empty.share_of_invited is None and empty.districts == ()
