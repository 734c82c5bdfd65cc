"""The names in an unmasked bundle: sources as the protocol calls them, pseudonyms for images and trials."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Protocol

from readerstudy.studies.models import Section, Study
from readerstudy.studies.protocol import SectionDocument
from readerstudy.truth.models import Key, Source
from readerstudy.truth.pseudonyms import Pseudonyms


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What the bundle says of one image of a trial. `real` is None where the bundle must not know.

    `screen` is the kind of screen that it stands on, "" where there is one kind.
    """

    image: str
    source: str
    alternative: str
    real: bool | None
    catch: bool
    label: dict[str, str]
    intended: dict[str, str] = field(default_factory=dict)
    screen: str = ""


def in_bundle(section: SectionDocument, *, masked: bool) -> bool:
    """Whether a bundle has the answers of a section.

    Under a staircase that ends after so many turns, the number of answers tells how often their reader was
    right, so they wait for the unblinding.
    """
    return not section.practice and not (masked and section.length_tells)


def sections_in_bundle(study: Study, *, masked: bool, only: Collection[str] = ()) -> list[Section]:
    """The sections whose answers a bundle has, in the order of the protocol; of `only`, if it names any."""
    protocol = study.protocol.document
    found = Section.objects.filter(study=study, practice=False).order_by("position")
    return [
        section
        for section in found
        if in_bundle(protocol.section(section.name), masked=masked) and (not only or section.name in only)
    ]


class Naming(Protocol):
    masked: bool
    #: The sections of the bundle; empty where it has all.
    only: Collection[str]

    def trial(self, section: Section, number: int) -> str: ...

    def leaves_out(self, section: Section, number: int) -> bool:
        """Whether a trial of a section has no place in the bundle."""

    def shown_in(self, section: Section) -> dict[int, Shown]:
        """What each trial image of a section is, by its key in the database."""


class Names:
    """Study-wide names, the same in every export of the study and in its plan."""

    masked = False

    def __init__(self, study: Study, *, only: Collection[str] = ()) -> None:
        self.study = study
        self.only = only
        self.sources = list(Source.objects.filter(study=study).order_by("position"))
        self._pseudonyms = Pseudonyms(study)

    def trial(self, section: Section, number: int) -> str:
        return self._pseudonyms.trial(section.name, number)

    def leaves_out(self, section: Section, number: int) -> bool:
        return False

    def shown_in(self, section: Section) -> dict[int, Shown]:
        rows = Key.objects.filter(trial_image__trial__section=section).values_list(
            "trial_image_id",
            "provenance__source__name",
            "provenance__source__kind",
            # In a catch trial the pixels are spoiled; the name stays that of the image in the plan.
            "provenance__image__digest",
            "alternative",
            "catch",
            "trial_image__label",
            "provenance__labels",
            "screen",
        )
        return {
            pk: Shown(
                image=self._pseudonyms.image(digest),
                source=source,
                alternative=alternative,
                real=kind == "real",
                catch=catch,
                label=label,
                intended=intended,
                screen=screen,
            )
            for pk, source, kind, digest, alternative, catch, label, intended, screen in rows.iterator(2_000)
        }
