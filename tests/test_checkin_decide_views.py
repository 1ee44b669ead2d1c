"""Decisions on the desk's own pages: substitutes, other waves, PINs, cases, many at once, somebody on no list."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from rtapp import clock
from rtapp.accounts import pins_store
from rtapp.schema import Absence, Attendance, Audit, Case, Device, Participant, Scan, Substitute

from .reading import attribute, verdict
from .refusing import refused


@pytest.fixture
def post(client_of, world):
    """Post a scan from the desk's page as a role and return the page it leads to."""

    def send(role="device", at=None, **fields):
        client = client_of(role)
        answer = client.post(f"/desk/{at or world.registration}/scans", data=fields)
        return client.get(answer.location).text if answer.status_code == 303 else answer

    return send


def nonce_in(page):
    return attribute(page, "data-nonce")


def live(session, *where):
    return session.scalar(select(func.count()).select_from(Attendance).where(Attendance.voided_at.is_(None), *where))


def test_a_clerk_records_a_substitute_from_the_verdict(post, session, world):
    page = post(participant=world.people["rahmah"])
    assert "Catat diwakili" in page
    fields = {"decide": "substitute", "name": "KEPONAKAN CONTOH", "relation": "keponakan", "letter": "1"}
    page = post(participant=world.people["rahmah"], follows=nonce_in(page), **fields)
    assert verdict(page) == "REPRESENTED"
    assert "Diwakili oleh KEPONAKAN CONTOH (keponakan). Ada surat tugas." in page
    assert live(session) == 1


def test_a_supervisor_accepts_another_wave_on_the_same_screen(post, world):
    page = post("supervisor", participant=world.people["ruslan"])
    assert verdict(page) == "OTHER_WAVE" and "PIN koordinator" not in page
    page = post(
        "supervisor", participant=world.people["ruslan"], follows=nonce_in(page), decide="accept", reason="jauh"
    )
    assert verdict(page) == "WELCOME"


def test_a_clerk_needs_a_supervisors_pin_and_both_are_named(post, session, world, pin):
    page = post(participant=world.people["ruslan"])
    assert "PIN koordinator" in page
    decision = {"participant": world.people["ruslan"], "follows": nonce_in(page), "decide": "accept", "reason": "jauh"}
    assert post(**decision).status_code == 403
    assert post(**decision, pin="111222").status_code == 403
    assert verdict(post(**decision, pin=pin)) == "WELCOME"
    line = session.scalars(select(Audit).where(Audit.action == "scan.decide")).one()
    assert line.actor == "Meja 1 · Uji supervisor" and line.reason == "jauh"


def test_after_five_wrong_pins_even_the_right_one_waits(post, world, pin):
    decision = {"participant": world.people["ruslan"], "decide": "accept", "reason": "jauh"}
    for n in range(5):
        assert post(**decision, pin=f"11122{n}").status_code == 403
    assert post(**decision, pin=pin).status_code == 429


@pytest.mark.parametrize("text", ["12345", "1234567890123", "abcdef", "123456", "111111", "١٢٣٤٥٦"])
def test_a_pin_that_anybody_would_try_is_refused(text):
    with refused("easy_pin" if text in ("123456", "111111") else "bad_pin"):
        pins_store.checked_pin(text)


def test_the_head_after_a_substitute_is_a_conflict_that_a_supervisor_decides(post, session, world):
    post(participant=world.people["rahmah"], decide="substitute", name="WAKIL CONTOH")
    page = post(participant=world.people["rahmah"])
    assert verdict(page) == "CONFLICT" and "Wakil: WAKIL CONTOH" in page
    page = post(
        "supervisor",
        participant=world.people["rahmah"],
        follows=nonce_in(page),
        decide="head",
        reason="orangnya datang",
    )
    assert verdict(page) == "WELCOME" and live(session, Attendance.mode == "sendiri") == 1


def test_the_wrong_person_is_put_right_in_one_step(client_of, post, session, world):
    page = post(participant=world.people["rahmah"])
    mark = session.scalar(select(Attendance.id))
    assert f"/attendance/{mark}/instead" in page
    client = client_of("device")
    names = client.get(f"/attendance/{mark}/instead").text
    assert "Mabu&#39;un" in names and f'value="{world.people["rahmah"]}"' not in names
    right = {"participant": world.people["rahmah_mabuun"], "nonce": "nonce-benar"}
    page = client.get(client.post(f"/attendance/{mark}/swap", data=right).location).text
    assert verdict(page) == "WELCOME"
    assert live(session) == 1 and live(session, Attendance.participant_id == world.people["rahmah_mabuun"]) == 1
    assert session.get(Attendance, mark).void_reason == "Salah orang"


def test_another_desks_mark_is_not_swapped_by_a_clerk(client_of, post, session, world):
    post("supervisor", participant=world.people["rahmah"])
    mark = session.scalar(select(Attendance.id))
    right = {"participant": world.people["rahmah_mabuun"], "nonce": "nonce-benar"}
    assert client_of("device").post(f"/attendance/{mark}/swap", data=right).status_code == 403
    assert live(session, Attendance.participant_id == world.people["rahmah"]) == 1


# Perlu keputusan


def test_what_waits_is_listed_and_decided(client_of, post, session, world):
    post(participant=world.people["ruslan"])
    supervisor = client_of("supervisor")
    page = supervisor.get("/decisions").text
    assert "RUSLAN" in page and "Terdaftar di gelombang lain" in page
    (case,) = session.scalars(select(Case))
    supervisor.post(f"/decisions/{case.id}", data={"decide": "accept", "reason": "jauh"})
    session.expire_all()
    assert live(session) == 1 and case.settled_at
    assert "Tidak ada yang menunggu" in supervisor.get("/decisions").text


def test_a_case_is_closed_with_a_reason_and_once(client_of, post, session, world):
    post(participant=world.people["ruslan"])
    (case,) = session.scalars(select(Case))
    supervisor = client_of("supervisor")
    assert supervisor.post(f"/decisions/{case.id}", data={"decide": "close"}).status_code == 422
    assert supervisor.post(f"/decisions/{case.id}", data={"decide": "close", "reason": "pulang"}).status_code == 303
    assert supervisor.post(f"/decisions/{case.id}", data={"decide": "close", "reason": "lagi"}).status_code == 409


@pytest.mark.parametrize(
    ("told", "mode"),
    [
        ({}, "sendiri"),
        ({"decide": "substitute", "name": "KEPONAKAN CONTOH", "relation": "keponakan", "letter": "1"}, "diwakili"),
    ],
)
def test_whoever_came_late_is_recorded_as_who_they_are_at_their_own_time_in_one_tap(
    client_of, post, session, world, told, mode
):
    at = clock.utcnow().replace(microsecond=0) - timedelta(seconds=30)
    late = {"source": "offline", "client_at": clock.iso(at), "sent_at": clock.iso(clock.utcnow())}
    post(participant=world.people["ruslan"], **late, **told)
    case = session.scalar(select(Case).where(Case.kind == "late"))
    said = client_of("supervisor").post(f"/decisions/{case.id}", data={"decide": "record"})
    assert said.status_code == 303, "what was recorded is decided: nothing is refused afterwards"
    session.rollback()
    mark = session.scalar(select(Attendance).where(Attendance.voided_at.is_(None)))
    assert (mark.participant_id, mark.mode) == (world.people["ruslan"], mode)
    assert abs((mark.at - at).total_seconds()) < 1
    assert not told or session.get(Substitute, mark.substitute_id).name == "KEPONAKAN CONTOH"


def test_a_late_scan_of_somebody_undone_since_waits_and_its_pages_say_why(client_of, post, session, world):
    """Between the mark and its undoing another desk, without its network, saw the person too."""
    rahmah, desk = world.people["rahmah"], f"/desk/{world.registration}"
    post(participant=rahmah)
    between = clock.iso(clock.utcnow())
    [mark] = session.scalars(select(Attendance.id))
    session.rollback()
    client_of("supervisor").post(f"/attendance/{mark}/void", data={"reason": "salah orang"})
    late = {"source": "offline", "client_at": between, "nonce": "luring-00001"}
    page = post(participant=rahmah, **late)
    assert verdict(page) == "CONFLICT" and "lalu pencatatannya dibatalkan" in page
    assert live(session) == 0 and client_of("device").get(f"{desk}?scan=luring-00001").status_code == 200
    case = session.scalar(select(Case).where(Case.settled_at.is_(None)))
    assert case.kind == "late" and "Catat pukul" in client_of("supervisor").get("/decisions").text
    session.rollback()
    client_of("supervisor").post(f"/decisions/{case.id}", data={"decide": "record"})
    assert live(session) == 1


@pytest.mark.parametrize("told", ["9999-12-31T23:59:59.999Z", "0001-01-01T00:00:00Z"])
def test_no_stored_time_makes_a_page_an_error(client_of, session, world, told):
    for number, who in enumerate(("rahmah", "ruslan")):
        body = {"nonce": f"liar-{number:05}", "checkpoint": world.registration, "source": "offline"}
        body |= {"participant": world.people[who], "client_at": told}
        assert client_of("program").post("/api/v1/scans", json=body).status_code == 200
    for table in (Device, Attendance):  # and were one stored all the same
        session.execute(update(table).values({"paired_at" if table is Device else "at": clock.parse_iso(told)}))
    session.commit()
    admin, person = client_of("admin"), world.people["rahmah"]
    pages = [
        "/decisions",
        f"/desk/{world.registration}",
        f"/waves/{world.waves[0]}/counts",
        "/participants",
        "/devices",
    ]
    pages += [f"/participants/{person}", f"/trail?person={person}", f"/waves/{world.waves[0]}/attendance"]
    pages += [f"/waves/{world.waves[0]}/recap", f"/desk/{world.registration}/villages", "/trail"]
    for page in pages:
        assert admin.get(page, follow_redirects=True).status_code in (200, 404), page


# Many at once


def test_a_villages_heads_are_marked_together_and_absences_noted(client_of, session, world, total):
    client, address = client_of("device"), f"/desk/{world.registration}/villages/63.09.06.1006"
    page = client.get(address).text
    assert "HAMDANI BIN UMAR" in page and "RUSLAN" not in page
    nonces = dict(re.findall(r'name="nonce-(\d+)" value="([^"]+)"', page))
    rahmah, hamdani, aminah = (str(world.people[name]) for name in ("rahmah_mabuun", "hamdani", "aminah"))
    data = {f"nonce-{id_}": nonce for id_, nonce in nonces.items()}
    data |= {f"here-{rahmah}": "on", f"here-{hamdani}": "on", f"absence-{aminah}": "sakit"}
    assert "2 orang dicatat hadir" in client.get(client.post(address, data=data).location).text
    client.post(address, data=data)
    assert live(session) == 2 and total(Scan) == 2
    assert set(session.scalars(select(Scan.source))) == {"batch"}
    assert session.scalar(select(Absence.kind)) == "sakit"
    assert 'value="sakit" selected' in client.get(address).text


def test_paper_is_typed_in_by_short_codes_with_its_time(client_of, session, world, total):
    code = world.short_codes["yusuf"]
    data = {"codes": f"{code[:3]}-{code[3:]}\nXXX-XXXX", "time": "07:52", "key": "kunci-uji"}
    answer = client_of("supervisor").post(f"/desk/{world.registration}/paper", data=data)
    assert answer.status_code == 422 and "Salah ketik, belum dicatat: XXX-XXXX" in answer.text
    mark = session.scalar(select(Attendance))
    assert clock.clock_text(mark.at, "Asia/Makassar") == "07.52"
    client_of("supervisor").post(f"/desk/{world.registration}/paper", data=data)
    assert live(session) == 1 and total(Scan) == 1


def test_paper_that_tells_only_between_which_times_is_recorded_at_the_later_with_the_earlier(client_of, session, world):
    data = {"codes": world.short_codes["yusuf"], "time": "07:30", "until": "08:00", "key": "kunci-rentang"}
    assert client_of("supervisor").post(f"/desk/{world.registration}/paper", data=data).status_code == 303
    since = clock.parse_iso(session.scalar(select(Scan.answer))["since"])
    times = session.scalar(select(Attendance.at)), since
    assert [clock.clock_text(moment, "Asia/Makassar") for moment in times] == ["08.00", "07.30"]
    story = client_of("admin").get(f"/trail?person={world.people['yusuf']}").text
    assert "07.30" in story and "08.00" in story


@pytest.mark.parametrize(
    "data",
    [
        {"codes": ""},
        {"codes": "ABC", "time": "25:99"},
        {"codes": "ABC", "until": "08:00"},
        {"codes": "ABC", "time": "08:00", "until": "07:30"},
    ],
)
def test_paper_that_cannot_be_read_is_said_and_kept(client_of, world, data):
    answer = client_of("device").post(f"/desk/{world.registration}/paper", data=data)
    assert answer.status_code == 422 and (not data["codes"] or "ABC" in answer.text)


# Walk-ins


def test_a_guest_on_no_list_is_added_and_marked(client_of, session, world):
    client, address = client_of("device"), f"/desk/{world.registration}/walk-in"
    page = client.get(client.post(address, data={"kind": "tamu", "name": "TAMU BARU CONTOH"}).location).text
    assert verdict(page) == "WELCOME" and "TAMU BARU CONTOH" in page
    assert session.scalar(select(Case.kind)) == "walk_in"


def test_a_new_head_needs_the_supervisors_pin_on_the_same_form(client_of, session, world, pin):
    client, address = client_of("device"), f"/desk/{world.registration}/walk-in"
    data = {"kind": "rt", "name": "KETUA BARU CONTOH", "village": "63.09.07.2004", "rt": "1"}
    refused = client.post(address, data=data)
    assert refused.status_code == 409 and "SYAHRANI" in refused.text and "PIN koordinator" in refused.text
    assert 'value="KETUA BARU CONTOH"' in refused.text
    page = client.get(client.post(address, data=data | {"pin": pin}).location).text
    assert verdict(page) == "WELCOME" and "KETUA BARU CONTOH" in page
    assert session.get(Participant, world.people["syahrani"]).archived_at


def test_a_walk_in_without_a_name_or_seat_is_asked_again(client_of, world, total):
    client, address = client_of("device"), f"/desk/{world.registration}/walk-in"
    assert client.post(address, data={"kind": "tamu", "name": " "}).status_code == 422
    assert client.post(address, data={"kind": "rt", "name": "CONTOH"}).status_code == 422
    assert total(Scan) == 0


def test_a_supervisor_sets_the_pin_on_the_own_account_page(client_of, session, world):
    supervisor = client_of("supervisor")
    assert "PIN untuk meja" in supervisor.get("/account").text
    refused = supervisor.post("/account/pin", data={"pin": "123456"})
    assert refused.status_code == 422 and 'id="pin-error"' in refused.text and "Kata sandi baru" in refused.text
    assert supervisor.post("/account/pin", data={"pin": "402817"}).status_code == 303
    assert pins_store.user_by_pin(session, "402817").id == world.users["supervisor"]
