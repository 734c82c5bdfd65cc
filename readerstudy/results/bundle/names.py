"""The names in an unmasked bundle: sources as the protocol calls them, pseudonyms for images and trials."""

import hashlib
from dataclasses import dataclass, field
from typing import Protocol

from readerstudy.studies.models import Section, Study, TrialImage
from readerstudy.truth.models import Key, Source


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What the bundle says of one image of a trial. `real` is None where the bundle must not know."""

    image: str
    source: str
    alternative: str
    real: bool | None
    catch: bool
    label: dict[str, str]
    intended: dict[str, str] = field(default_factory=dict)


class Naming(Protocol):
    """How a bundle names what was shown."""

    masked: bool

    def trial(self, section: Section, number: int) -> str: ...

    def shown_in(self, section: Section) -> dict[int, Shown]:
        """What each trial image of a section is, by its key in the database."""


class Names:
    """Study-wide names, the same in every export of the study."""

    masked = False

    def __init__(self, study: Study) -> None:
        self.study = study
        self.sources = list(Source.objects.filter(study=study).order_by("position"))
        self._images = self._number_images()

    def _number_images(self) -> dict[str, str]:
        """Image pseudonyms in an order that tells nothing of import or source."""
        digests = TrialImage.objects.filter(trial__section__study=self.study).values_list(
            "image__digest", flat=True
        )
        salt = self.study.slug

        def rank(digest: str) -> str:
            return hashlib.sha256(f"{salt}/{digest}".encode()).hexdigest()

        unique = sorted(set(digests.iterator(5_000)), key=rank)
        width = max(4, len(str(len(unique))))
        return {digest: f"I{number:0{width}}" for number, digest in enumerate(unique, start=1)}

    def trial(self, section: Section, number: int) -> str:
        return f"T{number:03}"

    def shown_in(self, section: Section) -> dict[int, Shown]:
        keys = Key.objects.filter(trial_image__trial__section=section).select_related(
            "trial_image__image", "provenance__source"
        )
        return {key.trial_image_id: self._shown(key) for key in keys.iterator(2_000)}

    def _shown(self, key: Key) -> Shown:
        source = key.provenance.source
        return Shown(
            image=self._images[key.trial_image.image.digest],
            source=source.name,
            alternative=key.alternative,
            real=source.kind == "real",
            catch=key.catch,
            label=key.trial_image.label,
            intended=key.provenance.labels,
        )
