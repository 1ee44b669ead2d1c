"""The SPJ bundle: parts in their order, an index, a manifest that any machine can check; equal input, equal bytes."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from io import BytesIO
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from ..refusals import Reason, Refused

MANIFEST = "manifest.sha256"
INDEX = "00-daftar-isi.pdf"


@dataclass(frozen=True)
class BundlePart:
    """One file of the bundle before it is made, with ``rows`` people or lines.

    ``make`` draws it without the database; ``missing`` says why it cannot be made, ``remedy`` where to mend that.
    """

    file: str
    title: Reason
    rows: int = 0
    make: Callable[[], bytes] | None = None
    missing: Reason | Refused | None = None
    remedy: Reason | None = None


@dataclass(frozen=True)
class FinishedPart:
    """A part and its content, which is None where the part is missing."""

    part: BundlePart
    data: bytes | None

    @property
    def digest(self) -> str:
        """Return the SHA-256 of the content in hexadecimal."""
        return sha256(self.data or b"").hexdigest()


@dataclass(frozen=True)
class BundlePlan:
    """A plan for a bundle: its parts, the function that draws the index, and the local time printed on it."""

    parts: Sequence[BundlePart]
    index: Callable[[Sequence[FinishedPart]], bytes]
    printed_at: datetime

    @property
    def rows(self) -> int:
        return sum(part.rows for part in self.parts)


class Cancelled(Exception):
    """Raised when a bundle is cancelled while it is being made."""


def build(plan: BundlePlan, tell: Callable[[int, str], None]) -> bytes:
    """Make every part in turn, the index, and the ZIP of all.

    ``tell`` receives the number of finished parts and the title of the next; it may raise Cancelled.
    """
    documents = []
    for number, part in enumerate(plan.parts):
        tell(number, str(part.title))
        documents.append(FinishedPart(part, part.make() if part.make else None))
    tell(len(documents), "Daftar isi")
    files = [(INDEX, plan.index(documents))]
    files += [(document.part.file, document.data) for document in documents if document.data is not None]
    return zipped([*files, (MANIFEST, manifest(files))], plan.printed_at)


def manifest(files: Iterable[tuple[str, bytes]]) -> bytes:
    """Return what ``sha256sum -c`` reads: one line per file, its SHA-256 and its name."""
    return "".join(f"{sha256(data).hexdigest()}  {name}\n" for name, data in files).encode()


def zipped(files: Iterable[tuple[str, bytes]], at: datetime) -> bytes:
    """Return the files as a ZIP whose times are all ``at``; stored, not packed: PDF and XLSX are packed already."""
    out = BytesIO()
    with ZipFile(out, "w", ZIP_STORED) as archive:
        for name, data in files:
            entry = ZipInfo(name, at.timetuple()[:6])
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            archive.writestr(entry, data)
    return out.getvalue()
