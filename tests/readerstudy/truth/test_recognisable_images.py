"""The pre-flight says which images a reader could find or make again."""

import pytest
from django.test import Client

from readerstudy.truth.models import Provenance
from readerstudy.truth.recognisable import recognisable
from tests.readerstudy.factory import a_planned_study, a_user, protocol_text

pytestmark = pytest.mark.django_db
PUBLIC = protocol_text().replace('kind = "real"', 'kind = "real"\npublic = true', 1)


def test_a_study_of_unpublished_images_is_not_warned() -> None:
    assert recognisable(a_planned_study()) == []


def test_a_public_collection_and_images_from_an_open_seed_are_named() -> None:
    study = a_planned_study(PUBLIC)
    made = Provenance.objects.filter(source__study=study, source__name="gan-canary").earliest("pk")
    Provenance.objects.filter(pk=made.pk).update(seed=7)
    public, seeded = recognisable(study)
    assert public.startswith("Source 'hospital-canary' is public: a reader can look its images up")
    assert seeded.startswith("Images of source 'gan-canary' were generated from a seed")


def test_the_page_shows_the_warning_before_anybody_reads(client: Client) -> None:
    study = a_planned_study(PUBLIC)
    client.force_login(a_user("alice"), backend="allauth.account.auth_backends.AuthenticationBackend")
    page = client.get(f"/studies/{study.slug}/preflight/").content.decode()
    assert "is public: a reader can look its images up" in page
