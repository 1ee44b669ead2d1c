"""A regency whose places nobody listed: villages come from the roster, unverified, until a list confirms them."""

import pytest
from sqlalchemy import select

from rtapp.db import begin_write
from rtapp.events import store as events
from rtapp.events.place_store import import_places
from rtapp.schema import Participant, Village

from .lists import NOW, numbers, plan, take, workbook
from .world import DAY_ONE, ZONE

HEAD = ["No", "Nama", "RT", "Desa", "Kecamatan"]


@pytest.fixture
def nowhere(session):
    """An event in a regency of which no place is known."""
    begin_write(session)
    event = events.make_event(session, "uji", "Bimtek Uji", "", ZONE, now=NOW)
    events.add_wave(session, "uji", event, None, DAY_ONE, "", now=NOW)
    session.commit()
    return session


def villages(session):
    return {(v.name, v.kind, v.district.name, v.verified) for v in session.scalars(select(Village))}


def test_villages_are_made_from_the_columns_of_the_list(nowhere):
    rows = [
        HEAD,
        [1, "CONTOH SATU", 1, "SUKA CONTOH", "CONTOH HULU"],
        [2, "CONTOH DUA", 2, "Suka Contoh", "Contoh Hulu"],
        [3, "CONTOH TIGA", 1, "Kelurahan Contoh Baru", "Contoh Hilir"],
    ]
    assert numbers(take(nowhere, workbook(Data=rows))) == (3, 0, 0)
    assert villages(nowhere) == {
        ("Suka Contoh", "desa", "Contoh Hulu", False), ("Contoh Baru", "kelurahan", "Contoh Hilir", False)
    }  # fmt: skip


def test_villages_are_made_from_titles_and_groups(nowhere):
    rows = [
        ["DAFTAR KETUA RT KECAMATAN CONTOH HULU KABUPATEN CONTOH"],
        ["No", "Nama", "RT"],
        ["DESA SUKA CONTOH"],
        [1, "CONTOH SATU", 1],
        ["DESA MAJU CONTOH"],
        [1, "CONTOH DUA", 1],
        [],
        [None, "KEPALA DESA MAJU CONTOH"],
    ]
    assert numbers(take(nowhere, workbook(Data=rows))) == (2, 0, 0)
    assert {name for name, *_ in villages(nowhere)} == {"Suka Contoh", "Maju Contoh"}


def test_a_second_list_adds_its_villages_and_finds_those_of_the_first(nowhere):
    take(nowhere, workbook(Data=[HEAD, [1, "CONTOH SATU", 1, "Suka Contoh", "Contoh Hulu"]]))
    again = take(
        nowhere,
        workbook(
            Data=[
                HEAD,
                [1, "CONTOH SATU", 1, "Suka Contoh", "Contoh Hulu"],
                [2, "CONTOH DUA", 1, "Maju Contoh", "Contoh Hulu"],
            ]
        ),
    )
    assert again.changes == {"same": 1, "new": 1}
    assert len(villages(nowhere)) == 2 and len({v.district_id for v in nowhere.scalars(select(Village))}) == 1


def test_a_list_of_places_confirms_what_the_roster_said_and_the_people_stay(nowhere):
    take(nowhere, workbook(Data=[HEAD, [1, "CONTOH SATU", 1, "Suka Contoh", "Contoh Hulu"]]))
    listed = [("63.99.01", "Contoh Hulu", "63.99.01.2001", "Suka Contoh", "desa")]
    import_places(begin_write(nowhere), "uji", listed, now=NOW)
    nowhere.commit()
    assert villages(nowhere) == {("Suka Contoh", "desa", "Contoh Hulu", True)}
    person = nowhere.scalar(select(Participant))
    assert person.seat.village.code == "63.99.01.2001"


def test_with_a_list_of_places_an_unknown_village_is_asked_about(nowhere):
    listed = [("63.99.01", "Contoh Hulu", "63.99.01.2001", "Suka Contoh", "desa")]
    import_places(begin_write(nowhere), "uji", listed, now=NOW)
    nowhere.commit()
    made = plan(nowhere, workbook(Data=[HEAD, [1, "CONTOH SATU", 1, "Tidak Terdaftar", "Contoh Hulu"]]))
    assert numbers(made) == (0, 1, 0)
