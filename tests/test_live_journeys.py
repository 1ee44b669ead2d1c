"""The board in a real browser: it moves by itself, keeps what was opened, and says when it is cut off."""

import re
import secrets
import time
from collections.abc import Callable
from contextlib import closing

import pytest
from playwright.sync_api import Page, expect

from .browsers import PHONE, SCREEN, TABLET, assert_accessible, overflow
from .served import Served, Visitor, device_token

pytestmark = [pytest.mark.browser, pytest.mark.slow]
BOARD = "/waves/1/counts"


@pytest.fixture
def come(served: Served) -> Callable[[int], None]:
    """Let a person come, as a program records it."""
    token = device_token(served.instance, "Program uji")

    def scan(participant: int) -> None:
        with closing(Visitor(served.port, token)) as program:
            assert program.scan(secrets.token_hex(8), source="search", participant=participant) == 200
            assert program.json["verdict"] == "WELCOME"

    return scan


def limit_streams(served: Served, places: int) -> None:
    served.stop()
    (served.instance / "config.py").write_text(f"STREAM_LIMIT = {places}\n")
    served.start()


def shows(page: Page, number: int, seconds: float = 10) -> None:
    expect(page.locator("#board .headline strong")).to_have_text(str(number), timeout=seconds * 1000)


def is_connected(page: Page, yes: bool = True, seconds: float = 20) -> None:
    mark = page.locator("#connection")
    expect(mark).to_have_attribute("data-state", "connected" if yes else "lost", timeout=seconds * 1000)


def test_the_board_moves_by_itself_and_what_was_opened_stays_open(visit, come):
    page = visit("desk", BOARD)
    shows(page, 0)
    district = page.locator(".district", has_text="Murung Pudak")
    district.locator("summary").focus()
    page.keyboard.press("Enter")
    for number in (1, 2, 3):
        come(number)
        shows(page, number, 30)
    expect(district).to_have_attribute("open", "")
    expect(district.locator("summary")).to_be_focused()
    expect(page.locator("#board .recent li")).to_have_count(3)
    expect(page.locator("#board .recent li").first).to_contain_text("Program uji")
    is_connected(page)


def test_the_count_of_an_idle_desk_moves_with_every_scan_of_another(visit, come):
    page = visit("desk", "/desk/1")
    for number in (1, 2, 3):
        come(number)
        expect(page.locator("#count strong")).to_have_text(str(number))


def test_a_board_cut_off_says_so_and_is_right_again_by_itself(visit, served, come):
    page = visit("desk", BOARD)
    come(1)
    shows(page, 1)
    served.kill()
    is_connected(page, False)
    served.start()
    is_connected(page)
    come(2)
    shows(page, 2, 30)


def test_without_a_free_place_the_board_polls_and_is_not_cut_off(visit, served, come):
    page = visit("desk", "/")  # signs in while the server still is the one that printed the link
    limit_streams(served, 0)
    page.goto(served.url + BOARD)
    shows(page, 0)
    for number in (1, 2):
        come(number)
        shows(page, number, 30)
        is_connected(page)


def test_a_board_that_polled_takes_a_free_place(visit, served, come):
    first = visit("desk", "/")
    limit_streams(served, 1)
    first.goto(served.url + BOARD)
    shows(first, 0)
    second = visit("desk", BOARD)
    is_connected(second)
    first.close()
    deadline = time.monotonic() + 150
    for number in range(1, 30):
        come(number)
        came = time.monotonic()
        shows(second, number, 80)
        if time.monotonic() - came < 0.7 and number > 3:
            break
        assert time.monotonic() < deadline, "the board still polls"
        time.sleep(1)


def test_a_stream_that_could_not_be_opened_is_opened_later(visit, come):
    page = visit("desk", "/")
    page.route("**/counts/stream", lambda route: route.abort())
    for asked in ("**/healthz", "**/csrf-token"):
        page.route(asked, lambda route: route.abort())
    page.goto(page.url.split("/desk")[0] + BOARD)
    is_connected(page, False)
    for asked in ("**/counts/stream", "**/healthz", "**/csrf-token"):
        page.unroute(asked)
    is_connected(page)
    come(1)
    shows(page, 1, 30)


def test_the_stream_is_opened_also_where_its_script_comes_late(visit, come):
    page = visit("desk", "/", service_workers="block")
    page.route("**/hx-sse.min.js*", lambda route: (time.sleep(1), route.continue_()))
    page.goto(page.url.split("/desk")[0] + BOARD)
    come(1)
    shows(page, 1, 30)


def test_a_page_without_streams_notices_a_server_that_is_gone(visit, served):
    page = visit("desk", "/desk")
    expect(page.locator("[hx-sse\\:connect]")).to_have_count(0)
    served.kill()
    page.evaluate("dispatchEvent(new Event('offline'))")  # else it is asked for every 15 seconds
    is_connected(page, False)
    served.start()
    is_connected(page)


def test_the_mark_counts_what_waits_on_this_device(visit):
    page = visit("desk", BOARD)
    # Of another instance, and so sent by nobody here: they wait until they are taken away.
    keep = """async (wanted) => {
      const store = await import('/static/js/store.js');
      const kept = { home: 'another instance', order: Date.now() - 60000 };
      for (const nonce of [1, 2, 3]) {
        await (wanted ? store.write('waiting', { nonce, ...kept }) : store.remove('waiting', nonce));
      }
    }"""
    page.evaluate(keep, True)
    is_connected(page, False)
    expect(page.locator("#connection")).to_contain_text("3")
    page.evaluate(keep, False)
    is_connected(page)
    expect(page.locator("#connection .waiting")).to_be_hidden()


def test_whoever_was_revoked_is_led_to_the_door(visit, served):
    page = visit("desk", BOARD)
    shows(page, 0)
    page.context.clear_cookies()
    served.kill()
    served.start()
    page.wait_for_url(re.compile("/sign-in"), timeout=20_000)


def test_everybody_can_read_the_board(visit, come):
    come(1)
    page = visit("desk", BOARD)
    shows(page, 1)
    page.locator(".district summary").first.click()
    for width, height in (TABLET, PHONE, SCREEN):
        page.set_viewport_size({"width": width, "height": height})
        assert_accessible(page)
        assert overflow(page) <= 0
