"""What the server tells desks that must go on without it: its epoch, a snapshot, how long to keep it, the worker."""

from datetime import date

import pytest

from rtapp import clock
from rtapp.checkin.marks_store import kept_until
from rtapp.db import begin_write, db
from rtapp.schema import Checkpoint, Event

from .world import ZONE, at

pytestmark = pytest.mark.both_engines


def roster(client, world, **headers):
    return client.get(f"/api/v1/checkpoints/{world.registration}/roster", headers=headers)


def restore(app):
    """Do what a restored backup does: the event has another epoch."""
    with app.app_context():
        begin_write(db.session).query(Event).one().epoch = "sesudah-dipulihkan"
        db.session.commit()


def test_every_answer_of_the_desk_tells_the_epoch_and_a_restored_server_another(app, client_of, world):
    desk = client_of("device")
    sent = {"code": world.tokens["rahmah"], "nonce": "luring-0001", "source": "wedge"}
    first = desk.post(f"/desk/{world.registration}/scans", data=sent, headers={"HX-Request": "true"})
    assert first.headers["X-Epoch"] == roster(desk, world).headers["X-Epoch"]
    restore(app)
    again = roster(desk, world).headers["X-Epoch"]
    assert again != first.headers["X-Epoch"]
    assert again.split("-")[0] == first.headers["X-Epoch"].split("-")[0], "it is still the same instance"


def test_whoever_was_signed_out_by_a_restore_learns_of_the_epoch_too(client_of, world):
    answer = client_of("stranger").post(f"/desk/{world.registration}/scans", headers={"HX-Request": "true"})
    assert answer.status_code == 401 and answer.headers["X-Epoch"]


def test_a_snapshot_from_before_a_restore_is_not_taken_for_the_present_one(app, client_of, world):
    desk = client_of("device")
    tag = roster(desk, world).headers["ETag"]
    assert roster(desk, world, **{"If-None-Match": tag}).status_code == 304
    restore(app)
    assert roster(desk, world, **{"If-None-Match": tag}).status_code == 200


def test_a_browser_session_reads_the_snapshot_which_says_until_when_it_is_kept(client_of, world):
    body = roster(client_of("device"), world).get_json()
    assert clock.parse_iso(body["until"]) > clock.utcnow()
    row = next(row for row in body["people"] if row["id"] == world.people["rahmah"])
    assert (row["rt"], row["village"], row["district"]) == ("002", "Belimbing Raya", "Murung Pudak")
    assert world.tokens["rahmah"] not in str(body) and "081200000102" not in str(body)


def test_a_snapshot_tells_when_its_checkpoint_takes_scans_and_is_another_once_that_changes(app, client_of, world):
    desk = client_of("clerk")  # a device's day ends with its wave
    before = roster(desk, world)
    assert (before.get_json()["opens_at"], before.get_json()["closes_at"]) == (None, None)
    with app.app_context():
        point = begin_write(db.session).get(Checkpoint, world.registration)
        point.opens_at, point.closes_at, point.wave.closed_at = at(6), at(17), at(12)
        db.session.commit()
    after = roster(desk, world, **{"If-None-Match": before.headers["ETag"]})
    assert (after.get_json()["opens_at"], after.get_json()["closes_at"]) == (clock.iso(at(6)), clock.iso(at(12)))


def test_a_snapshot_is_kept_a_day_beyond_its_waves_day_and_beyond_today():
    day = date(2023, 11, 8)
    assert kept_until(day, ZONE, now=at(9)) == at(0, day=date(2023, 11, 10))
    assert kept_until(day, ZONE, now=at(9, day=date(2023, 11, 20))) == at(0, day=date(2023, 11, 22))


def test_the_service_worker_is_a_script_at_the_top_that_is_asked_about_each_time(client_of):
    with client_of("stranger").get("/sw.js") as answer:
        assert answer.status_code == 200 and answer.mimetype == "text/javascript"
        assert "no-cache" in answer.headers["Cache-Control"]
        assert "rtapp-pages" in answer.text


def test_whoever_leaves_unsent_scans_is_asked_before_they_sign_out(client_of):
    clerk = client_of("clerk")
    asked = clerk.post("/sign-out", data={"unsent": "3"})
    assert asked.status_code == 200 and "belum terkirim" in asked.text
    assert clerk.post("/sign-out", data={"unsent": "3", "sure": "1"}).status_code == 303
    assert client_of("clerk").post("/sign-out", data={"unsent": "0"}).status_code == 303
