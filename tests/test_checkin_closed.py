"""After the day: a closed wave is frozen for clerks, transport money warns, a rehearsal leaves nothing behind."""

import re
from functools import partial

import pytest

from rtapp import clock
from rtapp.checkin.decision import Decision, Substituted, WalkIn
from rtapp.checkin.marks_store import wipe_rehearsal
from rtapp.checkin.verdict import Verdict
from rtapp.db import begin_write, db
from rtapp.events.store import close_wave, find_wave
from rtapp.live.store import count_at, counts_at
from rtapp.schema import Absence, Attendance, Case, Checkpoint, Participant

from .reading import words
from .refusing import refused

pytestmark = pytest.mark.both_engines(at_length=True)

NEPHEW = Substituted("KEPONAKAN CONTOH", "keponakan", True, "081200000999")


@pytest.fixture
def scan(scan, world):
    """Record a scan as the clerk who is signed in."""
    return partial(scan, device_id=None, user_id=world.users["clerk"], recorded_by="Uji clerk")


@pytest.fixture
def close(change, world):
    def shut(wave=0):
        change(lambda session: close_wave(session, "Uji", find_wave(session, world.waves[wave]), now=clock.utcnow()))

    return shut


@pytest.fixture
def point(change, world):
    """Add a checkpoint of a kind to a wave and return its id."""

    def add(kind, wave=0, name="Titik uji"):
        with change as session:
            session.add(made := Checkpoint(wave_id=world.waves[wave], name=name, kind=kind, position=9))
            session.flush()
            return made.id

    return add


def undo(client, mark):
    return client.post(f"/attendance/{mark}/void", data={"reason": "salah orang"})


def test_a_clerk_takes_back_nothing_of_a_closed_wave_a_supervisor_still_does(client_of, scan, close):
    mark = scan("rahmah").attendance_id
    close()
    refused = undo(client_of("clerk"), mark)
    assert refused.status_code == 403 and "sudah ditutup" in refused.text
    assert undo(client_of("supervisor"), mark).status_code == 303


def test_the_desk_of_a_closed_wave_offers_a_clerk_no_undo(client_of, world, scan, close):
    scan("rahmah")
    desk = f"/desk/{world.registration}"
    assert "undo=1" in client_of("clerk").get(desk).text
    close()
    assert "undo=1" not in client_of("clerk").get(desk).text


def test_no_absence_is_noted_by_a_clerk_in_a_closed_wave(look, client_of, world, close):
    close()
    village = f"/desk/{world.registration}/villages/63.09.06.1001"
    form = {f"absence-{world.people['rahmah']}": "sakit"}
    refused = client_of("clerk").post(village, data=form)
    assert refused.status_code == 403 and "sudah ditutup" in refused.text
    assert look(lambda session: session.query(Absence).count()) == 0
    assert client_of("supervisor").post(village, data=form).status_code == 303


def test_nobody_new_is_drafted_at_the_desk_of_a_closed_wave(look, scan, close):
    close()
    with refused("wave_frozen", 403):
        scan(decision=Decision(walk_in=WalkIn("tamu", "Tamu Baru Contoh")))
    assert look(lambda session: session.query(Participant).filter_by(name="Tamu Baru Contoh").count()) == 0


def test_naming_a_substitute_after_closing_loses_no_mark(look, scan, close):
    first = scan("rahmah")
    close()
    scan("rahmah", follows=first.nonce, decision=Decision(substitute=NEPHEW))
    assert look(lambda session: session.get(Attendance, first.attendance_id).voided_at) is None


def test_transport_says_who_paid_and_when(client_of, point, scan):
    paying = point("transport")
    paid, again = scan("rahmah", paying), scan("rahmah", paying)
    clerk = client_of("clerk")
    assert re.search(r"Dibayar pukul \d\d\.\d\d WITA oleh Uji clerk", words(clerk.get(f"/scans/{paid.nonce}")))
    assert again.verdict is Verdict.ALREADY
    assert "Uang transport sudah dibayar pukul" in words(clerk.get(f"/scans/{again.nonce}"))


@pytest.mark.parametrize(
    ("paid", "told"),
    [
        (False, "Hadir di Gelombang I, II. Bayarkan satu kali saja."),
        (True, "Uang transport sudah dibayar di Gelombang II"),
    ],
)
def test_transport_warns_of_somebody_present_or_paid_in_two_waves(client_of, world, point, scan, paid, told):
    accept = {"decision": Decision(accept_other_wave=True, reason="uji"), "may_decide": True}
    scan("rahmah")
    scan("rahmah", point("transport", wave=1) if paid else world.registration_two, **accept)
    answer = scan("rahmah", point("transport"))
    assert told in words(client_of("clerk").get(f"/scans/{answer.nonce}"))


def test_transport_warns_of_one_substitute_for_several_seats(client_of, world, point, scan):
    for who in ("rahmah", "yusuf"):
        scan(who, decision=Decision(substitute=NEPHEW))
    scan("muis", decision=Decision(substitute=Substituted("ORANG LAIN CONTOH", phone="081200000998")))
    paying = point("transport")
    twice, once = scan("rahmah", paying), scan("muis", paying)
    clerk = client_of("clerk")
    assert "KEPONAKAN CONTOH mewakili 2 ketua RT" in words(clerk.get(f"/scans/{twice.nonce}"))
    assert "ketua RT. Pastikan" not in words(clerk.get(f"/scans/{once.nonce}"))


def test_an_ordinary_mark_says_nothing_of_money(client_of, scan):
    page = client_of("clerk").get(f"/scans/{scan('rahmah').nonce}").text
    assert "Dibayar" not in page and "verdict-warning" not in page


def test_a_rehearsal_is_in_no_count_and_wiped_in_one_tap(app, look, client_of, world, point, scan):
    rehearsal = point("gladi", name="Gladi")
    for who in ("rahmah", "ruslan"):
        scan(who, rehearsal)
    scan("yusuf")
    assert look(lambda session: counts_at(session, world.registration).hadir) == 1
    page = client_of("admin").get(f"/waves/{world.waves[0]}")
    assert "Batalkan semua hasil gladi" in page.text
    assert client_of("admin").post(f"/waves/{world.waves[0]}/rehearsal").status_code == 303
    assert "Batalkan semua hasil gladi" not in client_of("admin").get(f"/waves/{world.waves[0]}").text
    with app.app_context():
        assert count_at(db.session, rehearsal).hadir == 0
        assert counts_at(db.session, world.registration).hadir == 1
        gone = db.session.query(Attendance).filter_by(checkpoint_id=rehearsal).all()
        assert {mark.void_reason for mark in gone} == {"gladi selesai"}
        assert db.session.query(Case).filter_by(checkpoint_id=rehearsal, settled_at=None).count() == 0


def test_wiping_a_rehearsal_touches_no_other_wave(app, world, point, scan):
    other = point("gladi", wave=1)
    scan("ruslan", other)
    with app.app_context():
        assert wipe_rehearsal(begin_write(db.session), "Uji", world.waves[0], now=clock.utcnow()) == 0
        assert count_at(db.session, other).hadir == 1
