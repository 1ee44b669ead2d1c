"""Before the doors open: the test card leaves nothing behind, the clock's offset is kept, pages say what to do."""

from datetime import timedelta
from pathlib import Path

import pytest

from rtapp import clock
from rtapp.badges import token as codes
from rtapp.db import db
from rtapp.documents import certificates, qr
from rtapp.laptop import tls
from rtapp.schema import Attendance, Audit, Case, Device, Scan
from rtapp.settings import store as settings

from .printing import decoded, rendered

pytestmark = pytest.mark.both_engines(at_length=True)

HX = {"HX-Request": "true"}
CARD = codes.TEST_TOKEN


@pytest.fixture
def untouched(total, world):
    """Say whether nothing at all was written."""
    before = [*map(total, (Scan, Attendance, Case, Audit))]
    return lambda: [*map(total, (Scan, Attendance, Case, Audit))] == before


def offset_of(app, world) -> int | None:
    with app.app_context():
        return db.session.get(Device, world.device).clock_offset


# The test card


@pytest.mark.parametrize(
    "read", [CARD, CARD.lower(), f"HTTP://192.168.1.5:8000/K/{CARD}", f"]Q1{CARD}\r", f"HTTPS:&&MEJA.LAN&K&{CARD}"]
)
def test_the_test_card_is_known_in_every_form_a_scanner_gives_it(read):
    assert codes.is_test_card(read) and codes.looks_like_code(read)


def test_no_card_of_a_person_can_be_the_test_card(monkeypatch):
    drawn = iter(f"{CARD}ABCDEFGHIJKLMNO2")
    monkeypatch.setattr(codes.secrets, "choice", lambda _: next(drawn))
    assert codes.mint_token() == "ABCDEFGHIJKLMNO2"
    assert len(CARD) == codes.TOKEN_LENGTH and set(CARD) <= set(codes.TOKEN_ALPHABET)
    assert not codes.is_test_card("UJICOBA") and not codes.is_test_card("ABCDEFGHIJKLMNO2")


@pytest.mark.parametrize("source", ["wedge", "camera", "photo", "native"])
def test_the_test_card_at_a_desk_is_read_and_nothing_is_recorded(untouched, desk, world, source):
    address = f"/desk/{world.registration}/scans"
    for _ in range(2):
        body = desk.post(address, data={"code": CARD, "source": source, "nonce": "nonce-0001"}, headers=HX).text
        assert 'data-verdict="TEST"' in body and "Kartu uji terbaca" in body and "Tidak ada yang dicatat" in body
        assert CARD not in body
    assert untouched()


def test_the_same_nonce_is_free_for_a_person_afterwards(desk, world):
    for code, verdict in ((CARD, "TEST"), (world.tokens["rahmah"], "WELCOME")):
        form = {"code": code, "source": "wedge", "nonce": "nonce-0001"}
        body = desk.post(f"/desk/{world.registration}/scans", data=form, headers=HX).text
        assert f'data-verdict="{verdict}"' in body


def test_without_javascript_the_test_card_leads_to_its_verdict(untouched, desk, world):
    answer = desk.post(f"/desk/{world.registration}/scans", data={"code": CARD})
    assert answer.status_code == 303 and "Kartu uji terbaca" in desk.get(answer.headers["Location"]).text
    assert untouched()


def test_a_program_reads_the_test_card_and_no_checkpoint_is_made_up(untouched, client_of, world):
    program = client_of("program")
    body = {"nonce": "nonce-0001", "checkpoint": world.registration, "source": "wedge", "code": CARD}
    answer = program.post("/api/v1/scans", json=body)
    expected = {"verdict": "TEST", "participant": None, "attendance": None, "number": None, "nonce": "nonce-0001"}
    assert (answer.status_code, answer.json) == (200, expected)
    both = program.post("/api/v1/scans", json={"scans": [body, {**body, "nonce": "short"}]})
    assert [result.get("verdict") for result in both.json["results"]] == ["TEST", None]
    assert program.post("/api/v1/scans", json=body | {"checkpoint": 987654}).status_code == 403
    assert untouched()


def test_a_checkpoint_that_does_not_exist_is_refused_for_the_test_card_too(client_of, world):
    assert client_of("admin").post("/desk/987654/scans", data={"code": CARD}, headers=HX).status_code == 404


def test_the_phones_own_camera_shows_the_test_card_to_staff_and_to_strangers_what_they_always_see(client_of, world):
    page = client_of("device").get(f"/K/{CARD}?checkpoint={world.registration}").text
    assert "Kartu uji" in page and "Kartu tidak dikenal" not in page and "?test=1" in page
    stranger = client_of("stranger")
    assert stranger.get(f"/K/{CARD}").text == stranger.get(f"/K/{world.tokens['rahmah']}").text


def test_the_printed_test_card_is_read_as_the_test_card(change, desk, world, tmp_path):
    change(lambda session: settings.change(session, "uji", "base_url", "http://192.168.1.5:8000", now=clock.utcnow()))
    answer = desk.get("/preflight/test-card.pdf")
    assert answer.mimetype == "application/pdf" and answer.data.startswith(b"%PDF")
    (page,) = rendered(answer.data, tmp_path)
    assert decoded(page) == [f"HTTP://192.168.1.5:8000/K/{CARD}"] * 10


# The clock


def test_the_time_is_told_in_milliseconds_and_never_from_a_cache(desk, world):
    before = clock.utcnow()
    answer = desk.get("/preflight/time")
    told = answer.json
    assert answer.headers["Cache-Control"] == "no-store"
    assert before - timedelta(seconds=1) <= clock.parse_iso(told["now"]) <= clock.utcnow()
    assert abs(told["ms"] - before.timestamp() * 1000) < 60_000


def test_a_devices_clock_offset_is_kept_with_a_line_in_the_trail(app, desk, world, total):
    assert desk.post("/preflight/time", data={"offset": "7200123"}).status_code == 204
    assert offset_of(app, world) == 7_200_123
    assert total(Audit, Audit.action == "device.clock") == 1
    desk.post("/preflight/time", data={"offset": "7200200"})
    assert offset_of(app, world) == 7_200_123  # no news: the way to the server alone differs by as much
    desk.post("/preflight/time", data={"offset": "-40"})
    assert offset_of(app, world) == -40


@pytest.mark.parametrize("offset", ["", "viele", "1.5", "9" * 16, "٣"])
def test_what_is_no_offset_is_refused(app, desk, world, offset):
    assert desk.post("/preflight/time", data={"offset": offset}).status_code == 422
    assert offset_of(app, world) is None


def test_a_clock_that_is_months_off_is_to_be_set_not_measured(app, desk, world):
    answer = desk.post("/preflight/time", data={"offset": str(90 * 86_400_000)}, headers=HX)
    assert answer.status_code == 422 and "Setel jamnya" in answer.text and offset_of(app, world) is None


def test_of_a_persons_own_browser_no_offset_is_kept(untouched, client_of, world):
    assert client_of("clerk").post("/preflight/time", data={"offset": "5000"}).status_code == 204
    assert untouched()


# The pages


@pytest.mark.parametrize("role", ["device", "clerk", "supervisor", "admin"])
def test_everybody_who_scans_can_check_their_device(client_of, world, role):
    page = client_of(role).get("/preflight").text
    assert "Periksa perangkat ini" in page and "Pengukuran memerlukan JavaScript" in page and "<svg" in page


def test_the_page_says_whether_it_was_reached_from_another_device(desk, world):
    assert 'id="check-reach" data-state="here"' in desk.get("/preflight").text
    far = desk.get("/preflight", environ_base={"REMOTE_ADDR": "192.168.1.77"}).text
    assert 'id="check-reach" data-state="ok"' in far


def test_the_checks_are_one_tap_from_the_desk_and_from_the_devices(client_of, world):
    page = client_of("device").get(f"/desk/{world.registration}").text
    assert 'href="/preflight"' in page and f'href="/setup-device?next=/desk/{world.registration}"' in page
    assert 'href="/preflight"' in client_of("admin").get("/devices").text


def test_without_https_the_set_up_page_says_how_it_is_served_and_has_no_certificate(client_of, world):
    stranger = client_of("stranger")
    page = stranger.get("/setup-device").text
    assert "tanpa HTTPS" in page and "/ca.crt" not in page
    assert stranger.get("/ca.crt").status_code == 404


@pytest.mark.parametrize("role", ["stranger", "device", "admin"])
def test_with_https_everybody_gets_the_certificate_the_steps_and_a_code(app, client_of, world, role):
    instance = Path(app.instance_path)
    tls.prepare(instance, ["192.168.1.5"], clock.utcnow())
    app.config["TLS_PORT"] = 8443
    client = client_of(role)
    page = client.get("/setup-device", base_url="http://192.168.1.5:8000").text
    assert 'href="https://192.168.1.5:8443/setup-device"' in page and "Pengaturan Kepercayaan Sertifikat" in page
    assert all(f'data-platform="{name}"' in page for name in ("android", "ios", "windows", "macos", "linux"))
    authority = (instance / "tls" / "ca.pem").read_bytes()
    assert certificates.fingerprint(authority) in page
    assert qr.svg("https://192.168.1.5:8443/setup-device", "Kode QR alamat HTTPS halaman ini") in page
    answer = client.get("/ca.crt")
    assert answer.mimetype == "application/x-x509-ca-cert" and answer.data == certificates.as_der(authority)
    assert b"PRIVATE KEY" not in answer.data


@pytest.mark.parametrize(
    ("user_agent", "state", "sentence"),
    [
        ("Mozilla/5.0 (Linux; Android 9) Chrome/138.0.0.0 Mobile Safari/537.36", "ok", "Chrome 138: semuanya jalan."),
        ("Mozilla/5.0 (Linux; Android 6) Chrome/86.0.0.0 Mobile Safari/537.36", "forms", "Chrome 86 terlalu lama"),
        ("Mozilla/5.0 (Linux) Sesuatu/1.0", "none", "Peramban ini terlalu lama"),  # its scripts tell
    ],
)
def test_the_page_says_which_browser_it_is_even_where_no_script_runs(desk, user_agent, state, sentence):
    page = desk.get("/preflight", headers={"User-Agent": user_agent}).text
    line = page[page.index('id="check-engine"') :].partition("</li>")[0]
    assert f'data-state="{state}"' in line and sentence in line
