"""What waits is seen and never dropped: cases on the pages of whoever decides, late tablets of a closed wave."""

from datetime import timedelta

import pytest
import time_machine
from flask import g

from rtapp import clock
from rtapp.accounts.devices_store import may_hold_scans, revoke_device
from rtapp.checkin.decision import Decision, WalkIn
from rtapp.db import begin_write, db
from rtapp.events.store import close_wave, find_wave, reopen_wave
from rtapp.roster.store import archive_participant
from rtapp.schema import Attendance, Case, Device, Wave

from .reading import words
from .world import at

NINE = at(9)


@pytest.fixture(autouse=True)
def nine_o_clock(world):
    with time_machine.travel(NINE, tick=False) as now:
        yield now


@pytest.fixture
def hall(session, world):
    """The wave's day: the desk was made the day before and seen a minute ago."""
    device = begin_write(session).get(Device, world.device)
    device.created_at, device.last_seen = NINE - timedelta(days=1), NINE - timedelta(minutes=1)
    device.expires_at = at(23, 59)
    session.commit()
    return session


@pytest.fixture
def close(hall, world):
    def shut(when=NINE):
        close_wave(begin_write(hall), "Uji", find_wave(hall, world.waves[0]), now=when)
        hall.commit()

    return shut


def state(client, world, **form):
    return client.post(f"/waves/{world.waves[0]}/state", data={"state": "closed", **form})


def test_whoever_decides_sees_how_many_wait_on_every_page_and_on_the_board(client_of, hall, world, scan):
    supervisor, board = client_of("supervisor"), f"/waves/{world.waves[0]}/counts"
    assert "perlu keputusan" not in words(supervisor.get("/participants"))
    scan("ruslan")
    assert "Meja 1 perlu keputusan" in words(supervisor.get("/participants"))
    assert "1 perkara gelombang ini menunggu keputusan." in words(supervisor.get(board))
    for role in ("clerk", "viewer"):
        assert "menunggu keputusan" not in words(client_of(role).get(board))


def test_closing_a_wave_names_what_waits_and_asks(client_of, hall, world, scan):
    scan("ruslan")
    admin = client_of("admin")
    assert "1 perkara gelombang ini menunggu keputusan." in words(admin.get(f"/waves/{world.waves[0]}"))
    refused = state(admin, world)
    assert refused.status_code == 409 and "1 perkara gelombang ini menunggu keputusan" in words(refused)
    assert hall.get(Wave, world.waves[0]).closed_at is None
    assert state(admin, world, waiting="1").status_code == 303
    hall.expire_all()
    assert hall.get(Wave, world.waves[0]).closed_at == NINE


def test_what_waited_when_its_wave_was_closed_is_accepted_at_its_own_time(
    client_of, hall, world, close, nine_o_clock, scan
):
    scan("ruslan")
    nine_o_clock.move_to(NINE + timedelta(hours=3))
    close(clock.utcnow())
    case = hall.query(Case).one()
    supervisor = client_of("supervisor")
    page = supervisor.post(f"/decisions/{case.id}", data={"decide": "accept", "reason": "uji"}, follow_redirects=True)
    assert "RUSLAN: hadir." in words(page)
    mark = hall.query(Attendance).one()
    assert (mark.at, mark.participant_id) == (NINE, world.people["ruslan"])


def test_a_flash_is_green_only_when_somebody_was_recorded(client_of, hall, world, scan):
    scan("ruslan")
    begin_write(hall)
    case = hall.query(Case).one()
    archive_participant(hall, "uji", world.people["ruslan"], "pindah", now=NINE)
    hall.commit()
    supervisor = client_of("supervisor")
    page = supervisor.post(f"/decisions/{case.id}", data={"decide": "accept", "reason": "uji"}, follow_redirects=True)
    assert 'data-kind="warn"' in page.text and "belum dapat dicatat" in page.text


def test_a_walk_ins_name_as_typed_stands_beside_the_head_it_was_taken_for(client_of, hall, world, scan):
    walk_in = WalkIn("rt", "Hj. Rahmah, S.Pd.", "63.09.06.1001/002")
    scan(decision=Decision(walk_in=walk_in))
    page = words(client_of("supervisor").get("/decisions"))
    assert "Ditulis di meja: Hj. Rahmah, S.Pd.; di daftar: Hj. RAHMAH." in page


def late(world, nonce, minutes, **more):
    told = {"nonce": nonce, "source": "offline", "client_at": clock.iso(NINE - timedelta(minutes=minutes))}
    return told | {"sent_at": clock.iso(clock.utcnow()), "participant": world.people["rahmah"]} | more


@pytest.mark.parametrize("way", ["page", "program"])
def test_a_tablet_hands_in_what_it_scanned_before_its_only_wave_was_closed(
    app, client_of, hall, world, close, nine_o_clock, way
):
    close()
    nine_o_clock.move_to(NINE + timedelta(hours=20))  # the next morning: its day is over, too
    tablet = client_of("device" if way == "page" else "program")

    def post(**told):
        if way == "page":
            return tablet.post(f"/desk/{world.registration}/scans", data=told)
        return tablet.post("/api/v1/scans", json=told | {"checkpoint": world.registration})

    assert post(**late(world, "late-00001", 30)).status_code in (200, 303)
    hall.expire_all()
    mark = hall.query(Attendance).one()
    assert mark.at == NINE - timedelta(minutes=30) and mark.participant_id == world.people["rahmah"]
    after = post(**late(world, "late-00002", -30, participant=world.people["yusuf"]))  # scanned after the closing
    assert after.status_code in (200, 303)
    assert hall.query(Attendance).count() == 1 and hall.query(Case).one().kind == "late"
    fresh = {"nonce": "fresh-0001", "source": "search", "participant": world.people["yusuf"]}
    assert post(**fresh).status_code == 401
    g.pop("actor", None)  # the context that this test holds open
    assert tablet.get(f"/desk/{world.registration}").status_code == 303
    assert hall.query(Attendance).count() == 1


def test_a_revoked_tablet_hands_in_nothing(client_of, hall, world, close):
    close()
    revoke_device(begin_write(hall), "Uji", hall.get(Device, world.device), now=NINE)
    hall.commit()
    tablet = client_of("device")
    assert tablet.post(f"/desk/{world.registration}/scans", data=late(world, "late-00001", 30)).status_code == 401


def test_the_server_names_the_devices_that_may_still_hold_scans(client_of, hall, world, close, nine_o_clock):
    assert may_hold_scans(hall, world.waves[0], now=NINE) == []
    begin_write(hall).get(Device, world.device).last_seen = NINE - timedelta(minutes=40)
    hall.commit()
    close()
    admin = client_of("admin")
    for page in (f"/waves/{world.waves[0]}", f"/waves/{world.waves[0]}/spj"):
        assert "Meja 1 · terakhir terlihat Rabu, 8 November 2023 08.20 WITA" in words(admin.get(page)), page
    client_of("device").post(f"/desk/{world.registration}/scans", data=late(world, "late-00001", 30))
    hall.expire_all()
    assert may_hold_scans(hall, world.waves[0], now=clock.utcnow()) == []


def test_a_wave_opened_again_has_its_desk_back(hall, client_of, world, close):
    close()
    desk = client_of("device")
    assert desk.get(f"/desk/{world.registration}").status_code == 303
    reopen_wave(begin_write(db.session), "Uji", find_wave(db.session, world.waves[0]), now=NINE)
    db.session.commit()
    g.pop("actor", None)
    assert desk.get(f"/desk/{world.registration}").status_code == 200
