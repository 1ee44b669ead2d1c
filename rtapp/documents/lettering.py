"""Lettering: the faces, and text that stays in its box: smaller, on more lines, an ellipsis at last."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .scripts import shaped

FACES = {"regular": "DejaVuSans.ttf", "bold": "DejaVuSans-Bold.ttf", "mono": "DejaVuSansMono.ttf"}
"""File of each face, looked for in the folder that the caller of a document names."""

POINT = 25.4 / 72
"""A typographer's point in mm."""

OFFICE_FONT = "Arial"  # every office has it, or Liberation Sans, which is as wide
UNWRITABLE = re.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\ud800-\\udfff\\ufffe\\uffff]")  # in XML

ELLIPSIS = "…"
NO_BREAK = "\u00a0"
_NUMBERED = re.compile(r"(?<=\bRT) (?=\d)|(?<=\bRW) (?=\d)|(?<=\d) (?=/ RW)|(?<=\bRp) (?=\d)")
_LEADING = 1.16  # from one baseline to the next, in sizes
_ASCENT = 0.78  # from the top of a line down to its baseline, in sizes; an accent may rise 0.15 higher
_STEP = 0.97  # one size to the next smaller one
_REMEMBERED = 256  # texts whose size a pen remembers


@dataclass(frozen=True)
class Fitted:
    """Text as it will stand: lines from the top, their size and the distance of two baselines."""

    lines: tuple[str, ...]
    size: float
    leading: float

    @property
    def height(self) -> float:
        """The height all lines take, in the unit of the size."""
        return len(self.lines) * self.leading


@dataclass(frozen=True)
class _Words:
    words: list[str]
    widths: list[float]
    space: float

    @property
    def whole(self) -> float:
        return sum(self.widths) + self.space * (len(self.widths) - 1)


class Pen:
    """What every pen can do with text; a document adds ``measure`` and ``text``."""

    slack = 1.0
    """How much wider than its measure a line may come out."""

    def measure(self, text: str, face: str) -> float:
        """Return the width of the text at size 1."""
        raise NotImplementedError

    def text(self, x: float, baseline: float, line: str, face: str, size: float, align: str = "left") -> None:
        """Write one line; ``align`` says what ``x`` is: its left, middle or right."""
        raise NotImplementedError

    def fit(
        self,
        text: str,
        face: str,
        width: float,
        *,
        largest: float,
        smallest: float,
        lines: int = 1,
        height: float | None = None,
    ) -> Fitted:
        """Return the text in the largest size that stays in its box, see ``fit`` of this module."""
        # Most of what stands on a page stands on the next one too: the event, the day, the titles of a table.
        fits = self.__dict__.setdefault("_fits", {})
        key = (text, face, width, largest, smallest, lines, height)
        if key not in fits:
            if len(fits) == _REMEMBERED:
                fits.clear()
            fits[key] = fit(
                text,
                lambda part: self.measure(shaped(part), face) * self.slack,
                width,
                largest=largest,
                smallest=smallest,
                lines=lines,
                height=height,
            )
        return fits[key]

    def stand(self, text: str, face: str, width: float, sizes: Sequence[float], height: float = 0.0) -> Fitted:
        """Return the whole text in one of ``sizes``, see ``stand`` of this module."""
        fits = self.__dict__.setdefault("_fits", {})
        key = (text, face, width, sizes, height)
        if key not in fits:
            if len(fits) == _REMEMBERED:
                fits.clear()
            fits[key] = stand(text, lambda part: self.measure(shaped(part), face) * self.slack, width, sizes, height)
        return fits[key]

    def write(self, x: float, top: float, fitted: Fitted, face: str, align: str = "left") -> float:
        """Write fitted text downward from ``top`` and return where it ends."""
        for number, line in enumerate(fitted.lines):
            baseline = top + number * fitted.leading + _ASCENT * fitted.size
            self.text(x, baseline, shaped(line).replace(NO_BREAK, " "), face, fitted.size, align)
        return top + fitted.height


def clean(text: str) -> str:
    """Return the text as it can be printed: composed, no control or invisible characters, single spaces.

    A space at which no line may end stays one.
    """
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    composed = unicodedata.normalize("NFC", text)
    characters = (
        character if character == NO_BREAK or not character.isspace() else " "
        for character in composed
        if character.isspace() or not _invisible(character)
    )
    return " ".join(filter(None, "".join(characters).split(" ")))


def fit(
    text: str,
    measure: Callable[[str], float],
    width: float,
    *,
    largest: float,
    smallest: float,
    lines: int = 1,
    height: float | None = None,
    leading: float = _LEADING,
) -> Fitted:
    """Return the text in the largest size at which it fits ``width`` (and ``height``) on at most ``lines``.

    ``measure`` gives the width of a string at size 1; all lengths share one unit. A single line is preferred
    as long as it stays above four fifths of the largest size. A word is broken only when no size down to
    ``smallest`` holds it whole; an ellipsis comes only when even that is not enough.
    """
    if height is not None:
        largest = max(smallest, min(largest, height / leading))
    words = clean(text).split(" ")
    row = _Words(words, [measure(word) for word in words], measure(" "))

    def at(size: float, standing: list[str]) -> Fitted:
        return Fitted(tuple(line for line in standing if line), size, size * leading)

    def room(size: float) -> int:
        return lines if height is None else max(1, min(lines, int(height / (size * leading) + 1e-6)))

    single = min(largest, width / row.whole) if row.whole else largest
    if single >= (smallest if lines == 1 else max(smallest, 0.8 * largest)):
        return at(single, [" ".join(words)])
    for size in _sizes(largest, smallest):
        if standing := _wrap(row, width / size, room(size)):
            return at(size, standing)
    for size in _sizes(largest, smallest):
        if standing := _wrap(_chopped(row, measure, width / size, room(size)), width / size, room(size)):
            return at(size, standing)
    return at(smallest, _clip(row, measure, width / smallest, room(smallest)))


def stand(
    text: str, measure: Callable[[str], float], width: float, sizes: Sequence[float], height: float = 0.0
) -> Fitted:
    """Return the whole text, wrapped to ``width``: nothing is ever cut.

    It stands in the first of ``sizes`` (largest first) in which it is no higher than ``height``, else in the last one,
    on as many lines as that takes. A word is broken only where no line of any size holds it.
    """
    line, largest = _NUMBERED.sub(NO_BREAK, clean(text)), sizes[0]
    if measure(line) * largest <= width:
        return Fitted((line,) if line else (), largest, largest * _LEADING)
    words = line.split(" ")
    row = _Words(words, [measure(word) for word in words], measure(" "))
    widest = max(row.widths)
    holding = [size for size in sizes if widest * size <= width] or [sizes[-1]]
    standing: list[str] = []
    for size in holding:
        standing = _whole(row, measure, width / size)
        if len(standing) * size * _LEADING <= height + 1e-6:
            return Fitted(tuple(standing), size, size * _LEADING)
    return Fitted(tuple(standing), holding[-1], holding[-1] * _LEADING)


def _whole(row: _Words, measure: Callable[[str], float], limit: float) -> list[str]:
    if max(row.widths) > limit:
        pieces = [piece for word in row.words for piece in _pieces(word, measure, limit)]
        row = _Words(pieces, [measure(piece) for piece in pieces], row.space)
        return _greedy(row, limit)
    return _wrap(row, limit, len(row.words))


def _invisible(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cf", "Cs", "Cn") or "\ufe00" <= character <= "\ufe0f"


def _sizes(largest: float, smallest: float) -> list[float]:
    sizes = [largest]
    while sizes[-1] * _STEP > smallest:
        sizes.append(sizes[-1] * _STEP)
    return [*sizes, smallest]


def _wrap(row: _Words, limit: float, room: int) -> list[str]:
    """Whole words on at most ``room`` lines of nearly equal width, nothing when they do not fit."""
    if max(row.widths) > limit or row.whole > room * (limit + row.space):
        return []
    if len(standing := _greedy(row, limit)) > room:
        return []
    low, high = max(row.widths), limit
    for _ in range(8):
        middle = (low + high) / 2
        if len(balanced := _greedy(row, middle)) > len(standing):
            low = middle
        else:
            standing, high = balanced, middle
    return standing


def _greedy(row: _Words, limit: float) -> list[str]:
    standing: list[list[str]] = []
    used = limit
    for word, width in zip(row.words, row.widths, strict=True):
        if not standing or used + row.space + width > limit:
            standing.append([])
            used = -row.space
        standing[-1].append(word)
        used += row.space + width
    return [" ".join(words) for words in standing]


def _chopped(row: _Words, measure: Callable[[str], float], limit: float, room: int) -> _Words:
    """The words, those longer than a line cut into pieces of one line; too much for the room stays whole."""
    if row.whole > room * (limit + row.space):
        return row
    pieces = [piece for word in row.words for piece in _pieces(word, measure, limit)]
    return _Words(pieces, [measure(piece) for piece in pieces], row.space)


def _pieces(word: str, measure: Callable[[str], float], limit: float) -> list[str]:
    if measure(word) <= limit:
        return [word]
    pieces, used = [""], 0.0
    for character in word:
        # A piece ends where the next character does not fit: no line holds both, so no space comes between.
        if pieces[-1] and used + measure(character) > limit:
            pieces.append("")
            used = 0.0
        pieces[-1] += character
        used += measure(character)
    return pieces


def _clip(row: _Words, measure: Callable[[str], float], limit: float, room: int) -> list[str]:
    pieces = [piece for word in row.words for piece in _pieces(word, measure, limit)]
    standing = _greedy(_Words(pieces, [measure(piece) for piece in pieces], row.space), limit)[:room]
    last = standing[-1]
    while last and measure(last + ELLIPSIS) > limit:
        last = last[:-1]
    return [*standing[:-1], last.rstrip() + ELLIPSIS]
