"""Find readers who know images of their study from elsewhere, also since they accepted.

Nobody is refused for what they learn later: an import that was refused because somebody reads the image would
tell them that it is among those they read. It is counted, for owners and for the report.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from django.db.models import BigIntegerField, CharField, Value

from readerstudy.accounts.models import User
from readerstudy.reading.models import Response, Slot
from readerstudy.studies.models import Enrolment, Role, Section, Study
from readerstudy.studies.models.enrolment import STAFF
from readerstudy.truth.known_images import telling
from readerstudy.truth.models import DisclosureRequest, Provenance, SeenFile
from readerstudy.truth.same_films import same_films, showing

#: Images by study, by person or by place.
Images = Mapping[int, set[int]]
#: What `person` of an enrolment reads.
PERSON = ("user", "invitation__claim__by")


def known_elsewhere(study: Study, among: Iterable[Enrolment] | None = None) -> dict[int, int]:
    """How many images that count at their place each reader knows from elsewhere, by enrolment.

    Of another study's sources as its staff, by its feedback as its reader, or disclosed in an emergency.
    Readers who know none are left out. `among` is everybody in the study, where a page has them already.
    """
    shared, disclosed = _shown_elsewhere(study)
    if not shared and not disclosed:
        return {}
    everybody = Enrolment.objects.filter(study=study).select_related(*PERSON) if among is None else among
    readers = _readers(everybody)
    if not readers:
        return {}
    known = _known(shared, disclosed, list(readers.values()))
    if not known:
        return {}
    here, shown = _here(study), _shown(study, [place for _, place in readers])
    found = {
        pk: {here.get(image, image) for image in known[reader.pk]} & shown[place]
        for (pk, place), reader in readers.items()
    }
    return {pk: len(images) for pk, images in found.items() if images}


def _shown_elsewhere(study: Study) -> tuple[Images, set[tuple[str, int]]]:
    """The images that other studies have of this one, by study, and those disclosed, by address."""
    mine = Provenance.objects.filter(source__study=study).values("image")
    others = showing(mine).exclude(source__study=study)
    told = DisclosureRequest.objects.filter(disclosure__isnull=False, trial_image__image__in=same_films(mine))
    nobody, nowhere = Value("", output_field=CharField()), Value(0, output_field=BigIntegerField())
    rows = (
        others.order_by()
        .annotate(address=nobody)
        .values_list("source__study", "image", "address")
        .union(
            told.order_by().annotate(nowhere=nowhere).values_list("nowhere", "trial_image__image", "email")
        )
    )
    shared: dict[int, set[int]] = defaultdict(set)
    disclosed = set()
    for other, image, email in rows:
        if email:
            disclosed.add((email, image))
        else:
            shared[other].add(image)
    return shared, disclosed


def _here(study: Study) -> dict[int, int]:
    """The images of other studies that show a film of this one in another canvas, each as it is here."""
    mine = SeenFile.objects.filter(provenance__source__study=study).exclude(original="")
    rows = list(
        SeenFile.objects.filter(original__in=mine.values("original")).values_list(
            "original", "provenance__image", "provenance__source__study"
        )
    )
    own = {film: image for film, image, of in rows if of == study.pk}
    ours = {image for _, image, of in rows if of == study.pk}
    return {image: own[film] for film, image, _ in rows if image not in ours}


def _readers(everybody: Iterable[Enrolment]) -> dict[tuple[int, int], User]:
    """The people who read the study, also those who left it, by enrolment and place."""
    return {
        (one.pk, one.own_place): one.person
        for one in everybody
        if one.role == Role.READER and not one.virtual and not one.program and one.person is not None
    }


def _known(shared: Images, disclosed: Iterable[tuple[str, int]], readers: Iterable[User]) -> Images:
    """The images that people know from other studies or from emergencies, by person."""
    known: dict[int, set[int]] = defaultdict(set)
    by_email = {reader.email.lower(): reader.pk for reader in readers}
    people = set(by_email.values())
    parts = Enrolment.objects.filter(study__in=shared).accepted().select_related("study", *PERSON)
    reading = {}
    for part in parts:
        if part.person is None or part.person.pk not in people:
            continue
        if part.role in STAFF or part.study.rehearses_id is not None:
            known[part.person.pk] |= shared[part.study_id]
        if part.role == Role.READER:
            reading[part.pk] = part.person.pk
    for part_pk, image in _told(shared, reading):
        known[reading[part_pk]].add(image)
    for email, image in disclosed:
        if email in by_email:
            known[by_email[email]].add(image)
    return known


def _told(shared: Images, reading: Collection[int]) -> Iterable[tuple[int, int]]:
    """Of which images the feedback of other studies told their readers, by enrolment."""
    if not reading:
        return ()
    sections = telling(Section.objects.filter(study__in=shared))
    answered = Response.objects.filter(presentation__section__in=sections, enrolment__in=reading)
    return answered.values_list("enrolment", "presentation__slots__trial_image__image")


def _shown(study: Study, places: Iterable[int]) -> Images:
    """The images that count, by place."""
    slots = Slot.objects.filter(
        presentation__section__study=study,
        presentation__section__practice=False,
        presentation__place__in=places,
    )
    shown: dict[int, set[int]] = defaultdict(set)
    for place, image in slots.values_list("presentation__place", "trial_image__image"):
        shown[place].add(image)
    return shown
