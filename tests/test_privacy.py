"""Personal data: shown until when it is kept, erased so that no byte of it is left, with a berita acara."""

import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from rtapp import clock
from rtapp.accounts.roles import Actor, Role
from rtapp.audit.store import verify_chain
from rtapp.checkin.marks_store import void_mark
from rtapp.checkin.seals_store import examine, seal_scans
from rtapp.db import begin_write, db
from rtapp.privacy import store
from rtapp.privacy.retention import ErasureLevel, holds_phone, kept_until, without_phones
from rtapp.roster import store as roster
from rtapp.schema import Attendance, Audit, Participant, RosterImport, Scan, Substitute

from .printing import fonts, pdf_text, unspaced
from .trailed import trail
from .world import PASSWORD

PHONES = ("081200000102", "081200000103", "081377770001", "081377770002", "081377770003")
NAMES = ("RAHMAH", "YUSUF", "HAMDANI BIN UMAR", "WAKIL CONTOH")


def test_phones_go_90_days_after_the_last_wave_and_names_at_the_end_of_the_second_year():
    assert kept_until(ErasureLevel.PHONES, date(2023, 11, 29)) == date(2024, 2, 27)
    assert kept_until(ErasureLevel.PEOPLE, date(2023, 11, 29)) == date(2025, 12, 31)


@pytest.mark.parametrize("text", ["HP 0812-3456-7890", "+62 812 3456 7890", "wa 62812345678 lama", "(0812.345.6789)"])
def test_a_number_in_free_text_is_found_and_dotted(text):
    assert holds_phone(text) and not holds_phone(without_phones(text))


@pytest.mark.parametrize("text", ["RT 003 RW 001", "8 November 2023", "63.09.06.1001", "SK 08/2023", ""])
def test_what_is_no_number_stays(text):
    assert not holds_phone(text) and without_phones(text) == text


@pytest.fixture
def lived(app, world, client_of):
    """A training that is over: people came, one by a substitute; numbers stand wherever people put them."""

    def scan(nonce, **more):
        body = {"nonce": nonce, "checkpoint": world.registration, "source": "search"} | more
        answer = client_of("program").post("/api/v1/scans", json=body)
        assert answer.status_code == 200, answer.json

    came = {"substitute": {"name": "Wakil Contoh", "relation": "adik", "letter": True, "phone": PHONES[2]}}
    scan("nonce-0001", participant=world.people["rahmah"])
    scan("nonce-0002", participant=world.people["yusuf"], decision=came)
    scan("nonce-0003", code=PHONES[3][:11])
    with app.app_context():
        session, now = begin_write(db.session), clock.utcnow()
        person = session.get(Participant, world.people["hamdani"])
        change = {"note": f"nomor lain {PHONES[4]}", "phone": PHONES[0]}
        roster.change_participant(session, "Uji", person.id, person.version, change, now=now)
        session.add(
            RosterImport(
                key="k", files=["daftar.xlsx"], books=PHONES[0].encode(), setup={}, answers={"x": PHONES[1]},
                created_at=now, created_by="Uji", done={"updated": [[1, {"phone": ["", PHONES[1]]}]]},
            )
        )  # fmt: skip
        seal_scans(session, now=now + timedelta(minutes=1))
        session.commit()
    backups = app.instance_path + "/backups"
    shutil.copytree(app.instance_path, backups, ignore=shutil.ignore_patterns("secret_key"))
    return world


def bytes_of(app):
    """Everything that lies in the instance, as it is on disk."""
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    return b"".join(path.read_bytes() for path in Path(app.instance_path).rglob("*") if path.is_file())


def erase(admin, level, word, **more):
    form = {"level": level, "word": word, "own_password": PASSWORD, "elsewhere": "USB di lemari\nXLSX bendahara"} | more
    return admin.post("/privacy/erasures", data=form)


def test_the_page_says_until_when_and_how_much_would_go(admin, lived):
    page = admin.get("/privacy").text
    assert "sampai Selasa, 13 Februari 2024" in page and "sampai Rabu, 31 Desember 2025" in page
    assert "Nomor HP peserta dan yang mewakili" in page and "Berkas cadangan" in page


def test_erased_phones_are_in_no_byte_of_the_instance_and_all_else_stands(app, admin, lived, look, total):
    assert all(phone.encode() in bytes_of(app) for phone in PHONES[:3])
    assert erase(admin, "phones", "hapus nomor").status_code == 303
    left = bytes_of(app)
    assert [phone for phone in PHONES if phone.encode() in left or phone[1:].encode() in left] == []
    assert b"HAMDANI" in left
    noted = look(lambda session: session.scalars(select(Participant.note).where(Participant.note != "")).all())
    assert noted == ["nomor lain ••••"] and total(Attendance) == 2
    assert look(examine).clean
    assert "Tidak ada lagi yang perlu dihapus." in admin.get("/privacy").text


def test_erased_people_leave_counts_a_whole_trail_and_no_name(app, admin, lived, look, total):
    shutil.copytree(app.instance_path + "/backups", app.instance_path + "/fallback")
    assert erase(admin, "people", "HAPUS SEMUA").status_code == 303
    left = bytes_of(app).upper()
    assert [name for name in NAMES if name.encode() in left] == []
    assert {name for name in look(lambda session: session.scalars(select(Participant.name)))} == {"(dihapus)"}
    assert {name for name in look(lambda session: session.scalars(select(Substitute.name)))} == {"(dihapus)"}
    assert total(Scan) == 3
    assert look(verify_chain) is None and look(examine).clean
    assert admin.get("/participants").status_code == admin.get("/trail").status_code == 200
    assert admin.get(f"/waves/{lived.waves[0]}/counts").status_code == 200


def test_copies_in_the_second_folder_go_too_or_are_named_where_it_is_away(app, admin, lived, look, tmp_path):
    stick = tmp_path / "stick"
    stick.mkdir()
    admin.post("/backups/folder", data={"folder": str(stick)})
    admin.post("/backups")
    [copy] = stick.rglob("*.zip")
    neighbour = stick / "rtapp-000000" / copy.name
    neighbour.parent.mkdir()
    shutil.copy(copy, neighbour)
    assert erase(admin, "phones", "HAPUS NOMOR").status_code == 303
    assert not copy.exists() and neighbour.exists()  # another laptop's
    shutil.move(stick, tmp_path / "away")
    assert erase(admin, "people", "HAPUS SEMUA").status_code == 303
    told = look(lambda session: [values["elsewhere"] for _line, values in store.erasures(session)])
    assert f"Semua cadangan di {stick}" in told[0] + told[1] and "Semua cadangan" not in min(told, key=len)


@pytest.mark.parametrize(
    ("form", "status", "sentence"),
    [
        ({"word": "hapus"}, 422, "Ketik HAPUS NOMOR untuk memastikan."),
        ({"level": "x"}, 422, "Pilih apa yang dihapus."),
        ({"own_password": ""}, 403, "Kata sandi tidak cocok."),
        ({"own_password": "bukan-kata-sandi"}, 403, "Kata sandi tidak cocok."),
    ],
)
def test_nothing_is_erased_without_the_word_and_the_password(admin, lived, look, form, status, sentence):
    answer = erase(admin, **{"level": "phones", "word": "HAPUS NOMOR"} | form)
    assert answer.status_code == status and sentence in answer.text
    assert look(lambda session: session.scalar(select(Participant.phone).where(Participant.phone != ""))) == PHONES[0]


def test_nothing_is_erased_while_a_wave_is_still_to_come(change, admin, world):
    with change as session:
        table = db.metadata.tables["wave"]
        session.execute(table.update().where(table.c.id == 2).values(date=clock.utcnow().date() + timedelta(days=3)))
    answer = erase(admin, "phones", "HAPUS NOMOR")
    assert answer.status_code == 409 and "Masih ada gelombang yang belum selesai" in answer.text


def test_the_berita_acara_says_what_by_whom_and_which_copies_lie_elsewhere(admin, lived, look):
    fonts()
    erase(admin, "phones", "HAPUS NOMOR")
    line, values = look(lambda session: trail(session, 1)[0])
    assert line.action == "privacy.erase" and values.values["phones"] == 4
    pdf = admin.get(f"/privacy/erasures/{line.id}.pdf")
    text = unspaced(" ".join(pdf_text(pdf.data)))
    for said in ("BERITA ACARA", "Bimtek Uji Ketua RT", "Uji admin", "USB di lemari", "rtapp.db", line.chain[:12]):
        assert unspaced(said) in text, said
    assert admin.get("/privacy/erasures/1.pdf").status_code == 404
    assert f"/privacy/erasures/{line.id}.pdf" in admin.get("/privacy").text


def test_everybody_reads_the_notice_from_the_sign_in_and_from_any_card(app, world):
    stranger = app.test_client()
    for path in ("/sign-in", f"/K/{world.tokens['rahmah']}", "/K/ABCDEFGHIJKLMNOP"):
        assert 'href="/privacy/notice"' in stranger.get(path).text
    page = stranger.get("/privacy/notice").text
    assert "Dinas Contoh" in page and "Selasa, 13 Februari 2024" in page and "Rabu, 31 Desember 2025" in page


def test_all_that_is_kept_about_one_person_is_one_page_and_that_is_noted(admin, lived, look):
    head = lived.people["yusuf"]
    assert f'action="/privacy/people/{head}"' in admin.get(f"/participants/{head}").text
    page = admin.post(f"/privacy/people/{head}").text
    for said in ("M. YUSUF", PHONES[1], "Registrasi", "Wakil Contoh", "RT 003", "Selasa, 13 Februari 2024"):
        assert said in page, said
    line = look(lambda session: trail(session, 1)[0][0])
    assert (line.action, line.subject_id) == ("privacy.report", head)
    assert admin.post("/privacy/people/999").status_code == 404


@pytest.mark.parametrize("level", list(ErasureLevel))
def test_marks_taken_back_stay_proven_after_an_erasure(session, world, lived, level):
    """The line that says why somebody was undone loses its values; that they were undone, and when, it still says."""
    actor = Actor("user", world.users["supervisor"], "Uji", Role.SUPERVISOR)
    marks = begin_write(session).scalars(select(Attendance).where(Attendance.voided_at.is_(None))).all()
    assert len(marks) > 1
    for mark in marks:
        void_mark(session, actor, mark.id, f"salah, hubungi {PHONES[0]}", now=clock.utcnow())
    session.commit()
    seal_scans(begin_write(session), now=clock.utcnow())
    session.commit()
    assert examine(session).clean
    store.erase(begin_write(session), "Uji", level, now=clock.utcnow())
    session.commit()
    assert examine(session).clean
    begin_write(session)
    marks[0].voided_at, marks[0].voided_by = None, ""  # made present again by hand
    marks[1].voided_at = marks[1].voided_at + timedelta(minutes=1)
    session.flush()
    assert set(examine(session).marks) == {marks[1].id} or marks[0].id in examine(session).marks
    session.rollback()


@pytest.mark.parametrize("level", list(ErasureLevel))
def test_no_erasure_takes_a_seal_for_the_digits_of_its_digest(session, world, lived, level):
    line = begin_write(session).scalars(select(Audit).where(Audit.action == "scan.seal")).first()
    personal = store._personal(level)
    assert line.action == "scan.seal" and not personal(line, {"digest": "a0812345678901b"})


@pytest.mark.parametrize("level", list(ErasureLevel))
def test_the_name_of_an_uploaded_file_goes_too(session, world, lived, level):
    kept = begin_write(session).scalars(select(RosterImport)).first()
    kept.files, kept.books, kept.answers, kept.done = [f"pak yusuf {PHONES[1]}.xlsx", "Tempelan"], b"", {}, {}
    session.commit()
    assert store.preview(session, level).lists >= 1
    store.erase(begin_write(session), "Uji", level, now=clock.utcnow())
    session.commit()
    assert session.get(RosterImport, kept.id).files == ["(dihapus).xlsx", "(dihapus)"]
