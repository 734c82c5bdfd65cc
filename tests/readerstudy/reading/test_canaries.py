"""A crawl over every address as a blinded reader finds none of what was planted."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from readerstudy.imaging.models import Envelope, Image, Packed
from readerstudy.reading.models import Slot
from readerstudy.reading.walk import Walk
from readerstudy.results.freeze import freeze_study
from readerstudy.truth import sources
from readerstudy.truth.models import Source
from tests.readerstudy import factory
from tests.readerstudy.factory import (
    CALLS,
    CHECKS,
    PRACTICE,
    QUARTETS,
    Locked,
    a_locked_study,
    answer_next,
    protocol_text,
    read_everything,
)
from tests.readerstudy.permissions.row import World, all_rows

# Keys of these tables begin where no other number of a page could be mistaken for one of them.
KEYED = (
    "imaging_image",
    "studies_trial",
    "studies_trialimage",
    "reading_presentation",
    "reading_slot",
    "truth_source",
    "truth_provenance",
    "truth_key",
)
FIRST_KEY = 7_654_300_000
PLANTED_KEY = re.compile(rb"76543\d{5}")
MODEL = "ddpm-canary-v9"
CHECKPOINT = "c0ffee" * 10
CANVAS = "width = 16\nheight = 24", "width = 32\nheight = 48"
TEXT = protocol_text(sections=PRACTICE + QUARTETS.format(trials=2) + CALLS + CHECKS).replace(*CANVAS)

COLOUR_CINE = 'mode = "colour"\nframes = 3\nplay = "cine"\nrate_hz = 20\n'


def plant_keys() -> None:
    with connection.cursor() as cursor:
        for table in KEYED:
            if connection.vendor == "sqlite":
                cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [table])
                cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, FIRST_KEY])
            else:
                cursor.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", [table, FIRST_KEY])


@pytest.fixture
def made(request: pytest.FixtureRequest, db: None, monkeypatch: pytest.MonkeyPatch) -> Locked:
    """A study with canaries: source names, model, checkpoint, keys of the database, checksums of images."""
    plant_keys()
    add_images = sources.add_images

    def add_described(source: Source, *args: Any, **how: Any) -> int:
        if source.kind == "synthetic":
            sources.describe_generator(
                source,
                by=how["by"],
                checkpoint_digest=CHECKPOINT,
                sampler={"model": MODEL},
                generated=99,
            )
        return add_images(source, *args, **how)

    monkeypatch.setattr(factory, "add_images", add_described)
    kind: str = getattr(request, "param", "")
    made = a_locked_study(TEXT.replace("bits = 8\n", f"bits = 8\n{kind}"), briefed=False, packed=True)
    assert Envelope.objects.filter(scope=str(made.study.uuid)).exists()
    return made


def canaries() -> list[bytes]:
    names = [b"hospital-canary", b"checkpoint-canary", b"gan-canary", MODEL.encode(), CHECKPOINT.encode()]
    digests = [*Image.objects.values_list("digest", flat=True)]
    digests += Packed.objects.values_list("digest", flat=True)
    return names + [digest.encode()[:12] for digest in digests]


def the_world(made: Locked) -> World:
    """What the reader could ask for now: their own tokens where there are some, else somebody else's."""
    current = Walk(made.reading("rita")).current
    slot = Slot.objects.filter(presentation=current).first() if current else Slot.objects.first()
    assert slot is not None
    first = made.study.sections.get(name="warm-up").presentations.get(place=1, order=1)
    return World(
        mine=made,
        theirs=made,
        presentation=slot.presentation.token,
        slot=slot.token,
        practised=first.token,
    )


def crawl(client: Client, made: Locked, methods: tuple[str, ...]) -> Iterator[tuple[str, bytes]]:
    """Every address with these methods, and what is linked from the pages; as headers and body."""
    world = the_world(made)
    seen: set[str] = set()
    waiting = [row.address(world) for row in all_rows().values() if "logout" not in row.address(world)]
    waiting += [
        "/no-such-page/",
        "/api/reading/pixels/" + "x" * 24,
        "/api/reading/packed/" + "x" * 24,
        "/api/reading/sealed/" + "x" * 24,
        f"/api/reading/{made.study.slug}/nothing",
    ]
    while waiting:
        address = waiting.pop()
        if address in seen:
            continue
        seen.add(address)
        for method in methods:
            answer = client.generic(method, address)
            yield f"{method} {address}", raw(answer)
            if method == "GET" and "html" in answer.headers.get("Content-Type", ""):
                links = re.findall(r'(?:href|action)="(/[^"#]*)"', answer.content.decode())
                waiting += [link for link in links if "logout" not in link and "/static/" not in link]
    for method, name, body in malformed():
        address = all_rows()[f"api/reading/<slug:slug>/{name}"].address(world)
        yield f"{method} {address}", raw(client.generic(method, address, body, "application/json"))


def malformed() -> list[tuple[str, str, str]]:
    return [
        ("POST", "sitting", "{}"),
        ("POST", "presentations/<token:token>/response", '{"client_uuid": 7}'),
        ("PUT", "presentations/<token:token>/draft", "nonsense"),
        ("DELETE", "presentations/<token:token>", ""),
    ]


def raw(answer: Any) -> bytes:
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return "\n".join(f"{name}: {value}" for name, value in answer.headers.items()).encode() + b"\n\n" + body


def finds(client: Client, made: Locked, methods: tuple[str, ...] = ("GET",)) -> list[tuple[str, bytes]]:
    planted = canaries()
    found = []
    for address, content in crawl(client, made, methods):
        found += [(address, canary) for canary in planted if canary in content]
        found += [(address, key) for key in PLANTED_KEY.findall(content)]
    return found


def test_the_canaries_are_really_planted(made: Locked) -> None:
    assert PLANTED_KEY.fullmatch(str(Slot.objects.latest("pk").pk).encode())
    assert Source.objects.filter(checkpoint_digest=CHECKPOINT).count() == 2
    owner = made.client("alice").get("/studies/knees/protocol.toml")
    assert b"hospital-canary" in owner.content


def test_no_canary_before_consent(made: Locked) -> None:
    assert finds(made.client("rita"), made) == []


@pytest.mark.slow
def test_no_canary_while_reading_and_after(made: Locked) -> None:
    factory.brief(made.reading("rita"))
    rita = made.client("rita")
    rita.post("/read/knees/display/", {})
    for _ in range(3):
        answer_next(made.reading("rita"))
    assert finds(rita, made, ("GET", "HEAD", "OPTIONS")) == []
    list(read_everything(made.reading("rita")))
    assert finds(rita, made) == []
    freeze_study(made.study, by=made.owner, reason="all read")
    assert finds(rita, made) == []


@pytest.mark.parametrize("made", ["", COLOUR_CINE], indirect=True, ids=["stills", "colour cine"])
def test_no_canary_in_any_state_of_a_whole_reading(made: Locked) -> None:
    factory.brief(made.reading("rita"))
    rita = made.client("rita")
    planted = canaries()
    while (state := rita.get("/api/reading/knees/state")).json()["current"]:
        images = state.json()["current"]["images"]
        answers = [state, *(rita.get(found["url"]) for image in images for found in (image, image["packed"]))]
        told = b"".join(map(raw, answers))
        assert not PLANTED_KEY.search(told)
        assert not [canary for canary in planted if canary in told]
        answer_next(made.reading("rita"))


def test_the_page_of_a_wrong_address_is_the_same_whatever_was_asked(made: Locked) -> None:
    factory.brief(made.reading("rita"))
    rita = made.client("rita")
    theirs = Slot.objects.filter(presentation__place=2).first()
    later = Slot.objects.filter(presentation__place=1, presentation__order=2).last()
    assert theirs is not None
    assert later is not None
    addresses = [
        f"/api/reading/{kind}/{token}"
        for kind in ("pixels", "packed")
        for token in (theirs.token, later.token, "z" * 24)
    ]
    assert len({raw(rita.get(address)) for address in addresses}) == 1
