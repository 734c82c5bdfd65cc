"""What a task asks, in the words of the page: the script of the page knows none of them."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from readerstudy.studies.language import spoken
from readerstudy.studies.protocol import Item
from readerstudy.studies.protocol.shorthands import CALL, PICK, RATING, VERDICT

_ASKS = {
    PICK: _("The real one"),
    CALL: _("Your call"),
    RATING: _("How realistic is it?"),
    VERDICT: _("Does the label fit?"),
}
_INSTEAD = _("What do you see instead?")
_OPTIONS = {
    CALL: {"real": pgettext_lazy("an image", "Real"), "synthetic": pgettext_lazy("an image", "Synthetic")},
    VERDICT: {
        "fits": pgettext_lazy("the label", "Fits"),
        "discrepant": pgettext_lazy("the label", "Discrepant"),
        "unsure": pgettext_lazy("the reader", "Unsure"),
    },
}


def task_ask(item: Item) -> str:
    """Return the question of an item that a task is short for."""
    # What a label is called is a word of the protocol.
    return str(_ASKS.get(item.name) or f"{_INSTEAD} {spoken(item.ask)}")


def task_options(item: Item) -> list[dict[str, str]]:
    """Return the options of a call or a verdict; of other items none."""
    return [{"value": value, "text": str(text)} for value, text in _OPTIONS.get(item.name, {}).items()]
