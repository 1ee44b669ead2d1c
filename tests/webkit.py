"""The desk in WebKitGTK, an engine like the iPhone's: page, scanner, form, photo, live count, offline queue.

``python -m tests.webkit [--shots FOLDER]`` on a machine with Debian's webkit2gtk-driver and xvfb, and selenium from
PyPI. No test: the engine is on no developer's machine by itself.
"""

import argparse
import json
import os
import secrets
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from rtapp.badges import choice_store

from .served import Served, Visitor, command, device_token
from .test_journeys import CARDS

BINARIES = "/usr/lib/*-linux-gnu/webkit2gtk-4.*/MiniBrowser"
SECONDS, ENTER = 20, "\ue007"


class Desk:
    """One browser window that is signed in as a desk."""

    def __init__(self, served: Served, shots: Path | None) -> None:
        from selenium import webdriver
        from selenium.webdriver.support.ui import WebDriverWait

        options = webdriver.WebKitGTKOptions()
        options.binary_location = str(next(iter(sorted(Path("/").glob(BINARIES[1:])))))
        options.add_argument("--automation")
        self.browser = webdriver.WebKitGTK(options=options)
        self._wait, self._shots, self._served = WebDriverWait(self.browser, SECONDS), shots, served
        self.browser.set_window_size(390, 844)
        self.browser.get(served.links[-1])
        self.one("main form button").click()
        self.until("it is signed in", lambda: "/links/" not in self.browser.current_url)
        self.browser.get(f"{served.url}/desk/1")
        self.verdict("READY")

    def one(self, selector: str) -> Any:
        """Return the first element that fits."""
        return self.browser.find_element("css selector", selector)

    def press(self, selector: str) -> None:
        """Bring an element to the middle of the screen and press it."""
        self.browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", self.one(selector))
        self.one(selector).click()

    def until(self, claim: str, holds: Callable[[], Any]) -> None:
        """Wait until something holds, print that it does, and keep a picture of it."""
        self._wait.until(lambda _: holds(), claim)
        print("ok  ", claim, flush=True)
        if self._shots:
            self.browser.save_screenshot(str(self._shots / f"{claim.replace(' ', '-')}.png"))

    def verdict(self, word: str) -> None:
        """Wait until the verdict is this one."""
        self.until(f"the verdict is {word}", lambda: self.one("#verdict").get_attribute("data-verdict") == word)

    def present(self, number: int) -> None:
        """Wait until the count beside the verdict is this."""
        self.until(f"the count is {number}", lambda: self.one("#count strong").text == str(number))

    def type(self, text: str) -> None:
        """Type into the one input and press Enter."""
        self.one("#code").send_keys(text + ENTER)


def smoke(served: Served, desk: Desk, picture: Path) -> None:
    """Go through the desk's main job once."""
    with closing(sqlite3.connect(served.instance / "rtapp.db")) as database:
        database.row_factory = sqlite3.Row
        cards = database.execute(CARDS).fetchall()
    desk.type(cards[0]["code"])
    desk.verdict("WELCOME")
    desk.present(1)
    desk.type(cards[0]["code"])
    desk.verdict("ALREADY")
    desk.type(cards[1]["short_code"].lower())
    desk.verdict("WELCOME")
    desk.press("#verdict details summary")
    desk.one("#verdict [name=name]").send_keys("Sekretaris Contoh")
    desk.press("#verdict form .form-actions button")
    desk.verdict("REPRESENTED")
    picture.write_bytes(card_of(served, cards[2]["code"]))
    desk.one("#photo").send_keys(str(picture))
    desk.verdict("WELCOME")
    desk.until("the photo was this card's", lambda: desk.one(".verdict-name").text == cards[2]["name"])
    other = Visitor(served.port, device_token(served.instance, "Meja lain"))
    other.scan(secrets.token_hex(8), code=cards[3]["code"])
    assert json.loads(other.text)["verdict"] == "WELCOME"
    desk.present(4)
    served.kill()
    desk.type(cards[4]["code"])
    desk.until("the scan waits", lambda: desk.one("#waiting").get_attribute("textContent") == "1")
    served.start()
    desk.present(5)


def card_of(served: Served, code: str) -> bytes:
    """Return the picture of a card that its holder shows on a phone."""
    from rtapp.badges.papers import card_png
    from rtapp.config import ROOT
    from rtapp.documents.fonts import find_fonts
    from rtapp.factory import create_app

    app = create_app(served.instance)
    with app.app_context():
        from rtapp.db import db

        (holder,) = db.session.execute(
            db.text("SELECT participant_id FROM badge WHERE token = :code"), {"code": code}
        ).one()
        png = card_png(choice_store.card_of(db.session, holder), find_fonts(ROOT / "static"))
        db.session.remove()
        db.engine.dispose()
    return png


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shots", type=Path, help="folder for pictures of each step")
    shots = parser.parse_args().shots
    if not shutil.which("WebKitWebDriver") or not shutil.which("Xvfb"):
        sys.exit("WebKitGTK is not here; on Debian: apt-get install webkit2gtk-driver xvfb; pip install selenium")
    if shots:
        shots.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        instance = Path(folder) / "instance"
        command("demo", "--no-serve", instance=instance)
        served = Served(instance, ("demo",))
        screen = subprocess.Popen(["Xvfb", ":97", "-screen", "0", "1280x1024x24"], stderr=subprocess.DEVNULL)
        os.environ["DISPLAY"] = ":97"
        try:
            desk = Desk(served, shots)
            smoke(served, desk, Path(folder) / "card.png")
            desk.browser.quit()
        finally:
            screen.terminate()
            served.stop()
    print("WebKitGTK: the desk's main job works")


if __name__ == "__main__":
    main()
