"""Scripts written from the right: letters in the shapes they take beside each other, in the order they are drawn."""

import unicodedata
from functools import lru_cache

_FIRST_RIGHT = "\u0590"  # no letter before it is written from the right
_PRESENTED = (*range(0xFB50, 0xFE00), *range(0xFE70, 0xFEFD))
_RIGHT, _DIGITS = ("R", "AL"), ("EN", "AN")


def shaped(line: str) -> str:
    """Return a line as it is drawn from left to right: Arabic letters joined, and what is read from the right turned.

    Fonts are asked for the shapes that Unicode itself names (FB50 to FEFC), so that any pen can draw them.
    """
    if line.isascii() or max(line) < _FIRST_RIGHT:
        return line
    if not any(unicodedata.bidirectional(character) in _RIGHT for character in line):
        return line
    return _turned(_joined(line))


def _joined(line: str) -> str:
    """Return the line with each Arabic letter in its shape: alone, first, inside or last of those it joins."""
    forms, drawn, skip = _forms(), [], False
    for at, character in enumerate(line):
        if skip:
            skip = False
            continue
        pair = line[at : at + 2]
        if pair in forms:  # lam and alef are one letter
            drawn.append(_form(forms[pair], _joins_next(line, at, -1), False))
            skip = True
        elif character in forms:
            after = "initial" in forms[character] and _joins_next(line, at, 1)
            drawn.append(_form(forms[character], _joins_next(line, at, -1), after))
        else:
            drawn.append(character)
    return "".join(drawn)


def _form(forms: dict[str, str], before: bool, after: bool) -> str:
    wanted = "medial" if before and after else "final" if before else "initial" if after else "isolated"
    return forms.get(wanted) or next(iter(forms.values()))


def _joins_next(line: str, at: int, step: int) -> bool:
    """Say whether the letter beside ``at`` reaches over to it; marks above and below are passed over."""
    at += step
    while 0 <= at < len(line) and unicodedata.category(line[at]) == "Mn":
        at += step
    if not 0 <= at < len(line):
        return False
    forms = _forms().get(line[at], {})
    if line[at] == "\u0640":  # the stroke that only stretches a word
        return True
    return ("initial" if step < 0 else "final") in forms


def _turned(line: str) -> str:
    """Return the line in the order of drawing; its first letter sets the direction."""
    kinds = [_direction(character) for character in line]
    base = next((kind for kind in kinds if kind), "L")
    sides = _settled(kinds, base)
    runs: list[tuple[str, list[str]]] = []
    for character, side in zip(line, sides, strict=True):
        if not runs or runs[-1][0] != side:
            runs.append((side, []))
        if unicodedata.category(character) == "Mn" and runs[-1][1]:
            runs[-1][1][-1] += character  # a mark stays behind its letter
        else:
            runs[-1][1].append(character)
    drawn = ["".join(map(_mirrored, reversed(run)) if side == "R" else run) for side, run in runs]
    return "".join(reversed(drawn) if base == "R" else drawn)


def _direction(character: str) -> str:
    kind = unicodedata.bidirectional(character)
    return "R" if kind in _RIGHT else "L" if kind == "L" or kind in _DIGITS else ""


def _settled(kinds: list[str], base: str) -> list[str]:
    """Return the direction of every character: neutral ones follow both neighbours if these agree, else the line."""
    sides = list(kinds)
    for at, kind in enumerate(kinds):
        if not kind:
            before = next((side for side in reversed(sides[:at]) if side), base)
            after = next((side for side in kinds[at + 1 :] if side), base)
            sides[at] = before if before == after else base
    return sides


def _mirrored(character: str) -> str:
    return {"(": ")", ")": "(", "[": "]", "]": "[", "«": "»", "»": "«"}.get(character, character)


@lru_cache
def _forms() -> dict[str, dict[str, str]]:
    """Return the shapes of each letter (and of lam with alef) by what they are called in Unicode's own table."""
    forms: dict[str, dict[str, str]] = {}
    for code in _PRESENTED:
        kind, *of = unicodedata.decomposition(chr(code)).split()[:4] or [""]
        letters = "".join(chr(int(hex_code, 16)) for hex_code in of)
        lam_alef = len(letters) == 2 and letters[0] == "\u0644" and letters[1] in "\u0622\u0623\u0625\u0627"
        if kind.strip("<>") in ("isolated", "initial", "medial", "final") and (len(letters) == 1 or lam_alef):
            forms.setdefault(letters, {}).setdefault(kind.strip("<>"), chr(code))
    return forms
