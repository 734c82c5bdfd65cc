"""Judge a screen by what the protocol asks and by what the reader could see on it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from readerstudy.accounts.models import User
from readerstudy.audit.record import record
from readerstudy.reading.display_chart import CHART_LEVELS, attempts_made, read_right
from readerstudy.reading.readers import require_open
from readerstudy.reading.steps import document_of
from readerstudy.studies.models import Enrolment

# Of the digits of a chart, this share has to be read. A guess at each passes four times in a thousand.
SHARE_SEEN = 2 / 3


@dataclass(frozen=True, kw_only=True)
class DisplayVerdict:
    """Whether a screen passed, and in words what is wrong with it."""

    passed: bool
    problems: tuple[str, ...]
    refused: bool
    measured: Mapping[str, Any]

    def as_dict(self) -> dict[str, Any]:
        return {"passed": self.passed, "refused": self.refused, "problems": list(self.problems)}

    def kept(self) -> dict[str, Any]:
        """Return what is stored: no sentence, because sentences are in the reader's language."""
        return {**self.measured, "passed": self.passed, "refused": self.refused}


@transaction.atomic
def check_display(enrolment: Enrolment, given: Mapping[str, Any], *, by: User) -> DisplayVerdict:
    """The verdict on a screen. Each attempt is recorded; the next sitting in this session refers to it."""
    require_open(enrolment)
    display = document_of(enrolment).display
    # Two verdicts at once on the same digits would tell more of them than one.
    enrolment.await_turn()
    measured = {**_measured(enrolment, given), "attempt": attempts_made(enrolment) + 1}
    problems = tuple(_problems(measured, display.min_width_px, display.min_height_px))
    verdict = DisplayVerdict(
        passed=not problems,
        problems=problems,
        refused=bool(problems) and display.if_failed == "refuse",
        measured=measured,
    )
    record(
        enrolment.stream,
        "display checked",
        by=by,
        on=enrolment,
        particulars={**measured, "passed": verdict.passed},
    )
    return verdict


def _measured(enrolment: Enrolment, given: Mapping[str, Any]) -> dict[str, Any]:
    """What was sent, with the number of digits that were read instead of the digits."""
    measured = {name: value for name, value in given.items() if name not in ("attempt", *CHART_LEVELS)}
    if "cannot" not in given:
        measured |= read_right(enrolment, given["attempt"], given)
    if "mm_per_px" in given and "distance_mm" in given:
        degree_mm = 2 * given["distance_mm"] * math.tan(math.radians(0.5))
        measured["px_per_degree"] = round(degree_mm / given["mm_per_px"], 2)
    return measured


def _problems(measured: Mapping[str, Any], min_width_px: int, min_height_px: int) -> list[str]:
    found = []
    width, height = measured["viewport_width"], measured["viewport_height"]
    if width < min_width_px or height < min_height_px:
        found.append(
            _(
                "The window is {width} × {height} pixels; the study requires {min_width} × {min_height}. "
                "Make it larger or use a larger screen."
            ).format(width=width, height=height, min_width=min_width_px, min_height=min_height_px)
        )
    if "cannot" in measured:
        return [*found, _("The check of the screen was left out.")]
    remedy = _(
        "Darken the room, raise the brightness of the screen, and turn off night mode and other filters."
    )
    for name, sentence in (
        ("dark", _("Of the {shown} digits on black you read {seen}.")),
        ("grey", _("Of the {shown} digits on grey you read {seen}.")),
        ("bright", _("Of the {shown} digits on white you read {seen}.")),
    ):
        seen, shown = measured[f"{name}_steps_seen"], measured[f"{name}_steps"]
        if seen < shown * SHARE_SEEN:
            found.append(f"{sentence.format(shown=shown, seen=seen)} {remedy}")
    if measured["ambient_light"] == "bright":
        found.append(_("The room is bright; close the blinds or turn off the lights behind you."))
    return found
