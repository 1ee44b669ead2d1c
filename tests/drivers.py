"""Browsers of any age without a library of their age: Chromium by its own protocol, others by WebDriver."""

import base64
import json
import os
import re
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import suppress
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
        if line := getattr(self, "_line", None):
            line.close()
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

    def attach(self, selector: str, file: Path) -> None:
        """Choose a file in a field."""
        raise NotImplementedError

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

    def attach(self, selector: str, file: Path) -> None:
        found = self.ask("Runtime.evaluate", expression=f"document.querySelector({json.dumps(selector)})")
        self.ask("DOM.setFileInputFiles", files=[str(file)], objectId=found["result"]["objectId"])

    def picture(self, file: Path) -> None:
        """Keep a picture of the page."""
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

    def attach(self, selector: str, file: Path) -> None:
        where = {"type": "css", "value": selector}
        (found,) = self.ask("browsingContext.locateNodes", context=self._tab, locator=where)["nodes"]
        node = {"sharedId": found["sharedId"]}
        self.ask("input.setFiles", context=self._tab, element=node, files=[str(file)])

    def picture(self, file: Path) -> None:
        file.write_bytes(base64.b64decode(self.ask("browsingContext.captureScreenshot", context=self._tab)["data"]))


class WebKit(Browser):
    """WebKitGTK on a screen of its own, which nobody sees; it speaks classic WebDriver."""

    ELEMENT = "element-6066-11e4-a52e-4f735466cecf"

    def __init__(self, driver: str, browser: str, screen: str) -> None:
        self._screen = subprocess.Popen(
            [screen, "-displayfd", "1", "-screen", "0", "1280x1024x24"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert self._screen.stdout is not None
        os.environ["DISPLAY"] = f":{self._screen.stdout.readline().decode().strip()}"
        port = free_port()
        super().__init__(driver, [f"--port={port}"])
        self._address = f"http://127.0.0.1:{port}"
        options = {"webkitgtk:browserOptions": {"binary": browser, "args": ["--automation"]}}
        told = _until(lambda: self._ask("POST", "/session", capabilities={"alwaysMatch": options}))
        self._address += f"/session/{told['sessionId']}"
        self._ask("POST", "/window/rect", width=SIZE[0], height=SIZE[1])

    def __exit__(self, *error: object) -> None:
        with suppress(OSError, RuntimeError):
            self._ask("DELETE", "")
        super().__exit__(*error)
        self._screen.terminate()
        self._screen.wait(10)

    def _ask(self, method: str, path: str, **facts: Any) -> Any:
        body = json.dumps(facts).encode() if method == "POST" else None
        asked = urllib.request.Request(self._address + path, body, {"Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(asked, timeout=ANSWER_SECONDS) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise RuntimeError(f"{method} {path}: {json.load(error)['value'].get('message')}") from None

    def open(self, address: str) -> None:
        self._ask("POST", "/url", url=address)
        self.wait("document.readyState === 'complete'")

    def run(self, script: str) -> Any:
        try:
            return self._ask("POST", "/execute/sync", script=f"return {script.removeprefix('void ')}", args=[])
        except RuntimeError:  # between two pages
            return None

    def type(self, text: str) -> None:
        keys = [{"type": kind, "value": sign} for sign in text for kind in ("keyDown", "keyUp")]
        self._ask("POST", "/actions", actions=[{"type": "key", "id": "keys", "actions": keys}])

    def attach(self, selector: str, file: Path) -> None:
        found = self._ask("POST", "/element", using="css selector", value=selector)
        self._ask("POST", f"/element/{found[self.ELEMENT]}/value", text=str(file))

    def picture(self, file: Path) -> None:
        file.write_bytes(base64.b64decode(self._ask("GET", "/screenshot")))


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
