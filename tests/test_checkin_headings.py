"""What a verdict is headed with where the door is shut, and what becomes of a scan that was made just before."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from rtapp import clock
from rtapp.checkin.attempt import stored_answer
from rtapp.checkin.verdict import Source, Verdict
from rtapp.db import begin_write
from rtapp.events.store import close_wave, find_wave
from rtapp.schema import Attendance, Case, Checkpoint, Participant

from .reading import verdict, words

HOUR = timedelta(hours=1)


@pytest.fixture
def window(session, world):
    """Let the registration of wave I open and close at these moments."""

    def set_to(opens_at=None, closes_at=None):
        begin_write(session)
        point = session.get(Checkpoint, world.registration)
        point.opens_at, point.closes_at = opens_at, closes_at
        session.commit()

    return set_to


@pytest.fixture
def scan(scan, world):
    """Record the scan of somebody's card, by a clerk who is signed in, and return its answer."""
    by_clerk = {"device_id": None, "user_id": world.users["clerk"], "recorded_by": "Uji clerk"}
    return lambda who="yusuf", **more: scan(**by_clerk | {"code": world.tokens[who]} | more)


def cases(session):
    return list(session.execute(select(Case.kind, Case.participant_id)))


@pytest.mark.parametrize(
    ("opens_in", "closes_in", "heading"),
    [(HOUR, None, "NOT_OPEN"), (HOUR, 2 * HOUR, "NOT_OPEN"), (-2 * HOUR, -HOUR, "CLOSED"), (None, -HOUR, "CLOSED")],
)
def test_what_is_over_is_headed_closed_and_what_is_to_come_not_yet_open(scan, window, opens_in, closes_in, heading):
    now = clock.utcnow()
    window(*(None if moment is None else now + moment for moment in (opens_in, closes_in)))
    answer = scan(now=now)
    assert (answer.verdict, answer.heading) == (Verdict.NOT_OPEN, heading)


def test_a_closed_wave_is_headed_as_closed_on_the_card_and_among_the_last_scans(client_of, session, world):
    close_wave(begin_write(session), "Uji", find_wave(session, world.waves[0]), now=clock.utcnow() - HOUR)
    session.commit()
    supervisor = client_of("supervisor")
    waiting = words(supervisor.get(f"/desk/{world.registration}"))
    assert "Ditutup" in waiting and "Siap memindai" not in waiting
    answer = supervisor.post(f"/desk/{world.registration}/scans", data={"code": world.tokens["yusuf"]})
    page = supervisor.get(answer.location)
    assert words(page).count("Ditutup") >= 2
    assert verdict(page) == "NOT_OPEN"


def test_the_trail_and_the_seat_say_of_such_a_scan_that_it_was_closed(client_of, session, scan, window, world):
    window(closes_at=clock.utcnow() - HOUR)
    scan()
    admin, person = client_of("admin"), world.people["yusuf"]
    trail = words(admin.get(f"/trail?person={person}"))
    seat = words(admin.get(f"/seats/{session.get(Participant, person).seat_id}"))
    for page in (trail, seat):
        assert "Ditutup" in page and "Belum dibuka" not in page


def test_answers_kept_before_it_was_known_are_headed_by_their_bounds():
    facts = {
        "nonce": "nonce-0001",
        "checkpoint_id": 1,
        "verdict": "NOT_OPEN",
        "opens_at": None,
        "closes_at": "2023-11-08T01:00:00Z",
    }
    assert stored_answer(facts).heading == "CLOSED"
    assert stored_answer(facts | {"opens_at": "2023-11-08T00:00:00Z"}).heading == "NOT_OPEN"
    assert stored_answer(facts | {"requires": "Registrasi"}).heading == "REQUIRES"


def test_a_scan_just_after_the_closing_waits_for_a_supervisor(client_of, window, session, world):
    window(closes_at=clock.utcnow() - timedelta(seconds=1))
    form = {"code": world.tokens["yusuf"], "source": "wedge"}
    assert client_of("device").post(f"/desk/{world.registration}/scans", data=form).status_code == 303
    assert cases(session) == [("late", world.people["yusuf"])]


def test_one_scanned_well_after_the_closing_or_before_the_opening_leaves_no_question(scan, window, session):
    now = clock.utcnow()
    window(closes_at=now - timedelta(minutes=1))
    scan(now=now)
    window(opens_at=now + HOUR, closes_at=now + 2 * HOUR)
    scan("rahmah", now=now)
    assert cases(session) == []


def test_it_is_recorded_at_the_time_of_the_scan_in_one_tap(client_of, scan, window, session, world):
    now = clock.utcnow() - timedelta(minutes=20)
    window(closes_at=now - timedelta(seconds=3))
    scan(now=now)
    supervisor = client_of("supervisor")
    (case,) = session.scalars(select(Case.id))
    page = words(supervisor.get("/decisions"))
    assert "Pindaian terlambat: Ditutup." in page and f"Catat pukul {clock.clock_text(now, 'Asia/Makassar')}" in page
    assert supervisor.post(f"/decisions/{case}", data={"decide": "record"}).status_code == 303
    session.expire_all()
    assert session.scalar(select(Attendance.at)) == now
    assert words(supervisor.get("/decisions")).count("Pindaian terlambat") == 0


def test_a_checkpoint_that_asks_for_another_one_first_says_so(client_of, session, world):
    begin_write(session)
    session.get(Checkpoint, world.session_one).requires_id = world.registration
    session.commit()
    desk = client_of("device")
    answer = desk.post(f"/desk/{world.session_one}/scans", data={"code": world.tokens["yusuf"]})
    page = words(desk.get(answer.location))
    assert "Ada yang terlewat" in page and "Harus tercatat dahulu di “Registrasi”" in page


def test_a_late_scan_stands_among_the_last_ones_at_its_own_time(client_of, scan, window, session, world):
    now = clock.utcnow()
    made = now - timedelta(minutes=17)
    scan(now=now, source=Source.OFFLINE, client_at=made, sent_at=now)
    page = client_of("clerk").get(f"/desk/{world.registration}").text
    last = page[page.index('id="recent"') :]
    assert f">{clock.clock_text(made, 'Asia/Makassar')}</time>" in last
    assert cases(session) == []


def test_what_was_taken_back_has_lost_its_green_tick(client_of, world):
    desk = client_of("device")
    page = desk.get(desk.post(f"/desk/{world.registration}/scans", data={"code": world.tokens["yusuf"]}).location).text
    last = page[page.index('id="recent"') :]
    assert 'data-verdict="WELCOME"' in last and "#check" in last
    person = desk.get(
        last.partition('<a class="button bare-icon danger"')[2].partition('href="')[2].partition('"')[0]
    ).text
    undo = re.search(r'action="(/attendance/\d+/void)"', person)[1]
    page = desk.get(desk.post(undo, data={"reason": "salah orang"}).location).text
    last = page[page.index('id="recent"') :].partition("</section>")[0]
    assert 'class="undone"' in last and 'data-verdict="WELCOME"' not in last and "#check" not in last


def test_the_code_of_the_trail_is_nothing_for_a_clerks_page(client_of, world):
    desk = client_of("device")
    page = desk.get(f"/desk/{world.registration}")
    assert "Kode jejak" not in page.text and "Kode rantai" not in page.text
    assert page.text.partition('data-chain="')[2][:12] not in words(page)


def test_todays_checkpoints_are_marked_among_the_others(client_of, session, world):
    desk = client_of("device")
    assert "Hari ini" not in words(desk.get("/desk"))
    begin_write(session)
    find_wave(session, world.waves[0]).date = clock.local(clock.utcnow(), "Asia/Makassar").date()
    session.commit()
    page = desk.get("/desk").text
    assert page.count('aria-current="date"') == page.count("Hari ini") == 2
    assert "Hari ini" in words(desk.get("/K/ABCDEF")) and "Hari ini" in words(desk.get(f"/desk/{world.registration}"))


def test_a_phone_that_never_opened_the_desk_is_asked_for_its_checkpoint_once(client_of, world):
    phone = client_of("device")
    first, second = (f"/K/{world.tokens[who]}" for who in ("yusuf", "rahmah"))
    asked = phone.get(first)
    assert "Pilih titik absensi" in words(asked) and f"?checkpoint={world.session_one}" in asked.text
    assert 'id="native"' not in asked.text
    assert 'id="native"' in phone.get(f"{first}?checkpoint={world.session_one}").text
    page = phone.get(second).text
    assert "Pilih titik absensi" not in page and f'action="/desk/{world.session_one}/scans"' in page
