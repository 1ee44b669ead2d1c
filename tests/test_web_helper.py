"""Long work goes to a process of its own: its answers, refusals and end come back; desks have the interpreter."""

import gc
import os
import time
import weakref

import pytest

from rtapp.documents.sheets import read_workbook
from rtapp.imports.drafts import Answers
from rtapp.imports.packed_books import packed
from rtapp.imports.readings import RosterFacts
from rtapp.imports.seats import NOBODY
from rtapp.imports.understanding import look_through, take, understand
from rtapp.refusals import Refused
from rtapp.web import helper
from rtapp.web.helper import Helper

from .lists import workbook

FACTS = RosterFacts([], False, NOBODY, {})
SHEET = [["NO", "NAMA KETUA RT", "RT", "DESA/KEL", "NO. HP/WA", "L/P"], [1, "CONTOH AA", "001", "Mabuun", "", "L"]]


@pytest.fixture(scope="module")
def working():
    worker = Helper()
    yield worker
    worker.close()


def test_a_list_is_taken_and_understood_elsewhere_as_here(working):
    data = workbook(Mabuun=[["DAFTAR KETUA RT"], *SHEET])
    names, content = working.run(take, ([("rekap.xlsx", data)], None))
    assert (names, content) == take([("rekap.xlsx", data)], None)
    assert content == packed([("rekap.xlsx", read_workbook(data, "rekap.xlsx"))])
    there = working.run(understand, (FACTS, content, (), {}, Answers()))
    assert there == understand(FACTS, content, (), {}, Answers())
    assert there.rows[-1].name == "CONTOH AA"
    (looked,) = working.run(look_through, (FACTS, content, {}))
    assert looked.drafts == [] and looked.layout.titles[1] == "NAMA KETUA RT" and len(looked.sheet.rows) == 1
    assert working.run(os.getpid, ()) != os.getpid()


def test_a_refusal_comes_back_with_its_facts(working):
    with pytest.raises(Refused) as refused:
        working.run(take, ([("a.xlsx", b"PK no list"), ("b.csv", b"a,b")], None))
    assert refused.value.facts["file"] == "a.xlsx" and isinstance(refused.value.facts["why"], Refused)
    assert str(refused.value).startswith("a.xlsx: ")


def test_work_that_ends_its_process_is_refused_and_the_next_begins_another(working):
    first = working.run(os.getpid, ())
    with pytest.raises(Refused) as refused:
        working.run(os._exit, (1,))
    assert refused.value.status == 413
    assert working.run(os.getpid, ()) != first


def test_a_process_without_work_ends(working, monkeypatch):
    monkeypatch.setattr(helper, "RESTS_AFTER", 0.05)
    pid = working.run(os.getpid, ())
    deadline = time.monotonic() + 20
    while working._pool is not None:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert working.run(os.getpid, ()) != pid


def test_what_came_back_ends_with_its_last_user(working):
    content = working.run(take, ([("rekap.xlsx", workbook(Mabuun=[["DAFTAR KETUA RT"], *SHEET]))], None))[1]
    there = working.run(understand, (FACTS, content, (), {}, Answers()))
    ended = weakref.ref(there)
    del there
    assert ended() is None and gc.isenabled()
