"""``python -m tests.readme_pictures``: README's two pictures, taken of the demo as anybody sees it."""

import csv
import io
import json
import tempfile
import urllib.request
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from .browsers import TABLET, find_browser, launch, sign_in
from .served import ROOT, Served, command

FOLDER = ROOT / "tests" / "pictures"
PRESENT = 213  # of wave I


def main() -> None:
    """Take both pictures anew and say where they lie."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        server = Served(Path(folder) / "instance", ("demo",))
        try:
            last = _arrive(server)
            browser = launch(playwright, find_browser())
            context = browser.new_context(
                viewport={"width": TABLET[0], "height": TABLET[1]}, locale="id-ID", reduced_motion="reduce"
            )
            page = context.new_page()
            sign_in(page, server.links[-1])
            page.goto(f"{server.url}/desk/1")
            page.locator("#code").fill(last)
            page.keyboard.press("Enter")
            page.locator("#verdict[data-verdict=WELCOME]").wait_for()
            _keep(page, "desk")
            page.goto(f"{server.url}/waves/1/counts")
            page.locator("#connection[data-state=connected]").wait_for()
            _keep(page, "counts")
            browser.close()
        finally:
            server.stop()


def _arrive(server: Served) -> str:
    """Let the first people of wave I arrive at two desks; return the code of one who has not come yet."""
    listed = Path(server.instance.parent) / "codes.csv"
    command("roster", "export", str(listed), "--codes", instance=server.instance)
    with listed.open(encoding="utf-8-sig", newline="") as file:
        people = [row for row in csv.DictReader(file) if row["wave"] == "1"]
    tokens = [
        command("device", "add", f"Meja {n}", "--checkpoint", "1", instance=server.instance).stdout.split()[-1]
        for n in (1, 2)
    ]
    inside_out = [row for first in range(3) for row in people[first::3]]
    coming, last = inside_out[: PRESENT - 1], inside_out[PRESENT - 1]
    for number, row in enumerate(coming):
        scan = {"nonce": f"gambar-{number:04}", "checkpoint": 1, "source": "wedge", "code": row["code"]}
        request = urllib.request.Request(
            f"{server.url}/api/v1/scans",
            json.dumps(scan).encode(),
            {"Content-Type": "application/json", "Authorization": f"Bearer {tokens[number % 2]}"},
        )
        with urllib.request.urlopen(request, timeout=20):
            pass
    return last["short_code"]


def _keep(page: Page, name: str) -> None:
    page.evaluate("document.fonts.ready")
    picture = Image.open(io.BytesIO(page.screenshot()))
    path = FOLDER / f"{name}.webp"
    picture.convert("RGB").save(path, "WEBP", quality=82, method=6)
    print(f"{path.relative_to(ROOT)}: {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
