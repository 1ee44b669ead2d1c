"""Names as people write and mistype them: told apart, found while typing, compared when nothing is found."""

import re

from .spelling import clean, fold, joined, plain, roman_value

TITLES = frozenset(
    [
        "h",
        "hj",
        "haji",
        "hajjah",
        "hajah",
        "kh",
        "drs",
        "dra",
        "dr",
        "drg",
        "ir",
        "prof",
        "ust",
        "ustadz",
        "ustaz",
        "ustadzah",
    ]
)
# Degrees that are also written without dots.
DEGREES = frozenset(
    [
        "spd",
        "spdi",
        "spdsd",
        "ssos",
        "sosi",
        "ssi",
        "skom",
        "st",
        "stp",
        "sp",
        "se",
        "sei",
        "sh",
        "shi",
        "shut",
        "sag",
        "sip",
        "ssy",
        "skm",
        "skep",
        "amd",
        "ama",
        "amdkep",
        "mpd",
        "mpdi",
        "mm",
        "mh",
        "msi",
        "msos",
        "mkom",
        "mt",
        "mag",
        "map",
        "mkes",
        "ba",
        "bsc",
        "ners",
    ]
)
_DEGREE = re.compile(r"(?:(?:s|m|dr|bc|ph)(?:\.[a-z]{1,5}){1,3}|a\.(?:md|ma|mk)(?:\.[a-z]{1,5})*)\.?", re.I)
_SPACED_DEGREE = re.compile(r"\b([SMA])\.\s+(Pd|Sos|Ag|Kom|Hut|Md|Ma|Si|Kep|Ap|Ip|Pt|Hum|Psi|Farm|Kes)\b", re.I)
# What stands short in front of a longer name.
_SHORTENED = {
    **dict.fromkeys(["m", "md", "mhd", "muh", "moh", "mohd", "muhd", "moch", "much", "mochd"], "muhamad"),
    **dict.fromkeys(("st", "sti"), "siti"),
    "abd": "abdul",
}
_UNTYPED = {word: _SHORTENED[word] for word in ("md", "mhd", "mohd", "muhd", "mochd", "st", "sti")}
_PLACE_WORDS = {"sei": "sungai", "sui": "sungai"}

_RT = re.compile(r"\b(r\.?t|r\.?w)\b[\W_]{0,3}(?:0*(\d{1,3})([a-z]?)|([ivx]{1,5}))\b|\b(rt|rw)0*(\d{1,3})([a-z]?)\b")
_PAIR = re.compile(r"(?<![\d/])0*(\d{1,3})([a-z]?)\s*/\s*0*(\d{1,3})(?![\d/])")
_NUMBER = re.compile(r"0*(\d{1,3})([a-z]?)")
_WORD = re.compile(r"[a-z0-9]+")
_QUERY_CHARS, _QUERY_WORDS = 200, 12


def name_key(name: str) -> str:
    """Return what two ways to write one name share: titles and degrees dropped, spelling folded.

    Equal keys mean homonyms or one person, never one person for certain.
    """
    words = _bare_words(name)
    return " ".join(filter(None, (fold(word) for word in _full_words(words))))


def same_person(name: str, other: str) -> bool:
    """Say whether two names of a seat's heads certainly mean one person: one holds all words of the other."""
    first, second = name_key(name).split(), name_key(other).split()
    return set(first) <= set(second) or set(second) <= set(first)


def search_key(*parts: str) -> str:
    """Return the folded key under which somebody is found; the first part is the name, others RT, village, district.

    It is to be stored, leading space and all, and asked with ``LIKE '%token%'`` for each of ``query_tokens``.
    """
    heard: list[str] = []
    for index, part in enumerate(parts):
        words = _words(part)
        if index == 0:
            words = _full_words(words)
        folded = [fold(word) for word in words]
        heard += folded
        heard += [fold("j" + word[1:]) for word in words if word.startswith("z")]  # Zainal is also Jainal
        if index == 0 and len(folded) > 1:
            heard.append(joined(folded))
    return "".join(f" {word}" for word in dict.fromkeys(heard) if word)


def query_tokens(q: str) -> list[str]:
    """Return what every key found by the typed ``q`` must contain: letters, digits and spaces, no LIKE wildcards.

    One or two letters must begin a word (their token begins with a space). A number alone is an RT. Titles are left
    out unless nothing else was typed; RT and RW without a number are no words. None of it left: nobody is looked for.
    """
    words = [word for word in _words(q[:_QUERY_CHARS]) if word not in ("rt", "rw")][:_QUERY_WORDS]
    words = [word for word in words if word not in TITLES] or words
    tokens = []
    for index, word in enumerate(words):
        if index < len(words) - 1:
            word = _UNTYPED.get(word, word)
        heard = fold(word[1:] if word.startswith("z") and len(word) > 4 else word)  # Zainal finds Jainal too
        tokens.append(heard if len(heard) > 2 else f" {heard}")
    return list(dict.fromkeys(tokens))


def similarity(a: str, b: str) -> float:
    """Return how much of the shorter of two keys sounds in the other, by shared trigrams: 0.0 to 1.0."""
    first, second = _trigrams(a), _trigrams(b)
    smaller = min(len(first), len(second))
    return len(first & second) / smaller if smaller else 0.0


def _trigrams(key: str) -> set[str]:
    padded = (f" {word} " for word in key.split())
    return {word[at : at + 3] for word in padded for at in range(len(word) - 2)}


def _words(text: str) -> list[str]:
    """Return the plain words of ``text``; every way to write RT 3 is the word rt003."""
    text = _RT.sub(_numbered, plain(text))
    text = _PAIR.sub(lambda m: f" rt{int(m[1]):03}{m[2]} rw{int(m[3]):03} ", text)
    words = []
    for word in _WORD.findall(text):
        number = _NUMBER.fullmatch(word)
        words.append(f"rt{int(number[1]):03}{number[2]}" if number else _PLACE_WORDS.get(word, word))
    return words


def _numbered(match: re.Match[str]) -> str:
    unit, number, suffix, numeral, unit_too, number_too, suffix_too = match.groups()
    value = roman_value(numeral) if numeral else int(number or number_too)
    if not value and numeral:
        return match.group()
    return f" {(unit or unit_too).replace('.', '')}{value:03}{suffix or suffix_too or ''} "


def _full_words(words: list[str]) -> list[str]:
    """Return ``words`` with what stands short for Muhammad, Siti or Abdul written out, except at the end."""
    first = next((index for index, word in enumerate(words) if word not in TITLES), 0)
    return [
        _SHORTENED.get(word, word) if index < len(words) - 1 and (index == first or word != "st") else word
        for index, word in enumerate(words)
    ]


def _bare_words(name: str) -> list[str]:
    """Return the plain words of ``name`` without titles before and degrees behind it; all of them if none is left."""
    head, _, tail = _SPACED_DEGREE.sub(r"\1.\2", clean(name)).partition(",")
    if tail and not all(is_degree(word) for word in tail.replace(",", " ").split()):
        head = f"{head} {tail}"
    parts = head.split()
    while len(parts) > 1 and is_degree(parts[-1]):
        parts.pop()
    words = _WORD.findall(plain(" ".join(parts)))
    while len(words) > 1 and words[0] in TITLES:
        words = words[1:]
    return words


def is_degree(word: str) -> bool:
    return bool(_DEGREE.fullmatch(word)) or word.lower().replace(".", "") in DEGREES
