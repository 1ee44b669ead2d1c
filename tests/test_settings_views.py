"""Pengaturan lain: the options, what each of them says and risks, and what is refused."""

import re

import pytest

from rtapp.db import db
from rtapp.settings import store

from .reading import said, words
from .trailed import trail
from .world import PASSWORD

ADDRESS = "http://192.168.1.10:8000"
ELSEWHERE = {"REMOTE_ADDR": "192.0.2.7"}


@pytest.fixture
def kept(app):
    """Read every option."""

    def read():
        with app.app_context():
            return store.read_all(db.session)

    return read


def test_the_page_says_what_each_option_is_for_and_what_it_risks(admin):
    page = words(admin.get("/settings"))
    assert "Alamat dasar kode QR" in page and "Tetapkan sebelum kartu dicetak" in page
    assert "Berisiko: siapa pun di Wi-Fi yang sama dapat membaca kata sandi" in page
    assert "Kode QR akan berisi CONTOH2345ABCDEF" in page and "Lihat lisensinya" in page


def test_the_page_shows_the_addresses_that_phones_can_open(admin, monkeypatch):
    monkeypatch.setattr("rtapp.settings.views.lan_addresses", lambda: ["192.0.2.1"])
    assert "Alamat laptop ini sekarang http://192.0.2.1 http://localhost" in words(admin.get("/settings"))


def test_an_address_is_kept_and_the_example_follows(app, admin, kept):
    answer = admin.post("/settings", data={"base_url": f" {ADDRESS}/ "})
    assert (answer.status_code, answer.location) == (303, "/settings")
    page = admin.get("/settings")
    assert "Tersimpan." in words(page) and f"Kode QR akan berisi {ADDRESS.upper()}/K/CONTOH2345ABCDEF" in words(page)
    assert f'value="{ADDRESS}"' in page.text
    assert kept() == {"base_url": ADDRESS, "admin_over_http": False}
    with app.app_context():
        line, values = trail(db.session, 1)[0]
        assert (line.actor, line.action, values.values["after"]) == ("Uji admin", "setting.change", ADDRESS)


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("192.168.1.10", "Alamat dasar harus seperti http://192.168.1.10:8000, tanpa apa pun sesudahnya."),
        (f"{ADDRESS}/kartu", "Alamat dasar harus seperti http://192.168.1.10:8000, tanpa apa pun sesudahnya."),
        ("javascript:alert(1)", "Alamat dasar harus seperti http://192.168.1.10:8000, tanpa apa pun sesudahnya."),
        ("http://" + "x" * 10_000, "Alamat dasar paling banyak 28 huruf"),
    ],
)
def test_a_bad_address_is_said_beside_it_and_nothing_is_kept(admin, kept, address, sentence):
    answer = admin.post("/settings", data={"base_url": address, "admin_over_http": "on"})
    assert answer.status_code == 422
    assert sentence in said(answer, "base_url") and f'value="{address}"' in answer.text
    assert re.search(r'name="admin_over_http"[^>]* checked', answer.text)
    assert kept() == {"base_url": "", "admin_over_http": False}


def test_admin_pages_answer_over_plain_http_only_after_the_option_is_set(app, admin, kept):
    refused = admin.get("/settings", environ_base=ELSEWHERE)
    assert refused.status_code == 403 and "hanya dibuka di laptop server" in words(refused)
    assert admin.post("/settings", data={"admin_over_http": "on"}, environ_base=ELSEWHERE).status_code == 403
    admin.post("/settings", data={"base_url": ADDRESS, "admin_over_http": "on", "own_password": PASSWORD})
    assert kept() == {"base_url": ADDRESS, "admin_over_http": True}
    assert re.search(r'name="admin_over_http"[^>]* checked', admin.get("/settings", environ_base=ELSEWHERE).text)
    admin.post("/settings", data={"base_url": ADDRESS})
    assert admin.get("/settings", environ_base=ELSEWHERE).status_code == 403


def test_a_form_without_the_address_leaves_it(admin, kept):
    admin.post("/settings", data={"base_url": ADDRESS})
    admin.post("/settings", data={"admin_over_http": "on", "unknown": "1", "own_password": PASSWORD})
    assert kept() == {"base_url": ADDRESS, "admin_over_http": True}


def test_saving_the_same_again_notes_nothing(app, admin):
    admin.post("/settings", data={"base_url": ADDRESS})
    with app.app_context():
        before = len(trail(db.session))
    assert admin.post("/settings", data={"base_url": ADDRESS}).status_code == 303
    with app.app_context():
        assert len(trail(db.session)) == before


@pytest.mark.parametrize("role", ["supervisor", "clerk", "viewer", "device", "stranger"])
def test_nobody_but_an_admin_sees_or_changes_options(client_of, kept, role):
    client = client_of(role)
    assert client.get("/settings").status_code == (303 if role == "stranger" else 403)
    answer = client.post("/settings", data={"admin_over_http": "on"})
    assert answer.status_code == (401 if role == "stranger" else 403) and not kept()["admin_over_http"]


def test_a_post_without_the_pages_token_is_refused(app, admin, kept):
    app.config["WTF_CSRF_ENABLED"] = True
    answer = admin.post("/settings", data={"base_url": ADDRESS})
    assert answer.status_code == 400 and kept()["base_url"] == ""


def test_the_pages_of_pengaturan_reach_each_other(admin, client_of):
    paths = {
        "Acara": "/event",
        "Wilayah": "/places",
        "Jalur": "/lanes",
        "Perangkat": "/devices",
        "Pengguna": "/users",
        "Cadangan": "/backups",
        "Jejak": "/trail",
        "Data pribadi": "/privacy",
        "Kop surat": "/settings/letterhead",
        "Penanda tangan": "/settings/signatories",
        "Pengaturan lain": "/settings",
    }
    for label, path in paths.items():
        page = admin.get(path).text
        shown = re.search(r'<nav id="parts".*?</nav>', page, re.DOTALL)[0]
        assert re.findall(r">([^<>]+)</a>", shown) == list(paths)
        assert re.search(r'aria-current="page">([^<]+)</a>', shown)[1] == label
    for path in ("/account", "/licences"):
        assert 'id="parts"' not in client_of("supervisor").get(path).text


def test_the_page_is_whole_in_english(admin):
    admin.post("/language", data={"language": "en"})
    assert 'lang="en"' in admin.get("/settings").text
