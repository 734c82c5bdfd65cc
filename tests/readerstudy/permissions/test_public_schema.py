"""The schema of the API is public on purpose: it is the same for everybody, on every installation."""

import pytest
from django.test import Client

from tests.readerstudy.factory import a_locked_study

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("address", ["/api/schema", "/api/reading/schema"])
def test_it_tells_strangers_what_it_tells_owners_and_names_no_study_or_person(address: str) -> None:
    made = a_locked_study(slug="elbows")
    told = Client().get(address).content
    assert told == made.client("alice").get(address).content
    assert b"elbows" not in told
    assert made.owner.email.encode() not in told


@pytest.mark.parametrize(("asked", "kind"), [("", "openapi"), ("?format=json", "openapi+json")])
def test_it_comes_in_both_forms_whatever_was_asked_before(asked: str, kind: str) -> None:
    for _ in range(2):
        answer = Client().get(f"/api/schema{asked}&version=9" if asked else "/api/schema")
        assert answer.headers["Content-Type"].partition(";")[0] == f"application/vnd.oai.{kind}"
        assert b"/api/studies/{slug}" in answer.content
