"""Pengaturan lain: the options, what each of them says and risks, and what is refused."""

import re
from html import unescape

import pytest

from rtapp.documents import qr
from rtapp.settings import store

from .reading import elements, said, words
from .trailed import trail
from .world import PASSWORD

QR_TITLE = "Kode QR untuk mencoba alamat ini"
ADDRESS = "http://192.168.1.10:8000"
ELSEWHERE = {"REMOTE_ADDR": "192.0.2.7"}


def test_the_page_says_what_each_option_is_for_and_what_it_risks(admin):
    page = words(admin.get("/settings"))
    assert "Berisiko: siapa pun di Wi-Fi yang sama dapat membaca kata sandi" in page and "Lihat lisensinya" in page
    page = words(admin.get("/settings/address"))
    assert "Tetapkan sebelum kartu dicetak" in page and "Kode QR akan berisi CONTOH2345ABCDEF" in page


@pytest.fixture
def lan(monkeypatch) -> list[str]:
    """The addresses of the laptop, as a test sets them."""
    found = ["192.168.1.10"]
    for place in ("rtapp.web.reach", "rtapp.web.setup_views"):
        monkeypatch.setattr(f"{place}.lan_addresses", lambda: found)
    return found


def test_an_address_is_offered_as_a_tap_kept_and_the_example_follows(app, look, admin, lan):
    app.config["HTTP_PORT"] = 8000
    assert re.search(rf'name="base_url" value="{ADDRESS}"', admin.get("/settings/address").text)
    answer = admin.post("/settings/address", data={"base_url": f" {ADDRESS}/ "})
    assert (answer.status_code, answer.location) == (303, "/settings/address")
    page = admin.get("/settings/address")
    assert "Tersimpan." in words(page) and f"Kode QR akan berisi {ADDRESS.upper()}/K/CONTOH2345ABCDEF" in words(page)
    assert "Menunggu dibuka dari ponsel" in words(page) and qr.svg(f"{ADDRESS}/reach", QR_TITLE) in page.text
    assert look(store.read_all) == {"base_url": ADDRESS, "admin_over_http": False}
    line, values = look(lambda session: trail(session, 1)[0])
    assert (line.actor, line.action, values.values["after"]) == ("Uji admin", "setting.change", ADDRESS)


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("192.168.1.10", "Alamat dasar harus seperti http://192.168.1.10:8000, tanpa apa pun sesudahnya."),
        (f"{ADDRESS}/kartu", "Alamat dasar harus seperti http://192.168.1.10:8000, tanpa apa pun sesudahnya."),
        ("javascript:alert(1)", "Alamat dasar harus seperti http://192.168.1.10:8000, tanpa apa pun sesudahnya."),
        ("http://" + "x" * 10_000, "Alamat dasar paling banyak 28 huruf"),
        ("http://localhost:8000", "Alamat itu hanya terbuka di laptop ini"),
        ("http://127.0.0.1:8000", "Alamat itu hanya terbuka di laptop ini"),
        ("http://169.254.7.7:8000", "Alamat itu hanya terbuka di laptop ini"),
        ("http://192.168.1.77:8000", "Laptop ini tidak beralamat itu sekarang."),
        ("http://192.168.1.10:9999", "Server tidak menjawab di port itu."),
        ("https://192.168.1.10:8000", "Server tidak menjawab di port itu."),
    ],
)
def test_an_address_that_no_phone_can_open_is_said_beside_it_and_nothing_is_look(
    app, admin, look, lan, address, sentence
):
    app.config |= {"HTTP_PORT": 8000, "TLS_PORT": 8443}
    answer = admin.post("/settings/address", data={"base_url": address})
    assert answer.status_code == 422
    assert sentence in said(answer, "base_url") and f'value="{address}"' in answer.text
    assert look(store.read_all) == {"base_url": "", "admin_over_http": False}


def test_the_address_that_the_halls_router_will_give_is_look_when_somebody_says_so(admin, look, lan):
    lan[:] = ["10.0.0.7"]  # the office
    assert admin.post("/settings/address", data={"base_url": ADDRESS, "later": "on"}).status_code == 303
    assert look(store.read_all)["base_url"] == ADDRESS


def test_one_scan_from_a_second_device_tells_the_laptop_and_the_laptop_itself_does_not_count(app, admin, lan):
    admin.post("/settings/address", data={"base_url": ADDRESS})
    for here in ("127.0.0.1", "192.168.1.10"):
        assert "Ini laptop server sendiri" in words(
            app.test_client().post("/reach", base_url=ADDRESS, environ_base={"REMOTE_ADDR": here})
        )
    phone, far = app.test_client(), {"REMOTE_ADDR": "192.168.1.50"}
    assert "Ponsel ini menjangkau server" in words(phone.get("/reach", base_url=ADDRESS, environ_base=far))
    other = phone.post("/reach", base_url="http://192.168.1.10", environ_base=far)  # another than the codes carry
    assert "bukan lewat alamat di kode QR kartu" in words(other)
    assert "belum pernah dibuka dari ponsel" in words(admin.get("/cards"))
    phone.post("/reach", base_url=ADDRESS, environ_base=far)
    assert "Terbuka dari perangkat kedua" in words(admin.get("/settings/address/tried"))
    assert "Kamera bawaan ponsel petugas membukanya langsung" in words(admin.get("/cards"))
    admin.post("/settings/address", data={"base_url": "http://192.168.1.11:8000", "later": "on"})
    assert "tidak dapat dibuka ponsel mana pun sekarang" in words(admin.get("/cards"))


def test_a_lost_address_is_said_on_every_admin_page_and_pairing_takes_the_new_one(admin, world, lan, client_of):
    admin.post("/settings/address", data={"base_url": ADDRESS})
    assert 'id="lost-address"' not in admin.get("/event").text
    lan[:] = ["192.168.1.33"]
    for path in ("/event", "/devices", "/participants", "/cards", "/backups"):
        assert "tidak lagi dijangkau di http://192.168.1.10:8000" in words(admin.get(path))
    assert 'id="lost-address"' not in client_of("clerk").get("/desk", follow_redirects=True).text
    page = admin.post(f"/devices/{world.device}/link", base_url="http://localhost:8000")
    assert "http://192.168.1.33:8000/links/" in page.text and "tidak lagi beralamat" in words(page)
    lan[:] = ["172.20.10.2", "192.168.1.44", "192.168.7.2"]  # a second network, the usual way out of the laptop
    page = admin.post(f"/devices/{world.device}/link", base_url="http://localhost:8000")
    assert "http://192.168.1.44:8000/links/" in page.text


def test_admin_pages_answer_over_plain_http_only_after_the_option_is_set(app, admin, look):
    refused = admin.get("/settings", environ_base=ELSEWHERE)
    assert refused.status_code == 403 and "hanya dibuka di laptop server" in words(refused)
    assert admin.post("/settings", data={"admin_over_http": "on"}, environ_base=ELSEWHERE).status_code == 403
    admin.post("/settings", data={"admin_over_http": "on", "own_password": PASSWORD})
    assert look(store.read_all) == {"base_url": "", "admin_over_http": True}
    (box,) = elements(admin.get("/settings", environ_base=ELSEWHERE), "input", name="admin_over_http")
    assert "checked" in box.given
    admin.post("/settings", data={})
    assert admin.get("/settings", environ_base=ELSEWHERE).status_code == 403


def test_saving_the_same_again_notes_nothing(look, admin, lan):
    admin.post("/settings/address", data={"base_url": ADDRESS})
    before = look(lambda session: len(trail(session)))
    assert admin.post("/settings/address", data={"base_url": ADDRESS}).status_code == 303
    assert look(lambda session: len(trail(session))) == before


PARTS = {
    "Acara": ("/event", "/places", "/settings/address", "/settings/letterhead", "/settings/signatories", "/lanes"),
    "Perangkat & orang": ("/devices", "/devices/new", "/users/new"),
    "Data": ("/data", "/backups", "/privacy", "/trail"),
    "Lain": ("/settings",),
}


def links(page: str, row: str) -> list[str]:
    shown = re.search(rf'<nav id="{row}".*?</nav>', page, re.DOTALL)
    return re.findall(r">([^<>]+)</a>", shown[0]) if shown else []


def test_pengaturan_has_four_parts_and_every_page_inside_one_leads_back_to_it(admin, client_of):
    for part, (home, *inside) in PARTS.items():
        for path in (home, *inside):
            page = unescape(admin.get(path).text)
            assert links(page, "parts") == list(PARTS)
            assert re.findall(r'aria-current="(?:page|true)">([^<]+)</a>', page) == [part]
            back = re.findall(r'class="back" href="([^"]+)"', page)
            assert back == ([home] if path != home else []), path
    for path in ("/account", "/licences"):
        assert 'id="parts"' not in client_of("supervisor").get(path).text


def test_the_part_of_an_event_names_what_is_prepared_and_what_is_not(admin, client_of):
    page = words(admin.get("/event"))
    assert "Kop surat tercetak di setiap dokumen Belum" in page
    admin.post("/settings/letterhead", data={"line-1": "PEMERINTAH KABUPATEN UJI", "place": "Uji", "paper": "f4"})
    assert "Kop surat PEMERINTAH KABUPATEN UJI Siap" in words(admin.get("/event"))
    assert all(path in admin.get("/data").text for path in PARTS["Data"][1:])


OLD = {
    "/users": "/devices#users",
    "/screens": "/devices#screens",
    "/cards/villages": "/cards#send",
    "/cards/villages?wave=1": "/cards?wave=1#send",
    "/lists": "/attendance#desk-lists",
    "/lists?village=63.09.06.1001": "/attendance?village=63.09.06.1001#desk-lists",
    "/waves/1/signed-lists": "/waves/1/attendance#signed",
    **dict.fromkeys(("/transport", "/recap", "/certificates", "/spj"), "/papers"),
    "/waves": "/event",
}


@pytest.mark.parametrize("old", OLD)
def test_an_old_address_leads_to_where_its_page_is_now(client_of, world, old):
    answer = client_of("admin").get(old)
    assert (answer.status_code, answer.location) == (303, OLD[old])
    assert client_of("admin").get(OLD[old].partition("#")[0]).status_code == 200


def test_dokumen_has_three_parts_and_whoever_may_less_sees_less(client_of):
    admin, supervisor = client_of("admin"), client_of("supervisor")
    assert links(admin.get("/papers").text, "parts") == ["Kartu", "Daftar", "Sesudah acara"]
    lists = words(admin.get("/attendance"))
    assert "Daftar hadir" in lists and "Daftar meja" in lists and "Hitung tanda tangan" in lists
    assert links(supervisor.get("/cards").text, "parts") == ["Kartu", "Daftar"]
    assert "Unduh PDF" in words(admin.get("/cards")) and "Kirim kartu" in words(admin.get("/cards"))
    assert "Unduh PDF" not in words(supervisor.get("/cards")) and "Kirim kartu" in words(supervisor.get("/cards"))
    assert "Daftar hadir" not in words(supervisor.get("/attendance"))
