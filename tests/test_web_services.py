"""What the requests of one process share: few open connections, and one who writes what many bring."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from rtapp.db import Lines, Prepared, db
from rtapp.schema import Event
from rtapp.web.services import Gathered

pytestmark = pytest.mark.both_engines
ASK = Prepared(select(Event.id))


def test_a_rush_of_questions_opens_no_more_connections_than_there_are_places(session, world):
    lines, used = Lines(db.engine, most=2), set()

    def ask(line):
        used.add(line.raw)
        time.sleep(0.01)  # the others come meanwhile
        return len(ASK.all(line))

    with ThreadPoolExecutor(12) as desks:
        assert list(desks.map(lambda _: lines.read(ask), range(24))) == [1] * 24
    assert 1 <= len(used) <= 2
    lines.close()


def test_a_question_that_fails_leaves_its_place_to_the_next(session, world):
    lines = Lines(db.engine, most=1)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            lines.read(lambda line: 1 / 0)
    assert len(lines.read(ASK.all)) == 1
    lines.close()


def test_of_many_who_bring_something_one_takes_it_for_all():
    waiting = Gathered()
    with ThreadPoolExecutor(8) as desks:
        assert sum(desks.map(waiting.is_first, range(1, 65))) == 1
    assert waiting.take() == set(range(1, 65))
    assert waiting.is_first(7) and waiting.take() == {7} and waiting.take() == set()
