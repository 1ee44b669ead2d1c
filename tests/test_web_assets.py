"""The browser files: fetched whole and checked, or not at all and with a clear sentence."""

import json
import re
import shutil
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from rtapp.laptop import browser_files, npm
from rtapp.refusals import Refused
from rtapp.web import assets

from .refusing import refused

STATIC = Path(__file__).parents[1] / "static"
NOWHERE = "http://127.0.0.1:9"


@pytest.fixture
def static(tmp_path: Path) -> Path:
    """A static folder that holds nothing but the lock."""
    vendor = tmp_path / "static" / "vendor"
    vendor.mkdir(parents=True)
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copyfile(STATIC / "vendor" / name, vendor / name)
    return tmp_path / "static"


@pytest.fixture
def no_npm(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without Node.js."""
    monkeypatch.setattr(npm.shutil, "which", lambda _name: None)


@pytest.fixture
def no_internet(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine whose registries do not answer, and which has fetched nothing before."""
    monkeypatch.setenv("npm_config_registry", NOWHERE)
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "npm-cache"))
    monkeypatch.setenv("PIP_INDEX_URL", NOWHERE + "/simple")
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "")
    monkeypatch.setenv("PIP_FIND_LINKS", "")
    monkeypatch.setenv("PIP_NO_CACHE_DIR", "1")


@pytest.fixture
def npm_says(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """A machine whose npm fails with given words."""

    def make(said: str) -> None:
        monkeypatch.setattr(npm.shutil, "which", lambda _name: "npm")
        monkeypatch.setattr(npm, "_run", lambda *_command, **_environment: said)

    return make


def fetch_or_skip(static: Path) -> None:
    """Fetch for real; without internet there is nothing to see."""
    try:
        browser_files.fetch(static)
    except Refused as refused:
        if refused.code == "assets_offline":
            pytest.skip("the package registries cannot be reached from this machine")
        raise


def put_all(static: Path, version_of: dict[str, str] | None = None) -> None:
    """Lay stand-ins of the required files, of the pinned versions unless told otherwise."""
    pins = json.loads((static / "vendor/package.json").read_text())["dependencies"]
    for file in assets.REQUIRED:
        (static / "vendor" / file).parent.mkdir(parents=True, exist_ok=True)
        (static / "vendor" / file).write_text(file)
    for name, version in {**pins, **(version_of or {})}.items():
        about = {"version": version, "license": "MIT"}
        (static / "vendor/node_modules" / name / "package.json").write_text(json.dumps(about))


def left_in(static: Path) -> set[str]:
    return {path.name for path in (static / "vendor").iterdir()}


def test_what_was_never_fetched_or_was_deleted_is_missing(static: Path) -> None:
    assert assets.missing(static) == list(assets.REQUIRED)
    put_all(static)
    assert assets.missing(static) == []
    (static / "vendor" / assets.REQUIRED[0]).unlink()
    assert assets.missing(static) == [assets.REQUIRED[0]]


def test_files_of_an_older_version_count_as_missing(static: Path) -> None:
    put_all(static, {"htmx.org": "4.0.0"})
    assert assets.missing(static) == [file for file in assets.REQUIRED if "htmx.org" in file]


@pytest.mark.slow
def test_npm_of_this_machine_fetches_what_the_desk_needs_and_no_more(static: Path) -> None:
    if not shutil.which("npm"):
        pytest.skip("no npm on this machine")
    fetch_or_skip(static)
    assert assets.missing(static) == []
    assert left_in(static) == {"package.json", "package-lock.json", ".npmrc", "node_modules"}
    assert sum(path.stat().st_size for path in static.rglob("*") if path.is_file()) < 5_000_000


@pytest.mark.slow
def test_a_machine_without_npm_borrows_one_and_throws_it_away(static: Path, no_npm: None) -> None:
    fetch_or_skip(static)
    assert assets.missing(static) == []
    assert left_in(static) == {"package.json", "package-lock.json", ".npmrc", "node_modules"}


@pytest.mark.slow
def test_a_package_that_does_not_match_its_hash_is_not_installed(static: Path) -> None:
    lock = static / "vendor/package-lock.json"
    pins = json.loads(lock.read_text())
    other = pins["packages"]["node_modules/zxing-wasm"]["integrity"]
    pins["packages"]["node_modules/htmx.org"]["integrity"] = other
    lock.write_text(json.dumps(pins))
    with refused("assets_altered", 503):
        fetch_or_skip(static)
    assert left_in(static) == {"package.json", "package-lock.json", ".npmrc"}


@pytest.mark.skipif(not shutil.which("npm"), reason="no npm on this machine")
def test_without_internet_npm_gives_up_soon_and_says_what_to_do(static: Path, no_internet: None) -> None:
    with refused("assets_offline", 503, "Sambungkan komputer ini ke internet"):
        browser_files.fetch(static)
    assert left_in(static) == {"package.json", "package-lock.json", ".npmrc"}


def test_without_internet_and_npm_the_sentence_is_the_same(static: Path, no_npm: None, no_internet: None) -> None:
    with refused("assets_offline", 503, "Sambungkan komputer ini ke internet"):
        browser_files.fetch(static)


def test_another_failure_is_told_in_npms_words(static: Path, npm_says: Callable[[str], None]) -> None:
    npm_says("npm error code E403\nnpm error 403 Forbidden\nnpm error A complete log of this run is elsewhere")
    with refused("assets_failed", 503, "npm error code E403; npm error 403 Forbidden"):
        browser_files.fetch(static)


def test_a_failed_fetch_leaves_the_files_of_before(static: Path, npm_says: Callable[[str], None]) -> None:
    put_all(static)
    npm_says("npm error code EINTEGRITY")
    with pytest.raises(Refused):
        browser_files.fetch(static)
    assert assets.missing(static) == []


def test_a_fetch_replaces_the_files_of_an_older_version(static: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put_all(static, {"htmx.org": "4.0.0"})
    (static / "vendor/node_modules/left-over.js").write_text("")

    def install(work: Path) -> None:
        (work / "static").mkdir()
        shutil.copytree(static / "vendor", work / "static/vendor", ignore=shutil.ignore_patterns(".fetch-*"))
        put_all(work / "static")
        for name in ("@noble/hashes", "htmx.org", "zxing-wasm", "dejavu-fonts-ttf"):
            for text in ("LICENSE", "README.md"):
                (work / "static/vendor/node_modules" / name / text).write_text("terms")
        (work / "static/vendor/node_modules").rename(work / "node_modules")

    monkeypatch.setattr(npm, "install", install)
    browser_files.fetch(static)
    assert assets.missing(static) == []
    assert not (static / "vendor/node_modules/left-over.js").exists()


def test_a_folder_that_cannot_be_written_is_said(static: Path) -> None:
    shutil.rmtree(static / "vendor")
    with refused("assets_not_writable", 503, "Periksa izin folder"):
        browser_files.fetch(static)


def test_what_a_killed_fetch_left_is_swept_away_later(
    static: Path, npm_says: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    npm_says("npm error code EINTEGRITY")
    (static / "vendor/.fetch-killed").mkdir()
    now = browser_files.time.time()
    for later, left in ((60, True), (3600, False)):
        monkeypatch.setattr(browser_files.time, "time", lambda later=later: now + later)
        with pytest.raises(Refused):
            browser_files.fetch(static)
        assert (static / "vendor/.fetch-killed").exists() is left


def test_all_addresses_change_when_the_content_or_the_name_of_one_file_does(static: Path) -> None:
    (static / "a.css").write_text("old")
    versions = [assets.tree_version(static)]
    (static / "a.css").write_text("newer")
    versions.append(assets.tree_version(static))
    (static / "b.css").write_text("newer")
    versions.append(assets.tree_version(static))
    assert len(set(versions)) == 3 and all(re.fullmatch("[0-9a-f]{12}", version) for version in versions)
    (static / "b.css").unlink()
    assert assets.tree_version(static) == versions[1]


def test_templates_write_versioned_addresses_and_plain_ones_for_absent_files(static: Path) -> None:
    (static / "a.js").write_text("1")
    app = Flask("desk", static_folder=str(static))
    assets.init_app(app)
    asset = app.jinja_env.globals["asset"]
    with app.test_request_context():
        assert asset("a.js") == f"/static/{assets.tree_version(static)}/a.js"
        assert asset("b.js") == "/static/b.js"


def test_a_versioned_address_is_kept_for_ever_and_any_other_leads_to_it_or_is_asked_about(app, static) -> None:
    client, version = app.test_client(), assets.tree_version(STATIC)
    kept = client.get(f"/static/{version}/js/desk.js")
    assert kept.status_code == 200 and kept.cache_control.immutable and kept.cache_control.max_age > 30_000_000
    plain = client.get("/static/js/desk.js")
    assert plain.data == kept.data and plain.headers["Cache-Control"] == "no-cache"
    assert client.get("/static/js/desk.js", headers={"If-None-Match": plain.headers["ETag"]}).status_code == 304
    old = client.get("/static/0123456789ab/js/desk.js")
    assert old.status_code == 307 and old.location == f"/static/{version}/js/desk.js"
    font = "vendor/node_modules/dejavu-fonts-ttf/ttf/DejaVuSans.ttf"
    if (STATIC / font).exists():
        long = client.get(f"/static/{font}")
        assert long.status_code == 307 and long.location == f"/static/{version}/{font}"
    within = ("none.js", "../../app.py", "%2e%2e/app.py")
    for path in ("none.js", "%2e%2e/app.py", *(f"{version}/{each}" for each in within)):
        answer = client.get(f"/static/{path}", follow_redirects=True)
        assert answer.status_code == 404 and answer.headers["Cache-Control"] == "no-cache", path


def test_scripts_and_webassembly_are_served_by_their_types(static: Path) -> None:
    app = Flask("desk", static_folder=str(static))
    assets.init_app(app)
    for name, kind in (("a.js", "text/javascript"), ("a.wasm", "application/wasm"), ("a.css", "text/css")):
        (static / name).write_text("1")
        with app.test_client().get(f"/static/{name}") as answer:
            assert answer.mimetype == kind


def test_the_licences_of_others_are_read_from_their_packages(static: Path) -> None:
    put_all(static)
    folder = static / "vendor/node_modules/zxing-wasm"
    (folder / "LICENSE").write_text("As you like.\n")
    (folder / "README.md").write_text("# Read\n\n## Licenses\n\n- inside: other terms\n\n## More\n")
    zxing = assets.licences(static)[-1]
    assert zxing == ("zxing-wasm", "3.1.4", "MIT", "As you like.\n\n- inside: other terms")


def test_before_the_first_start_there_are_no_licences_to_show(static: Path) -> None:
    assert assets.licences(static) == []


def test_every_package_of_the_lock_is_pinned_by_hash_and_names_no_host() -> None:
    lock = json.loads((STATIC / "vendor/package-lock.json").read_text())
    pins = json.loads((STATIC / "vendor/package.json").read_text())["dependencies"]
    packages = {name: about for name, about in lock["packages"].items() if name}
    assert all(about["integrity"].startswith("sha512-") for about in packages.values())
    assert not any("resolved" in about for about in packages.values())
    assert pins == {name: packages[f"node_modules/{name}"]["version"] for name in pins}


def test_the_fetched_files_of_this_checkout_open_with_their_names() -> None:
    if assets.missing(STATIC):
        pytest.skip("the browser assets of this checkout were not fetched yet")
    words = {licence.name: licence for licence in assets.licences(STATIC)}
    assert words["dejavu-fonts-ttf"].licence == "Bitstream-Vera"
    assert "Apache License 2.0" in words["zxing-wasm"].text
    assert "PERMISSION TO USE" in words["htmx.org"].text.upper()


def test_a_hanging_registry_counts_as_no_internet(static: Path, monkeypatch: pytest.MonkeyPatch, no_npm: None) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setattr(npm, "PATIENCE", 1)
        monkeypatch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{silent.getsockname()[1]}/simple")
        monkeypatch.setenv("PIP_NO_CACHE_DIR", "1")
        with refused("assets_offline", 503):
            browser_files.fetch(static)
