"""Beside the count: absences, lanes, seats, who is missing, the whole event, a recap, numbers as CSV."""

import re

import pytest
import time_machine

from rtapp import clock
from rtapp.checkin.cases_store import note_absence
from rtapp.events.store import close_wave, find_wave
from rtapp.live import store
from rtapp.schema import Audit, Checkpoint, Contacted, Device

from .reading import words
from .trailed import trail
from .world import World, at

pytestmark = pytest.mark.both_engines(at_length=True)

HTMX = {"HX-Request": "true"}


@pytest.fixture
def excuse(change, world):
    """Note why somebody does not come to wave I."""

    def make(who: str, kind: str = "izin") -> None:
        change(lambda session: note_absence(session, "Uji", world.people[who], world.waves[0], kind, "", now=at(7)))

    return make


def test_whoever_is_excused_is_absent_by_kind_and_no_longer_awaited_unless_they_came(look, world, come, excuse):
    for who in ("rahmah", "yusuf", "hamdani"):
        excuse(who)
    excuse("muis", "sakit")
    come("rahmah")
    come("hamdani", checkpoint=world.registration_two)
    found = look(lambda session: store.counts_at(session, world.registration))
    assert (found.hadir, found.elsewhere, found.belum) == (1, 1, 3)
    assert found.absent == {"izin": 1, "sakit": 1, "dinas": 0, "tanpa_keterangan": 0}
    assert found.hadir + found.belum + found.elsewhere + sum(found.absent.values()) == found.invited


def test_an_absence_taken_back_counts_no_more(look, world, excuse):
    excuse("rahmah")
    excuse("rahmah", "")
    assert sum(look(lambda session: store.counts_at(session, world.registration)).absent.values()) == 0


def test_the_board_names_the_kinds_of_absence_that_were_noted(client_of, world, excuse):
    excuse("muis", "tanpa_keterangan")
    text = words(client_of("viewer").get(f"/waves/{world.waves[0]}/counts"))
    assert "tanpa keterangan 1" in text and "sakit" not in text


def test_numbers_per_district_and_village_as_csv(client_of, world, come, excuse):
    come("rahmah")
    excuse("muis", "sakit")
    answer = client_of("viewer").get(f"/waves/{world.waves[0]}/counts.csv")
    assert answer.mimetype == "text/csv" and "attachment" in answer.headers["Content-Disposition"]
    assert answer.data.decode("utf-8-sig").replace(";", ",").splitlines() == [
        "tingkat,kode,nama,sendiri,diwakili,gelombang_lain,izin,sakit,dinas,tanpa_keterangan,belum,di_daftar,hadir,"
        "diundang",
        "kecamatan,63.09.06,Murung Pudak,1,0,0,0,0,0,0,4,5,1,5",
        "desa,63.09.06.1001,Belimbing Raya,1,0,0,0,0,0,0,1,2,1,",
        "desa,63.09.06.1006,Mabu'un,0,0,0,0,0,0,0,3,3,0,",
        "kecamatan,63.09.07,Muara Uya,0,0,0,0,1,0,0,1,2,0,2",
        "desa,63.09.07.2004,Uwie,0,0,0,0,1,0,0,1,2,0,",
        "jumlah,,Gelombang 1,1,0,0,0,1,0,0,5,7,1,7",
    ]


def test_the_board_warns_of_a_desk_that_stopped_while_others_mark(change, client_of, world, come):
    with change as session:
        session.add(other := Device(label="Meja 3", role="clerk", expires_at=at(23), session_version=0))
        session.flush()
        other_id = other.id
    come("rahmah", moment=at(7, 41), device_id=other_id)
    come("yusuf", moment=at(7, 59))
    with time_machine.travel(at(8), tick=False):
        text = words(client_of("viewer").get(f"/waves/{world.waves[0]}/counts"))
    assert "Meja 3 berhenti sejak 07.41" in text and "Meja 1 berhenti" not in text


def test_the_board_foretells_the_end_only_when_it_can(client_of, world, come):
    people = ("rahmah", "yusuf", "rahmah_mabuun", "hamdani", "aminah")
    board = f"/waves/{world.waves[0]}/counts"
    for minute, who in enumerate(people[:4], start=55):
        come(who, moment=at(7, minute))
    with time_machine.travel(at(8), tick=False):
        assert "dengan laju ini" not in client_of("viewer").get(board).text
        come(people[4], moment=at(7, 59))
        assert "dengan laju ini selesai 08.04" in client_of("viewer").get(board).text
        client_of("admin").post(f"/waves/{world.waves[0]}/state", data={"state": "closed", "waiting": "0"})
        assert "dengan laju ini" not in client_of("viewer").get(board).text


def test_the_recap_is_the_boards_numbers_as_text(client_of, world, come, excuse):
    come("rahmah")
    excuse("muis", "sakit")
    page = client_of("viewer").get(f"/waves/{world.waves[0]}/counts").text
    recap = re.search(r"<textarea[^>]*>(.*?)</textarea>", page, re.DOTALL)[1].splitlines()
    assert recap == [
        "Kehadiran Gelombang I, Rabu, 8 November 2023",
        "sampai pukul 07.52 WITA",
        "",
        "Di daftar: 7 (diundang 7)",
        "Hadir: 1 (14,3%)",
        "(sendiri 1, diwakili 0)",
        "Belum hadir: 5",
        "Tidak hadir: sakit 1",
        "",
        "Murung Pudak: 1 dari 5",
        "Muara Uya: 0 dari 2",
    ]


def test_checkpoints_stand_side_by_side_without_the_rehearsal(change, client_of, world, come):
    change(lambda session: session.add(Checkpoint(wave_id=world.waves[0], name="Gladi pagi", kind="gladi", position=9)))
    come("rahmah")
    come("rahmah", checkpoint=world.session_one)
    page = client_of("viewer").get(f"/waves/{world.waves[0]}/counts")
    assert "Materi 1 1" in words(page) and "Gladi pagi" not in page.text


def test_a_village_opens_to_its_seats_and_only_who_records_sees_names(client_of, world, come, excuse):
    come("rahmah")
    address = f"/waves/{world.waves[0]}/places/63.09.06.1001"
    desk, viewer = (words(client_of(role).get(address)) for role in ("clerk", "viewer"))
    assert "Hj. RAHMAH RT 002" in desk and "Hadir 07.52" in desk and "1 dari 2" in desk
    assert "RAHMAH" not in viewer and "RT 002" in viewer and "Belum hadir" in viewer
    assert client_of("viewer").get(f"/waves/{world.waves[0]}/places/99").status_code == 404


def missing_page(world: World, wave: int = 0) -> str:
    return f"/waves/{world.waves[wave]}/missing"


def test_who_has_not_come_stands_by_village_with_masked_phones_for_those_with_the_duty(client_of, world, come):
    come("yusuf")
    page = client_of("supervisor").get(missing_page(world)).text
    assert "Hj. RAHMAH" in page and "M. YUSUF" not in page
    assert "0812••••102" in page and "081200000102" not in page
    assert "0812••••" not in client_of("clerk").get(missing_page(world)).text


@pytest.mark.parametrize("headers", [HTMX, {}])
def test_a_number_is_shown_to_be_called_when_asked_for_and_the_trail_says_who_looked(client_of, world, look, headers):
    address = f"{missing_page(world)}/{world.people['rahmah']}/phone"
    page = client_of("supervisor").post(address, headers=headers).text
    assert 'href="tel:081200000102"' in page and 'href="https://wa.me/6281200000102"' in page
    line = look(lambda session: trail(session, 1)[0][0])
    assert (line.action, line.actor, line.subject_id) == ("phone.reveal", "Uji supervisor", world.people["rahmah"])
    assert client_of("supervisor").post(f"{missing_page(world)}/999/phone", headers=headers).status_code == 200


def test_whoever_came_to_another_wave_is_not_missing(client_of, world, come):
    come("rahmah", checkpoint=world.registration_two)
    assert "Hj. RAHMAH" not in client_of("clerk").get(missing_page(world)).text


def test_the_missing_of_one_district_can_be_shown_alone(client_of, world):
    page = client_of("clerk").get(missing_page(world) + "?district=63.09.07").text
    assert "SYAHRANI" in page and "Hj. RAHMAH" not in page


def test_a_tick_says_who_was_called_and_can_be_taken_back(look, client_of, world):
    person = world.people["rahmah"]
    address = f"{missing_page(world)}/{person}"
    clerk = client_of("clerk")
    row = clerk.post(address, data={"contacted": "1"}, headers=HTMX).text
    assert f'id="head-{person}"' in row and 'aria-pressed="true"' in row and "oleh Uji clerk" in row
    clerk.post(address, data={"contacted": "1"})
    assert "oleh Uji clerk" in clerk.get(missing_page(world)).text
    assert look(lambda session: session.query(Contacted).count()) == 1
    clerk.post(address, data={"contacted": "0"})
    assert "oleh Uji clerk" not in clerk.get(missing_page(world)).text
    assert look(lambda session: session.query(Audit).filter_by(action="contact.note").count()) == 2


def test_somebody_of_another_wave_cannot_be_ticked_here(client_of, world):
    answer = client_of("clerk").post(f"{missing_page(world)}/{world.people['ruslan']}", data={"contacted": "1"})
    assert answer.status_code == 404


def test_a_closed_wave_keeps_clerks_from_ticking_but_not_supervisors(change, client_of, world):
    change(lambda session: close_wave(session, "Uji", find_wave(session, world.waves[0]), now=clock.utcnow()))
    address = f"{missing_page(world)}/{world.people['rahmah']}"
    assert client_of("clerk").post(address, data={"contacted": "1"}).status_code == 403
    assert client_of("supervisor").post(address, data={"contacted": "1"}).status_code == 303


def test_the_whole_event_tells_own_wave_other_wave_and_nobody(client_of, world, come):
    come("rahmah")
    come("muis", "ruslan", checkpoint=world.registration_two)
    come("ruslan")
    text = words(client_of("viewer").get("/counts/all"))
    assert "Tanta 1 0 0 1 2" in text
    assert "Murung Pudak 1 0 0 4 5" in text
    assert "Muara Uya 0 1 0 1 2" in text
    assert "Jumlah 2 1 0 6 9" in text


def test_a_device_with_one_wave_does_not_see_the_whole_event(client_of):
    client = client_of("device")
    assert client.get("/counts/all").status_code == 403
    assert client.get("/counts/all/stream").status_code == 403
