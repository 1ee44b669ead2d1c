"""Every regular expression of the product, and how many steps a backtracking matcher takes for one on a text.

Steps are counted by a matcher of our own that walks what ``re`` itself parsed and does nothing clever: where its steps
grow in line with the text, those of ``re`` do, whose shortcuts only leave some out. No clock is asked.
"""

import ast
import importlib
import pkgutil
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

import rtapp

_CATEGORIES = {
    op.CATEGORY_DIGIT: r"\d", op.CATEGORY_NOT_DIGIT: r"\D", op.CATEGORY_SPACE: r"\s", op.CATEGORY_NOT_SPACE: r"\S",
    op.CATEGORY_WORD: r"\w", op.CATEGORY_NOT_WORD: r"\W",
}  # fmt: skip
_ONE = (op.LITERAL, op.NOT_LITERAL, op.ANY, op.IN)
Then = Callable[[int], bool]


def expressions() -> dict[str, re.Pattern[str]]:
    """Return all expressions over text of rtapp: those that modules keep, and those that calls spell out."""
    found: dict[str, re.Pattern[str]] = {}
    for module in pkgutil.walk_packages(rtapp.__path__, "rtapp."):
        if ".migrations." in module.name or module.name.endswith(("__main__", ".worker")):
            continue
        loaded = importlib.import_module(module.name)
        for name, value in vars(loaded).items():
            for place, each in enumerate(_patterns(value)):
                found.setdefault(each.pattern, each)
                assert place < 1000, name
        tree = ast.parse(Path(str(loaded.__file__)).read_text(encoding="utf-8"))
        for each in _spelt_out(tree):
            found.setdefault(each.pattern, each)
    return found


def _patterns(value: Any) -> Iterator[re.Pattern[str]]:
    if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
        yield value
    elif isinstance(value, (tuple, list, frozenset)):
        for each in value:
            yield from _patterns(each)
    elif isinstance(value, dict):
        yield from _patterns((*value, *value.values()))


def _spelt_out(tree: ast.AST) -> Iterator[re.Pattern[str]]:
    for node in ast.walk(tree):
        called = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        if not called or not isinstance(node.func.value, ast.Name) or node.func.value.id != "re" or not node.args:
            continue
        first = node.args[0]
        if isinstance(first, ast.Constant) and isinstance(first.value, str) and node.func.attr != "escape":
            flags = re.I if "re.I" in ast.unparse(node) else 0
            yield re.compile(first.value, flags)


class Stepper:
    """Searches with one expression, and counts."""

    def __init__(self, pattern: re.Pattern[str]) -> None:
        self.tree = list(parser.parse(pattern.pattern, pattern.flags))
        self.fold = bool(pattern.flags & re.I)
        self.dotall = bool(pattern.flags & re.S)
        self.lines = bool(pattern.flags & re.M)
        self.ones: dict[int, set[str]] = {}
        self.steps = 0

    def search_all(self, text: str, most: int) -> int:
        """Return the steps of finding every match of ``text``, as ``sub`` does; at most about ``most``."""
        self.steps, self.most, self.text = 0, most, text.lower() if self.fold else text
        self.groups: dict[int, tuple[int, int]] = {}
        at = 0
        while at <= len(self.text) and self.steps < most:
            ends: list[int] = []
            matched = self._run(self.tree, 0, at, lambda end, ends=ends: bool(ends.append(end)) or True)
            at = max(ends[-1], at + 1) if matched else at + 1
        return self.steps

    def _run(self, tree: list[Any], place: int, at: int, then: Then) -> bool:
        """Match what ``tree`` says from ``place`` on at ``at``, then what comes behind it."""
        while place < len(tree) and tree[place][0] in _ONE:
            self.steps += 1
            if at >= len(self.text) or not self._fits(tree[place], self.text[at]):
                return False
            place, at = place + 1, at + 1
        if place == len(tree):
            return then(at)
        self.steps += 1
        if self.steps > self.most:
            return False
        kind, given = tree[place]

        def rest(end: int) -> bool:
            return self._run(tree, place + 1, end, then)

        if kind is op.BRANCH:
            return any(self._run(list(each), 0, at, rest) for each in given[1])
        if kind is op.SUBPATTERN:
            number, inside = given[0], list(given[3])
            return self._run(inside, 0, at, lambda end: self._keep(number, at, end, rest))
        if kind in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
            return self._repeat(kind, given, at, rest)
        if kind in (op.ASSERT, op.ASSERT_NOT):
            return self._assert(kind, given, at, rest)
        if kind is op.AT:
            return self._is_at(given, at) and rest(at)
        if kind is op.GROUPREF:
            start, end = self.groups.get(given, (0, 0))
            told = self.text[start:end]
            return self.text.startswith(told, at) and rest(at + len(told))
        raise NotImplementedError(kind)

    def _keep(self, number: int | None, start: int, end: int, rest: Then) -> bool:
        if number is not None:
            self.groups[number] = (start, end)
        return rest(end)

    def _assert(self, kind: Any, given: Any, at: int, rest: Then) -> bool:
        direction, inside = given
        starts = [at] if direction > 0 else [start for start in range(max(0, at - 40), at + 1)]
        wanted = (lambda end: True) if direction > 0 else (lambda end: end == at)
        held = any(self._run(list(inside), 0, start, wanted) for start in starts)
        return held == (kind is op.ASSERT) and rest(at)

    def _repeat(self, kind: Any, given: Any, at: int, rest: Then) -> bool:
        least, most, inside = given[0], given[1], list(given[2])
        if len(inside) == 1 and inside[0][0] in _ONE:
            end = at
            while end < len(self.text) and end - at < most and self._fits(inside[0], self.text[end]):
                end += 1
                self.steps += 1
            if end - at < least:
                return False
            lengths = range(at + least, end + 1)
            return any(rest(stop) for stop in (lengths if kind is op.MIN_REPEAT else reversed(lengths)))

        def again(times: int, where: int) -> bool:
            def more() -> bool:
                return times < most and self._run(inside, 0, where, lambda end: end > where and again(times + 1, end))

            if times < least:
                return self._run(inside, 0, where, lambda end: again(times + 1, end))
            if kind is op.MIN_REPEAT:
                return rest(where) or more()
            return more() or rest(where)

        return again(0, at)

    def _is_at(self, where: Any, at: int) -> bool:
        text = self.text
        if where in (op.AT_BEGINNING, op.AT_BEGINNING_STRING):
            return at == 0 or (self.lines and where is op.AT_BEGINNING and text[at - 1] == "\n")
        if where in (op.AT_END, op.AT_END_STRING):
            return at == len(text) or (self.lines and text[at] == "\n") or (at == len(text) - 1 and text[at] == "\n")
        before, behind = (
            0 <= place < len(text) and (text[place].isalnum() or text[place] == "_") for place in (at - 1, at)
        )
        return (before != behind) == (where is op.AT_BOUNDARY)

    def _fits(self, one: Any, letter: str) -> bool:
        kind, given = one
        if kind is op.ANY:
            return self.dotall or letter != "\n"
        if kind is op.LITERAL:
            return chr(given) == letter or (self.fold and chr(given).lower() == letter)
        if kind is op.NOT_LITERAL:
            return chr(given) != letter
        told = self.ones.setdefault(id(one), set())
        if f"+{letter}" in told:
            return True
        if f"-{letter}" in told:
            return False
        fits = self._among(given, letter)
        told.add(f"{'+' if fits else '-'}{letter}")
        return fits

    def _among(self, members: Any, letter: str) -> bool:
        wanted = members[0][0] is not op.NEGATE
        for kind, given in members[0 if wanted else 1 :]:
            forms = {letter, letter.upper()} if self.fold else {letter}
            if kind is op.LITERAL:
                held = any(ord(form) == given for form in forms if len(form) == 1)
            elif kind is op.RANGE:
                held = any(given[0] <= ord(form) <= given[1] for form in forms if len(form) == 1)
            else:
                held = bool(re.match(_CATEGORIES[given], letter))
            if held:
                return wanted
        return not wanted
