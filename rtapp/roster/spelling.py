"""How the same word is written by different hands: cleaning that keeps the spelling, folding that forgets it."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

_QUOTES = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u201b`\u00b4\u02bb\u02bc\u02bd\u2032\uff07\u0091\u0092", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\uff02\u0093\u0094", '"'),
    }
)
# Sounds with several spellings: old and new orthography, Arabic letters, and Banjar, which knows only a, i and u.
_SOUNDS = {
    **{"oe": "u", "dj": "i", "tj": "c", "sj": "s", "sy": "s", "sh": "s", "zh": "s", "ts": "s", "dz": "s"},
    **{"ch": "h", "kh": "h", "dh": "d", "th": "t", "gh": "g", "ph": "p", "bh": "b"},
    **{"j": "i", "y": "i", "e": "i", "o": "u", "f": "p", "v": "p", "z": "s", "q": "k", "x": "ks"},
}
_SOUND = re.compile("|".join(sorted(_SOUNDS, key=len, reverse=True)))
_LONG_NUMBER = re.compile(r"\d(?:[\s.\-]?\d){11,}")
_DOUBLED = re.compile(r"(.)\1+")
_SAME = {"muhamid": "muhamad", "muhamat": "muhamad", "ahmat": "ahmad", "akmad": "ahmad"}
ROMAN = re.compile(r"(?=[ivx])x{0,3}(?:ix|iv|v?i{0,3})", re.I)
_VALUES = {"i": 1, "v": 5, "x": 10}


def word_set(text: str) -> frozenset[str]:
    """Return the words of ``text``, which are a set: long lists of words stay readable in lines."""
    return frozenset(text.split())


def with_western_digits(text: str) -> str:
    """Return ``text``, as long as it was, with 0 to 9 for the digits of other scripts, of an Arabic keyboard say."""
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(letter, letter)) for letter in text)


def clean(text: str) -> str:
    """Return ``text`` as it was meant: one space where any white space stood, straight quotes, nothing invisible.

    The spelling and the capitals stay as given.
    """
    text = str(text)
    if text.isascii() and text.isprintable():
        return " ".join(text.replace("`", "'").split())
    text = unicodedata.normalize("NFC", text).translate(_QUOTES)
    if not text.isascii() or not text.isprintable():
        text = "".join(_visible(letter) for letter in text)
    return " ".join(text.split())


def _visible(letter: str) -> str:
    category = unicodedata.category(letter)
    if category in ("Cf", "Cs", "Co", "Cn"):
        return ""
    return " " if category == "Cc" else letter


def masked(text: str, most: int = 40) -> str:
    """Return ``text`` cleaned, short, and without the long numbers that may be a NIK: what a sentence may quote."""
    return _LONG_NUMBER.sub(lambda number: f"{number[0][:4]}…", clean(text))[:most]


def plain(text: str) -> str:
    """Return ``text`` cleaned, in small letters, without accents and apostrophes."""
    text = clean(text).lower().replace("'", "")
    if text.isascii():
        return text
    return "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))


@lru_cache(maxsize=8192)
def fold(word: str) -> str:
    """Return what ``word`` (plain, no spaces) sounds like: Jusuf and Yusuf, Syarkawi and Sarkawi are one."""
    if not word.isalpha() or ROMAN.fullmatch(word):
        return word
    heard = _DOUBLED.sub(r"\1", _SOUND.sub(lambda match: _SOUNDS[match.group()], word))
    if len(heard) > 2 and heard.endswith("h"):
        heard = heard[:-1]  # Rahmah, Rahma
    if heard.startswith("abdul"):
        heard = "abdu" + heard[5:]  # Abdul Rahman, Abdurrahman
    return _SAME.get(heard, heard)


def joined(words: Iterable[str]) -> str:
    """Return folded words run together, as some write them: Nor Hasanah is also Norhasanah."""
    return _DOUBLED.sub(r"\1", "".join(words))


def roman_value(numeral: str) -> int:
    """Return the number of a Roman numeral below 40, 0 when it is none."""
    if not numeral or not ROMAN.fullmatch(numeral):
        return 0
    values = [_VALUES[letter] for letter in numeral.lower()]
    following = [*values[1:], 0]
    return sum(-value if value < after else value for value, after in zip(values, following, strict=True))


def roman(number: int) -> str:
    """Return the Roman numeral (capitals) of a number from 1 to 39."""
    return "X" * (number // 10) + ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX")[number % 10]
