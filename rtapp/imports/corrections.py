"""Lines of a message that correct what stands above them: which entry they mean, and what they put in its place."""

import re
from collections.abc import Sequence

from ..roster.spelling import masked, plain
from .entries import Entry, rt_number
from .fragments import Piece, understand
from .naming import is_name, says_vacant

_CORRECTS = re.compile(
    r"\b(?:ralat|koreksi|dikoreksi|revisi|perbaikan|diperbaiki|yang benar|yg benar|seharusnya|diganti(?:kan)?|ganti|"
    r"berubah|perubahan|salah|maaf|update|bukan)\b",
    re.I,
)
_SAYS_SO = re.compile(
    r"\b(?:ralat|koreksi|dikoreksi|revisi|perbaikan|diperbaiki|yang benar|yg benar|seharusnya)\b", re.I
)
_CORRECTING = re.compile(
    r"\b(?:ralat|mohon|dikoreksi|koreksi|revisi|perbaikan|diperbaiki|yang|yg|benar|seharusnya|diganti(?:kan)?|ganti|"
    r"berubah|perubahan|jadi|menjadi|oleh|dengan|dgn|adalah|maaf|pak|bu|update|untuk|utk|nomor|no|hp|wa|nama|namanya|di|"
    r"nya|kepada|alm(?:arhum(?:ah)?)?|meninggal|dunia|anak(?:nya)?|adik(?:nya)?|kakak(?:nya)?|isteri(?:nya)?|"
    r"istri(?:nya)?|suami(?:nya)?|saudara(?:nya)?|menantu(?:nya)?|desa|kelurahan|ketua|sudah|sdh|telah)\b",
    re.I,
)
_FEWEST_LETTERS = 5  # of a name that says by itself whom a line is about


def correct(text: str, mentions: Sequence[Piece], entries: Sequence[Entry], heading: str) -> Entry | None:
    """Put a correction beside the entry that it corrects, and return that; None for a line that is no correction.

    ``heading`` is the village named last above.
    """
    if not _CORRECTS.search(text[:400]) or len(mentions) > 1:
        return None
    entry = _meant_by_rt(text, mentions[0], entries, heading) if mentions else _meant_by_name(text, entries)
    if entry is None:
        return None
    rest = f"{text[: mentions[0].start]} {text[mentions[0].end :]}" if mentions else text
    reading = understand(_CORRECTING.sub(" ", _without(rest, (entry.heading, "" if mentions else entry.name))))
    if not reading.is_person and not reading.phones and (says_vacant(rest) or not mentions):
        return None
    name = reading.name if reading.is_person and is_name(reading.name) else ""
    entry.correction = " ".join(filter(None, (masked(text, 120), f"= {name}" if name else "")))
    if reading.phones and reading.phones[0] not in entry.correction:
        entry.correction += f" {reading.phones[0]}"
    return entry


def _meant_by_rt(text: str, mention: Piece, entries: Sequence[Entry], heading: str) -> Entry | None:
    """Return the entry of an RT: of the village that the line names, else of the last one above.

    Where that has no such RT, only a line that says that it corrects is about another village's.
    """
    same = [entry for entry in entries if mention.number and rt_number(entry.rt) == mention.number]
    words = set(re.findall(r"[a-z]+", plain(text[:400])))
    named = [entry for entry in same if entry.heading and set(plain(entry.heading).split()) <= words]
    here = [entry for entry in same if entry.heading == heading]
    return (named or here or (same if _SAYS_SO.search(text[:400]) else []) or [None])[-1]


def _meant_by_name(text: str, entries: Sequence[Entry]) -> Entry | None:
    """Return the only entry whose head the line names: "Contoh diganti anaknya …"."""
    words = f" {' '.join(re.findall(r'[a-z]+', plain(text[:400])))} "
    named = [entry for entry in entries if len(entry.name) >= _FEWEST_LETTERS and f" {_words(entry.name)} " in words]
    return named[0] if len(named) == 1 else None


def _words(text: str) -> str:
    return " ".join(re.findall(r"[a-z]+", plain(text[:200])))


def _without(text: str, names: Sequence[str]) -> str:
    for name in filter(None, names):
        text = re.sub(rf"\b{re.escape(name[:200])}\b", " ", text, flags=re.I)
    return text
