"""The desk's main job in engines of many ages: link, search, scanner, live count, conflict, a server that goes away.

``python -m tests.engines [NAME …]`` fetches the engines it is asked for (all of them without a name) and runs the
journey in each; ``--fetch`` only fetches, ``--shots FOLDER`` keeps pictures. Names: ``python -m tests.engines --list``.
Firefox and WebKitGTK, an engine like the iPhone's, come with the system (Debian: firefox-esr; webkit2gtk-driver, xvfb).
Below the support line the forms alone must do: link, search, scanner, conflict, focus, a mark that promises nothing.
"""

import argparse
import os
import secrets
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

from rtapp.badges.token import TEST_TOKEN

from .drivers import ENTER, TAB, Browser, Chromium, Firefox, WebKit
from .filming import code_picture
from .served import Served, Visitor, command, device_token
from .test_journeys import CARDS, FACTS

FOLDER = Path(os.environ.get("RTAPP_ENGINES") or Path.home() / ".cache" / "rtapp-engines")
NEW, OLD = "@sparticuz/chromium", "chrome-aws-lambda"
# Name: the package on npm that carries a headless Chromium of this version.
PACKAGES = {
    "72": (OLD, "1.12.0"), "74": (OLD, "1.13.0"), "79": (OLD, "2.0.0"), "83": (OLD, "3.1.0"), "85": (OLD, "5.2.1"),
    "89": (OLD, "6.0.0"), "90": (OLD, "8.0.2"), "92": (OLD, "10.1.0"),
    "103": (NEW, "103.0.0"), "106": (NEW, "106.0.2"), "110": (NEW, "110.0.1"), "112": (NEW, "112.0.2"),
    "117": (NEW, "117.0.0"), "123": (NEW, "123.0.1"), "131": (NEW, "131.0.1"), "132": (NEW, "132.0.0"),
    "138": (NEW, "138.0.2"), "143": (NEW, "143.0.4"), "147": (NEW, "147.0.2"), "153": (NEW, "153.0.0"),
}  # fmt: skip
FIREFOX, WEBKIT = "firefox", "webkit"
INSTALLED = {  # what of an engine must be on the machine, and how it comes there
    FIREFOX: (("firefox-esr",), "apt-get install firefox-esr"),
    WEBKIT: (("WebKitWebDriver", "Xvfb"), "apt-get install webkit2gtk-driver xvfb"),
}
MINI_BROWSERS = "usr/lib/*-linux-gnu/webkit2gtk-4.*/MiniBrowser"
SMALLEST = 28  # pixels of the name that a verdict is about
LINE = 97  # from here on all of it works; README says so


def fetch(name: str) -> Path:
    """Return the path of an engine, or of what drives it; what is not here yet is fetched by npm, once."""
    if name in INSTALLED:
        programs, command = INSTALLED[name]
        found = [shutil.which(program) for program in programs]
        if not all(found):
            raise FileNotFoundError(f"{name} is not on this machine; on Debian: {command}")
        return Path(found[0] or "")
    binary = FOLDER / name / "chromium"
    if not binary.exists():
        _unpack(*PACKAGES[name], binary)
    return binary


def is_here(name: str) -> bool:
    """Say whether an engine needs no fetching."""
    if name in INSTALLED:
        return all(map(shutil.which, INSTALLED[name][0]))
    return (FOLDER / name / "chromium").exists()


def _unpack(package: str, version: str, binary: Path) -> None:
    import brotli

    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            ["npm", "pack", "--silent", f"{package}@{version}", "--pack-destination", folder], check=True,
            stdout=subprocess.DEVNULL,
        )  # fmt: skip
        (packed,) = Path(folder).glob("*.tgz")
        with tarfile.open(packed) as archive:
            inside = next(each for each in archive if Path(each.name).name.startswith("chromium") and each.isfile())
            content = archive.extractfile(inside)
            assert content is not None
            made = binary.with_suffix(f".{os.getpid()}")
            made.parent.mkdir(parents=True, exist_ok=True)
            made.write_bytes(brotli.decompress(content.read()))
    made.chmod(0o755)
    made.rename(binary)


def opened(name: str) -> Browser:
    """Start an engine."""
    binary = str(fetch(name))
    if name == WEBKIT:
        browser = max(Path("/").glob(MINI_BROWSERS))  # of the newest interface
        return WebKit(binary, str(browser), shutil.which("Xvfb") or "")
    return Firefox(binary) if name == FIREFOX else Chromium(binary)


def is_full(name: str) -> bool:
    """Say whether an engine is one in which everything must work."""
    return name in INSTALLED or int(name) >= LINE


class Journey:
    """What somebody at the desk does in one engine, step by step."""

    def __init__(self, browser: Browser, served: Served, full: bool, saw: Callable[[str], None] = print) -> None:
        self.browser, self.served, self.full, self._saw = browser, served, full, saw
        self.cards = [dict(zip(FACTS, row, strict=True)) for row in served.rows(CARDS)]
        self.other = Visitor(served.port, device_token(served.instance, f"Meja {secrets.token_hex(3)}"))
        self.present = 0

    def run(self) -> None:
        """Go through all of it."""
        steps = [self.link, self.search, self.scanner, self.conflict]
        steps += [self.endings, self.photo, self.live, self.away] if self.full else [self.honest]
        with closing(self):
            for step in steps:
                began = time.monotonic()
                step()
                self._saw(f"{step.__name__} ({time.monotonic() - began:.1f} s)")

    def close(self) -> None:
        """End what another desk's program holds open."""
        self.other.close()

    def link(self) -> None:
        """A one-time link signs this browser in."""
        self.browser.open(self.served.links[-2])
        self.browser.press("main form button:last-of-type")
        self.browser.wait("!location.pathname.startsWith('/links/')")
        self.browser.open(f"{self.served.url}/desk/1")
        self.verdict("READY")
        self.browser.wait("document.activeElement.id === 'code'")

    def search(self) -> None:
        """Words find somebody, «Hadir» marks them."""
        card = self.cards[0]
        self.browser.type(f"rt {int(card['rt'])} {card['village'].lower()}")
        if not self.full:
            self.browser.type(ENTER)
        self.browser.wait(f"(document.querySelector('#results .person-name') || {{}}).textContent === {card['name']!r}")
        self.browser.press("#results form button")
        self.marked(card)

    def scanner(self) -> None:
        """A hand scanner types the address in a card's QR and Enter; the same card again, later, is told so."""
        for code, word in (
            (self.cards[1]["code"], "WELCOME"),
            (TEST_TOKEN, "TEST"),
            (self.cards[1]["code"], "ALREADY"),
        ):
            self.browser.wait("document.activeElement.id === 'code'")
            self.browser.type(f"HTTP://192.0.2.7:8000/K/{code}{ENTER}")
            self.verdict(word)
        self.present += 1
        self.counted()

    def conflict(self) -> None:
        """The head comes after a substitute: a person decides, and the button that was pressed counts."""
        card = self.cards[2]
        told = {"substitute": {"name": "Wakil Contoh", "relation": "", "letter": False}}
        assert self.other.scan(secrets.token_hex(8), code=card["code"], decision=told) == 200, self.other.text
        self.present += 1
        self.browser.type(card["code"] + ENTER)
        self.verdict("CONFLICT")
        self.browser.fill("#verdict [name=reason]", "orangnya datang")
        self.browser.press("#verdict button[value=head]")
        self.verdict("WELCOME")
        live = "SELECT mode FROM attendance JOIN badge USING (participant_id) WHERE token = ? AND voided_at IS NULL"
        modes = self.served.rows(live, card["code"])
        assert modes == [("sendiri",)]

    def endings(self) -> None:
        """A burst may end with Tab or with nothing; what stood in the field stays."""
        for card, end in ((self.cards[3], TAB), (self.cards[4], "")):
            self.browser.type(card["code"] + end)
            self.marked(card)

    def photo(self) -> None:
        """A card is read from a picture, by this engine itself."""
        with tempfile.TemporaryDirectory() as folder:
            code_picture(self.cards[7]["code"]).save(picture := Path(folder) / "card.png")
            self.browser.attach("#photo", picture)
            self.marked(self.cards[7])

    def live(self) -> None:
        """The count moves by itself."""
        assert self.other.scan(secrets.token_hex(8), code=self.cards[5]["code"]) == 200
        self.present += 1
        self.counted()
        assert self.browser.run("document.getElementById('connection').dataset.state") == "connected"

    def away(self) -> None:
        """The server goes, the scan waits, the server is back, the scan is counted."""
        self.served.kill()
        self.browser.type(self.cards[6]["code"] + ENTER)
        self.browser.wait("document.getElementById('waiting').textContent === '1'")
        self.browser.wait("!!document.querySelector('#verdict[data-provisional] .verdict-name')")
        self.served.start()
        self.present += 1
        self.counted()
        self.browser.wait("document.getElementById('waiting').textContent === '0'")

    def honest(self) -> None:
        """In an old engine the mark promises no live numbers."""
        words = self.browser.run("document.getElementById('connection').innerText")
        assert "Tersambung" not in words and "Muat ulang" in words, words
        self.browser.wait("document.activeElement.id === 'code'")

    def verdict(self, word: str) -> None:
        """Wait for a verdict; its name can be read at arm's length."""
        word_is = f"(document.getElementById('verdict') || {{dataset: {{}}}}).dataset.verdict === '{word}'"
        size = "parseFloat(getComputedStyle(document.querySelector('.verdict-name')).fontSize)"
        self.browser.wait(f"{word_is} && {size} >= {SMALLEST}")

    def marked(self, card: dict[str, str]) -> None:
        """Wait until somebody is welcomed, by name, and counted."""
        self.browser.wait(f"document.querySelector('#verdict .verdict-name').textContent === {card['name']!r}")
        self.verdict("WELCOME")
        self.present += 1
        self.counted()

    def counted(self) -> None:
        """Wait until the count says how many are here."""
        self.browser.wait(f"document.querySelector('#count strong').textContent === '{self.present}'")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="72 … 153, firefox, webkit; all without one")
    parser.add_argument("--fetch", action="store_true", help="fetch, and run nothing")
    parser.add_argument("--list", action="store_true", help="name them")
    parser.add_argument("--shots", type=Path, help="folder for a picture of each end")
    wanted = parser.parse_args()
    names = wanted.names or [*PACKAGES, *INSTALLED]
    if wanted.list:
        print(*PACKAGES, *INSTALLED)
        return
    try:
        for name in names:
            fetch(name)
    except FileNotFoundError as error:
        sys.exit(str(error))
    if not wanted.fetch:
        run(names, wanted.shots)


def run(names: Sequence[str], shots: Path | None = None) -> None:
    """Go through the journey in each of these engines; end with the names of those in which it failed."""
    failed = [name for name in names if not _runs(name, shots)]
    sys.exit(f"failed: {', '.join(failed)}" if failed else 0)


def _runs(name: str, shots: Path | None) -> bool:
    print(f"== {name}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        instance = Path(folder) / "instance"
        command("demo", "--no-serve", instance=instance)
        served = Served(instance, ("demo",))
        browser = None
        try:
            with opened(name) as browser:
                try:
                    Journey(browser, served, is_full(name), lambda line: print("  ", line, flush=True)).run()
                finally:
                    if shots:
                        shots.mkdir(parents=True, exist_ok=True)
                        browser.picture(shots / f"{name}.png")
            return True
        except (AssertionError, RuntimeError) as error:
            print("   FAILED:", error, flush=True)
            return False
        finally:
            served.stop()


if __name__ == "__main__":
    main()
