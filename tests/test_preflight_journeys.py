"""The checks before the doors open, in a real browser: what a device measures, what its camera reads, what it may."""

import base64
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect

from rtapp.badges import token as codes

from .browsers import PHONE, TABLET, WHOLE_BROWSERS, assert_accessible, find_browser, launch, overflow, sign_in, watch
from .filming import code_picture, film
from .served import Served, until
from .test_pages import TARGETS
from .test_serving_tls import Secure

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CAMERAS = ("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream=device-count=2")
PLAIN_LAN = "--host-resolver-rules=MAP meja.lan 127.0.0.1"


@pytest.fixture
def filmed(playwright: Playwright, chromium: str, tmp_path: Path) -> Iterator[Browser]:
    """A browser whose camera looks at the test card."""
    card = code_picture(codes.payload(codes.TEST_TOKEN), px=16)
    clip = film([card], tmp_path / "card.mjpeg")
    flags = ("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream")
    with launch(playwright, chromium, *flags, f"--use-file-for-fake-video-capture={clip}") as browser:
        yield browser


def state(page: Page, check: str) -> object:
    return expect(page.locator(f"#check-{check}"))


def recorded(served: Served) -> tuple[int, int]:
    return served.rows("SELECT (SELECT count(*) FROM scan), (SELECT count(*) FROM attendance)")[0]


def signed_in(browser: Browser, link: str, **options: object) -> tuple[BrowserContext, Page]:
    context = browser.new_context(permissions=["camera"], **options)
    page = context.new_page()
    sign_in(page, link)
    return context, page


def test_a_device_measures_itself_and_its_camera_reads_the_test_card(served, filmed):
    mistakes: list[str] = []
    context, page = signed_in(filmed, served.links[-1])
    watch(context, served.url, mistakes)
    page.goto(f"{served.url}/preflight")
    state(page, "line").to_have_attribute("data-state", re.compile("ok|warn"))
    state(page, "line").to_contain_text(served.url)
    state(page, "clock").to_have_attribute("data-state", "ok")
    state(page, "awake").to_have_attribute("data-state", "ok")
    page.get_by_role("button", name="Bunyikan").click()
    page.get_by_role("button", name="Tidak terdengar").click()
    state(page, "sound").to_contain_text("Naikkan volume")
    page.get_by_role("button", name="Terdengar", exact=True).click()
    state(page, "sound").to_have_attribute("data-state", "ok")
    page.get_by_role("button", name="Coba kamera").click()
    state(page, "camera").to_contain_text("Kartu uji terbaca dengan kamera")
    expect(page.locator("video")).to_have_count(0)
    [(offset,)] = served.rows("SELECT clock_offset FROM device WHERE clock_offset IS NOT NULL")
    assert abs(offset) < 2000 and recorded(served) == (0, 0)
    assert mistakes == []


def test_the_test_card_before_the_desks_camera_is_read_and_counted_nowhere(served, filmed):
    _, page = signed_in(filmed, served.links[-1])
    page.goto(f"{served.url}/desk/1")
    page.locator("#camera").click()
    expect(page.locator("#verdict")).to_have_attribute("data-verdict", "TEST")
    expect(page.locator("#verdict")).to_contain_text("Kartu uji terbaca")
    expect(page.locator("#count strong")).to_have_text("0")
    assert recorded(served) == (0, 0)


def test_a_clock_two_hours_wrong_is_said_and_kept_for_late_scans(served, visit):
    page = visit("desk", "/desk/1")
    page.add_init_script("const now = Date.now; Date.now = () => now() + 7200000;")
    # The desk's own page may have sent an offset just before, of the true clock.
    with page.expect_response(lambda answer: "offset=7" in (answer.request.post_data or "")) as kept:
        page.goto(f"{served.url}/preflight")
    assert kept.value.status == 204
    state(page, "clock").to_have_attribute("data-state", "bad")
    state(page, "clock").to_contain_text("7.200")
    [(offset,)] = served.rows("SELECT clock_offset FROM device WHERE clock_offset IS NOT NULL")
    assert abs(offset - 7_200_000) < 2000


def test_a_server_that_does_not_answer_is_said(served, visit):
    page = visit("desk", "/desk/1")
    page.route("**/preflight/time", lambda route: route.abort())
    page.goto(f"{served.url}/preflight")
    state(page, "line").to_contain_text("Server tidak menjawab")
    state(page, "clock").to_have_attribute("data-state", "none")


def test_a_second_camera_can_be_chosen_and_is_remembered(served, playwright):
    # The one without windows calls the same camera by another name on every page.
    with launch(playwright, find_browser(WHOLE_BROWSERS), *CAMERAS) as browser:
        _, page = signed_in(browser, served.links[-1])
        page.goto(f"{served.url}/desk/1")
        page.locator("#camera").click()
        expect(page.locator("video")).to_have_count(1)
        expect(page.get_by_role("button", name="Lampu")).to_be_hidden()
        used = "() => document.querySelector('video')?.srcObject?.getVideoTracks()[0]?.getSettings().deviceId"
        first = page.evaluate(used)
        page.get_by_role("button", name="Ganti kamera").click()
        until(lambda: page.evaluate(used) not in (None, first))
        chosen = page.evaluate("localStorage.getItem('rtapp-camera')")
        assert page.evaluate(used) == chosen
        page.reload()
        page.locator("#camera").click()
        until(lambda: page.evaluate(used) == chosen)
        page.evaluate("localStorage.setItem('rtapp-camera', 'a camera that was unplugged')")
        page.reload()
        page.locator("#camera").click()
        expect(page.locator("video")).to_have_count(1)


def test_the_lamp_is_offered_where_the_camera_has_one(served, playwright, chromium):
    with launch(playwright, chromium, *CAMERAS) as browser:
        _, page = signed_in(browser, served.links[-1])
        page.add_init_script(
            """MediaStreamTrack.prototype.getCapabilities = () => ({ torch: true });
            MediaStreamTrack.prototype.applyConstraints = async (asked) => { window.asked = asked.advanced[0]; };"""
        )
        page.goto(f"{served.url}/desk/1")
        page.locator("#camera").click()
        lamp = page.get_by_role("button", name="Lampu")
        lamp.click()
        expect(lamp).to_have_attribute("aria-pressed", "true")
        assert page.evaluate("window.asked") == {"torch": True}


def test_the_desk_keeps_the_screen_on_and_asks_again_when_it_is_seen_again(served, visit):
    page = visit("desk", "/")
    page.add_init_script(
        """window.asked = 0;
        Object.defineProperty(navigator, 'wakeLock', { value: { request: async () => { window.asked += 1; } } });"""
    )
    page.goto(f"{served.url}/desk/1")
    until(lambda: page.evaluate("window.asked") == 1)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    until(lambda: page.evaluate("window.asked") == 2)


@pytest.fixture(scope="module")
def at_both(demo_file, tmp_path_factory):
    """The demo at HTTP and HTTPS."""
    server = Secure(Path(shutil.copytree(demo_file, tmp_path_factory.mktemp("both") / "demo")))
    yield server
    server.stop()


def trusted(server: Secure) -> str:
    """Return what makes a browser trust the server's certificate as if its authority had been installed."""
    leaf = x509.load_pem_x509_certificate((server.instance / "tls" / "leaf.pem").read_bytes())
    digest = hashes.Hash(hashes.SHA256())
    digest.update(leaf.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
    return f"--ignore-certificate-errors-spki-list={base64.b64encode(digest.finalize()).decode()}"


def test_what_an_address_allows_is_told_by_trying(at_both, playwright, chromium):
    addresses = [
        ((PLAIN_LAN,), f"http://meja.lan:{at_both.port}", {}, "none"),
        ((), f"https://127.0.0.1:{at_both.tls_port}", {"ignore_https_errors": True}, "camera"),
        ((trusted(at_both),), f"https://127.0.0.1:{at_both.tls_port}", {}, "all"),
    ]
    for flags, address, options, able in addresses:
        with launch(playwright, chromium, *flags) as browser:
            page = browser.new_page(**options)
            page.goto(f"{address}/setup-device")
            expect(page.locator("#abilities")).to_have_attribute("data-state", able)
            expect(page.locator("#abilities [data-when]:visible")).to_have_count(1)


def test_a_phone_that_scanned_a_plain_link_becomes_a_desk_with_a_camera_and_its_own_camera_works_too(
    at_both, playwright, chromium
):
    plain = f"http://meja.lan:{at_both.port}"
    with launch(playwright, chromium, PLAIN_LAN, trusted(at_both)) as browser:
        page = browser.new_page()
        page.goto(plain + at_both.links[-1].removeprefix(at_both.url))
        expect(page.get_by_role("button", name="Pakai perangkat ini")).to_be_visible()
        page.get_by_role("link", name="Siapkan kamera dahulu").click()
        expect(page.locator("#abilities")).to_have_attribute("data-state", "none")
        page.get_by_role("link", name="Buka alamat HTTPS").click()
        page.wait_for_url(f"https://meja.lan:{at_both.tls_port}/setup-device**")
        expect(page.locator("#abilities")).to_have_attribute("data-state", "all")
        page.get_by_role("link", name="Lanjut memasangkan perangkat ini").click()
        page.get_by_role("button", name="Pakai perangkat ini").click()
        page.wait_for_url(f"https://meja.lan:{at_both.tls_port}/desk**")
        page.goto(f"{plain}/desk")  # where the phone's own camera app opens a card
        expect(page.locator("main h1").first).not_to_have_text("Masuk")
        assert page.url.startswith(f"{plain}/desk")


def test_the_pages_are_readable_by_everybody_and_fit_also_at_200_percent(served, visit):
    for path in ("/preflight", "/setup-device", "/desk/1?test=1"):
        for size in (TABLET, PHONE, (512, 384)):
            page = visit("desk", path, size)
            if path == "/preflight":
                state(page, "line").not_to_have_attribute("data-state", "none")
            assert (overflow(page), page.evaluate(TARGETS)) == (0, []), f"{path} {size}"
            assert_accessible(page)
            page.context.close()


def test_without_javascript_the_pages_say_that_measuring_needs_it(served, visit):
    page = visit("desk", "/preflight")
    page = visit("desk", "/preflight", java_script_enabled=False)
    for check in ("line", "clock", "sound", "camera", "awake"):
        expect(page.locator(f"#check-{check} p:visible")).to_have_text("Pengukuran memerlukan JavaScript.")
    expect(page.locator(".check button:visible")).to_have_count(0)
    expect(page.locator(".test-card svg").first).to_be_visible()
    page.goto(f"{served.url}/setup-device")
    expect(page.locator("#abilities")).to_contain_text("Nyalakan JavaScript")


@pytest.mark.parametrize(
    ("typed", "end", "told"),
    [
        (f"HTTP://192.168.1.10:8000/K/{codes.TEST_TOKEN}", "Enter", "diakhiri Enter, papan ketik US,"),
        (codes.TEST_TOKEN.lower(), "Tab", "diakhiri Tab, papan ketik US + Caps Lock,"),
        (codes.TEST_TOKEN.translate(str.maketrans("YZ", "ZY")), "", "diakhiri tanpa akhiran, papan ketik US,"),
        ("UJICOBQKQRTU?EJQ", "Enter", "papan ketik AZERTY,"),
    ],
)
def test_the_test_card_tells_what_a_hand_scanner_types(served, visit, typed, end, told):
    page = visit("desk", "/preflight", size=PHONE)
    state(page, "scanner").to_contain_text("Pindai kartu uji dengan pemindai tangan", use_inner_text=True)
    page.keyboard.type(typed, delay=4)
    if end:
        page.keyboard.press(end)
    state(page, "scanner").to_have_attribute("data-state", "ok")
    state(page, "scanner").to_contain_text(typed, use_inner_text=True)
    state(page, "scanner").to_contain_text(told, use_inner_text=True)
    assert recorded(served) == (0, 0)
    assert_accessible(page)


def test_what_is_no_card_is_said_and_a_real_cards_code_is_not_shown(served, visit):
    [(token,)] = served.rows("SELECT token FROM badge LIMIT 1")
    page = visit("desk", "/preflight", size=PHONE)
    state(page, "scanner").to_have_attribute("data-state", "ask")
    page.keyboard.type("8991234567890", delay=4)
    page.keyboard.press("Enter")
    state(page, "scanner").to_contain_text("Yang datang bukan kode kartu", use_inner_text=True)
    state(page, "scanner").to_contain_text("8991234567890", use_inner_text=True)
    page.keyboard.type(token, delay=4)
    page.keyboard.press("Enter")
    state(page, "scanner").to_have_attribute("data-state", "other")
    expect(page.locator("main")).not_to_contain_text(token)
    state(page, "engine").to_contain_text("semuanya jalan", use_inner_text=True)
    state(page, "store").to_have_attribute("data-state", "ok")
    assert recorded(served) == (0, 0)
