"""Lanes: how many desks, which districts, the sign above each."""

import pytest

from rtapp.config import ROOT
from rtapp.documents.fonts import find_fonts
from rtapp.events.lanes import desks_within, minutes, share_out
from rtapp.events.papers import ANYONE, EVERYBODY, lane_signs

from .printing import pdf_text, unspaced
from .reading import elements, words

WAVE_ONE = [("63.09.06", "Murung Pudak", 143), ("63.09.07", "Muara Uya", 123), ("63.09.11", "Jaro", 71)]


def test_the_line_takes_people_times_seconds_by_desks():
    assert minutes(337, 32, 3) == 60
    assert minutes(337, 32, 1) == 180
    assert minutes(0, 32, 3) == 0
    assert desks_within(337, 32, 60) == 3


def test_districts_are_shared_out_evenly_and_none_is_lost():
    desks = share_out(WAVE_ONE, 2)
    assert sorted(desk.people for desk in desks) == [143, 194]
    assert sorted(place for desk in desks for place in desk.districts) == [(code, name) for code, name, _ in WAVE_ONE]


def test_a_desk_too_many_calls_everybody():
    assert [desk.people for desk in share_out(WAVE_ONE, 4)] == [143, 123, 71, 0]
    assert share_out(WAVE_ONE, 4)[3].districts == ()


@pytest.fixture
def fonts():
    return find_fonts(ROOT / "static")


def test_a_sign_names_its_desk_and_districts_on_a_wide_page(fonts):
    pdf = lane_signs([("Meja 1", ["Murung Pudak"]), ("Meja 2", [])], "Bimtek Contoh", "a4", fonts)
    first, second = pdf_text(pdf)
    assert "Meja 1" in first and "Murung Pudak" in first and ANYONE in first
    assert EVERYBODY in second


def test_long_names_stay_on_the_sign(fonts):
    names = [f"Kecamatan Panjang Sekali Namanya Nomor {number}" for number in range(12)]
    [page] = pdf_text(lane_signs([("Meja dengan nama yang panjang sekali", names)], "Bimtek Contoh", "f4", fonts))
    assert all(unspaced(name) in unspaced(page) for name in names)


def test_the_page_counts_with_the_numbers_asked_for(client_of):
    page = client_of("admin").get("/lanes?people=337&seconds=32&desks=3")
    assert "menit dengan 3 meja 60" in words(page)


def test_without_numbers_the_page_takes_those_invited(client_of):
    page = client_of("admin").get("/lanes")
    assert elements(page, "input", name="people", value="7")
    assert "Murung Pudak · 5 orang" in words(page)


@pytest.mark.parametrize("query", ["people=-4&desks=0&seconds=0", "people=x&desks=y&wave=z", "desks=99999999999"])
def test_nonsense_is_answered_calmly(client_of, query):
    assert client_of("admin").get(f"/lanes?{query}").status_code == 200


def test_all_signs_or_one_are_downloaded(client_of):
    admin = client_of("admin")
    every = admin.get("/lanes/signs.pdf?desks=2")
    assert every.mimetype == "application/pdf" and len(pdf_text(every.data)) == 2
    [page] = pdf_text(admin.get("/lanes/signs.pdf?label=Meja+9&district=63.09.07&district=nonsense").data)
    assert "Meja 9" in page and "Muara Uya" in page
    assert admin.get("/lanes/signs.pdf?paper=a0").status_code == 422
