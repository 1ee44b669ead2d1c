"""The worker: strangers who hammer are answered later, in their turn, and nobody else is; what it needs from a body."""

import pytest

from rtapp.laptop import worker
from rtapp.laptop.worker import CREDIT, LONGEST, SHARE, Strangers, calls


class Clock:
    """A clock that goes when it is told to."""

    now = 1000.0

    def monotonic(self) -> float:
        return self.now


class Line:
    """What granian gives for each request: the answer goes here."""

    said: tuple = ()

    def response_bytes(self, *said: object) -> None:
        self.said = said

    def response_iter(self, status: int, headers: list, pieces: object) -> None:
        self.said = (status, headers, pieces)


@pytest.fixture
def strangers(monkeypatch):
    """Strangers without a thread: what is held back stays until it is asked for."""
    monkeypatch.setattr(Strangers, "_begin", lambda _self: None)
    clock = Clock()
    monkeypatch.setattr(worker, "time", clock)
    made = Strangers()
    made.clock = clock
    return made


def ask(address: str, method: str = "POST") -> dict[str, str]:
    return {"REMOTE_ADDR": address, "REQUEST_METHOD": method}


def test_a_stranger_uses_up_a_credit_and_then_waits_in_turn_while_others_do_not(strangers):
    sent = []
    for number in range(4):
        strangers.answer(ask("10.0.0.5"), CREDIT / 3.9, lambda number=number: sent.append(number))
    assert sent == [0, 1, 2]
    strangers.answer(ask("10.0.0.6"), 0.01, lambda: sent.append("other"))
    strangers.answer(ask("10.0.0.5", "GET"), 0.01, lambda: sent.append("page"))
    assert sent[3:] == ["other", "page"]
    ((due, _, _),) = strangers._later
    assert 0 < due - strangers.clock.now <= LONGEST
    strangers.clock.now += CREDIT / SHARE + LONGEST
    strangers.answer(ask("10.0.0.5"), 0.01, lambda: sent.append("again"))
    assert sent[-1] == "again"


def test_no_answer_is_held_back_for_ever_and_the_end_sends_all_in_order(strangers):
    sent = []
    for number in range(9):
        strangers.answer(ask("10.0.0.5"), 5.0, lambda number=number: sent.append(number))
    assert sent == [] and max(due for due, _, _ in strangers._later) <= strangers.clock.now + LONGEST
    strangers.end()
    assert sent == list(range(9))
    strangers.answer(ask("10.0.0.5"), 5.0, lambda: sent.append("at once"))
    assert sent[-1] == "at once"


def test_a_whole_answer_goes_in_one_piece_and_a_stream_in_pieces_that_are_closed():
    closed = []

    class Stream:
        def __iter__(self):
            return iter((b"a", b"b"))

        def close(self) -> None:
            closed.append(True)

    answers = {"/whole": [b"a", b"b"], "/stream": Stream(), "/none": ()}

    def application(environ, start):
        environ["rtapp.known"] = True
        start("200 OK", [("X", "y")])
        return answers[environ["PATH_INFO"]]

    call = calls(application, {})
    for path, body in (("/whole", b"ab"), ("/none", b"")):
        line = Line()
        assert call(line, {"PATH_INFO": path}) == 200 and line.said == (200, [("X", "y")], body)
    line = Line()
    call(line, {"PATH_INFO": "/stream"})
    assert list(iter(line.said[2].__next__, b"b")) == [b"a"]
    line.said[2].close()
    assert closed == [True]
