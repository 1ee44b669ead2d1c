"""What a real server says to requests that are wrong: the right status, a page for people, an object for programs."""

import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from .served import PATIENCE, Served, Visitor, device_token

pytestmark = pytest.mark.slow

JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture(scope="module")
def server(demo_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, str]]:
    """The demo, served, and the token of a device."""
    instance = tmp_path_factory.mktemp("wrong") / "instance"
    shutil.copytree(demo_file, instance)
    token = device_token(instance, "Program uji")
    running = Served(instance, ("demo",))
    yield running, token
    answers = running.answers()
    running.stop()
    assert answers and "Traceback" not in running.log


@pytest.fixture
def program(server: tuple[Served, str]) -> Iterator[Visitor]:
    visitor = Visitor(server[0].port, server[1])
    yield visitor
    visitor.close()


@pytest.fixture
def person(server: tuple[Served, str]) -> Iterator[Visitor]:
    visitor = Visitor(server[0].port)
    yield visitor
    visitor.close()


def raw(port: int, request: bytes) -> bytes:
    """Send bytes as they are and return the first line of the answer."""
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as line:
        line.sendall(request)
        with line.makefile("rb") as answer:
            return answer.readline()


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("GET", "/api/v1/nothing", None, 404, "not_found"),
        ("GET", "/api/v1/checkpoints/999/counts", None, 403, "not_your_checkpoint"),
        ("GET", "/api/v1/scans", None, 405, "method_not_allowed"),
        ("DELETE", "/api/v1/checkpoints", None, 405, "method_not_allowed"),
        ("POST", "/api/v1/scans", "this is no JSON", 400, "bad_json"),
        ("POST", "/api/v1/scans", "", 400, "bad_json"),
        ("POST", "/api/v1/scans", "[]", 400, "bad_json"),
        ("POST", "/api/v1/scans", "null", 400, "bad_json"),
        ("POST", "/api/v1/scans", '"x"', 400, "bad_json"),
        ("POST", "/api/v1/scans", b"\xff\xfe\x00", 400, "bad_json"),
        ("POST", "/api/v1/scans", "[" * 5000, 400, "bad_json"),
        ("POST", "/api/v1/scans", '{"scans": []}', 400, "bad_scans"),
        ("POST", "/api/v1/scans", '{"nonce": "uji-00000001", "checkpoint": 1e400}', 422, "code_or_participant"),
        ("POST", "/api/v1/scans", '{"nonce": "' + "x" * 600_000 + '"}', 413, None),
    ],
)
def test_a_program_gets_an_error_object(program, method, path, body, status, code):
    assert program.ask(method, path, body, **JSON) == status
    assert program.response.headers.get_content_type() == "application/json"
    error = program.json["error"]
    assert set(error) == {"code", "message"} and error["message"]
    assert code in (None, error["code"])


def test_a_body_of_no_told_length_is_cut_off_at_the_same_size(program):
    def pieces() -> Iterator[bytes]:
        yield b'{"nonce": "'
        for _ in range(80):
            yield b"x" * 10_000

    try:
        status = program.ask("POST", "/api/v1/scans", pieces(), **JSON)
    except (BrokenPipeError, ConnectionResetError):  # the server hung up before all was sent, as it may
        return
    assert status in (400, 413) and set(program.json["error"]) == {"code", "message"}


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/nothing-here", None, 404),
        ("GET", "/static/../rtapp/config.py", None, 404),
        ("GET", "/static/%2e%2e/instance/secret_key", None, 404),
        ("GET", "/desk/99999999999999999999", None, 404),
        ("DELETE", "/sign-in", None, 405),
        ("PUT", "/", None, 405),
        ("POST", "/sign-in", "name=x&password=y", 400),
        ("POST", "/sign-in", "name=" + "x" * 600_000, 413),
        ("POST", "/desk/1/scans", "code=x", 401),
    ],
)
def test_a_person_gets_a_page(person, method, path, body, status):
    assert person.ask(method, path, body, **FORM) == status
    assert person.response.headers.get_content_type() == "text/html"
    assert '<html lang="id"' in person.text and "Traceback" not in person.text


def test_what_is_refused_says_how_it_may_be_asked(person):
    person.ask("DELETE", "/api/v1/scans")
    assert "POST" in person.response.headers["Allow"]


def test_a_question_without_a_body_is_answered_without_one(person):
    assert person.ask("HEAD", "/sign-in") == 200 and person.text == ""


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"NONSENSE\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: many\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 900_000 + b"\r\n\r\n", b"431"),
        (b"GET /" + b"x" * 90_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", b"414"),
    ],
    ids=["no-http", "no-length", "long-header", "long-address"],
)
def test_what_is_no_http_is_told_so_and_hurts_nobody(server, person, request_, status):
    assert raw(server[0].port, request_).split()[1:2] == [status]
    assert person.ask("GET", "/healthz") == 200
