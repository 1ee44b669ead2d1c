"""The house: what may lie at its top, and what no file of it may hold."""

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TOP = {
    *("app.py", "rtapp", "templates", "static", "instance", "tests", "requirements.txt", "README.md"),
    *("LICENSE", "CHANGELOG.md", "pyproject.toml"),
}
VENDOR = {f"static/vendor/{name}" for name in ("package.json", "package-lock.json", ".npmrc")}
# What an address may name: this machine, a hall's network, made-up hosts, XML's names, a chat, a package's funding.
HOST = re.compile(r"https?://([\w.-]+)")
OUR_HOSTS = re.compile(
    r"(?:127|10|169\.254|192\.168|192\.0\.2)\.[\d.]+|desk|(?:.+\.)?(?:localhost|lan|local|example)|example\.org"
    r"|www\.w3\.org|wa\.me|github\.com"
)
JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)


@cache
def tracked() -> tuple[str, ...]:
    """Every file git tracks; without git (an unpacked archive) there is nothing to check."""
    command = ["git", "-c", "safe.directory=*", "-C", str(ROOT), "ls-files", "-z"]
    try:
        listed = subprocess.run(command, capture_output=True, check=True, encoding="utf-8")
    except (OSError, subprocess.CalledProcessError):
        return ()
    return tuple(name for name in listed.stdout.split("\0") if name)


@pytest.fixture
def files() -> tuple[str, ...]:
    return tracked() or pytest.skip("this is no git checkout, or nothing is committed yet")


def texts(names: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for name in names:
        path = ROOT / name
        if path.is_file():
            content = path.read_bytes()
            if b"\0" not in content:
                yield name, content.decode("utf-8")


class Inline(HTMLParser):
    """Collects what a strict Content-Security-Policy would block, by line."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        # Jinja is blanked, its lines kept, so that what is left is HTML.
        self.feed(JINJA.sub(lambda part: re.sub(r"[^\n]", " ", part[0]), text))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = {name for name, _value in attrs}
        if tag == "style" or (tag == "script" and "src" not in names):
            self._note(f"<{tag}>")
        for name, value in attrs:
            if name == "style" or name.startswith(("on", "hx-on")):
                self._note(f"{name}=")
            elif (value or "").strip().lower().startswith(("javascript:", "js:")):
                self._note(f'{name}="{value}"')

    def _note(self, what: str) -> None:
        self.found.append(f"{self.getpos()[0]}: {what}")


def test_a_document_that_is_named_lies_in_the_project(files: tuple[str, ...]) -> None:
    lying = {Path(name).name for name in files}
    for name, text in texts(files):
        named = set(re.findall(r"\b[\w-]+\.md\b", text))
        assert named <= lying, f"{name} names {named - lying}, which is not here"


def test_the_top_holds_only_what_has_its_place_there(files: tuple[str, ...]) -> None:
    top = {name.split("/")[0] for name in files}
    assert {name for name in top if not name.startswith(".")} <= TOP


def test_the_instance_folder_is_tracked_empty(files: tuple[str, ...]) -> None:
    assert [name for name in files if name.startswith("instance/")] == ["instance/.gitkeep"]


def test_nothing_made_by_others_is_tracked_among_the_browser_files(files: tuple[str, ...]) -> None:
    assert {name for name in files if name.startswith("static/vendor/")} == VENDOR


def test_nothing_fetched_or_built_is_tracked(files: tuple[str, ...]) -> None:
    built = re.compile(r"(^|/)(node_modules|__pycache__|\.venv)/|\.(mo|pyc|db|sqlite3?|ttf|wasm|woff2?)$")
    assert [name for name in files if built.search(name)] == []


def test_no_file_names_a_host_of_the_internet(files: tuple[str, ...]) -> None:
    named = [(name, host) for name, text in texts(files) for host in HOST.findall(text)]
    assert len(named) > 50  # so the search does find addresses
    assert [(name, host) for name, host in named if not OUR_HOSTS.fullmatch(host)] == []


def test_no_file_names_a_home_or_the_folder_it_was_written_in(files: tuple[str, ...]) -> None:
    places = re.compile("|".join(("/ho" + r"me/\w", "/ro" + "ot/", "/wo" + "rk/", r"[A-Z]:\\Us" + r"ers\\")))
    assert [(name, found[0]) for name, text in texts(files) if (found := places.search(text))] == []


def test_text_ends_its_lines_as_unix_does(files: tuple[str, ...]) -> None:
    assert [name for name, text in texts(files) if "\r\n" in text or (text and not text.endswith("\n"))] == []


def test_the_ci_script_may_be_executed(files: tuple[str, ...]) -> None:
    command = ["git", "-c", "safe.directory=*", "-C", str(ROOT), "ls-files", "--stage", ".ci/run"]
    assert subprocess.run(command, capture_output=True, check=True).stdout.startswith(b"100755 ")


def test_templates_hold_no_inline_script_style_or_handler() -> None:
    found = {
        str(path.relative_to(ROOT)): inline
        for path in sorted((ROOT / "templates").rglob("*.html"))
        if (inline := Inline(path.read_text(encoding="utf-8")).found)
    }
    assert found == {}


def test_every_form_that_is_posted_carries_the_token_of_its_page() -> None:
    """But the one that is kept for when the server is away, which is given a token when it is sent."""
    bare = []
    for path in sorted((ROOT / "templates").rglob("*.html")):
        for form in re.findall(r"<form\b.*?</form>", path.read_text(encoding="utf-8"), re.DOTALL):
            if 'method="post"' in form and not re.search(r"csrf|form_of\(|data-needs=\"absent\"", form):
                bare.append(f"{path.relative_to(ROOT)}: {form[:80]}")
    assert bare == []


@pytest.mark.parametrize(
    ("markup", "found"),
    [
        ('<p style="color: red">', ["1: style="]),
        ("<p>\n<script>go()</script>", ["2: <script>"]),
        ("<style>p {}</style>", ["1: <style>"]),
        ("<button onclick=\"go('>')\">", ["1: onclick="]),
        ('<b hx-on:click="x">', ["1: hx-on:click="]),
        ('<a href="javascript:go()">', ['1: href="javascript:go()"']),
        ("<form hx-vals='js:{a: 1}'>", ['1: hx-vals="js:{a: 1}"']),
        ('<script defer src="{{ asset("a.js") }}"></script>', []),
        ('<p {% if a > b %}class="on"{% endif %}>{# onclick="x" #}', []),
    ],
)
def test_the_search_for_inline_code_finds_it(markup: str, found: list[str]) -> None:
    assert Inline(markup).found == found


def test_a_class_has_one_name_in_the_house() -> None:
    named: dict[str, list[str]] = {}
    for path in sorted((ROOT / "rtapp").rglob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                named.setdefault(node.name, []).append(str(path.relative_to(ROOT)))
    assert {name: paths for name, paths in named.items() if len(paths) > 1} == {}


def test_no_line_of_a_template_is_longer_than_one_of_the_code() -> None:
    lines = (
        (f"{path.relative_to(ROOT)}:{number}", line)
        for path in sorted((ROOT / "templates").rglob("*.html"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
    )
    assert [place for place, line in lines if len(line) > 120] == []


def test_a_fragment_is_seen_at_a_glance() -> None:
    fragments = (path for path in sorted((ROOT / "templates").rglob("_*.html")))
    assert [path.name for path in fragments if len(path.read_text(encoding="utf-8").splitlines()) > 40] == []
