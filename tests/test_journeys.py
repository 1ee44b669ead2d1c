"""The main job, done as people do it: a real browser before a real server."""

import re
import shutil
import subprocess

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from rtapp.badges.token import TEST_TOKEN

from .browsers import PHONE, launch, sign_in, watch
from .filming import film
from .served import Served, command

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def cards(served: Served) -> list[dict[str, str]]:
    """The live cards of everybody of wave I, by district, village and RT."""
    return [dict(zip(FACTS, row, strict=True)) for row in served.rows(CARDS)]


FACTS = ("code", "short_code", "name", "rt", "village", "village_code")
CARDS = """
SELECT badge.token, badge.short_code, participant.name, seat.rt, village.name, village.code
FROM participant JOIN badge ON badge.participant_id = participant.id AND badge.revoked_at IS NULL
JOIN seat ON seat.id = participant.seat_id JOIN village ON village.id = seat.village_id
JOIN wave ON wave.id = participant.wave_id WHERE wave.number = 1 ORDER BY village.code, seat.rt
"""
OF_WAVE_TWO = """
SELECT token FROM badge JOIN participant ON participant.id = participant_id JOIN wave ON wave.id = wave_id
WHERE wave.number = 2 AND revoked_at IS NULL ORDER BY badge.id LIMIT 2"""


def desk(visit, **options) -> Page:
    page = visit("desk", "/desk/1", **options)
    expect(page.locator("#verdict")).to_have_attribute("data-verdict", "READY")
    return page


def scan(page: Page, code: str) -> None:
    """Type as a hand scanner does: fast, then Enter."""
    page.keyboard.type(code)
    page.keyboard.press("Enter")


def scan_again(page: Page, code: str) -> None:
    """Scan a card once more as a gesture of its own: another one was read in between."""
    scan(page, TEST_TOKEN)
    verdict(page, "TEST")
    scan(page, code)


def verdict(page: Page, word: str) -> None:
    expect(page.locator("#verdict")).to_have_attribute("data-verdict", word)


def welcomed(page: Page, card: dict[str, str]) -> None:
    expect(page.locator(".verdict-name")).to_have_text(card["name"])
    verdict(page, "WELCOME")


def present(page: Page, number: int) -> None:
    expect(page.locator("#count strong")).to_have_text(str(number))


def test_a_code_of_another_event_is_unknown_and_says_what_to_do(visit):
    page = desk(visit)
    scan(page, "HTTP://192.0.2.9/K/ABCDEFGHIJKLMNOP")
    verdict(page, "UNKNOWN")
    expect(page.locator(".verdict-note")).to_contain_text("Cari orangnya")


def test_a_short_code_typed_slowly_marks(visit, cards):
    page = desk(visit)
    code = cards[0]["short_code"]
    page.keyboard.type(f"{code[:3]}-{code[3:]}".lower(), delay=60)
    page.keyboard.press("Enter")
    verdict(page, "WELCOME")


def test_the_same_words_searched_again_find_the_next_person_and_mark_nobody_twice(visit, cards):
    page = desk(visit)
    page.keyboard.insert_text("rt 3 mabuun")
    page.locator("#results .row").first.get_by_role("button").click()
    verdict(page, "WELCOME")
    expect(page.locator("#results .row")).to_have_count(0)
    page.keyboard.insert_text("rt 3 mabuun")
    expect(page.locator("#results .row")).to_contain_text("Hadir")
    expect(page.locator("#results .row button")).to_have_count(0)


def test_the_keyboard_alone_searches_marks_and_undoes(visit, cards):
    page = desk(visit)
    page.keyboard.type(f"rt {cards[0]['rt']} {cards[0]['village']}", delay=40)
    page.keyboard.press("Enter")
    expect(page.locator("#results button").first).to_be_focused()
    page.wait_for_timeout(800)  # a person looks first: what was still to be searched for has come by then
    page.keyboard.press("Enter")
    verdict(page, "WELCOME")
    page.locator("#recent a").first.focus()
    page.keyboard.press("Enter")
    page.locator("details[open] [name=reason]").focus()
    page.keyboard.type("salah orang")
    page.keyboard.press("Enter")
    expect(page.locator("#recent .undone")).to_have_count(1)
    present(page, 0)


def test_a_lost_answer_is_sent_again_said_so_and_counted_once(visit, served, cards):
    page = desk(visit)
    lost = []

    def lose_first(route):
        if not lost:
            lost.append(route.fetch())  # the server has recorded it; the answer never arrives
            route.abort()
        else:
            route.continue_()

    page.route("**/desk/1/scans", lose_first)
    scan(page, cards[0]["code"])
    expect(page.locator("#sending")).to_be_visible()
    verdict(page, "WELCOME")
    expect(page.locator("#sending")).to_be_hidden()
    present(page, 1)
    assert lost


def test_the_phones_own_camera_opens_the_person_and_records_once(visit, served, cards):
    page = visit("desk", "/desk/1", size=PHONE)
    page.goto(f"{served.url}/K/{cards[0]['code']}")
    page.wait_for_url(re.compile("/scans/"))
    verdict(page, "WELCOME")
    expect(page.locator(".verdict-name")).to_have_text(cards[0]["name"])
    page.reload()
    verdict(page, "WELCOME")
    page.goto(f"{served.url}/k/{cards[0]['code'].lower()}")
    page.wait_for_url(re.compile("/scans/"))
    verdict(page, "ALREADY")


def test_a_discarded_tab_that_reloads_records_nothing_again(visit, served, cards):
    page = visit("desk", "/desk/1", size=PHONE)
    page.route("**/scans/*", lambda route: route.abort())  # the phone drops the tab before the answer's page loads
    with page.expect_event("requestfailed", lambda request: "/scans/" in request.url):
        page.goto(f"{served.url}/K/{cards[0]['code']}")
    page.unroute("**/scans/*")
    page.goto(f"{served.url}/desk/1")
    page.go_back()
    page.wait_for_url("**/scans/*")  # sent once more, and answered
    page.goto(f"{served.url}/desk/1")
    present(page, 1)


@pytest.mark.skipif(shutil.which("pdftoppm") is None, reason="pdftoppm is missing: install poppler-utils")
def test_a_printed_card_before_the_camera_is_welcomed_and_counted_elsewhere(
    served, cards, tmp_path, playwright, chromium
):
    pdf = tmp_path / "kartu.pdf"
    done = command("badges", str(pdf), "--village", cards[0]["village_code"], "--paper", "a4", instance=served.instance)
    assert done.returncode == 0, done.stderr
    subprocess.run(["pdftoppm", "-r", "150", "-png", "-l", "1", str(pdf), str(tmp_path / "page")], check=True)
    sheet = Image.open(next(tmp_path.glob("page*.png")))
    first_card = sheet.crop((0, 0, sheet.width // 2, sheet.height // 5 + sheet.height // 40))
    clip = film([first_card], tmp_path / "card.mjpeg")
    flags = ("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream")
    mistakes: list[str] = []
    with launch(playwright, chromium, *flags, f"--use-file-for-fake-video-capture={clip}") as browser:
        context = browser.new_context(permissions=["camera"], viewport={"width": 1024, "height": 768})
        watch(context, served.url, mistakes)
        page = context.new_page()
        sign_in(page, served.links[-1])
        board = browser.new_context().new_page()
        sign_in(board, served.links[-2])
        board.goto(f"{served.url}/waves/1/counts")
        page.goto(f"{served.url}/desk/1")
        page.locator("#camera").click()
        verdict(page, "WELCOME")
        present(page, 1)
        expect(board.locator("#board .headline strong")).to_have_text("1")
        page.locator("#camera").click()
        expect(page.locator("video")).to_have_count(0)
        page.locator("#camera").click()
        page.wait_for_timeout(3500)
        verdict(page, "ALREADY")
        present(page, 1)
    assert mistakes == []


def test_without_javascript_people_are_found_marked_and_undone(visit, cards):
    page = visit("desk", "/desk/1")
    page.context.close()
    page = visit("desk", "/desk/1", java_script_enabled=False)
    page.locator("#code").fill(f"rt {cards[0]['rt']} {cards[0]['village']}")
    page.locator("#code").press("Enter")
    page.locator("#results button").first.click()
    verdict(page, "WELCOME")
    page.locator("#code").fill(cards[1]["code"])
    page.locator("#code").press("Enter")
    verdict(page, "WELCOME")
    present(page, 2)
    page.locator("#recent a").first.click()
    page.locator("details[open] [name=reason]").fill("salah orang")
    page.locator("details[open] form button").click()
    expect(page.locator("#recent .undone")).to_have_count(1)
    present(page, 1)
