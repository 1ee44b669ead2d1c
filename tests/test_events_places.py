"""Districts, villages, codes and invited numbers."""

from pathlib import Path

import pytest
from sqlalchemy import func, select

from rtapp.db import begin_write
from rtapp.events import places, store
from rtapp.events.invited_store import assumed_districts, invited_per_district, set_invited
from rtapp.events.place_store import (
    change_village,
    find_districts,
    find_villages,
    import_places,
)
from rtapp.schema import District, Village
from tests.refusing import refused
from tests.world import at

from .trailed import trail

NOW = at(7)
TABALONG = Path(places.__file__).with_name("places_tabalong.csv")


@pytest.fixture
def tabalong(writing):
    return import_places(writing, "uji", places.read_places(TABALONG.read_text(encoding="utf-8")), now=NOW)


def district_named(session, name):
    return next(district for district in find_districts(session) if district.name == name)


@pytest.mark.parametrize("text", ["63.09.06.2005", " 6309062005 ", "63 09 06 2005"])
def test_a_village_code_is_read_with_and_without_dots(text):
    code = places.checked_village_code(text)
    assert (code, places.district_code_of(code), places.kind_of(code)) == ("63.09.06.2005", "63.09.06", "desa")
    assert places.kind_of("63.09.06.1002") == "kelurahan"  # its fourth part begins with one


@pytest.mark.parametrize("text", ["", "63.09.06", "63.09.06.3005", "63.09.06.20055", "٦٣.09.06.2005", "x" * 10_000])
def test_a_village_code_of_another_shape_is_refused(text):
    with refused("bad_village_code"):
        places.checked_village_code(text)


@pytest.mark.parametrize("text", ["", "63.09", "63.09.06.2005", "ab.cd.ef"])
def test_a_district_code_of_another_shape_is_refused(text):
    with refused("bad_district_code"):
        places.checked_district_code(text)


def test_tabalong_has_12_districts_and_131_villages_and_padangin_twice(writing, tabalong):
    villages = find_villages(writing)
    assert tabalong == len(villages) == 131 and len(find_districts(writing)) == 12
    assert sum(village.kind == "kelurahan" for village in villages) == 10
    padangin = {village.district.name for village in villages if village.name == "Padangin"}
    assert padangin == {"Tanta", "Muara Harus"}


def test_importing_places_again_changes_and_notes_nothing(writing, tabalong):
    count = len(trail(writing))
    again = places.read_places(TABALONG.read_text(encoding="utf-8"))
    assert import_places(writing, "uji", again, now=NOW) == 0
    assert len(trail(writing)) == count


def test_importing_places_renames_what_the_list_spells_otherwise(writing, tabalong):
    row = ("63.09.06", "Murung Pudak", "63.09.06.1001", "Belimbing Raya Baru", "kelurahan")
    assert import_places(writing, "uji", [row], now=NOW) == 1
    assert writing.scalar(select(Village.name).where(Village.code == "63.09.06.1001")) == "Belimbing Raya Baru"
    assert writing.scalar(select(func.count()).select_from(Village)) == 131


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (("63.09.06", "Murung Pudak", "63.09.07.2001", "X", ""), "place_mismatch"),
        (("63.09.06", "Murung Pudak", "63.09.06.1001", "X", "desa"), "place_mismatch"),
        (("63.09.06", "Murung Pudak", "9", "X", ""), "bad_village_code"),
        (("6", "Murung Pudak", "63.09.06.2001", "X", ""), "bad_district_code"),
        (("63.09.06", "Murung Pudak", "63.09.06.2001", "", ""), "bad_place_name"),
        (("63.09.06", "x" * 101, "63.09.06.2001", "X", ""), "bad_place_name"),
    ],
)
def test_a_bad_row_of_places_is_named_and_nothing_is_kept(session, row, code):
    good = ("63.09.06", "Murung Pudak", "63.09.06.1001", "Belimbing Raya", "")
    with refused(code):
        import_places(begin_write(session), "uji", [good, row], now=NOW)
    session.rollback()
    assert session.scalar(select(func.count()).select_from(District)) == 0


def test_a_list_of_places_may_lack_the_kind_and_begin_with_a_byte_order_mark():
    text = "\ufeffdistrict_code,district,village_code,village\n63.09.06,Murung Pudak,63.09.06.1001,Mabu'un\n"
    assert places.read_places(text) == [("63.09.06", "Murung Pudak", "63.09.06.1001", "Mabu'un", "")]


@pytest.mark.parametrize(
    "head",
    [
        "kode kecamatan;kecamatan;kode desa;desa/kelurahan",
        "Kode Kec.,Kecamatan,Kode Desa/Kelurahan,Nama Desa",
        "KODE_KECAMATAN\tKECAMATAN\tKODE_DESA\tKELURAHAN",
    ],
)
def test_a_list_of_places_has_the_heads_that_an_office_writes(head):
    sign = next(sign for sign in ";,\t" if sign in head)
    row = sign.join(("63.09.06", "Murung Pudak", "63.09.06.1001", "Mabu'un"))
    assert places.read_places(f"{head}\n{row}\n") == [("63.09.06", "Murung Pudak", "63.09.06.1001", "Mabu'un", "")]


def test_the_example_that_is_handed_out_is_a_list_of_places(admin):
    answer = admin.get("/places/template.csv")
    assert answer.mimetype == "text/csv" and "wilayah.csv" in answer.headers["Content-Disposition"]
    assert places.read_places(answer.text) == [("63.09.06", "Murung Pudak", "63.09.06.1001", "Mabu'un", "kelurahan")]


def test_a_village_is_renamed_and_moves_with_its_code(writing, tabalong):
    village = find_villages(writing)[0]
    assert change_village(writing, "uji", village, "63.09.06.1999", "Hapalah Baru", now=NOW)
    assert (village.district.name, village.kind, village.name) == ("Murung Pudak", "kelurahan", "Hapalah Baru")
    assert not change_village(writing, "uji", village, "63.09.06.1999", "Hapalah Baru", now=NOW)


def test_an_invited_number_is_set_corrected_and_taken_back(session, world):
    writing = begin_write(session)
    wave = store.find_wave(writing, world.waves[0])
    tanta = district_named(writing, "Tanta").id
    assert set_invited(writing, "uji", wave, tanta, 31, assumed=True, now=NOW)
    assert assumed_districts(writing, wave.id) == {tanta}
    assert set_invited(writing, "uji", wave, tanta, 71, now=NOW)
    assert not set_invited(writing, "uji", wave, tanta, 71, now=NOW)
    assert trail(writing)[0][1].values["before"] == {"invited": 31, "assumed": True}
    assert set_invited(writing, "uji", wave, tanta, None, now=NOW)
    assert not set_invited(writing, "uji", wave, tanta, None, now=NOW)
    assert tanta not in invited_per_district(writing, wave.id)
