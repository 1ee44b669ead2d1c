"""Disks so small that they fill up; mounting one needs root, and leave to mount."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def small(folder: Path, megabytes: int) -> Iterator[Path]:
    """Mount a disk of so many megabytes at a new folder; the test is skipped where that may not be."""
    if os.name != "posix" or os.geteuid() != 0:
        pytest.skip("a small disk is mounted by root alone")
    folder.mkdir()
    size = f"size={megabytes}m"
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(folder)], capture_output=True)
    if done.returncode:
        pytest.skip(f"no file system can be mounted here: {done.stderr.decode().strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(folder: Path) -> Path:
    """Take all that is left of a disk; return the file that takes it."""
    waste = folder / "waste"
    with waste.open("ab", buffering=0) as file:
        for size in (1 << 16, 512):
            try:
                while True:
                    file.write(b"\0" * size)
            except OSError:
                continue
    return waste
