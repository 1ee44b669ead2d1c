"""The English catalogue: sentences are written in Indonesian in the code, and their English stands in one .po file.

The compiled file is made at start where it is missing or older, and is not kept in git. ``python -m
rtapp.web.catalogue`` finds every sentence in code and templates and brings the catalogue up to date.
"""

import os
import tempfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = ROOT / "rtapp" / "translations"
PO = FOLDER / "en" / "LC_MESSAGES" / "messages.po"
MO = PO.with_suffix(".mo")
# Which argument of a call is a sentence: what rules and stores hand upward has its code before it.
KEYWORDS = DEFAULT_KEYWORDS | {
    "_l": None,
    "lazy_gettext": None,
    "lazy_ngettext": (1, 2),
    "Refused": (2,),
    "existing": (3,),
    "reason": (2,),
    "say": (2,),
    "checked_line": (4,),
    "checked_extra": (4,),
    # Label and help; two places in one tuple would be a plural. A comma behind the last counts as a sixth.
    "Option": {None: (4,), 5: (5,), 6: (5,)},
}
METHODS = [("rtapp/**.py", "python"), ("templates/**.html", "jinja2.ext:babel_extract")]
# No dates and no names: the same sentences make the same file, whenever and by whomever it is written.
HEADER = b"""# The English of rtapp. Written by `python -m rtapp.web.catalogue`; only the lines that begin
# with msgstr, and what continues them, are for people.
msgid ""
msgstr ""
"Project-Id-Version: rtapp\\n"
"Language: en\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""


def build() -> None:
    """Compile the catalogue where the compiled file is missing or older; a read-only folder is left as it is."""
    if MO.exists() and MO.stat().st_mtime >= PO.stat().st_mtime:
        return
    try:
        with tempfile.NamedTemporaryFile(dir=MO.parent, delete=False) as file:
            write_mo(file, read())
        os.chmod(file.name, 0o644)
        os.replace(file.name, MO)
    except OSError:
        return


def read(text: bytes | None = None) -> Catalog:
    """Return the English catalogue as it is written, in its file or in ``text``."""
    return read_po(BytesIO(PO.read_bytes() if text is None else text), locale="en")


def sentences() -> Iterator[tuple[str, int, str | tuple[str, ...]]]:
    """Yield (file, line, msgid) of every sentence in code and templates; a plural is a pair of msgids."""
    options = {"templates/**.html": {"trimmed": "true", "silent": "false"}}
    messages = extract_from_dir(ROOT, METHODS, options, keywords=KEYWORDS, directory_filter=_is_ours)
    for file, line, message, _comments, _context in messages:
        yield file, line, message


def written(catalogue: Catalog) -> bytes:
    """Return the file of ``catalogue`` with exactly the sentences that code and templates use now."""
    template = Catalog()
    for _file, _line, message in sentences():
        template.add(message)
    catalogue.update(template, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    body = BytesIO()
    write_po(body, catalogue, width=100, omit_header=True, sort_output=True, no_location=True)
    return HEADER + body.getvalue()


def update() -> Catalog:
    """Bring the file up to date with the sentences, untouched where it is; return the catalogue."""
    text = written(read() if PO.exists() else Catalog(locale="en"))
    if not PO.exists() or text != PO.read_bytes():
        PO.write_bytes(text)
    return read(text)


def untranslated(catalogue: Catalog) -> list[str]:
    """Return the sentences that lack their English, or one of their plurals."""
    return [
        message.id[0] if message.pluralizable else message.id
        for message in catalogue
        if message.id and not all(message.string if message.pluralizable else (message.string,))
    ]


def _is_ours(folder: str | os.PathLike[str]) -> bool:
    return not Path(folder).name.startswith((".", "_")) and Path(folder).name not in {
        "instance", "static", "tests", "node_modules", "migrations", "translations"
    }  # fmt: skip


if __name__ == "__main__":
    missing = untranslated(update())
    print(f"{len(missing)} sentences wait for their English in {PO.relative_to(ROOT)}")
    print(*missing, sep="\n", end="\n" if missing else "")
