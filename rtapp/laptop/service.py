"""Starting with the laptop: what systemd or the Windows task scheduler must be told, with the paths of this machine."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

NAME = "rtapp"


def unit(python: Path, program: Path, instance: Path, user: str, words: Sequence[str]) -> str:
    """Return the unit of systemd that runs ``program`` with ``words`` as ``user`` after every start of the machine."""
    command = " ".join(_quoted(word).replace("$", "$$") for word in (str(python), str(program), "serve", *words))
    return f"""\
[Unit]
Description=rtapp, meja registrasi
After=network.target

[Service]
ExecStart={command}
WorkingDirectory={_escaped(str(program.parent))}
Environment={_quoted(f"RTAPP_INSTANCE={instance}")}
User={user}
Restart=on-failure
RestartSec=2
KillMode=mixed
TimeoutStopSec=20
LimitNOFILE=65536

[Install]
WantedBy=multi-user.target
"""


def task(python: Path, program: Path, words: Sequence[str]) -> str:
    """Return the line that makes a task of Windows: it runs whenever somebody signs in at the laptop."""
    run = subprocess.list2cmdline([str(python), str(program), "serve", *words])
    return subprocess.list2cmdline(["schtasks", "/create", "/f", "/tn", NAME, "/sc", "onlogon", "/tr", run])


def _quoted(word: str) -> str:
    """Return a word as systemd reads one: quoted, its own signs escaped."""
    return '"' + _escaped(word).replace('"', '\\"') + '"'


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "%%")
