"""Warn of what reveals the truth to readers although the pixels pass the blinding audit.

Images that can be found or made elsewhere, labels that only one kind has, patients known from practice.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping

from readerstudy.studies.models import Section, Study
from readerstudy.truth.models import Key, Kind, Provenance
from readerstudy.truth.told_seeds import told_before

PUBLIC = (
    "Source {name!r} is public: a reader can look up its images and recognise them. "
    "Use unpublished images, or report it as a limitation."
)
OPEN_SEED = (
    "The manifests of {names} contain the seeds of their images: anybody with the checkpoint can generate "
    "these images again and recognise them. Generate the images for this study instead (Playground, or "
    "manage.py generate_synthetic --study), which draws a secret seed."
)
TOLD_SEED = (
    "The images of {names} were generated for a study that was unblinded before this copy was made, and "
    "its bundle tells their seed: anybody with the checkpoint can generate them again and recognise them. "
    "Generate new images for this study."
)
LABEL = (
    "Section {section!r} shows the label {name!r}, and {how}: it tells readers the truth. Use the same "
    "spelling in all sources, and choose images with the same values."
)
PATIENTS = (
    "Practice with feedback shows {patients} whose other images are in counting sections: readers may "
    "recognise them. Import images of more patients, or plan fewer trials."
)
#: A label with more values is a measurement: its values differ, so only how they are written is compared.
MOST_VALUES = 10
MOST_NAMED = 3


def recognisable(study: Study) -> list[str]:
    """A sentence for each source, label or group of patients that tells readers more than it should."""
    public = [source.name for source in study.protocol.document.sources if source.public]
    seeded = Provenance.objects.filter(source__study=study, seed__isnull=False).order_by("source__position")
    names = dict.fromkeys(seeded.values_list("source__name", flat=True))
    told = told_before(study)
    return [
        *(PUBLIC.format(name=name) for name in public),
        *([OPEN_SEED.format(names=", ".join(map(repr, names)))] if names else []),
        *([TOLD_SEED.format(names=", ".join(map(repr, told)))] if told else []),
        *_labels(study),
        *_patients(study),
    ]


def _labels(study: Study) -> Iterator[str]:
    """Labels shown for checking that differ between real and synthetic images, as the plan shows them."""
    for section in Section.objects.filter(study=study).order_by("position"):
        for name, by_kind in _values(section).items():
            how = _difference(by_kind[Kind.REAL], by_kind[Kind.SYNTHETIC])
            if how:
                yield LABEL.format(section=section.name, name=name, how=how)


def _values(section: Section) -> Mapping[str, Mapping[str, set[str]]]:
    """The values of each label by kind of image. A section that shows one kind alone has nothing to tell."""
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: {kind: set() for kind in Kind.values})
    rows = Key.objects.filter(trial_image__trial__section=section, catch=False)
    columns = "trial_image__label", "provenance__source__kind"
    for label, kind in rows.values_list(*columns).iterator(2_000):
        for name, value in label.items():
            found[name][kind].add(str(value))
    return {name: by_kind for name, by_kind in found.items() if all(by_kind.values())}


def _difference(real: set[str], synthetic: set[str]) -> str:
    if len(real | synthetic) > MOST_VALUES:
        differ = _spellings(real) != _spellings(synthetic)
        return "its values are written differently beside real and synthetic images" if differ else ""
    only = {"real": real - synthetic, "synthetic": synthetic - real}
    parts = [
        f"{', '.join(map(repr, sorted(values)[:MOST_NAMED]))} {'stands' if len(values) == 1 else 'stand'} "
        f"beside {kind} images only"
        for kind, values in only.items()
        if values
    ]
    return " and ".join(parts)


def _spellings(values: set[str]) -> set[str]:
    """How values are written, whatever their numbers: 62.8 as 9.9, 07 as 07."""
    return {
        re.sub(r"\.\d+", lambda found: f".{len(found[0]) - 1}", re.sub(r"^\d+", "9", one)) for one in values
    }


def _patients(study: Study) -> Iterator[str]:
    shown = Key.objects.filter(trial_image__trial__section__study=study).exclude(provenance__group="")
    told, counting = (
        set(shown.filter(trial_image__trial__section__practice=practice).values_list("provenance__group"))
        for practice in (True, False)
    )
    both = len(told & counting)
    if both:
        yield PATIENTS.format(patients="1 patient" if both == 1 else f"{both} patients")
