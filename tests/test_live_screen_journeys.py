"""The big screen in a real browser: read from afar, light and dark; it moves, turns, and shouts when it is cut off."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from .browsers import SCREEN, TABLET, watch
from .served import Served
from .test_live_journeys import come

__all__ = ["come"]
pytestmark = [pytest.mark.browser, pytest.mark.slow]


def contrast(page: Page, selector: str) -> float:
    """The contrast (WCAG) of the text of an element on the page's paper."""
    colours = page.evaluate(
        "(at) => [getComputedStyle(document.querySelector(at)).color,"
        " getComputedStyle(document.documentElement).backgroundColor]",
        selector,
    )
    light, dark = sorted((_luminance(colour) for colour in colours), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("size", [SCREEN, TABLET], ids=["projector", "four-to-three"])
def test_the_number_is_read_from_ten_metres(visit, size):
    page = visit("admin", "/waves/1/screen", size)
    number = page.locator("#screen strong")
    assert number.evaluate("e => parseFloat(getComputedStyle(e).fontSize)") >= 0.279 * size[1]
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert all(
            contrast(page, at) >= 7 for at in ("#screen strong", "#screen .headline p", ".districts li", "#clock")
        )
    assert page.evaluate("document.documentElement.scrollHeight - innerHeight") <= 0
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_districts_that_do_not_fit_take_turns(visit):
    page = visit("admin", "/waves/2/screen", SCREEN)
    shown = page.locator(".districts li:visible span:first-child")
    expect(shown).to_have_count(3)
    first = shown.all_inner_texts()
    expect(shown.first).not_to_have_text(first[0], timeout=12_000)
    assert not set(first) & set(shown.all_inner_texts())


def test_a_screen_opened_by_its_link_moves_and_shouts_when_the_server_is_gone(
    browser: Browser, visit, served: Served, come
):
    admin = visit("admin", "/screens")
    admin.locator("#screens form button").first.click()
    link = re.search(r"/screen/[\w-]+", admin.locator("a.code").inner_text())[0]
    context = browser.new_context(viewport={"width": SCREEN[0], "height": SCREEN[1]})
    mistakes: list[str] = []
    watch(context, served.url, mistakes)
    page = context.new_page()
    page.goto(served.url + link)
    page.locator("main form button").click()
    page.wait_for_url("**/waves/1/screen")
    expect(page.locator("#screen strong")).to_have_text("0")
    come(1)
    expect(page.locator("#screen strong")).to_have_text("1", timeout=20_000)
    expect(page.locator("#updated")).to_have_text(re.compile(r"^\d\d\.\d\d\.\d\d$"))
    edge = page.evaluate("getComputedStyle(document.body).borderTopColor")
    served.kill()
    expect(page.locator("body")).to_have_attribute("data-state", "lost", timeout=20_000)
    expect(page.locator(".lost")).to_contain_text(re.compile(r"Terputus dari server sejak \d\d\.\d\d\.\d\d"))
    assert page.evaluate("getComputedStyle(document.body).borderTopColor") != edge
    served.start()
    expect(page.locator("body")).to_have_attribute("data-state", "connected", timeout=20_000)
    expect(page.locator(".lost")).to_be_hidden()
    assert mistakes == []
    context.close()
