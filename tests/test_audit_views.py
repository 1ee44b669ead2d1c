"""Jejak: the trail read by somebody without technical knowledge."""

import ast
import re
from pathlib import Path

import pytest
from sqlalchemy import update

from rtapp.audit.sentences import ACTS, GROUPS, act_sentence, differences
from rtapp.audit.store import note
from rtapp.clock import utcnow
from rtapp.schema import Audit

from .reading import words
from .trailed import trail
from .world import PASSWORD

HOUSE = Path(__file__).parents[1] / "rtapp"


def noted_acts():
    """Every act that code notes by name (a name made of parts is looked up while running)."""
    for path in HOUSE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            named = getattr(getattr(node, "func", None), "attr", getattr(getattr(node, "func", None), "id", ""))
            if named in ("note", "note_many", "note_export", "_note"):
                said = [each.value for each in node.args if isinstance(each, ast.Constant)]
                yield from (text for text in said if re.fullmatch(r"[a-z_]+\.[a-z_]+", str(text)))


def test_every_act_that_is_noted_has_its_sentence_and_its_group():
    acts = set(noted_acts())
    assert len(acts) > 40
    assert sorted(acts - set(ACTS)) == [], "give each of these a sentence in rtapp/audit/sentences.py"
    starts = [start for _label, group in GROUPS.values() for start in group]
    assert [act for act in ACTS if not act.startswith(tuple(starts))] == []


def test_a_line_says_what_was_before_and_what_after():
    values = {"before": {"name": "A", "phone": "", "seat_id": 1}, "after": {"name": "B", "phone": "", "seat_id": 2}}
    assert differences("participant.change", values) == [("name", "A", "B")]
    assert differences("setting.change", {"key": "x", "before": False, "after": True}) == [("value", False, True)]
    assert differences("participant.add", {"name": "A", "phone": ""}) == [("name", None, "A")]
    assert str(act_sentence("user.add", {})) == "Menambahkan pengguna …"
    assert str(act_sentence("user.add", {"name": "100 %(x)s"})) == "Menambahkan pengguna 100 %(x)s"
    assert str(act_sentence("never.heard", {})) == "Tindakan lain (never.heard)"


@pytest.fixture
def changed(admin, world):
    """Rahmah's phone was changed with the form of the roster, and an option in Pengaturan."""
    form = {"version": 1, "name": "Hj. RAHMAH", "phone": "0813-0000-0999", "gender": "P", "wave": world.waves[0]}
    form |= {"village": "63.09.06.1001", "rt": "002", "rw": "", "note": ""}
    answer = admin.post(f"/participants/{world.people['rahmah']}", data=form)
    assert answer.status_code in (200, 303), answer.text
    admin.post("/settings", data={"base_url": "", "admin_over_http": "on", "own_password": PASSWORD})
    return world.people["rahmah"]


def test_the_trail_reads_as_sentences_with_phones_masked(admin, changed):
    page = admin.get("/trail").text
    assert "Mengubah data peserta" in page and "Hj. RAHMAH" in page
    assert "Mengubah pengaturan “Izinkan halaman admin lewat HTTP biasa di jaringan lokal”" in page
    assert "0812••••102" in page and "0813••••999" in page
    assert "081200000102" not in page and "081300000999" not in page


def test_the_trail_says_what_was_set_in_words_and_never_as_a_program_writes_it(admin, world):
    wave = f"/waves/{world.waves[0]}"
    admin.post("/settings/signatories", data={"paper": "transport", "name-1": "Siti Contoh", "position-1": "Bendahara"})
    admin.post("/settings/letterhead", data={"line-1": "DINAS CONTOH", "place": "Uji", "paper": "f4"})
    rule = {"point": world.registration, "least": "1", "template": "{urut}", "code": "", "unit": ""}
    admin.post(f"{wave}/certificate-rule", data=rule)
    admin.post(f"{wave}/transport-rates", data={"amount-rt": "150000", "tax-rt": "5%"})
    page = words(admin.get("/trail"))
    for said in ("Nilai: Siti Contoh · Bendahara", "Kop surat: DINAS CONTOH", "Kehadiran yang dihitung: Registrasi",
                 "Ketua RT: 150000 − 5%"):  # fmt: skip
        assert said in page, page[:3000]
    assert "{'" not in page


def test_lines_are_narrowed_by_who_what_whom_and_day(admin, changed, look):
    today = look(lambda session: trail(session, 1)[0][0].at.astimezone().date())
    assert "Mengubah data peserta" not in admin.get("/trail?what=settings").text
    assert "Mengubah data peserta" not in admin.get("/trail?actor=uji&what=people").text
    assert "Mengubah data peserta" in admin.get(f"/trail?person={changed}").text
    assert "Mengubah pengaturan" not in admin.get(f"/trail?person={changed}").text
    assert "Tidak ada baris yang cocok" in admin.get("/trail?day=2001-01-01").text
    assert today and "Mengubah data peserta" in admin.get("/trail?day=&what=people").text
    for nonsense in ("day=2023-13-40", "day=x", "person=x", "what=x", "chain=%25", "page=0", "page=99999999"):
        assert admin.get(f"/trail?{nonsense}").status_code == 200


def test_a_chain_code_written_on_paper_finds_its_line(admin, changed, look):
    line = look(lambda session: trail(session, 2)[1][0])
    page = admin.get(f"/trail?chain={line.chain[:12].upper()}").text
    assert page.count("<li>") == 1 and f"baris {line.id}" in page


def test_a_disputed_scan_is_read_with_desk_time_way_and_what_became_of_it(admin, world, client_of):
    head = world.people["rahmah"]
    body = {"nonce": "nonce-0001", "checkpoint": world.registration, "source": "search", "participant": head}
    mark = client_of("program").post("/api/v1/scans", json=body).json["attendance"]["id"]
    admin.post(f"/attendance/{mark}/void", data={"reason": "salah orang, mirip namanya"})
    assert f"/trail?person={head}" in admin.get(f"/participants/{head}").text
    page = admin.get(f"/trail?person={head}").text
    for word in ("Meja 1", "Registrasi", "Cari nama", "nomor 1", "dibatalkan Uji admin: salah orang, mirip namanya"):
        assert word in page, word
    assert "Membatalkan kehadiran" in page and "belum disegel" in page


def test_checking_says_whole_or_where_it_breaks_and_leaves_a_line(admin, world, change, look):
    assert "Utuh:" in admin.post("/trail/check").text
    assert look(lambda session: trail(session, 1)[0][0].action) == "trail.check"
    change(lambda session: session.execute(update(Audit).where(Audit.id == 3).values(actor="Orang lain")))
    page = admin.post("/trail/check").text
    assert "Jejak putus pada baris 3" in page and "Utuh:" not in page
    assert look(lambda session: trail(session, 1)[0][1].values) == {"clean": False}


def test_the_trail_is_downloaded_without_formulas_and_that_is_noted(admin, world, change, look):
    change(lambda session: note(session, "=cmd()", "user.add", "user", 1, now=utcnow(), reason="+1", name="@x"))
    answer = admin.post("/trail/export?what=access")
    assert answer.headers["Cache-Control"] == "no-store" and answer.data.startswith("\ufeffid;at;actor".encode())
    assert ";'=cmd();Menambahkan pengguna @x;" in answer.text and "participant" not in answer.text
    line, values = look(lambda session: trail(session, 1)[0])
    assert line.action == "trail.export" and values.values["rows"] == answer.text.count("\r\n") - 1


def test_a_coordinator_sees_no_link_to_the_trail(client_of, world):
    assert "/trail" not in client_of("supervisor").get(f"/participants/{world.people['rahmah']}").text
