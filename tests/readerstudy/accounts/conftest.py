import pytest

from readerstudy.accounts import second_factor
from readerstudy.accounts.models import User
from tests.readerstudy.people import PASSWORD


@pytest.fixture
def alice(db: None) -> User:
    return User.objects.create_user("alice@hospital.example", PASSWORD, name="Alice Owner")


@pytest.fixture
def alice_needs_a_second_factor(alice: User, monkeypatch: pytest.MonkeyPatch, settings: object) -> None:
    settings.REQUIRE_SECOND_FACTOR = True  # type: ignore[attr-defined]
    monkeypatch.setattr(second_factor, "_rules", [lambda user: user == alice])
