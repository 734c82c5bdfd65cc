"""The product uses no private API of a library: such names change without notice."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
OURS = ("readerstudy", "generation", "analysis")
DOCUMENTED = {"os._exit"}
LONE = {"_meta", "_state"}  # of Django's models, documented


def private(name: str) -> bool:
    return name == "internal" or (name.startswith("_") and not name.startswith("__"))


def private_names(source: str) -> Iterator[str]:
    """Name what a module takes from behind a library's door, imported or as an attribute."""
    tree = ast.parse(source)
    foreign: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names if alias.name.split(".")[0] not in OURS]
            foreign |= (
                {(alias.asname or alias.name).split(".")[0] for alias in node.names} if modules else set()
            )
            yield from (module for module in modules if any(map(private, module.split("."))))
        elif isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] not in OURS:
            foreign |= {alias.asname or alias.name for alias in node.names}
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (name for name in names if any(map(private, name.split("."))))
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and private(node.attr) and node.attr not in LONE:
            root: ast.expr = node.value
            while isinstance(root, ast.Attribute | ast.Call):
                root = root.value if isinstance(root, ast.Attribute) else root.func
            if isinstance(root, ast.Name) and root.id in foreign:
                yield ast.unparse(node)


def test_no_module_of_the_product_uses_a_private_name_of_a_library() -> None:
    found = {
        f"{path.relative_to(ROOT)}: {name}"
        for package in OURS
        for path in (ROOT / package).rglob("*.py")
        for name in private_names(path.read_text())
        if name not in DOCUMENTED
    }
    assert sorted(found) == []


@pytest.mark.parametrize(
    "source",
    [
        "from allauth.account.internal.flows import login",
        "import allauth.core.internal.ratelimit",
        "from torch import _foreach_lerp_",
        "import torch\ntorch._foreach_lerp_()",
        "from django.core.files import storage\nstorage.storages._storages",
    ],
)
def test_a_private_name_is_found(source: str) -> None:
    assert len(list(private_names(source))) == 1
