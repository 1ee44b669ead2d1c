"""What other programs and people's scripts rely on, line by line as it was agreed.

A line changes only together with rtapp/decisions.md.
"""

import csv
import json
import re
import socket
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from click.testing import CliRunner

from rtapp.commands.main import main

from .lists import workbook
from .served import ROOT, Served, command, environment, free_port

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def demo(tmp_path_factory) -> Path:
    """An instance with the demo, made by the command."""
    folder = tmp_path_factory.mktemp("contract") / "instance"
    assert run(folder, "demo", "--no-serve").returncode == 0
    return folder


@pytest.fixture(scope="module")
def device_token(demo) -> str:
    said = run(demo, "device", "add", "Program uji", "--checkpoint", "1").stdout
    return said.split()[-1]


@pytest.fixture(scope="module")
def server(demo):
    """The demo served by `python app.py` without a command."""
    running = Served(demo)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def codes(demo, tmp_path_factory) -> list[dict[str, str]]:
    file = tmp_path_factory.mktemp("codes") / "codes.csv"
    assert run(demo, "roster", "export", str(file), "--codes").returncode == 0
    with file.open(encoding="utf-8-sig", newline="") as rows:
        return list(csv.DictReader(rows))


def run(instance: Path, *words: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    """Give ``app.py`` these words in this process: a start of its own, which the errors below have, takes seconds."""
    env = {"RTAPP_INSTANCE": str(instance), "DATABASE_URL": None}
    told = CliRunner().invoke(main, list(words), input=stdin, env=env, prog_name="app.py")
    return subprocess.CompletedProcess(words, told.exit_code, told.stdout, told.stderr)


def ask(server, method, path, token=None, body=None, headers=None):
    """Return (status, headers, JSON or None)."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(server.url + path, data, method=method)
    request.add_header("Content-Type", "application/json")
    for name, value in ({"Authorization": f"Bearer {token}"} if token else {}).items() | (headers or {}).items():
        request.add_header(name, value)
    try:
        with urllib.request.urlopen(request, timeout=20) as response:
            text = response.read()
            return response.status, response.headers, json.loads(text) if text else None
    except urllib.error.HTTPError as error:
        text = error.read()
        return error.code, error.headers, json.loads(text) if text else None


def rows(instance, sql, *values):
    with sqlite3.connect(instance / "rtapp.db") as database:
        return database.execute(sql, values).fetchall()


# The command line


def test_importing_app_py_creates_nothing(tmp_path):
    instance = tmp_path / "none"
    done = subprocess.run([sys.executable, "-c", "import app"], cwd=ROOT, env=environment(instance), timeout=60)
    assert done.returncode == 0 and not instance.exists()


def test_demo_is_the_tabalong_event_with_a_synthetic_roster_of_951(demo):
    assert rows(demo, "SELECT count(*) FROM participant WHERE archived_at IS NULL") == [(951,)]
    assert rows(demo, "SELECT count(*) FROM district") == [(12,)]
    assert rows(demo, "SELECT count(*) FROM village") == [(131,)]
    assert rows(demo, "SELECT count(*) FROM badge WHERE revoked_at IS NULL") == [(951,)]


def test_demo_has_wave_one_exactly_and_the_rest_assumed(demo):
    of_wave_one = rows(
        demo,
        """SELECT district.name, count(*) FROM participant JOIN seat ON seat.id = participant.seat_id
           JOIN village ON village.id = seat.village_id JOIN district ON district.id = village.district_id
           JOIN wave ON wave.id = participant.wave_id WHERE wave.number = 1 GROUP BY 1""",
    )
    assert dict(of_wave_one) == {"Murung Pudak": 143, "Muara Uya": 123, "Jaro": 71}
    later = rows(demo, "SELECT count(*) FROM participant JOIN wave ON wave.id = wave_id WHERE wave.number IN (2, 3)")
    assert later == [(614,)]
    assumed = rows(demo, "SELECT assumed, count(*) FROM invitation GROUP BY assumed ORDER BY assumed")
    assert assumed == [(0, 3), (1, 9)]


def test_demo_waves_keep_their_dates_and_checkpoints_have_no_window(demo):
    assert rows(demo, "SELECT number, date FROM wave ORDER BY number") == [
        (1, "2023-11-08"),
        (2, "2023-11-15"),
        (3, "2023-11-29"),
    ]
    assert rows(demo, "SELECT count(*) FROM checkpoint WHERE opens_at IS NOT NULL OR closes_at IS NOT NULL") == [(0,)]


def test_checkpoint_one_is_registrasi_of_wave_one(demo):
    found = rows(demo, "SELECT c.name, w.number FROM checkpoint c JOIN wave w ON w.id = c.wave_id WHERE c.id = 1")
    assert found == [("Registrasi", 1)]


def test_demo_keeps_an_existing_demo(demo):
    before = rows(demo, "SELECT token FROM badge ORDER BY id")
    assert run(demo, "demo", "--no-serve").returncode == 0
    assert rows(demo, "SELECT token FROM badge ORDER BY id") == before


def test_demo_never_touches_a_database_holding_another_event(tmp_path):
    run(tmp_path, "demo", "--no-serve")
    with sqlite3.connect(tmp_path / "rtapp.db") as database:
        database.execute("UPDATE event SET demo = 0, name = 'Acara Sungguhan'")
    done = run(tmp_path, "demo", "--no-serve")
    assert done.returncode != 0 and "Acara Sungguhan" in done.stderr
    assert rows(tmp_path, "SELECT count(*) FROM event") == [(1,)]


def test_migrate_brings_a_database_up_to_date_and_may_be_repeated(tmp_path):
    assert run(tmp_path, "migrate").returncode == 0
    assert run(tmp_path, "migrate").returncode == 0
    assert rows(tmp_path, "SELECT count(*) FROM participant") == [(0,)]


def test_roster_export_codes_has_the_agreed_columns(codes):
    wanted = ["code", "short_code", "name", "rt", "rw", "village_code", "village", "district", "wave"]
    assert list(codes[0]) == wanted and len(codes) == 951
    assert re.fullmatch("[A-Z2-7]{16}", codes[0]["code"]) and codes[0]["rt"] == "001"
    assert {row["wave"] for row in codes} == {"1", "2", "3"}


ROSTER = """Kecamatan;Desa/Kelurahan;RT;RW;Nama Lengkap;L/P;No. HP;Jabatan
Jaro;Nalui;041;;CONTOH SATU;L;081200009001;Ketua RT
Jaro;Nalui;042;;CONTOH DUA;P;;Ketua RT
Jaro;Desa Karangan Sendiri;001;;CONTOH TIGA;L;;Ketua RT
"""


def test_roster_import_json_is_a_dry_run_with_the_agreed_fields(demo, tmp_path):
    file = tmp_path / "jaro.csv"
    file.write_text(ROSTER, encoding="utf-8")
    done = run(demo, "roster", "import", str(file), "--json")
    report = json.loads(done.stdout)
    assert done.returncode == 2  # one row is left to review
    assert set(report) == {"accepted", "review", "vacant", "skipped", "missing", "rows"}
    assert (report["accepted"], report["review"]) == (2, 1)
    row = next(row for row in report["rows"] if row["name"] == "CONTOH SATU")
    assert set(row) == {"sheet", "row", "class", "seat", "name", "phone", "change", "reasons"}
    assert (row["class"], row["change"], row["seat"]) == ("accepted", "new", "63.09.11.2009/041")
    assert {row["class"] for row in report["rows"]} <= {"accepted", "review", "vacant", "skipped"}
    assert {row["change"] for row in report["rows"]} <= {"new", "updated", "same", "replaced", None}
    assert rows(demo, "SELECT count(*) FROM participant WHERE name LIKE 'CONTOH SATU'") == [(0,)]


def test_roster_import_apply_writes_accepted_rows_and_review_never_blocks_them(tmp_path):
    run(tmp_path, "demo", "--no-serve")
    file = tmp_path / "jaro.csv"
    file.write_text(ROSTER, encoding="utf-8")
    assert run(tmp_path, "roster", "import", str(file), "--apply").returncode == 2
    assert rows(tmp_path, "SELECT count(*) FROM participant WHERE name LIKE 'CONTOH %' AND name LIKE '%SATU'") == [(1,)]
    assert rows(tmp_path, "SELECT count(*) FROM participant") == [(953,)]
    assert rows(tmp_path, "SELECT count(*) FROM badge WHERE revoked_at IS NULL") == [(953,)]
    clean = tmp_path / "bersih.csv"
    clean.write_text("".join(ROSTER.splitlines(True)[:3]), encoding="utf-8")
    done = run(tmp_path, "roster", "import", str(clean), "--apply", "--json")
    assert done.returncode == 0  # nothing left to review, and nothing new
    assert {row["change"] for row in json.loads(done.stdout)["rows"] if row["class"] == "accepted"} == {"same"}


def test_roster_import_accepts_all_proposals_where_told(tmp_path):
    run(tmp_path, "demo", "--no-serve")
    file = tmp_path / "jaro.csv"
    file.write_text("Kecamatan;Desa;RT;Nama\nJaro;Nalu;051;CONTOH LIMA\n", encoding="utf-8")
    assert run(tmp_path, "roster", "import", str(file)).returncode == 2
    done = run(tmp_path, "roster", "import", str(file), "--accept-proposals", "--apply", "--json")
    (row,) = (row for row in json.loads(done.stdout)["rows"] if row["name"])
    assert (done.returncode, row["class"], row["seat"]) == (0, "accepted", "63.09.11.2009/051")


def test_roster_import_reads_one_sheet_where_told(demo, tmp_path):
    file = tmp_path / "dua.xlsx"
    file.write_bytes(workbook(A=[["Desa", "RT", "Nama"]], B=[["Desa", "RT", "Nama"], ["Nalui", "61", "CONTOH B"]]))
    done = run(demo, "roster", "import", str(file), "--sheet", "B", "--json")
    assert {row["sheet"] for row in json.loads(done.stdout)["rows"]} == {"B"}
    assert run(demo, "roster", "import", str(file), "--sheet", "C").returncode == 1


@pytest.mark.parametrize("form", ["csv", "xlsx", "ods"])
def test_roster_export_writes_what_imports_back(demo, tmp_path, form):
    file = tmp_path / f"peserta.{form}"
    assert run(demo, "roster", "export", str(file)).returncode == 0
    report = json.loads(run(demo, "roster", "import", str(file), "--json").stdout)
    assert {row["change"] for row in report["rows"] if row["class"] == "accepted"} == {"same"}


def test_places_import_adds_districts_and_villages(tmp_path):
    file = tmp_path / "wilayah.csv"
    file.write_text("district_code,district,village_code,village\n63.99.01,Contoh Hulu,63.99.01.2001,Suka Contoh\n")
    assert run(tmp_path, "places", "import", str(file)).returncode == 0
    assert rows(tmp_path, "SELECT code, name, kind FROM village") == [("63.99.01.2001", "Suka Contoh", "desa")]


def test_roster_import_of_what_is_no_roster_exits_one_with_a_sentence(demo, tmp_path):
    file = tmp_path / "surat.csv"
    file.write_text("Yth. Bapak Camat\nDengan hormat\n", encoding="utf-8")
    done = run(demo, "roster", "import", str(file), "--json")
    assert done.returncode == 1 and done.stderr.strip()


def test_badges_writes_a_pdf_by_wave_or_village_on_either_paper(demo, tmp_path):
    for words in (("--village", "63.09.11.2001", "--paper", "a4"), ("--wave", "1", "--paper", "f4")):
        file = tmp_path / f"{words[-1]}.pdf"
        assert run(demo, "badges", str(file), *words).returncode == 0
        assert file.read_bytes().startswith(b"%PDF-")


def test_attendance_writes_the_list_of_a_checkpoint_as_the_file_is_named(demo, tmp_path):
    for name, *words in (("a.pdf",), ("b.pdf", "--blank", "--paper", "a4"), ("c.xlsx", "--blank", "--paper", "f4")):
        file = tmp_path / name
        assert run(demo, "attendance", str(file), "--checkpoint", "1", *words).returncode == 0
        assert file.read_bytes().startswith(b"PK" if name.endswith("xlsx") else b"%PDF-")


def test_device_add_shows_the_token_as_the_last_word_once(demo, device_token):
    assert len(device_token) >= 20
    assert rows(demo, "SELECT count(*) FROM device WHERE token_hash = ?", device_token) == [(0,)]


def test_doctor_says_line_by_line_what_it_saw_and_ends_with_one_where_the_event_would_stop(demo, tmp_path):
    port = str(free_port())
    well = run(demo, "doctor", "--port", port)
    assert well.returncode == 0 and "GAGAL" not in well.stdout
    with socket.socket() as taken:
        taken.bind(("0.0.0.0", int(port)))
        taken.listen()
        ill = run(tmp_path / "another", "doctor", "--port", port)
    assert ill.returncode == 1 and "GAGAL" in ill.stdout


def test_backup_writes_one_file_that_restore_takes_and_verify_finds_nothing_wrong(demo, tmp_path):
    file, other = tmp_path / "cadangan.zip", tmp_path / "other"
    assert run(demo, "backup", str(file)).returncode == 0
    assert run(other, "restore", str(file)).returncode == 0
    assert rows(other, "SELECT count(*) FROM participant") == rows(demo, "SELECT count(*) FROM participant")
    assert rows(other, "SELECT epoch FROM event") != rows(demo, "SELECT epoch FROM event")
    assert (other / "secret_key").read_text() == (demo / "secret_key").read_text()
    for folder in (demo, other):
        assert run(folder, "verify").returncode == 0


def test_backup_without_a_name_lies_in_the_instance(tmp_path):
    run(tmp_path, "migrate")
    assert run(tmp_path, "backup").returncode == 0
    assert [path.suffix for path in (tmp_path / "backups").iterdir()] == [".zip"]


def test_verify_says_what_it_found_and_ends_with_one(tmp_path):
    run(tmp_path, "user", "add", "Panitia", "--role", "admin", stdin="kata sandi panitia uji\n")
    with sqlite3.connect(tmp_path / "rtapp.db") as database:
        database.execute("UPDATE audit SET actor = 'Orang lain'")
    done = run(tmp_path, "verify")
    assert done.returncode == 1 and "baris 1" in done.stdout


def test_serve_knows_its_options():
    told = run(Path("unused"), "serve", "--help").stdout
    assert all(option in told for option in ("--host", "--port", "--tls", "--workers"))


def test_user_add_makes_an_account(demo):
    done = run(demo, "user", "add", "Penguji", "--role", "supervisor", stdin="kata-sandi-panjang\n")
    assert done.returncode == 0
    assert rows(demo, "SELECT role FROM user_account WHERE name = 'Penguji'") == [("supervisor",)]


@pytest.mark.parametrize(
    "words",
    [
        ("badges", "x.pdf", "--wave", "9"),
        ("badges", "x.pdf", "--village", "0"),
        ("attendance", "x.pdf", "--checkpoint", "99999"),
        ("device", "add", "X", "--checkpoint", "999"),
        ("user", "add", "Penguji Dua", "--role", "raja"),
        ("roster", "import", "tidak-ada.xlsx"),
        ("roster", "export", "x.docx"),
        ("nonsense",),
    ],
)
def test_errors_are_one_sentence_on_stderr_and_a_status_that_is_not_zero(demo, words):
    done = command(*words, instance=demo, stdin="kata-sandi-panjang\n")
    assert done.returncode != 0 and done.stderr.strip() and "Traceback" not in done.stderr
    assert not (ROOT / "x.pdf").exists()


# HTTP, JSON, the bearer token of a device


def test_a_scan_answers_with_the_agreed_fields(server, device_token, codes):
    body = {"nonce": "kontrak-0001", "checkpoint": 1, "source": "wedge", "code": of_wave(codes, 1)["code"]}
    status, _, answer = ask(server, "POST", "/api/v1/scans", device_token, body)
    assert status == 200 and set(answer) == {"nonce", "verdict", "participant", "attendance", "number"}
    assert set(answer["participant"]) == {"id", "name", "seat", "village", "district", "wave"}
    assert set(answer["attendance"]) == {"id", "at", "mode", "device"}
    assert answer["verdict"] == "WELCOME" and answer["number"] == 1
    again = ask(server, "POST", "/api/v1/scans", device_token, body)
    assert again[2] == answer and again[1]["Idempotent-Replay"] == "true"
    other = body | {"code": of_wave(codes, 2)["code"]}
    assert ask(server, "POST", "/api/v1/scans", device_token, other)[0] == 409


def test_a_participant_id_is_as_good_as_a_code_and_short_codes_are_codes(server, device_token, codes, demo):
    person = of_wave(codes, 1, 3)
    (id_,) = rows(demo, "SELECT participant_id FROM badge WHERE token = ?", person["code"])[0]
    by_id = {"nonce": "kontrak-0002", "checkpoint": 1, "source": "search", "participant": id_}
    assert ask(server, "POST", "/api/v1/scans", device_token, by_id)[2]["verdict"] == "WELCOME"
    by_short = {
        "nonce": "kontrak-0003",
        "checkpoint": 1,
        "source": "short_code",
        "code": person["short_code"],
    }
    assert ask(server, "POST", "/api/v1/scans", device_token, by_short)[2]["verdict"] == "ALREADY"


def test_a_list_is_answered_in_order(server, device_token, codes):
    sent = [
        {"nonce": f"kontrak-1{n}00", "checkpoint": 1, "source": "wedge", "code": code}
        for n, code in enumerate((of_wave(codes, 1, 5)["code"], "TIDAK ADA", of_wave(codes, 2)["code"]))
    ]
    _, _, answer = ask(server, "POST", "/api/v1/scans", device_token, {"scans": sent})
    assert [result["verdict"] for result in answer["results"]] == ["WELCOME", "UNKNOWN", "OTHER_WAVE"]
    assert [result["nonce"] for result in answer["results"]] == [scan["nonce"] for scan in sent]


@pytest.mark.parametrize(
    ("token", "body", "status"),
    [
        ("own", [], 400),
        ("none", {"nonce": "kontrak-2000"}, 401),
        ("own", {"nonce": "kontrak-2001", "checkpoint": 5, "source": "wedge", "code": "X"}, 403),
        ("own", {"nonce": "kontrak-2002", "checkpoint": 1, "source": "wedge"}, 422),
        ("own", {"nonce": "kontrak-2003", "checkpoint": 1, "source": "search", "participant": 10**9}, 404),
    ],
)
def test_broken_requests_get_an_error_object(server, device_token, token, body, status):
    answer = ask(server, "POST", "/api/v1/scans", device_token if token == "own" else None, body)
    assert answer[0] == status and set(answer[2]["error"]) == {"code", "message"}


def test_a_decision_follows_a_scan_with_a_nonce_of_its_own(server, device_token, codes, demo):
    token = supervisors_token(demo)
    asked = {"nonce": "kontrak-3000", "checkpoint": 1, "source": "wedge", "code": of_wave(codes, 2, 9)["code"]}
    assert ask(server, "POST", "/api/v1/scans", token, asked)[2]["verdict"] == "OTHER_WAVE"
    decided = asked | {"nonce": "kontrak-3001", "follows": "kontrak-3000"}
    decided["decision"] = {"accept_other_wave": {"reason": "sudah di tempat"}}
    assert ask(server, "POST", "/api/v1/scans", device_token, decided)[0] == 403
    assert ask(server, "POST", "/api/v1/scans", token, decided)[2]["verdict"] == "WELCOME"


def test_a_substitute_a_conflict_and_its_resolution(server, device_token, codes, demo):
    token = supervisors_token(demo)
    body = {"nonce": "kontrak-4000", "checkpoint": 1, "source": "wedge", "code": of_wave(codes, 1, 20)["code"]}
    substitute = {"substitute": {"name": "WAKIL CONTOH", "relation": "istri", "letter": True, "phone": "081200000001"}}
    answer = ask(server, "POST", "/api/v1/scans", device_token, body | {"decision": substitute})[2]
    assert (answer["verdict"], answer["attendance"]["mode"]) == ("REPRESENTED", "diwakili")
    body["nonce"] = "kontrak-4001"
    assert ask(server, "POST", "/api/v1/scans", device_token, body)[2]["verdict"] == "CONFLICT"
    resolved = body | {
        "nonce": "kontrak-4002",
        "follows": "kontrak-4001",
        "decision": {"resolve": "head", "reason": "x"},
    }
    assert ask(server, "POST", "/api/v1/scans", token, resolved)[2]["attendance"]["mode"] == "sendiri"


def test_a_walk_in_comes_without_code_or_participant(server, device_token):
    walk_in = {"walk_in": {"seat": "63.09.11.2009/077", "kind": "rt", "name": "KETUA BARU CONTOH"}}
    body = {"nonce": "kontrak-5000", "checkpoint": 1, "source": "search", "decision": walk_in}
    answer = ask(server, "POST", "/api/v1/scans", device_token, body)[2]
    assert (answer["verdict"], answer["participant"]["seat"]) == ("WELCOME", "63.09.11.2009/077")
    assert ask(server, "POST", "/api/v1/scans", device_token, body | {"code": "X", "nonce": "kontrak-5001"})[0] == 422


def test_checkpoints_and_counts_are_read_with_the_same_token(server, device_token):
    _, _, roster = ask(server, "GET", "/api/v1/checkpoints/1/roster", device_token)
    head = next(person["id"] for person in roster["people"] if person["wave"] == 1 and not person["revoked"])
    body = {"nonce": "kontrak-6000", "checkpoint": 1, "source": "search", "participant": head}
    assert ask(server, "POST", "/api/v1/scans", device_token, body)[0] == 200
    _, _, listed = ask(server, "GET", "/api/v1/checkpoints", device_token)
    assert [point["id"] for point in listed["checkpoints"]] == [1]
    status, _, counts = ask(server, "GET", "/api/v1/checkpoints/1/counts", device_token)
    assert status == 200 and counts["invited"] == 337 and counts["hadir"] >= 1
    for place in (counts, *counts["districts"], *counts["villages"]):
        assert set(place["absent"]) == {"izin", "sakit", "dinas", "tanpa_keterangan"}
        others = place["elsewhere"] + sum(place["absent"].values()) + place["belum"]
        assert place["hadir"] + others == place["roster"] and place["diwakili"] <= place["hadir"]
    for places in (counts["districts"], counts["villages"]):
        assert all(place["code"] and place["name"] for place in places)
        assert sum(place["roster"] for place in places) == counts["roster"]


def test_the_roster_snapshot_has_an_etag_and_answers_304(server, device_token):
    status, headers, body = ask(server, "GET", "/api/v1/checkpoints/1/roster", device_token)
    assert status == 200 and headers["Cache-Control"] == "private, no-cache" and len(body["people"]) >= 951
    assert not {"token", "phone", "nik"} & set(body["people"][0])
    again = ask(
        server,
        "GET",
        "/api/v1/checkpoints/1/roster",
        device_token,
        headers={"If-None-Match": headers["ETag"]},
    )
    assert again[0] == 304


def test_the_cards_page_answers_in_any_case(server, codes):
    code = of_wave(codes, 1)["code"]
    for path in (f"/K/{code}", f"/K/{code.lower()}", f"/k/{code.lower()}"):
        with urllib.request.urlopen(server.url + path, timeout=20) as response:
            assert response.status == 200 and "Tunjukkan kartu ini di meja registrasi" in response.read().decode()


def test_healthz_answers_when_the_database_does(server):
    assert ask(server, "GET", "/healthz")[0] == 200


def test_the_interface_is_described(server):
    _, _, document = ask(server, "GET", "/api/v1/openapi.json")
    assert {"/api/v1/scans", "/api/v1/checkpoints"} <= set(document["paths"])


def supervisors_token(demo):
    return run(demo, "device", "add", "Koordinator", "--checkpoint", "1", "--role", "supervisor").stdout.split()[-1]


def of_wave(codes, wave, place=0):
    return [row for row in codes if row["wave"] == str(wave)][place]
