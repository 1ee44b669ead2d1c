"""More than one process: on PostgreSQL each sees what the other records; SQLite stays right; an event moves over."""

import csv
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from . import postgres
from .served import Served, Visitor, command, device_token
from .test_live_served import BOARD, Desk, Viewer

pytestmark = pytest.mark.slow


@pytest.fixture
def moved(demo_file: Path, tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """The demo, copied to PostgreSQL: its instance folder and the address of its database."""
    instance = tmp_path / "instance"
    shutil.copytree(demo_file, instance)
    with postgres.database() as (_, address):
        said = command("copy-to", address, instance=instance)
        assert said.returncode == 0, said.stderr
        yield instance, address


def roster(instance: Path, database: str = "") -> list[dict[str, str]]:
    """Everybody with their codes, as a program is given them."""
    file = instance.parent / f"peserta-{len(database)}.csv"
    said = command("roster", "export", str(file), "--codes", instance=instance, database=database)
    assert said.returncode == 0, said.stderr
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.mark.postgres
def test_an_event_moves_to_postgresql_whole_and_goes_on_there(moved):
    instance, address = moved
    there = roster(instance, address)
    assert len(there) == 951 and there == roster(instance)
    token = device_token(instance, "Program uji", database=address)  # its number follows those that were copied
    server = Served(instance, database=address)
    try:
        with closing(Visitor(server.port, token)) as program:
            assert program.scan("setelah-pindah-1", code=there[0]["code"]) == 200
            assert program.json["verdict"] in ("WELCOME", "OTHER_WAVE")
    finally:
        server.stop()
    again = command("copy-to", address, instance=instance)
    assert again.returncode == 1 and "sudah berisi" in again.stderr


@pytest.mark.postgres
def test_what_one_process_records_is_on_the_board_of_the_other(moved, tmp_path):
    instance, address = moved
    other = tmp_path / "other"
    other.mkdir()
    shutil.copy(instance / "secret_key", other)  # whoever is signed in at one is signed in at all
    servers = [Served(instance, ("demo",), database=address), Served(other, database=address)]
    try:
        here = Desk(servers[0])
        there = Viewer(servers[1].port, BOARD, {"Cookie": here.cookie, "HX-Request": "true"})
        assert there.present() == 0
        for number in (1, 2, 3):
            here.scan()
            assert there.reaches(number) == number
        there.vanish()
    finally:
        for server in servers:
            server.stop()


def test_two_processes_on_sqlite_mark_everybody_once(demo_file, tmp_path):
    instance = tmp_path / "instance"
    shutil.copytree(demo_file, instance)
    token = device_token(instance, "Program uji")
    codes = [row["code"] for row in roster(instance) if row["wave"] == "1"][:60]
    server = Served(instance, ("demo", "--workers", "2"))
    try:
        assert "tidak lebih cepat" in server.log and len(server.workers) >= 2

        def scan_all(desk: int) -> list[str]:
            verdicts = []
            with closing(Visitor(server.port, token)) as program:
                for place, code in enumerate(codes):
                    assert program.scan(f"meja-{desk}-{place:04}", code=code) == 200, program.text
                    verdicts.append(program.json["verdict"])
            return verdicts

        with ThreadPoolExecutor(6) as desks:
            told = [verdict for verdicts in desks.map(scan_all, range(6)) for verdict in verdicts]
        with closing(Visitor(server.port, token)) as program:
            assert program.ask("GET", "/api/v1/checkpoints/1/counts") == 200
            assert (told.count("WELCOME"), told.count("ALREADY")) == (60, 300) and program.json["hadir"] == 60
    finally:
        server.stop()
