"""Starting with the laptop: the unit that systemd accepts, the task that Windows runs, with awkward paths."""

import shutil
import subprocess
import sys
from pathlib import Path, PureWindowsPath

import pytest

from rtapp.laptop import service

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
    said = command("service", "--port", "8001", "--tls", instance=tmp_path / "instance")
    assert said.returncode == 0 and said.stderr == "" and not (tmp_path / "instance").exists()
    assert '"serve" "--host" "0.0.0.0" "--port" "8001" "--tls" "--tls-port" "8443"' in said.stdout
    assert f'Environment="RTAPP_INSTANCE={tmp_path / "instance"}"' in said.stdout
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
