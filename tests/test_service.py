"""Starting with the laptop: the unit that systemd accepts, the task that Windows runs, with awkward paths."""

import shutil
import subprocess
import sys
from pathlib import Path, PureWindowsPath

import pytest

from rtapp.laptop import service, shortcut

from .served import command

AWKWARD = 'Folder 100% "uji" $HOME'


def verified(unit: str, folder: Path) -> str:
    """Return what systemd has to say against a unit."""
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not here")
    file = folder / "rtapp.laptop.service"
    file.write_text(unit)
    done = subprocess.run(["systemd-analyze", "verify", file], capture_output=True, text=True, timeout=60)
    return "\n".join(line for line in done.stderr.splitlines() if "rtapp.laptop.service" in line)


def test_the_command_prints_a_unit_that_systemd_accepts(tmp_path):
    said = command("service", "--port", "8001", instance=tmp_path / "instance")
    assert said.returncode == 0 and said.stderr == "" and not (tmp_path / "instance").exists()
    assert '"serve" "--host" "0.0.0.0" "--port" "8001" "--tls-port" "8444"' in said.stdout
    assert f'Environment="RTAPP_INSTANCE={tmp_path / "instance"}"' in said.stdout
    assert "\nLimitNOFILE=65536\n" in said.stdout  # a line of the network is an open file
    assert verified(said.stdout, tmp_path) == ""


def test_a_unit_with_awkward_paths_still_names_them(tmp_path):
    program = tmp_path / AWKWARD / "app.py"
    program.parent.mkdir()
    unit = service.unit(Path(sys.executable), program, program.parent, "root", ["--port", "8000"])
    assert verified(unit, tmp_path) == ""
    assert 'Folder 100%% \\"uji\\" $$HOME/app.py"' in unit and '\\"uji\\" $HOME"' in unit


def test_the_task_of_windows_is_one_line_with_its_paths_quoted():
    python = PureWindowsPath("C:/Meja Registrasi/.venv/Scripts/python.exe")
    line = service.task(python, PureWindowsPath("C:/Meja Registrasi/app.py"), ["--port", "8000"])
    assert line.startswith("schtasks /create /f /tn rtapp /sc onlogon /tr ") and "\n" not in line
    assert r"\"C:\Meja Registrasi\.venv\Scripts\python.exe\"" in line and line.endswith('serve --port 8000"')


def test_the_icon_on_the_screen_names_awkward_paths_as_each_system_reads_them(tmp_path):
    python, program = Path(sys.executable), tmp_path / AWKWARD / "app.py"
    entry = shortcut.linux(python, program)
    assert "Terminal=true" in entry and 'Folder 100%% \\\\"uji\\\\" \\\\$HOME/app.py" "--open"' in entry
    batch = shortcut.windows(PureWindowsPath("C:/Python 3/python.exe"), PureWindowsPath("C:/100% rtapp/app.py"))
    assert '@"C:\\Python 3\\python.exe" "C:\\100%% rtapp\\app.py" --open\r\n' in batch
    program.parent.mkdir()
    program.write_text("import sys; print(sys.argv[1])")
    script = tmp_path / "icon.command"
    script.write_text(shortcut.mac(python, program))
    assert subprocess.run(["sh", script], capture_output=True, text=True).stdout == "--open\n"


def test_the_icon_is_written_where_the_screen_shows_it(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", "")  # no xdg-user-dir
    (tmp_path / "Desktop").mkdir()
    place = shortcut.write(Path(sys.executable), tmp_path / "app.py")
    assert place == tmp_path / "Desktop" / "rtapp.desktop" and place.stat().st_mode & 0o111
    assert (tmp_path / ".local" / "share" / "applications" / "rtapp.desktop").exists()
