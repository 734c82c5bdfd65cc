"""What the viewer says of stacks and cines."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext


def film_words() -> dict[str, str | dict[str, str]]:
    """Return the words by the names under which the viewer asks for them."""
    return {
        "frame_at": _("{number} of {total}"),
        "frame_of": _("Frame {number} of {total}"),
        "slice_of": _("Slice {number} of {total}"),
        "play": pgettext("verb: a film", "Play"),
        "pause_film": pgettext("verb: a film", "Pause"),
        "per_second": pgettext("frames", "{rate} a second"),
    }
