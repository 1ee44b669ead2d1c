"""Preparing an event in a real browser: without a script, with rows open and refused, and the desk's one tap."""

import pytest
from playwright.sync_api import Page, expect

from .browsers import PHONE, TABLET, assert_accessible, overflow

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def save(page: Page, row: str, button: str = "Simpan") -> None:
    page.locator(f"#{row}").get_by_role("button", name=button, exact=True).last.click()


def assert_readable(page: Page) -> None:
    assert_accessible(page)
    assert overflow(page) <= 0


def test_places_are_found_and_changed_while_typing(visit):
    page = visit("admin", "/places")
    page.get_by_label("Cari desa, kecamatan, atau kode").press_sequentially("padangin")
    expect(page.locator("#districts .row-open")).to_have_count(2)
    page.locator("#districts .row-open").first.click()
    page.get_by_label("Nama", exact=True).locator("visible=true").fill("Padangin Contoh")
    page.locator(".row-form:visible").get_by_role("button", name="Simpan").click()
    expect(page.locator("#districts .row-open").first).to_contain_text("Padangin Contoh")
    expect(page.locator("#districts .row-open").first).to_be_in_viewport()


@pytest.mark.parametrize("size", [TABLET, PHONE], ids=["tablet", "phone"])
def test_open_and_refused_forms_are_readable_by_everybody_and_fit(visit, size):
    page = visit("admin", "/waves/2", size=size)
    page.evaluate("document.querySelectorAll('form').forEach((form) => { form.noValidate = true; })")
    for row in ("wave", "checkpoint-5"):
        page.locator(f"#{row} > summary").click()
    page.locator("#checkpoint-5 .confirm > summary").click()
    assert_readable(page)
    page.locator("#agenda- > summary").click()
    page.locator("#agenda--material").fill("Materi contoh dengan judul yang amat sangat panjang sekali " * 4)
    save(page, "agenda-", "Tambah")
    expect(page.locator("#agenda--ends-error")).to_contain_text("Isi jam")
    assert_readable(page)
    page.locator("#district-3").fill("banyak")
    page.get_by_role("button", name="Simpan jumlah").click()
    expect(page.locator("#district-3-error")).to_contain_text("“banyak” bukan bilangan bulat")
    assert_readable(page)
    page.goto(page.url.partition("/waves")[0] + "/places?village=50")
    assert_readable(page)


@pytest.mark.parametrize("size", [TABLET, PHONE], ids=["tablet", "phone"])
def test_what_was_saved_far_down_a_page_is_said_where_the_page_opens(visit, size):
    page = visit("admin", "/waves/2", size=size)
    page.locator("#invited input.short").first.fill("150")
    page.locator("#invited").get_by_role("button", name="Simpan jumlah").click()
    expect(page.locator("#toast")).to_have_text("Tersimpan.")
    expect(page.locator("#toast .toast")).to_be_in_viewport()
    expect(page.locator("#invited h2")).to_be_in_viewport()


@pytest.mark.parametrize(("locale", "reads_right"), [("en-US", False), ("id-ID", True), ("en-GB", True)])
def test_days_and_times_stand_as_the_office_writes_them_whatever_the_browser_speaks(visit, locale, reads_right):
    page = visit("admin", "/waves/1", locale=locale)
    page.locator("#agenda-1 > summary").click()
    starts = page.locator("#agenda-1-starts")
    expect(starts).to_have_attribute("type", "time" if reads_right else "text")
    expect(starts).to_have_value("08:30" if reads_right else "08.30")
    starts.fill("13:15" if reads_right else "13.15")
    page.locator("#agenda-1-ends").fill("14:00" if reads_right else "1400")
    save(page, "agenda-1")
    expect(page.locator("#agenda > ul")).to_contain_text("13.15")
    page.locator("#wave > summary, #day summary, summary:has-text('Ubah hari')").first.click()
    day = page.get_by_label("Hari", exact=True).first
    expect(day).to_have_value("2023-11-08" if reads_right else "08-11-2023")
    day.fill("2023-11-09" if reads_right else "9/11/2023")
    expect(page.locator("output.chosen:visible").first).to_contain_text("Kamis, 9 November 2023")
    page.locator("form:visible").get_by_role("button", name="Simpan").first.click()
    expect(page.locator(".page-head")).to_contain_text("Kamis, 9 November 2023")
