"""The environment beside app.py: made, filled with the pinned libraries, mended; by the standard library alone."""

import importlib
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OPEN = "--open"  # the option of serving that a double click means
_PINNED = re.compile(r"(?<![A-Za-z0-9_.-])([A-Za-z0-9_.-]{1,100})(?:\[[^\]]{0,100}\])?==([^\s;]+)")
_UNFINISHED = "unfinished"  # lies in an environment while it is being filled: a power cut leaves it there
_PIP = (
    *("-I", "-m", "pip", "install", "--progress-bar=off", "--no-input", "--disable-pip-version-check"),
    *("--no-warn-script-location", "--retries=2", "--timeout=20", "--prefer-binary"),
)
OFFLINE = re.compile(
    "NewConnectionError|NameResolutionError|ConnectTimeout|ReadTimeout|ProtocolError|ProxyError|SSLError|Max retries"
)
# What the system, venv and pip say, and the one sentence that helps; the first that fits.
_FULL = "Disk penuh: kosongkan sedikitnya 1 GB, lalu jalankan lagi."
_LEAST_ROOM = 50_000_000  # bytes; venv does not say why the pip it was unpacking could not be written
_TROUBLES = (
    (r"No space left|not enough space|WinError 112|Disk quota", _FULL),
    (
        r"CERTIFICATE_VERIFY_FAILED|SSLError|SSLCertVerificationError",
        "Sambungan aman ditolak (proxy kantor, atau jam laptop salah). Periksa jamnya, atau sekali ini pakai jaringan "
        "lain, misalnya dari ponsel; lalu jalankan lagi.",
    ),
    (
        r"ProxyError|Tunnel connection failed|407 Proxy",
        "Proxy jaringan ini tidak meneruskan. Setel HTTPS_PROXY yang benar, atau sekali ini pakai jaringan lain, "
        "misalnya dari ponsel; lalu jalankan lagi.",
    ),
    (
        OFFLINE.pattern,
        "Internet tidak terjangkau, padahal sekali ini diperlukan. Sambungkan laptop, lalu jalankan lagi.",
    ),
    (
        r"ensurepip is not available|No module named '?(?:ensurepip|venv|pip)",
        "Python ini tidak membawa venv. Di Debian atau Ubuntu jalankan “sudo apt install python3-venv”, lalu "
        "jalankan lagi.",
    ),
    (
        r"Long Path|WinError 206|[Ff]ile ?name too long",
        "Nama jalur folder ini terlalu panjang. Pindahkan folder rtapp ke tempat yang pendek, misalnya C:\\rtapp, lalu "
        "jalankan lagi.",
    ),
    (
        r"WinError (?:5|32)\b|used by another process|Text file busy",
        "Berkasnya sedang dipakai program lain (antivirus, OneDrive, server yang masih jalan). Tutup itu, tunggu "
        "sebentar, lalu jalankan lagi.",
    ),
    (
        r"Operation not permitted|Read-only file system|Permission denied|Exec format error",
        "Folder ini tidak dapat ditulisi atau tidak dapat menjalankan program (stik USB, folder hanya-baca). Pindahkan "
        "folder rtapp ke folder Dokumen di laptop, lalu jalankan lagi.",
    ),
)


class NotReady(Exception):
    """What kept the environment from being made, in one sentence with what to do."""


@contextmanager
def entered(words: Sequence[str]) -> Iterator[list[str]]:
    """Yield the words of the command line in an interpreter that has all libraries, started if necessary.

    A window that a double click opened is kept until somebody has read why it would close.
    """
    words = [OPEN] if not words and _has_own_window() else list(words)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # an old console lacks letters of a path, or “…”: it shows “?”
    try:
        enter(words)
        yield words
    except NotReady as why:
        print(why, file=sys.stderr)
        _let_read(words)
        sys.exit(1)
    except SystemExit as end:
        if end.code:
            _let_read(words)
        raise


def enter(words: Sequence[str]) -> None:
    """Return if this interpreter has what the command needs, else rerun it in the environment, made if absent."""
    wanted = ROOT / ("tests/requirements.txt" if words[:1] == ["test"] else "requirements.txt")
    folder = place()
    inside = Path(sys.prefix).resolve() == folder
    if not wanted.exists() or not lacking(wanted, exact=inside or sys.prefix == sys.base_prefix):
        return
    prepare(folder, wanted)
    if not inside:
        go_on_as([str(_python(folder)), str(ROOT / "app.py"), *words])
    importlib.invalidate_caches()


def place() -> Path:
    """Return where the environment lies: ``RTAPP_VENV``, else ``.venv`` beside app.py."""
    return Path(os.environ.get("RTAPP_VENV") or ROOT / ".venv").resolve()


def pinned(requirements: Path) -> dict[str, str]:
    """Return the version of each package that a list of requirements asks for on this system, its own lists too."""
    versions: dict[str, str] = {}
    for line in requirements.read_text(encoding="utf-8").splitlines():
        words, _, marker = line.partition(";")
        if line.startswith("-r "):
            versions |= pinned(requirements.parent / line[3:].strip())
        elif (match := _PINNED.match(words)) and ("sys_platform" not in marker or f'"{sys.platform}"' in marker):
            versions[match[1]] = match[2]
    return versions


def lacking(requirements: Path, *, exact: bool = True) -> list[str]:
    """Return the packages that this interpreter has not, or, where ``exact``, not at the version that is asked for."""
    here = {}
    names = {name.lower() for folder in filter(os.path.isdir, sys.path) for name in os.listdir(folder)}
    for name, version in (wanted := pinned(requirements)).items():
        if f"{name}-{version}.dist-info".replace("-", "_", name.count("-")).lower() in names:
            here[name] = version  # the name of its folder tells: reading all of them takes a twelfth of a start
            continue
        try:
            here[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return [name for name, version in wanted.items() if name not in here or (exact and here[name] != version)]


def prepare(folder: Path, requirements: Path) -> None:
    """Make the environment where it is missing, broken or half-made, and fill it; raises NotReady."""
    if _is_ready(folder, requirements):
        return
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with _alone(folder.with_name(folder.name + ".lock")):
            if _is_ready(folder, requirements):  # another start was faster
                return
            print(f"Menyiapkan rtapp di {folder}: sekali ini saja, perlu internet, sekitar satu menit.", flush=True)
            if not _is_sound(folder) or not _fill(folder, requirements, again=True):
                _make(folder)
                _fill(folder, requirements)
            print("Siap. Mulai lain kali tidak perlu internet.", flush=True)
    except OSError as error:
        raise NotReady(
            what_to_do(str(error))
            or f"{error.filename or folder} tidak dapat ditulis ({error.strerror or error}). Pindahkan folder rtapp ke "
            "folder Dokumen Anda, periksa ruang disk, lalu jalankan lagi."
        ) from error


def what_to_do(output: str) -> str:
    """Return the sentence that helps where the system, venv or pip wrote this, "" where none is known."""
    return next((sentence for pattern, sentence in _TROUBLES if re.search(pattern, output)), "")


def go_on_as(command: Sequence[str]) -> None:
    """Replace this process by another program; on Windows, wait for it and exit with its status."""
    sys.stdout.flush()
    if os.name != "nt":
        os.execv(command[0], list(command))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches both; it is the other's to answer
    os._exit(exit_status(subprocess.call(command)))


def exit_status(code: int) -> int:
    """Return an exit status between 0 and 255; 1 for others, such as 0xC000013A of Windows."""
    return code if 0 <= code < 256 else 1


def _python(folder: Path) -> Path:
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def _is_sound(folder: Path) -> bool:
    """Say whether an environment was once made to its end and its Python still starts."""
    return _says_yes(folder, "-m", "pip", "--version")


def _is_ready(folder: Path, requirements: Path) -> bool:
    return _says_yes(folder, str(Path(__file__).resolve()), str(requirements))


def _says_yes(folder: Path, *words: str) -> bool:
    if (folder / _UNFINISHED).exists() or not _python(folder).exists():
        return False
    command = [str(_python(folder)), "-I", *words]
    try:
        return subprocess.call(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60) == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _make(folder: Path) -> None:
    """Make an empty environment in place of a broken one; a folder that is none of ours is left alone."""
    ours = not folder.exists() or any((folder / name).exists() for name in (_UNFINISHED, "pyvenv.cfg"))
    if not ours and (not folder.is_dir() or any(folder.iterdir())):
        raise NotReady(f"{folder} bukan lingkungan Python. Pindahkan atau ganti namanya, lalu jalankan lagi.")
    shutil.rmtree(folder, ignore_errors=not folder.exists())
    folder.mkdir()
    (folder / _UNFINISHED).touch()
    base = getattr(sys, "_base_executable", None) or sys.executable
    done = subprocess.run([base, "-I", "-m", "venv", str(folder)], capture_output=True, text=True, errors="replace")
    if done.returncode == 0:
        return
    full = shutil.disk_usage(folder).free < _LEAST_ROOM
    shutil.rmtree(folder, ignore_errors=True)
    output = done.stdout + done.stderr
    if full:
        raise NotReady(_FULL)
    raise NotReady(what_to_do(output) or f"Lingkungan Python tidak dapat dibuat di {folder}: {_gist(output)}")


def _fill(folder: Path, requirements: Path, *, again: bool = False) -> bool:
    """Install the libraries, telling how far it is; ``again``: into a made one, where False means to make it anew."""
    mark = folder / _UNFINISHED
    mark.touch()
    output = _installed(_python(folder), requirements)
    if not output:
        mark.unlink()
        return True
    offline = OFFLINE.search(output)
    if offline and again:
        mark.unlink()  # as good as it was before
    if again and not offline and "No space left" not in output:
        return False
    version = ".".join(map(str, sys.version_info[:2]))
    raise NotReady(what_to_do(output) or f"Pustaka tidak dapat dipasang untuk Python {version}: {_gist(output)}")


def _installed(python: Path, requirements: Path) -> str:
    """Install what is asked for; return nothing when it went well, else what pip said."""
    total, lines = len(pinned(requirements)), []
    with subprocess.Popen(
        [str(python), *_PIP, "--requirement", str(requirements)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as pip:
        met: set[str] = set()
        for line in pip.stdout or ():
            lines.append(line)
            if match := re.match(r"\s{0,40}(?:Collecting|Requirement already satisfied:) ([A-Za-z0-9_.-]+)", line):
                met.add(match[1].lower())
                _tell(f"pustaka {min(len(met), total)} dari {total}: {match[1]}")
            elif line.startswith("Installing collected"):
                _tell("memasang pustaka …")
    _tell("")
    return "".join(lines).strip() or f"exit {pip.returncode}" if pip.returncode else ""


def _tell(step: str) -> None:
    """Show how far it is on one line of a terminal; a file is spared it."""
    if sys.stdout.isatty():
        print(f"\r  {step[:70]:<70}" if step else f"\r{'':<72}\r", end="", flush=True)


def _gist(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if "error" in line.lower()]
    return (errors or lines or ["?"])[-1][:300]


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold a lock as long as the environment is being made: two starts at once would spoil it for each other."""
    with path.open("a+b") as file:
        if os.name == "nt":
            import msvcrt

            while True:
                try:
                    msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
                    break
                except OSError:  # it gives up after ten seconds, the other start takes a minute
                    continue
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _has_own_window() -> bool:
    """Say whether a double click opened this window: on Windows nobody but Python and its launcher is in it then."""
    if os.name != "nt":
        return False
    import ctypes

    room = (ctypes.c_uint * 4)()
    return 0 < ctypes.windll.kernel32.GetConsoleProcessList(room, 4) <= 2


def _let_read(words: Sequence[str]) -> None:
    if OPEN in words and sys.stdin.isatty():
        input("Tekan Enter untuk menutup jendela ini.")


if __name__ == "__main__":  # asked inside an environment: has it what this list asks for?
    sys.exit(bool(lacking(Path(sys.argv[1]))))
