"""The day of a wave, as the admin who plans it sees it: agenda, checkpoints, invited numbers; the desk's one tap."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from rtapp import clock
from rtapp.events import store
from rtapp.events.invited_store import assumed_districts, set_invited
from rtapp.schema import Agenda, Attendance, Checkpoint, District, Invitation

from .reading import elements, is_open, said, typed, verdict, words
from .test_events_views import points_of
from .trailed import trail
from .world import at

ITEM = {"starts": "08:30", "ends": "10:00", "material": "Tugas RT", "speaker": "Narasumber Contoh"}
POINT = {"name": "Konsumsi siang", "kind": "konsumsi", "opens_at": "", "closes_at": ""}
LONG = "x" * 10_000


def invited_form(client: FlaskClient, world, name: str = "", number: str = "") -> dict[str, str]:
    """What the browser sends of the table, with another number for one district."""
    page = client.get(f"/waves/{world.waves[0]}")
    fields = [each.given for each in elements(page, "input") if each.given["name"].startswith("district-")]
    form = {field["name"]: field["value"] for field in fields}
    if name:
        (field,) = elements(page, "input", aria_label=f"Diundang dari Kecamatan {name}")
        form[field.given["name"]] = number
    return form


# Agenda


def test_an_agenda_item_is_added_changed_and_removed(admin, look, world):
    wave = world.waves[1]
    assert "Belum ada mata acara." in words(admin.get(f"/waves/{wave}"))
    answer = admin.post(f"/waves/{wave}/agenda", data=ITEM | {"session": "on"})
    assert (answer.status_code, answer.location) == (303, f"/waves/{wave}?more=agenda#agenda-")
    item = look(lambda session: session.scalar(select(Agenda)))
    page = admin.get(f"/waves/{wave}")
    assert is_open(admin.get(answer.location), "agenda-") and not is_open(page, "agenda-")  # for the next item
    assert "08.30 10.00 Tugas RT Narasumber Contoh Materi 1" in words(page)
    assert typed(page, f"agenda-{item.id}-starts") == "08:30" and typed(page, "agenda--starts") == "10:00"
    changed = ITEM | {"id": str(item.id), "ends": "11.15", "speaker": ""}
    assert admin.post(f"/waves/{wave}/agenda", data=changed).location == f"/waves/{wave}#agenda-{item.id}"
    assert "08.30 11.15 Tugas RT" in words(admin.get(f"/waves/{wave}"))
    assert look(lambda session: points_of(session, wave)) == [("Registrasi", "hadir")]
    gone = admin.post(f"/waves/{wave}/agenda", data={"id": str(item.id), "do": "remove"})
    assert gone.location == f"/waves/{wave}#agenda" and "Dihapus." in words(admin.get(f"/waves/{wave}"))
    assert look(lambda session: session.scalar(select(Agenda))) is None


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("starts", "", "Isi jam, misalnya 08.30."),
        ("ends", "setengah sembilan", "Isi jam, misalnya 08.30."),
        ("ends", "08:30", "Jam selesai harus sesudah jam mulai."),
        ("material", " ", "Isi materi atau mata acara, paling banyak 300 huruf."),
        ("speaker", LONG, "Nama narasumber paling banyak 200 huruf."),
    ],
)
@pytest.mark.parametrize("existing", [False, True])
def test_a_refused_agenda_item_stays_open_with_its_text(admin, look, world, field, value, sentence, existing):
    wave, row = world.waves[1], ""
    if existing:
        admin.post(f"/waves/{wave}/agenda", data=ITEM | {"material": "Yang lama"})
        row = str(look(lambda session: session.scalar(select(Agenda)).id))
    answer = admin.post(f"/waves/{wave}/agenda", data=ITEM | {"id": row, "session": "on", field: value})
    assert answer.status_code == 422 and sentence in said(answer, f"agenda-{row}-{field}")
    assert is_open(answer, f"agenda-{row}") and " checked" in answer.text
    kept = ITEM | {field: value}
    assert {key: typed(answer, f"agenda-{row}-{key}") for key in kept} == kept
    assert look(lambda session: [item.material for item in session.scalars(select(Agenda))]) == ["Yang lama"] * existing


def test_a_session_where_something_was_recorded_keeps_its_checkpoint(admin, look, world):
    wave = world.waves[0]
    admin.post(f"/waves/{wave}/agenda", data=ITEM | {"session": "on"})
    item, point = look(lambda session: session.execute(select(Agenda.id, Agenda.checkpoint_id)).one())
    admin.post(f"/desk/{point}/scans", data={"code": world.tokens["rahmah"]})
    for data in (ITEM | {"id": str(item)}, {"id": str(item), "do": "remove"}):
        answer = admin.post(f"/waves/{wave}/agenda", data=data)
        assert answer.status_code == 409 and is_open(answer, f"agenda-{item}")
        assert "sudah ada pencatatan. Titik itu tidak dapat dihapus" in words(answer)


@pytest.mark.parametrize("row", ["999", "abc", "9" * 400, "-1"])
@pytest.mark.parametrize("part", ["agenda", "checkpoints"])
def test_what_was_typed_for_a_row_that_is_gone_can_be_added_anew(admin, world, part, row):
    form, field, text = ("agenda-", "material", "Tugas RT") if part == "agenda" else ("checkpoint-", "name", "Kit")
    answer = admin.post(f"/waves/{world.waves[0]}/{part}", data=ITEM | POINT | {"id": row, field: text})
    assert answer.status_code == 404 and "ini tidak ada." in words(answer)
    assert is_open(answer, form) and typed(answer, f"{form}-{field}") == text
    assert admin.post(f"/waves/{world.waves[0]}/{part}", data={"id": row, "do": "remove"}).status_code == 404
    assert admin.post(f"/waves/{world.waves[0]}/{part}", data={"do": "remove"}).status_code == 404


def test_rows_of_another_wave_are_not_this_waves(admin, look, world):
    admin.post(f"/waves/{world.waves[1]}/agenda", data=ITEM)
    item = look(lambda session: session.scalar(select(Agenda)).id)
    first = world.waves[0]
    assert admin.post(f"/waves/{first}/agenda", data={"id": str(item), "do": "remove"}).status_code == 404
    data = POINT | {"id": str(world.registration_two)}
    assert admin.post(f"/waves/{first}/checkpoints", data=data).status_code == 404
    assert look(lambda session: session.get(Agenda, item)) is not None


# Checkpoints


def test_a_checkpoint_is_added_changed_moved_and_removed(admin, look, world):
    wave = world.waves[0]
    data = POINT | {"opens_at": "2023-11-08T11:00", "closes_at": "2023-11-09T01:00"}
    answer = admin.post(f"/waves/{wave}/checkpoints", data=data)
    assert (answer.status_code, answer.location) == (303, f"/waves/{wave}#checkpoint-")
    page = admin.get(f"/waves/{wave}")
    assert "Konsumsi siang Konsumsi · buka 11.00, tutup Kamis, 9 November 2023 01.00 WITA" in words(page)
    point = look(lambda session: session.scalar(select(Checkpoint).where(Checkpoint.kind == "konsumsi")))
    assert point.opens_at == at(11)
    assert typed(page, f"checkpoint-{point.id}-opens_at") == "2023-11-08T11:00"
    changed = {"id": str(point.id), "name": "Kit", "kind": "kit", "opens_at": "", "closes_at": "", "position": "1"}
    assert admin.post(f"/waves/{wave}/checkpoints", data=changed).status_code == 303
    order = [("Kit", "kit"), ("Registrasi", "hadir"), ("Materi 1", "sesi")]
    assert look(lambda session: points_of(session, wave)) == order
    assert "selalu terbuka" in words(admin.get(f"/waves/{wave}"))
    gone = admin.post(f"/waves/{wave}/checkpoints", data={"id": str(point.id), "do": "remove"})
    assert gone.location == f"/waves/{wave}#checkpoints"
    assert look(lambda session: points_of(session, wave)) == order[1:]


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", "", "Isi nama titik absensi, paling banyak 100 huruf."),
        ("name", LONG, "Isi nama titik absensi, paling banyak 100 huruf."),
        ("name", "REGISTRASI", "Gelombang I sudah punya titik “REGISTRASI”."),
        ("kind", "pesta", "Pilih jenis titik absensi."),
        ("opens_at", "pagi", "Isi tanggal dan jam, misalnya 8 November 2023 08.30, atau kosongkan."),
        ("opens_at", "0001-01-01T00:00", "Isi tanggal dan jam"),
        ("closes_at", "2023-11-08T05:00", "Waktu tutup harus sesudah waktu buka."),
        ("position", "atas", "“atas” bukan bilangan bulat 0 atau lebih."),
    ],
)
def test_a_refused_checkpoint_stays_open_with_its_text(admin, look, world, field, value, sentence):
    wave, before = world.waves[0], look(lambda session: points_of(session, world.waves[0]))
    row = str(world.session_one)
    data = {"id": row, "name": "Titik", "kind": "sesi", "opens_at": "2023-11-08T06:00", "position": "2"} | {
        field: value
    }
    answer = admin.post(f"/waves/{wave}/checkpoints", data=data)
    assert answer.status_code == 422 and is_open(answer, f"checkpoint-{row}")
    assert sentence in said(answer, f"checkpoint-{row}-{field}")
    kept = {key: text for key, text in data.items() if key in ("name", "opens_at", "closes_at")}
    assert {key: typed(answer, f"checkpoint-{row}-{key}") for key in kept} == kept
    assert look(lambda session: points_of(session, wave)) == before


def test_a_year_of_no_training_is_said_above_the_checkpoints_form(admin, world):
    data = POINT | {"opens_at": "1999-01-01T00:00"}
    answer = admin.post(f"/waves/{world.waves[0]}/checkpoints", data=data)
    assert answer.status_code == 422 and "Tahun harus 2000 sampai 2100." in words(answer)
    assert typed(answer, "checkpoint--opens_at") == "1999-01-01T00:00"


def test_the_only_registration_and_a_used_checkpoint_stay(admin, look, world):
    wave, row = world.waves[0], world.registration
    answer = admin.post(f"/waves/{wave}/checkpoints", data={"id": str(row), "do": "remove"})
    assert answer.status_code == 409 and "satu-satunya titik kehadiran gelombang ini" in words(answer)
    assert is_open(answer, f"checkpoint-{row}") and typed(answer, f"checkpoint-{row}-name") == "Registrasi"
    admin.post(f"/desk/{world.session_one}/scans", data={"code": world.tokens["rahmah"]})
    page = words(admin.get(f"/waves/{wave}"))
    assert "Di titik ini sudah ada pencatatan. Jenisnya tetap, dan titiknya tidak dapat dihapus." in page
    answer = admin.post(f"/waves/{wave}/checkpoints", data={"id": str(world.session_one), "do": "remove"})
    assert answer.status_code == 409 and "Di “Materi 1” sudah ada pencatatan." in words(answer)


def test_a_form_opened_before_the_supervisors_tap_does_not_shut_the_checkpoint_again(
    client_of, look, world, time_machine
):
    time_machine.move_to(at(6), tick=False)
    admin = client_of("admin")
    wave, point = world.waves[0], world.registration
    data = {"id": str(point), "name": "Registrasi", "kind": "hadir", "opens_at": "2023-11-08T07:30"}
    assert admin.post(f"/waves/{wave}/checkpoints", data=data).status_code == 303
    stale = data | {"name": "Pintu utama", "opens_at_was": "2023-11-08T07:30", "closes_at": "", "closes_at_was": ""}
    client_of("supervisor").post(f"/checkpoints/{point}/open")
    assert admin.post(f"/waves/{wave}/checkpoints", data=stale).status_code == 303
    found = look(lambda session: session.get(Checkpoint, point))
    assert (found.name, found.opens_at) == ("Pintu utama", at(6))


# Invited numbers


def numbers(session, wave_id):
    rows = select(District.name, Invitation.invited).join(Invitation).where(Invitation.wave_id == wave_id)
    return {name: invited for name, invited in session.execute(rows)}


def test_invited_numbers_stand_beside_the_roster_with_the_difference(admin, world):
    page = words(admin.get(f"/waves/{world.waves[0]}"))
    assert "Murung Pudak 5 sesuai" in page and "Muara Uya 2 sesuai" in page and "Jumlah 7 7 sesuai" in page
    admin.post(f"/waves/{world.waves[0]}/invitations", data=invited_form(admin, world, "Muara Uya", "1"))
    page = words(admin.get(f"/waves/{world.waves[0]}"))
    assert "Muara Uya 2 lebih 1" in page and "Jumlah 6 7 lebih 1" in page


def test_a_number_is_typed_and_taken_away_and_the_others_stay(admin, look, world):
    wave = world.waves[0]
    answer = admin.post(f"/waves/{wave}/invitations", data=invited_form(admin, world, "Tanta", "31"))
    assert (answer.status_code, answer.location) == (303, f"/waves/{wave}#invited")
    assert look(lambda session: numbers(session, wave)) == {"Murung Pudak": 5, "Muara Uya": 2, "Tanta": 31}
    admin.post(f"/waves/{wave}/invitations", data=invited_form(admin, world, "Tanta", ""))
    assert look(lambda session: numbers(session, wave)) == {"Murung Pudak": 5, "Muara Uya": 2}


def test_two_people_at_the_table_do_not_undo_each_other(admin, look, world):
    wave, stale = world.waves[0], invited_form(admin, world, "Muara Uya", "3")
    admin.post(f"/waves/{wave}/invitations", data=invited_form(admin, world, "Murung Pudak", "8"))
    admin.post(f"/waves/{wave}/invitations", data=stale)
    admin.post(f"/waves/{wave}/invitations", data={})
    assert look(lambda session: numbers(session, wave)) == {"Murung Pudak": 8, "Muara Uya": 3}


@pytest.mark.parametrize("number", ["banyak", "-1", "100000", "1.5", "٣", "9" * 400])
def test_a_number_of_no_hall_is_said_beside_its_district(admin, look, world, number):
    wave, form = world.waves[0], invited_form(admin, world, "Tanta", number)
    answer = admin.post(f"/waves/{wave}/invitations", data=form)
    field = next(name for name, value in form.items() if value == number)
    assert answer.status_code == 422 and said(answer, field) and typed(answer, field) == number
    assert look(lambda session: numbers(session, wave)) == {"Murung Pudak": 5, "Muara Uya": 2}


def test_an_assumed_number_is_marked_until_somebody_says_it_is_certain(change, admin, look, world):
    wave = world.waves[0]
    with change as session:
        tanta = session.scalar(select(District.id).where(District.name == "Tanta"))
        found = store.find_wave(session, wave)
        set_invited(session, "uji", found, tanta, 31, assumed=True, now=clock.utcnow())
    assert "perkiraan" in words(admin.get(f"/waves/{wave}"))
    admin.post(f"/waves/{wave}/invitations", data=invited_form(admin, world, "Muara Uya", "4"))
    assert look(lambda session: assumed_districts(session, wave)) == {tanta}
    admin.post(f"/waves/{wave}/invitations", data=invited_form(admin, world) | {f"certain-{tanta}": "on"})
    assert look(lambda session: assumed_districts(session, wave)) == set()
    assert look(lambda session: numbers(session, wave))["Tanta"] == 31
    assert "perkiraan" not in words(admin.get(f"/waves/{wave}"))


# The desk's button


@pytest.fixture
def before_it_opens(change, world, time_machine):
    """It is six, and the registration opens at half past seven."""
    time_machine.move_to(at(6), tick=False)
    with change as session:
        session.get(Checkpoint, world.registration).opens_at = at(7, 30)


def test_a_supervisor_opens_a_checkpoint_from_its_verdict_and_scans_again(before_it_opens, client_of, look, world):
    supervisor, scans = client_of("supervisor"), f"/desk/{world.registration}/scans"
    early = supervisor.post(scans, data={"code": world.tokens["rahmah"]}, follow_redirects=True)
    assert verdict(early) == "NOT_OPEN"
    button = re.search(r'action="(/checkpoints/\d+/open)".*?Buka Registrasi sekarang', early.text, re.DOTALL)
    opened = supervisor.post(button[1])
    assert (opened.status_code, opened.location) == (303, f"/desk/{world.registration}")
    assert "Titik absensi dibuka. Pindai kartunya sekali lagi." in words(supervisor.get(opened.location))
    again = supervisor.post(scans, data={"code": world.tokens["rahmah"]}, follow_redirects=True)
    assert verdict(again) == "WELCOME"
    assert look(lambda session: session.scalar(select(Attendance.participant_id))) == world.people["rahmah"]
    actions = look(lambda session: [(line.actor, line.action) for line, _ in trail(session, 5)])
    assert ("Uji supervisor", "checkpoint.open") in actions


def test_a_clerk_sees_who_can_open_it_and_may_not(before_it_opens, client_of, world):
    for role in ("clerk", "device"):
        clerk, scans = client_of(role), f"/desk/{world.registration}/scans"
        page = clerk.post(scans, data={"code": world.tokens["rahmah"]}, follow_redirects=True)
        assert "Koordinator dapat membukanya." in words(page) and "/open" not in page.text
        assert clerk.post(f"/checkpoints/{world.registration}/open").status_code == 403


def test_a_checkpoint_of_a_closed_wave_is_opened_by_nobody_at_the_desk(admin, client_of, world):
    admin.post(f"/waves/{world.waves[0]}/state", data={"state": "closed"})
    answer = client_of("supervisor").post(f"/checkpoints/{world.registration}/open")
    assert answer.status_code == 409 and "Gelombang I sudah ditutup." in words(answer)
    assert client_of("supervisor").post("/checkpoints/999/open").status_code == 404
