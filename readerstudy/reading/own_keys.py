"""The keys that a reader has chosen for themselves, in every study alike.

A tool is named by its standard key, so a map of keys says which key stands for which.
"""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from readerstudy.accounts.models import User
from readerstudy.reading.errors import KeysRefused
from readerstudy.reading.models import OwnKeys

TOOLS = frozenset("mnopqrstuvwxyz,.")
#: Images, ratings, frames, zoom, help: these mean the same to everybody.
KEPT = frozenset("abcdefghijkl0123456789[]?!+=- ")


def keys_of(user: User) -> dict[str, str]:
    """The chosen key by standard key; empty for somebody who has chosen none."""
    chosen = OwnKeys.objects.filter(user=user).first()
    return dict(chosen.keys) if chosen else {}


def choose_keys(keys: Mapping[str, str], *, by: User) -> dict[str, str]:
    """Replace the reader's keys. A preference and no evidence, so no event speaks of it."""
    chosen = {tool: key.lower() for tool, key in keys.items() if tool != key.lower()}
    if unknown := sorted(set(chosen) - TOOLS):
        raise KeysRefused(_("There is no tool with the standard key {key}.").format(key=unknown[0]))
    for key in chosen.values():
        if len(key) != 1 or not key.isprintable() or key in KEPT:
            raise KeysRefused(_("{key} cannot be chosen. It keeps its meaning.").format(key=key))
    taken = [chosen.get(tool, tool) for tool in sorted(TOOLS)]
    if twice := sorted({key for key in taken if taken.count(key) > 1}):
        raise KeysRefused(_("{key} stands for two tools. Give each its own key.").format(key=twice[0]))
    OwnKeys.objects.update_or_create(user=by, defaults={"keys": chosen})
    return chosen
