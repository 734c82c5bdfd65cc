"""Problems with screens that readers reported. A masked bundle omits them: they may reveal the truth."""

from collections.abc import Iterator
from typing import Any

from readerstudy.reading.models import Concern
from readerstudy.results.bundle.names import Names, Shown
from readerstudy.studies.models import Study

FILE = "concerns.csv"
COLUMNS = ("section", "reader", "trial", "order", "image", "source", "kind", "text")


def concern_rows(study: Study, names: Names) -> Iterator[dict[str, Any]]:
    """One row a concern, in the order of reading; image and source where one image is meant."""
    rows = Concern.objects.filter(enrolment__study=study, presentation__section__practice=False)
    rows = rows.exclude(enrolment__withdrawal__keep_answers=False)
    ordered = rows.order_by(
        "presentation__section__position", "enrolment__place", "presentation__order", "pk"
    )
    shown: dict[int, dict[int, Shown]] = {}
    for row in ordered.select_related("enrolment", "slot", "presentation__section", "presentation__trial"):
        section = row.presentation.section
        if section.pk not in shown:
            shown[section.pk] = names.shown_in(section)
        meant = shown[section.pk].get(row.slot.trial_image_id) if row.slot else None
        trial = names.trial(section, row.presentation.trial.number)
        yield {
            "section": section.name,
            "reader": row.enrolment.pseudonym,
            "trial": f"{trial}-again" if row.presentation.repeats_id else trial,
            "order": row.presentation.order,
            "image": meant.image if meant else "",
            "source": meant.source if meant else "",
            "kind": row.kind,
            "text": row.text,
        }
