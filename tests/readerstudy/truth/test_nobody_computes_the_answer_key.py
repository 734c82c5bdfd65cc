"""An attacker has this source code, the protocol, the place and a reader's account, and not the secrets."""

import hashlib
import logging
import math
from collections.abc import Sequence
from typing import Any

import pytest
from django.apps import apps
from django.db import transaction
from django.test import Client

from readerstudy.reading.models import Presentation, Slot
from readerstudy.results.freeze import freeze_study
from readerstudy.studies.models import Study
from readerstudy.truth.allocate import pools_of
from readerstudy.truth.allocation import make_plan
from readerstudy.truth.allocation.keys import PLAN, PLAN_DIGEST
from readerstudy.truth.hidden import Hidden, derive
from readerstudy.truth.models import Key, StudySecrets
from readerstudy.truth.secrets import (
    name_key,
    pixel_seed,
    pixel_seed_of,
    plan_key,
    plan_secret_of,
)
from readerstudy.truth.unblind import confirm_unblinding, request_unblinding
from tests.readerstudy.factory import (
    CALLS,
    QUARTETS,
    a_locked_study,
    a_planned_study,
    a_user,
    answer_next,
    protocol_text,
    read_everything,
)
from tests.readerstudy.reading.conftest import a_tab

pytestmark = pytest.mark.django_db
TRIALS, WIDTH = 45, 3
#: Chance leaves this many standard deviations once in 30,000 runs.
Z = 4.2


def at_most_chance(hits: int, of: int, chance: float = 1 / WIDTH) -> bool:
    return hits <= of * chance + Z * math.sqrt(of * chance * (1 - chance))


def sorted_by_hash(items: Sequence[int], *key: object) -> list[int]:
    """How orders were drawn before studies had secrets: anybody can do it."""
    prefix = "\x1f".join(map(str, key))
    ranks = [hashlib.sha256(f"{prefix}\x1f{index}".encode()).digest() for index in range(len(items))]
    return [items[index] for index in sorted(range(len(items)), key=ranks.__getitem__)]


def guessed_slots(seed: object, place: int) -> list[int]:
    """Where the real image stands, screen by screen, from what a protocol says."""
    key = (seed, "triples", place)
    columns = sorted_by_hash(range(WIDTH), *key, "columns")
    return sorted_by_hash([columns[i % WIDTH] for i in range(TRIALS)], *key, "targets")


def real_slots(study: Study, place: int) -> list[int]:
    real = set(
        Key.objects.filter(
            trial_image__trial__section__study=study, provenance__source__kind="real"
        ).values_list("trial_image_id", flat=True)
    )
    shown = Presentation.objects.filter(section__study=study, place=place).order_by("order")
    slots = Slot.objects.filter(presentation__in=shown, trial_image__in=real)
    return list(slots.order_by("presentation__order").values_list("position", flat=True))


def test_a_reader_over_http_who_computes_the_key_from_the_protocol_is_right_by_chance() -> None:
    made = a_locked_study(protocol_text(trials=TRIALS))
    rita = a_tab(made)
    rita.sit()
    truth = real_slots(made.study, 1)
    guesses = guessed_slots(made.document.seed, 1)
    hits = 0
    for order in range(TRIALS):
        state = rita.state()
        assert state["current"]["number"] == order + 1
        assert rita.respond(state, pick="ABC"[guesses[order]]).status_code == 201
        hits += truth[order] == guesses[order]
    assert at_most_chance(hits, TRIALS)


def test_no_public_value_in_place_of_the_secret_gives_the_plan_away() -> None:
    """Seeds, ids, names and digests are tried as the key of today's own code."""
    study = a_planned_study(protocol_text(trials=TRIALS))
    truth = real_slots(study, 1)
    protocol = study.protocol
    public = [b"", b"\0" * 32, study.uuid.bytes, str(study.uuid).encode(), protocol.digest.encode()]
    public += [str(value).encode() for value in (7, study.pk, study.slug, study.title)]
    public.append(StudySecrets.objects.get(study=study).commitment.encode())
    pools = pools_of(study)
    for value in public:
        for key in (value, derive(value, PLAN, str(study.uuid))):
            plan = make_plan(protocol.document, protocol.digest, pools, key=key)
            section = plan.sections[0]
            guesses = [
                next(
                    slot
                    for slot, number in enumerate(shown.slots)
                    if section.trials[shown.trial - 1].images[number - 1].source == "hospital-canary"
                )
                for shown in section.places[0]
            ]
            assert at_most_chance(sum(a == b for a, b in zip(guesses, truth, strict=True)), TRIALS)


def test_equal_protocols_images_and_row_numbers_in_two_databases_agree_by_chance() -> None:
    found = []
    for _ in range(2):
        with transaction.atomic():
            study = a_planned_study(protocol_text(trials=TRIALS))
            found.append([real_slots(study, place) for place in (1, 2, 3)])
            transaction.set_rollback(True)
    pairs = [pair for one, two in zip(*found, strict=True) for pair in zip(one, two, strict=True)]
    assert at_most_chance(sum(a == b for a, b in pairs), len(pairs))


def test_row_numbers_and_tokens_do_not_sort_the_real_images_out() -> None:
    """Whatever order a screen's rows were written in, the real one is no more often first than chance."""
    study = a_planned_study(protocol_text(trials=TRIALS))
    real = set(
        Key.objects.filter(
            trial_image__trial__section__study=study, provenance__source__kind="real"
        ).values_list("trial_image_id", flat=True)
    )
    slots = list(Slot.objects.filter(presentation__section__study=study).order_by("presentation", "position"))
    for sort_by in ("pk", "token", "trial_image_id"):
        screens: dict[int, list[Slot]] = {}
        for slot in sorted(slots, key=lambda slot: getattr(slot, sort_by)):
            screens.setdefault(slot.presentation_id, []).append(slot)
        first = {row[0].trial_image_id for row in screens.values()}
        if sort_by == "trial_image_id":
            assert at_most_chance(len(first & real), TRIALS)
        else:
            hits = sum(row[0].trial_image_id in real for row in screens.values())
            assert at_most_chance(hits, len(screens), 1 / WIDTH)


def test_a_reader_is_told_no_counts_of_the_arms() -> None:
    made = a_locked_study(protocol_text(sections=CALLS))
    rita = a_tab(made)
    told = str(rita.state()) + rita.client.get("/read/knees/trial/").content.decode()
    for name in ("hospital-canary", "checkpoint-canary", "compose"):
        assert name not in told


def secrets_of(study: Study) -> list[Hidden]:
    """Everything about a study that has to stay hidden, the keys derived from it included."""
    derived = [plan_key(study, purpose) for purpose in (PLAN, PLAN_DIGEST, "images")]
    derived += [name_key(study, purpose) for purpose in ("image", "group", "trial")]
    row = StudySecrets.objects.get(study=study)
    sealed = [Hidden(bytes(getattr(row, name))) for name in ("plan_secret", "name_secret", "pixel_seed")]
    return [plan_secret_of(study), pixel_seed_of(study), *derived, *sealed]


def forms_of(secret: Hidden) -> list[str]:
    """The ways in which bytes end up in texts."""
    plain = bytes(secret)
    return [plain.hex(), str(int.from_bytes(plain)), repr(plain)[2:-1], plain.hex().upper()]


def leaks(study: Study, text: str) -> list[str]:
    forms = [form for secret in secrets_of(study) for form in forms_of(secret)]
    forms += [str(pixel_seed(study, series)) for series in (0, 1)]
    return [form for form in forms if form in text]


def everything_stored() -> str:
    models = [model for model in apps.get_models() if model is not StudySecrets]
    return "".join(str(list(model._default_manager.values())) for model in models)


PAGES = ("", "plan/", "lock/", "log/", "images/", "audit/", "people/", "progress/", "ending/", "preflight/")


def test_secrets_are_in_no_row_page_answer_or_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    made = a_locked_study(protocol_text(sections=QUARTETS.format(trials=2)))
    alice, told = made.client("alice"), ""
    for address in PAGES:
        told += alice.get(f"/studies/knees/{address}").content.decode()
    for address in ("plan", "lock", "log", "images", "sources"):
        told += alice.get(f"/api/studies/knees/{address}").content.decode()
    told += str(a_tab(made).state())
    for name in ("rita", "ron"):
        list(read_everything(made.reading(name)))
    freeze_study(made.study, by=made.owner, reason="all read")
    told += everything_stored() + caplog.text
    assert leaks(made.study, told) == []


def test_the_unblinding_reveals_the_plan_secret_and_nothing_else() -> None:
    made = a_locked_study(protocol_text(sections=QUARTETS.format(trials=2)))
    answer_next(made.reading("rita"))
    freeze_study(made.study, by=made.owner, reason="all read")
    request_unblinding(made.study, by=made.owner, reason="all read")
    confirm_unblinding(made.study, by=made.owner, reason="all read")
    assert leaks(made.study, everything_stored()) == [plan_secret_of(made.study).hex()]


def test_an_error_in_the_middle_of_planning_shows_no_secret_even_on_a_debug_page(
    monkeypatch: pytest.MonkeyPatch, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    study = a_planned_study()

    def fails(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    settings.DEBUG = True
    monkeypatch.setattr("readerstudy.truth.allocation.make.make_places", fails)
    client = Client(raise_request_exception=False)
    client.force_login(a_user("alice"), backend="readerstudy.accounts.backend.Backend")
    response = client.post(f"/studies/{study.slug}/plan/")
    page = response.content.decode()
    assert response.status_code == 500
    assert "make_plan" in page
    assert leaks(study, page + caplog.text) == []
