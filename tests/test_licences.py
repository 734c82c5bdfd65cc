"""The base install may be redistributed under Apache-2.0: it holds no GPL or AGPL. LGPL is fine."""

import re
import tomllib
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
COPYLEFT = re.compile(r"\bA?GPL|General Public License", re.IGNORECASE)
LESSER = re.compile(r"LGPL|Lesser General Public License", re.IGNORECASE)


def licences_of(package: Distribution) -> list[str]:
    """Return what a package says of its licence, in the most exact field it fills in."""
    said = package.metadata
    classified = [line for line in said.get_all("Classifier", []) if line.startswith("License ::")]
    exact = said.get("License-Expression")
    return [exact] if exact else classified or [said.get("License", "").split("\n")[0]]


def base_install() -> dict[str, Distribution]:
    """Return every package that an install without extras brings, by name."""
    found: dict[str, Distribution] = {}
    seen: set[tuple[str, frozenset[str]]] = set()
    waiting = [Requirement(line) for line in PROJECT["dependencies"]]
    while waiting:
        wanted = waiting.pop()
        name, extras = canonicalize_name(wanted.name), frozenset(wanted.extras)
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        found[name] = distribution(name)
        needed = map(Requirement, found[name].requires or [])
        waiting.extend(one for one in needed if applies(one, extras))
    return found


def applies(needed: Requirement, extras: frozenset[str]) -> bool:
    return needed.marker is None or any(needed.marker.evaluate({"extra": extra}) for extra in ("", *extras))


def test_the_base_install_holds_no_gpl() -> None:
    licences = {name: licences_of(package) for name, package in base_install().items()}
    assert "django" in licences
    assert "pingouin" not in licences
    unknown = [name for name, said in licences.items() if not any(said)]
    assert unknown == []
    copyleft = {
        name: said
        for name, said in licences.items()
        if any(COPYLEFT.search(LESSER.sub("", line)) for line in said)
    }
    assert copyleft == {}


def test_the_package_names_its_own_licence() -> None:
    assert PROJECT["license"] == "Apache-2.0"
    assert "Apache License" in (ROOT / "LICENSE").read_text(encoding="utf-8")
