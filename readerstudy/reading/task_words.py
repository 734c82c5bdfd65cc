"""What a task asks, in the words of the page: the script of the page knows none of them."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from readerstudy.studies.language import spoken
from readerstudy.studies.protocol import Item
from readerstudy.studies.protocol.shorthands import CALL, PICK, RATING, VERDICT


def task_ask(item: Item) -> str:
    """Return the question of an item that a task is short for."""
    asks = {
        PICK: _("The real one"),
        CALL: _("Your call"),
        RATING: _("How realistic is it?"),
        VERDICT: _("Does the label fit?"),
    }
    instead = _("What do you see instead?")
    # What a label is called is a word of the protocol.
    return asks.get(item.name) or f"{instead} {spoken(item.ask)}"


def task_options(item: Item) -> list[dict[str, str]]:
    """Return the options of a call or a verdict; of other items none."""
    words = {
        CALL: {"real": pgettext("an image", "Real"), "synthetic": pgettext("an image", "Synthetic")},
        VERDICT: {
            "fits": pgettext("the label", "Fits"),
            "discrepant": pgettext("the label", "Discrepant"),
            "unsure": pgettext("the reader", "Unsure"),
        },
    }
    return [{"value": value, "text": text} for value, text in words.get(item.name, {}).items()]
