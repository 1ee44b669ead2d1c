"""Tries are counted in one small file: by every process, past floods, and never against an honest person."""

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from rtapp.accounts import passwords, pins_store
from rtapp.accounts.tries import PASSWORD_LIMIT, PIN_LIMIT
from rtapp.accounts.tries_files import Tries
from rtapp.refusals import Refused

from .world import PASSWORD

NOW = datetime(2023, 11, 8, 7, tzinfo=UTC)
FULL = Refused("too_many_at_once", "penuh", 429)


def tries(folder: Path, kind: str = "password") -> Tries:
    return Tries(folder / "tries.db", "kunci", kind, PIN_LIMIT if kind == "pin" else PASSWORD_LIMIT)


def test_two_processes_count_together_and_names_and_addresses_and_kinds_apart(tmp_path):
    plain, secure = tries(tmp_path), tries(tmp_path)
    assert [each.admit("ani", "10.0.0.5", NOW) for each in (plain, secure) * 5] == [None] * 10
    for each in (plain, secure):
        assert each.admit("ani", "10.0.0.5", NOW + timedelta(minutes=1)) == timedelta(minutes=4)
    assert secure.admit("budi", "10.0.0.5", NOW) is None and plain.admit("ani", "10.0.0.6", NOW) is None
    assert tries(tmp_path, "pin").admit("ani", "10.0.0.5", NOW) is None
    assert plain.admit("ani", "10.0.0.5", NOW + timedelta(minutes=5)) is None


def test_a_limit_survives_a_flood_of_other_names_and_the_file_does_not_grow(tmp_path):
    counted = tries(tmp_path)
    for _ in range(10):
        counted.admit("ani", "10.0.0.5", NOW)
    for each in range(300):
        counted.admit(f"nama {each}", "10.0.0.5", NOW)
    assert counted.admit("ani", "10.0.0.5", NOW) is not None
    counted.admit("ani", "10.0.0.5", NOW + timedelta(minutes=6))
    with sqlite3.connect(tmp_path / "tries.db") as file:
        assert file.execute("SELECT count(*) FROM tried").fetchone() == (1,)


def test_waiting_people_do_not_make_their_wait_longer_and_success_forgets(tmp_path):
    counted = tries(tmp_path)
    for _ in range(30):
        counted.admit("ani", "10.0.0.5", NOW)
    assert counted.admit("ani", "10.0.0.5", NOW + timedelta(minutes=5)) is None
    counted.forget("ani", "10.0.0.5")
    assert [counted.admit("ani", "10.0.0.5", NOW + timedelta(minutes=5)) for _ in range(11)][-2:] == [
        None,
        timedelta(minutes=5),
    ]


def test_a_try_that_is_taken_back_was_none(tmp_path):
    counted = tries(tmp_path)
    for _ in range(40):
        assert counted.admit("ani", "10.0.0.5", NOW) is None
        counted.take_back("ani", "10.0.0.5")


def test_the_file_names_nobody_is_its_owners_alone_and_may_be_spoiled(tmp_path):
    counted, file = tries(tmp_path), tmp_path / "tries.db"
    counted.admit("ani contoh", "10.0.0.5", NOW)
    assert b"ani" not in file.read_bytes() and b"10.0.0" not in file.read_bytes()
    assert file.stat().st_mode & 0o077 == 0
    file.write_bytes(b"no database at all" * 100)
    assert [counted.admit("ani", "10.0.0.5", NOW) for _ in range(2)] == [None, None]
    assert Tries(tmp_path / "none" / "tries.db", "kunci", "password", PASSWORD_LIMIT).admit("ani", "x", NOW) is None


def test_right_pins_and_passwords_refused_for_lack_of_room_lock_nobody_out(client_of, world, monkeypatch, app, session):
    desk = client_of("device")
    form = {"code": world.tokens["aminah"], "decide": "accept", "reason": "uji", "pin": "482915"}
    place = f"/desk/{world.registration}/scans"

    def full(*_: object) -> bool:
        raise FULL

    with monkeypatch.context() as crowded:
        crowded.setattr(pins_store, "user_by_pin", full)
        crowded.setattr("rtapp.checkin.forms.user_by_pin", full)
        crowded.setattr(passwords, "fits", full)
        for number in range(12):
            assert desk.post(place, data=form | {"nonce": f"nonce-{number:04}"}).status_code == 429
            sent = app.test_client().post("/sign-in", data={"name": "Uji clerk", "password": PASSWORD})
            assert sent.status_code == 429
    wrong = desk.post(place, data=form | {"nonce": "nonce-9999"})
    assert wrong.status_code == 403 and "PIN tidak cocok" in wrong.text
    assert app.test_client().post("/sign-in", data={"name": "Uji clerk", "password": PASSWORD}).status_code == 303


@pytest.mark.parametrize("kind", ["password", "pin"])
def test_a_file_that_is_held_for_long_keeps_no_admin_out(tmp_path, monkeypatch, kind):
    counted = tries(tmp_path, kind)
    counted.admit("ani", "x", NOW)
    monkeypatch.setattr("rtapp.accounts.tries_files.PATIENCE", 0.1)
    with sqlite3.connect(tmp_path / "tries.db", isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        assert counted.admit("ani", "x", NOW) is None
