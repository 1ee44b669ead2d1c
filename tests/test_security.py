"""Who sees and may what is not theirs: nobody. Each clause has its named check, here or where ``ELSEWHERE`` says."""

import ast
import logging
import re
from html import unescape
from pathlib import Path

import pytest
from sqlalchemy import event, select

from rtapp.accounts.roles import DUTIES, Role
from rtapp.config import MEGABYTE
from rtapp.db import db
from rtapp.schema import OneTimeLink, RosterImport, Scan, User
from rtapp.web.hosts import is_private_name

from .test_guard import SAMPLES
from .world import PASSWORD

ELSEWHERE = {
    "default deny over route, role and device": "test_guard.py::test_a_role_reaches_its_routes_and_no_other",
    "a view that says nothing is nobody's": "test_guard.py::test_a_view_that_says_nothing_is_nobodys",
    "forged sessions and tokens": "test_guard.py::test_a_forged_session_and_a_forged_token_are_strangers",
    "admin over plain LAN HTTP": "test_guard.py::test_what_admins_alone_may_is_answered_on_a_private_line_only",
    "proxies": "test_guard.py::test_a_proxy_is_believed_only_where_it_is_told_of",
    "wrong and unknown names": "test_accounts_views.py::test_wrong_and_unknown_names_get_the_same_answer",
    "equal work for unknown names": "test_accounts_store.py::test_unknown_names_cost_as_much_work_as_wrong_passwords",
    "a link serves one of two": "test_accounts_store.py::test_a_link_that_two_took_at_once_serves_one",
    "links end": "test_accounts_store.py::test_links_end_with_their_time_and_with_a_newer_one",
    "no secret is stored": "test_accounts_store.py::test_neither_trail_nor_tables_hold_a_password_a_link_or_a_token",
    "PIN limits": "test_checkin_decide_views.py::test_after_five_wrong_pins_even_the_right_one_waits",
    "a revoked device": "test_accounts_devices.py::test_a_revoked_device_is_out_at_its_next_request",
    "an unlocked screen": "test_accounts_views.py::test_guessing_the_password_at_an_unlocked_screen_is_bounded",
    "a link is opened by its button alone": "test_accounts_views.py"
    "::test_opening_a_device_link_changes_nothing_and_its_button_makes_the_phone_a_desk",
    "a guessed account bars no other": "test_accounts_views.py"
    "::test_the_eleventh_wrong_try_waits_while_others_at_the_same_address_go_on",
    "a session ends with its role": "test_accounts_views.py"
    "::test_another_role_counts_at_once_and_asks_for_a_new_sign_in",
    "a session ends with its account": "test_accounts_views.py::test_a_disabled_user_is_out_until_enabled_again",
    "forms carry a token": "test_guard.py::test_a_form_without_its_pages_token_reaches_nothing",
    "redirects": "test_web_pages.py::test_no_redirect_leaves_this_server",
    "uploads": "test_documents_hostile.py::test_a_file_made_to_hurt_is_read_or_refused_within_bounds",
    "half-sent forms": "test_hall.py::test_three_hundred_halves_of_one_sender_stop_no_desk",
    "a hostile roster": "test_security_hostile.py::test_a_hostile_roster_goes_through_every_page_export_and_paper",
    "erasing asks again": "test_privacy.py::test_nothing_is_erased_without_the_word_and_the_password",
}
CARD = re.compile(r"/K/|/k/")


@pytest.mark.parametrize("clause", ELSEWHERE)
def test_a_clause_that_is_checked_elsewhere_is_checked_there(clause):
    file, name = ELSEWHERE[clause].split("::")
    tree = ast.parse((Path(__file__).parent / file).read_text(encoding="utf-8"))
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_a_device_sees_only_its_checkpoints_on_every_route_that_names_one(app, world, client_of):
    desk, tried = client_of("device"), 0
    for rule in app.url_map.iter_rules():
        other = {"checkpoint_id": world.registration_two, "wave_id": world.waves[1]}
        named = rule.arguments & set(other)
        duties = getattr(app.view_functions[rule.endpoint], "rtapp_duties", ())
        if not named or not any(duty in DUTIES[Role.CLERK] for duty in duties):
            continue
        values = {name: other.get(name, SAMPLES.get(name, "1")) for name in rule.arguments}
        path = rule.build({name: rule._converters[name].to_python(str(value)) for name, value in values.items()})[1]
        for method in rule.methods & {"GET", "POST"}:
            bearer = {"Authorization": f"Bearer {world.bearer}"} if path.startswith("/api/") else {}
            assert desk.open(path, method=method, headers=bearer).status_code == 403, (method, path)
            tried += 1
    assert tried > 12


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/users/{viewer}/role", {"role": "admin"}),
        ("/users/new", {"name": "Baru", "role": "admin", "password": "kata-sandi-baru-sekali"}),
        ("/settings", {"admin_over_http": "on"}),
        ("/privacy/erasures", {"level": "phones", "word": "HAPUS NOMOR"}),
        ("/users/{admin}/password", {"password": "kata-sandi-baru-sekali", "again": "kata-sandi-baru-sekali"}),
        ("/users/{admin}/enable", {}),
        ("/users/{admin}/link", {}),  # a way into the account
    ],
)
def test_a_sensitive_act_asks_the_password_again(admin, world, look, path, form):
    path = path.format(**world.users)
    for wrong in ({}, {"own_password": "bukan-kata-sandi"}):
        answer = admin.post(path, data=form | wrong)
        assert answer.status_code in (403, 422) and "Kata sandi tidak cocok" in answer.text
    assert look(lambda session: len(session.scalars(select(User).where(User.role == "admin")).all())) == 1
    assert look(lambda session: session.scalars(select(OneTimeLink)).all()) == []
    done = admin.post(path, data=form | {"own_password": PASSWORD})
    assert "<svg" in done.text if path.endswith("/link") else done.status_code == 303


@pytest.mark.parametrize("role", ["stranger", "viewer"])
def test_the_card_page_answers_whoever_may_not_scan_alike_in_body_headers_and_work(app, world, client_of, total, role):
    client, answers, statements = client_of(role), [], []
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda *facts: statements.append(facts[2]))
    for token in (world.tokens["rahmah"], "ABCDEFGHIJKLMNOP", "x", "a" * 200, "%3Cscript%3E"):
        statements.clear()
        answer = client.get(f"/K/{token}")
        assert answer.status_code == 200 and "Tunjukkan kartu ini di meja registrasi" in answer.text
        assert answer.headers["Referrer-Policy"] == "no-referrer" and answer.headers["Cache-Control"] == "no-store"
        del answer.headers["X-Request-ID"]  # of each request another
        answers.append((answer.data, sorted(answer.headers), tuple(statements)))
    assert len(set(map(str, answers))) == 1 and total(Scan) == 0


@pytest.mark.parametrize("path", ["/K/{token}", "/links/{token}", "/screen/{token}"])
def test_pages_with_a_secret_in_their_address_are_kept_by_nobody_and_told_to_nobody(app, world, path):
    answer = app.test_client().get(path.format(token=world.tokens["rahmah"]))
    assert "no-store" in answer.headers["Cache-Control"]
    assert answer.headers["Referrer-Policy"] in ("no-referrer", "same-origin")
    assert answer.headers["Referrer-Policy"] == "no-referrer" or not CARD.search(path)


def test_neither_tokens_nor_secrets_nor_names_stand_in_a_log(app, world, client_of, caplog, monkeypatch):
    app.config["PROPAGATE_EXCEPTIONS"] = False
    caplog.set_level(logging.DEBUG)

    def broken(*_args: object, **_more: object) -> None:
        raise RuntimeError("rusak")

    token = world.tokens["rahmah"]
    client_of("device").post(f"/desk/{world.registration}/scans", data={"code": token, "nonce": "nonce-0001"})
    monkeypatch.setattr("rtapp.checkin.views.token_holder", broken)
    monkeypatch.setattr("rtapp.accounts.views.find_link", broken)
    assert client_of("device").get(f"/K/{token}").status_code == 500
    assert app.test_client().get(f"/links/rahasia-{token}").status_code == 500
    assert (
        app.test_client().post("/sign-in", data={"name": "Uji admin", "password": "salah-rahasia"}).status_code == 422
    )
    assert "rusak" in caplog.text
    for secret in (token, token.lower(), "rahasia", "RAHMAH", "081200000102", world.bearer):
        assert secret not in caplog.text, secret


@pytest.mark.parametrize(
    "path", ["/sign-in", "/K/ABCDEFGHIJKLMNOP", "/participants", "/nothing", "/api/v1/checkpoints"]
)
def test_every_answer_carries_a_strict_policy(client_of, path):
    answer = client_of("admin").get(path)
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == policy["script-src"] == policy["form-action"] == "'self'"
    assert policy["object-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert "unsafe" not in str(policy) and "http" not in str(policy)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] in ("private, no-cache", "no-store")


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_the_session_cookie_is_no_scripts_no_other_sites_and_of_its_line(app, world, scheme):
    form = {"name": "Uji clerk", "password": PASSWORD}
    answer = app.test_client().post("/sign-in", data=form, base_url=f"{scheme}://localhost")
    (cookie,) = answer.headers.getlist("Set-Cookie")
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Domain" not in cookie
    assert ("Secure" in cookie) == (scheme == "https")
    assert cookie.split("=")[0].endswith("-s") == (scheme == "https")


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "192.168.1.10.evil.example", "lan", "x.lan."]
)
def test_a_name_that_somebody_could_have_registered_is_none_of_ours(app, world, host):
    private = host in ("lan", "x.lan.")
    answer = app.test_client().get("/sign-in", headers={"Host": host})
    assert answer.status_code == (200 if private else 421)


def test_the_committees_own_name_and_those_of_the_configuration_are_ours(app, admin, world):
    app.config["HOSTS"] = ("bimtek.example",)
    admin.post("/settings/address", data={"base_url": "http://meja.example:8000"})
    for host, status in (("meja.example:8000", 200), ("bimtek.example", 200), ("lain.example", 421)):
        assert app.test_client().get("/sign-in", headers={"Host": host}).status_code == status


@pytest.mark.parametrize(
    ("host", "private"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("[::1]", True),
        ("192.168.1.10", True),
        ("8.8.8.8", True),
        ("fe80::1%eth0", True),
        ("meja.local", True),
        ("LAPTOP-7", True),
        ("meja.home.arpa", True),
        ("", False),
        ("example.org", False),
        ("local.example", False),
        ("1.2.3.4.example", False),
    ],
)
def test_addresses_and_names_without_an_owner_are_private(host, private):
    assert is_private_name(host) is private


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 303),
        ({"Origin": "http://localhost"}, 303),
        ({"Origin": "null"}, 303),  # of a page that hides its address: its form's token is looked at
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "http://localhost:9999"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
    ],
)
def test_a_form_of_another_origin_is_refused(app, world, headers, status):
    form = {"name": "Uji clerk", "password": PASSWORD}
    assert app.test_client().post("/sign-in", data=form, headers=headers).status_code == status


def test_more_than_a_form_may_hold_is_refused(admin):
    assert admin.post("/sign-in", data={"name": "x" * MEGABYTE}).status_code == 413


@pytest.mark.parametrize(("role", "size", "status"), [("admin", 11, 413), ("admin", 45, 413), ("clerk", 1, 403)])
def test_a_list_is_taken_up_to_ten_megabytes_and_from_who_may_bring_one(client_of, look, role, size, status):
    head = b'--uji\r\nContent-Disposition: form-data; name="file"; filename="daftar.csv"\r\n\r\n'
    body = head + b"x" * size * MEGABYTE + b"\r\n--uji--\r\n"
    form = {"data": body, "content_type": "multipart/form-data; boundary=uji"}
    with client_of(role).post("/roster-imports/new", **form) as sent:
        answer = sent
    assert answer.status_code == status
    if status == 413:
        assert "10 MB" in unescape(answer.text) or "terlalu besar" in answer.text
    assert look(lambda session: session.scalars(select(RosterImport)).all()) == []
