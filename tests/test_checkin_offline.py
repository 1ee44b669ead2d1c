"""What the server tells desks that must go on without it: its epoch, a snapshot, how long to keep it, the worker."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from rtapp import clock
from rtapp.checkin.marks_store import kept_until
from rtapp.db import db
from rtapp.events.store import close_wave
from rtapp.schema import Absence, Checkpoint, Event, Scan, Wave

from .world import ZONE, at

pytestmark = pytest.mark.both_engines


def roster(client, world, **headers):
    return client.get(f"/api/v1/checkpoints/{world.registration}/roster", headers=headers)


@pytest.fixture
def restore(change):
    """Do what a restored backup does: the event has another epoch."""
    return lambda: change(lambda session: session.execute(update(Event).values(epoch="sesudah-dipulihkan")))


def test_every_answer_of_the_desk_tells_the_epoch_and_a_restored_server_another(restore, client_of, world):
    desk = client_of("device")
    sent = {"code": world.tokens["rahmah"], "nonce": "luring-0001", "source": "wedge"}
    first = desk.post(f"/desk/{world.registration}/scans", data=sent, headers={"HX-Request": "true"})
    assert first.headers["X-Epoch"] == roster(desk, world).headers["X-Epoch"]
    restore()
    again = roster(desk, world).headers["X-Epoch"]
    assert again != first.headers["X-Epoch"]
    assert again.split("-")[0] == first.headers["X-Epoch"].split("-")[0], "it is still the same instance"


def test_whoever_was_signed_out_by_a_restore_learns_of_the_epoch_too(client_of, world):
    answer = client_of("stranger").post(f"/desk/{world.registration}/scans", headers={"HX-Request": "true"})
    assert answer.status_code == 401 and answer.headers["X-Epoch"]


def test_a_snapshot_from_before_a_restore_is_not_taken_for_the_present_one(restore, client_of, world):
    desk = client_of("device")
    tag = roster(desk, world).headers["ETag"]
    assert roster(desk, world, **{"If-None-Match": tag}).status_code == 304
    restore()
    assert roster(desk, world, **{"If-None-Match": tag}).status_code == 200


def test_a_browser_session_reads_the_snapshot_which_says_until_when_it_is_kept(client_of, world):
    body = roster(client_of("device"), world).json
    assert clock.parse_iso(body["until"]) > clock.utcnow()
    row = next(row for row in body["people"] if row["id"] == world.people["rahmah"])
    assert (row["rt"], row["village"], row["district"]) == ("002", "Belimbing Raya", "Murung Pudak")
    assert world.tokens["rahmah"] not in str(body) and "081200000102" not in str(body)


def test_a_snapshot_tells_when_its_checkpoint_takes_scans_and_is_another_once_that_changes(change, client_of, world):
    desk = client_of("clerk")  # a device's day ends with its wave
    before = roster(desk, world)
    assert (before.json["opens_at"], before.json["closes_at"]) == (None, None)
    with change as session:
        point = session.get(Checkpoint, world.registration)
        point.opens_at, point.closes_at, point.wave.closed_at = at(6), at(17), at(12)
    after = roster(desk, world, **{"If-None-Match": before.headers["ETag"]})
    assert (after.json["opens_at"], after.json["closes_at"]) == (clock.iso(at(6)), clock.iso(at(12)))


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


def test_whatever_form_a_desk_brings_back_is_taken_after_its_wave_was_closed_but_nothing_new(
    app, change, client_of, world
):
    """One form that is refused with «sign in» would hold up all that waits behind it."""
    desk, registration = client_of("device"), f"/desk/{world.registration}"
    made = {"source": "offline", "client_at": clock.iso(clock.utcnow() - timedelta(seconds=10))}
    guest = {"kind": "tamu", "name": "TAMU CONTOH", "nonce": "nonce-tamu-1"}
    excused = {f"absence-{world.people['muis']}": "izin"}
    here = {f"here-{world.people['rahmah']}": "1", f"nonce-{world.people['rahmah']}": "nonce-desa-1", "time": "07:00"}
    change(lambda session: close_wave(session, "uji", session.get_one(Wave, world.waves[0]), now=clock.utcnow()))
    forms = (
        ("/walk-in", guest),
        ("/villages/63.09.07.2004", excused),
        ("/villages/63.09.06.1001", here),
        ("/paper", {"codes": world.short_codes["yusuf"], "key": "kertas-uji-1", "time": "07:00"}),
    )
    for path, form in forms:
        if path == "/walk-in" or "absence" in str(form):
            assert desk.post(registration + path, data=form).status_code == 401, "it is done now"
        answer = desk.post(registration + path, data=form | made | {"sent_at": clock.iso(clock.utcnow())})
        assert answer.status_code == 303, (path, answer.text)
    with app.app_context():
        kinds = {row.kind for row in db.session.scalars(select(Absence))}
        told = {scan.nonce: scan.verdict for scan in db.session.scalars(select(Scan))}
    assert kinds == {"izin"} and told["nonce-tamu-1"] == "WELCOME"
    assert "nonce-desa-1" in told and len(told) == 3, "none is dropped"


def test_an_excuse_that_a_desk_brings_back_does_not_undo_what_was_noted_since(app, client_of, world):
    desk, muis = client_of("device"), world.people["muis"]
    village, before = f"/desk/{world.registration}/villages/63.09.07.2004", clock.iso(clock.utcnow())
    client_of("supervisor").post(village, data={f"absence-{muis}": "sakit"})
    late = {"source": "offline", "client_at": before, "sent_at": clock.iso(clock.utcnow())}
    assert desk.post(village, data={f"absence-{muis}": "izin"} | late).status_code == 303
    with app.app_context():
        assert [row.kind for row in db.session.scalars(select(Absence)) if not row.withdrawn_at] == ["sakit"]
    assert desk.post(village, data={f"absence-{muis}": "dinas"}).status_code == 303
