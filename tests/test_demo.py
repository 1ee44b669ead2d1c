"""The demo: the training of 2023 as it was published, with people whom nobody can mistake for real ones."""

import re
import sqlite3
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from rtapp import clock
from rtapp.accounts.roles import Role
from rtapp.commands import demo
from rtapp.db import begin_write, db
from rtapp.roster.phones import MOBILE
from rtapp.schema import Badge, Device, Participant, User

PUBLISHED = {"Murung Pudak": 143, "Muara Uya": 123, "Jaro": 71}
MATERIALS = [
    ("08.30", "Pencegahan penyalahgunaan narkoba di wilayah RT", "Kepala BNNK Tabalong", "Materi 1"),
    ("10.00", "Tugas pokok dan fungsi RT", "Tenaga ahli P3MD Kabupaten Tabalong", "Materi 2"),
    ("13.00", "Wawasan kebangsaan", "Dandim 1008/Tabalong", "Materi 3"),
]
HEADS = """
SELECT participant.*, seat.rt, village.code, village.name AS village, district.name AS district, wave.number AS wave
FROM participant JOIN seat ON seat.id = seat_id JOIN village ON village.id = village_id
JOIN district ON district.id = district_id JOIN wave ON wave.id = wave_id
"""


@pytest.fixture(scope="module")
def database(demo_file: Path) -> Iterator[sqlite3.Connection]:
    """The demo as the command made it."""
    connection = sqlite3.connect(f"{(demo_file / 'rtapp.db').as_uri()}?mode=ro", uri=True)
    connection.row_factory = sqlite3.Row
    yield connection
    connection.close()


@pytest.fixture(scope="module")
def heads(database: sqlite3.Connection) -> list[sqlite3.Row]:
    return database.execute(HEADS).fetchall()


def rows(database: sqlite3.Connection, sql: str) -> list[tuple]:
    return [tuple(row) for row in database.execute(sql)]


# The event


@pytest.mark.parametrize("wave", [1, 2, 3])
def test_every_wave_registers_and_then_hears_three_speakers_at_checkpoints_of_their_own(database, wave):
    points = f"SELECT name, kind FROM checkpoint JOIN wave ON wave.id = wave_id WHERE number = {wave} ORDER BY position"
    sessions = [(f"Materi {number}", "sesi") for number in (1, 2, 3)]
    assert rows(database, points) == [("Registrasi", "hadir"), *sessions]
    day = f"""SELECT starts_at, material, speaker, checkpoint.name FROM agenda
        JOIN wave ON wave.id = agenda.wave_id JOIN checkpoint ON checkpoint.id = checkpoint_id
        WHERE number = {wave} ORDER BY starts_at"""
    shown = []
    for starts, *rest in rows(database, day):
        local = clock.local(clock.parse_iso(starts.replace(" ", "T") + "Z"), "Asia/Makassar")
        shown.append((f"{local:%H.%M}", *rest))
    assert shown == MATERIALS


# The people


def test_951_heads_hold_951_seats_and_no_village_is_left_out(heads):
    assert len(heads) == 951 and len({(head["code"], head["rt"]) for head in heads}) == 951
    numbers: dict[str, list[str]] = {}
    for head in heads:
        numbers.setdefault(head["code"], []).append(head["rt"])
    assert len(numbers) == 131
    assert all(sorted(rts) == [f"{n:03}" for n in range(1, len(rts) + 1)] for rts in numbers.values())
    assert {head["kind"] for head in heads} == {"rt"} and {head["archived_at"] for head in heads} == {None}


def test_wave_one_has_the_published_numbers_and_the_other_614_are_marked_as_assumed(database, heads):
    assert Counter(head["district"] for head in heads if head["wave"] == 1) == PUBLISHED
    of_wave = {head["district"]: head["wave"] for head in heads}
    assert len(of_wave) == 12 and sum(head["wave"] != 1 for head in heads) == 614
    invited = rows(
        database,
        """SELECT district.name, wave.number, invited, assumed FROM invitation
           JOIN district ON district.id = district_id JOIN wave ON wave.id = wave_id""",
    )
    counted = Counter(head["district"] for head in heads)
    assert sorted(invited) == sorted(
        (district, of_wave[district], number, int(district not in PUBLISHED)) for district, number in counted.items()
    )


def test_nobody_could_be_taken_for_a_real_person(heads):
    assert all(re.search(r"\b(Contoh|Uji|Sampel)\b", head["name"], re.IGNORECASE) for head in heads)
    assert {head["gender"] for head in heads} == {"L", "P"}
    titled = [head for head in heads if head["name"].upper().startswith("HJ. ")]
    assert titled and {head["gender"] for head in titled} == {"P"}


def test_there_are_homonyms_and_single_spellings_as_on_a_real_list(heads):
    places: dict[str, set[str]] = {}
    for head in heads:
        places.setdefault(head["name_key"], set()).add(head["village"])
    assert max(len(villages) for villages in places.values()) > 5
    assert any(head["name"].isupper() for head in heads) and any(not head["name"].isupper() for head in heads)


def test_phones_are_valid_or_missing_and_ring_nobody(heads):
    phones = [head["phone"] for head in heads if head["phone"]]
    assert 0 < len(phones) < len(heads) and len(set(phones)) == len(phones)
    assert all(MOBILE.fullmatch(phone) and phone.startswith("084") for phone in phones)


def test_nobody_has_come_yet_and_nobody_has_an_account(database):
    for table in ("attendance", "scan", "user_account", "device"):
        assert rows(database, f"SELECT count(*) FROM {table}") == [(0,)]


# Made twice, and beside another event


def test_two_demos_have_the_same_people_and_other_cards(app: Flask, session, heads, database):
    demo.fill(session, clock.utcnow())
    assert sorted(session.scalars(select(Participant.name))) == sorted(head["name"] for head in heads)
    assert not set(session.scalars(select(Badge.token))) & {
        token for (token,) in rows(database, "SELECT token FROM badge")
    }


def test_the_demo_has_one_admin_and_one_desk_however_often_it_is_started(app: Flask, session, total):
    now = clock.utcnow()
    demo.fill(session, now)
    first = [person.id for person in demo.staff(session, now)]
    session.commit()
    again = clock.utcnow()
    admin, desk = demo.staff(begin_write(session), again)
    assert [admin.id, desk.id] == first and (admin.role, desk.role) == (Role.ADMIN, Role.CLERK)
    assert desk.expires_at > again and [point.wave.number for point in desk.checkpoints] == [1] * 4
    assert total(User) == 1
    assert total(Device) == 1
    db.session.rollback()
