"""What the desk runs on: every package at one version, and every browser file with its digest, whoever brings it."""

import json
import re
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
LISTS = ["requirements.txt", "tests/requirements.txt"]


def pinned(name: str) -> dict[str, Requirement]:
    """Return the requirements of a list by name, those of the lists it includes too."""
    found: dict[str, Requirement] = {}
    for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
        if line.startswith("-r "):
            found |= pinned(str(Path(name).parent / line[3:]))
        elif line and not line.startswith("#"):
            found[canonicalize_name(Requirement(line).name)] = Requirement(line)
    return found


def brought(each: Requirement) -> set[str]:
    """Return the names of what a package needs on this machine, by what it says of itself."""
    wanted = map(Requirement, metadata.requires(each.name) or [])
    extras = each.extras or {""}
    return {
        canonicalize_name(need.name)
        for need in wanted
        if need.marker is None or any(need.marker.evaluate({"extra": extra}) for extra in extras)
    }


@pytest.mark.parametrize("name", LISTS)
def test_every_package_is_pinned_to_one_version_and_so_is_what_it_brings(name):
    found = pinned(name)
    assert [str(each) for each in found.values() if not re.fullmatch(r"==[0-9][^,*]*", str(each.specifier))] == []
    here = [each for each in found.values() if each.marker is None or each.marker.evaluate()]
    assert {need for each in here for need in brought(each)} - set(found) == set()


def test_every_browser_file_has_its_digest():
    lock = json.loads((ROOT / "static/vendor/package-lock.json").read_text(encoding="utf-8"))
    asked = json.loads((ROOT / "static/vendor/package.json").read_text(encoding="utf-8"))["dependencies"]
    assert [name for name, version in asked.items() if not re.fullmatch(r"\d+\.\d+\.\d+", version)] == []
    files = {name: told for name, told in lock["packages"].items() if name}
    assert len(files) >= len(asked) and all(told["integrity"].startswith("sha512-") for told in files.values())
