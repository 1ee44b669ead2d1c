"""The start and the end of the server: real processes on real folders, killed, interrupted, started again."""

import itertools
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from http.client import HTTPException
from pathlib import Path
from urllib.parse import urlsplit

import ifaddr
import pytest
import zxingcpp
from PIL import Image

from rtapp import clock
from rtapp.commands import terminal
from rtapp.laptop import serving
from rtapp.settings import store as settings
from rtapp.web import network

from .actors import Change, opened
from .served import (
    ROOT,
    Served,
    Visitor,
    command,
    device_token,
    environment,
    free_port,
    rows,
    until,
)

pytestmark = pytest.mark.slow

PASSWORD = "kata sandi panitia uji"
LAN = ["127.0.0.1", "192.168.10.5", "169.254.3.3", "10.20.0.7"]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Served]]:
    """Serve an instance folder, an empty one unless another is named; everything started is stopped."""
    started: list[Served] = []

    def start(*words: str, instance: Path | None = None) -> Served:
        started.append(Served(instance or tmp_path / "instance", words))
        return started[-1]

    yield start
    for server in started:
        server.stop()


@pytest.fixture
def visit() -> Iterator[Callable[..., Visitor]]:
    """Open a connection to a server; all are closed at the end."""
    with ExitStack() as opened:
        yield lambda server, token="": opened.enter_context(closing(Visitor(server.port, token)))


@pytest.fixture
def open_umask() -> Iterator[None]:
    """A person whose other files everybody may read and write."""
    before = os.umask(0)
    yield
    os.umask(before)


def seen(printed: str) -> list[str]:
    """Return what a camera reads from the half blocks on a terminal."""
    halves = {"█": (255, 255), "▀": (255, 0), "▄": (0, 255), " ": (0, 0)}
    lines = re.findall("^[█▀▄ ]{20,}$", printed, re.MULTILINE)
    rows = [[halves[block][half] for block in line] for line in lines for half in (0, 1)]
    if not rows:
        return []
    image = Image.new("L", (len(rows[0]), len(rows)))
    image.putdata([bit for row in rows for bit in row])
    image = image.resize((image.width * 8, image.height * 8), Image.Resampling.NEAREST)
    return [code.text for code in zxingcpp.read_barcodes(image)]


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        return probe.connect_ex(("127.0.0.1", port)) != 0


# The start


def test_the_first_start_makes_an_instance_that_its_owner_alone_can_read(serve, open_umask):
    server = serve()
    modes = {path.name: path.stat().st_mode & 0o777 for path in server.instance.iterdir() if path.is_file()}
    assert {"rtapp.db", "rtapp.db-wal", "rtapp.db-shm", "secret_key", "serve.lock", "migrate.lock"} <= set(modes)
    assert set(modes.values()) == {0o600}
    assert server.instance.stat().st_mode & 0o777 == 0o700


def test_the_set_up_link_is_printed_as_text_and_as_a_code_and_makes_one_admin(serve, visit):
    server = serve()
    (link,) = server.links
    assert seen(server.log) == [link]
    browser = visit(server)
    account = {"name": "Panitia Contoh", "password": PASSWORD, "again": PASSWORD}
    assert browser.fill_in(urlsplit(link).path, **account) == 303
    assert rows(server.instance, "SELECT name, role FROM user_account") == [("Panitia Contoh", "admin")]
    assert browser.ask("GET", "/devices") == 200
    stranger = visit(server)
    assert stranger.ask("GET", urlsplit(link).path) == 410
    assert "Akun pertama sudah dibuat" in stranger.text
    server.stop()
    assert len(server.links) == 1
    server.start()
    assert len(server.links) == 1


def test_every_network_of_the_laptop_is_printed_and_the_code_is_for_a_phone(monkeypatch, capsys):
    adapters = [ifaddr.Adapter(ip, ip, [ifaddr.IP(("fe80::1", 0, 2), 64, ip), ifaddr.IP(ip, 24, ip)]) for ip in LAN]
    monkeypatch.setattr(ifaddr, "get_adapters", lambda: adapters)
    reached = network.addresses("0.0.0.0", 8000)
    assert {"http://localhost:8000", "http://192.168.10.5:8000", "http://10.20.0.7:8000"} <= set(reached)
    assert not {"http://127.0.0.1:8000", "http://169.254.3.3:8000"} & set(reached)
    terminal.announce(reached, "http://10.20.0.7:8000", [("Buat admin pertama", "rahasia")])
    said = capsys.readouterr().out
    assert all(f"  {address}\n" in said for address in reached)
    assert "http://localhost:8000/links/rahasia" in said and seen(said) == [f"{reached[1]}/links/rahasia"]
    assert "PERHATIAN" not in said


def test_the_addresses_are_those_of_this_machine():
    for address in network.lan_addresses():
        with socket.socket() as probe:
            probe.bind((address, 0))


def test_an_address_on_the_cards_that_the_laptop_no_longer_has_is_said(serve, demo):
    with opened(demo) as app, Change(app) as session:
        settings.change(session, "uji", "base_url", "http://192.0.2.77:8000", now=clock.utcnow())
    assert "PERHATIAN: kode QR memakai alamat http://192.0.2.77:8000" in serve("demo", instance=demo).log


def test_a_second_server_of_one_instance_is_refused_and_takes_nothing_from_the_first(serve, visit):
    server = serve()
    second = command("--host", "127.0.0.1", "--port", str(free_port()), instance=server.instance)
    assert second.returncode != 0 and second.stdout == ""
    assert second.stderr == f"Server lain sudah berjalan untuk {server.instance}. Hentikan dahulu.\n"
    assert visit(server).ask("GET", urlsplit(server.links[0]).path) == 200


def test_a_taken_port_is_refused_in_one_sentence(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = command("serve", "--host", "127.0.0.1", "--port", str(port), instance=tmp_path / "instance")
    assert done.returncode != 0 and done.stdout == ""
    assert re.fullmatch(rf"Port {port} di 127\.0\.0\.1 tidak dapat dipakai \(.+\)\. .+ --port lain\.\n", done.stderr)
    assert not (tmp_path / "instance" / "rtapp.db").exists()


@pytest.mark.parametrize("host", ["192.0.2.99", "bukan.alamat.invalid", "a" * 70 + ".invalid"])
def test_a_host_that_is_not_this_machine_is_refused_in_one_sentence(tmp_path, host):
    done = command("serve", "--host", host, instance=tmp_path / "instance")
    assert done.returncode != 0 and done.stdout == ""
    assert re.fullmatch(rf"{re.escape(host)} bukan alamat komputer ini \(.+\)\. Periksa --host\.\n", done.stderr)


@pytest.mark.parametrize(
    ("host", "ip"), [("localhost", "127.0.0.1"), ("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "0.0.0.0")]
)
def test_a_host_may_be_named(host, ip):
    assert serving.free_address(host, free_port()) == ip


def test_a_start_without_browser_files_and_without_internet_says_what_to_do(tmp_path):
    project = tmp_path / "project"
    for name in ("rtapp", "templates", "static"):
        shutil.copytree(ROOT / name, project / name, ignore=shutil.ignore_patterns("node_modules", "__pycache__"))
    shutil.copy(ROOT / "app.py", project)
    npm = tmp_path / "npm"
    npm.write_text("#!/bin/sh\necho 'npm error code ENOTFOUND' >&2\nexit 1\n")
    npm.chmod(0o755)
    env = environment(tmp_path / "instance") | {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    words = [sys.executable, "app.py", "--host", "127.0.0.1", "--port", str(free_port())]
    done = subprocess.run(words, cwd=project, env=env, capture_output=True, text=True, timeout=120)
    assert done.returncode != 0
    assert done.stderr.startswith("Berkas peramban belum lengkap dan internet tidak terjangkau. Sambungkan")
    assert done.stderr.count("\n") == 1


# The end


def test_a_killed_worker_is_replaced(serve, demo):
    server = serve("demo", instance=demo)
    (worker,) = server.workers
    os.kill(worker, signal.SIGKILL)
    until(lambda: server.workers not in ([], [worker]) and server.answers())
    server.stop()
    assert server.process.returncode == 0


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda how: how.name)
def test_an_interrupted_server_ends_its_streams_and_leaves_one_whole_file(serve, visit, demo, how):
    server = serve("demo", instance=demo)
    visitors = [visit(server) for _ in range(20)]
    visitors[0].use(server.links[-1])
    for visitor in visitors:
        headers = {"Cookie": visitors[0].cookie, "HX-Request": "true"}
        visitor.line.request("GET", "/waves/1/counts/stream", headers=headers)
        visitor.response = visitor.line.getresponse()
        assert b"retry" in visitor.response.readline() + visitor.response.readline()
    os.kill(server.workers[0], how)  # a terminal tells both
    server.end(how)
    for visitor in visitors:
        visitor.response.read()  # raises IncompleteRead for a stream that was torn
    assert server.process.returncode == 0 and is_free(server.port)
    assert "Traceback" not in server.log and server.log.endswith("Server berhenti.\n")
    assert not (demo / "rtapp.db-wal").exists()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM], ids=lambda how: how.name)
def test_a_server_told_to_stop_answers_every_scan_that_it_records(serve, visit, demo, how):
    token = device_token(demo, "Program uji")
    server = serve("demo", instance=demo)
    people = itertools.cycle([row[0] for row in rows(demo, "SELECT id FROM participant WHERE wave_id = 1 ORDER BY id")])
    answered: set[str] = set()

    def lane(visitor: Visitor) -> None:
        for person in people:  # again and again, until nobody answers any more
            nonce = secrets.token_hex(8)
            try:
                assert visitor.scan(nonce, source="search", participant=person) == 200
                answered.add(nonce)
            except (OSError, HTTPException):
                return

    lanes = [threading.Thread(target=lane, args=(visit(server, token),)) for _ in range(16)]
    for each in lanes:
        each.start()
    until(lambda: len(answered) >= 60)
    server.end(how)
    for each in lanes:
        each.join()
    assert server.process.returncode == 0
    assert {nonce for (nonce,) in rows(demo, "SELECT nonce FROM scan")} == answered
    log = (demo / "logs" / "server-1.log").read_text(encoding="utf-8")
    assert log.count('"event": "answered"') >= len(answered) and '"ERROR"' not in log and token not in log


def test_bodies_that_never_arrive_do_not_keep_the_server_from_ending(serve):
    server = serve()
    head = b"POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    lines = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(20)]
    for line in lines:
        line.sendall(head + b"Content-Length: 1000\r\n\r\nname=")
    assert server.answers()
    server.stop()
    assert server.process.returncode == 0 and is_free(server.port)
    for line in lines:
        line.close()
