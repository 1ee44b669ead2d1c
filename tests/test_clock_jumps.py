"""The laptop's clock is set back or forward while the desk works: nobody is signed out, nothing is lost or doubled."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from rtapp import clock
from rtapp.accounts.tries import Limit
from rtapp.schema import Attendance, Case, Scan

from .world import ZONE, at

BACK = timedelta(hours=3)


@pytest.fixture
def now(time_machine):
    """Set the laptop's clock; it starts before the first wave opens its doors."""
    time_machine.move_to(at(8), tick=False)
    return lambda moment: time_machine.move_to(moment, tick=False)


def scan(desk, world, who, nonce, **more):
    sent = {"code": world.tokens[who], "nonce": nonce, "source": "wedge", **more}
    return desk.post(f"/desk/{world.registration}/scans", data=sent, follow_redirects=True)


def last_minute(moment):
    """The last minute of the day of the event: a desk is signed in until then."""
    return clock.end_of_day(clock.local(moment, ZONE).date(), ZONE) - timedelta(minutes=1)


@pytest.mark.parametrize(
    "jump",
    [lambda now: now - BACK, lambda now: now - timedelta(days=400), last_minute],
    ids=["back", "year-back", "forward"],
)
def test_whoever_is_signed_in_stays_so(now, client_of, world, jump):
    now(world.now)
    for role, page in (("admin", "/devices"), ("device", "/desk")):
        client = client_of(role)
        assert client.get(page).status_code == 200
        now(jump(world.now))
        assert client.get(page).status_code == 200
        now(world.now)


@pytest.mark.parametrize(("days", "status"), [(13, 200), (15, 303)])
def test_a_cookie_still_ends_after_its_time(now, client_of, world, days, status):
    now(world.now)
    admin = client_of("admin")
    now(world.now + timedelta(days=days))
    assert admin.get("/devices").status_code == status


def test_numbers_run_on_and_a_replay_stays_a_replay(now, client_of, world, look):
    now(world.now)
    desk = client_of("device")
    assert "WELCOME" in scan(desk, world, "rahmah", "jam-00000001").text
    now(world.now - BACK)
    assert "WELCOME" in scan(desk, world, "yusuf", "jam-00000002").text
    assert "ALREADY" in scan(desk, world, "rahmah", "jam-00000003").text
    scan(desk, world, "rahmah", "jam-00000001")
    marks = look(lambda session: session.execute(select(Attendance.number, Attendance.at)).all())
    assert [number for number, _ in marks] == [1, 2]
    assert len(look(lambda session: session.scalars(select(Scan.nonce)).all())) == 3
    for page in (f"/waves/{world.waves[0]}/counts", f"/desk/{world.registration}", "/participants"):
        assert client_of("admin").get(page).status_code == 200


def test_a_scan_that_waited_through_the_jump_is_kept_and_looked_at(now, client_of, world, look):
    now(world.now)
    desk, happened = client_of("device"), clock.iso(clock.utcnow())
    now(world.now - BACK)
    answer = scan(desk, world, "rahmah", "jam-00000001", source="offline", client_at=happened, sent_at=happened)
    assert answer.status_code == 200
    assert look(lambda session: session.scalar(select(Attendance.number))) == 1
    assert look(lambda session: session.scalar(select(Scan.client_at))) == datetime.fromisoformat(happened).astimezone(
        UTC
    )
    assert look(lambda session: session.scalars(select(Case.id)).all()) == []


def test_a_clock_set_back_holds_up_nobody_who_tried_before():
    limit, noon = Limit(2, timedelta(minutes=5)), at(12)
    assert limit.wait([noon, noon], noon) is not None
    assert limit.wait([noon, noon], noon - BACK) is None
