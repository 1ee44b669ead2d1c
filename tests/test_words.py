"""Every sentence of the interface, in both languages: words that people at a desk do not know stand in none of them."""

import ast
import re
from functools import cache

import pytest

from rtapp.web.catalogue import read

from .served import ROOT

# What must not be read, and why. Sentences for programs (the JSON interface) and terminals may name their own things.
FORBIDDEN = {
    r"\bpeladen\b": "people say server",
    r"\bpos-?el\b|\bsurel\b": "people say email",
    r"\btoken\b|\bbearer\b": "a program's key is a key, a card's code is a code",
    r"kode rantai|chain code": "it is the code of the trail",
    r"sidik isi|content fingerprint": "it is the code of what a paper holds",
    r"\b(?:WELCOME|REPRESENTED|ALREADY|OTHER_WAVE|NOT_OPEN|REVOKED|ARCHIVED|UNKNOWN|CONFLICT)\b": "verdicts have words",
    r"\bUTC\b|\bGMT\b": "times are those of the hall's clock",
    r"\bUUID\b|\bhash\b|\bcookie\b": "the inside of the program",
    r"\b(?:unggah|upload) CSV\b": "a file is sent",
    r"app\.py serve|--tls(?![-\w])": "HTTPS comes without an option, and no word means to serve",
    r"!(?!=)": "no exclamation marks",
    r"\bOops\b|\bUps\b": "errors say what to do",
}
IN_A_TERMINAL = [each for each in FORBIDDEN if "peladen" in each or "surel" in each or "serve" in each]
FOR_PROGRAMS = re.compile(r"JSON|\bAPI\b|[Nn]once|client_at|OpenAPI")
# In English sentences: words that are nobody's name for a thing there.
INDONESIAN = re.compile(
    r"\b(?:Kehadiran|Peserta|Dokumen|Pengaturan|Daftar|Gelombang|Kartu|Kirim|Perangkat|Acara|Sesudah|Cadangan|Jejak|"
    r"Lainnya|Bantuan|Berkas|hadir|diwakili|izin|sakit|dinas|belum|tautan|koordinator|petugas|dan|atau|yang|tidak)\b"
)
SPELT = re.compile(
    r"[“\"'][^”\"']*[”\"']|[A-Z]+ KABUPATEN \w+|app\.py.*|Nama, Desa"
)  # what is typed or quoted as it is


@cache
def sentences() -> list[tuple[str, str]]:
    """Return every sentence with its English, plurals apart; those that programs are answered with are left out."""
    found = []
    for message in read():
        ids, strings = (each if isinstance(each, (tuple, list)) else [each] for each in (message.id, message.string))
        found += [(ids[min(at, len(ids) - 1)], text) for at, text in enumerate(strings)]
    return [(said, english) for said, english in found if said and not FOR_PROGRAMS.search(said)]


def test_there_are_sentences_to_read():
    assert len(sentences()) > 1500


@pytest.mark.parametrize("pattern", FORBIDDEN, ids=FORBIDDEN.values())
def test_no_sentence_holds_a_word_that_a_desk_does_not_know(pattern):
    wrong = re.compile(pattern, re.IGNORECASE if pattern.islower() else 0)
    assert [text for pair in sentences() for text in pair if wrong.search(text)] == []


@cache
def told_in_the_terminal() -> list[str]:
    """Return the texts that commands print, as they stand in the code; what is told of them there is no text."""
    found = []
    for path in sorted((ROOT / "rtapp" / "commands").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                found += [
                    each.value for given in node.args for each in ast.walk(given) if isinstance(each, ast.Constant)
                ]
    return [text for text in found if isinstance(text, str) and " " in text]


@pytest.mark.parametrize("pattern", IN_A_TERMINAL, ids=[FORBIDDEN[each] for each in IN_A_TERMINAL])
def test_no_command_prints_such_a_word(pattern):
    assert len(told_in_the_terminal()) > 100
    assert [text for text in told_in_the_terminal() if re.search(pattern, text)] == []


def test_english_sentences_hold_no_indonesian():
    left = [english for _said, english in sentences() if INDONESIAN.search(SPELT.sub("", english))]
    assert left == []
