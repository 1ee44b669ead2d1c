"""What goes wrong under a desk: a full disk, one that may only be read, a database that another program holds."""

import shutil
import sqlite3
import subprocess
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from rtapp import db as database
from rtapp.db import db
from rtapp.safety.ledger_store import examine

from . import disks
from .actors import opened
from .disks import fill
from .served import command


@pytest.fixture
def desk(filled):
    """Open the small training in a folder and return (scan, findings): a program's scan by nonce, what verify finds."""
    with ExitStack() as ends:

        def at(folder: Path, **settings):
            if not (folder / "rtapp.db").exists():
                shutil.copy(filled[0], folder / "rtapp.db")
            world = filled[1]
            app = ends.enter_context(opened(folder, TESTING=True, PROPAGATE_EXCEPTIONS=False, **settings))
            client, bearer = app.test_client(), {"Authorization": f"Bearer {world.bearer}"}

            def scan(nonce, who="rahmah"):
                body = {"nonce": nonce, "checkpoint": world.registration, "source": "search"}
                answer = client.post("/api/v1/scans", json=body | {"participant": world.people[who]}, headers=bearer)
                return answer.status_code, answer.json.get("verdict") or answer.json["error"]["message"]

            def findings():
                with app.app_context():
                    return [str(finding) for finding in examine(db.session)]

            return scan, findings

        yield at


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 4 MB."""
    with disks.small(tmp_path / "disk", 4) as folder:
        yield folder


def test_a_full_disk_acknowledges_nothing_and_loses_nothing(desk, small_disk):
    scan, findings = desk(small_disk)
    assert scan("sebelum-penuh") == (200, "WELCOME")
    waste = fill(small_disk)
    refused, told = 0, ""
    acknowledged = []
    for number in range(400):  # what the log still holds room for is recorded
        status, said = scan(f"penuh-{number:04}", "yusuf")
        if status == 200:
            acknowledged.append(f"penuh-{number:04}")
            continue
        refused, told = status, said
        break
    assert refused == 503 and "tidak dapat menyimpan" in told
    waste.unlink()
    assert scan(f"penuh-{len(acknowledged):04}", "yusuf")[0] == 200
    with closing(sqlite3.connect(small_disk / "rtapp.db")) as line:
        kept = {nonce for (nonce,) in line.execute("SELECT nonce FROM scan")}
    assert {"sebelum-penuh", *acknowledged} <= kept and findings() == []


def test_a_disk_that_may_only_be_read_is_told_and_still_shows_what_it_holds(desk, filled, tmp_path):
    shutil.copy(filled[0], tmp_path / "rtapp.db")
    with closing(sqlite3.connect(tmp_path / "rtapp.db")) as line:
        line.execute("PRAGMA journal_mode=WAL")
    address = f"sqlite:///file:{tmp_path / 'rtapp.db'}?mode=ro&uri=true"
    scan, findings = desk(tmp_path, SQLALCHEMY_DATABASE_URI=address)
    status, told = scan("hanya-baca")
    assert status == 503 and "tidak dapat menyimpan" in told and findings() == []


@pytest.mark.parametrize("words", [("serve",), ("verify",), ("backup",)], ids=" ".join)
def test_a_start_on_a_disk_that_may_only_be_read_is_one_sentence(filled, small_disk, words):
    shutil.copy(filled[0], small_disk / "rtapp.db")
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    done = command(*words, instance=small_disk)
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert f"{small_disk} tidak dapat dipakai" in done.stderr and "izin dan ruang disk" in done.stderr


def test_a_database_that_another_program_holds_is_waited_for_then_told(desk, tmp_path, monkeypatch):
    monkeypatch.setattr(database, "BUSY_TIMEOUT_MS", 300)
    scan, findings = desk(tmp_path)
    assert scan("sebelumnya") == (200, "WELCOME")
    with closing(sqlite3.connect(tmp_path / "rtapp.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        status, told = scan("terkunci", "yusuf")
        assert status == 503 and "tidak dapat menyimpan" in told
        other.execute("ROLLBACK")
    assert scan("terkunci", "yusuf") == (200, "WELCOME") and findings() == []
