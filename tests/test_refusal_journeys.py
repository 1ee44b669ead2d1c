"""What the server refuses is told as what it is, how long it lasts, and where a phone shows it."""

import pytest
from playwright.sync_api import Page, expect

from .browsers import PHONE
from .test_journeys import OF_WAVE_TWO, cards, desk, present, scan, verdict

__all__ = ["cards"]
pytestmark = [pytest.mark.browser, pytest.mark.slow]
BUSY = {
    "status": 429,
    "headers": {"Retry-After": "1", "X-Refusal": "too_many_at_once"},
    "content_type": "text/html",
    "body": '<div id="refusal" role="alert">Terlalu banyak yang masuk bersamaan. Coba lagi sebentar lagi.</div>',
}


def busy(page: Page, address: str, times: int) -> None:
    """Let the server say so many times that it has too much to do."""
    page.route(address, lambda route: route.fulfill(**BUSY), times=times)


def test_a_locked_pin_is_told_with_how_long_where_a_phone_shows_it(visit, served, cards):
    page = desk(visit, size=PHONE)
    scan(page, served.rows(OF_WAVE_TWO)[0][0])
    verdict(page, "OTHER_WAVE")
    page.locator("#verdict details summary").click()
    page.locator("#verdict [name=reason]").fill("sudah di tempat")
    refusals = page.locator("#refusals")
    for tries in range(6):
        page.locator("#verdict [name=pin]").fill(f"40281{tries}")
        page.locator("#verdict form", has=page.locator("[name=pin]")).locator("button").last.click()
        expect(refusals).to_contain_text("PIN tidak cocok" if tries < 5 else "Tunggu 15 menit")
        expect(refusals).to_be_in_viewport()
        page.locator("#verdict [name=pin]").scroll_into_view_if_needed()
    expect(page.locator("#unsent")).to_be_hidden()
    expect(page.locator("#sending")).to_be_hidden()


def test_a_busy_server_is_called_busy_and_the_scan_goes_out_again_by_itself(visit, served, cards):
    page = desk(visit, size=PHONE)
    busy(page, "**/desk/1/scans", 5)
    scan(page, cards[0]["code"])
    expect(page.locator("#sending")).to_contain_text("Terlalu banyak yang masuk bersamaan", use_inner_text=True)
    expect(page.locator("#sending")).to_be_in_viewport()
    expect(page.locator("main")).not_to_contain_text("Jawaban server belum datang", use_inner_text=True)
    verdict(page, "WELCOME")
    present(page, 1)
    expect(page.locator("#sending")).to_be_hidden()


def test_a_form_that_a_busy_server_does_not_take_says_so_and_keeps_what_was_typed(visit, served):
    page = visit("desk", "/desk/1/walk-in", size=PHONE)
    page.select_option("[name=kind]", "tamu")
    page.fill("[name=name]", "Tamu Contoh")
    busy(page, "**/csrf-token", 1)
    page.get_by_role("button", name="Tambah dan catat hadir").click()
    expect(page.locator("#toast")).to_contain_text("Terlalu banyak yang masuk bersamaan")
    expect(page.locator("#toast")).not_to_contain_text("tidak menjawab")
    expect(page.locator("[name=name]")).to_have_value("Tamu Contoh")
    page.get_by_role("button", name="Tambah dan catat hadir").click()
    verdict(page, "WELCOME")


def test_one_scan_that_the_server_breaks_over_does_not_stand_in_the_way_of_the_others(visit, served, cards):
    page = desk(visit, size=PHONE)
    poison = cards[0]["code"]
    page.route(
        "**/desk/1/scans",
        lambda route: route.fulfill(status=500) if poison in (route.request.post_data or "") else route.continue_(),
    )
    for card in cards[:4]:
        scan(page, card["code"])
    present(page, 3)
    expect(page.locator("#waiting")).to_have_text("1")
    page.unroute("**/desk/1/scans")
    present(page, 4)


def test_a_revoked_tablet_shows_no_names_on_any_page(visit, served, cards):
    page = visit("desk", "/desk/1", size=PHONE)
    scan(page, cards[0]["code"])
    verdict(page, "WELCOME")
    page.goto(f"{served.url}/desk/1/villages/{cards[0]['village_code']}")
    expect(page.locator("main")).to_contain_text(cards[0]["name"])
    served.rows("UPDATE device SET revoked_at = '2026-01-01 00:00:00'")
    expect(page.locator("main")).not_to_contain_text(cards[0]["name"], timeout=40_000)
