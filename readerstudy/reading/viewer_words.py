"""What the viewer says: sent with the reading page, in the reader's language.

A page gets the words of its section's task alone, because they would tell of a later one. `{name}` is a blank
that the viewer fills in; a text with a number has a form for one and a form for more.
"""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from readerstudy.studies.models import Task

Text = str | dict[str, str]


def viewer_words(task: str) -> dict[str, Text]:
    """Return the words of a section, by the names under which the viewer asks for them."""
    words: dict[str, Text] = {
        **_around(),
        **_images(),
        **_reasons(),
        **_connection(),
        **_doors(),
        **_breaks(),
    }
    of_task = {
        Task.PICK_REAL: _pick_real,
        Task.CALL: _call,
        Task.RATE: _rate,
        Task.CHECK_LABEL: _check_label,
    }
    return {**words, **of_task[Task(task)]()} if task else words


def _around() -> dict[str, Text]:
    return {
        "count": _("{number} of {total}"),
        "trial": _("Trial {number} of {total}."),
        "image": _("Image {image}:"),
        "complete": _("Complete."),
        "saving": _("Saving…"),
        "saved": _("Saved"),
        "sending": _("Sending…"),
        "kept_in_page": _("Kept in this page"),
        "kept_here": _("Kept on this device"),
        "next_awaited": _("Answered. The next trial is being loaded."),
        "not_yet_seen": _("The images are not on the screen yet."),
        "still_under_way": _("Your last answer is still being sent. You can go back after that."),
    }


def _images() -> dict[str, Text]:
    return {
        "radiograph": _("Radiograph"),
        "radiograph_named": _("Radiograph {image}"),
        "selected": pgettext("an image", "selected"),
        "window": _("Window: {preset}"),
        "window_given": pgettext("window", "preset"),
        "window_full": pgettext("window", "full range"),
        "window_spread": pgettext("window", "this image"),
        "window_hand": pgettext("window", "manual"),
        "linked": pgettext("images", "Linked"),
        "separate": pgettext("images", "Separate"),
        "rate_image": _("Rate the image."),
        "rating_open": _("Not rated yet: {images}."),
        "how_realistic": _("How realistic is the image?"),
        "how_realistic_named": _("How realistic is image {image}?"),
        "how_realistic_with": _("How realistic is it? With {key}"),
    }


def _reasons() -> dict[str, Text]:
    return {
        "reasons": _("Reasons"),
        "why": _("Why?"),
        "back_to_rating": _("back to the rating"),
        "show_spot": _("Mark a spot"),
        "a_spot": _("a spot"),
        "spot_how": _("Then click on the image to show where, or press {key} for its middle."),
        "spot_given": _("spot marked."),
        "spot_removed": _("spot removed."),
        "reason_first": _("Give a reason first (W); then X marks the spot."),
    }


def _connection() -> dict[str, Text]:
    return {
        "unreachable": _("The server cannot be reached."),
        "server_answered": _("The server answered {status}."),
        "cut_off": _("No connection to the server."),
        "kept_will_be": _("Your answers are kept on this device."),
        "kept_waiting": forms_of(
            "Your last answer is kept on this device and will be sent automatically.",
            "Your last {count} answers are kept on this device and will be sent automatically, in order.",
        ),
        "then_wait": _("You can continue when the connection is back; leave this page open if you can."),
        "then_this": _("You can finish this trial."),
        "then_more": forms_of(
            "You can continue: {count} more trial is already loaded.",
            "You can continue: {count} more trials are already loaded.",
        ),
        "page_alone": _(
            "No connection to the server, and no space on this device: your answers are kept in this page "
            "only. Leave it open until the connection is back."
        ),
    }


def _doors() -> dict[str, Text]:
    return {
        "begin": _("Begin"),
        "continue": _("Continue"),
        "not_taken": _("The server did not accept this answer"),
        "not_taken_continue": _("Continue with the current trial"),
        "closed": _("This study is closed"),
        "cannot_be_read": _("You cannot read this now"),
        "to_study": _("Go to the study"),
        "signed_out": _("You are signed out"),
        "signed_out_text": _("Your answers are kept. Sign in again to return to this trial as you left it."),
        "sign_in": _("Sign in"),
        "elsewhere": _("This study is open elsewhere"),
        "elsewhere_text": _(
            "You are reading it in another tab or on another computer. If you continue here, everything you "
            "answered there is kept and the other page stops."
        ),
        "read_here": _("Continue here"),
    }


def _breaks() -> dict[str, Text]:
    return {
        "section": _("Section {index}: {title}"),
        "trials": forms_of("This section has {count} trial.", "This section has {count} trials."),
        "practice": _("Practice"),
        "correct": _("Correct"),
        "incorrect": _("Incorrect"),
        "break": _("Time for a break"),
        "break_text": _("You have read {number} of {total}. Everything is saved; continue when you like."),
        "idle": _("Are you still there?"),
        "paused": _("Paused"),
        "paused_text": _("The images are covered and the clock has stopped. Everything is saved."),
    }


def _pick_real() -> dict[str, Text]:
    return {
        "question": _("Which one is the real radiograph?"),
        "question_one": _("Which one is the real radiograph?"),
        "mark_real": _("Mark the real one."),
        "this_is_real": _("This is the real one"),
        "marked_real": _("marked as the real one."),
        "marked": _("marked as real"),
    }


def _call() -> dict[str, Text]:
    return {
        "question": _("Is this radiograph real or synthetic?"),
        "question_one": _("Is this radiograph real or synthetic?"),
        "real_or_synthetic": _("Is it real or synthetic?"),
        "real": pgettext("an image", "Real"),
        "synthetic": pgettext("an image", "Synthetic"),
        "how_sure": _("How sure are you?"),
        "guessing": _("guessing"),
        "certain": _("certain"),
    }


def _rate() -> dict[str, Text]:
    return {
        "question": _("How realistic is each image?"),
        "question_one": _("How realistic is this image?"),
    }


def _check_label() -> dict[str, Text]:
    return {
        "question": _("Does the label fit the image?"),
        "question_one": _("Does the label fit the image?"),
        "does_it_fit": _("Does the label fit?"),
        "fits": pgettext("the label", "Fits"),
        "discrepant": pgettext("the label", "Discrepant"),
        "unsure": pgettext("the reader", "Unsure"),
        "say_whether": _("Say whether the label fits."),
        "say_instead": _("Say what you see instead."),
        "then_it_fits": _("That is what the label says; then it fits."),
        "instead": _("What do you see instead?"),
    }


def forms_of(one: str, other: str) -> dict[str, str]:
    """Return the forms for one and for more, as the browser's plural rules name them."""
    return {"one": ngettext(one, other, 1), "other": ngettext(one, other, 2)}
