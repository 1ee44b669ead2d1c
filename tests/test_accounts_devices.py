"""Devices, as an admin makes them: their codes, the phones that open them, their tokens, their end."""

import re
from pathlib import Path

import pytest

from rtapp import clock
from rtapp.laptop import tls
from rtapp.schema import Device, OneTimeLink, Wave
from rtapp.settings import store as settings

from .reading import attribute, elements, shown_link, words
from .world import World

LONG = "Meja dua di pintu timur aula besar dekat tangga menuju lantai"
PLAIN, SECURE = "http://192.168.1.5:8000", "https://192.168.1.5:8443"


def device_data(world: World, **more: object) -> dict[str, object]:
    return {"label": LONG, "role": "clerk", "checkpoints": [world.registration, world.registration_two]} | more


def test_an_admin_adds_a_device_and_shows_its_code(admin, world, app, total):
    boxes = elements(admin.get("/devices/new"), "input", name="checkpoints")
    assert len([box for box in boxes if "checked" in box.given]) == 2  # both desks named Registrasi
    added = admin.post("/devices/new", data=device_data(world))
    assert added.status_code == 303
    assert LONG in admin.get("/devices").text
    links = total(OneTimeLink)
    assert admin.get(f"{added.location}/link").location == added.location
    assert total(OneTimeLink) == links  # looking makes none
    code = admin.post(f"{added.location}/link")
    assert code.status_code == 200 and "<svg" in code.text and code.headers["Cache-Control"] == "no-store"
    phone = app.test_client()
    phone.post(shown_link(code))
    assert phone.get("/desk").status_code in (200, 303)


def test_the_page_of_the_code_says_when_the_phone_is_in(admin, world, app):
    page = admin.post(f"/devices/{world.device}/link")
    watch = attribute(page, "hx-get")
    assert "Menunggu dipindai" in admin.get(watch).text
    app.test_client().post(shown_link(page))
    seen = admin.get(watch).text
    assert "Meja 1 sudah terhubung." in seen and "hx-get" not in seen


def test_a_code_made_at_localhost_carries_an_address_a_phone_can_open(admin, world, monkeypatch):
    monkeypatch.setattr("rtapp.web.reach.lan_addresses", lambda: ["192.0.2.10", "192.0.2.11"])
    page = admin.post(f"/devices/{world.device}/link", base_url="http://localhost:8000").text
    assert "http://192.0.2.10:8000/links/" in page and "http://192.0.2.11:8000" in page
    chosen = admin.post(
        f"/devices/{world.device}/link", data={"address": "http://192.0.2.11:8000"}, base_url="http://localhost:8000"
    )
    assert "http://192.0.2.11:8000/links/" in chosen.text
    forged = admin.post(
        f"/devices/{world.device}/link", data={"address": "http://jahat.example"}, base_url="http://localhost:8000"
    )
    assert "jahat" not in forged.text


def test_a_code_that_no_phone_can_open_is_warned_about(admin, world, monkeypatch):
    monkeypatch.setattr("rtapp.web.reach.lan_addresses", lambda: [])
    page = admin.post(f"/devices/{world.device}/link", base_url="http://localhost:8000").text
    assert "http://localhost:8000/links/" in page and "ponsel tidak dapat membukanya" in page


def test_the_committees_address_stands_in_every_code(admin, world, change, monkeypatch):
    monkeypatch.setattr("rtapp.web.reach.lan_addresses", lambda: ["192.168.1.10"])
    change(lambda session: settings.change(session, "uji", "base_url", "http://192.168.1.10:8000", now=clock.utcnow()))
    assert "http://192.168.1.10:8000/links/" in admin.post(f"/devices/{world.device}/link").text


def test_a_revoked_device_is_out_at_its_next_request(admin, desk, world, app, client_of):
    unused = shown_link(admin.post(f"/devices/{world.device}/link", data={}))
    assert desk.get("/desk").status_code in (200, 303)
    assert admin.post(f"/devices/{world.device}/revoke").location == "/devices"
    assert "sudah dicabut" in words(desk.get("/desk", follow_redirects=True))
    assert client_of("program").get("/api/v1/checkpoints").status_code == 401
    page = admin.get(f"/devices/{world.device}").text
    assert "Dicabut" in page and "Tampilkan QR" not in page
    assert app.test_client().post(unused).status_code == 410
    assert admin.post(f"/devices/{world.device}/link").status_code == 409
    assert admin.post(f"/devices/{world.device}", data=device_data(world)).status_code == 409


def test_closing_the_wave_ends_its_devices(admin, desk, world, change):
    with change as session:
        session.get(Wave, world.waves[0]).closed_at = clock.utcnow()
    assert "sudah selesai: gelombangnya ditutup" in words(desk.get("/desk", follow_redirects=True))
    assert "Sudah berakhir" in admin.get("/devices").text
    refused = admin.post(f"/devices/{world.device}/link")
    assert refused.status_code == 409 and "sudah ditutup" in refused.text


def test_a_changed_device_keeps_its_phone(admin, desk, world):
    data = device_data(world, label="Meja 1 timur", checkpoints=[world.session_one])
    assert admin.post(f"/devices/{world.device}", data=data).status_code == 303
    assert "Meja 1 timur" in admin.get(f"/devices/{world.device}").text
    assert desk.get(f"/desk/{world.registration}").status_code == 403
    assert desk.get(f"/desk/{world.session_one}").status_code == 200


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"label": " "}, "Beri nama perangkat, supaya terlihat siapa yang mencatat."),
        ({"label": "M" * 81}, "Paling banyak 80 huruf."),
        ({"label": "Meja\u202e2"}, "Beri nama perangkat, paling banyak 80 huruf."),
        ({"role": "admin"}, "Pilih peran."),
        ({"role": "raja"}, "Pilih peran."),
        ({"checkpoints": []}, "Pilih paling sedikit satu titik absensi."),
        ({"checkpoints": ["x"]}, "Pilih titik absensi yang ada untuk perangkat ini."),
        ({"checkpoints": ["99999999999999999999"]}, "Pilih titik absensi yang ada untuk perangkat ini."),
    ],
)
@pytest.mark.parametrize("path", ["/devices/new", "/devices/1"])
def test_a_mistake_in_a_device_is_said_beside_its_field(admin, world, path, given, sentence, total):
    answer = admin.post(path, data=device_data(world, **given))
    assert answer.status_code == 422 and sentence in answer.text
    assert total(Device) == 1


def test_a_token_for_a_program_is_shown_once_and_ends_the_one_before(admin, world, app):
    page = admin.post(f"/devices/{world.device}/token")
    token = re.search(r"Bearer ([\w-]+)", page.text)[1]
    assert page.headers["Cache-Control"] == "no-store"
    program = app.test_client()
    for bearer, status in ((token, 200), (world.bearer, 401)):
        answer = program.get("/api/v1/checkpoints", headers={"Authorization": f"Bearer {bearer}"})
        assert answer.status_code == status
    assert admin.get(f"/devices/{world.device}/token").status_code == 303
    assert token not in admin.get(f"/devices/{world.device}").text


def test_one_pairing_signs_a_device_in_at_http_and_https_whichever_was_first(admin, world, app):
    for first, second in ((PLAIN, SECURE), (SECURE, PLAIN)):
        phone = app.test_client()
        phone.post(shown_link(admin.post(f"/devices/{world.device}/link")), base_url=first)
        assert [phone.get("/desk", base_url=line).location for line in (first, second)].count(
            "/sign-in?next=/desk"
        ) == 0
    admin.post(f"/devices/{world.device}/revoke")
    assert all(phone.get("/desk", base_url=line).location.startswith("/sign-in") for line in (PLAIN, SECURE))


def test_a_plain_link_says_what_is_missing_there_and_where_it_is_got_without_using_it_up(admin, world, app):
    link = shown_link(admin.post(f"/devices/{world.device}/link"))
    phone = app.test_client()
    assert "Siapkan kamera" not in phone.get(link, base_url=PLAIN).text  # this server has no HTTPS
    tls.prepare(Path(app.instance_path), ["192.168.1.5"], clock.utcnow())
    app.config["TLS_PORT"] = 8443
    assert f'href="/setup-device?next={link}"' in phone.get(link, base_url=PLAIN).text
    assert f'href="{SECURE}/setup-device?next={link}"' in phone.get(f"/setup-device?next={link}", base_url=PLAIN).text
    [onward] = elements(phone.get(f"/setup-device?next={link}", base_url=SECURE), "a", id="onward")
    assert onward.given["href"] == link
    assert "Siapkan kamera" not in phone.get(link, base_url=SECURE).text
    assert phone.post(link, base_url=SECURE).status_code == 303
