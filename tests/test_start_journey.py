"""From an empty folder to the first mark: what a committee does on its first evening, in a real browser."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from .browsers import PHONE, TABLET, watch
from .served import ROOT, Served

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PASSWORD = "kata sandi panitia uji"
PLACES = ROOT / "rtapp" / "events" / "places_tabalong.csv"


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Served]:
    """A server on an empty folder."""
    server = Served(tmp_path / "instance")
    yield server
    server.stop()


@pytest.fixture(params=[TABLET, PHONE], ids=["tablet", "phone"])
def page(request: pytest.FixtureRequest, browser: Browser, empty: Served) -> Iterator[Page]:
    """A page of a browser that has never been here; fails on any mistake of a page."""
    width, height = request.param
    context = browser.new_context(viewport={"width": width, "height": height}, locale="id-ID")
    mistakes: list[str] = []
    watch(context, empty.url, mistakes)
    yield context.new_page()
    context.close()
    assert mistakes == []


def fill_in(page: Page, **fields: str) -> None:
    for label, said in fields.items():
        page.get_by_label(label.replace("_", " ")).fill(said)


def make_admin(page: Page, link: str) -> None:
    page.goto(link)
    fill_in(page, Nama_pengguna="Panitia Contoh", Kata_sandi_baru=PASSWORD, Ulangi_kata_sandi=PASSWORD)
    page.locator("main form button").last.click()
    page.wait_for_url("**/event")


def make_event(page: Page) -> None:
    about = {"Nama_acara": "Bimtek Contoh Ketua RT", "Penyelenggara": "Dinas Contoh", "Tempat": "Aula Contoh"}
    fill_in(page, Hari=date.today().isoformat(), **about)
    page.get_by_role("button", name="Buat acara").click()
    expect(page.locator("h1")).to_have_text(about["Nama_acara"])


def test_the_link_on_the_terminal_makes_the_first_admin_who_can_come_back(page, empty):
    make_admin(page, empty.links[0])
    expect(page.locator("h1")).to_have_text("Buat acara")
    page.goto(empty.links[0])
    expect(page.locator("main")).to_contain_text("Akun pertama sudah dibuat")
    page.context.clear_cookies()
    page.goto(f"{empty.url}/event")
    fill_in(page, Nama_pengguna="Panitia Contoh", Kata_sandi=PASSWORD)
    page.get_by_role("button", name="Masuk").click()
    expect(page.locator("h1")).to_have_text("Buat acara")


def test_an_event_its_places_and_a_head_are_made_and_the_head_is_marked(page, empty):
    make_admin(page, empty.links[0])
    make_event(page)

    page.get_by_role("link", name="Isi wilayah").click()
    page.get_by_text("Kirim daftar wilayah (CSV)").click()
    page.get_by_label("Berkas CSV").set_input_files(PLACES)
    page.get_by_role("button", name="Kirim daftar").click()
    expect(page.locator("main")).to_contain_text("Murung Pudak")

    page.goto(f"{empty.url}/participants/new")
    page.get_by_label("Nama", exact=True).fill("Hj. Rahmah Contoh")
    page.get_by_label("Desa").fill("belimbing raya")
    page.get_by_label("RT", exact=True).fill("2")
    page.get_by_label("Gelombang").select_option(index=1)
    page.get_by_role("button", name="Simpan", exact=True).click()

    page.goto(f"{empty.url}/desk")
    expect(page.locator("#verdict")).to_have_attribute("data-verdict", "READY")
    page.keyboard.type("rahmah", delay=40)
    page.locator("#results .row").first.get_by_role("button").click()
    expect(page.locator("#verdict")).to_have_attribute("data-verdict", "WELCOME")
    expect(page.locator(".verdict-name")).to_have_text("Hj. Rahmah Contoh")
    expect(page.locator("#count strong")).to_have_text("1")
