"""The English catalogue: sentences are written in Indonesian in the code, and their English stands in one .po file.

The compiled file is made at start where it is missing or older, and is not kept in git. ``python -m
rtapp.web.catalogue`` finds every sentence in code and templates and brings the catalogue up to date.
"""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = ROOT / "rtapp" / "translations"
PO = FOLDER / "en" / "LC_MESSAGES" / "messages.po"
MO = PO.with_suffix(".mo")
# What rules and stores hand upward carries its sentence as the second argument.
KEYWORDS = DEFAULT_KEYWORDS | {"lazy_gettext": None, "lazy_ngettext": (1, 2), "Refused": (2,), "reason": (2,), "N_": None}
METHODS = [("rtapp/**.py", "python"), ("templates/**.html", "jinja2.ext:babel_extract")]


def build() -> None:
    """Compile the catalogue where the compiled file is missing or older; a read-only folder is left as it is."""
    if MO.exists() and MO.stat().st_mtime >= PO.stat().st_mtime:
        return
    try:
        with tempfile.NamedTemporaryFile(dir=MO.parent, delete=False) as file:
            write_mo(file, read())
        os.chmod(file.name, 0o644)
        os.replace(file.name, MO)
    except PermissionError:
        return


def read() -> Catalog:
    """Return the English catalogue as it is written."""
    with PO.open("rb") as file:
        return read_po(file, locale="en")


def sentences() -> Iterator[tuple[str, int, str | tuple[str, ...]]]:
    """Yield (file, line, msgid) of every sentence in code and templates."""
    options = {"templates/**.html": {"trimmed": "true", "silent": "false"}}
    found = extract_from_dir(ROOT, METHODS, options, keywords=KEYWORDS, directory_filter=_is_ours)
    for file, line, message, _comments, _context in found:
        yield file, line, message


def update() -> Catalog:
    """Bring the catalogue up to date with the sentences and write it; return it."""
    template = Catalog()
    for file, _line, message in sorted(sentences(), key=lambda found: (found[0], found[1])):
        template.add(message, locations=[(file, None)])
    catalogue = read() if PO.exists() else Catalog(locale="en")
    catalogue.update(template, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    with PO.open("wb") as file:
        write_po(file, catalogue, width=100, omit_header=False, sort_output=True, include_lineno=False)
    return catalogue


def _is_ours(folder: str | os.PathLike[str]) -> bool:
    return not Path(folder).name.startswith((".", "_")) and Path(folder).name not in {
        "instance", "static", "tests", "node_modules", "migrations", "translations"
    }  # fmt: skip


if __name__ == "__main__":
    missing = [message.id for message in update() if message.id and not message.string]
    print(f"{len(missing)} sentences wait for their English in {PO.relative_to(ROOT)}")
