"""Names that leave the platform: pseudonyms for images and trials, and masks for sources."""

import hashlib
from dataclasses import dataclass

from django.conf import settings
from django.utils.crypto import salted_hmac

from readerstudy.studies.models import Section, Study, TrialImage
from readerstudy.truth.models import Key, Source


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What the bundle says of one image of a trial."""

    image: str
    source: str
    alternative: str
    real: bool
    catch: bool
    label: dict[str, str]
    intended: dict[str, str]


class Names:
    """Study-wide names, the same in every export of the study."""

    def __init__(self, study: Study, *, masked: bool) -> None:
        self.study, self.masked = study, masked
        self.sources = list(Source.objects.filter(study=study).order_by("position"))
        self._masks = self._make_masks()
        self._images = self._number_images()

    def _make_masks(self) -> dict[str, str]:
        """A, B, C … in an order that nobody without the server's secret can tell."""

        def rank(source: Source) -> str:
            named = f"{self.study.pk}/{source.name}"
            return salted_hmac("readerstudy.mask", named, secret=settings.ELDEST_SECRET_KEY).hexdigest()

        ordered = sorted(self.sources, key=rank)
        return {source.name: chr(ord("A") + index) for index, source in enumerate(ordered)}

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

    def source(self, name: str) -> str:
        return self._masks[name] if self.masked else name

    def image(self, digest: str) -> str:
        return self._images[digest]

    @staticmethod
    def trial(number: int, *, again: bool = False) -> str:
        return f"T{number:03}-again" if again else f"T{number:03}"

    def shown_in(self, section: Section) -> dict[int, Shown]:
        """What each trial image of a section is, by its key in the database."""
        keys = Key.objects.filter(trial_image__trial__section=section).select_related(
            "trial_image__image", "provenance__source"
        )
        return {key.trial_image_id: self._shown(key) for key in keys.iterator(2_000)}

    def _shown(self, key: Key) -> Shown:
        source = key.provenance.source
        ordinal = key.alternative.removeprefix(source.name)
        return Shown(
            image=self.image(key.trial_image.image.digest),
            source=self.source(source.name),
            alternative=self.source(source.name) + ordinal,
            real=source.kind == "real",
            catch=key.catch,
            label=key.trial_image.label,
            intended=key.provenance.labels,
        )
