"""Districts and villages by the names people give them: exact beats alias beats fuzzy, fuzzy only proposes."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property
from typing import Literal

from ..roster.spelling import fold, plain, roman

How = Literal["exact", "alias", "fuzzy", "elsewhere", "ambiguous", "none"]

_KINDS = frozenset(["desa", "ds", "kel", "kelurahan", "kampungdesa", "desakel", "desakelurahan"])
_ABBREVIATED = {
    **dict.fromkeys(["sei", "sui", "sg", "sgi", "sunge", "sungei"], "sungai"),
    **dict.fromkeys(["kp", "kamp", "kmp"], "kampung"),
    **dict.fromkeys(["pl", "pulo"], "pulau"),
    "psr": "pasar",
    "mr": "murung",
    "ma": "muara",
}
_INITIALS = {"s": "sungai", "p": "pulau"}  # only in front of another word
_STOP = r"(?=\b(?:kecamatan|kec|kabupaten|kab|provinsi|prov|tahun|gelombang|periode|rt|rw|per|tgl)\b|$)"
_DISTRICT_IN = re.compile(r"\b(?:kecamatan|kec)\b\s*(.*?)" + _STOP)
_VILLAGE_IN = re.compile(r"\b(?:desa|kelurahan|kel|ds)\b\s*(.*?)(?=\b(?:desa|kelurahan|kel)\b|$)")
_ELSEWHERE = re.compile(r"\b(?:kantor|aula|balai|gedung|ruang|rumah|ke)\s$")  # where somebody went or met
_STOP_WORDS = re.compile(r"\b(?:kecamatan|kec|kabupaten|kab|provinsi|tahun|thn|gelombang|periode|rt|rw|per|tgl|\d+)\b")
_COUNTED = re.compile(r"(?:\d{1,3}|[IVX]{1,5})\s?[.)]\s?(?=[^\W\d_])")
_WORD = re.compile(r"[a-z]+|\d+")
_LONGEST = 400  # characters of a title that are looked at
_LOOK_ALIKE = str.maketrans("l1|0", "iiio")
_ALIKE = 0.74
_MOST_WORDS = 5


@dataclass(frozen=True)
class KnownDistrict:
    """A kecamatan: code like 63.09.06, name as decreed."""

    code: str
    name: str


@dataclass(frozen=True)
class KnownVillage:
    """A desa or kelurahan: code like 63.09.06.2005, its district's code and name."""

    code: str
    name: str
    district_code: str
    district: str
    kind: str = "desa"


@dataclass(frozen=True)
class VillageMatch:
    """What a name may mean: one village for certain (exact, alias), or some that a person must choose from."""

    how: How
    villages: tuple[KnownVillage, ...] = ()

    @property
    def village(self) -> KnownVillage | None:
        """The village meant for certain."""
        return self.villages[0] if self.how in ("exact", "alias") else None


class Places:
    """Every district and village of the regency; ``aliases`` maps names learnt from people to village codes."""

    def __init__(self, villages: Iterable[KnownVillage], aliases: Mapping[str, str] | None = None) -> None:
        self.villages = tuple(villages)
        self.by_code = {_digits(village.code): village for village in self.villages}
        self.districts = {v.district_code: KnownDistrict(v.district_code, v.district) for v in self.villages}
        self._learnt = {village_key(name): code for name, code in (aliases or {}).items()}
        self._matches: dict[tuple[str, str], VillageMatch] = {}

    def find_code(self, text: str) -> KnownVillage | None:
        """Return the village of a code, written with or without its dots."""
        return self.by_code.get(_digits(text))

    def is_village(self, text: str) -> bool:
        """Say whether ``text`` is exactly a village's name, whichever district it lies in."""
        return village_key(text) in self._by_key

    def find_village(self, text: str, district_code: str = "") -> VillageMatch:
        """Return what ``text`` means, inside ``district_code`` where it is given."""
        text = text[:_LONGEST]
        key = (text, district_code)
        if key not in self._matches:
            self._matches[key] = self._find(text, district_code)
        return self._matches[key]

    def find_district(self, text: str) -> tuple[How, tuple[KnownDistrict, ...]]:
        """Return how, and which district ``text`` names; several or fuzzy ones are for a person to choose from."""
        words = _bare(text, frozenset(("kecamatan", "kec")))
        for how, key in (("exact", "".join(words)), ("alias", "".join(_spelt_out(words)))):
            for district in self.districts.values():
                if key and key == village_key(district.name):
                    return how, (district,)  # type: ignore[return-value]
        scored = [(_likeness("".join(words), village_key(d.name)), d) for d in self.districts.values()]
        alike = sorted((pair for pair in scored if pair[0] >= _ALIKE), key=lambda pair: -pair[0])
        return ("fuzzy", tuple(district for _, district in alike[:3])) if alike and words else ("none", ())

    def district_in(self, text: str) -> KnownDistrict | None:
        """Return the district that a title names after the word kecamatan."""
        for match in _DISTRICT_IN.finditer(_spaced(text[:_LONGEST])):
            for words in _beginnings(match[1]):
                how, districts = self.find_district(" ".join(words))
                if how in ("exact", "alias"):
                    return districts[0]
        return None

    def village_text_in(self, text: str) -> str:
        """Return the name that a title has after the word desa or kelurahan, "" when there is none.

        A known village is cut out of what stands behind it: DESA KAPAR TAHUN 2023.
        """
        text = _district_cut(_spaced(text[:_LONGEST]))
        matches = list(_VILLAGE_IN.finditer(text))
        own = [match for match in matches if not _ELSEWHERE.search(text[: match.start()][-12:])]
        texts = [match[1].strip() for match in own or matches]
        known = (self.known_beginning(each) for each in reversed(texts))
        cut = (_STOP_WORDS.split(each)[0].strip() for each in reversed(texts))
        return next(filter(None, known), "") or next(filter(None, cut), "")

    def known_beginning(self, text: str) -> str:
        """Return the most words at the beginning of ``text`` that are a village's whole name, "" when none are."""
        for words in _beginnings(_spaced(text[:_LONGEST])):
            if self.find_village(" ".join(words)).how in ("exact", "alias", "ambiguous", "elsewhere"):
                return " ".join(words)
        return ""

    def hints_in(self, text: str) -> tuple[set[str], set[str], set[str]]:
        """Return the codes of the districts and of the villages whose whole names occur in a file's or sheet's name.

        The longest name wins where one lies in another (Kasiau Raya, Kasiau). The other words come third.
        """
        words = _WORD.findall(plain(re.sub(r"[_\W]+", " ", plain(text[:_LONGEST]))))
        others: set[str] = set()
        districts: set[str] = set()
        villages: set[str] = set()
        at = 0
        while at < len(words):
            for length in range(min(_MOST_WORDS, len(words) - at), 0, -1):
                key = "".join(_spelt_out(words[at : at + length]))
                village_codes = {v.code for v in self._by_alias.get(key, ())}
                district_codes = {d.code for d in self.districts.values() if key == village_key(d.name)}
                if village_codes or district_codes:
                    districts |= district_codes
                    villages |= village_codes
                    at += length - 1
                    break
            else:
                others.add(words[at])
            at += 1
        return districts, villages, others

    def _find(self, text: str, district_code: str) -> VillageMatch:
        words = _bare(_district_cut(_spaced(text)), _KINDS)
        if not district_code and (named := self.district_in(text)):
            district_code = named.code
        key, spelt = "".join(words), "".join(_spelt_out(words))
        if not key:
            return VillageMatch("none")
        if key in self._learnt and (village := self.find_code(self._learnt[key])):
            return VillageMatch("alias", (village,))
        exact, alias = self._by_key.get(key, ()), self._by_alias.get(spelt, ())
        for how, villages in (("exact", exact), ("alias", alias)):
            inside = tuple(v for v in villages if not district_code or v.district_code == district_code)
            if len(inside) == 1:
                return VillageMatch(how, inside)  # type: ignore[arg-type]
            if inside:
                return VillageMatch("ambiguous", inside)
        if exact or alias:
            return VillageMatch("elsewhere", tuple(exact or alias))
        if counted := _COUNTED.match(text := text.strip()):  # "1. Contoh", "II. Contoh"
            return self._find(text[counted.end() :], district_code)
        if inside := self._with_district(words, district_code):
            return VillageMatch("alias", (inside,))
        return self._alike(key, spelt, district_code)

    def _with_district(self, words: list[str], district_code: str) -> KnownVillage | None:
        """Return the village whose name stands before that of its own district: "Contoh Muara Uya"."""
        for district in self.districts.values():
            name = _bare(district.name, frozenset())
            if len(words) > len(name) and words[-len(name) :] == name and district_code in ("", district.code):
                match = self._find(" ".join(words[: -len(name)]), district.code)
                return match.village
        return None

    def _alike(self, key: str, spelt: str, district_code: str) -> VillageMatch:
        scored = [
            (max(_likeness(key, name), _likeness(spelt, name) if spelt != key else 0.0), v)
            for name, same in self._by_key.items()
            for v in same
            if not district_code or v.district_code == district_code
        ]
        best = max((score for score, _ in scored), default=0.0)
        alike = sorted((p for p in scored if p[0] >= max(_ALIKE, best - 0.1)), key=lambda pair: -pair[0])
        if not alike:
            return VillageMatch("none")
        clear = len(alike) == 1 or alike[0][0] > alike[1][0]
        return VillageMatch("fuzzy" if clear else "ambiguous", tuple(village for _, village in alike[:3]))

    @cached_property
    def _by_key(self) -> dict[str, tuple[KnownVillage, ...]]:
        return _grouped((village_key(village.name), village) for village in self.villages)

    @cached_property
    def _by_alias(self) -> dict[str, tuple[KnownVillage, ...]]:
        return _grouped(("".join(_spelt_out(_bare(v.name, _KINDS))), v) for v in self.villages)


def village_key(text: str) -> str:
    """Return a village's name without capitals, apostrophes, dots, spaces and the words desa, ds., kel., kelurahan."""
    return "".join(_bare(text, _KINDS))


def _grouped(pairs: Iterable[tuple[str, KnownVillage]]) -> dict[str, tuple[KnownVillage, ...]]:
    groups: dict[str, tuple[KnownVillage, ...]] = {}
    for key, village in pairs:
        groups[key] = (*groups.get(key, ()), village)
    return groups


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def _spaced(text: str) -> str:
    return " ".join(re.findall(r"[a-z0-9|]+", plain(text)))


def _district_cut(text: str) -> str:
    """Return ``text`` (plain) up to the word kecamatan or kabupaten."""
    return re.split(r"\b(?:kecamatan|kec|kabupaten|kab)\b", text)[0]


def _beginnings(text: str) -> Iterable[list[str]]:
    words = text.split()[:_MOST_WORDS]
    return (words[:length] for length in range(len(words), 0, -1))


def _bare(text: str, dropped: frozenset[str]) -> list[str]:
    """Return the words of ``text`` without those of ``dropped`` at either end."""
    words = re.findall(r"[a-z0-9|]+", plain(text))
    while len(words) > 1 and words[0] in dropped:
        words = words[1:]
    while len(words) > 1 and words[-1] in dropped:
        words = words[:-1]
    return words


def _spelt_out(words: list[str]) -> list[str]:
    """Return ``words`` with abbreviations written out and Arabic numbers turned into Roman ones."""
    pieces = [piece for word in words for piece in (_WORD.findall(word) or [word])]
    spelt = []
    for index, word in enumerate(pieces):
        if word.isdigit() and 0 < int(word) < 40:
            word = roman(int(word)).lower()
        elif index == 0 and len(pieces) > 1:
            word = _INITIALS.get(word, word)
        spelt.append(_ABBREVIATED.get(word, word))
    return spelt


def _likeness(a: str, b: str) -> float:
    """Return how alike two keys look or sound, 0.0 to 1.0."""
    if a.translate(_LOOK_ALIKE) == b.translate(_LOOK_ALIKE):
        return 0.99
    if fold(a) == fold(b):
        return 0.97
    return SequenceMatcher(None, a, b, autojunk=False).ratio()
