"""Browsers of any age without a library of their age: Chromium by its own protocol, Firefox by WebDriver BiDi."""

import json
import re
import shutil
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import websocket

from .served import free_port

START_SECONDS, ANSWER_SECONDS = 30, 30
SIZE = (390, 844)  # a phone
ENTER, TAB = "\ue007", "\ue004"
KEYS = {ENTER: ("Enter", "Enter", 13, "\r"), TAB: ("Tab", "Tab", 9, "")}
CODES = {"/": "Slash", ":": "Semicolon", ".": "Period", "-": "Minus", " ": "Space", "'": "Quote"}


class Browser:
    """One window of one browser; ``with`` ends it."""

    def __init__(self, binary: str, flags: list[str]) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="engine-"))
        self._process = subprocess.Popen(
            [binary, *flags], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL
        )
        self._number = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._line.close()
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(10)
        shutil.rmtree(self._folder, ignore_errors=True)

    def ask(self, method: str, **facts: Any) -> dict[str, Any]:
        """Send one command and return what the browser answers."""
        self._number += 1
        self._line.send(json.dumps({"id": self._number, "method": method, "params": facts}))
        while True:
            told = json.loads(self._line.recv())
            if told.get("id") == self._number:
                if "error" in told:
                    raise RuntimeError(f"{method}: {told['error']} {told.get('message', '')}")
                return told.get("result") or {}

    def run(self, script: str) -> Any:
        """Return what an expression is on the page, as JSON tells it; None while the page is on its way."""
        raise NotImplementedError

    def wait(self, script: str, seconds: float = 20) -> Any:
        """Return an expression's value once it is true; fails with it after ``seconds``."""
        end = time.monotonic() + seconds
        while not (found := self.run(script)):
            if time.monotonic() > end:
                said = self.run("location.pathname + ' ' + document.body.innerText.slice(0, 300)")
                raise AssertionError(f"never: {script}\n{said}")
            time.sleep(0.05)
        return found

    def before(self, script: str) -> None:
        """Let every page run a script before its own."""
        raise NotImplementedError

    def press(self, selector: str) -> None:
        """Press a button or a link, once it is there."""
        self.wait(f"!!document.querySelector({json.dumps(selector)})")
        self.run(f"void document.querySelector({json.dumps(selector)}).click()")

    def fill(self, selector: str, text: str) -> None:
        """Put text into a field."""
        where = f"document.querySelector({json.dumps(selector)})"
        self.run(f"void ({where}.value = {json.dumps(text)})")


class Chromium(Browser):
    """A headless Chromium of any version since 72."""

    def __init__(self, binary: str) -> None:
        port = free_port()
        size = f"--window-size={SIZE[0]},{SIZE[1]}"
        flags = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
        flags += [
            f"--remote-debugging-port={port}",
            "--remote-allow-origins=*",
            size,
            "--disable-dev-shm-usage",
            "about:blank",
        ]
        super().__init__(binary, flags)
        target = _until(lambda: _first_page(port))
        self._line = websocket.create_connection(target, timeout=ANSWER_SECONDS, suppress_origin=True)
        self.ask("Page.enable")
        self.ask("Emulation.setDeviceMetricsOverride", width=SIZE[0], height=SIZE[1], deviceScaleFactor=1, mobile=False)

    def open(self, address: str) -> None:
        """Go to an address and wait until the page is there."""
        self.ask("Page.navigate", url=address)
        self.wait("document.readyState === 'complete' && location.href !== 'about:blank'")

    def run(self, script: str) -> Any:
        try:
            told = self.ask("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        except RuntimeError:  # between two pages
            return None
        return told.get("result", {}).get("value")

    def before(self, script: str) -> None:
        self.ask("Page.addScriptToEvaluateOnNewDocument", source=script)

    def type(self, text: str) -> None:
        """Type as a hand scanner does: a key every few milliseconds."""
        for sign in text:
            key, code, number, letter = KEYS.get(sign) or (sign, _code(sign), ord(sign.upper()), sign)
            facts = {"key": key, "code": code, "windowsVirtualKeyCode": number}
            self.ask("Input.dispatchKeyEvent", type="keyDown", **facts, **({"text": letter} if letter else {}))
            self.ask("Input.dispatchKeyEvent", type="keyUp", **facts)

    def picture(self, file: Path) -> None:
        """Keep a picture of the page."""
        import base64

        file.write_bytes(base64.b64decode(self.ask("Page.captureScreenshot")["data"]))


class Firefox(Browser):
    """A headless Firefox, which speaks WebDriver BiDi by itself."""

    def __init__(self, binary: str) -> None:
        port = free_port()
        profile = tempfile.mkdtemp(prefix="engine-")
        super().__init__(binary, ["--headless", "--no-remote", "--profile", profile, f"--remote-debugging-port={port}"])
        shutil.rmtree(self._folder)
        self._folder = Path(profile)
        self._line = _until(lambda: websocket.create_connection(f"ws://127.0.0.1:{port}/session", suppress_origin=True))
        self._line.settimeout(ANSWER_SECONDS)
        self.ask("session.new", capabilities={})
        self._tab = self.ask("browsingContext.getTree")["contexts"][0]["context"]
        self.ask("browsingContext.setViewport", context=self._tab, viewport={"width": SIZE[0], "height": SIZE[1]})

    def open(self, address: str) -> None:
        self.ask("browsingContext.navigate", context=self._tab, url=address, wait="complete")

    def run(self, script: str) -> Any:
        told = f"Promise.resolve({script}).then((value) => JSON.stringify(value ?? null))"
        try:
            made = self.ask("script.evaluate", expression=told, target={"context": self._tab}, awaitPromise=True)
        except RuntimeError:
            return None
        return json.loads(made["result"]["value"]) if made["type"] == "success" else None

    def before(self, script: str) -> None:
        self.ask("script.addPreloadScript", functionDeclaration=f"() => {{ {script} }}")

    def type(self, text: str) -> None:
        keys = [{"type": kind, "value": sign} for sign in text for kind in ("keyDown", "keyUp")]
        self.ask("input.performActions", context=self._tab, actions=[{"type": "key", "id": "keys", "actions": keys}])

    def picture(self, file: Path) -> None:
        import base64

        file.write_bytes(base64.b64decode(self.ask("browsingContext.captureScreenshot", context=self._tab)["data"]))


def _code(sign: str) -> str:
    if sign.isascii() and sign.isalpha():
        return f"Key{sign.upper()}"
    return f"Digit{sign}" if re.fullmatch("[0-9]", sign) else CODES.get(sign, "")


def _first_page(port: int) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/json/list", timeout=2) as answer:
        return next(each["webSocketDebuggerUrl"] for each in json.load(answer) if each["type"] == "page")


def _until(attempt: Callable[[], Any]) -> Any:
    end = time.monotonic() + START_SECONDS
    while True:
        try:
            return attempt()
        except (OSError, StopIteration, websocket.WebSocketException):
            if time.monotonic() > end:
                raise
            time.sleep(0.05)
