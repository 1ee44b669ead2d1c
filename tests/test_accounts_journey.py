"""A phone becomes a desk by the code on the admin's screen, and stops being one at once: in real browsers."""

import io
import re

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Page, expect

from .browsers import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def scanned(page: Page) -> str:
    """Return what a camera reads from the screen."""
    found = zxingcpp.read_barcodes(Image.open(io.BytesIO(page.screenshot())))
    assert len(found) == 1
    return found[0].text


def test_a_phone_pairs_by_the_code_on_the_screen_and_is_out_when_revoked(visit, served):
    admin = visit("admin", "/devices/new", color_scheme="dark")
    admin.get_by_label("Nama perangkat").fill("Meja 7 · pintu timur")
    admin.get_by_role("button", name="Tambah perangkat").click()
    admin.get_by_role("button", name="Tampilkan QR").click()
    here = admin.get_by_role("button", name=served.url)  # offered where this machine has a network
    if here.count():
        here.click()
    expect(admin.locator("#pairing")).to_contain_text("Menunggu dipindai")
    code = scanned(admin)
    assert code.startswith(f"{served.url}/links/")

    phone = visit("stranger", code.removeprefix(served.url), size=PHONE)
    expect(phone.locator("h1")).to_contain_text("Jadikan perangkat ini “Meja 7 · pintu timur”")
    phone.get_by_role("button", name="Pakai perangkat ini").click()
    expect(phone).to_have_url(re.compile("/desk"))
    expect(admin.locator("#pairing")).to_contain_text("Meja 7 · pintu timur sudah terhubung")

    admin.get_by_role("link", name="Selesai").click()
    admin.get_by_role("link", name="Meja 7 · pintu timur").click()
    admin.get_by_text("Cabut perangkat").first.click()
    admin.locator("details[open] button.danger").click()
    expect(admin.locator("#toast")).to_contain_text("dicabut dan tidak dapat mencatat lagi")
    phone.goto(f"{served.url}/desk")
    expect(phone).to_have_url(re.compile("/sign-in"))
