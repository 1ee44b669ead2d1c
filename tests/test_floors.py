"""The floors of the house: which file may import what, read from every file of rtapp and at any depth of its code."""

import ast
import subprocess
import sys
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOUSE = ROOT / "rtapp"
# From left to right: a rule or a store may import those of its own room and of the rooms to its left.
ROOMS = [
    *("audit", "accounts", "settings", "events", "roster", "imports", "badges", "checkin", "live", "reports"),
    *("safety", "privacy"),
]
GROUND = {"", "config", "clock", "refusals", "db", "schema"}  # "" is rtapp itself
WIRING = {"factory", "commands", "laptop"}
FOLDERS = {*ROOMS, "web", "documents", "migrations", "translations", "commands", "laptop"}
# Files of a room that are no rules, by the name each has in every room.
PAGES = {"views", "forms", "api"}
FILES_AND_PAPERS = {"stream", "papers", "passwords", "schedule", "backups", "backup_file", "restore", "copy"}
RECIPES = {"cryptography.fernet"}  # complete in itself: nothing of the library's certificates stands behind it
DOCUMENT_LIBRARIES = RECIPES | {
    *("cryptography", "pyrage", "qrcode", "reportlab", "PIL", "docx", "pypdf"),
    *("python_calamine", "openpyxl", "xlsxwriter", "defusedxml", "odf", "ezodf"),
}


@cache
def modules() -> dict[str, Path]:
    """Every module of the house by its dotted name, but the versions of the database."""
    paths = [path for path in HOUSE.rglob("*.py") if "versions" not in path.parts]
    return {".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path for path in paths}


@cache
def tree(name: str) -> ast.Module:
    return ast.parse(modules()[name].read_text(encoding="utf-8"))


@cache
def imported(name: str) -> list[tuple[str, str, str]]:
    """Return (module, name in it, name here) of every import, inside functions and under TYPE_CHECKING too."""
    path = modules()[name]
    package = name.split(".") if path.name == "__init__.py" else name.split(".")[:-1]
    found = []
    for node in ast.walk(tree(name)):
        if isinstance(node, ast.Import):
            found += [(alias.name, "", alias.asname or alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            whole = ".".join([*base, *filter(None, [node.module])])
            for alias in node.names:
                is_module = f"{whole}.{alias.name}" in modules()
                target = (f"{whole}.{alias.name}", "") if is_module else (whole, alias.name)
                found.append((*target, alias.asname or alias.name))
    return found


def arrows(name: str) -> set[str]:
    """Return the modules of the house that a module imports."""
    return {module for module, _, _ in imported(name) if module in modules()} - {name}


def outside(name: str) -> set[str]:
    """Return the third-party packages a module imports."""
    modules = {module if module in RECIPES else module.split(".")[0] for module, _, _ in imported(name)}
    return modules - set(sys.stdlib_module_names) - {"rtapp"}


def room(name: str) -> str:
    return [*name.split("."), ""][1]


def stem(name: str) -> str:
    return name.rpartition(".")[2]


def is_page(name: str) -> bool:
    return room(name) in ROOMS and (stem(name) in PAGES or stem(name).endswith(("_views", "_forms")))


def is_store(name: str) -> bool:
    return room(name) in ROOMS and (stem(name) == "store" or stem(name).endswith("_store"))


def is_rule(name: str) -> bool:
    """Whether a file of a room has a free name: then it is a rule."""
    free = stem(name) not in FILES_AND_PAPERS and not stem(name).endswith(("_writer", "_files", "_papers"))
    return room(name) in ROOMS and free and not is_page(name) and not is_store(name)


def named(test) -> list[str]:
    return sorted(name for name in modules() if test(name))


def far_right(name: str, others: set[str]) -> set[str]:
    """Return those of the modules that lie in rooms to the right of a module's own."""
    return {other for other in others if ROOMS.index(room(other)) > ROOMS.index(room(name))}


@cache
def defined(name: str) -> set[str]:
    """Return what a module itself gives a name to at its top."""
    found: set[str] = set()
    for top in tree(name).body:
        if isinstance(top, ast.FunctionDef | ast.ClassDef):
            found.add(top.name)
        elif not isinstance(top, ast.Import | ast.ImportFrom):
            found |= {
                node.id for node in ast.walk(top) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
            }
    return found


def asked(name: str) -> set[tuple[str, str]]:
    """Return (module, name) of every ``module.name`` that a module says of a module of the house."""
    known = {here: module for module, word, here in imported(name) if not word and module in modules()}
    return {
        (known[node.value.id], node.attr)
        for node in ast.walk(tree(name))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in known
    }


def calls(name: str) -> set[str]:
    return {f"{ast.unparse(node.func)}(" for node in ast.walk(tree(name)) if isinstance(node, ast.Call)}


def wrong(names: list[str], allowed) -> dict[str, set[str]]:
    """Return the modules that import what they may not, with what it is."""
    found = {name: {other for other in arrows(name) if not allowed(name, other)} for name in names}
    return {name: others for name, others in found.items() if others}


def test_nothing_but_the_ground_and_the_door_lies_loose_on_top():
    lying = {path.name for path in HOUSE.iterdir()} - {"__pycache__"}
    files = {f"{name or '__init__'}.py" for name in {*GROUND, "factory"}}
    assert {name for name in lying if name.endswith(".py")} == files
    assert {name for name in lying if (HOUSE / name).is_dir()} == FOLDERS


def test_no_import_leads_back_to_where_it_came_from():
    TopologicalSorter({name: arrows(name) for name in modules()}).prepare()  # names the circle it finds


def test_a_name_is_imported_from_the_module_that_defines_it():
    doors = {
        (name, module, word)
        for name in modules()
        for module, word, _ in imported(name)
        if word and module in modules() and word not in defined(module)
    }
    assert not doors


def test_a_module_is_asked_for_what_it_defines_alone():
    doors = {
        (name, f"{module}.{word}")
        for name in modules()
        for module, word in asked(name)
        if word not in defined(module) and f"{module}.{word}" not in modules() and not word.startswith("__")
    }
    assert not doors


def test_a_rule_knows_the_standard_library_and_the_rules_to_its_left():
    def allowed(name: str, other: str) -> bool:
        pure = is_rule(other) and not far_right(name, {other})
        return pure or room(other) in {"documents", "refusals", "clock", ""}

    rules = named(is_rule)
    assert not wrong(rules, allowed)
    assert not {name: outside(name) for name in rules if outside(name)}
    assert not [name for name in rules if "utcnow(" in ast.unparse(tree(name))]  # it is told what time it is


def test_the_rules_load_in_a_fresh_interpreter_without_flask_and_sqlalchemy():
    imports = "".join(f"import {name}\n" for name in [*named(is_rule), "rtapp.clock", "rtapp.refusals"])
    code = f"import sys\n{imports}sys.exit(str({{'flask', 'sqlalchemy', 'wtforms'}} & set(sys.modules) or ''))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert not done.stderr.strip(), done.stderr


def test_a_document_knows_its_library_and_nothing_of_the_rooms():
    documents = named(lambda name: room(name) == "documents")
    assert not wrong(documents, lambda _, other: room(other) in {"documents", "refusals"})
    assert not {name: outside(name) for name in documents if not outside(name) <= DOCUMENT_LIBRARIES}


def test_each_third_party_library_of_the_documents_has_one_user():
    users: dict[str, set[str]] = {}
    for name in modules():
        for package in outside(name) & DOCUMENT_LIBRARIES:
            users.setdefault(package, set()).add(name)
    assert not {package: names for package, names in users.items() if len(names) > 1}


def test_the_ground_stands_on_nothing_of_the_house_but_itself():
    ground = named(lambda name: room(name) in GROUND)
    assert not wrong(ground, lambda _, other: room(other) in GROUND)
    assert not {name: outside(name) for name in ground if outside(name) - {"sqlalchemy", "flask_sqlalchemy"}}
    migrating = named(lambda name: room(name) == "migrations")
    assert not wrong(migrating, lambda _, other: room(other) in {"migrations", *GROUND})


def test_a_store_knows_no_request_no_page_and_never_commits():
    def allowed(name: str, other: str) -> bool:
        help_of_its_own = room(name) == room(other) and stem(other).endswith("papers")
        below = is_rule(other) or is_store(other) or help_of_its_own or other == "rtapp.accounts.passwords"
        return (below and not far_right(name, {other})) or room(other) in {"documents", *GROUND}

    stores = named(is_store)
    assert not wrong(stores, allowed)
    assert not {name: outside(name) for name in stores if outside(name) - {"sqlalchemy"}}
    assert not [name for name in stores if ".commit(" in ast.unparse(tree(name))]


def test_a_page_knows_no_other_rooms_pages_and_makes_no_query_of_its_own():
    pages = named(lambda name: is_page(name) or room(name) == "web")
    assert not wrong(
        pages, lambda name, other: room(other) not in WIRING and (not is_page(other) or room(name) == room(other))
    )
    queries = {"select", "insert", "update", "delete", "func", "exists", "joinedload", "selectinload"}
    libraries = {
        name: {word for module, word, _ in imported(name) if module.startswith("sqlalchemy")} for name in pages
    }
    assert not {name: words & queries for name, words in libraries.items() if words & queries}


def test_what_lies_between_rules_and_pages_knows_no_page_and_no_room_to_its_right():
    between = named(lambda name: room(name) in ROOMS and not (is_rule(name) or is_store(name) or is_page(name)))

    def allowed(name: str, other: str) -> bool:
        mine = room(other) in ROOMS and not is_page(other) and not far_right(name, {other})
        return mine or room(other) in {"documents", "migrations", *GROUND} or other == "rtapp.web.services"

    assert not wrong(between, allowed)
    assert not {name: outside(name) for name in between if outside(name) & {"flask_wtf", "wtforms"}}


def test_no_room_knows_the_wiring_and_the_laptop_knows_no_room():
    rooms = named(lambda name: room(name) not in WIRING)
    assert not wrong(rooms, lambda _, other: room(other) not in WIRING)
    laptop = named(lambda name: room(name) == "laptop")
    assert not wrong(laptop, lambda _, other: room(other) in {"laptop", "web", "documents", *GROUND})


def test_only_the_clock_asks_what_time_it_is():
    asking = {name for name in modules() if {"datetime.now(", "datetime.utcnow(", "date.today("} & calls(name)}
    assert asking <= {"rtapp.clock"}


def test_every_module_says_in_one_line_what_it_knows():
    said = {name: (ast.get_docstring(tree(name)) or "").strip() for name in modules()}
    assert not [name for name, words in said.items() if not words or not words.splitlines()[0].strip()]
