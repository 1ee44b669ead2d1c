"""The committee closes a wave in a real browser: amounts, the file made before their eyes, taken, removed."""

from zipfile import ZipFile

import pytest
from playwright.sync_api import expect

from rtapp.reports.bundle import MANIFEST

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_amounts_are_set_and_the_whole_file_is_made_taken_and_removed(visit, served, tmp_path):
    page = visit("admin", "/waves/1/transport")
    page.get_by_label("Jumlah untuk Ketua RT").fill("150.000")
    page.get_by_label("PPh untuk Ketua RT").fill("5%")
    page.get_by_role("button", name="Simpan jumlah").click()
    expect(page.locator("#toast")).to_contain_text("Tersimpan.")
    expect(page.locator("#transport")).to_contain_text("Belum ada yang hadir")

    page.get_by_role("link", name="Sesudah acara").first.click()
    page.get_by_role("link", name="Berkas SPJ").click()
    page.wait_for_url("**/spj")
    page.goto(f"{served.url}/waves/1/spj")
    with page.expect_navigation():
        page.get_by_role("button", name="Buat berkas SPJ").click()
    page.evaluate("document.body.dataset.same = 'yes'")
    expect(page.locator("#bundle")).to_contain_text("Berkas SPJ siap", timeout=30_000)
    assert page.evaluate("document.body.dataset.same") == "yes"  # told without loading the page again

    with page.expect_download() as taken:
        page.get_by_role("button", name="Unduh ZIP").click()
    taken.value.save_as(tmp_path / "spj.zip")
    with ZipFile(tmp_path / "spj.zip") as archive:
        assert len(archive.read(MANIFEST).decode().splitlines()) == len(archive.namelist()) - 1 >= 6

    page.locator("#bundle summary").click()
    page.locator("#bundle").get_by_role("button", name="Hapus", exact=True).click()
    expect(page.locator("#toast")).to_contain_text("Berkas SPJ dihapus")
    assert not list((served.instance / "spj").glob("*"))
