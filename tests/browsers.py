"""A real browser before a real server: how journeys open it, sign in and look for mistakes of the page."""

import os
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect

from .served import Served, command

WHOLE_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
BROWSERS = ("chromium-headless-shell", *WHOLE_BROWSERS)  # the lightest first
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-quic",
]  # fmt: skip
TABLET, PHONE, SCREEN = (1024, 768), (390, 844), (1920, 1080)
expect.set_options(timeout=30_000)  # a machine that also does other things; a page that works answers at once


def find_browser(names: tuple[str, ...] = BROWSERS) -> str:
    """Return the path of a browser; without one the test is skipped, or fails where browsers are mandatory."""
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        if os.environ.get("RTAPP_REQUIRE_BROWSER"):
            pytest.fail(f"{names[0]} is missing, and RTAPP_REQUIRE_BROWSER says it must be here")
        pytest.skip("Chromium is not installed; `apt-get install chromium` lets this test run")
    return found


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of the browser of most tests."""
    return find_browser()


@pytest.fixture(scope="session")
def browser_type_launch_args(chromium: str) -> dict[str, object]:
    """How pytest-playwright starts the browser."""
    return {"executable_path": chromium, "args": FLAGS}


@pytest.fixture(scope="session")
def demo_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An instance folder with the demo in it, made once; journeys work on copies."""
    folder = tmp_path_factory.mktemp("demo") / "instance"
    made = command("demo", "--no-serve", instance=folder)
    assert made.returncode == 0, made.stderr
    return folder


class Standing:
    """A server of the demo that stands for many tests, one at a time: each finds it as if it had just been started."""

    LONGEST = 15 * 60  # seconds; its one-time links end after half an hour

    def __init__(self, demo: Path, folder: Path) -> None:
        self._demo, self._folder = demo, folder
        self._server: Served | None = None
        self._kept = sqlite3.connect(":memory:")
        self._began = (0.0, 0)  # when, and the process

    def fresh(self) -> Served:
        """Return the server, its database as it was after the start; started anew where a test has ended it."""
        server = self._server
        if server is None or not self._is_usable(server):
            self.stop()
            instance = self._folder / f"instance-{time.monotonic_ns()}"
            shutil.copytree(self._demo, instance)
            server = self._server = Served(instance, ("demo",))
            self._began = time.monotonic(), server.process.pid
            with closing(self._database(server)) as database:
                database.backup(self._kept)
        else:
            with closing(self._database(server)) as database:
                self._kept.backup(database)
        return server

    def stop(self) -> None:
        """End the server, if it stands."""
        if self._server is not None:
            self._server.stop()
            shutil.rmtree(self._server.instance, ignore_errors=True)

    def _is_usable(self, server: Served) -> bool:
        began, process = self._began
        untouched = server.process.pid == process and server.process.poll() is None and server.answers()
        return untouched and time.monotonic() - began < self.LONGEST

    def _database(self, server: Served) -> sqlite3.Connection:
        return sqlite3.connect(server.instance / "rtapp.db", timeout=30)


@pytest.fixture
def demo(demo_file: Path, tmp_path: Path) -> Path:
    """An instance folder of its own with the demo in it."""
    return Path(shutil.copytree(demo_file, tmp_path / "demo"))


@pytest.fixture(scope="session")
def standing(demo_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    """The server that journeys share, one after another."""
    server = Standing(demo_file, tmp_path_factory.mktemp("served"))
    yield server
    server.stop()


@pytest.fixture
def served(standing: Standing) -> Served:
    """The demo, served by a real process, as it is after its start."""
    return standing.fresh()


@pytest.fixture
def visit(browser: Browser, served: Served) -> Iterator[Callable[..., Page]]:
    """Open a page as "desk", "admin" or "stranger", on a screen of a size; fails on any mistake of the page."""
    mistakes: list[str] = []
    signed_in: dict[str, object] = {}
    opened: list[BrowserContext] = []

    def open_page(role: str = "desk", path: str = "/", size: tuple[int, int] = TABLET, **options: object) -> Page:
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, storage_state=signed_in.get(role), **options
        )
        opened.append(context)
        watch(context, served.url, mistakes)
        page = context.new_page()
        if role != "stranger" and role not in signed_in:
            sign_in(page, served.links[-2:][role == "desk"])
            signed_in[role] = context.storage_state()
        page.goto(served.url + path)
        return page

    yield open_page
    for context in opened:
        context.close()
    assert mistakes == []


def overflow(page: Page) -> int:
    """Return by how many pixels a page is wider than its screen."""
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


def assert_accessible(page: Page, *schemes: str) -> None:
    """Let axe look at a page as it stands: in full by daylight, and its contrast in the dark; or one of them alone."""
    for scheme, rules in (("light", {}), ("dark", {"runOnly": ["color-contrast"]})):
        if scheme not in (schemes or ("light", "dark")):
            continue
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        found = Axe().run(page, options=rules).response["violations"]
        assert [f"{scheme}, {each['id']}: {each['nodes'][0]['html'][:150]}" for each in found] == []


def sign_in(page: Page, link: str) -> None:
    """Use a one-time link as a person would."""
    page.goto(link)
    page.locator("main form button").last.click()
    page.wait_for_load_state()


def watch(context: BrowserContext, origin: str, mistakes: list[str]) -> None:
    """Note what a page must never do: ask another host, break a policy, throw."""
    context.on("request", lambda request: _note_request(request.url, origin, mistakes))
    context.on("weberror", lambda error: mistakes.append(f"thrown: {error.error}"))
    context.on("console", lambda message: _note_message(message.text, mistakes))


def launch(playwright: Playwright, chromium: str, *flags: str) -> Browser:
    """Start a browser of its own with more flags."""
    return playwright.chromium.launch(executable_path=chromium, args=[*FLAGS, *flags])


def _note_request(url: str, origin: str, mistakes: list[str]) -> None:
    if not url.startswith((origin + "/", "data:", "blob:")):
        mistakes.append(f"asked elsewhere: {url}")


def _note_message(text: str, mistakes: list[str]) -> None:
    if "Content Security Policy" in text or "Uncaught" in text:
        mistakes.append(f"said: {text}")
