"""What stands on a virtual reader's screen, with the truth about it."""

from collections import defaultdict

from readerstudy.reading.models import Presentation, Slot
from readerstudy.reading.screens import label_choices
from readerstudy.studies.models import Enrolment, Study
from readerstudy.truth.judged import origin_of
from readerstudy.truth.models import Key
from readerstudy.truth.virtual.reader import Screen, Seen


class Screens:
    """All screens of one place of the plan, by presentation token."""

    def __init__(self, enrolment: Enrolment) -> None:
        study = enrolment.study
        self._lock = study.lock
        self._document = study.lock.protocol.document
        self._keys = _keys(study)
        self._slots: dict[int, list[Slot]] = defaultdict(list)
        slots = Slot.objects.filter(
            presentation__place=enrolment.own_place, presentation__section__study=study
        )
        for slot in slots.select_related("trial_image").order_by("position"):
            self._slots[slot.presentation_id].append(slot)
        shown = Presentation.objects.of(enrolment).select_related("section", "trial")
        self._shown = {presentation.token: presentation for presentation in shown}
        self._totals: dict[int, int] = defaultdict(int)
        for presentation in self._shown.values():
            section = presentation.section_id
            self._totals[section] = max(self._totals[section], presentation.order)

    def screen(self, token: str, exposure_ms: int = 0) -> Screen:
        shown = self._shown[token]
        document = self._document.section(shown.section.name)
        slots = [slot for slot in self._slots[shown.pk] if not slot.is_reference]
        keys = {slot.letter: self._keys[slot.trial_image_id] for slot in slots}
        choices = label_choices(shown.section, document, self._lock.plan_digest)
        return Screen(
            protocol=self._document,
            section=document,
            trial=f"{shown.section.name}/{shown.trial.number}",
            catch=any(key.catch for key in keys.values()),
            progress=shown.order / self._totals[shown.section_id],
            exposure_ms=exposure_ms,
            images={
                slot.letter: Seen(
                    image=str(slot.trial_image_id),
                    label=slot.trial_image.label,
                    origin=origin_of(keys[slot.letter]),
                )
                for slot in slots
            },
            choices={name: frozenset(values) for name, values in choices.items()},
        )


def _keys(study: Study) -> dict[int, Key]:
    keys = Key.objects.filter(trial_image__trial__section__study=study).select_related("provenance__source")
    return {key.trial_image_id: key for key in keys}
