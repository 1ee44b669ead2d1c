"""A second device in a network of its own: it opens the address of the codes, and the laptop's address changes."""

import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest

from .served import ROOT, environment, free_port, until

LAPTOP, MOVED, PHONE = "10.213.77.1", "10.213.77.9", "10.213.77.2"
PRESS = """
import http.cookiejar, re, sys, urllib.parse, urllib.request
opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
page = opener.open(sys.argv[1], timeout=20).read().decode()
token = re.search('name="csrf_token" value="([^"]+)"', page)[1]
form = urllib.parse.urlencode({"csrf_token": token}).encode()
request = urllib.request.Request(sys.argv[1], form, {"Referer": sys.argv[1]})
print(opener.open(request, timeout=20).read().decode())
"""

pytestmark = pytest.mark.slow


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True, timeout=20)


class Hall(NamedTuple):
    """A network of two: ``press`` presses the button of a page as its phone and returns what is shown then."""

    press: Callable[[str], str]
    move: Callable[[], None]  # gives the laptop another address


@pytest.fixture
def hall() -> Iterator[Hall]:
    """A network between this laptop and a phone that is none of its own addresses."""
    if os.name == "nt" or os.geteuid() != 0 or not shutil.which("ip"):
        pytest.skip("only root makes a network")
    name, near, far = (f"rtapp{kind}{os.getpid()}" for kind in ("", "a", "b"))
    try:
        ip("netns", "add", name)
        ip("link", "add", near, "type", "veth", "peer", "name", far, "netns", name)
        ip("addr", "add", f"{LAPTOP}/24", "dev", near)
        ip("link", "set", near, "up")
        ip("-n", name, "addr", "add", f"{PHONE}/24", "dev", far)
        ip("-n", name, "link", "set", far, "up")
    except subprocess.CalledProcessError:
        subprocess.run(["ip", "netns", "del", name], capture_output=True)
        pytest.skip("this machine lets nobody make a network")

    def pressed(address: str) -> str:
        command = ["ip", "netns", "exec", name, sys.executable, "-c", PRESS, address]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def moved() -> None:
        ip("addr", "del", f"{LAPTOP}/24", "dev", near)
        ip("addr", "add", f"{MOVED}/24", "dev", near)

    yield Hall(pressed, moved)
    ip("netns", "del", name)


def answers(port: int) -> bool:
    """Say whether somebody takes connections at this port by now."""
    with socket.socket() as line:
        return line.connect_ex(("127.0.0.1", port)) == 0


def test_a_phone_proves_the_address_and_a_laptop_that_moved_says_so(hall, demo_file: Path, tmp_path: Path):
    port, instance, log = free_port(), tmp_path / "instance", tmp_path / "log"
    shutil.copytree(demo_file, instance)
    address = f"http://{LAPTOP}:{port}"
    with closing(sqlite3.connect(instance / "rtapp.db")) as database, database:
        database.execute("INSERT INTO setting (key, value) VALUES ('base_url', ?)", (json.dumps(address),))
    command = [sys.executable, "app.py", "demo", "--no-tls", "--host", "0.0.0.0", "--port", str(port)]
    with log.open("w") as file:
        server = subprocess.Popen(
            command, cwd=ROOT, env=environment(instance), stdin=subprocess.DEVNULL, stdout=file, stderr=file
        )
    try:
        until(lambda: "Hentikan dengan Ctrl-C" in log.read_text(encoding="utf-8") and answers(port))
        assert f"{address}\n" in log.read_text(encoding="utf-8")
        assert "Laptop sudah tahu" in hall.press(f"{address}/reach")
        with closing(sqlite3.connect(instance / "rtapp.db")) as database:
            (kept,) = database.execute("SELECT value FROM setting WHERE key = 'address_tried'").fetchone()
        assert json.loads(kept)["address"] == address
        hall.move()
        until(lambda: "PERHATIAN: alamat laptop berubah" in log.read_text(encoding="utf-8"))
        told = log.read_text(encoding="utf-8").partition("PERHATIAN: alamat laptop berubah")[2]
        assert address in told.partition(" menjadi ")[0] and f"http://{MOVED}:{port}" in told.partition(" menjadi ")[2]
        assert "pasangkan ponsel lagi" in told
        assert "bukan lewat alamat di kode QR kartu" in hall.press(f"http://{MOVED}:{port}/reach")
    finally:
        server.terminate()
        server.wait(20)
