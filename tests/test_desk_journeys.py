"""Everyday situations at the desk, on a phone: who is searched for, what is decided, what a card's loss asks for."""

import io
import re

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from rtapp import clock

from .browsers import PHONE, TABLET, assert_accessible, overflow
from .test_journeys import cards, present, scan, scan_again, verdict, welcomed
from .test_offline_journeys import ready

__all__ = ["cards"]
pytestmark = [pytest.mark.browser, pytest.mark.slow]

FULL_KELURAHAN = "Belimbing Raya"


@pytest.fixture
def phone(visit):
    """Open the desk of wave I on a phone, as the desk or the admin."""

    def open_desk(role: str = "desk", **options) -> Page:
        page = visit(role, "/desk/1", size=PHONE, **options)
        verdict(page, "READY")
        return page

    return open_desk


def look_for(page: Page, words: str) -> None:
    page.locator("#code").fill(words)
    expect(page.locator("#results")).to_have_attribute("data-q", words)


def covers(one: Locator, other: Locator) -> bool:
    """Say whether two things on the page lie over one another."""
    a, b = one.bounding_box(), other.bounding_box()
    beside = a["x"] + a["width"] <= b["x"] or b["x"] + b["width"] <= a["x"]
    return not beside and not (a["y"] + a["height"] <= b["y"] or b["y"] + b["height"] <= a["y"])


def in_view(page: Page, part: Locator) -> bool:
    box, height = part.bounding_box(), page.viewport_size["height"]
    return box["y"] >= 0 and box["y"] + box["height"] <= height


def test_a_count_that_no_stream_brings_is_asked_for(phone, cards):
    page = phone()
    page.route("**/stream", lambda route: route.abort())
    page.reload()
    scan(page, cards[0]["code"])
    welcomed(page, cards[0])
    present(page, 1)


def test_fifteen_rts_of_one_kelurahan_are_said_shown_and_told_apart(phone, cards):
    page = phone()
    here = [card for card in cards if card["village"] == FULL_KELURAHAN]
    assert len(here) == 15
    for card in here[:8]:
        scan(page, card["code"])
    present(page, 8)
    look_for(page, FULL_KELURAHAN)
    expect(page.locator("#results .shown")).to_contain_text("8 dari 15 orang")
    expect(page.locator("#results form")).to_have_count(7)
    expect(page.locator("#results .present")).to_have_count(1)
    assert overflow(page) == 0
    page.get_by_role("link", name="Tampilkan 7 lagi").click()
    expect(page.locator("#results .row")).to_have_count(15)
    expect(page.locator("#results .present")).to_have_count(8)
    expect(page.locator("#results .present form")).to_have_count(0)
    names = page.locator("#results .present .person-name").all_inner_texts()
    assert names == [card["name"] for card in here[:8]]
    assert_accessible(page)


@pytest.mark.parametrize("words", ["-", "...", "احمد", "rt", "Syahrinii Contohh"])
def test_enter_enter_marks_nobody_who_was_not_searched_for(phone, words):
    page = phone()
    look_for(page, words)
    for _time in range(2):
        page.keyboard.press("Enter")
        page.wait_for_timeout(600)
    verdict(page, "READY")
    present(page, 0)


def test_enter_enter_marks_nobody_of_a_list_that_is_cut_or_of_other_words(phone, cards):
    page = phone()
    look_for(page, "rahmah")
    for _time in range(2):
        page.keyboard.press("Enter")
        page.wait_for_timeout(600)
    present(page, 0)
    page.route("**/people?*", lambda route: route.abort())
    look_for(page, f"rt {cards[0]['rt']} {cards[0]['village']}")  # by this device's own list
    page.keyboard.press("Enter")
    expect(page.locator("#results button")).to_be_focused()
    page.keyboard.press("Enter")
    verdict(page, "WELCOME")
    expect(page.locator(".verdict-name")).to_have_text(cards[0]["name"])


def test_already_tells_a_clerk_what_to_do_and_a_supervisor_undoes_or_swaps_it(phone, cards):
    page, supervisor = phone(), phone("admin")
    scan(supervisor, cards[0]["code"])
    verdict(supervisor, "WELCOME")
    scan(page, cards[0]["code"])
    verdict(page, "ALREADY")
    expect(page.locator("#verdict")).to_contain_text("Panggil koordinator")
    scan_again(supervisor, cards[0]["code"])
    verdict(supervisor, "ALREADY")
    card = supervisor.locator("#verdict")
    expect(card.get_by_role("link", name="Salah orang")).to_be_visible()
    card.locator("summary", has_text="Batalkan pencatatan").click()
    assert_accessible(supervisor)
    card.locator("input[name=reason]").fill("salah orang")
    card.get_by_role("button", name="Batalkan pencatatan").click()
    present(supervisor, 0)
    expect(supervisor.locator("#recent .undone")).to_have_count(1)
    expect(supervisor.locator("#recent .undone [href$='#check']")).to_have_count(0)


def test_what_was_scanned_without_the_server_is_counted_and_listed_before_and_after(phone, served, cards):
    page = ready(phone())
    scan(page, cards[0]["code"])
    verdict(page, "WELCOME")
    expect(page.locator("#recent li")).to_have_count(1)
    served.kill()
    for card in cards[1:4]:
        scan(page, card["code"])
        expect(page.locator("#verdict")).to_have_attribute("data-provisional", "")
        expect(page.locator(".verdict-name")).to_have_text(card["name"])
    expect(page.locator(".count-here")).to_contain_text("3")
    names = [card["name"] for card in reversed(cards[:4])]
    expect(page.locator("#recent .person-name")).to_have_text(names)
    expect(page.locator("#recent [data-provisional]")).to_have_count(3)
    page.evaluate("scrollTo(0, 0)")
    # One box speaks of the lost server, below the verdict, which stays where it is.
    assert page.locator("main .notice:visible").count() == 1
    assert in_view(page, page.locator(".verdict-name"))
    assert page.locator("#sending").bounding_box()["y"] > page.locator("#verdict").bounding_box()["y"]
    middle = page.locator(".verdict-name").bounding_box()
    assert middle["y"] < PHONE[1] / 2
    look_for(page, f"rt {cards[1]['rt']} {cards[1]['village']}")
    expect(page.locator("#results .row")).to_contain_text("Hadir")
    expect(page.locator("#results .row form")).to_have_count(0)
    page.locator("#code").fill("")
    served.start()
    present(page, 4)
    expect(page.locator("#recent [data-provisional], .count-here")).to_have_count(0)
    expect(page.locator("#recent .person-name")).to_have_text(names)


@pytest.mark.parametrize("size", [PHONE, TABLET])
def test_in_a_conflict_the_way_back_covers_no_decision(visit, cards, size):
    page = visit("admin", "/desk/1", size=size)
    scan(page, cards[0]["code"])
    verdict(page, "WELCOME")
    page.locator("summary", has_text="Diwakili").click()
    form = page.locator("#verdict details[open] form")
    assert not covers(page.locator("#verdict details[open] summary"), form.locator("button"))
    form.locator("input[name=name]").fill("WAKIL CONTOH")
    form.get_by_role("button").click()
    verdict(page, "REPRESENTED")
    scan_again(page, cards[0]["code"])
    verdict(page, "CONFLICT")
    back = page.locator("#verdict details[open] > summary")
    for choice in ("Wakilnya yang dihitung", "Ketua RT datang sendiri"):
        assert not covers(back, page.locator("#verdict").get_by_role("button", name=choice))
    page.locator("#verdict input[name=reason]").fill("orangnya di sini")
    page.get_by_role("button", name="Wakilnya yang dihitung").click()
    verdict(page, "REPRESENTED")


def test_a_phones_header_says_which_desk_it_is(phone, served, cards):
    page = phone()
    expect(page.locator(".frame").get_by_text("Meja demo").first).to_be_visible()
    page.goto(f"{served.url}/K/{cards[0]['code']}")
    page.wait_for_url(re.compile("/scans/"))
    expect(page.locator("main .mark")).to_contain_text("Meja demo")
    assert_accessible(page)


def test_a_lost_card_is_replaced_at_the_desk_and_read_from_the_screen(phone, cards):
    page = phone("admin")
    scan(page, cards[0]["code"])
    verdict(page, "WELCOME")
    page.locator("#verdict").get_by_role("link", name="Orang ini").click()
    page.locator("summary", has_text="Kartu hilang").click()
    page.locator("details[open] input[name=reason]").fill("hilang")
    page.get_by_role("button", name="Terbitkan kartu baru").click()
    code = page.locator(".code-on-screen")
    expect(code).to_be_visible()
    assert in_view(page, code) and code.bounding_box()["width"] > PHONE[0] * 0.8
    (new,) = (code.text for code in zxingcpp.read_barcodes(Image.open(io.BytesIO(page.screenshot()))))
    assert cards[0]["code"] not in new
    assert_accessible(page)
    page.get_by_role("link", name="Selesai, ke meja").click()
    verdict(page, "READY")
    scan(page, cards[0]["code"])
    verdict(page, "REVOKED")
    scan(page, new)
    verdict(page, "ALREADY")


def test_the_list_of_checkpoints_marks_todays_and_lies_right(visit, served):
    today = clock.local(clock.utcnow(), "Asia/Makassar").date()
    served.rows("UPDATE wave SET date = ? WHERE number = 2", today.isoformat())
    for size in (PHONE, TABLET):
        page = visit("admin", "/desk", size=size)
        marked = page.locator("[aria-current=date]")
        expect(marked).to_have_count(4)
        expect(marked.first).to_contain_text("Hari ini")
        for row in page.locator(".points > .row").all()[:6]:
            outer, chevron = row.bounding_box(), row.locator(".chevron").bounding_box()
            assert outer["x"] + outer["width"] - chevron["x"] - chevron["width"] < 24
        assert_accessible(page)
        assert overflow(page) == 0
