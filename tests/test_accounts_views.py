"""What people meet at the door of the app: signing in, one-time links, devices, users, the own account."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from rtapp import clock
from rtapp.accounts.links_store import issue_link
from rtapp.schema import Audit, Device, OneTimeLink, User

from .actors import Change
from .reading import shown_link, value
from .world import PASSWORD, World

GOOD = "empat kata yang aman"
LONG = "Meja dua di pintu timur aula besar dekat tangga menuju lantai"
ELSEWHERE = {"REMOTE_ADDR": "192.0.2.7"}


@pytest.fixture
def stranger(app: Flask) -> FlaskClient:
    return app.test_client()


def sign_in(client: FlaskClient, name: str, password: str, **more: str) -> TestResponse:
    return client.post("/sign-in", data={"name": name, "password": password, **more})


def make_link(app: Flask, purpose: str, world: World | None = None, role: str = "clerk") -> str:
    """Return the path of a fresh one-time link."""
    with Change(app) as session:
        whose = {"user": (User, world.users[role]), "device": (Device, world.device)} if world else {}
        owner = {purpose: session.get(*whose[purpose])} if purpose in whose else {}
        secret = issue_link(session, purpose, now=clock.utcnow(), **owner)
    return f"/links/{secret}"


def said(response: TestResponse, name: str) -> str:
    """Return what a page says apart from its tokens and ``name``."""
    return re.sub(r'(csrf_token" value=|X-CSRFToken": )"[^"]+"', "", response.text).replace(name, "")


# Signing in


def test_who_knows_name_and_password_gets_to_the_page_they_wanted(stranger, world):
    answer = sign_in(stranger, "uji  CLERK", PASSWORD, next="/counts")
    assert (answer.status_code, answer.location) == (303, "/counts")
    assert stranger.get("/counts").status_code in (200, 303)


@pytest.mark.parametrize("name", ["Uji clerk", "Tidak Ada"])
def test_wrong_and_unknown_names_get_the_same_answer(stranger, world, name):
    answer = sign_in(stranger, name, "salah sekali ini")
    assert answer.status_code == 422
    assert "Nama atau kata sandi tidak cocok." in answer.text
    assert said(answer, name) == said(sign_in(stranger, "Lain", "salah sekali ini"), "Lain")


@pytest.mark.parametrize(
    "elsewhere", ["https://jahat.example/", "//jahat.example", "\t//jahat.example", "http://localhost\\@jahat.example"]
)
def test_neither_sign_in_nor_set_up_leads_to_another_server(stranger, world, elsewhere):
    assert sign_in(stranger, "Uji clerk", PASSWORD, next=elsewhere).location == "/"
    for page in ("/sign-in", "/setup-device"):
        assert "jahat" not in stranger.get(page, query_string={"next": elsewhere}).text


def cookie_of(client, secure=False):
    return next(c for c in client._cookies.values() if c.key.startswith("rtapp-") and c.key.endswith("-s") == secure)


def test_a_copied_cookie_ends_with_the_sign_out_and_other_browsers_go_on(app, world):
    here, copied, other = app.test_client(), app.test_client(), app.test_client()
    for browser in (here, other):
        sign_in(browser, "Uji clerk", PASSWORD)
    stolen = cookie_of(here)
    copied.set_cookie(stolen.key, stolen.value)
    assert copied.get("/desk").status_code == 200
    here.post("/sign-out", data={"sure": "1"})
    assert copied.get("/desk").status_code == 303 and other.get("/desk").status_code == 200
    sign_in(here, "Uji clerk", PASSWORD)
    assert here.get("/desk").status_code == 200 and copied.get("/desk").status_code == 303


def test_a_cookie_read_from_plain_http_opens_nothing_at_https(app, world):
    plain, thief = app.test_client(), app.test_client()
    sign_in(plain, "Uji admin", PASSWORD)
    stolen = cookie_of(plain)
    thief.set_cookie(f"{stolen.key}-s", stolen.value, secure=True)
    assert thief.get("/devices", base_url="https://localhost").status_code == 303
    assert plain.get("/devices").status_code == 200


def test_a_stranger_is_led_to_the_sign_in_and_back(stranger, world):
    asked = stranger.get("/desk?x=1")
    assert (asked.status_code, asked.location) == (303, "/sign-in?next=/desk?x%3D1")
    assert 'name="next" value="/desk?x=1"' in stranger.get(asked.location).text


def test_empty_fields_are_said_beside_the_fields_and_endless_ones_refused(stranger, world):
    answer = sign_in(stranger, "", "")
    assert answer.status_code == 422
    assert "Isi nama pengguna." in answer.text and "Isi kata sandi." in answer.text
    assert sign_in(stranger, "a" * 10_000, "x").status_code == 422


def test_before_the_first_account_the_page_says_where_the_set_up_link_is(stranger):
    assert "tertulis di terminal" in stranger.get("/sign-in").text


def test_the_eleventh_wrong_try_waits_while_others_at_the_same_address_go_on(stranger, world, app, time_machine):
    for _ in range(10):
        assert sign_in(stranger, "Uji clerk", "salah sekali").status_code == 422
    refused = sign_in(stranger, "UJI clerk", PASSWORD)
    assert refused.status_code == 429
    assert "Tunggu 5 menit, lalu coba lagi." in refused.text
    assert sign_in(stranger, "Uji viewer", PASSWORD).status_code == 303
    answer = app.test_client().post(
        "/sign-in", data={"name": "Uji clerk", "password": PASSWORD}, environ_base=ELSEWHERE
    )
    assert answer.status_code == 303
    time_machine.move_to(clock.utcnow() + timedelta(minutes=5))
    assert sign_in(stranger, "Uji clerk", PASSWORD).status_code == 303


def test_signing_in_is_noted_and_drops_the_session_before(stranger, world, total):
    with stranger.session_transaction() as cookie:
        cookie |= {"device": [world.device, 0], "language": "en", "checkpoint": 1}
    before = total(Audit)
    sign_in(stranger, "Uji admin", PASSWORD)
    with stranger.session_transaction() as cookie:
        user, version, _mark = cookie.pop("user")
        assert (user, version) == (world.users["admin"], 1)
        assert dict(cookie) == {"_permanent": True, "language": "en", "line": "http"}
    assert total(Audit) == before + 1


def test_signing_out_ends_the_session_and_keeps_the_language(client_of, world):
    clerk = client_of("clerk")
    with clerk.session_transaction() as cookie:
        cookie["language"] = "en"
    assert clerk.post("/sign-out").location == "/sign-in"
    assert clerk.get("/desk").location.startswith("/sign-in")
    with clerk.session_transaction() as cookie:
        assert cookie["language"] == "en"


def test_a_device_is_asked_before_it_signs_out_for_it_needs_a_new_code(desk, world, app):
    asked = desk.post("/sign-out")
    assert asked.status_code == 200 and "Keluar dari “Meja 1”?" in asked.text
    assert desk.get("/desk").status_code in (200, 303)
    with desk.session_transaction() as cookie:
        kept = cookie["device"]
    assert desk.post("/sign-out", data={"sure": "1"}).status_code == 303
    with desk.session_transaction() as cookie:
        cookie["device"] = kept  # a copied cookie is worth nothing now
    assert desk.get("/desk").location.startswith("/sign-in")


# One-time links


def test_the_set_up_link_makes_the_first_admin_once(stranger, app, total):
    path = make_link(app, "setup")
    page = stranger.get(path)
    assert page.status_code == 200 and "Buat akun admin pertama" in page.text
    assert page.headers["Cache-Control"] == "no-store"
    data = {"name": "Siti Contoh", "password": GOOD, "again": GOOD}
    answer = stranger.post(path, data=data)
    assert (answer.status_code, answer.location) == (303, "/")
    assert stranger.get("/devices").status_code == 200
    again = app.test_client().post(path, data=data | {"name": "Orang Lain"})
    assert again.status_code == 410 and "Akun pertama sudah dibuat." in again.text
    assert total(User) == 1


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"name": ""}, "Isi nama pengguna."),
        ({"name": "a" * 81}, "Paling banyak 80 huruf."),
        ({"name": "ß" * 41}, "Isi nama pengguna, paling banyak 80 huruf."),
        ({"name": "Ani\u200bBudi"}, "Isi nama pengguna, paling banyak 80 huruf."),
        ({"password": "pendek", "again": "pendek"}, "Kata sandi 8 sampai 200 huruf."),
        ({"password": "12345678", "again": "12345678"}, "Kata sandi ini mudah ditebak."),
        ({"again": "lain sama sekali"}, "Kedua kata sandi tidak sama."),
    ],
)
def test_a_mistake_at_set_up_is_said_and_leaves_the_link(stranger, app, given, sentence):
    path = make_link(app, "setup")
    good = {"name": "Siti Contoh", "password": GOOD, "again": GOOD}
    answer = stranger.post(path, data=good | given)
    assert answer.status_code == 422 and sentence in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert stranger.post(path, data=good).status_code == 303


def test_opening_a_device_link_changes_nothing_and_its_button_makes_the_phone_a_desk(stranger, app, world):
    path = make_link(app, "device", world)
    for _ in range(2):
        page = stranger.get(path)
        assert "Jadikan perangkat ini “Meja 1”" in page.text and "Registrasi, Materi 1" in page.text
    stranger.head(path)
    answer = stranger.post(path)
    assert (answer.status_code, answer.location) == (303, "/desk")
    assert stranger.get("/desk").status_code in (200, 303)
    with stranger.session_transaction() as cookie:
        assert cookie["device"] == [world.device, 1] and "user" not in cookie


def test_a_used_link_says_what_to_do_and_leads_home_who_it_let_in(stranger, app, world):
    path = make_link(app, "device", world)
    stranger.post(path)
    other = app.test_client()
    for answer in (other.get(path), other.post(path)):
        assert answer.status_code == 410 and "Minta tautan baru dari panitia." in answer.text
    assert stranger.post(path).location == "/desk"  # tapped twice


def test_an_expired_link_is_gone(stranger, app, world, time_machine):
    path = make_link(app, "device", world)
    time_machine.move_to(clock.utcnow() + timedelta(minutes=31))
    assert stranger.post(path).status_code == 410


@pytest.mark.parametrize("secret", ["tidak-ada", "a" * 5000, "%00", "%F0%9F%98%80"])
def test_an_unknown_link_is_gone(stranger, world, secret):
    assert stranger.get(f"/links/{secret}").status_code == 410


def test_a_users_link_signs_in_and_who_has_no_password_is_led_to_make_one(stranger, app, world, admin):
    path = make_link(app, "user", world)
    assert "Masuk sebagai Uji clerk" in stranger.get(path).text
    assert stranger.post(path).location == "/"
    added = admin.post("/users/new", data={"name": "Budi Contoh", "role": "clerk", "password": ""})
    link = shown_link(admin.post(f"{added.location}/link"))
    other = app.test_client()
    assert other.post(link).location == "/account"
    assert "belum punya kata sandi" in other.get("/account").text
    assert other.post("/account", data={"password": GOOD, "again": GOOD}).status_code == 303
    assert sign_in(stranger, "Budi Contoh", GOOD).status_code == 303


# The own account


def test_a_user_changes_the_own_password_and_stays_in_while_other_browsers_leave(client_of, app, world):
    here, there = client_of("clerk"), client_of("clerk")
    wrong = here.post("/account", data={"present": "salah sekali", "password": GOOD, "again": GOOD})
    assert wrong.status_code == 422 and "Kata sandi sekarang tidak cocok." in wrong.text
    done = here.post("/account", data={"present": PASSWORD, "password": GOOD, "again": GOOD})
    assert done.status_code == 303
    assert here.get("/account").status_code == 200
    assert there.get("/account").location.startswith("/sign-in")
    assert sign_in(app.test_client(), "Uji clerk", GOOD).status_code == 303


def test_guessing_the_password_at_an_unlocked_screen_is_bounded(client_of, world):
    clerk = client_of("clerk")
    tries = [
        clerk.post("/account", data={"present": "salah sekali", "password": GOOD, "again": GOOD}).status_code
        for _ in range(11)
    ]
    assert tries == [422] * 10 + [429]


def test_a_device_has_no_account(desk):
    answer = desk.get("/account")
    assert answer.status_code == 403 and "Perangkat tidak punya akun." in answer.text


def test_without_a_wave_the_page_leads_to_where_one_is_made(stranger, app):
    data = {"name": "Siti Contoh", "password": GOOD, "again": GOOD}
    stranger.post(make_link(app, "setup"), data=data)
    assert "Buat gelombang dan titik absensinya dahulu" in stranger.get("/devices").text
    assert "Belum ada titik absensi" in stranger.get("/devices/new").text


@pytest.mark.parametrize("path", ["/devices/99", "/users/99", "/devices/99/pairing"])
def test_what_is_not_there_is_not_found(admin, path):
    assert admin.get(path).status_code == 404


# Users


def test_an_admin_adds_a_user_who_signs_in(admin, stranger, world):
    added = admin.post("/users/new", data={"name": LONG, "role": "supervisor", "password": GOOD})
    assert added.status_code == 303 and LONG in admin.get("/devices").text
    assert sign_in(stranger, LONG, GOOD).status_code == 303
    assert stranger.get("/participants").status_code == 200


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"name": "UJI clerk"}, "Nama “UJI clerk” sudah dipakai. Pilih nama lain."),
        ({"name": ""}, "Isi nama pengguna."),
        ({"role": "raja"}, "Pilih peran."),
        ({"password": "pendek"}, "Kata sandi 8 sampai 200 huruf."),
        ({"password": "Budi Contoh"}, "Kata sandi ini mudah ditebak."),
    ],
)
def test_a_mistake_in_a_user_is_said_beside_its_field(admin, world, given, sentence, total):
    data = {"name": "Budi Contoh", "role": "clerk", "password": GOOD}
    answer = admin.post("/users/new", data=data | given)
    assert answer.status_code == 422 and sentence in answer.text
    assert GOOD not in answer.text and total(User) == 4


def test_another_role_counts_at_once_and_asks_for_a_new_sign_in(admin, client_of, stranger, world):
    clerk = client_of("clerk")
    admin.post(f"/users/{world.users['clerk']}/role", data={"role": "supervisor"})
    assert clerk.get("/desk").location.startswith("/sign-in")
    sign_in(stranger, "Uji clerk", PASSWORD)
    assert stranger.get("/participants").status_code == 200


def test_the_last_admin_cannot_be_locked_out(admin, world):
    path = f"/users/{world.users['admin']}"
    role = admin.post(f"{path}/role", data={"role": "clerk"})
    assert role.status_code == 422 and "adalah admin terakhir" in role.text
    assert admin.post(f"{path}/disable").status_code == 422
    assert admin.get("/devices").status_code == 200


def test_a_disabled_user_is_out_until_enabled_again(admin, client_of, stranger, world):
    viewer, path = client_of("viewer"), f"/users/{world.users['viewer']}"
    admin.post(f"{path}/disable")
    assert viewer.get("/counts").location.startswith("/sign-in")
    assert sign_in(stranger, "Uji viewer", PASSWORD).status_code == 422
    assert admin.post(f"{path}/link").status_code == 409
    admin.post(f"{path}/enable")
    assert sign_in(stranger, "Uji viewer", PASSWORD).status_code == 303


def test_an_admin_sets_a_new_password_for_somebody(admin, stranger, world):
    path = f"/users/{world.users['clerk']}/password"
    wrong = admin.post(path, data={"password": GOOD, "again": "lain"})
    assert wrong.status_code == 422 and "Kedua kata sandi tidak sama." in wrong.text
    assert "mudah ditebak" in admin.post(path, data={"password": "uji clerk", "again": "uji clerk"}).text
    assert admin.post(path, data={"password": GOOD, "again": GOOD}).status_code == 303
    assert sign_in(stranger, "Uji clerk", GOOD).status_code == 303


def test_a_link_for_a_user_is_made_by_post_alone(admin, world, total):
    path = f"/users/{world.users['clerk']}/link"
    links = total(OneTimeLink)
    assert admin.get(path).status_code == 303 and total(OneTimeLink) == links
    assert "<svg" in admin.post(path).text and total(OneTimeLink) == links + 1


# The line pages are answered on


def test_the_days_work_goes_on_over_the_plain_network(client_of, world):
    assert client_of("supervisor").get("/participants", environ_base=ELSEWHERE).status_code == 200
    assert client_of("admin").get("/participants", environ_base=ELSEWHERE).status_code == 200


# Forms carry a token that lasts


def form_token(page: TestResponse) -> str:
    return value(page, "csrf_token")


def test_a_page_opened_in_the_morning_still_signs_in_five_hours_later(stranger, world, app, time_machine):
    app.config["WTF_CSRF_ENABLED"] = True
    token = form_token(stranger.get("/sign-in"))
    time_machine.move_to(clock.utcnow() + timedelta(hours=5))
    assert sign_in(stranger, "Uji admin", PASSWORD, csrf_token=token).status_code == 303


PLAIN, SECURE = "http://192.168.1.5:8000", "https://192.168.1.5:8443"


def test_a_persons_session_stays_on_its_line(world, app):
    for first, second in ((PLAIN, SECURE), (SECURE, PLAIN)):
        browser = app.test_client()
        browser.post("/sign-in", data={"name": "Uji clerk", "password": PASSWORD}, base_url=first)
        assert browser.get("/account", base_url=first).status_code == 200
        assert browser.get("/account", base_url=second).location.startswith("/sign-in")
