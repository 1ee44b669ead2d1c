"""A line of a message as it was meant: without its sender, pictures and marks, its own number apart."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ..roster.spelling import clean, with_western_digits
from .naming import counted_by_letters, without_pictures, without_struck

_SENDER = re.compile(
    r"\s{0,4}(?:\[\s?[\d/.\-]{5,10}[,\s]{1,3}[\d.:]{4,8}(?:\s?[ap]\.?m\.?)?\s?\]|\[\s?[\d.:]{4,8}[,\s]{1,3}[\d/.\-]{5,10}\s?\]|"
    r"[\d/.\-]{6,10}[,\s]{1,3}(?:pukul\s)?[\d.:]{4,8}(?:\s?[ap]\.?m\.?)?\s?[\-–])\s?([^:\n]{1,60}):\s?",
    re.I,
)
_MARK = re.compile(  # <Media omitted>, <This message was edited>
    r"<[^<>\n]{0,40}\b(?:media|message|pesan|omitted|disertakan|edited|diedit|deleted|dihapus|attached|terlampir)\b[^<>\n]{0,40}>",
    re.I,
)
_SYSTEM = re.compile(
    r"^<[^<>]{1,60}>$|(?:pesan ini|anda) (?:telah )?(?:dihapus|menghapus)|terenkripsi|end-to-end", re.I
)
_ENUMERATED = re.compile(
    r"\s{0,4}(?:(?P<n>\d{1,3})\s?/\s?(?P<rw>\d{1,3})[\s.:)\-]{1,3}(?=[^\W\d_])|"
    r"\(?(?P<a>\d{1,3})\s?[.)]\s?|(?P<b>\d{1,3})\s?[-:=]\s?(?=[^\W\d_])|(?P<c>\d{1,3})\s(?=[^\W\d_])|[-*•●▪·>+☐☑✔✓]{1,3}\s?)"
)
_LETTER = re.compile(r"[^\W\d_]")


@dataclass
class ListLine:
    """A line: its number in the message, its ``text`` behind a number or bullet, the ``whole`` of it.

    ``count`` and ``rw`` are the number, and the second of a pair (01/02), that it begins with; ``sender`` who sent the
    message that begins here; ``by_app`` says that the program wrote it, no person.
    """

    number: int
    text: str
    whole: str = ""
    count: int = 0
    rw: str = ""
    sender: str = ""
    by_app: bool = False


def drop_letters(lines: Sequence[ListLine]) -> None:
    """Drop the letters that count lines."""
    for place, end in counted_by_letters([line.text for line in lines]).items():
        lines[place].text = lines[place].text[end:]


def line_of(number: int, raw: str) -> ListLine:
    """Return a line without sender, time, pictures and what is struck through."""
    raw = with_western_digits(raw).strip("\ufeff\u200e\u200f\u202a\u202c ")
    sender = _SENDER.match(raw)
    text = without_pictures(raw[sender.end() :] if sender else raw)
    text = bare if _LETTER.search(bare := _MARK.sub(" ", text)) else text
    text = clean(re.sub(r"(?<!\w)[*_`]{1,3}|[*_`]{1,3}(?!\w)", "", without_struck(text).replace("*", "")))
    counted = _ENUMERATED.match(text)
    count = int(counted["n"] or counted["a"] or counted["b"] or counted["c"] or 0) if counted else 0
    return ListLine(
        number,
        text[counted.end() :] if counted else text,
        text,
        count,
        (counted["rw"] or "") if counted else "",
        clean(sender[1]) if sender else "",
        bool(_SYSTEM.search(text[:200])),
    )
