"""The command line as a person meets it: help, options, where things are kept, and one sentence for what fails."""

import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pypdf
import pytest
from click.testing import CliRunner, Result
from filelock import FileLock

from rtapp import migrations
from rtapp.commands import main as cli
from rtapp.commands import terminal

from .served import ROOT, environment, rows

PASSWORD = "kata sandi panitia uji"
ENGLISH = re.compile(r"\b(Usage|Options|Commands|Show this|default|required|Error|Try)\b")


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., Result]:
    """Run ``app.py`` with these words on an instance of its own, with ``given`` on standard input."""

    def invoke(*words: str, given: str = "", **env: str | None) -> Result:
        settled = {"RTAPP_INSTANCE": str(tmp_path / "instance"), "DATABASE_URL": None, **env}
        return CliRunner().invoke(cli.main, list(words), input=given, env=settled, prog_name="app.py")

    return invoke


@pytest.fixture
def at_demo(demo_file: Path, run: Callable[..., Result], tmp_path: Path) -> Callable[..., Result]:
    """The same on a copy of the demo."""
    shutil.copytree(demo_file, tmp_path / "instance")
    return run


def told(result: Result) -> str:
    """Return the one sentence (or two) of a command that could not do what was asked."""
    assert result.exit_code not in (0, 2) and result.stdout == ""
    assert isinstance(result.exception, SystemExit)
    (line,) = result.stderr.splitlines()
    assert line.endswith(".") and not ENGLISH.search(line)
    return line


def every_command(group=cli.main, before: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = [before]
    for name, each in group.commands.items():
        found += every_command(each, (*before, name)) if hasattr(each, "commands") else [(*before, name)]
    return found


# Help


@pytest.mark.parametrize("words", every_command(), ids=" ".join)
def test_every_command_explains_itself_in_indonesian_and_touches_nothing(run, tmp_path, words):
    shown = run(*words, "--help")
    assert shown.exit_code == 0 and shown.stdout.startswith("Pakai: app.py")
    assert "Tampilkan bantuan ini." in shown.stdout
    assert not ENGLISH.search(shown.stdout)
    options = re.findall(r"^  (--\S+)(.*(?:\n {4,}.*)*)", shown.stdout, re.MULTILINE)
    assert options and all(re.search(r"  \S+ ?\S+.*\.", text) for _, text in options), options
    assert not (tmp_path / "instance").exists()


@pytest.mark.parametrize("group", ["device", "user", "roster", "report"])
def test_a_group_without_a_command_shows_what_it_can_do(run, group):
    shown = run(group)
    assert shown.exit_code == 1 and "Perintah:" in shown.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("nonsense",), "Perintah “nonsense” tidak ada. Lihat “app.py --help”."),
        (("device", "nonsense"), "Perintah “nonsense” tidak ada. Lihat “app.py device --help”."),
        (("--bogus",), "Pilihan “--bogus” tidak ada. Lihat “app.py --help”."),
        (("--port", "0"), "--port harus bilangan 1–65535. Lihat “app.py --help”."),
        (("serve", "--port", "delapan"), "--port harus bilangan 1–65535. Lihat “app.py serve --help”."),
        (("device", "add", "X"), "--checkpoint belum diisi. Lihat “app.py device add --help”."),
        (("device", "add", "X", "--checkpoint", "satu"), "--checkpoint harus bilangan."),
        (("attendance", "x.pdf", "--checkpoint", "9" * 20), "--checkpoint harus bilangan."),
        (("report", "recap", "x.pdf", "--wave", "-1"), "--wave harus bilangan."),
        (("device", "add", "X", "--checkpoint", "1", "--role", "admin"), "--role harus salah satu dari: supervisor,"),
        (("user", "add", "--role", "clerk"), "NAME belum diisi."),
        (("user", "add", "X", "--role", "raja"), "--role harus salah satu dari: admin, supervisor, clerk, viewer."),
        (("badges",), "FILE belum diisi."),
        (("badges", "x.pdf", "--paper", "a5"), "--paper harus salah satu dari: f4, a4."),
    ],
)
def test_a_slip_of_the_hand_is_told_in_one_line_and_touches_nothing(run, tmp_path, words, said):
    assert told(run(*words)).startswith(said)
    assert not (tmp_path / "instance").exists()


# Where things are kept


def test_rtapp_instance_names_the_folder_and_migrate_says_what_it_did(run, tmp_path):
    assert run("migrate").stdout == "Basis data diperbarui.\n"
    assert run("migrate").stdout == "Basis data sudah mutakhir.\n"
    assert run("migrate", RTAPP_INSTANCE=str(tmp_path / "other")).stdout == "Basis data diperbarui.\n"
    assert (tmp_path / "instance" / "rtapp.db").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "other" / "rtapp.db").exists()


def test_database_url_names_another_database(run, tmp_path):
    elsewhere = tmp_path / "elsewhere.db"
    assert run("demo", "--no-serve", DATABASE_URL=f"sqlite:///{elsewhere}").exit_code == 0
    with sqlite3.connect(elsewhere) as database:
        assert database.execute("SELECT count(*) FROM participant").fetchone() == (951,)
    assert not (tmp_path / "instance" / "rtapp.db").exists()
    assert run("device", "add", "X", "--checkpoint", "1", DATABASE_URL=f"sqlite:///{elsewhere}").exit_code == 0


@pytest.mark.parametrize("url", ["rubbish", "mysql://localhost/rtapp", "sqlite:rtapp.db"])
def test_a_database_that_is_none_is_refused(run, url):
    assert told(run("migrate", DATABASE_URL=url)).startswith("DATABASE_URL harus alamat SQLite atau PostgreSQL")


def test_a_database_that_does_not_answer_is_told_with_the_reason(run):
    said = told(run("migrate", DATABASE_URL="postgresql://127.0.0.1:1/rtapp"))
    assert said.startswith("Basis data tidak dapat dipakai (") and "Periksa DATABASE_URL" in said


def test_a_file_that_is_no_database_is_told_and_left_alone(run, tmp_path):
    (tmp_path / "instance").mkdir()
    (tmp_path / "instance" / "rtapp.db").write_text("Daftar belanja, bukan basis data.\n" * 40)
    assert told(run("migrate")).startswith("Basis data tidak dapat dipakai (file is not a database)")
    assert (tmp_path / "instance" / "rtapp.db").read_text().startswith("Daftar belanja")


def test_a_folder_that_cannot_be_made_is_told_with_its_name(run, tmp_path):
    (tmp_path / "file").touch()
    said = told(run("migrate", RTAPP_INSTANCE=str(tmp_path / "file" / "instance")))
    assert said.startswith(f"Berkas atau folder {tmp_path / 'file' / 'instance'} tidak dapat dipakai (")


def test_settings_that_cannot_be_read_are_told_with_the_line(run, tmp_path):
    (tmp_path / "instance").mkdir()
    (tmp_path / "instance" / "config.py").write_text("STREAM_LIMIT = 50\nSERVER_THREADS = (\n")
    said = told(run("migrate"))
    assert said.startswith(f"Pengaturan di {tmp_path / 'instance' / 'config.py'} tidak dapat dibaca (SyntaxError: ")
    assert "line 2" in said


def test_an_older_database_is_not_changed_under_a_server_that_uses_it(run, tmp_path, monkeypatch):
    assert run("migrate").stdout == "Basis data diperbarui.\n"
    first, newer = migrations.newest(), tmp_path / "newer"
    shutil.copytree(Path(migrations.__file__).parent, newer)
    version = f'revision = "later"\ndown_revision = "{first}"\n\n\ndef upgrade():\n    pass\n'
    (newer / "versions" / "later.py").write_text(version)
    monkeypatch.setattr(migrations, "FOLDER", newer)
    with FileLock(tmp_path / "instance" / "serve.lock"):
        assert told(run("migrate")).startswith("Server lain sudah berjalan")
    assert rows(tmp_path / "instance", "SELECT version_num FROM alembic_version") == [(first,)]
    assert run("migrate").stdout == "Basis data diperbarui.\n"


# Cards, devices, users


@pytest.mark.parametrize(("paper", "size"), [("f4", (609, 935)), ("a4", (595, 842))])
def test_cards_come_on_either_paper_and_are_counted(at_demo, tmp_path, paper, size):
    file = tmp_path / "kartu.pdf"
    done = at_demo("badges", str(file), "--village", "63.09.11.2001", "--paper", paper)
    cards = int(re.fullmatch(rf"(\d+) kartu ditulis ke {re.escape(str(file))}\.\n", done.stdout)[1])
    sheets = pypdf.PdfReader(file).pages
    assert (round(sheets[0].mediabox.width), round(sheets[0].mediabox.height)) == size
    assert len(sheets) == -(-cards // 10)
    (printed,) = rows(tmp_path / "instance", "SELECT count(*) FROM badge WHERE printed_count = 1")
    assert printed == (cards,)


def test_cards_that_cannot_be_written_are_told_with_the_place(at_demo, tmp_path):
    place = tmp_path / "nowhere" / "kartu.pdf"
    said = told(at_demo("badges", str(place), "--village", "63.09.11.2001"))
    assert said.startswith(f"Berkas atau folder {place} tidak dapat dipakai (")


def test_a_device_may_have_several_checkpoints_and_a_role(at_demo, tmp_path):
    words = ("--checkpoint", "1", "--checkpoint", "2", "--checkpoint", "1", "--role", "supervisor")
    done = at_demo("device", "add", "Program uji", *words)
    assert done.exit_code == 0 and len(done.stdout.split()[-1]) >= 20
    held = (
        "SELECT device.role, checkpoint_id FROM device JOIN device_checkpoint ON device_id = device.id WHERE label = "
    )
    assert rows(tmp_path / "instance", held + "'Program uji' ORDER BY 2") == [("supervisor", 1), ("supervisor", 2)]


def test_a_device_needs_a_name(at_demo):
    told(at_demo("device", "add", "  ", "--checkpoint", "1"))


def test_a_user_is_added_with_the_password_of_standard_input_and_once(run, tmp_path):
    added = run("user", "add", "Panitia Contoh", "--role", "admin", given=f"{PASSWORD}\nignored\n")
    assert added.stdout == "Pengguna “Panitia Contoh” ditambahkan.\n"
    assert PASSWORD not in str(rows(tmp_path / "instance", "SELECT * FROM user_account"))
    told(run("user", "add", "panitia contoh", "--role", "clerk", given=f"{PASSWORD}\n"))
    assert rows(tmp_path / "instance", "SELECT name, role FROM user_account") == [("Panitia Contoh", "admin")]


@pytest.mark.parametrize("given", ["", "\n", "pendek\n", "12345678\n", "x" * 201 + "\n"])
def test_a_password_that_is_none_makes_no_user(run, tmp_path, given):
    told(run("user", "add", "Panitia Contoh", "--role", "clerk", given=given))
    assert rows(tmp_path / "instance", "SELECT count(*) FROM user_account") == [(0,)]


# The terminal


def test_a_command_leaves_one_whole_file(run, tmp_path):
    run("demo", "--no-serve")
    left = {path.name for path in (tmp_path / "instance").iterdir()}
    assert left == {"rtapp.db", "secret_key", "migrate.lock"}


@pytest.mark.slow
def test_a_terminal_of_few_letters_shows_what_it_can(tmp_path):
    words = [sys.executable, "app.py", "user", "add", "Ayah", "--role", "clerk"]
    env = environment(tmp_path) | {"PYTHONIOENCODING": "latin-1"}
    done = subprocess.run(words, cwd=ROOT, env=env, input=PASSWORD.encode(), capture_output=True, timeout=120)
    assert done.returncode == 0 and done.stdout == b"Pengguna ?Ayah? ditambahkan.\n"


@pytest.mark.parametrize(("letters", "shown"), [("utf-8", True), ("cp1252", False)])
def test_a_code_is_left_out_where_no_blocks_can_be_shown(tmp_path, monkeypatch, letters, shown):
    with (tmp_path / "said.txt").open("w", encoding=letters) as said:
        monkeypatch.setattr("sys.stdout", said)
        terminal.announce(["http://localhost:8000"], "", [("Buat admin pertama", "rahasia")])
    text = (tmp_path / "said.txt").read_text(encoding=letters)
    assert ("█" in text) is shown and "http://localhost:8000/links/rahasia" in text


def test_a_mistake_of_the_program_keeps_its_trace(run, monkeypatch):
    monkeypatch.setattr(migrations, "upgrade", lambda *_args, **_extra: 1 // 0)
    assert isinstance(run("migrate").exception, ZeroDivisionError)
