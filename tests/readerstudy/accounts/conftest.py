from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.template import Template
from django.test.signals import template_rendered

from readerstudy.accounts import second_factor
from readerstudy.accounts.models import User
from tests.readerstudy.accounts.visitor import ALLAUTH, foreign_in
from tests.readerstudy.people import PASSWORD


@pytest.fixture
def alice(db: None) -> User:
    return User.objects.create_user("alice@hospital.example", PASSWORD, name="Alice Owner")


@pytest.fixture
def alice_needs_a_second_factor(alice: User, monkeypatch: pytest.MonkeyPatch, settings: object) -> None:
    settings.REQUIRE_SECOND_FACTOR = True  # type: ignore[attr-defined]
    monkeypatch.setattr(second_factor, "_rules", [lambda user: user == alice])


@pytest.fixture(autouse=True)
def _templates_are_ours() -> Iterator[None]:
    strangers: set[str] = set()

    def note(template: Template, **_: Any) -> None:
        if Path(template.origin.name).is_relative_to(ALLAUTH):
            strangers.add(template.origin.name)

    template_rendered.connect(note)
    yield
    template_rendered.disconnect(note)
    assert sorted(strangers) == []
    assert [
        foreign_in(f"{letter.subject} {letter.body}") for letter in mail.outbox if foreign_in(letter.body)
    ] == []
