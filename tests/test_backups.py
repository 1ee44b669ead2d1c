"""Backups: what is in one, what opens it, what is refused, and an instance that comes back from it."""

import hashlib
import json
import shutil
import sqlite3
import zipfile
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from pyrage import decrypt, passphrase, x25519

from rtapp import clock
from rtapp.commands import main as cli
from rtapp.db import db
from rtapp.documents import sealing
from rtapp.laptop import serving
from rtapp.refusals import Refused
from rtapp.safety import backup_file, backups
from rtapp.safety.backup_file import DATABASE, unpack
from rtapp.safety.restore import try_out

from . import postgres
from .actors import opened
from .sealed import QUICK, WORDS
from .served import rows


@pytest.fixture
def instance(app) -> Path:
    """The small training's instance, with all the keys there can be."""
    folder = Path(app.instance_path)
    (folder / "tls").mkdir()
    for name in ("tls/ca.pem", "tls/leaf.pem"):
        (folder / name).write_text(f"kunci {name}")
    (folder / "config.py").write_text("STREAM_LIMIT = 50\n")
    return folder


@pytest.fixture
def back_up(app, instance, world):
    """Make a backup and return its path."""
    moments = iter(range(60))

    def make(target=None):
        with app.app_context():
            now = clock.utcnow() + timedelta(seconds=next(moments))
            return backups.make(db.engine, instance, now, "manual", target)

    return make


@pytest.fixture
def sealed(instance, back_up, monkeypatch):
    """A backup that the passphrase opens."""
    with monkeypatch.context() as quick:
        quick.setattr(sealing, "make_pair", lambda words: QUICK)
        backups.seal_with(instance, WORDS)
    return back_up()


def run(instance, *words, given="", **more):
    env = {"RTAPP_INSTANCE": str(instance), "DATABASE_URL": None, **more}
    return CliRunner().invoke(cli.main, list(words), input=given, env=env, prog_name="app.py")


def refusal(do, *args):
    with pytest.raises(Refused) as refused:
        do(*args)
    return refused.value.code


def turned_away(instance, path, *words, **given):
    """Return the sentence that refuses to restore a backup: nothing is changed by it."""
    before = state(instance)
    told = run(instance, "restore", str(path), *words, **given)
    assert told.exit_code == 1 and (given or told.stdout == "") and state(instance) == before, told.output
    return told.stderr


def state(folder):
    """Everything in a folder that somebody would miss."""
    files = (path for path in folder.rglob("*") if path.is_file() and "lock" not in path.name)
    return {path.relative_to(folder): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_one_file_holds_database_and_keys_for_its_owner_alone(back_up, instance, tmp_path):
    path = back_up()
    assert path.parent == instance / "backups" and path.stat().st_mode & 0o777 == 0o600
    manifest = unpack(path, tmp_path)
    names = {DATABASE, "secret_key", "config.py", "tls/ca.pem", "tls/leaf.pem"}
    assert set(manifest["files"]) == names and all((tmp_path / name).exists() for name in names)
    assert manifest["rows"]["participant"] == rows(instance, "SELECT count(*) FROM participant")[0][0]
    assert (tmp_path / "secret_key").read_text() == (instance / "secret_key").read_text()
    assert [path.name for path in (instance / "backups").iterdir()] == [path.name]  # nothing half made is left


def test_a_backup_is_made_beside_a_writer_that_has_not_finished(back_up, instance, tmp_path):
    with closing(sqlite3.connect(instance / DATABASE, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("UPDATE participant SET note = 'belum selesai'")
        path = back_up()
        writer.execute("ROLLBACK")
    unpack(path, tmp_path)
    assert rows(tmp_path, "SELECT count(*) FROM participant WHERE note = 'belum selesai'") == [(0,)]


def test_a_sealed_backup_shows_nothing_and_opens_with_its_passphrase(sealed, instance, tmp_path):
    raw = sealed.read_bytes()
    secret, name = (instance / "secret_key").read_bytes(), b"RAHMAH"
    assert secret not in raw and name not in raw and WORDS not in (instance / "backup.json").read_text()
    with zipfile.ZipFile(sealed) as outer:
        assert outer.namelist() == ["manifest.json", "identity.age", "content.zip.age"]
        assert "rows" not in json.loads(outer.read("manifest.json"))
    assert unpack(sealed, tmp_path, WORDS)["rows"]["participant"] > 0


def test_a_sealed_backup_opens_with_the_age_format_alone(sealed, tmp_path):
    with zipfile.ZipFile(sealed) as outer:
        outer.extractall(tmp_path)
    key = passphrase.decrypt((tmp_path / "identity.age").read_bytes(), WORDS).decode()
    content = decrypt((tmp_path / "content.zip.age").read_bytes(), [x25519.Identity.from_str(key)])
    (tmp_path / "content.zip").write_bytes(content)
    assert DATABASE in zipfile.ZipFile(tmp_path / "content.zip").namelist()


def test_a_new_passphrase_is_for_new_backups_and_the_old_one_for_the_old(sealed, instance, back_up, tmp_path):
    backups.seal_with(instance, "kata sandi yang berikutnya")
    newer = back_up()
    assert unpack(sealed, tmp_path, WORDS) and refusal(unpack, newer, tmp_path, WORDS) == "wrong_passphrase"


@pytest.mark.parametrize("words", ["", "pendek", "aaaaaaaaaaaaaa", "abcdefghijklm"])
def test_a_passphrase_that_is_guessed_first_is_refused(instance, words):
    assert refusal(backups.seal_with, instance, words) == "easy_passphrase"


def spoiled(path, how, tmp_path):
    """Return a copy of a backup after something happened to it."""
    copy = tmp_path / "copy.zip"
    whole = path.read_bytes()
    if how == "cut":
        copy.write_bytes(whole[: len(whole) // 2])
    elif how == "flipped":
        copy.write_bytes(whole[:2000] + bytes([whole[2000] ^ 1]) + whole[2001:])
    elif how == "newer":
        with zipfile.ZipFile(copy, "w") as archive:
            archive.writestr("manifest.json", '{"format": 99}')
    elif how == "other zip":
        with zipfile.ZipFile(copy, "w") as archive:
            archive.writestr("surat.txt", "bukan cadangan")
    else:
        copy.write_bytes(b"" if how == "empty" else b"bukan cadangan sama sekali")
    return copy


SPOILED = {
    "cut": "broken_backup",
    "flipped": "broken_backup",
    "newer": "newer_backup",
    "other zip": "no_backup",
    "empty": "no_backup",
    "text": "no_backup",
}


@pytest.mark.parametrize("how", SPOILED)
def test_what_is_no_whole_backup_is_refused_and_changes_nothing(back_up, instance, tmp_path, how):
    copy = spoiled(back_up(), how, tmp_path)
    assert len(turned_away(instance, copy).splitlines()) == 1
    assert refusal(unpack, copy, tmp_path) == SPOILED[how]


@pytest.mark.parametrize(("given", "code"), [("", "Ketik kata sandi"), ("salah sekali ini\n", "tidak cocok")])
def test_without_its_passphrase_a_sealed_backup_changes_nothing(sealed, instance, given, code):
    assert code in turned_away(instance, sealed, given=given)


def test_a_sealed_backup_cut_short_is_told_as_such(sealed, tmp_path):
    with zipfile.ZipFile(sealed) as outer, zipfile.ZipFile(tmp_path / "cut.zip", "w") as cut:
        for name in outer.namelist():
            content = outer.read(name)
            cut.writestr(name, content[:-100] if name == backup_file.CONTENT else content)
    assert refusal(unpack, tmp_path / "cut.zip", tmp_path, WORDS) == "broken_backup"


def test_a_backup_of_a_newer_schema_is_refused_and_changes_nothing(back_up, instance, tmp_path):
    rows(instance, "UPDATE alembic_version SET version_num = '9999'")
    path = back_up(tmp_path / "newer.zip")
    rows(instance, "UPDATE participant SET note = 'tetap'")
    assert "lebih baru" in turned_away(instance, path)


def test_an_empty_folder_becomes_the_instance_with_its_keys_under_a_new_epoch(back_up, instance, tmp_path):
    other = tmp_path / "laptop baru"
    told = run(other, "restore", str(back_up()))
    assert told.exit_code == 0, told.stderr
    assert "Selanjutnya: jalankan “python3 app.py”" in told.stdout
    kept = state(instance)
    assert all(state(other)[name] == kept[name] for name in kept if name.parts[0] in ("secret_key", "tls"))
    assert not (other / "config.py").exists() and "tidak dipakai: config.py (--keys)" in told.stdout
    epochs = [rows(folder, "SELECT epoch FROM event") for folder in (instance, other)]
    assert epochs[0] != epochs[1]
    assert {path.stat().st_mode & 0o077 for path in other.rglob("*") if path.is_file()} == {0}
    assert run(other, "verify").exit_code == 0
    assert rows(other, "SELECT action FROM audit ORDER BY id DESC LIMIT 1") == [("backup.restore",)]


def repacked(path, target, change=None, **files):
    """Return a copy of a backup as somebody else could make it: its own digests fit, whatever was put into it."""
    with zipfile.ZipFile(path) as source:
        told = json.loads(source.read("manifest.json"))
        held = {name: source.read(name) for name in source.namelist() if name != "manifest.json"}
    for name, data in files.items():
        held[name.replace("__", "/").replace("_py", ".py").replace("_db", ".db")] = data
    told["files"] = {name: hashlib.sha256(data).hexdigest() for name, data in held.items()}
    told = change(told) if change else told
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("manifest.json", told if isinstance(told, str) else json.dumps(told))
        for name, data in held.items():
            archive.writestr(name, data)
    return target


def test_a_restore_takes_data_and_leaves_keys_and_settings_until_a_word_is_typed(back_up, instance, tmp_path):
    planted = repacked(
        back_up(), tmp_path / "titipan.zip", config_py=b"raise SystemExit('dijalankan')", secret_key=b"ab"
    )
    before = {name: digest for name, digest in state(instance).items() if name.parts[0] in ("config.py", "secret_key")}
    told = run(instance, "restore", str(planted))
    assert told.exit_code == 0 and "tidak dipakai: secret_key, config.py (--keys)" in told.stdout
    assert {name: state(instance)[name] for name in before} == before
    refused = run(instance, "restore", str(planted), "--keys", given="ya\n")
    assert refused.exit_code == 1 and "config.py: kode yang dijalankan" in refused.stdout
    assert {name: state(instance)[name] for name in before} == before
    assert run(instance, "restore", str(planted), "--keys", given="ganti kunci\n").exit_code == 0
    assert "dijalankan" in (instance / "config.py").read_text()


def test_an_instance_that_locks_its_backups_asks_before_it_takes_an_unlocked_one(back_up, instance, monkeypatch):
    path = back_up()
    with monkeypatch.context() as quick:
        quick.setattr(sealing, "make_pair", lambda words: QUICK)
        backups.seal_with(instance, WORDS)
    assert "--unlocked" in turned_away(instance, path)
    assert run(instance, "restore", str(path), "--unlocked").exit_code == 0
    assert backups.settings(instance).recipient, "and goes on locking"


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TRIGGER diam AFTER INSERT ON scan BEGIN DELETE FROM attendance; END",
        "CREATE VIEW lain AS SELECT * FROM participant",
        "CREATE TABLE titipan (isi TEXT)",
        "DROP INDEX uq_attendance_checkpoint_participant_live",
        "ALTER TABLE participant ADD COLUMN agama TEXT",
    ],
)
def test_what_no_version_of_ours_makes_is_refused_in_a_backup_and_found_by_verify(back_up, instance, tmp_path, sql):
    unpack(back_up(), tmp_path)
    rows(tmp_path, sql)
    foreign = repacked(back_up(), tmp_path / "asing.zip", rtapp_db=(tmp_path / DATABASE).read_bytes())
    told = turned_away(instance, foreign)
    assert "bukan susunan rtapp" in told and len(told.splitlines()) == 1
    rows(instance, sql)
    found = run(instance, "verify")
    assert found.exit_code == 1 and "Susunan basis data bukan buatan rtapp" in found.stdout


@pytest.mark.parametrize(
    "change",
    [
        lambda told: told | {"files": []},
        lambda told: told | {"rows": 7},
        lambda told: told | {"made_at": 3},
        lambda told: told | {"files": None},
        lambda told: {"format": 1},
        lambda told: told | {"made_at": "kemarin"},
        lambda told: told | {"format": True, "files": {"rtapp.db": 1}},
        lambda told: "[" * 100_000,
        lambda told: "null",
    ],
)
def test_an_odd_manifest_is_one_sentence(back_up, instance, tmp_path, change):
    odd = repacked(back_up(), tmp_path / "aneh.zip", change)
    told = run(instance, "restore", str(odd))
    assert told.exit_code == 1 and len(told.stderr.splitlines()) == 1 and "Traceback" not in told.stderr
    assert told.exception is None or isinstance(told.exception, SystemExit)


def test_what_was_scanned_after_the_backup_is_sent_again_and_counted_once(app, back_up, instance, world, tmp_path):
    def scan(at, nonce, who):
        body = {"nonce": nonce, "checkpoint": world.registration, "source": "search", "participant": world.people[who]}
        bearer = {"Authorization": f"Bearer {world.bearer}"}
        answer = at.test_client().post("/api/v1/scans", json=body, headers=bearer)
        return answer.json["verdict"], answer.json["number"], answer.headers.get("Idempotent-Replay") == "true"

    assert scan(app, "sebelum-cadangan", "rahmah") == ("WELCOME", 1, False)
    path = back_up()
    assert scan(app, "sesudah-cadangan", "yusuf") == ("WELCOME", 2, False)
    assert run(tmp_path / "baru", "restore", str(path)).exit_code == 0
    with opened(tmp_path / "baru", TESTING=True) as restored:
        assert scan(restored, "sebelum-cadangan", "rahmah") == ("WELCOME", 1, True)
        assert scan(restored, "sesudah-cadangan", "yusuf") == ("WELCOME", 2, False)
    assert run(tmp_path / "baru", "verify").exit_code == 0


def test_what_a_restore_replaces_can_itself_be_restored(back_up, instance):
    earlier = back_up()
    rows(instance, "UPDATE event SET name = 'Sesudahnya'")
    assert run(instance, "restore", str(earlier)).exit_code == 0
    assert rows(instance, "SELECT name FROM event") == [("Bimtek Uji Ketua RT",)]
    (safety,) = (instance / "backups").glob("before-restore-*.zip")
    assert run(instance, "restore", str(safety)).exit_code == 0
    assert rows(instance, "SELECT name FROM event") == [("Sesudahnya",)]


def test_a_restore_waits_for_nobody_who_serves(back_up, instance):
    path = back_up()
    with serving.hold_instance(instance):
        assert "sudah berjalan" in turned_away(instance, path)


def damage(database):
    """Overwrite a page in the middle of the file, as a dying disk does."""
    with database.open("r+b") as file:
        size = file.seek(0, 2)
        for place in range(size // 4096 // 3, size // 4096, 5):
            file.seek(place * 4096)
            file.write(b"\xa5" * 4096)


def test_a_damaged_database_is_found_told_and_restored(app, back_up, instance):
    good = back_up()
    with app.app_context():
        db.engine.dispose()
    damage(instance / DATABASE)
    told = run(instance, "verify")
    assert told.exit_code == 1 and "rusak" in told.stdout and f"app.py restore {good}" in told.stdout
    assert refusal(back_up) == "damaged_database" and [each.path for each in backups.find(instance)] == [good]
    again = run(instance, "restore", str(good))
    assert again.exit_code == 0, again.stderr
    (kept,) = (path for path in (instance / "backups").iterdir() if path.is_dir())
    assert (kept / DATABASE).read_bytes().count(b"\xa5" * 4096) > 0
    assert run(instance, "verify").exit_code == 0


def test_a_drill_restores_and_checks_without_touching_anything(back_up, instance):
    path, now = back_up(), clock.utcnow()
    before = state(instance)
    tried = try_out(path, instance, now)
    assert tried.event == "Bimtek Uji Ketua RT" and tried.totals["participant"] > 0 and tried.findings == []
    assert state(instance) == before


def test_a_list_of_backups_says_which_cannot_be_read(back_up, instance):
    newest, spoilt = back_up(), back_up()
    spoilt.write_bytes(spoilt.read_bytes()[:3000])
    (instance / "backups" / "surat.docx").touch()
    assert [(each.path, each.readable) for each in backups.find(instance)] == [(spoilt, False), (newest, True)]


def test_the_second_folder_holds_a_copy_apart_from_other_laptops(back_up, instance, tmp_path):
    stick = tmp_path / "stick"
    assert refusal(backups.choose_folder, instance, str(stick)) == "bad_folder"
    assert refusal(backups.choose_folder, instance, "relatif") == "bad_folder"
    stick.mkdir()
    backups.choose_folder(instance, str(stick))
    path = back_up()
    backups.copy_out(path, backups.settings(instance).folder, instance)
    (copy,) = stick.rglob("*.zip")
    assert copy.read_bytes() == path.read_bytes() and copy.parent.name.startswith("rtapp-")
    shutil.rmtree(stick)
    with pytest.raises(OSError):
        backups.copy_out(path, str(stick), instance)


def test_a_script_hands_the_passphrase_over_on_standard_input(sealed, tmp_path):
    other = tmp_path / "lain"
    told = run(other, "restore", str(sealed), given=WORDS + "\n")
    assert told.exit_code == 0, told.stderr
    assert backups.settings(other).recipient  # what is made there is sealed, too


@pytest.mark.postgres
def test_a_backup_of_postgresql_is_restored_to_sqlite_and_moves_back(postgres_filled, tmp_path):
    name, _ = postgres_filled
    with postgres.database(name) as (_, url):
        there = {"DATABASE_URL": url}
        server, laptop, file = tmp_path / "server", tmp_path / "laptop", tmp_path / "cadangan.zip"
        made = run(server, "backup", str(file), **there)
        assert made.exit_code == 0, made.stderr
        refused = run(server, "restore", str(file), **there)
        assert refused.exit_code == 1 and "copy-to" in refused.stderr
        assert run(server, "verify", **there).exit_code == 0
    assert run(laptop, "restore", str(file)).exit_code == 0 and run(laptop, "verify").exit_code == 0
    assert (laptop / "secret_key").read_text() == (server / "secret_key").read_text()
    with postgres.database() as (_, url):
        assert run(laptop, "copy-to", url).exit_code == 0
        assert run(laptop, "verify", DATABASE_URL=url).exit_code == 0
