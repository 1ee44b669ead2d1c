"""The SPJ bundle: one ZIP, its manifest, equal bytes; made beside the desk, told how far it is, stopped when asked."""

import subprocess
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from threading import Event, Thread
from zipfile import ZipFile

from rtapp import clock
from rtapp.reports.bundle import INDEX, MANIFEST, BundlePart, BundlePlan, build
from rtapp.reports.bundle_files import SILENT, drop, file_of, job_of, start

NOW = datetime(2023, 11, 8, 6, 30, tzinfo=UTC)
MISSING = "Jumlah uang transport Gelombang I belum diisi."


def plan(*makes, printed_at=None) -> BundlePlan:
    parts = [BundlePart(f"{number:02}.pdf", f"Bagian {number}", 10, make) for number, make in enumerate(makes, start=1)]
    parts.append(BundlePart("99.pdf", "Uang transport", missing=MISSING))

    def index(made) -> bytes:
        return "\n".join(one.part.missing or one.digest for one in made).encode()

    return BundlePlan(parts, index, printed_at or datetime(2023, 11, 8, 14, 30))


def quiet(_done: int, _title: str) -> None:
    pass


def test_a_bundle_holds_index_parts_and_a_manifest_that_verifies(tmp_path):
    data = build(plan(lambda: b"one", lambda: b"two"), quiet)
    with ZipFile(BytesIO(data)) as archive:
        assert archive.namelist() == [INDEX, "01.pdf", "02.pdf", MANIFEST]
        assert archive.testzip() is None
        archive.extractall(tmp_path)
        for line in archive.read(MANIFEST).decode().splitlines():
            digest, name = line.split("  ")
            assert sha256(archive.read(name)).hexdigest() == digest
        assert "belum diisi" in archive.read(INDEX).decode()
    assert subprocess.run(["sha256sum", "-c", "--strict", MANIFEST], cwd=tmp_path, capture_output=True).returncode == 0


def test_whoever_makes_it_hears_how_far_it_is():
    heard = []
    build(plan(lambda: b"one", lambda: b"two"), lambda *told: heard.append(told))
    assert heard == [(0, "Bagian 1"), (1, "Bagian 2"), (2, "Uang transport"), (3, "Daftar isi")]


def test_a_finished_bundle_lies_in_the_instance_for_its_owner_alone(tmp_path):
    start(tmp_path, 1, plan(lambda: b"one"), "Uji admin", now=NOW).join(10)
    job, file = job_of(tmp_path, 1), file_of(tmp_path, 1)
    assert (job.state, job.done, job.parts, job.rows, job.requester) == ("done", 2, 2, 10, "Uji admin")
    assert job.digest == sha256(file.read_bytes()).hexdigest() and job.size == file.stat().st_size
    assert file.stat().st_mode & 0o077 == 0 and file.parent.stat().st_mode & 0o077 == 0
    assert job_of(tmp_path, 2) is None and file_of(tmp_path, 2) is None


def begun(folder: Path) -> tuple[Thread, Event]:
    """Begin a bundle that is being made until it is told to go on."""
    began, go_on = Event(), Event()

    def slow() -> bytes:
        began.set()
        go_on.wait(10)
        return b"old"

    thread = start(folder, 1, plan(slow), "Uji", now=NOW)
    assert began.wait(10)
    return thread, go_on


def test_one_that_is_stopped_leaves_nothing_and_a_new_one_is_not_disturbed(tmp_path):
    old, go_on = begun(tmp_path)
    assert job_of(tmp_path, 1).title == "Bagian 1"
    drop(tmp_path, 1)
    assert job_of(tmp_path, 1) is None
    start(tmp_path, 1, plan(lambda: b"new"), "Uji", now=NOW).join(10)
    go_on.set()
    old.join(10)
    with ZipFile(file_of(tmp_path, 1)) as archive:
        assert archive.read("01.pdf") == b"new"
    drop(tmp_path, 1)
    assert file_of(tmp_path, 1) is None and not list((tmp_path / "spj").iterdir())


def test_one_that_fails_says_so(tmp_path):
    start(tmp_path, 1, plan(lambda: 1 / 0), "Uji", now=NOW).join(10)
    assert job_of(tmp_path, 1).state == "failed" and file_of(tmp_path, 1) is None


def test_one_whose_process_is_gone_runs_no_longer(tmp_path):
    thread, go_on = begun(tmp_path)
    job = job_of(tmp_path, 1)
    assert job.is_running(clock.utcnow())
    assert not job.is_running(clock.utcnow() + SILENT + timedelta(seconds=1))
    go_on.set()
    thread.join(10)
