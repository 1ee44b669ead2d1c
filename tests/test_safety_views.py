"""Cadangan: the page, what each button does, what is refused, and the thread that backs up by itself."""

import io
import re
import shutil
import sqlite3
import time
import zipfile
from datetime import timedelta
from itertools import count, repeat
from pathlib import Path

import pytest

from rtapp import clock
from rtapp.accounts import store as accounts
from rtapp.db import db
from rtapp.documents import sealing
from rtapp.refusals import Refused
from rtapp.safety import backups
from rtapp.safety import schedule as writer
from rtapp.safety.backup_file import unpack

from .reading import words
from .sealed import QUICK, WORDS
from .served import Served
from .trailed import trail
from .world import PASSWORD


@pytest.fixture
def instance(app) -> Path:
    return Path(app.instance_path)


def made(admin, instance):
    assert admin.post("/backups").status_code == 303
    return backups.find(instance)[0].path


def actions(app):
    with app.app_context():
        return [line.action for line, _ in trail(db.session, 5)]


def test_the_page_nags_until_a_passphrase_is_set(admin, monkeypatch):
    monkeypatch.setattr(sealing, "make_pair", lambda words: QUICK)
    assert "Cadangan belum terkunci" in words(admin.get("/backups"))
    form = {"passphrase": WORDS, "again": WORDS, "own_password": PASSWORD}
    assert admin.post("/backups/passphrase", data=form).status_code == 303
    page = words(admin.get("/backups"))
    assert "Cadangan belum terkunci" not in page and "Simpan tulisannya di tempat lain" in page


def test_a_backup_made_now_is_listed_with_time_size_and_that_it_was_checked(app, admin, instance):
    made(admin, instance)
    page = words(admin.get("/backups"))
    assert re.search(r"WITA atas permintaan · [\d.]+ kB · diperiksa", page), page
    assert actions(app)[0] == "backup.make"


def test_a_backup_is_handed_over_only_for_the_password(app, admin, instance, tmp_path):
    name = made(admin, instance).name
    refused = admin.post("/backups/file", data={"name": name, "own_password": "bukan ini"})
    assert refused.status_code == 403 and "Kata sandi tidak cocok" in words(refused)
    given = admin.post("/backups/file", data={"name": name, "own_password": PASSWORD})
    assert given.headers["Cache-Control"] == "no-store" and name in given.headers["Content-Disposition"]
    assert "rtapp.db" in zipfile.ZipFile(io.BytesIO(given.data)).namelist()
    given.close()
    assert actions(app)[0] == "backup.download"


@pytest.mark.parametrize("name", ["auto-20200101T000000Z.zip", "../secret_key", "failure.json"])
def test_what_is_no_backup_of_the_list_is_not_handed_over(admin, instance, name):
    made(admin, instance)
    assert admin.post("/backups/file", data={"name": name, "own_password": PASSWORD}).status_code == 404


def test_a_drill_says_what_was_restored(admin, instance):
    name = made(admin, instance).name
    page = admin.post("/backups/drill", data={"name": name})
    assert page.status_code == 200
    assert "Cadangan dapat dipulihkan dan isinya utuh" in words(page) and "Bimtek Uji Ketua RT" in words(page)


def test_a_drill_of_a_ledger_that_does_not_match_says_where(change, admin, instance, world):
    change(lambda session: session.connection().exec_driver_sql("UPDATE audit SET actor = 'Orang lain' WHERE id = 1"))
    page = words(admin.post("/backups/drill", data={"name": made(admin, instance).name}))
    assert "isinya tidak cocok" in page and "mulai baris 1" in page


def test_a_drill_of_a_locked_backup_wants_its_passphrase(admin, instance, monkeypatch):
    monkeypatch.setattr(sealing, "make_pair", lambda words: QUICK)
    backups.seal_with(instance, WORDS)
    name = made(admin, instance).name
    assert 'id="drill-passphrase"' in admin.get("/backups").text
    wrong = admin.post("/backups/drill", data={"name": name, "passphrase": "bukan ini ya"})
    assert wrong.status_code == 422 and "tidak cocok" in words(wrong)
    assert admin.post("/backups/drill", data={"name": name, "passphrase": WORDS}).status_code == 200


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({"passphrase": WORDS, "again": WORDS}, "Kata sandi tidak cocok"),
        ({"passphrase": WORDS, "again": WORDS + "x", "own_password": PASSWORD}, "tidak sama"),
        ({"passphrase": "pendek", "again": "pendek", "own_password": PASSWORD}, "paling sedikit 12 huruf"),
    ],
)
def test_a_passphrase_is_not_set_by_mistake(admin, instance, form, says):
    refused = admin.post("/backups/passphrase", data=form)
    assert refused.status_code in (403, 422) and says in words(refused)
    assert backups.settings(instance).recipient == ""


def test_a_second_folder_is_filled_and_its_absence_told_and_no_error(admin, instance, tmp_path, monkeypatch):
    moments = map(clock.utcnow().__add__, map(timedelta, repeat(0), count()))
    monkeypatch.setattr(clock, "utcnow", lambda: next(moments))  # a name is good for one second
    stick = tmp_path / "stik"
    refused = admin.post("/backups/folder", data={"folder": str(stick)})
    assert refused.status_code == 422 and "tidak ada atau tidak dapat ditulis" in words(refused)
    stick.mkdir()
    assert admin.post("/backups/folder", data={"folder": str(stick)}).status_code == 303
    made(admin, instance)
    assert len(list(stick.rglob("*.zip"))) == 1
    assert "di disk yang sama" in words(admin.get("/backups"))
    shutil.rmtree(stick)
    made(admin, instance)
    assert "tidak terjangkau" in words(admin.get("/backups")) and len(backups.find(instance)) == 2
    stick.mkdir()
    made(admin, instance)
    assert "tidak terjangkau" not in words(admin.get("/backups"))


@pytest.fixture
def look(app, monkeypatch):
    """Let the thread look at a moment, given in minutes from now; return what it remembers."""
    begun = clock.utcnow()

    def at(minutes, seen):
        monkeypatch.setattr(clock, "utcnow", lambda: begun + timedelta(minutes=minutes))
        return writer._back_up_when_due(app, seen)

    return at


def test_it_backs_up_every_few_minutes_while_something_is_recorded_else_daily(change, instance, world, look):
    def made():
        return len(backups.find(instance))

    seen = look(0, None)
    assert made() == 1
    seen = look(6, seen)
    assert made() == 1  # nothing was recorded
    change(lambda session: accounts.add_user(session, "Uji", "Orang baru", "viewer", "", now=clock.utcnow()))
    seen = look(4, seen)
    assert made() == 1  # too soon
    seen = look(7, seen)
    assert made() == 2
    seen = look(60, seen)
    assert made() == 2
    look(8 + 24 * 60, seen)
    assert made() == 3


def test_an_empty_database_is_not_backed_up(app, instance, look):
    look(0, None)
    assert backups.find(instance) == []


def test_what_fails_is_told_on_the_page_until_it_goes_well_again(app, admin, instance, look, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr(shutil, "disk_usage", lambda _path: shutil._ntuple_diskusage(1, 1, 0))
        look(0, None)
    assert backups.find(instance) == [] and "Ruang disk tinggal sedikit" in words(admin.get("/backups"))
    look(1, None)
    assert len(backups.find(instance)) == 1 and "Ruang disk" not in words(admin.get("/backups"))


def test_a_backup_that_cannot_be_made_is_told_and_leaves_the_others(admin, instance, monkeypatch):
    made(admin, instance)

    def fails(*_):
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(backups, "_snapshot", fails)
    refused = admin.post("/backups")
    assert refused.status_code == 503 and "disk is full" in words(refused) and len(backups.find(instance)) == 1


@pytest.mark.slow
def test_one_process_of_a_server_backs_up_while_it_serves(demo_file, tmp_path):
    instance = Path(shutil.copytree(demo_file, tmp_path / "instance"))
    server = Served(instance, ("demo", "--workers", "2"))
    try:
        deadline = time.monotonic() + 30
        while not backups.find(instance) and time.monotonic() < deadline:
            time.sleep(0.1)
    finally:
        server.stop()
    (made_one,) = backups.find(instance)
    assert made_one.reason == "auto" and unpack(made_one.path, tmp_path)["rows"]["participant"] == 951


def test_a_failure_that_was_kept_is_a_refusal_again(instance, app):
    assert writer.failure(instance) is None
    (instance / "backups").mkdir(exist_ok=True)
    writer._keep(instance / "backups", Refused("no_room", "Folder %(folder)s.", folder="x"))
    assert str(writer.failure(instance)) == "Folder x."
