"""Every sentence the tool says has its English, and says the same things in it."""

import ast
import re
from pathlib import Path

import rtapp
from rtapp.web import catalogue

HOUSE = Path(rtapp.__file__).parent

GAP = re.compile(r"%\((\w+)\)[sd]")


def ids(message) -> tuple[str, ...]:
    return message if isinstance(message, tuple) else (message,)


def known():
    return {ids(message.id)[0]: message for message in catalogue.read() if message.id}


def test_every_sentence_has_its_english():
    translated = known()
    missing = [
        f"{file}:{line} {ids(message)[0]!r}"
        for file, line, message in catalogue.sentences()
        if ids(message)[0] and not (translated.get(ids(message)[0]) and all(ids(translated[ids(message)[0]].string)))
    ]
    assert not missing, "run `python -m rtapp.web.catalogue` and translate:\n" + "\n".join(missing)


def test_a_refusal_says_its_sentence_where_it_is_raised():
    """The catalogue reads literals: a sentence that comes through a variable would never have its English."""
    handed_on = {
        "refusals.py",
        "events/waves.py",
        "safety/schedule.py",
    }  # to whom others hand a literal, or a file does
    hidden = []
    for path in sorted(HOUSE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "Refused" and len(node.args) > 1:
                literal = isinstance(node.args[1], ast.Constant)
                hidden += [] if literal else [f"{path.relative_to(HOUSE).as_posix()}:{node.lineno}"]
    assert [place for place in hidden if place.partition(":")[0] not in handed_on] == []


def test_the_catalogue_holds_nothing_that_is_no_longer_said():
    said = {ids(message)[0] for _file, _line, message in catalogue.sentences()}
    assert set(known()) <= said


def test_a_translation_fills_the_same_gaps():
    for message in known().values():
        gaps = set(GAP.findall(" ".join(ids(message.id))))
        for english in ids(message.string):
            assert set(GAP.findall(english)) <= gaps, message.id
        assert set(GAP.findall(ids(message.string)[-1])) == gaps, message.id
        assert not message.fuzzy, message.id


def test_an_unknown_language_changes_nothing(client_of, world):
    client = client_of("device")
    client.post("/language", data={"language": "xx"})
    assert 'lang="id"' in client.get(f"/desk/{world.registration}").text
