"""HTTPS beside HTTP: real processes, a client that trusts the hall's authority alone, kills and second starts."""

import http.client
import json
import os
import signal
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from rtapp import clock
from rtapp.documents import certificates
from rtapp.laptop import serving, tls

from .served import PATIENCE, Served, Visitor, command, device_token, free_port, is_alive, until
from .test_serving import is_free

pytestmark = pytest.mark.slow


class Secure(Served):
    """The demo, served over HTTP and HTTPS."""

    def __init__(self, instance: Path) -> None:
        self.tls_port = free_port()
        super().__init__(instance, ("demo", "--tls", "--tls-port", str(self.tls_port)))
        until(self.answers_securely)

    def trusting(self) -> ssl.SSLContext:
        """A client that trusts what this instance's authority vouches for, and nothing else."""
        trusted = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        trusted.load_verify_locations(cadata=certificates.as_der((self.instance / "tls" / "ca.pem").read_bytes()))
        return trusted

    def answers_securely(self) -> bool:
        line = http.client.HTTPSConnection("127.0.0.1", self.tls_port, timeout=2, context=self.trusting())
        try:
            line.request("GET", "/healthz")
            return line.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            line.close()

    def visit(self, *, secure: bool, bearer: str = "") -> Visitor:
        visitor = Visitor(self.port, bearer)
        if secure:
            visitor.line = http.client.HTTPSConnection(
                "127.0.0.1", self.tls_port, timeout=PATIENCE, context=self.trusting()
            )
        return visitor


@pytest.fixture
def secure(demo: Path) -> Iterator[Secure]:
    server = Secure(demo)
    yield server
    server.stop()


@pytest.fixture
def visit(secure: Secure) -> Iterator[Callable[..., Visitor]]:
    """Open a line over HTTP or HTTPS; all are closed at the end."""
    with ExitStack() as opened:
        yield lambda over_tls, bearer="": opened.enter_context(closing(secure.visit(secure=over_tls, bearer=bearer)))


def test_both_doors_lead_to_one_record_and_a_persons_cookie_stays_with_its_scheme(secure, visit):
    assert f"https://127.0.0.1:{secure.tls_port}" in secure.log and "/setup-device" in secure.log
    desk, admin = secure.links[-1], secure.links[-2]
    plain, safe = visit(over_tls=False), visit(over_tls=True)
    plain.use(desk)
    safe.use(admin)
    (plain_name,), (safe_name,) = plain.cookies, safe.cookies
    assert safe_name == f"{plain_name}-s"
    assert safe.ask("GET", "/devices") == 200
    assert "Strict-Transport-Security" not in safe.response.headers
    assert visit(over_tls=True).ask("GET", "/sign-in") == 200
    safe.ask("POST", "/language", "language=en", **{"Content-Type": "application/x-www-form-urlencoded"})
    device, thief = visit(over_tls=True), visit(over_tls=False)
    device.cookies = dict(plain.cookies)
    assert device.ask("GET", "/desk") == 200  # a device is itself at both
    thief.cookies = {plain_name: safe.cookies[safe_name]}
    assert thief.ask("GET", "/devices") == 303 and "/sign-in" in thief.response.headers["Location"]


def test_scans_through_both_processes_are_recorded_once_and_told_to_viewers_of_either(secure, visit):
    token = device_token(secure.instance, "Program uji")
    people = [id_ for (id_,) in secure.rows("SELECT id FROM participant WHERE wave_id = 1 ORDER BY id LIMIT 20")]
    viewer = visit(over_tls=True)
    viewer.use(secure.links[-2])
    headers = {"Cookie": viewer.cookie, "HX-Request": "true"}
    viewer.line.request("GET", "/checkpoints/1/count/stream", headers=headers)
    stream = viewer.line.getresponse()
    assert stream.status == 200
    lines = [visit(over_tls=over_tls, bearer=token) for over_tls in (False, True)]
    for turn, person in enumerate(people):
        assert lines[turn % 2].scan(f"nonce-{person:04}", source="search", participant=person) == 200
        assert lines[turn % 2].json["verdict"] == "WELCOME"
        assert lines[1 - turn % 2].scan(f"nonce-{person:04}", source="search", participant=person) == 200
        assert lines[1 - turn % 2].response.headers["Idempotent-Replay"] == "true"
        assert lines[1 - turn % 2].scan(f"again-{person:04}", source="search", participant=person) == 200
        assert lines[1 - turn % 2].json["verdict"] == "ALREADY"
    deadline, seen = time.monotonic() + PATIENCE, ""
    while not ("<strong" in seen and ">20<" in seen):
        assert time.monotonic() < deadline, "the viewer was never told"
        line = stream.readline().decode()
        seen = line if line.startswith("id:") else seen + line
    assert secure.rows("SELECT count(*), max(number) FROM attendance") == [(20, 20)]


def test_the_certificate_is_had_over_plain_http_and_is_the_one_that_https_stands_on(secure, visit):
    stranger = visit(over_tls=False)
    stranger.line.request("GET", "/ca.crt")
    answer = stranger.line.getresponse()
    der = answer.read()
    assert answer.headers["Content-Type"] == "application/x-x509-ca-cert"
    assert der == certificates.as_der((secure.instance / "tls" / "ca.pem").read_bytes())
    assert stranger.ask("GET", "/setup-device") == 200
    assert f":{secure.tls_port}/setup-device" in stranger.text and "https://" in stranger.text


def test_a_killed_parent_takes_both_servers_along_and_the_next_start_serves_both(secure):
    family = secure.workers
    assert len(family) >= 3
    secure.end(signal.SIGKILL)
    until(lambda: not any(map(is_alive, family)) and is_free(secure.port) and is_free(secure.tls_port))
    authority = (secure.instance / "tls" / "ca.pem").read_bytes()
    secure.start()
    until(secure.answers_securely)
    assert secure.answers() and (secure.instance / "tls" / "ca.pem").read_bytes() == authority


def test_https_that_died_is_started_again_and_http_does_not_notice(secure):
    leaders = [pid for pid in secure.workers if os.getsid(pid) == pid]
    assert len(leaders) == 1
    os.kill(leaders[0], signal.SIGKILL)
    until(lambda: not is_alive(leaders[0]))
    assert secure.answers()
    until(secure.answers_securely)


def test_a_new_certificate_is_shown_without_a_restart(secure):
    kept = tls.folder(secure.instance)
    kept.leaf.write_bytes(certificates.make_leaf(kept.authority.read_bytes(), ["192.168.77.7"], clock.utcnow()))
    until(lambda: "127.0.0.1" in tls.read(kept.leaf).hosts)
    until(secure.answers_securely)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM], ids=lambda how: how.name)
def test_stopping_ends_both_and_leaves_one_whole_file(secure, how):
    family = secure.workers
    secure.end(how)
    assert secure.process.returncode == 0
    until(lambda: not any(map(is_alive, family)))  # the interpreter's own helper goes last
    assert is_free(secure.port) and is_free(secure.tls_port)
    assert "Traceback" not in secure.log and secure.log.endswith("Server berhenti.\n")
    assert not (secure.instance / "rtapp.db-wal").exists()


def test_a_second_start_and_a_taken_port_are_refused(secure, tmp_path):
    words = ("serve", "--host", "127.0.0.1", "--port", str(free_port()), "--tls", "--tls-port")
    second = command(*words, str(free_port()), instance=secure.instance)
    assert second.returncode == 1 and second.stderr.startswith("Server lain sudah berjalan")
    taken = command(*words, str(secure.tls_port), instance=tmp_path / "other")
    assert taken.returncode == 1 and taken.stderr.endswith("pilih --tls-port lain.\n")
    same = command(*words, words[4], instance=tmp_path / "other")
    assert same.returncode == 1 and same.stderr.startswith("HTTP dan HTTPS tidak dapat memakai satu port")
    assert secure.answers() and secure.answers_securely()


def test_a_certificate_is_asked_for_the_addresses_that_are_listened_at(monkeypatch):
    monkeypatch.setattr(serving, "lan_addresses", lambda: ["192.168.10.5"])
    assert serving.certified("0.0.0.0") == ["192.168.10.5"] and serving.certified("10.0.0.9") == ["10.0.0.9"]


def test_an_admin_works_over_https_from_another_machine(app, client_of):
    admin = client_of("admin")
    elsewhere = {"REMOTE_ADDR": "192.0.2.7"}
    assert admin.get("/devices", environ_base=elsewhere).status_code == 403
    with admin.session_transaction() as cookie:
        kept = dict(cookie)
    with admin.session_transaction(base_url="https://localhost") as cookie:
        cookie.update(json.loads(json.dumps(kept)))
    assert admin.get("/devices", base_url="https://localhost", environ_base=elsewhere).status_code == 200
