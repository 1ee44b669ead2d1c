"""One request to an application as our server makes it, without a server: answered at once or later."""

from collections.abc import Callable
from io import BytesIO
from threading import Event
from typing import Any

import pytest
from flask import Flask

from rtapp.laptop.worker import calls


class Line:
    """What granian gives for each request, and whether the answer is there."""

    def __init__(self) -> None:
        self.there, self.said = Event(), ()

    def response_bytes(self, *said: object) -> None:
        self.said = said
        self.there.set()


def passed_on(short: Any, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the list that the paths of all that a short way leaves to the long one will be put into."""
    taken, way = [], short._long_way

    def counted(environ: dict[str, Any], start: Callable) -> Any:
        taken.append(environ["PATH_INFO"])
        return way(environ, start)

    monkeypatch.setattr(short, "_long_way", counted)
    return taken


def served(app: Flask, path: str, body: str, headers: dict[str, str]) -> tuple[int, dict[str, str], str]:
    """Post ``body``, with ``headers`` named as WSGI does, and return status, headers and text of the answer."""
    sent, line = body.encode(), Line()
    calls(app, {})(line, {
        "REQUEST_METHOD": "POST", "PATH_INFO": path, "QUERY_STRING": "", "HTTP_HOST": "localhost",
        "CONTENT_LENGTH": str(len(sent)), "wsgi.input": BytesIO(sent), "wsgi.url_scheme": "http",
        "SERVER_NAME": "localhost", "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1", "REMOTE_ADDR": "127.0.0.1",
    } | headers)  # fmt: skip
    assert line.there.wait(20)
    status, told, text = line.said
    return status, dict(told), text.decode()
