"""All there is to do about one person at a desk: an absence, an undoing with a PIN, a card lost or never given."""

import re

import pytest
from sqlalchemy import select

from rtapp.badges.store import badges_of, live_badge
from rtapp.schema import Absence, Attendance, Audit, Scan

from .reading import words


@pytest.fixture
def act(client_of, world):
    """Open somebody's page at the desk of wave I, or post to a part of it."""

    def send(who, part="", role="device", **fields):
        here = f"/desk/{world.registration}/people/{world.people[who]}"
        client = client_of(role)
        return client.post(f"{here}/{part}", data=fields) if part else client.get(here)

    return send


@pytest.fixture
def scan(client_of, world):
    """Scan a card at the desk of wave I and return the page it leads to."""

    def send(who, role="device"):
        client = client_of(role)
        return client.get(client.post(f"/desk/{world.registration}/scans", data={"code": world.tokens[who]}).location)

    return send


def absences(session):
    rows = select(Absence.kind).where(Absence.withdrawn_at.is_(None))
    return list(session.scalars(rows))


def live(session):
    return list(session.scalars(select(Attendance.participant_id).where(Attendance.is_live)))


def test_a_row_and_a_verdict_lead_to_the_person_in_one_tap(client_of, act, scan, world):
    here = f'href="/desk/{world.registration}/people/{world.people["yusuf"]}"'
    row = client_of("device").get(f"/desk/{world.registration}/people", query_string={"code": "yusuf"})
    assert here in row.text and here in scan("yusuf").text


@pytest.mark.parametrize("kind", ["izin", "sakit", "dinas"])
def test_an_absence_is_one_more_tap_and_taken_back_by_another(act, session, kind):
    assert f'value="{kind}"' in act("yusuf").text
    assert act("yusuf", "absence", kind=kind).status_code == 303 and absences(session) == [kind]
    assert "Hapus keterangan" in words(act("yusuf"))
    act("yusuf", "absence", kind="")
    assert absences(session) == []


def test_who_was_marked_by_mistake_is_noted_absent_in_one_step(act, scan, session):
    scan("yusuf")
    assert "Ternyata tidak datang?" in words(act("yusuf"))
    act("yusuf", "absence", kind="sakit")
    assert absences(session) == ["sakit"] and live(session) == []
    reason = session.scalar(select(Attendance.void_reason))
    assert reason == "Ternyata tidak datang"


def test_an_absence_noted_does_not_take_another_desks_mark(act, scan, session):
    scan("yusuf", role="supervisor")
    assert 'name="kind"' not in act("yusuf").text
    assert act("yusuf", "absence", kind="sakit").status_code == 403
    assert absences(session) == [] and len(live(session)) == 1


def test_absences_are_noted_in_the_persons_own_wave_alone(act, session):
    assert 'name="kind"' not in act("ruslan").text
    assert act("ruslan", "absence", kind="izin").status_code == 409 and absences(session) == []


@pytest.mark.parametrize("kind", ["tidur", "tanpa-keterangan", "x" * 400])
def test_a_kind_of_absence_that_there_is_not_is_refused(act, session, kind):
    assert act("yusuf", "absence", kind=kind).status_code == 422 and absences(session) == []


def test_already_says_a_clerk_what_to_do_and_offers_a_supervisor_to_decide(scan, client_of):
    scan("yusuf", role="supervisor")
    page = scan("yusuf")
    assert "Panggil koordinator" in words(page) and "/void" not in page.text.split('id="recent"')[0]
    page = scan("yusuf", role="supervisor")
    card = page.text[page.text.index('id="verdict"') : page.text.index('id="recent"')]
    assert re.search(r"/attendance/\d+/instead", card) and re.search(r"/attendance/\d+/void", card)


def test_a_clerk_takes_back_another_desks_mark_with_a_supervisors_pin(client_of, act, scan, session, pin):
    scan("yusuf", role="supervisor")
    page = act("yusuf").text
    assert 'name="pin"' in page
    undo = re.search(r'action="(/attendance/\d+/void)"', page)[1]
    desk = client_of("device")
    assert desk.post(undo, data={"reason": "salah orang"}).status_code == 403
    assert desk.post(undo, data={"reason": "salah orang", "pin": "402818"}).status_code == 403
    assert len(live(session)) == 1
    assert desk.post(undo, data={"reason": "salah orang", "pin": pin}).status_code == 303
    assert live(session) == []
    assert session.scalar(select(Attendance.voided_by)) == "Meja 1 · Uji supervisor"


def test_a_lost_card_is_issued_anew_and_the_old_one_works_no_more(act, scan, session, world):
    old = live_badge(session, world.people["yusuf"]).id
    answer = act("yusuf", "card", role="supervisor", reason="hilang", old=old)
    session.expire_all()
    new = live_badge(session, world.people["yusuf"])
    assert answer.status_code == 200 and answer.headers["Cache-Control"] == "no-store" and new.id != old
    assert "<svg" in answer.text and new.token not in answer.text
    assert "Kartu dicabut" in words(scan("yusuf"))
    assert act("yusuf", "card", role="supervisor", reason="hilang", old=old).status_code == 200  # read again
    assert len(badges_of(session, world.people["yusuf"])) == 2
    line = session.scalars(select(Audit).where(Audit.action == "badge.reissue")).one()
    assert line.actor == "Uji supervisor"


def test_a_clerk_issues_a_card_with_a_supervisors_pin_alone(act, session, world, pin):
    old = live_badge(session, world.people["yusuf"]).id
    for wrong in ({}, {"pin": "402818"}):
        assert act("yusuf", "card", reason="hilang", old=old, **wrong).status_code == 403
        assert act("yusuf", "card.pdf", **wrong).status_code == 403
    assert len(badges_of(session, world.people["yusuf"])) == 1
    assert act("yusuf", "card", reason="hilang", old=old, pin=pin).status_code == 200
    line = session.scalars(select(Audit).where(Audit.action == "badge.reissue")).one()
    assert line.actor == "Meja 1 · Uji supervisor"


def test_a_walk_in_is_shown_the_card_that_was_never_printed(client_of, session, world):
    desk = client_of("supervisor")
    desk.post(f"/desk/{world.registration}/walk-in", data={"kind": "tamu", "name": "TAMU BARU CONTOH"})
    guest = session.scalar(select(Attendance.participant_id))
    here = f"/desk/{world.registration}/people/{guest}"
    assert "Tampilkan kartunya" in words(desk.get(here))
    before = live_badge(session, guest).id
    assert "<svg" in desk.post(f"{here}/card").text
    session.expire_all()
    assert live_badge(session, guest).id == before
    assert session.scalars(select(Audit.subject_id).where(Audit.action == "badge.show")).one() == guest


def test_one_card_is_printed_and_then_only_replaced(act, session, world):
    sheet = act("yusuf", "card.pdf", role="supervisor")
    assert sheet.mimetype == "application/pdf" and sheet.data.startswith(b"%PDF")
    assert live_badge(session, world.people["yusuf"]).printed_count == 1
    assert act("yusuf", "card", role="supervisor").status_code == 409
    assert "Tampilkan kartunya" not in words(act("yusuf", role="supervisor"))


def test_looking_at_a_person_writes_nothing(act, session):
    act("yusuf")
    assert session.scalar(select(Scan.id)) is None and live(session) == []
