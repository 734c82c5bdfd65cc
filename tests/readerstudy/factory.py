"""Studies for tests, made by the platform's own verbs from random pixels, with personas everybody knows.

alice owns, carl coordinates, anna analyses, rita and ron read.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any
from uuid import uuid4

import numpy as np
from django.db import transaction
from django.test import Client
from numpy.typing import NDArray

from readerstudy.accounts.models import User
from readerstudy.audit.record import record
from readerstudy.imaging.canvas import Canvas
from readerstudy.imaging.models import Image
from readerstudy.imaging.normalise import digest_of
from readerstudy.imaging.packs import pack_images
from readerstudy.imaging.storage import write_buffers
from readerstudy.reading.acknowledge import be_briefed, consent
from readerstudy.reading.answer import Answer, Point, Said
from readerstudy.reading.checks import Screen
from readerstudy.reading.checks.conditions import is_asked
from readerstudy.reading.fill_questionnaire import fill_questionnaire
from readerstudy.reading.hand_in import hand_in
from readerstudy.reading.readers import reading_of
from readerstudy.reading.respond import Accepted, respond
from readerstudy.reading.screens import screen_of
from readerstudy.reading.steps import document_of
from readerstudy.reading.walk import Walk
from readerstudy.studies.create import create_study
from readerstudy.studies.invite import arm_at, place_of
from readerstudy.studies.lead import make_leader
from readerstudy.studies.models import Enrolment, Role, Study
from readerstudy.studies.protocol import Item, ProtocolDocument, parse_protocol
from readerstudy.truth.allocate import allocate
from readerstudy.truth.blinding.audit import keep_audit
from readerstudy.truth.blinding.gate import images_digest
from readerstudy.truth.lock import lock_study
from readerstudy.truth.sources import Origin, add_images, source_of
from tests.readerstudy.people import PASSWORD

AUDIT: dict[str, object] = {
    "sentence": "Random pixels need no audit.",
    "features": [],
    "originals": [],
    "detectability": {"auc": {"estimate": 0.5, "low": 0.4, "high": 0.6}},
}

STUDY = """
[study]
title = "Knees"
seed = 7
readers = 2
places = 4
consent = "I agree that my answers are kept."
instructions = "Look at all images."
{study}
[canvas]
width = 16
height = 24
bits = {bits}
[[sources]]
name = "hospital-canary"
kind = "real"
[[sources]]
name = "checkpoint-canary"
kind = "synthetic"
[[sources]]
name = "gan-canary"
kind = "synthetic"
[margins]
{more}
"""

QUARTETS = """
[[sections]]
name = "triples"
task = "pick_real"
trials = {trials}
compose = {{ hospital-canary = 1, checkpoint-canary = 1, gan-canary = 1 }}
rate = true
"""
CALLS = """
[[sections]]
name = "calls"
task = "call"
trials = 4
compose = { hospital-canary = 2, checkpoint-canary = 2 }
confidence = 3
"""
RATES = """
[[sections]]
name = "rates"
task = "rate"
trials = 3
compose = { hospital-canary = 1, checkpoint-canary = 1, gan-canary = 1 }
"""
CHECKS = """
[[sections]]
name = "checks"
task = "check_label"
trials = 4
compose = { hospital-canary = 2, checkpoint-canary = 2 }
labels = ["grade"]
"""
PRACTICE = """
[[sections]]
name = "warm-up"
task = "pick_real"
trials = 2
compose = { hospital-canary = 1, checkpoint-canary = 1 }
practice = true
"""


def protocol_text(
    *,
    sections: str = "",
    more: str = "",
    study: str = "",
    bits: int = 8,
    title: str = "Knees",
    trials: int = 3,
) -> str:
    """A protocol of one section of triples, unless told otherwise."""
    body = sections or QUARTETS.format(trials=trials)
    return STUDY.format(study=study, bits=bits, more=more) + body


def a_user(name: str) -> User:
    """A persona, made once."""
    email = f"{name}@example.org"
    found = User.objects.filter(email=email).first()
    return found or User.objects.create_user(email, PASSWORD, name=name.capitalize())


def a_leader(name: str) -> User:
    """A persona who may create studies."""
    person = a_user(name)
    make_leader(person, by=User.objects.operator())
    return person


Draw = Callable[[Canvas, np.random.Generator], NDArray[Any]]


def noise(canvas: Canvas, generator: np.random.Generator) -> NDArray[Any]:
    return generator.integers(0, canvas.white + 1, canvas.shape).astype(canvas.dtype)


def shades(canvas: Canvas, generator: np.random.Generator, *, most: int) -> NDArray[Any]:
    """Few greys, in some images fewer than in others, so that they are packed into different lengths."""
    count = generator.integers(2, most)
    return (canvas.white // 2 + generator.integers(0, count, canvas.shape)).astype(canvas.dtype)


def random_images(document: ProtocolDocument, count: int, seed: int, draw: Draw = noise) -> list[Image]:
    canvas = document.canvas
    generator = np.random.default_rng(seed)
    rows, buffers = [], []
    for _ in range(count):
        pixels = draw(canvas, generator).tobytes()
        digest = digest_of(pixels, canvas)
        image = Image.in_canvas(canvas, digest)
        rows.append(image)
        buffers.append((image.key, pixels))
    write_buffers(buffers)
    return Image.objects.bulk_create(rows)


Labels = Callable[[str, int], dict[str, str]]


def graded(source: str, number: int) -> dict[str, str]:
    """The labels of an image, by its source and its number there."""
    return {"grade": str(number % 5)}


def a_planned_study(
    text: str = "",
    *,
    slug: str = "knees",
    owner: str = "alice",
    labels: Labels = graded,
    packed: bool = False,
) -> Study:
    """A study with protocol, images, plan and a passed audit, not locked yet; `packed`: of shades, packed."""
    alice = a_leader(owner)
    study = create_study(text or protocol_text(), by=alice, slug=slug)
    document = parse_protocol(study.protocol.text)
    for number, declared in enumerate(document.sources):
        seed = sum(map(ord, slug)) * 10 + number
        count = document.images_needed(declared.name) + 1
        # One source's images are packed into fewer bytes than another's.
        draw = partial(shades, most=4 + 16 * number) if packed else noise
        images = random_images(document, count, seed, draw)
        if packed:
            pack_images(images, scope=str(study.uuid))
        origins = [
            Origin(image=image, labels=labels(declared.name, i), group=f"g{seed}-{i}")
            for i, image in enumerate(images)
        ]
        add_images(source_of(study, declared.name), origins, by=alice)
    allocate(study, by=alice)
    keep_audit(study, images_digest(study), True, AUDIT, by=alice)
    return study


@dataclass
class Locked:
    """A locked study and the people in it."""

    study: Study
    owner: User
    people: dict[str, User] = field(default_factory=dict)

    def afresh(self) -> "Locked":
        """The same study for one more test, with nothing remembered from another."""
        return replace(self, study=Study.objects.get(pk=self.study.pk), people=dict(self.people))

    @property
    def document(self) -> ProtocolDocument:
        return self.study.lock.protocol.document

    def reading(self, name: str) -> Enrolment:
        """A reader's enrolment as the platform would look it up now."""
        return reading_of(self.people[name], self.study.slug)

    def client(self, name: str, **how: object) -> Client:
        """A browser in which a persona has signed in."""
        client = Client(**how)  # type: ignore[arg-type]
        client.force_login(self.people[name], backend="readerstudy.accounts.backend.Backend")
        return client


def a_locked_study(
    text: str = "",
    *,
    slug: str = "knees",
    owner: str = "alice",
    readers: tuple[str, ...] = ("rita", "ron"),
    coordinator: str = "carl",
    analyst: str = "anna",
    briefed: bool = True,
    labels: Labels = graded,
    packed: bool = False,
) -> Locked:
    """A study that is being read: its readers have done everything before the first image if `briefed`."""
    study = a_planned_study(text, slug=slug, owner=owner, labels=labels, packed=packed)
    alice = a_leader(owner)
    lock_study(study, by=alice, reason="ready")
    made = Locked(study=Study.objects.get(pk=study.pk), owner=alice, people={owner: alice})
    for name, role in ((coordinator, Role.COORDINATOR), (analyst, Role.ANALYST)):
        made.people[name] = a_user(name)
        one = Enrolment.objects.create(study=study, user=made.people[name], role=role, invited_by=alice)
        record(study.scope, "staff invited", by=alice, on=one, particulars={"role": role})
    for place, name in enumerate(readers, start=1):
        enrol(made, name, place)
        if briefed:
            brief(made.reading(name))
    return made


def enrol(made: Locked, name: str, place: int) -> Enrolment:
    made.people[name] = a_user(name)
    enrolment = Enrolment.objects.create(
        study=made.study,
        user=made.people[name],
        role=Role.READER,
        place=place,
        arm=arm_at(made.study, place),
        pseudonym=f"R{place:02}",
        invited_by=made.owner,
    )
    how = {"by": made.owner, "on": enrolment, "particulars": place_of(enrolment)}
    record(made.study.scope, "reader enrolled", **how)  # type: ignore[arg-type]
    return enrolment


def brief(enrolment: Enrolment) -> None:
    """Go through every step before reading."""
    reader = enrolment.person
    assert reader is not None
    consent(enrolment, by=reader)
    questions = document_of(enrolment).questions
    answers = {q.name: q.options[0] if q.options else "7" for q in questions}
    fill_questionnaire(enrolment, answers, by=reader)
    be_briefed(enrolment, by=reader)


Says = Callable[[Item, str | None, Screen], Said | None]


def usually(item: Item, slot: str | None, screen: Screen) -> Said | None:
    """An answer to an item of any kind, the same each time; optional ones are passed over."""
    if not item.required:
        return None
    points = {"mark": item.least or 1, "measure": 2 if item.what == "distance" else 3}.get(item.kind)
    values = {
        "scale": item.scale.points[0] if item.scale else None,
        "choice": next(iter(screen.options_of(item)), None),
        "choices": item.values[: max(item.least, 1)],
        "number": item.low or 0,
        "text": "Seen",
        "pick": screen.letters[:1] and screen.letters[0],
        "prefer": screen.letters[:1] and screen.letters[0],
        "rank": screen.letters,
    }
    sure = 1 if item.confidence else None
    return Said(
        item=item.name,
        slot=slot,
        value=values.get(item.kind),
        confidence=None if item.kind == "mark" else sure,
        points=tuple(Point(x=n, y=n * n, confidence=sure) for n in range(points)) if points else None,
    )


def said_of(screen: Screen, says: Says = usually) -> tuple[Said, ...]:
    """What is said to the items of a screen, the tasks' own apart; what is not asked is not answered."""
    given: dict[tuple[str, str | None], Said] = {}
    for item in screen.items.values():
        for slot in screen.slots_of(item):
            said = (
                None
                if item.task or not is_asked(item, slot, given, screen.letters)
                else says(item, slot, screen)
            )
            if said is not None:
                given[item.name, slot] = said
    return tuple(given.values())


def an_answer(enrolment: Enrolment, *, letter: str = "A", points: int = 3, says: Says = usually) -> Answer:
    """A whole answer to whatever the reader is to read now."""
    walk = Walk(enrolment)
    assert walk.current is not None
    screen = screen_of(walk.current, walk.document, enrolment.study.lock.plan_digest)
    if not screen.letters:
        return Answer(items=said_of(screen, says))
    section, task = screen.section, screen.section.task
    return Answer(
        items=said_of(screen, says),
        pick=letter if task == "pick_real" else None,
        ratings=dict.fromkeys(screen.letters, points) if section.rate or task == "rate" else {},
        call="synthetic" if task == "call" else None,
        confidence=2 if section.confidence else None,
        verdict="fits" if task == "check_label" else None,
    )


def answer_next(
    enrolment: Enrolment, *, letter: str = "A", points: int = 3, says: Says = usually
) -> Accepted:
    """Answer what is to be read now, through the verb."""
    current = Walk(enrolment).current
    reader = enrolment.person
    assert current is not None
    assert reader is not None
    answer = an_answer(enrolment, letter=letter, points=points, says=says)
    return respond(enrolment, current.token, answer, by=reader, client_uuid=uuid4())


def read_everything(enrolment: Enrolment, says: Says = usually) -> Iterator[Accepted]:
    """Answer until nothing is open, handing sections in where that is asked for."""
    while True:
        walk, reader = Walk(enrolment), enrolment.person
        if walk.to_hand_in is not None and reader is not None:
            hand_in(enrolment, walk.to_hand_in.section, by=reader)
        elif walk.current is None:
            return
        else:
            yield answer_next(enrolment, says=says)


@contextmanager
def kept_for_a_module(blocker: AbstractContextManager[None]) -> Iterator[None]:
    """Rows that the tests of a module share: each test rolls back to them, the module rolls them back."""
    with blocker, transaction.atomic():
        yield
        transaction.set_rollback(True)
