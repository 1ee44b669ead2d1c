"""Several processes record at once, on either database: one number each, one line each, nothing refused by a fault."""

import json
import re
import secrets
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from . import postgres
from .actors import at_once
from .served import Served, Visitor, command, device_token
from .world import PASSWORD

pytestmark = pytest.mark.slow
ENGINES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
CAME, ACCEPT = {"substitute": {"name": "WAKIL CONTOH"}}, {"accept_other_wave": {"reason": "uji"}}
HEAD, INSTEAD = {"resolve": "head", "reason": "uji"}, {"resolve": "substitute", "reason": "uji"}


@dataclass
class Hall:
    """Four processes on one database, programs' tokens, the session of a coordinator, everybody of wave I."""

    server: Served
    database: str
    token: str
    deciding: str  # the token of a program that may decide
    cookies: dict[str, str]
    csrf: str
    people: list[int]

    def ask(self, statement: str) -> list[Any]:
        """Return what a statement finds in the database."""
        engine = create_engine(self.database or f"sqlite:///{self.server.instance / 'rtapp.db'}")
        with closing(engine.connect()) as line:
            found = list(line.execute(text(statement)))
        engine.dispose()
        return found

    def scan(self, person: int) -> dict[str, Any]:
        """Record one scan as a program does and return its answer."""
        status, answer = self.send(person)
        assert status == 200, answer
        return answer

    def send(self, person: int, **more: Any) -> tuple[int, dict[str, Any]]:
        """Send a scan, on a line of its own, whichever process takes it; with ``decision`` as one that may decide."""
        body = {"nonce": secrets.token_hex(8), "checkpoint": 1, "source": "search", "participant": person} | more
        with closing(Visitor(self.server.port, self.deciding if "decision" in more else self.token)) as program:
            status = program.ask("POST", "/api/v1/scans", json.dumps(body), **{"Content-Type": "application/json"})
            return status, program.json

    def case_of(self, person: int, kind: str) -> int:
        """Return the question about somebody that waits for a decision."""
        rows = f"SELECT id FROM decision_case WHERE participant_id = {person} AND kind = '{kind}'"
        [case] = self.ask(f"{rows} AND settled_at IS NULL")
        return int(case.id)

    def post(self, path: str, **fields: str) -> int:
        """Send a form as the coordinator does, on a line of its own, and return the status."""
        with closing(Visitor(self.server.port)) as browser:
            browser.cookies = dict(self.cookies)
            body = "&".join(f"{name}={value}" for name, value in {"csrf_token": self.csrf, **fields}.items())
            return browser.ask("POST", path, body, **FORM)

    def verified(self) -> str:
        """Return what ``verify`` says where it finds fault, "" where it finds none."""
        said = command("verify", instance=self.server.instance, database=self.database)
        return "" if said.returncode == 0 else said.stdout + said.stderr


@pytest.fixture(scope="module", params=ENGINES)
def hall(request: pytest.FixtureRequest, demo_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    instance, database = tmp_path_factory.mktemp("races") / "instance", ""
    shutil.copytree(demo_file, instance)
    with ExitStack() as ends:
        if request.param == "postgresql":
            database = ends.enter_context(postgres.database())[1]
            moved = command("copy-to", database, instance=instance)
            assert moved.returncode == 0, moved.stderr
        token = device_token(instance, "Program uji", database=database)
        words = ("device", "add", "Program koordinator", "--checkpoint", "1", "--role", "supervisor")
        deciding = command(*words, instance=instance, database=database).stdout.split()[-1]
        words = ("user", "add", "Uji koordinator", "--role", "supervisor")
        added = command(*words, instance=instance, database=database, stdin=f"{PASSWORD}\n")
        assert added.returncode == 0, added.stderr
        server = Served(instance, ("demo", "--workers", "4"), database=database)
        ends.callback(server.stop)
        with closing(Visitor(server.port)) as browser:
            assert browser.fill_in("/sign-in", name="Uji koordinator", password=PASSWORD) == 303, browser.text
            browser.ask("GET", "/desk/1")
            csrf = re.search(r'name="csrf_token" value="([^"]+)"', browser.text)
            made = Hall(server, database, token, deciding, browser.cookies, csrf[1] if csrf else "", [])
        rows = made.ask("SELECT id FROM participant WHERE wave_id = 1 AND archived_at IS NULL ORDER BY id")
        made.people = [row.id for row in rows]
        yield made


def test_sixty_people_at_once_get_sixty_numbers_and_verify_finds_no_fault(hall):
    before = {row.number for row in hall.ask("SELECT number FROM attendance WHERE checkpoint_id = 1")}
    some, hall.people = hall.people[:60], hall.people[60:]
    told = at_once(*(lambda person=person: hall.scan(person) for person in some))
    assert [answer["verdict"] for answer in told] == ["WELCOME"] * 60
    numbers = {answer["number"] for answer in told}
    assert len(numbers) == 60 and not numbers & before
    assert sorted(numbers | before) == list(range(1, len(before) + 61)), "no number is left out"
    assert hall.verified() == ""


def test_verify_finds_no_fault_while_eight_desks_scan_on(hall):
    some, hall.people = hall.people[:80], hall.people[80:]
    over = threading.Event()

    def desk(number: int) -> list[int]:
        told = [hall.scan(person)["number"] for person in some[number::8]]
        over.set()
        return told

    def look() -> list[str]:
        found = [hall.verified()]
        while not over.is_set():
            found.append(hall.verified())
        return found

    *numbers, found = at_once(*(lambda each=each: desk(each) for each in range(8)), look)
    assert len({number for told in numbers for number in told}) == 80
    assert set(found) == {""} and hall.verified() == ""


def test_the_right_person_is_scanned_elsewhere_while_the_wrong_mark_is_swapped(hall):
    for _ in range(8):
        wrong, right = hall.people.pop(), hall.people.pop()
        mark = hall.scan(wrong)["attendance"]["id"]
        swap = {"participant": str(right), "nonce": secrets.token_hex(8)}
        swapped, *told = at_once(
            lambda mark=mark, swap=swap: hall.post(f"/attendance/{mark}/swap", **swap),
            *[lambda right=right: hall.scan(right)] * 3,
        )
        assert swapped == 303 and {answer["verdict"] for answer in told} <= {"WELCOME", "ALREADY"}
        standing = f"SELECT participant_id FROM attendance WHERE participant_id IN ({wrong}, {right})"
        assert [row.participant_id for row in hall.ask(f"{standing} AND voided_at IS NULL")] == [right]
    assert hall.verified() == ""


def test_one_mark_is_undone_once_whoever_else_undoes_it(hall):
    for _ in range(5):
        mark = hall.scan(hall.people.pop())["attendance"]["id"]
        undo = [lambda mark=mark: hall.post(f"/attendance/{mark}/void", reason="uji")] * 4
        assert sorted(at_once(*undo)) == [303, 409, 409, 409]
        lines = hall.ask(
            'SELECT audit_value."values" FROM audit JOIN audit_value ON audit_value.audit_id = audit.id'
            " WHERE action = 'attendance.void'"
        )
        told = [row[0] if isinstance(row[0], dict) else json.loads(row[0]) for row in lines]
        assert [values["attendance"] for values in told].count(mark) == 1
    assert hall.verified() == ""


def test_decisions_that_race_are_all_answered(hall):
    others = [row.id for row in hall.ask("SELECT id FROM participant WHERE wave_id = 2 ORDER BY id LIMIT 6")]
    for person in others:
        assert hall.scan(person)["verdict"] == "OTHER_WAVE"
        open_case = f"SELECT id FROM decision_case WHERE participant_id = {person} AND settled_at IS NULL"
        [case] = [row.id for row in hall.ask(open_case)]
        accept = [lambda case=case: hall.post(f"/decisions/{case}", decide="accept", reason="jauh")] * 3
        close = [lambda case=case: hall.post(f"/decisions/{case}", decide="close", reason="pulang")] * 2
        statuses = at_once(*accept, *close, lambda person=person: hall.scan(person)["verdict"])
        assert statuses.pop() in ("OTHER_WAVE", "ALREADY")
        assert set(statuses) <= {303, 409} and 303 in statuses
        assert hall.ask(f"{open_case} AND id = {case}") == []  # who is scanned after the closing is asked about anew
    assert hall.verified() == ""


def attack(hall: Hall, person: int, cases: list[int], *deeds: Callable[[], Any]) -> None:
    """Do all of this at once: nothing fails, what is answered stands in the ledger, one mark is left and no case."""
    outcomes = at_once(*deeds)
    statuses = {outcome if isinstance(outcome, int) else outcome[0] for outcome in outcomes}
    assert statuses <= {200, 303, 409} and statuses & {200, 303}, outcomes
    verdicts = {row.nonce: row.verdict for row in hall.ask("SELECT nonce, verdict FROM scan")}
    numbers = {row.id: row.number for row in hall.ask("SELECT id, number FROM attendance WHERE checkpoint_id = 1")}
    assert sorted(numbers.values()) == list(range(1, len(numbers) + 1)), "each number is given once"
    for answer in (outcome[1] for outcome in outcomes if not isinstance(outcome, int) and outcome[0] == 200):
        assert verdicts[answer["nonce"]] == answer["verdict"]
        assert answer["attendance"] is None or numbers[answer["attendance"]["id"]] == answer["number"]
    waiting = {row.id for row in hall.ask("SELECT id FROM decision_case WHERE settled_at IS NULL")}
    assert waiting.isdisjoint(cases)
    assert len(hall.ask(f"SELECT 1 FROM attendance WHERE participant_id = {person} AND voided_at IS NULL")) <= 1


def test_of_all_that_is_decided_about_a_clash_at_once_one_mark_stands(hall):
    for _ in range(4):
        person, other, clash = hall.people.pop(), hall.people.pop(), secrets.token_hex(8)
        mark = hall.scan(person)["attendance"]["id"]
        assert hall.send(person, nonce=clash, decision=CAME)[1]["verdict"] == "CONFLICT"
        case = hall.case_of(person, "conflict")
        resolve = [partial(hall.send, person, follows=clash, decision=who) for who in (HEAD, INSTEAD)]
        decide = [partial(hall.post, f"/decisions/{case}", decide=how, reason="uji") for how in ("instead", "close")]
        again = [partial(hall.send, person), partial(hall.send, person, decision=CAME)]
        undo = partial(hall.post, f"/attendance/{mark}/void", reason="uji")
        swap = partial(hall.post, f"/attendance/{mark}/swap", participant=str(other), nonce=secrets.token_hex(8))
        attack(hall, person, [case], *resolve, *decide, *again, undo, swap)
    assert hall.verified() == ""


def test_of_all_that_is_decided_about_somebody_of_another_wave_at_once_one_mark_stands(hall):
    for row in hall.ask("SELECT id FROM participant WHERE wave_id = 2 ORDER BY id DESC LIMIT 4"):
        person, scanned = row.id, {"source": "offline", "client_at": datetime.now(UTC).isoformat()}
        assert hall.send(person, **scanned)[1]["verdict"] == "OTHER_WAVE" == hall.scan(person)["verdict"]
        cases = [hall.case_of(person, kind) for kind in ("late", "other_wave")]
        record = [partial(hall.post, f"/decisions/{case}", decide="accept", reason="uji") for case in cases]
        close = [partial(hall.post, f"/decisions/{case}", decide="close", reason="uji") for case in cases]
        accept = [partial(hall.send, person, decision=decision) for decision in (ACCEPT, ACCEPT | CAME)]
        attack(hall, person, cases, *record, *close, *accept, partial(hall.send, person, **scanned))
    assert hall.verified() == ""
