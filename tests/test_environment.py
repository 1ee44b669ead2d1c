"""app.py sets itself up: with nothing but Python beside it, without the internet later, after a broken set-up."""

import ast
import atexit
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import zipfile
from functools import cache
from pathlib import Path

import pytest

from rtapp.laptop import environment, shortcut

from .served import ROOT, free_port

TOO_OLD = """
import runpy, sys
sys.version_info, sys.argv = (3, 9, 2, "final", 0), ["app.py", "demo"]
runpy.run_path("app.py", run_name="__main__")
"""
PROOF = "def test_one(): pass\ndef test_other(): assert not 'a failure that must be told'\n"


@cache
def nothing_installed() -> str:
    """Return a Python that has the standard library alone, whatever this machine's own has got."""
    folder = Path(tempfile.mkdtemp(prefix="rtapp-python-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    base = getattr(sys, "_base_executable", sys.executable)
    subprocess.run([base, "-I", "-m", "venv", "--without-pip", str(folder)], check=True)
    return str(folder / "bin" / "python")


def wheel(folder: Path, name: str, version: str, **files: str) -> None:
    """Write a package that holds nothing but its name, its version and these files."""
    stem = f"{name.replace('-', '_')}-{version}"
    about = {
        f"{stem}.dist-info/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{stem}.dist-info/WHEEL": "Wheel-Version: 1.0\nGenerator: uji\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        **files,
    }
    record = f"{stem}.dist-info/RECORD"
    with zipfile.ZipFile(folder / f"{stem}-py3-none-any.whl", "w") as packed:
        for path, text in {**about, record: "".join(f"{path},,\n" for path in (*about, record))}.items():
            packed.writestr(path, text)


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every package of requirements.txt as an empty one, and with the first of them the way to the real ones."""
    folder = tmp_path_factory.mktemp("wheels")
    real = {"real.pth": sysconfig.get_path("purelib") + "\n"}
    for name, version in environment.pinned(ROOT / "requirements.txt").items():
        wheel(folder, name, version, **real)
        real = {}
    return folder


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project as somebody unpacks it, without any environment; the browser files are fetched already."""
    project = (
        tmp_path_factory.mktemp("bare") / "rtapp 1 – Aula é"
    )  # people have folders with spaces and letters of their own
    for name in ("rtapp", "templates", "static"):
        shutil.copytree(ROOT / name, project / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("app.py", "requirements.txt"):
        shutil.copy(ROOT / name, project)
    (project / "tests").mkdir()
    (project / "tests" / "requirements.txt").write_text("-r ../requirements.txt\n")
    (project / "tests" / "test_it.py").write_text(PROOF)
    return project


def start(project: Path, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run the copy's app.py in an interpreter that has nothing, out of reach of any package index."""
    kept = {key: value for key, value in os.environ.items() if key not in ("VIRTUAL_ENV", "PYTHONPATH", "RTAPP_VENV")}
    kept |= {"PIP_NO_INDEX": "1", "RTAPP_INSTANCE": str(project / "instance"), "PYTHONIOENCODING": "utf-8", **env}
    command = [nothing_installed(), "app.py", *words]
    return subprocess.run(command, cwd=project, env=kept, capture_output=True, text=True, timeout=180)


@pytest.mark.slow
def test_a_bare_copy_sets_itself_up_starts_without_the_internet_and_mends_what_broke(bare, wheels):
    environment_folder = bare / ".venv"
    offline = start(bare, "migrate")
    assert (
        offline.returncode == 1 and "No matching distribution" in offline.stderr and "Traceback" not in offline.stderr
    )

    first = start(bare, "migrate", PIP_FIND_LINKS=str(wheels))
    assert first.returncode == 0, first.stderr
    assert first.stdout.splitlines()[1:] == ["Siap. Mulai lain kali tidak perlu internet.", "Basis data diperbarui."]
    assert str(environment_folder) in first.stdout.splitlines()[0] and "Traceback" not in first.stderr

    assert start(bare, "migrate").stdout == "Basis data sudah mutakhir.\n"
    proofs = start(bare, "test", "-q", "-p", "no:cacheprovider")
    assert proofs.returncode == 1 and proofs.stdout.splitlines()[-1].startswith("1 failed, 1 passed in ")

    (environment_folder / "bin" / "python").unlink()  # as after the system has got another Python
    mended = start(bare, "migrate", PIP_FIND_LINKS=str(wheels))
    assert mended.returncode == 0 and mended.stdout.endswith("Basis data sudah mutakhir.\n"), mended.stderr
    assert start(bare, "migrate").stdout == "Basis data sudah mutakhir.\n"


def test_a_python_too_old_is_told_in_one_sentence_that_says_what_to_install():
    ast.parse((ROOT / "app.py").read_text(encoding="utf-8"), feature_version=(3, 6))  # else it would be a SyntaxError
    told = subprocess.run([nothing_installed(), "-c", TOO_OLD], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert told.returncode == 1 and told.stdout == ""
    (line,) = told.stderr.splitlines()
    assert "Python 3.11 atau lebih baru" in line and "ini Python 3.9." in line and "python.org" in line


def test_what_a_new_start_needs_before_its_libraries_are_there_is_the_standard_library():
    code = "import sys; sys.modules |= dict.fromkeys(['click', 'flask', 'filelock', 'sqlalchemy']); import {}"
    for module in ("app", "rtapp.laptop.environment"):
        assert (
            subprocess.run(
                [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r}); " + code.format(module)]
            ).returncode
            == 0
        )


def test_a_folder_that_is_no_environment_is_left_alone(bare, tmp_path):
    (tmp_path / "surat.txt").write_text("jangan hilang")
    told = start(bare, "migrate", RTAPP_VENV=str(tmp_path))
    assert told.returncode == 1 and f"{tmp_path} bukan lingkungan Python." in told.stderr
    assert (tmp_path / "surat.txt").read_text() == "jangan hilang"


def test_an_environment_of_somebody_elses_that_has_everything_is_used_as_it_is(monkeypatch):
    monkeypatch.setattr(environment, "prepare", lambda *_: pytest.fail("made another one"))
    environment.enter(["serve"])


def test_a_half_made_environment_is_not_taken_for_a_whole_one(tmp_path):
    assert not environment._is_sound(tmp_path)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").symlink_to(sys.executable)
    assert environment._is_sound(tmp_path)
    (tmp_path / "unfinished").touch()
    assert not environment._is_sound(tmp_path)


@pytest.mark.slow
def test_a_double_click_opens_the_page_once_it_answers_and_says_to_leave_the_window_open(tmp_path):
    browser, opened = tmp_path / "browser", tmp_path / "opened"
    browser.write_text(f'#!/bin/sh\necho "$1" >> {opened}\n')
    browser.chmod(0o755)
    env = os.environ | {"BROWSER": str(browser), "RTAPP_INSTANCE": str(tmp_path / "instance"), "PYTHONUNBUFFERED": "1"}
    env.pop("DATABASE_URL", None)
    command = [
        sys.executable,
        "app.py",
        "--open",
        "--no-tls",
        "--host",
        "127.0.0.1",
        "--port",
        str(port := free_port()),
    ]
    with (tmp_path / "said").open("w") as said:
        server = subprocess.Popen(command, cwd=ROOT, env=env, stdout=said, stdin=subprocess.DEVNULL)
    try:
        while not opened.exists() or not opened.read_text():
            assert server.poll() is None
        again = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60)
    finally:
        server.terminate()
        server.wait(20)
    first, second = opened.read_text().splitlines()
    assert first.startswith(f"http://127.0.0.1:{port}/links/") and second == f"http://localhost:{port}/"
    assert "JANGAN TUTUP JENDELA INI" in (tmp_path / "said").read_text()
    assert again.returncode == 0 and again.stdout == "Server sudah berjalan; halamannya dibuka.\n"


SSL = "SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed'))"
RETRIES = "Max retries exceeded with url: /simple/alembic/ (Caused by {})"


@pytest.mark.parametrize(
    ("said", "does"),
    [
        ("ERROR: Could not install packages: [Errno 28] No space left on device", "Disk penuh"),
        ("[WinError 112] There is not enough space on the disk", "Disk penuh"),
        (RETRIES.format("NewConnectionError('<…>: [Errno 111] Connection refused')"), "Sambungkan laptop"),
        (
            RETRIES.format("ProxyError('Cannot connect to proxy.', OSError('Tunnel connection failed: 407'))"),
            "HTTPS_PROXY",
        ),
        (RETRIES.format(SSL), "jaringan lain"),
        ("The virtual environment was not created successfully because ensurepip is not available.", "python3-venv"),
        ("/usr/bin/python3: No module named venv", "python3-venv"),
        ("HINT: This error might have occurred since this system does not have Windows Long Path support", "C:\\rtapp"),
        ("[WinError 32] The process cannot access the file because it is being used by another process", "antivirus"),
        ("[WinError 5] Access is denied: 'C:\\rtapp\\.venv\\Scripts\\python.exe'", "antivirus"),
        ("Error: [Errno 1] Operation not permitted: 'lib' -> '/media/stik/rtapp/.venv/lib64'", "stik USB"),
        ("[Errno 30] Read-only file system: '/media/cd/rtapp/.venv.lock'", "folder Dokumen"),
        ("[Errno 13] Permission denied: '/opt/rtapp/.venv.lock'", "folder Dokumen"),
    ],
)
def test_each_hindrance_has_one_sentence_with_what_to_do(said, does):
    sentence = environment.what_to_do(said)
    assert does in sentence and sentence.endswith("jalankan lagi.") and "\n" not in sentence


def test_what_nobody_knows_is_told_as_it_was_said():
    assert environment.what_to_do("something else") == ""


@pytest.mark.parametrize(("code", "status"), [(0, 0), (1, 1), (2, 2), (0xC000013A, 1), (-2, 1), (255, 255)])
def test_a_status_of_whichever_system_is_handed_on(code, status):
    assert environment.exit_status(code) == status


def test_a_python_without_venv_ends_in_one_sentence(bare, tmp_path):
    python = tmp_path / "python3"
    broken = "Error: ensurepip is not available. Install the python3-venv package."
    otherwise = f'exec {nothing_installed()} "$@"'
    python.write_text(f'#!/bin/sh\nfor word; do [ "$word" = venv ] && echo "{broken}" && exit 1; done\n{otherwise}\n')
    python.chmod(0o755)
    code = (
        f"import runpy, sys; sys._base_executable = {str(python)!r}; sys.argv = ['app.py', 'migrate'];"
        "runpy.run_path('app.py', run_name='__main__')"
    )
    env = os.environ | {"RTAPP_VENV": str(tmp_path / "env"), "PIP_NO_INDEX": "1", "PYTHONIOENCODING": "utf-8"}
    told = subprocess.run(
        [nothing_installed(), "-c", code], cwd=bare, env=env, capture_output=True, text=True, timeout=120
    )
    (line,) = told.stderr.splitlines()
    assert told.returncode == 1 and "sudo apt install python3-venv" in line
    assert not (tmp_path / "env").exists()


def test_a_place_that_cannot_be_written_ends_in_one_sentence(bare, tmp_path):
    (tmp_path / "file").touch()
    told = start(bare, "migrate", RTAPP_VENV=str(tmp_path / "file" / ".venv"))
    (line,) = told.stderr.splitlines()
    assert told.returncode == 1 and "Pindahkan folder rtapp" in line


def test_the_screens_folder_is_found_where_a_cloud_has_taken_it():
    env = {"OneDrive": "/rumah/OneDrive - Dinas"}
    assert shortcut.desktops(Path("/rumah"), env)[0] == Path("/rumah/OneDrive - Dinas/Desktop")
    assert shortcut.desktops(Path("/rumah"), {}) == [Path("/rumah/Desktop")]
