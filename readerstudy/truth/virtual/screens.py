"""What stands on a virtual reader's screen, with the truth about it."""

from collections import defaultdict

from readerstudy.reading.models import Slot
from readerstudy.studies.models import Enrolment, Study
from readerstudy.truth.models import Key
from readerstudy.truth.virtual.mind import Screen, Seen


class Screens:
    """All screens of one place of the plan, by presentation token."""

    def __init__(self, enrolment: Enrolment) -> None:
        study = enrolment.study
        self._document = study.lock.protocol.document
        self._keys = _keys(study)
        self._slots: dict[str, list[Slot]] = defaultdict(list)
        self._totals: dict[int, int] = defaultdict(int)
        rows = (
            Slot.objects.filter(presentation__place=enrolment.own_place, presentation__section__study=study)
            .select_related("presentation__section", "presentation__trial", "trial_image")
            .order_by("presentation_id", "position")
        )
        self._choices: dict[int, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        for slot in rows:
            self._slots[slot.presentation.token].append(slot)
            section = slot.presentation.section_id
            for name, value in slot.trial_image.label.items():
                self._choices[section][name].add(value)
            self._totals[section] = max(self._totals[section], slot.presentation.order)

    def screen(self, token: str) -> Screen:
        slots = self._slots[token]
        shown = slots[0].presentation
        keys = {slot.letter: self._keys[slot.trial_image_id] for slot in slots}
        return Screen(
            section=self._document.section(shown.section.name),
            trial=f"{shown.section.name}/{shown.trial.number}",
            catch=any(key.catch for key in keys.values()),
            progress=shown.order / self._totals[shown.section_id],
            images={
                slot.letter: Seen(
                    image=str(slot.trial_image_id),
                    source=keys[slot.letter].provenance.source.name,
                    real=keys[slot.letter].provenance.source.kind == "real",
                    label=slot.trial_image.label,
                )
                for slot in slots
            },
            points=self._document.scale.points,
            choices={name: frozenset(values) for name, values in self._choices[shown.section_id].items()},
        )


def _keys(study: Study) -> dict[int, Key]:
    keys = Key.objects.filter(trial_image__trial__section__study=study).select_related("provenance__source")
    return {key.trial_image_id: key for key in keys}
