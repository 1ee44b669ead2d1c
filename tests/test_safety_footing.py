"""A database that is deleted or replaced under the server: noticed, not acknowledged, rescued."""

import shutil
import time
from pathlib import Path

import pytest

from rtapp.db import db
from rtapp.safety import backup_file, backups
from rtapp.web.services import services_of

from .served import Served, until


@pytest.fixture
def scan(app, client_of, world):
    nonces = iter(range(100))

    def send(who):
        body = {"nonce": f"pijakan-{next(nonces):03}", "checkpoint": world.registration, "source": "search"}
        return client_of("program").post("/api/v1/scans", json=body | {"participant": world.people[who]})

    yield send
    services_of(app).writer.stop()


@pytest.mark.parametrize("gone", [("rtapp.db",), ("rtapp.db-wal",), ("rtapp.db", "rtapp.db-wal", "rtapp.db-shm")])
def test_what_is_scanned_into_a_deleted_database_is_not_acknowledged_and_the_rest_is_rescued(
    app, scan, gone, tmp_path, caplog
):
    assert scan("rahmah").json["verdict"] == "WELCOME"
    folder = Path(app.instance_path)
    for name in gone:
        (folder / name).unlink()
    refused = scan("yusuf")
    assert refused.status_code == 503 and refused.json["error"]["code"] == "database_gone"
    assert "pulihkan cadangan" in refused.json["error"]["message"] and scan("muis").status_code == 503
    assert "deleted or replaced under the server" in caplog.text
    [rescued] = [each for each in backups.find(folder) if each.readable]
    manifest = backup_file.unpack(rescued.path, tmp_path)
    assert manifest["rows"]["attendance"] >= 1 and manifest["rows"]["participant"] > 0


def test_a_database_that_stands_is_never_called_gone(app, scan):
    assert scan("rahmah").status_code == 200
    with app.app_context():
        db.session.remove()
        db.engine.dispose()  # what closes every connection of the pool
    assert [scan(who).json["verdict"] for who in ("yusuf", "muis", "rahmah")] == ["WELCOME", "WELCOME", "ALREADY"]


def test_a_database_put_in_the_place_of_another_is_noticed(app, scan):
    assert scan("rahmah").status_code == 200
    folder = Path(app.instance_path)
    (folder / "lain.db").write_bytes((folder / "rtapp.db").read_bytes())
    (folder / "lain.db").replace(folder / "rtapp.db")
    assert scan("yusuf").status_code == 503


def test_a_database_that_is_taken_away_while_nobody_scans_is_noticed_said_on_every_page_and_rescued(
    app, scan, client_of
):
    assert scan("rahmah").json["verdict"] == "WELCOME"
    folder, writer = Path(app.instance_path), services_of(app).writer
    for name in ("rtapp.db", "rtapp.db-wal", "rtapp.db-shm"):
        (folder / name).unlink(missing_ok=True)
    until(lambda: writer.gone is not None)
    for page in ("/", "/counts", f"/desk/{1}", "/sign-in"):
        answer = client_of("admin").get(page) if page != "/sign-in" else app.test_client().get(page)
        assert answer.status_code == 503 and "pulihkan cadangan" in answer.text, page
    assert app.test_client().get("/healthz").status_code == 503
    assert services_of(app).changes.ended, "streams would go on showing what is no more"
    until(lambda: any(each.readable for each in backups.find(folder)))


def test_a_served_instance_that_nobody_uses_notices_it_too(demo_file, tmp_path):
    instance = tmp_path / "acara"
    shutil.copytree(demo_file, instance)
    server = Served(instance)
    try:
        time.sleep(1)
        for name in ("rtapp.db", "rtapp.db-wal", "rtapp.db-shm"):
            (instance / name).unlink(missing_ok=True)
        until(lambda: not server.answers())
        until(lambda: any(each.readable for each in backups.find(instance)))
    finally:
        server.stop()
    [rescued] = [each for each in backups.find(instance) if each.readable]
    assert backup_file.unpack(rescued.path, tmp_path)["rows"]["participant"] > 900
