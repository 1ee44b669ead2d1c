"""Lists as forty clerks write them: nobody invented, nobody lost, nothing changed, nothing asked without need."""

import pytest

from rtapp.documents.cells import Workbook
from rtapp.imports.message import read_file, read_message
from rtapp.refusals import Refused

from . import AT_LENGTH
from .clerk_files import KINDS, files_of
from .clerks import CONTOH, Habit, People, habits, judged, read

# The same lists with names of one word, and with names that begin or end in short words.
_SHORT = ("M.", "A.", "H.M.", "Hj.", "I", "St.", "Sy.", "Abd.", "Gt.")
NAMES = {
    "two words": CONTOH,
    "one word": People([f"Contoh{letter}i" for letter in "bdfghjklm"]),
    "initials": People([f"{short} Contoh{letter}a" for short, letter in zip(_SHORT, "bdfghjklm", strict=True)]),
}
CHATS = ("chats.txt", "chats2.txt", "chats3.txt", "chats4.txt", "chats5.txt", "chats6.txt")
TABLES = ("tables.txt", "tables2.txt", "tables3.txt", "tables4.txt", "tables5.txt", "tables6.txt")


def chat_of(text: str) -> Workbook:
    return read_message(text, "Tempelan")


def file_of(data: bytes, kind: str) -> Workbook:
    return read_file(data, f"daftar.{'xls' if kind == 'html' else kind}")


def faults(habit: Habit, reader, *given) -> list[str]:
    try:
        return judged(habit, read("daftar", reader(*given)))
    except Refused as refused:
        return [f"e refused: {refused}"] if habit.seats or habit.asked else []


@pytest.mark.parametrize("names", NAMES)
@pytest.mark.parametrize("file", CHATS)
def test_a_message_is_read_as_a_careful_clerk_reads_it(file, names):
    told = habits(file, NAMES[names])
    wrong = {habit.title: found for habit in told if (found := faults(habit, chat_of, habit.text))}
    assert wrong == {}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("file", TABLES)
def test_a_table_is_read_as_a_careful_clerk_reads_it_whatever_file_it_came_in(file, kind):
    wrong = {}
    for habit in habits(file):
        data = files_of(habit.text, habit.only).get(kind)
        if data is not None and (found := faults(habit, file_of, data, kind)):
            wrong[habit.title] = found
    assert wrong == {}


@pytest.mark.parametrize("names", [names for names in NAMES if names != "two words"])
@pytest.mark.parametrize("file", TABLES)
def test_a_table_is_read_alike_whoever_stands_in_it(file, names):
    wrong = {}
    for habit in habits(file, NAMES[names]):
        for kind, data in files_of(habit.text, habit.only).items():
            if kind in (("csv", "xlsx") if AT_LENGTH else ("csv",)) and (found := faults(habit, file_of, data, kind)):
                wrong[habit.title] = found
    assert wrong == {}
