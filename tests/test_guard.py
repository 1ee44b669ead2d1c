"""Who may do what, route by route and role by role: a new route without a line in the table fails."""

import shutil
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from rtapp import migrations
from rtapp.accounts.roles import Duty
from rtapp.db import db

from . import world as worlds
from .actors import opened

EVERYBODY = {"admin", "supervisor", "clerk", "viewer", "device", "stranger"}
SIGNED_IN = EVERYBODY - {"stranger"}
DESK = {"admin", "supervisor", "clerk", "device"}
COORDINATION = {"admin", "supervisor"}
ADMIN = {"admin"}
PROGRAM = {"device"}  # writes below /api/ show a device's bearer token; a browser's session is worth nothing there

# Who gets past the guard. What a view refuses beyond it (another desk's checkpoint) is tested in its room.
ROUTES = (
    ("accounts", SIGNED_IN, "account"),
    (
        "accounts",
        ADMIN,
        "add_device add_user device device_link device_pairing device_token devices disable_user enable_user "
        "revoke_device user user_link user_password user_role users",
    ),
    ("accounts", EVERYBODY, "link sign_in sign_out"),
    ("accounts", COORDINATION, "own_pin"),
    ("audit", ADMIN, "check export trail"),
    ("badges", COORDINATION, "card card_png cards reissue village village_pictures village_sent villages"),
    ("badges", ADMIN, "handover handover_png pictures print_cards sheet_png"),
    (
        "checkin",
        DESK,
        "absence card_at_desk csrf_token desk desks hand_receipts_in instead keep_offset mark_village people "
        "person preflight preflight_time print_at_desk record_walk_in scan swap test_card_pdf type_in "
        "verdict_page village villages void walk_in",
    ),
    ("checkin", EVERYBODY, "card"),
    ("checkin", COORDINATION, "decide decisions"),
    ("checkin_api", DESK, "checkpoint_roster receipts"),
    ("checkin_api", SIGNED_IN, "checkpoints"),
    ("checkin_api", EVERYBODY, "openapi_json"),
    ("checkin_api", PROGRAM, "scans take_receipts"),
    (
        "events",
        ADMIN,
        "add_wave lane_signs lanes overview place_template places remove_wave save_agenda save_checkpoint "
        "save_event save_invited save_place save_wave wave wave_part wave_state waves wipe_rehearsal",
    ),
    ("events", COORDINATION, "open_checkpoint"),
    ("help", EVERYBODY, "desk whole"),
    ("imports", ADMIN, "answer choose_columns columns discard preview receive save template undo upload"),
    ("lists", COORDINATION, "first_page lists print_list"),
    ("live", ADMIN, "add_screen revoke_screen screens"),
    (
        "live",
        SIGNED_IN,
        "all_counts all_stream count_stream counts counts_csv counts_of_current_wave counts_stream own_screen "
        "place screen screen_stream",
    ),
    ("live", DESK, "contact missing"),
    ("live", EVERYBODY, "open_screen"),
    ("live", COORDINATION, "reveal"),
    ("live_api", SIGNED_IN, "checkpoint_counts"),
    ("pages", EVERYBODY, "health language licences service_worker start"),
    ("privacy", ADMIN, "data erase minutes overview person"),
    ("privacy", EVERYBODY, "notice"),
    ("reports", COORDINATION, "attendance"),
    (
        "reports",
        ADMIN,
        "after attendance_paper bundle bundle_file certificate_paper certificate_preview certificates "
        "drop_bundle issue_certificates make_bundle moved narrative rate_effect recap recap_paper "
        "save_certificate_rule save_rates save_signed_list signed_list signed_list_paper signed_lists transport "
        "transport_paper",
    ),
    ("reports", DESK, "check_certificate"),
    ("roster", COORDINATION, "add archive bulk change new new_head participant participants quality restore row seat"),
    ("roster", ADMIN, "export"),
    ("safety", ADMIN, "backups_page change_folder change_passphrase download drill make_backup"),
    (
        "settings",
        ADMIN,
        "address address_tried drop_logo letterhead logo look_at_signatories options save save_address "
        "save_letterhead save_logo save_signatories signatories signature_block",
    ),
    ("settings", EVERYBODY, "note_reached reached"),
    ("setup", EVERYBODY, "certificate device"),
    ("", EVERYBODY, "static"),
)
WHO = {f"{room}.{name}".lstrip("."): who for room, who, names in ROUTES for name in names.split()}
SAMPLES = {"form": "csv", "filename": "icons/favicon.svg"}
REACHED = 299  # answered by the stand-in of every view
ELSEWHERE = {"REMOTE_ADDR": "192.0.2.7"}


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Flask, worlds.World]]:
    """The application with its own guard and marks; every view is replaced by one that was merely reached."""
    folder = tmp_path_factory.mktemp("guarded")
    with opened(folder, TESTING=True, WTF_CSRF_ENABLED=False) as app:
        with app.app_context():
            migrations.upgrade(db.engine, folder)
            world = worlds.build(db.session)
        for endpoint, view in app.view_functions.items():
            app.view_functions[endpoint] = stand_in(view)
        yield app, world


def stand_in(view: object) -> object:
    def reached(**_: object) -> tuple[str, int]:
        return "", REACHED

    if hasattr(view, "rtapp_duties"):
        reached.rtapp_duties = view.rtapp_duties
    return reached


def client(app: Flask, world: worlds.World, role: str) -> FlaskClient:
    made = app.test_client()
    if role != "stranger":
        with made.session_transaction() as cookie:
            who = ("device", [world.device, 0]) if role == "device" else ("user", [world.users[role], 1])
            cookie[who[0]] = who[1]
    return made


def calls(app: Flask, endpoint: str) -> Iterator[tuple[str, str]]:
    """Return (method, path) of every way to reach ``endpoint``."""
    for rule in app.url_map.iter_rules(endpoint):
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield method, path_of(app, rule)


def path_of(app: Flask, rule: Rule) -> str:
    values = {name: SAMPLES.get(name, "1") for name in rule.arguments}
    built = rule.build({name: rule._converters[name].to_python(value) for name, value in values.items()})
    assert built is not None, rule
    return built[1]


def headers(world: worlds.World, role: str, method: str, path: str) -> dict[str, str]:
    program = role == "device" and path.startswith("/api/") and method != "GET"
    return {"Authorization": f"Bearer {world.bearer}"} if program else {}


def test_the_table_lists_every_route_and_no_other(guarded):
    app, _ = guarded
    missing = sorted(set(app.view_functions) - set(WHO))
    assert not missing, f"give each of these a place in ROUTES: {missing}"
    assert not sorted(set(WHO) - set(app.view_functions)), "these routes are gone: take them out of ROUTES"


def test_every_view_says_its_duty_or_that_it_is_public(guarded):
    app, _ = guarded
    unmarked = [name for name, view in app.view_functions.items() if not hasattr(view, "rtapp_duties")]
    assert unmarked == ["static"]
    assert all(
        isinstance(duty, Duty) for name in WHO if name != "static" for duty in app.view_functions[name].rtapp_duties
    )


@pytest.mark.parametrize("role", sorted(EVERYBODY))
@pytest.mark.parametrize("endpoint", sorted(WHO))
def test_a_role_reaches_its_routes_and_no_other(guarded, endpoint, role):
    app, world = guarded
    if endpoint not in app.view_functions:
        pytest.fail(f"{endpoint} is no route")
    asking = client(app, world, role)
    for method, path in calls(app, endpoint):
        answer = asking.open(path, method=method, headers=headers(world, role, method, path))
        got = (answer.status_code, answer.location and answer.location.partition("?")[0])
        assert got == expected(endpoint, role, method, path), f"{method} {path} as {role}"


def expected(endpoint: str, role: str, method: str, path: str) -> tuple[int, str | None]:
    if role in WHO[endpoint]:
        return REACHED, None
    if path.startswith("/api/") and (role == "stranger" or method != "GET"):
        return 401, None
    if role == "stranger":
        return (303, "/sign-in") if method == "GET" else (401, None)
    return 403, None


@pytest.mark.parametrize("endpoint", sorted(name for name in WHO if WHO[name] == ADMIN))
def test_what_admins_alone_may_is_answered_on_a_private_line_only(guarded, endpoint):
    app, world = guarded
    admin = client(app, world, "admin")
    for method, path in calls(app, endpoint):
        assert admin.open(path, method=method, environ_base=ELSEWHERE).status_code == 403
        assert admin.open(path, method=method).status_code == REACHED


def test_a_form_without_its_pages_token_reaches_nothing(guarded, monkeypatch):
    app, world = guarded
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    admin, tried = client(app, world, "admin"), 0
    for endpoint in sorted(name for name in WHO if not name.endswith("_api") and "admin" in WHO[name]):
        for method, path in calls(app, endpoint):
            if method != "GET":
                answers = [admin.open(path, method=method, data=form) for form in ({}, {"csrf_token": "palsu"})]
                assert [answer.status_code for answer in answers] == [400, 400], path
                assert all("Muat ulang halaman, lalu coba lagi." in answer.text for answer in answers), path
                tried += 1
    assert tried > 60


@pytest.mark.parametrize("path", ["/", "/devices", "/api/v1/scans"])
def test_a_method_that_no_route_knows_reaches_nothing(guarded, path):
    app, world = guarded
    assert client(app, world, "admin").open(path, method="DELETE").status_code in (401, 405)


def test_a_forged_session_and_a_forged_token_are_strangers(guarded):
    app, world = guarded
    forged = app.test_client()
    name = app.session_interface.get_cookie_name
    with app.test_request_context():
        forged.set_cookie(name(app), "eyJ1c2VyIjpbMSwxXX0.forged.forged")
    assert forged.get("/devices").location == "/sign-in?next=/devices"
    for token in ("", "x", world.bearer + "x", "ü" * 3000):
        answer = app.test_client().post("/api/v1/scans", headers={"Authorization": f"Bearer {token}".encode()})
        assert answer.status_code == 401


def test_a_view_that_says_nothing_is_nobodys(tmp_path):
    with opened(tmp_path / "unmarked", TESTING=True) as app:
        app.add_url_rule("/forgotten", "forgotten", lambda: "secret")
        with app.app_context():
            migrations.upgrade(db.engine, tmp_path / "unmarked")
        assert app.test_client().get("/forgotten").status_code == 403


@pytest.mark.parametrize(
    ("proxies", "peer", "forwarded", "status"),
    [
        (0, "192.168.1.20", {"X-Forwarded-For": "127.0.0.1", "X-Forwarded-Proto": "https"}, 403),
        (1, "127.0.0.1", {"X-Forwarded-For": "192.168.1.20"}, 403),
        (1, "127.0.0.1", {"X-Forwarded-For": "192.168.1.20", "X-Forwarded-Proto": "https"}, 200),
        (1, "127.0.0.1", {"X-Forwarded-For": "127.0.0.1, 192.168.1.20"}, 403),  # what a visitor wrote is not believed
    ],
)
def test_a_proxy_is_believed_only_where_it_is_told_of(filled, tmp_path, proxies, peer, forwarded, status):
    database, world = filled
    shutil.copy(database, tmp_path / "rtapp.db")
    with opened(tmp_path, TESTING=True, TRUSTED_PROXIES=proxies) as app:
        client = app.test_client()
        secure = forwarded.get("X-Forwarded-Proto") == "https" and proxies
        with client.session_transaction(base_url="https://localhost" if secure else "http://localhost") as cookie:
            cookie["user"] = [world.users["admin"], 1]
        answer = client.get("/devices", headers=forwarded, environ_base={"REMOTE_ADDR": peer})
        assert answer.status_code == status
