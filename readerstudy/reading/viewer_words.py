"""What the viewer says: sent with the reading page, in the reader's language.

A page gets the words of its section's task alone, because they would tell of a later one. `{name}` is a blank
that the viewer fills in; a text with a number has a form for one and a form for more.
"""

from collections.abc import Callable, Collection

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from readerstudy.studies.models import Task

Text = str | dict[str, str]


def viewer_words(task: str, kinds: Collection[str] = (), *, rated: bool = False) -> dict[str, Text]:
    """Return the words of a section, by the names under which the viewer asks for them.

    `kinds` are those of the items that the section asks; `rated` is whether images are rated on the scale of
    the study.
    """
    parts = (_around, _keys, _images, _films, _answers, _reasons, _connection, _doors, _breaks)
    words: dict[str, Text] = {}
    for part in parts:
        words |= part()
    of_task: dict[str, Callable[[], dict[str, Text]]] = {
        Task.PICK_REAL: _pick_real,
        Task.CALL: _call,
        Task.RATE: _rate,
        Task.CHECK_LABEL: _check_label,
    }
    of_kind = {
        "choices": _counted,
        "number": _number,
        "text": _text,
        "rank": _rank,
        "mark": _pointing,
        "measure": _pointing,
    }
    for kind in kinds:
        words |= of_kind.get(kind, dict)()
    if rated:
        words |= {"rate_image": _("Rate the image."), "rating_open": _("Not rated yet: {images}.")}
    return {**words, **of_task.get(task, dict)()}


def _around() -> dict[str, Text]:
    return {
        "count": _("{number} of {total}"),
        "minutes_left": forms_of(
            "about {count} min left in this section", "about {count} min left in this section"
        ),
        "minutes_left_all": forms_of(
            "about {count} min left in this section, about {all} min in the whole study",
            "about {count} min left in this section, about {all} min in the whole study",
        ),
        "next": _("Next"),
        "screen_refused": _(
            "The browser did not allow the other screen. Allow it for this site, then try again."
        ),
        "trial": _("Trial {number} of {total}."),
        "image": _("Image {image}:"),
        "complete": _("Everything is answered."),
        "look_first": forms_of("You can answer in {count} s.", "You can answer in {count} s."),
        "time_left": forms_of("{count} s left to answer", "{count} s left to answer"),
        "time_over": _("The time to answer is over."),
        "saving": _("Saving…"),
        "saved": _("Saved"),
        "sending": _("Sending…"),
        "kept_in_page": _("Kept in this page"),
        "kept_here": _("Kept on this device"),
        "next_awaited": _("Answered. The next trial is being loaded."),
        "not_yet_seen": _("The images are not on the screen yet."),
        "still_under_way": _("Your last answer is still being sent. You can go back after that."),
    }


def _keys() -> dict[str, Text]:
    return {
        "key_press": _("Press the new key for “{tool}”."),
        "key_kept": _("{key} keeps its meaning. Press another key."),
        "key_taken": _("{key} is already “{tool}”. Press another key, or change that one first."),
        "keys_kept": _("Your keys are saved, here and in your other studies."),
        "keys_here": _("Your keys are kept on this device and will be sent when the server can be reached."),
    }


def _images() -> dict[str, Text]:
    return {
        "radiograph": _("Image"),
        "radiograph_named": _("Image {image}"),
        "reference": pgettext("an image to compare with", "Reference"),
        "chosen": pgettext("an image", "Chosen"),
        "which_image": _("Image that the questions are about"),
        "edge": _("Edge between the two images"),
        "window": _("Window: {preset}"),
        "window_given": pgettext("window", "preset"),
        "window_full": pgettext("window", "full range"),
        "window_spread": pgettext("window", "this image"),
        "window_hand": pgettext("window", "manual"),
        "corner_window": pgettext("window width and level", "W {width} L {level}"),
        "corner_zoom": _("Zoom {zoom}×"),
        "corner_life": _("Zoom {zoom}×, {life}× life size"),
        "corner_bar": _("{length} mm"),
    }


def _films() -> dict[str, Text]:
    """What the viewer says of stacks and cines."""
    return {
        "frame_at": _("{number} of {total}"),
        "frame_of": _("Frame {number} of {total}"),
        "slice_of": _("Slice {number} of {total}"),
        "play": pgettext("verb: a film", "Play"),
        "pause_film": pgettext("verb: a film", "Pause"),
        "per_second": pgettext("frames", "{rate} a second"),
    }


def _answers() -> dict[str, Text]:
    return {
        "open": _("Still open: {ask}"),
        "open_images": _("Still open: {ask} ({images})"),
        "optional": _("(optional)"),
        "how_sure": _("How sure are you?"),
        "how_sure_open": _("Say how sure you are."),
        "guessing": _("guessing"),
        "certain": _("certain"),
        "say_other": _("Write what you mean by “{option}”."),
        "taken_back": _("Answer removed."),
    }


def _reasons() -> dict[str, Text]:
    return {
        "reasons": _("Reasons"),
        "why": _("Add a reason"),
        "show_spot": _("Mark a spot"),
        "a_spot": _("a spot"),
        "spot_how": _("Then click on the image to show where, or press {key} for its middle."),
        "spot_given": _("spot marked."),
        "spot_removed": _("spot removed."),
        "reason_first": _("Give a reason first ({reason}); then {mark} marks the spot."),
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
        "break_text": _("You have read {number} of {total}. Your answers are kept; continue when you like."),
        "idle": _("Are you still there?"),
        "stop_here": _("Stop for today"),
        "stop_waiting": forms_of(
            "{count} answer has not reached the server yet. It is kept on this device and is sent as soon as "
            "there is a connection, also when you open this study here again. You can close the page.",
            "{count} answers have not reached the server yet. They are kept on this device and are sent as "
            "soon as there is a connection, also when you open this study here again. You can close the "
            "page.",
        ),
        "paused": _("Paused"),
        "paused_text": _("The images are covered and the clock has stopped. Your answers are kept."),
    }


def _pick_real() -> dict[str, Text]:
    return {
        "question": _("Which one is the real image?"),
        "question_one": _("Which one is the real image?"),
        "open_pick": _("Mark the real one."),
        "is_picked": _("{image} is the real one"),
        "is_marked": _("marked as the real one."),
    }


def _call() -> dict[str, Text]:
    return {
        "question": _("Is this image real or synthetic?"),
        "question_one": _("Is this image real or synthetic?"),
        "open_call": _("Is it real or synthetic?"),
    }


def _rate() -> dict[str, Text]:
    return {"question": _("How realistic is each image?"), "question_one": _("How realistic is this image?")}


def _check_label() -> dict[str, Text]:
    return {
        "question": _("Does the label fit the image?"),
        "question_one": _("Does the label fit the image?"),
        "open_verdict": _("Say whether the label fits."),
        "say_instead": _("Say what you see instead."),
        "then_it_fits": _("That is what the label says; then it fits."),
    }


def _counted() -> dict[str, Text]:
    return {
        "at_least": forms_of("Choose at least {count}.", "Choose at least {count}."),
        "at_most": forms_of("Choose at most {count}.", "Choose at most {count}."),
    }


def _number() -> dict[str, Text]:
    return {
        "no_number": _("Write a number, such as 12.5."),
        "number_allowed": _("Allowed: {limits}."),
        "not_set": pgettext("a slider", "not set"),
    }


def _text() -> dict[str, Text]:
    return {"characters": _("{number} of {total}")}


def _rank() -> dict[str, Text]:
    return {
        "rank_all": _("Put every image in order, the best first."),
        "rank_next": _("{image} comes next"),
        "rank_up": _("Move {image} up"),
        "rank_down": _("Move {image} down"),
    }


def _pointing() -> dict[str, Text]:
    return {
        **_counted(),
        "mark_first": _("Choose Mark, then click or tap the image."),
        "mark_how": _("Click or tap the image to add a mark."),
        "mark_number": _("Mark {number}; arrow keys move it"),
        "remove_mark": _("Remove mark {number}"),
        "marks_full": _("There are as many points as can be. Remove one to set another."),
        "marks_given": forms_of("{count} point set.", "{count} points set."),
        "points_left": forms_of(
            "Click or tap the image: {count} point is missing.",
            "Click or tap the image: {count} points are missing.",
        ),
        "same_points": _("Two points of a line are the same; move one."),
        "more_points": forms_of("{count} point is missing.", "{count} points are missing."),
    }


def forms_of(one: str, other: str) -> dict[str, str]:
    """Return the forms for one and for more, as the browser's plural rules name them."""
    return {"one": ngettext(one, other, 1), "other": ngettext(one, other, 2)}
