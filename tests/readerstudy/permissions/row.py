"""One row of the permission table: an address, and what each role gets there."""

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass

from tests.readerstudy import permissions
from tests.readerstudy.factory import Locked

ROLES = ("anonymous", "reader", "other reader", "coordinator", "analyst", "owner", "other owner")


@dataclass(frozen=True, kw_only=True)
class World:
    """Two studies that know nothing of each other: rita reads the first, rolf the second."""

    mine: Locked
    theirs: Locked
    presentation: str
    slot: str
    practised: str

    @property
    def slug(self) -> str:
        return self.mine.study.slug


Address = Callable[[World], str]


@dataclass(frozen=True, kw_only=True)
class Row:
    """`statuses` are in the order of ROLES. The address is in the study of rita."""

    address: Address
    statuses: tuple[int, ...]
    method: str = "GET"


def row(address: str | Address, statuses: str, method: str = "GET") -> Row:
    """A row from a path, in which {slug} is the study, and the statuses as one line of text."""
    build = address if callable(address) else lambda world: address.format(slug=world.slug)
    return Row(address=build, statuses=tuple(map(int, statuses.split())), method=method)


def all_rows() -> dict[str, Row]:
    """The rows of every file in this folder whose name begins with rows_of_."""
    found: dict[str, Row] = {}
    for module in pkgutil.iter_modules(permissions.__path__):
        if module.name.startswith("rows_of_"):
            found |= importlib.import_module(f"{permissions.__name__}.{module.name}").ROWS
    return found
