"""The floors of the house: which file may import what, read from the source and proven in a fresh interpreter."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
HOUSE = ROOT / "rtapp"
ROOMS = [
    "audit",
    "accounts",
    "settings",
    "events",
    "roster",
    "imports",
    "badges",
    "checkin",
    "live",
    "reports",
    "safety",
    "privacy",
]
IMPURE = {
    "store",
    "forms",
    "views",
    "api",
    "stream",
    "papers",
    "passwords",
    "schedule",
    "backups",
    "backup_file",
    "restore",
    "copy",
}
PAGES = {"views", "forms", "api"}
# Modules that know one third-party library, as those of documents/ do.
ONE_LIBRARY = {"rtapp/accounts/passwords.py": {"argon2"}}
DOCUMENT_LIBRARIES = {
    "cryptography",
    "pyrage",
    "qrcode",
    "reportlab",
    "PIL",
    "python_calamine",
    "openpyxl",
    "xlsxwriter",
    "defusedxml",
    "odf",
    "ezodf",
}


def modules() -> Iterator[Path]:
    return (path for path in HOUSE.rglob("*.py") if "migrations" not in path.parts)


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def is_impure(path: Path) -> bool:
    return path.stem in IMPURE or path.stem.endswith(("_store", "_views", "_forms", "_writer", "_files"))


def is_page(stem: str) -> bool:
    return stem in PAGES or stem.endswith(("_views", "_forms"))


def is_store(path: Path) -> bool:
    return path.stem == "store" or path.stem.endswith("_store")


def rules() -> list[Path]:
    """Every freely named file of a room, and the two at the top that everybody may use."""
    found = [path for room in ROOMS for path in (HOUSE / room).glob("*.py") if not is_impure(path)]
    return [*found, HOUSE / "clock.py", HOUSE / "refusals.py", HOUSE / "__init__.py"]


def imported(path: Path) -> set[str]:
    """Return the full dotted names a module imports at any depth of its code."""
    package = ["rtapp", *path.relative_to(HOUSE).parent.parts]
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            stem = ".".join([*base, *filter(None, [node.module])])
            found |= {f"{stem}.{alias.name}" for alias in node.names}
    return found


def outside(path: Path) -> set[str]:
    """Return the third-party packages a module imports."""
    tops = {name.split(".")[0] for name in imported(path)}
    return tops - set(sys.stdlib_module_names) - {"rtapp"}


@pytest.mark.parametrize("path", rules(), ids=name_of)
def test_a_rule_loads_in_a_fresh_interpreter_without_flask_and_sqlalchemy(path):
    module = name_of(path).removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    code = f"import sys, {module}; sys.exit(bool({{'flask', 'sqlalchemy', 'wtforms'}} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0


@pytest.mark.parametrize("path", rules(), ids=name_of)
def test_a_rule_imports_the_standard_library_alone(path):
    assert outside(path) == set()


@pytest.mark.parametrize("path", sorted((HOUSE / "documents").glob("*.py")), ids=name_of)
def test_a_document_imports_its_library_and_nothing_of_the_rooms(path):
    assert outside(path) <= DOCUMENT_LIBRARIES
    ours = {name for name in imported(path) if name.startswith("rtapp.")}
    assert all(name.startswith(("rtapp.documents", "rtapp.refusals")) for name in ours), ours


def test_each_third_party_library_of_the_documents_has_one_user():
    users: dict[str, list[str]] = {}
    for path in modules():
        for package in outside(path) & DOCUMENT_LIBRARIES:
            users.setdefault(package, []).append(name_of(path))
    assert all(len(paths) == 1 for paths in users.values()), users


@pytest.mark.parametrize("path", [path for path in modules() if is_store(path)], ids=name_of)
def test_a_store_knows_no_request_and_never_commits(path):
    assert not outside(path) & {"flask", "flask_wtf", "flask_babel", "wtforms"}
    assert ".commit(" not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", [path for room in ROOMS for path in (HOUSE / room).glob("*.py")], ids=name_of)
def test_a_room_imports_only_from_rooms_to_its_left(path):
    room = path.relative_to(HOUSE).parts[0]
    for name in imported(path):
        parts = name.split(".")
        if parts[0] != "rtapp" or len(parts) < 2 or parts[1] not in ROOMS or parts[1] == room:
            continue
        other, module = parts[1], parts[2] if len(parts) > 2 else ""
        assert not is_page(module), f"{name}: another room's pages"
        if not is_page(path.stem):  # a page may use any room's store
            assert ROOMS.index(other) < ROOMS.index(room), f"{name_of(path)} imports {name}, to its right"


def test_only_the_clock_asks_what_time_it_is():
    for path in modules():
        source = path.read_text(encoding="utf-8")
        if path.name != "clock.py":
            assert "datetime.now(" not in source and "utcnow(" not in source.replace("clock.utcnow(", ""), name_of(path)


@pytest.mark.parametrize("path", list(modules()), ids=name_of)
def test_every_module_says_in_one_line_what_it_knows(path):
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    assert text and text.splitlines()[0].strip()
