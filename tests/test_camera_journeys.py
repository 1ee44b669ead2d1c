"""The camera in the page: whatever takes its picture or its decoder away, it comes back or the page says so."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect

from .browsers import PHONE, assert_accessible, launch, sign_in, watch
from .filming import code_picture, film
from .served import Served, until
from .test_journeys import cards, present, verdict

__all__ = ["cards"]
pytestmark = [pytest.mark.browser, pytest.mark.slow]
WASM = "**/zxing_reader.wasm"
HIDE = """(hidden) => {
  Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });
  document.dispatchEvent(new Event('visibilitychange'));
}"""
END = """() => {
  const [track] = document.querySelector('video').srcObject.getVideoTracks();
  track.stop();
  track.dispatchEvent(new Event('ended'));
}"""
MUTE = """() => {
  const [track] = document.querySelector('video').srcObject.getVideoTracks();
  Object.defineProperty(track, 'muted', { value: true });
  track.dispatchEvent(new Event('mute'));
}"""
GONE = """() => {
  window.real = navigator.mediaDevices.getUserMedia;
  navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotFoundError'));
}"""
BACK = "() => { navigator.mediaDevices.getUserMedia = window.real; }"
REFUSED = "navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotAllowedError'));"
NO_WASM = "delete window.WebAssembly;"
OWN_DECODER = """
window.BarcodeDetector = class {
  static async getSupportedFormats() { return ['qr_code']; }
  async detect(canvas) { return canvas.width > 100 ? [{ rawValue: '%s' }] : []; }
};
"""


@pytest.fixture
def camera(playwright: Playwright, chromium: str, served: Served, cards: list[dict[str, str]], tmp_path: Path):
    """Open a signed-in desk on a phone whose camera looks at the second card; scripts run before the page's."""
    clip = film([code_picture(cards[1]["code"], px=16)], tmp_path / "card.mjpeg")
    flags = ("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream")
    browser: Browser = launch(playwright, chromium, *flags, f"--use-file-for-fake-video-capture={clip}")
    mistakes: list[str] = []

    def open_desk(script: str = "", path: str = "/desk/1") -> Page:
        options = {"permissions": ["camera"], "service_workers": "block"}
        context = browser.new_context(viewport={"width": PHONE[0], "height": PHONE[1]}, **options)
        watch(context, served.url, mistakes)
        page = context.new_page()
        sign_in(page, served.links[-1])
        page.add_init_script(script or ";")
        page.goto(served.url + path)
        return page

    yield open_desk
    browser.close()
    assert mistakes == []


def says(page: Page, sentence: str) -> None:
    expect(page.locator(".camera-said")).to_contain_text(sentence, use_inner_text=True)


def test_a_decoder_that_fails_once_is_loaded_again_and_the_card_is_read(camera, cards):
    page = camera()
    asked: list[str] = []

    def fail_twice(route):
        asked.append(route.request.url)
        route.abort() if len(asked) < 3 else route.continue_()

    page.route(WASM, fail_twice)
    page.locator("#camera").click()
    says(page, "Pembaca kode sedang dimuat")
    verdict(page, "WELCOME")
    expect(page.locator(".camera-said p:visible")).to_have_count(0)
    assert len(asked) > 2


def test_a_decoder_that_does_not_come_is_said_and_scanners_go_on(camera, cards):
    page = camera()
    page.route("**/iife/reader/index.js", lambda route: route.abort())
    page.locator("#camera").click()
    says(page, "Pembaca kode tidak dapat dimuat")
    assert_accessible(page)
    page.keyboard.type(cards[2]["code"], delay=4)
    page.keyboard.press("Enter")
    expect(page.locator(".verdict-name")).to_have_text(cards[2]["name"])
    page.unroute("**/iife/reader/index.js")
    present(page, 2)  # the card before the camera, too


STILL = "() => document.querySelector('video').pause()"


@pytest.mark.parametrize("fate", [END, MUTE, STILL], ids=["end", "mute", "still"])
def test_a_picture_that_goes_away_comes_back_by_itself(camera, fate):
    page = camera()
    page.locator("#camera").click()
    present(page, 1)
    shown = "document.querySelector('video')?.srcObject?.id"
    first = page.evaluate(shown)
    page.evaluate(fate)
    until(lambda: page.evaluate(shown) not in (None, first))
    expect(page.locator("video")).to_have_count(1)
    expect(page.locator("#camera")).to_have_attribute("aria-pressed", "true")


def test_a_camera_that_is_taken_away_leaves_no_still_picture_and_a_tap_starts_it_again(camera):
    page = camera()
    page.locator("#camera").click()
    present(page, 1)
    page.evaluate(GONE)
    page.evaluate(END)
    says(page, "Kamera berhenti")
    expect(page.locator("video")).to_have_count(0)
    assert_accessible(page)
    page.evaluate(BACK)
    page.get_by_role("button", name="Nyalakan lagi").click()
    expect(page.locator("video")).to_have_count(1)
    expect(page.locator(".camera-said p:visible")).to_have_count(0)


def test_in_the_background_the_camera_rests_and_is_there_again_after(camera):
    page = camera()
    page.locator("#camera").click()
    present(page, 1)
    page.evaluate(HIDE, True)
    expect(page.locator("video")).to_have_count(0)
    page.evaluate(HIDE, False)
    expect(page.locator("video")).to_have_count(1)
    page.locator("#camera").click()
    expect(page.locator("video")).to_have_count(0)
    page.evaluate(HIDE, True)
    page.evaluate(HIDE, False)
    expect(page.locator("video")).to_have_count(0)  # nobody wants it any more


def test_a_camera_that_may_not_be_used_is_said(camera):
    page = camera(REFUSED)
    page.locator("#camera").click()
    says(page, "Izinkan kamera untuk halaman ini")
    expect(page.get_by_role("button", name="Nyalakan lagi")).to_be_visible()


def test_an_engine_that_cannot_decode_says_so_for_camera_and_photo_and_on_the_checks(camera, cards, tmp_path):
    page = camera(NO_WASM)
    page.locator("#camera").click()
    says(page, "perlu peramban yang lebih baru: Chrome 97")
    expect(page.locator("video")).to_have_count(0)
    page.locator("#camera").click()
    photo = tmp_path / "card.png"
    code_picture(cards[3]["code"]).save(photo)
    page.locator("#photo").set_input_files(str(photo))
    expect(page.locator("#no-decoder")).to_contain_text("perlu peramban yang lebih baru")
    expect(page.locator("#no-code")).to_be_hidden()
    page.goto(page.url.replace("/desk/1", "/preflight"))
    expect(page.locator("#check-engine")).to_have_attribute("data-state", "part")
    page.get_by_role("button", name="Coba kamera").click()
    says(page, "perlu peramban yang lebih baru")


def test_an_engine_with_a_decoder_of_its_own_reads_with_that(camera, cards):
    page = camera(NO_WASM + OWN_DECODER % cards[1]["code"])
    page.locator("#camera").click()
    expect(page.locator(".verdict-name")).to_have_text(cards[1]["name"])


def test_a_photo_whose_decoder_does_not_come_is_not_called_empty(camera, cards, tmp_path):
    page = camera()
    page.route(WASM, lambda route: route.abort())
    photo = tmp_path / "card.png"
    code_picture(cards[3]["code"]).save(photo)
    page.locator("#photo").set_input_files(str(photo))
    expect(page.locator("#decoder-away")).to_be_visible()
    page.unroute(WASM)
    page.locator("#photo").set_input_files(str(photo))
    expect(page.locator(".verdict-name")).to_have_text(cards[3]["name"])
    expect(page.locator("#decoder-away")).to_be_hidden()
