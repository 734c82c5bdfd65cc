"""The pre-flight says which images a reader could find or make again."""

import pytest
from django.test import Client

from readerstudy.studies.models import Study
from readerstudy.truth.allocate import allocate
from readerstudy.truth.models import Provenance
from readerstudy.truth.recognisable import recognisable
from tests.readerstudy.factory import CALLS, CHECKS, PRACTICE, a_planned_study, a_user, protocol_text

pytestmark = pytest.mark.django_db
MANY_CHECKS = CHECKS.replace("trials = 4", "trials = 24").replace("-canary = 2", "-canary = 12")
PUBLIC = protocol_text().replace('kind = "real"', 'kind = "real"\npublic = true', 1)


def test_a_study_of_unpublished_images_is_not_warned() -> None:
    assert recognisable(a_planned_study()) == []


def test_a_public_collection_and_images_from_an_open_seed_are_named() -> None:
    study = a_planned_study(PUBLIC)
    made = Provenance.objects.filter(source__study=study, source__name="gan-canary").earliest("pk")
    Provenance.objects.filter(pk=made.pk).update(seed=7)
    public, seeded = recognisable(study)
    assert public.startswith("The images of 'hospital-canary' are public: a reader can look them up")
    assert seeded.startswith("The manifests of 'gan-canary' contain the seeds")


def test_a_label_that_only_images_of_one_kind_have_is_named() -> None:
    study = a_planned_study(protocol_text(sections=CHECKS))
    relabel(study, "real", {"grade": "KL 2", "side": "L"})
    relabel(study, "synthetic", {"grade": "2", "side": "L"})
    allocate(study, by=a_user("alice"))
    [sentence] = recognisable(study)
    assert sentence.startswith("Section 'checks' shows the label 'grade'")
    assert "'KL 2' stands beside real images only and '2' stands beside synthetic images only" in sentence


def test_measurements_differ_but_may_not_be_written_differently() -> None:
    study = a_planned_study(protocol_text(sections=MANY_CHECKS))
    for kind, decimals in (("real", 1), ("synthetic", 1)):
        for number, row in enumerate(Provenance.objects.filter(source__study=study, source__kind=kind)):
            row.labels = {"grade": f"{30 + number + 0.4:.{decimals}f}"}
            row.save()
    allocate(study, by=a_user("alice"))
    assert recognisable(study) == []
    for row in Provenance.objects.filter(source__study=study, source__kind="synthetic"):
        row.labels = {"grade": row.labels["grade"] + "7"}
        row.save()
    allocate(study, by=a_user("alice"))
    [sentence] = recognisable(study)
    assert "are written differently beside real and synthetic images" in sentence


def relabel(study: Study, kind: str, labels: dict[str, str]) -> None:
    Provenance.objects.filter(source__study=study, source__kind=kind).update(labels=labels)


def test_a_patient_in_practice_and_in_what_counts_is_named() -> None:
    study = a_planned_study(protocol_text(sections=PRACTICE + CALLS))
    assert recognisable(study) == []
    real = Provenance.objects.filter(source__study=study, source__kind="real")
    real.update(group="one and the same")
    allocate(study, by=a_user("alice"))
    [sentence] = recognisable(study)
    assert sentence.startswith("Practice with feedback shows 1 patient")


def test_the_page_shows_the_warning_before_anybody_reads(client: Client) -> None:
    study = a_planned_study(PUBLIC)
    client.force_login(a_user("alice"), backend="readerstudy.accounts.backend.Backend")
    page = client.get(f"/studies/{study.slug}/preflight/").content.decode()
    assert "are public: a reader can look them up" in page
