"""The event and its waves, as the admin who makes them sees it."""

import pytest
from sqlalchemy import select, update

from rtapp.events import store
from rtapp.events.checkpoint_store import checkpoints_of
from rtapp.schema import Agenda, District, Event, Participant, Wave

from .reading import is_open, said, typed, verdict, words
from .world import at

EVENT = {"name": "Bimtek Contoh", "organiser": "Dinas Contoh", "timezone": "Asia/Makassar"}
NEW = EVENT | {"date": "2026-11-08", "venue": "Aula Contoh"}
ITEM = {"starts": "08:30", "ends": "10:00", "material": "Tugas RT", "speaker": ""}
LONG = "x" * 10_000


def points_of(session, wave_id):
    return [(point.name, point.kind) for point in checkpoints_of(session, wave_id)]


# The event


def test_without_an_event_a_form_makes_it_with_its_first_wave(beginner, look):
    page = words(beginner.get("/event"))
    assert "Buat acara" in page and "Gelombang I" in page
    answer = beginner.post("/event", data=NEW)
    assert (answer.status_code, answer.location) == (303, "/event")
    wave = look(lambda session: session.scalar(select(Wave)))
    assert (wave.number, wave.date.isoformat(), wave.venue) == (1, "2026-11-08", "Aula Contoh")
    assert look(lambda session: points_of(session, wave.id)) == [("Registrasi", "hadir")]
    page = words(beginner.get("/event"))
    assert "Tersimpan." in page and "Bimtek Contoh" in page and "Minggu, 8 November 2026" in page


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", "  ", "Isi nama acara, paling banyak 200 huruf."),
        ("name", LONG, "Isi nama acara, paling banyak 200 huruf."),
        ("organiser", LONG, "Nama penyelenggara paling banyak 200 huruf."),
        ("date", "", "Isi tanggal, misalnya 8 November 2023."),
        ("date", "besok", "Isi tanggal, misalnya 8 November 2023."),
        ("date", "0001-01-01", "Tahun harus 2000 sampai 2100."),
        ("venue", LONG, "Nama tempat paling banyak 200 huruf."),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_the_rest_stays(beginner, look, field, value, sentence):
    answer = beginner.post("/event", data=NEW | {field: value})
    assert answer.status_code == 422 and sentence in said(answer, field)
    others = {key: text for key, text in NEW.items() if key not in (field, "timezone")}
    assert {key: typed(answer, key) for key in others} == others
    assert typed(answer, field) == value
    assert look(lambda session: session.scalar(select(Event))) is None


def test_an_unknown_zone_is_refused(beginner):
    answer = beginner.post("/event", data=NEW | {"timezone": "Mars/Phobos"})
    assert answer.status_code == 422 and "Pilih zona waktu WIB, WITA, atau WIT." in said(answer, "timezone")


def test_a_second_event_is_refused_with_the_first_ones_name(admin, look):
    answer = admin.post("/event", data=NEW)
    assert answer.status_code == 409 and "sudah berisi acara “Bimtek Uji Ketua RT”" in words(answer)
    assert look(lambda session: [event.name for event in session.scalars(select(Event))]) == ["Bimtek Uji Ketua RT"]


def test_before_there_is_an_event_nothing_else_is_made(beginner):
    for answer in (beginner.post("/waves", data=NEW), beginner.post("/event", data=EVENT)):
        assert answer.status_code == 404 and "Belum ada acara." in words(answer) and "Buat acara" in words(answer)


def test_the_page_leads_to_what_is_done_next(beginner):
    beginner.post("/event", data=NEW)
    assert "Berikutnya: isi kecamatan dan desa" in words(beginner.get("/event"))
    assert "belum ada kecamatan" in words(beginner.get("/waves/1"))
    beginner.post("/places", data={"kind": "list", "tabalong": "1"})
    assert "Berikutnya: tulis jumlah undangan" in words(beginner.get("/event"))
    for page in ("/counts/all", "/waves/1/missing", "/attendance"):
        assert 'href="/participants"' in beginner.get(page).text.partition("<main")[2], page
    beginner.post("/waves/1/invitations", data={"district-6": "1"})
    assert "Berikutnya: isi daftar peserta" in words(beginner.get("/event"))
    head = {"name": "Ahmad Contoh", "village": "jaro", "rt": "1", "wave": "undangan", "gender": "", "phone": ""}
    beginner.post("/participants/new", data=head)  # of a district that is not invited: there is but one wave
    assert "1 diundang · 1 di daftar peserta" in words(beginner.get("/event"))
    assert "Berikutnya: tetapkan alamat di kode QR" in words(beginner.get("/event"))
    beginner.post("/settings/address", data={"base_url": ""})
    assert "Berikutnya: isi kop surat" in words(beginner.get("/event"))
    beginner.post("/settings/letterhead", data={"line-1": "DINAS CONTOH", "place": "Contoh", "paper": "f4"})
    assert "Berikutnya: tambahkan perangkat" in words(beginner.get("/event"))
    assert "Tutup gelombang" in words(beginner.get("/papers"))
    beginner.post("/waves/1/state", data={"state": "closed", "waiting": "0"})
    assert "Berikutnya: cetak dokumennya" in words(beginner.get("/event"))
    assert "Tutup gelombang" not in words(beginner.get("/papers"))


def test_heads_without_a_wave_are_what_is_done_next(change, admin, world):
    change(lambda session: session.execute(update(Participant).values(wave_id=None)))
    page = admin.get("/event")
    assert "Berikutnya: tetapkan gelombang peserta" in words(page) and "/participants?wave=none" in page.text


def test_the_event_is_renamed_and_its_zone_changed_with_the_hours_kept(admin, look, world):
    admin.post(f"/waves/{world.waves[0]}/agenda", data=ITEM)
    answer = admin.post("/event", data=EVENT | {"timezone": "Asia/Jayapura"})
    assert answer.status_code == 303
    page = words(admin.get(f"/waves/{world.waves[0]}"))
    assert "Bimtek Contoh" in page and "08.30" in page
    assert "WIT" in words(admin.get("/event"))


def test_a_bad_name_of_the_event_opens_its_form_again(admin):
    answer = admin.post("/event", data=EVENT | {"name": ""})
    assert answer.status_code == 422 and "Isi nama acara" in said(answer, "name")
    assert typed(answer, "organiser") == "Dinas Contoh"


# Waves


def test_the_overview_holds_invited_beside_the_roster(admin, look, world):
    page = words(admin.get("/event"))
    assert "7 diundang · 7 di daftar peserta" in page and "sesuai" in page
    murung = look(lambda session: session.scalar(select(District.id).where(District.name == "Murung Pudak")))
    admin.post(f"/waves/{world.waves[0]}/invitations", data={f"district-{murung}": "9"})
    assert "11 diundang · 7 di daftar peserta" in words(admin.get("/event"))
    assert "kurang 4" in words(admin.get("/event"))


def test_a_wave_is_added_with_the_next_number(admin, look):
    answer = admin.post("/waves", data={"date": "2023-11-29", "venue": "Gedung Contoh"})
    assert (answer.status_code, answer.location) == (303, "/event")
    assert "Gelombang ditambahkan." in words(admin.get("/event"))
    assert look(lambda session: [wave.number for wave in store.find_waves(session)]) == [1, 2, 3]


def test_a_wave_without_a_day_is_refused_and_keeps_its_venue(admin, look):
    answer = admin.post("/waves", data={"date": "", "venue": "Gedung Contoh"})
    assert answer.status_code == 422 and is_open(answer, "wave")
    assert "Isi tanggal" in said(answer, "date") and typed(answer, "venue") == "Gedung Contoh"
    assert look(lambda session: len(store.find_waves(session))) == 2


def test_a_moved_wave_takes_agenda_and_windows_along(admin, look, world):
    wave = world.waves[0]
    admin.post(f"/waves/{wave}/agenda", data=ITEM)
    assert admin.post(f"/waves/{wave}", data={"date": "2023-11-09", "venue": "Gedung Contoh"}).status_code == 303
    page = words(admin.get(f"/waves/{wave}"))
    assert "Kamis, 9 November 2023 · Gedung Contoh" in page and "08.30" in page
    item = look(lambda session: session.scalar(select(Agenda)))
    assert item.starts_at == at(8, 30).replace(day=9)


def test_a_bad_day_leaves_the_wave_and_keeps_what_was_typed(admin, world):
    answer = admin.post(f"/waves/{world.waves[0]}", data={"date": "1999-01-01", "venue": "Gedung Contoh"})
    assert answer.status_code == 422 and is_open(answer, "wave")
    assert "Tahun harus 2000 sampai 2100." in said(answer, "date")
    assert (typed(answer, "date"), typed(answer, "venue")) == ("1999-01-01", "Gedung Contoh")
    assert "Rabu, 8 November 2023 · Aula Contoh" in words(answer)


def test_a_closed_wave_takes_no_scan_until_it_is_opened_again(admin, world):
    wave, scans = world.waves[0], f"/desk/{world.registration}/scans"
    assert admin.post(f"/waves/{wave}/state", data={"state": "closed"}).status_code == 303
    page = words(admin.get(f"/waves/{wave}"))
    assert "Gelombang ditutup." in page and "Pindaian tidak diterima lagi." in page and "Buka lagi" in page
    assert "Ditutup" in words(admin.get("/event"))
    refused = admin.post(scans, data={"code": world.tokens["rahmah"]}, follow_redirects=True)
    assert verdict(refused) == "NOT_OPEN" and "sekarang</button>" not in refused.text
    assert admin.post(f"/waves/{wave}/state", data={"state": "open"}).status_code == 303
    assert "Gelombang dibuka lagi." in words(admin.get(f"/waves/{wave}"))
    welcome = admin.post(scans, data={"code": world.tokens["rahmah"]}, follow_redirects=True)
    assert verdict(welcome) == "WELCOME"


def test_a_state_that_is_none_changes_nothing(admin, world, look):
    answer = admin.post(f"/waves/{world.waves[0]}/state", data={"state": "half"})
    assert answer.status_code == 422 and "Pilih menutup atau membuka gelombang." in words(answer)
    assert look(lambda session: session.get(Wave, world.waves[0]).closed_at) is None


def test_a_wave_made_by_mistake_is_removed_and_one_with_people_is_not(admin, look, world):
    admin.post("/waves", data={"date": "2023-11-29"})
    third = look(lambda session: store.wave_by_number(session, 3).id)
    assert "Hapus gelombang" in words(admin.get(f"/waves/{third}"))
    answer = admin.post(f"/waves/{third}/removal")
    assert (answer.status_code, answer.location) == (303, "/event")
    assert "Gelombang dihapus." in words(admin.get("/event"))
    assert admin.get(f"/waves/{third}").status_code == 404
    assert "Hapus gelombang" not in words(admin.get(f"/waves/{world.waves[0]}"))
    answer = admin.post(f"/waves/{world.waves[0]}/removal")
    assert answer.status_code == 409 and "Gelombang I punya peserta." in words(answer)


def test_an_event_without_waves_says_what_to_do(beginner):
    beginner.post("/event", data=NEW)
    beginner.post("/waves/1/removal")
    page = beginner.get("/event")
    assert "Belum ada gelombang. Tambahkan yang pertama" in words(page) and is_open(page, "wave")


@pytest.mark.parametrize("path", ["", "/state", "/removal", "/agenda", "/checkpoints", "/invitations"])
def test_a_wave_that_is_gone_is_a_sentence(admin, path):
    answer = admin.post(f"/waves/999{path}", data={"state": "closed", **NEW})
    assert answer.status_code == 404 and "Gelombang ini tidak ada." in words(answer)


def test_a_refused_page_that_is_reloaded_leads_back_to_its_wave(admin, world):
    for part in ("state", "removal", "agenda", "checkpoints", "invitations"):
        answer = admin.get(f"/waves/{world.waves[0]}/{part}")
        assert (answer.status_code, answer.location) == (303, f"/waves/{world.waves[0]}")
    assert admin.get(f"/waves/{world.waves[0]}/nothing").status_code == 404
    assert admin.get("/waves").location == "/event"
