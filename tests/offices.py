"""LibreOffice as an office opens papers: many files become PDFs in one start, under a profile of their own."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest


def printed(files: dict[str, bytes], folder: Path) -> dict[str, bytes]:
    """Return each file (by name) as LibreOffice prints it, as a PDF."""
    office = shutil.which("soffice")
    if office is None:
        said = "LibreOffice is missing: install libreoffice-calc and libreoffice-writer to print sheets and letters"
        pytest.fail(said) if os.environ.get("RTAPP_REQUIRE_OFFICE") else pytest.skip(said)
    made, profile = folder / "printed", (folder / "profile").as_uri()
    paths = []
    for name, data in files.items():
        paths.append(folder / name)
        paths[-1].write_bytes(data)
    command = [
        office,
        f"-env:UserInstallation={profile}",
        "--headless",
        "--convert-to",
        "pdf",
        "--outdir",
        made,
        *paths,
    ]
    subprocess.run(command, check=True, timeout=120, capture_output=True)
    return {name: (made / f"{Path(name).stem}.pdf").read_bytes() for name in files}
