"""The doctor: what it says the day before, and that it ends with 1 when something would stop the event."""

import os
import shutil
import socket
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest

from rtapp import clock
from rtapp.commands import doctor
from rtapp.commands.doctor import Level
from rtapp.db import begin_write, db
from rtapp.laptop import tls
from rtapp.safety import backups
from rtapp.settings import store as settings
from rtapp.settings.store import note_tried
from rtapp.web import network

from .served import ROOT, Served, command, free_port

NOW = datetime(2023, 11, 7, 20, 0, tzinfo=UTC)


def said(findings) -> dict[Level, str]:
    """What was found, by how much it matters."""
    found: dict[Level, str] = {}
    for level, sentence in findings:
        found[level] = f"{found.get(level, '')}{sentence}\n"
    return found


@pytest.mark.slow
def test_a_laptop_that_is_ready_is_told_so_with_the_address_a_second_device_opens(demo):
    done = command("doctor", "--port", str(free_port()), instance=demo)
    assert done.returncode == 0, done.stdout
    assert "GAGAL" not in done.stdout and "OK         Basis data utuh dan mutakhir." in done.stdout
    lan = network.lan_addresses()
    assert not lan or (f"http://{lan[0]}:" in done.stdout and "/preflight" in done.stdout and "█" in done.stdout)


@pytest.mark.slow
def test_a_folder_that_was_never_served_stays_empty_of_a_database(tmp_path):
    done = command("doctor", "--port", str(free_port()), instance=tmp_path / "new")
    assert done.returncode == 0 and "Basis data belum ada" in done.stdout
    assert not (tmp_path / "new" / "rtapp.db").exists()


@pytest.mark.slow
def test_a_running_server_is_recognised_and_a_taken_port_stops_the_event(demo, tmp_path):
    server = Served(demo, ("demo",))
    try:
        assert (
            f"Server menjawab di port {server.port}"
            in command("doctor", "--port", str(server.port), instance=demo).stdout
        )
        elsewhere = command("doctor", "--port", str(free_port()), instance=demo)
        assert "Sebutkan portnya" in elsewhere.stdout and elsewhere.returncode == 0
        other = command("doctor", "--port", str(server.port), instance=tmp_path / "other")
        assert other.returncode == 1 and f"GAGAL      Port {server.port}" in other.stdout
    finally:
        server.stop()


@pytest.mark.slow
def test_a_damaged_database_stops_the_event(demo):
    with sqlite3.connect(demo / "rtapp.db") as database:
        database.execute("PRAGMA journal_mode=DELETE")
    content = bytearray((demo / "rtapp.db").read_bytes())
    content[8192:40960] = os.urandom(32768)
    (demo / "rtapp.db").write_bytes(content)
    done = command("doctor", "--port", str(free_port()), instance=demo)
    assert done.returncode == 1 and "GAGAL" in done.stdout and "Traceback" not in done.stderr


def test_a_cards_address_that_the_laptop_no_longer_has_is_said(app, world, session, monkeypatch):
    monkeypatch.setattr(network, "lan_addresses", lambda: ["192.168.1.5"])
    for address, level in (("http://192.168.1.5:8000", Level.OK), ("https://192.168.1.5:8443", Level.OK)):
        settings.change(begin_write(db.session), "uji", "base_url", address, now=clock.utcnow())
        assert "belum pernah dibuka dari ponsel" in said(doctor.addresses(8000, 8443))[Level.WARN]
        note_tried(session, "uji", address, now=clock.utcnow())
        assert address in said(doctor.addresses(8000, 8443))[level]
    settings.change(begin_write(db.session), "uji", "base_url", "http://192.168.1.9:8000", now=clock.utcnow())
    assert "bukan alamat laptop ini" in said(doctor.addresses(8000, 8443))[Level.WARN]
    settings.change(begin_write(db.session), "uji", "base_url", "http://192.168.1.5:8001", now=clock.utcnow())
    assert "server memakai port 8000" in said(doctor.addresses(8000, 8443))[Level.WARN]


def test_a_laptop_in_no_network_is_said(app, session, monkeypatch):
    monkeypatch.setattr(network, "lan_addresses", lambda: [])
    assert "tidak tersambung" in said(doctor.addresses(8000, 8443))[Level.WARN]


def test_the_certificate_is_judged_by_todays_addresses(tmp_path):
    assert "belum dipakai" in said(doctor.certificate(tmp_path, [], NOW))[Level.OK]
    tls.prepare(tmp_path, ["192.168.1.5"], NOW)
    assert "mencakup alamat hari ini" in said(doctor.certificate(tmp_path, ["192.168.1.5"], NOW))[Level.OK]
    assert "belum mencakup" in said(doctor.certificate(tmp_path, ["192.168.9.9"], NOW))[Level.WARN]
    assert (
        "belum mencakup" in said(doctor.certificate(tmp_path, ["192.168.1.5"], NOW + timedelta(days=380)))[Level.WARN]
    )
    assert "203.0.113.7" in said(doctor.certificate(tmp_path, ["203.0.113.7"], NOW))[Level.WARN]
    (tmp_path / "tls" / "ca.pem").write_text("")
    assert "Pulihkan dari cadangan" in said(doctor.certificate(tmp_path, ["192.168.1.5"], NOW))[Level.STOP]


def test_a_clock_behind_what_was_written_stops_the_event(app, world, session):
    assert Level.STOP not in said(doctor.time_of_day(clock.utcnow()))
    assert "mundur" in said(doctor.time_of_day(datetime(2020, 1, 1, tzinfo=UTC)))[Level.STOP]


@pytest.mark.parametrize(("free", "level"), [(10**8, Level.STOP), (5 * 10**8, Level.WARN), (10**10, Level.OK)])
def test_a_full_disk_stops_the_event_and_a_nearly_full_one_is_said(free, level):
    assert list(said(doctor.disk(free))) == [level]


def test_a_package_that_is_missing_stops_the_event(tmp_path):
    listed = tmp_path / "requirements.txt"
    listed.write_text("click==0.0.1\n")
    assert "click" in said(doctor.programs(listed))[Level.WARN]
    listed.write_text("paket-yang-tidak-ada==1.0\n")
    assert "paket-yang-tidak-ada" in said(doctor.programs(listed))[Level.STOP]


def test_browser_files_that_were_never_fetched_stop_the_event(tmp_path):
    (tmp_path / "vendor").mkdir()
    for name in ("package.json", "package-lock.json"):
        shutil.copy(ROOT / "static" / "vendor" / name, tmp_path / "vendor")
    assert "python3 app.py fetch" in said(doctor.browser_files(tmp_path))[Level.STOP]


def test_keys_that_others_can_read_are_said(tmp_path):
    key = tmp_path / "secret_key"
    key.write_text("rahasia")
    key.chmod(0o644)
    assert "secret_key" in said(doctor.files(tmp_path))[Level.WARN]
    key.chmod(0o600)
    assert "tertutup" in said(doctor.files(tmp_path))[Level.OK]


def test_a_laptop_that_never_sleeps_is_believed_and_another_is_told_how(monkeypatch):
    monkeypatch.setattr(doctor, "_output_of", lambda *words: "'nothing'" if words[0] == "gsettings" else "")
    assert list(said(doctor.sleep())) == [Level.OK]
    monkeypatch.setattr(doctor, "_output_of", lambda *words: "")
    assert "python3 app.py" in said(doctor.sleep())[Level.WARN] or "powercfg" in said(doctor.sleep())[Level.WARN]


def test_a_second_device_is_explained_with_what_may_stand_between():
    told = doctor.how_to_reach("http://192.168.1.5:8000/preflight")
    assert "http://192.168.1.5:8000/preflight" in told and "firewall" in told and "isolasi" in told
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        assert not doctor._answers(f"http://127.0.0.1:{probe.getsockname()[1]}/healthz")


def test_a_missing_an_unlocked_and_an_uncopied_backup_is_said(app, world, session, tmp_path):
    instance, stick = Path(app.instance_path), tmp_path / "stik"
    warned = said(doctor.copies(instance))[Level.WARN]
    assert "Belum ada cadangan" in warned and "belum terkunci" in warned
    stick.mkdir()
    backups.choose_folder(instance, str(stick))
    backups.make(db.engine, instance, NOW, "auto")
    stick.rmdir()
    found = said(doctor.copies(instance))
    assert "8-11-2023 04.00 WITA" in found[Level.OK] and f"{stick}, tidak terjangkau" in found[Level.WARN]


@pytest.mark.parametrize(("open_files", "level"), [(1024, Level.WARN), (16_256, Level.OK)])
def test_a_laptop_that_lets_nobody_hold_many_connections_is_told_where_to_raise_that(open_files, level):
    found = said(doctor.connections(open_files))
    assert set(found) == {level} and str(open_files) in found[level]
    assert ("LimitNOFILE=65536" in found[level]) == (level == Level.WARN)


@pytest.mark.parametrize(
    ("folder", "cloud"),
    [
        (PureWindowsPath("C:/Users/Siti/OneDrive - Dinas PMD/rtapp/instance"), "OneDrive - Dinas PMD"),
        (PureWindowsPath("C:/Users/Siti/OneDrive/Dokumen/rtapp/instance"), "OneDrive"),
        (PurePosixPath("/rumah/Dropbox/rtapp/instance"), "Dropbox"),
        (PureWindowsPath("G:/My Drive/rtapp/instance"), "My Drive"),
        (PureWindowsPath("C:/rtapp/instance"), ""),
        (PurePosixPath("/rumah/Dokumen/drive rtapp/instance"), ""),
    ],
)
def test_a_folder_that_a_cloud_carries_away_is_warned_of(folder, cloud):
    found = said(doctor.place(folder))
    assert list(found) == ([Level.WARN] if cloud else [])
    assert not cloud or f"ada di “{cloud}”" in found[Level.WARN]
