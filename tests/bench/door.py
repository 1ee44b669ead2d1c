"""How long a person at the door waits: from a decoded code to the verdict on the screen, from a card shown to it.

Run from the top folder: ``python -m tests.bench.door [--scans 60]``. A real browser before a real server, on one
machine; the clock is the page's own. Aims: decoded code to verdict 150 ms (median), card shown to verdict 1.5 s,
search to mark in three steps, 40 codes at ten a second all recorded in order and none twice.

The floor of the same run is ``fetch('/healthz')``, what a question and its answer take at the least.
"""

import argparse
import sqlite3
import statistics
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from ..browsers import FLAGS, find_browser, sign_in
from ..filming import code_picture, film
from ..served import Served, command

CARDS_FILMED = 8
WEDGE_CODES, WEDGE_PAUSE = 40, 100  # ms between two codes
CODES = """
SELECT badge.token FROM badge JOIN participant ON participant.id = badge.participant_id
JOIN wave ON wave.id = participant.wave_id WHERE badge.revoked_at IS NULL AND wave.number = 1 ORDER BY badge.id
"""
MARKED = """
SELECT badge.token FROM attendance JOIN badge ON badge.participant_id = attendance.participant_id
WHERE attendance.voided_at IS NULL AND badge.revoked_at IS NULL AND attendance.checkpoint_id = 1
ORDER BY attendance.number
"""
# Before any script of the page: one that takes a scanner's keys lets nobody behind it hear them.
HEAR_ENTER = """
window.pressed = 0;
addEventListener('keydown', ({ key, timeStamp }) => { if (key === 'Enter') window.pressed = timeStamp; }, true);
"""
# Notes when Enter was pressed, and when the next verdict had been painted.
WATCH_KEYS = """() => {
  window.waits = [];
  window.pressed = 0;
  new MutationObserver(() => {
    const verdict = document.getElementById('verdict');
    if (!window.pressed || verdict.dataset.verdict === 'READY') return;
    const since = window.pressed;
    window.pressed = 0;
    requestAnimationFrame(() => setTimeout(() => window.waits.push(performance.now() - since)));
  }).observe(document.getElementById('answer'), { childList: true, subtree: true });
}"""
# Notes when a white card stands where the grey frame was, and when the next verdict had been painted.
WATCH_FILM = """() => {
  window.waits = [];
  let shown = 0;
  const canvas = Object.assign(document.createElement('canvas'), { width: 1, height: 1 });
  const pen = canvas.getContext('2d', { willReadFrequently: true });
  let was = true;
  const look = () => {
    const video = document.querySelector('video');
    if (!video) return requestAnimationFrame(look);
    pen.drawImage(video, video.videoWidth / 2 - 280, video.videoHeight / 2 - 280, 60, 60, 0, 0, 1, 1);
    const here = pen.getImageData(0, 0, 1, 1).data[0] > 200;
    if (here && !was) shown = performance.now();
    was = here;
    video.requestVideoFrameCallback(look);
  };
  requestAnimationFrame(look);
  new MutationObserver(() => {
    if (!shown) return;
    const since = shown;
    shown = 0;
    requestAnimationFrame(() => setTimeout(() => window.waits.push(performance.now() - since)));
  }).observe(document.getElementById('answer'), { childList: true, subtree: true });
}"""
FLOOR = """async (times) => {
  const waits = [];
  for (let n = 0; n < times; n += 1) {
    const begun = performance.now();
    await (await fetch('/healthz')).text();
    waits.push(performance.now() - begun);
  }
  return waits;
}"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scans", type=int, default=60, help="one after another, typed as a hand scanner does")
    asked = parser.parse_args()
    with TemporaryDirectory(prefix="rtapp-bench-") as folder, sync_playwright() as playwright:
        instance = Path(folder) / "instance"
        command("demo", "--no-serve", instance=instance)
        served = Served(instance, ("demo",))
        try:
            measure(playwright, served, Path(folder), asked.scans)
        finally:
            served.stop()


def measure(playwright: Playwright, served: Served, folder: Path, scans: int) -> None:
    """Measure all steps at one desk and print them."""
    codes = [code for (code,) in rows(served, CODES)]
    filmed, typed = codes[:CARDS_FILMED], codes[CARDS_FILMED : CARDS_FILMED + scans]
    fast = codes[CARDS_FILMED + scans :][:WEDGE_CODES]
    pictures = [Image.new("L", (600, 600), 150)]
    for code in filmed:
        card = Image.new("L", (600, 600), 255)
        picture = code_picture(code, 10)
        card.paste(picture, ((600 - picture.width) // 2, (600 - picture.height) // 2))
        pictures += [card, Image.new("L", (600, 600), 150)]
    clip = film(pictures, folder / "cards.mjpeg", frames_each=60)
    camera = ("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream=fps=30")
    args = [*FLAGS, *camera, f"--use-file-for-fake-video-capture={clip}"]
    browser = playwright.chromium.launch(executable_path=find_browser(), args=args)
    try:
        page = desk(browser, served)
        floor = page.evaluate(FLOOR, scans)
        told("a question and its answer (floor)", floor, floor)
        told("code typed by a scanner → verdict", typed_one_by_one(page, typed), floor)
        told("card shown to the camera → verdict", shown(page, served, filmed), floor)
        before = [code for (code,) in rows(served, MARKED)]
        for code in fast:
            page.keyboard.type(code)
            page.keyboard.press("Enter")
            page.wait_for_timeout(WEDGE_PAUSE)
        page.wait_for_function(f"document.querySelector('#count strong').textContent === '{len(before) + len(fast)}'")
        recorded = [code for (code,) in rows(served, MARKED)][len(before) :]
        print(f"{len(fast)} codes, {WEDGE_PAUSE} ms apart: {'all once, in order' if recorded == fast else 'WRONG'}")
    finally:
        browser.close()


def desk(browser: Browser, served: Served) -> Page:
    """Return a page with a desk that is signed in and ready."""
    # The bench's own scripts are strings, which the pages' policy refuses.
    context = browser.new_context(permissions=["camera"], viewport={"width": 1024, "height": 768}, bypass_csp=True)
    page = context.new_page()
    sign_in(page, served.links[-1])
    page.goto(f"{served.url}/desk/1")
    page.locator("#verdict[data-verdict=READY]").wait_for()
    return page


def typed_one_by_one(page: Page, codes: list[str]) -> list[float]:
    """Type each code as a hand scanner does, wait for its verdict; return what the page measured, in ms."""
    page.add_init_script(HEAR_ENTER)
    page.reload()
    page.evaluate(WATCH_KEYS)
    for done, code in enumerate(codes, 1):
        page.keyboard.type(code)
        page.keyboard.press("Enter")
        page.wait_for_function(f"window.waits.length === {done}")
        page.wait_for_timeout(50)
    return page.evaluate("window.waits")


def shown(page: Page, served: Served, codes: list[str]) -> list[float]:
    """Let the film run before the camera until every card in it was marked; return what the page measured, in ms."""
    page.evaluate(WATCH_FILM)
    page.locator("#camera").click()
    for _ in range(60):
        page.wait_for_timeout(1000)
        if {code for (code,) in rows(served, MARKED)} >= set(codes):
            break
    page.locator("#camera").click()
    return page.evaluate("window.waits")


def rows(served: Served, query: str) -> list[tuple[str]]:
    with closing(sqlite3.connect(served.instance / "rtapp.db")) as database:
        return database.execute(query).fetchall()


def told(what: str, waits: list[float], floor: list[float]) -> None:
    """Print the median and the slowest twentieth of some waits, and the median as a multiple of the floor's."""
    middle = statistics.median(waits)
    slow = sorted(waits)[int(0.95 * len(waits))]
    ratio = middle / statistics.median(floor)
    print(f"{what:<36}{len(waits):>4} times  median {middle:5.0f} ms  p95 {slow:5.0f} ms  {ratio:5.1f} ×")


if __name__ == "__main__":
    main()
