"""A dirty list from the file to the roster, on a tablet and without a script."""

import pytest
from playwright.sync_api import expect

from .browsers import PHONE, TABLET, assert_accessible, overflow
from .lists import workbook

pytestmark = [pytest.mark.browser, pytest.mark.slow]

DIRTY = [
    ["DAFTAR KETUA RT KECAMATAN UPAU"],
    ["No", "Nama", "RT", "Desa", "HP"],
    [1, "CONTOH PERTAMA", "RT 041", "Kinarum", 81500000901],
    [2, "CONTOH KEDUA", "3-Jan", "Kinarum", None],
    [3, "CONTOH KETIGA", "RT 042", "Kinarun", None],
    [4, "CONTOH KEEMPAT", "RT 043", "Kinarun", None],
    [5, "KOSONG", "RT 044", "Kinarum", None],
    ["JUMLAH", 5],
]


@pytest.fixture
def dirty(tmp_path):
    file = tmp_path / "daftar kotor.xlsx"
    file.write_bytes(workbook(Data=DIRTY))
    return file


@pytest.mark.parametrize("size", [TABLET, PHONE], ids=["tablet", "phone"])
def test_a_dirty_list_is_read_decided_saved_and_undone(visit, dirty, size):
    page = visit("admin", "/roster-imports/new", size=size, has_touch=True)
    page.set_input_files("#file", str(dirty))
    page.get_by_role("button", name="Baca daftar").click()
    page.wait_for_url("**/columns")
    expect(page.get_by_text("Judul kolom di baris 2.")).to_be_visible()
    assert overflow(page) <= 0
    assert_accessible(page)
    page.get_by_role("button", name="Periksa isinya").click()
    expect(page.get_by_role("heading", name="Desa “Kinarun” tidak ada persis")).to_be_visible()
    assert overflow(page) <= 0
    assert_accessible(page)
    page.get_by_role("button", name="Kinarum, Upau (semua 2)").click()
    expect(page.get_by_text("Kinarun")).to_have_count(0)
    page.get_by_placeholder("RT, misalnya 3").fill("45")
    page.get_by_role("button", name="Pakai").click()
    expect(page.get_by_role("link", name="Perlu keputusan 0")).to_be_visible()
    expect(page.get_by_text("4 orang baru, 0 baris berubah")).to_be_visible()
    page.get_by_role("button", name="Simpan ke daftar peserta").click()
    expect(page.get_by_text("Tersimpan", exact=False).first).to_be_visible()
    page.goto(page.url.split("/roster-imports")[0] + "/participants?q=contoh+ke+kinarum")
    expect(page.locator(".person-name", has_text="CONTOH KEDUA")).to_be_visible()
    page.go_back()
    page.locator("details.confirm summary", has_text="Batalkan impor").click()
    page.locator("details.confirm[open] form button").click()
    expect(page.get_by_text("Impor ini dibatalkan")).to_be_visible()
    assert_accessible(page)


def test_a_file_that_is_no_list_is_said_on_the_same_page(visit, tmp_path):
    file = tmp_path / "surat.csv"
    file.write_text("Yth. Bapak Camat\nDengan hormat\n", encoding="utf-8")
    page = visit("admin", "/roster-imports/new")
    page.context.expect_mistake = True
    page.set_input_files("#file", str(file))
    page.get_by_role("button", name="Baca daftar").click()
    expect(page.get_by_role("alert")).to_contain_text("Tidak ada daftar di berkas ini")
    expect(page.get_by_role("button", name="Baca daftar")).to_be_enabled()
