"""What the server writes about itself: numbered, in lines, bounded, and with nobody's name in it."""

import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import StatementError

from rtapp.commands import doctor
from rtapp.db import db
from rtapp.laptop import logs

from .world import PASSWORD, World


@pytest.fixture
def written(app: Flask) -> Iterator[Callable[[], list[dict]]]:
    """Start the log of the application's instance; called, return its lines."""
    before, level = list(logging.getLogger().handlers), logging.getLogger("rtapp").level
    instance = Path(app.instance_path)
    logs.start(instance)
    (ours,) = set(logging.getLogger().handlers) - set(before)

    def lines() -> list[dict]:
        ours.flush()
        return [json.loads(line) for line in (instance / "logs/server-1.log").read_text().splitlines()]

    yield lines
    for handler in set(logging.getLogger().handlers) - set(before):
        logging.getLogger().removeHandler(handler)
        handler.close()
    logging.getLogger("rtapp").setLevel(level)
    while logs._LOCKS:
        logs._LOCKS.pop().release()


def test_every_answer_has_a_number_that_the_log_knows(written, client_of, world):
    answer = client_of("clerk").get(f"/desk/{world.registration}?q=rahmah")
    line = written()[-1]
    assert line["number"] == answer.headers["X-Request-ID"] and len(line["number"]) == 8
    assert (line["route"], line["status"], line["by"]) == (
        "/desk/<int:checkpoint_id>",
        200,
        f"user:{world.users['clerk']}",
    )


def test_a_refusal_is_written_with_its_code(written, client_of, world):
    client_of("device").get(f"/desk/{world.registration_two}")
    assert (written()[-1]["status"], written()[-1]["refused"]) == (403, "not_your_checkpoint")


@pytest.mark.parametrize("path", ["/healthz", "/api/v1/checkpoints"])
def test_an_error_of_ours_tells_its_number_and_only_the_log_knows_where_it_was(
    app, written, client_of, world, monkeypatch, path
):
    def broken(*_: object) -> None:
        raise RuntimeError("rahasia Hj. RAHMAH")

    monkeypatch.setattr("rtapp.checkin.api.find_checkpoints", broken)
    monkeypatch.setattr(db.session, "execute", broken)
    answer = client_of("device").get(path)
    number = answer.headers["X-Request-ID"]
    assert answer.status_code == 500 and "Traceback" not in answer.text and "rahasia" not in answer.text
    said = answer.json["error"]["message"] if path.startswith("/api") else answer.text
    assert f"sebutkan nomor {number}" in said
    line = next(line for line in written() if line["level"] == "ERROR")
    assert line["number"] == number and line["error"]["type"] == "RuntimeError"
    assert any("test_logs.py" in frame and "broken" in frame for frame in line["error"]["frames"])
    assert "rahasia" not in json.dumps(written())


def test_no_name_phone_token_or_password_gets_into_the_log(app, written, client_of, world: World):
    secrets = [
        "rahmah",
        "RAHMAH",
        "081200000102",
        "0812-0000",
        PASSWORD,
        world.tokens["rahmah"],
        world.bearer,
        "BAIHAQI",
    ]
    desk, admin, stranger = client_of("device"), client_of("admin"), app.test_client()
    scans, headers = f"/desk/{world.registration}/scans", {"Authorization": f"Bearer {world.bearer}"}
    for client in (desk, admin, stranger):
        for path in (
            "/K/{}",
            "/k/{}?checkpoint=1",
            "/scans/{}",
            "/links/{}",
            "/screen/{}",
            "/participants?q={}",
            "/{}",
        ):
            for secret in secrets:
                client.get(
                    path.format(secret), headers={"Referer": f"http://meja.lan/K/{secret}", "User-Agent": secret}
                )
    for secret in secrets:
        desk.post(scans, data={"code": secret, "nonce": f"uji-{secret}"})
        stranger.post("/api/v1/scans", json={"nonce": "x", "code": secret}, headers=headers)
        stranger.open(f"/K/{secret}", method="DELETE")
        stranger.open("/", method=f"GET{secret}")
    stranger.post("/sign-in", data={"name": "Uji admin RAHMAH", "password": PASSWORD})
    facts = {"name": "BAIHAQI", "phone": "081200000102", "instead_of": "x"}
    admin.post("/seats/1/head?name=BAIHAQI", data=facts)
    told = json.dumps(written(), ensure_ascii=False)
    assert len(written()) > 100 and not [secret for secret in secrets if secret in told]
    assert "/K/<token>" in told


def test_what_an_error_quotes_is_not_written(app, written):
    log = logging.getLogger("rtapp.test")
    with app.app_context():
        try:
            db.session.execute(text("SELECT * FROM nowhere WHERE name = :name"), {"name": "Hj. RAHMAH"})
        except Exception as error:
            assert "RAHMAH" not in str(error)  # the database's own words quote no value either
            log.exception("it failed")
    try:
        try:
            raise ValueError("081200000102")
        except ValueError as first:
            raise StatementError("Hj. RAHMAH", "INSERT", {"name": "RAHMAH"}, first) from first
    except StatementError:
        log.exception("it failed again")
    logging.getLogger("somebody.else").warning("cannot find %s", "Hj. RAHMAH")
    told = json.dumps(written())
    assert "RAHMAH" not in told and "0812" not in told and written()[-1]["event"] == "cannot find %s"
    assert written()[-2]["error"]["cause"]["type"] == "ValueError"


def test_a_log_does_not_grow_for_ever_and_the_doctor_tells_its_size(app, written, monkeypatch):
    for handler in logging.getLogger().handlers:
        if getattr(handler, "maxBytes", 0) == logs.BYTES:
            handler.maxBytes = 10_000
    for _ in range(1000):
        logging.getLogger("rtapp.test").info("x" * 100)
    written()
    instance = Path(app.instance_path)
    assert len(list(logs.folder(instance).glob("server-1.log*"))) == logs.OLDER + 1
    assert 30_000 < logs.size(instance) <= 50_000
    (finding,) = doctor.written(instance)
    assert str(logs.folder(instance)) in finding.sentence and "0.0 MB, paling banyak 10 MB" in finding.sentence


def test_each_of_several_processes_writes_a_file_of_its_own(app, written):
    logs.start(Path(app.instance_path))
    logging.getLogger("rtapp.test").info("both are told")
    for handler in logging.getLogger().handlers:
        handler.flush()
    assert len((logs.folder(Path(app.instance_path)) / "server-2.log").read_text().splitlines()) == 1
