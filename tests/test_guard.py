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
from rtapp.factory import create_app
from rtapp.web.services import services_of

from . import world as worlds

EVERYBODY = {"admin", "supervisor", "clerk", "viewer", "device", "stranger"}
SIGNED_IN = EVERYBODY - {"stranger"}
DESK = {"admin", "supervisor", "clerk", "device"}
COORDINATION = {"admin", "supervisor"}
ADMIN = {"admin"}
PROGRAM = {"device"}  # writes below /api/ show a device's bearer token; a browser's session is worth nothing there

# Who gets past the guard. What a view refuses beyond it (another desk's checkpoint) is tested in its room.
WHO = {
    "accounts.account": SIGNED_IN,
    "accounts.add_device": ADMIN,
    "accounts.add_user": ADMIN,
    "accounts.device": ADMIN,
    "accounts.device_link": ADMIN,
    "accounts.device_pairing": ADMIN,
    "accounts.device_token": ADMIN,
    "accounts.devices": ADMIN,
    "accounts.disable_user": ADMIN,
    "accounts.enable_user": ADMIN,
    "accounts.link": EVERYBODY,
    "accounts.own_pin": COORDINATION,
    "accounts.revoke_device": ADMIN,
    "accounts.sign_in": EVERYBODY,
    "accounts.sign_out": EVERYBODY,
    "accounts.user": ADMIN,
    "accounts.user_link": ADMIN,
    "accounts.user_password": ADMIN,
    "accounts.user_role": ADMIN,
    "accounts.users": ADMIN,
    "audit.check": ADMIN,
    "audit.export": ADMIN,
    "audit.trail": ADMIN,
    "badges.card": COORDINATION,
    "badges.card_png": COORDINATION,
    "badges.cards": COORDINATION,
    "badges.handover": ADMIN,
    "badges.handover_png": ADMIN,
    "badges.pictures": ADMIN,
    "badges.print_cards": ADMIN,
    "badges.reissue": COORDINATION,
    "badges.sheet_png": ADMIN,
    "badges.village": COORDINATION,
    "badges.village_pictures": COORDINATION,
    "badges.village_sent": COORDINATION,
    "badges.villages": COORDINATION,
    "checkin.absence": DESK,
    "checkin.card": EVERYBODY,
    "checkin.card_at_desk": DESK,
    "checkin.csrf_token": DESK,
    "checkin.decide": COORDINATION,
    "checkin.decisions": COORDINATION,
    "checkin.desk": DESK,
    "checkin.desks": DESK,
    "checkin.hand_receipts_in": DESK,
    "checkin.instead": DESK,
    "checkin.keep_offset": DESK,
    "checkin.mark_village": DESK,
    "checkin.people": DESK,
    "checkin.person": DESK,
    "checkin.preflight": DESK,
    "checkin.preflight_time": DESK,
    "checkin.print_at_desk": DESK,
    "checkin.record_walk_in": DESK,
    "checkin.scan": DESK,
    "checkin.swap": DESK,
    "checkin.test_card_pdf": DESK,
    "checkin.type_in": DESK,
    "checkin.verdict_page": DESK,
    "checkin.village": DESK,
    "checkin.villages": DESK,
    "checkin.void": DESK,
    "checkin.walk_in": DESK,
    "checkin_api.checkpoint_roster": DESK,
    "checkin_api.checkpoints": SIGNED_IN,
    "checkin_api.openapi_json": EVERYBODY,
    "checkin_api.receipts": DESK,
    "checkin_api.scans": PROGRAM,
    "checkin_api.take_receipts": PROGRAM,
    "events.add_wave": ADMIN,
    "events.lane_signs": ADMIN,
    "events.lanes": ADMIN,
    "events.open_checkpoint": COORDINATION,
    "events.overview": ADMIN,
    "events.place_template": ADMIN,
    "events.places": ADMIN,
    "events.remove_wave": ADMIN,
    "events.save_agenda": ADMIN,
    "events.save_checkpoint": ADMIN,
    "events.save_event": ADMIN,
    "events.save_invited": ADMIN,
    "events.save_place": ADMIN,
    "events.save_wave": ADMIN,
    "events.wave": ADMIN,
    "events.wave_part": ADMIN,
    "events.wave_state": ADMIN,
    "events.waves": ADMIN,
    "events.wipe_rehearsal": ADMIN,
    "lists.first_page": COORDINATION,
    "lists.lists": COORDINATION,
    "lists.print_list": COORDINATION,
    "live.add_screen": ADMIN,
    "live.all_counts": SIGNED_IN,
    "live.all_stream": SIGNED_IN,
    "live.contact": DESK,
    "live.count_stream": SIGNED_IN,
    "live.counts": SIGNED_IN,
    "live.counts_csv": SIGNED_IN,
    "live.counts_of_current_wave": SIGNED_IN,
    "live.counts_stream": SIGNED_IN,
    "live.missing": DESK,
    "live.open_screen": EVERYBODY,
    "live.own_screen": SIGNED_IN,
    "live.place": SIGNED_IN,
    "live.reveal": COORDINATION,
    "live.revoke_screen": ADMIN,
    "live.screen": SIGNED_IN,
    "live.screen_stream": SIGNED_IN,
    "live.screens": ADMIN,
    "live_api.checkpoint_counts": SIGNED_IN,
    "pages.health": EVERYBODY,
    "pages.language": EVERYBODY,
    "pages.licences": EVERYBODY,
    "pages.service_worker": EVERYBODY,
    "pages.start": EVERYBODY,
    "privacy.data": ADMIN,
    "privacy.erase": ADMIN,
    "privacy.minutes": ADMIN,
    "privacy.notice": EVERYBODY,
    "privacy.overview": ADMIN,
    "privacy.person": ADMIN,
    "reports.attendance": COORDINATION,
    "reports.attendance_paper": ADMIN,
    "reports.bundle": ADMIN,
    "reports.bundle_file": ADMIN,
    "reports.drop_bundle": ADMIN,
    "reports.make_bundle": ADMIN,
    "reports.certificate_paper": ADMIN,
    "reports.certificate_preview": ADMIN,
    "reports.certificates": ADMIN,
    "reports.check_certificate": DESK,
    "reports.issue_certificates": ADMIN,
    "reports.save_certificate_rule": ADMIN,
    "reports.narrative": ADMIN,
    "reports.rate_effect": ADMIN,
    "reports.recap": ADMIN,
    "reports.recap_paper": ADMIN,
    "reports.save_rates": ADMIN,
    "reports.save_signed_list": ADMIN,
    "reports.signed_list": ADMIN,
    "reports.signed_list_paper": ADMIN,
    "reports.signed_lists": ADMIN,
    "reports.transport": ADMIN,
    "reports.transport_paper": ADMIN,
    "roster.add": COORDINATION,
    "imports.answer": ADMIN,
    "roster.archive": COORDINATION,
    "roster.bulk": COORDINATION,
    "roster.change": COORDINATION,
    "imports.choose_columns": ADMIN,
    "imports.columns": ADMIN,
    "imports.discard": ADMIN,
    "roster.export": ADMIN,
    "roster.new": COORDINATION,
    "roster.new_head": COORDINATION,
    "roster.participant": COORDINATION,
    "roster.participants": COORDINATION,
    "imports.preview": ADMIN,
    "roster.quality": COORDINATION,
    "imports.receive": ADMIN,
    "roster.restore": COORDINATION,
    "roster.row": COORDINATION,
    "imports.save": ADMIN,
    "roster.seat": COORDINATION,
    "imports.template": ADMIN,
    "imports.undo": ADMIN,
    "imports.upload": ADMIN,
    "safety.backups_page": ADMIN,
    "safety.change_folder": ADMIN,
    "safety.change_passphrase": ADMIN,
    "safety.download": ADMIN,
    "safety.drill": ADMIN,
    "safety.make_backup": ADMIN,
    "help.desk": EVERYBODY,
    "help.whole": EVERYBODY,
    "reports.after": ADMIN,
    "reports.moved": ADMIN,
    "settings.address": ADMIN,
    "settings.address_tried": ADMIN,
    "settings.note_reached": EVERYBODY,
    "settings.reached": EVERYBODY,
    "settings.save_address": ADMIN,
    "settings.drop_logo": ADMIN,
    "settings.look_at_signatories": ADMIN,
    "settings.save_signatories": ADMIN,
    "settings.signatories": ADMIN,
    "settings.signature_block": ADMIN,
    "settings.letterhead": ADMIN,
    "settings.logo": ADMIN,
    "settings.options": ADMIN,
    "settings.save": ADMIN,
    "settings.save_letterhead": ADMIN,
    "settings.save_logo": ADMIN,
    "setup.certificate": EVERYBODY,
    "setup.device": EVERYBODY,
    "static": EVERYBODY,
}
SAMPLES = {"form": "csv", "filename": "icons/favicon.svg"}
REACHED = 299  # answered by the stand-in of every view
ELSEWHERE = {"REMOTE_ADDR": "192.0.2.7"}


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Flask, worlds.World]]:
    """The application with its own guard and marks; every view is replaced by one that was merely reached."""
    folder = tmp_path_factory.mktemp("guarded")
    app = create_app(folder, TESTING=True, WTF_CSRF_ENABLED=False)
    with app.app_context():
        migrations.upgrade(db.engine, folder)
        world = worlds.build(db.session)
    for endpoint, view in app.view_functions.items():
        app.view_functions[endpoint] = stand_in(view)
    yield app, world
    services_of(app).close()
    with app.app_context():
        db.engine.dispose()


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
    assert not missing, f"give each of these a line in WHO: {missing}"
    assert not sorted(set(WHO) - set(app.view_functions)), "these routes are gone: take their lines out of WHO"


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
    app = create_app(tmp_path / "unmarked", TESTING=True)
    app.add_url_rule("/forgotten", "forgotten", lambda: "secret")
    with app.app_context():
        migrations.upgrade(db.engine, tmp_path / "unmarked")
    assert app.test_client().get("/forgotten").status_code == 403
    services_of(app).close()
    with app.app_context():
        db.engine.dispose()


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
    app = create_app(tmp_path, TESTING=True, TRUSTED_PROXIES=proxies)
    client = app.test_client()
    secure = forwarded.get("X-Forwarded-Proto") == "https" and proxies
    with client.session_transaction(base_url="https://localhost" if secure else "http://localhost") as cookie:
        cookie["user"] = [world.users["admin"], 1]
    answer = client.get("/devices", headers=forwarded, environ_base={"REMOTE_ADDR": peer})
    assert answer.status_code == status
    services_of(app).close()
    with app.app_context():
        db.engine.dispose()
