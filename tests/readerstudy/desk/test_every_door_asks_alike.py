"""The same values do the same through page, API and command, or are refused by all three."""

import re
from contextlib import suppress
from io import StringIO
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client
from drf_spectacular.generators import SchemaGenerator

from readerstudy.studies.models import Study
from tests.readerstudy.desk.doors import acts_on_images, acts_on_people, acts_on_studies
from tests.readerstudy.desk.doors.act import Form
from tests.readerstudy.desk.doors.house import House, house
from tests.readerstudy.factory import protocol_text

__all__ = ["house"]
pytestmark = pytest.mark.django_db

#: Verbs that other tests try through every door they have.
ELSEWHERE = {
    "uploads_append": "test_a_piece_of_an_upload_is_put_nowhere_else_than_at_its_offset",
    "studies_create": "test_a_study_is_created_alike_through_every_door",
    "gaze_import": "test_page_api_and_command_take_the_same_table",
    "interim_take": "test_page_api_and_command_take_the_same_look",
    "my_data_erase": "test_the_api_erases_too_and_the_last_owner_of_a_study_stays",
}
#: Operations that answer a question and change nothing.
ASKING = {"protocol_check", "protocols_check", "planner_ask", "planner_endpoint"}
ACTS = acts_on_studies.ACTS | acts_on_images.ACTS | acts_on_people.ACTS


@pytest.mark.parametrize("name", ACTS)
def test_the_same_values_do_the_same_through_every_door(name: str, house: House) -> None:
    act = ACTS[name]
    before = house.state_after(lambda study, act: None, act)
    doors = [house.by_page, house.by_api, *([house.by_command] if act.command else [])]
    after = [house.state_after(door, act) for door in doors]
    assert all(state == after[0] for state in after)
    assert (after[0] != before) == act.taken


@pytest.mark.parametrize("offset", ["abc", "1000000000", "-1", "1.5", "9" * 30])
def test_a_piece_of_an_upload_is_put_nowhere_else_than_at_its_offset(offset: str, house: House) -> None:
    batch = uuid4()
    page = f"/studies/draft/images/upload/{batch}/0/?name=a.png&offset="
    api = f"/api/studies/draft/uploads/{batch}/0?name=a.png&offset="
    how = {"content_type": "application/octet-stream"}
    token = {"authorization": f"Bearer {house.program.key}"}
    assert house.browser.put(page + "0", b"beginning", **how).json() == {"received": 9}
    assert house.browser.put(page + offset, b"XXXX", **how).status_code in (400, 409)
    assert Client().put(api + offset, b"XXXX", headers=token, **how).status_code in (400, 409)
    assert house.browser.get(page).json() == {"received": 9}
    assert Client().put(api + "9", b" and end", headers=token, **how).json() == {"received": 17}
    assert house.browser.put(page + "0", b"beginning and end", **how).json() == {"received": 17}


@pytest.mark.parametrize(
    ("text", "slug", "taken"),
    [
        (protocol_text(), "", True),
        (protocol_text(), "hips", True),
        (protocol_text(), "no such name", False),
        (protocol_text(), "draft", False),
        ("nothing", "hips", False),
    ],
)
def test_a_study_is_created_alike_through_every_door(text: str, slug: str, taken: bool, house: House) -> None:
    path = house.folder / "new.toml"
    path.write_text(text, encoding="utf-8")
    named: Form = {"slug": slug} if slug else {}
    words = ["create_study", str(path), f"--name={slug}", "--by=alice@example.org"]

    def by_command() -> None:
        with suppress(CommandError):
            call_command(*words, stdout=StringIO(), stderr=StringIO())

    before, found = set(Study.objects.values_list("pk", flat=True)), []
    for door in (
        lambda: house.browser.post("/studies/new/", {"text": text, "do": "save", "slug": slug}),
        lambda: house.program.post("studies", {"text": text, **named}),
        by_command,
    ):
        with transaction.atomic():
            door()
            made = Study.objects.exclude(pk__in=before)
            found.append([(one.slug if slug else "", one.title, one.protocol.text) for one in made])
            transaction.set_rollback(True)
    assert found == [found[0]] * 3
    assert bool(found[0]) == taken


def test_every_verb_of_the_api_is_tried_through_every_door() -> None:
    """A new operation that changes something needs an act here, or a test named in ELSEWHERE."""
    paths = SchemaGenerator().get_schema(request=None, public=True)["paths"]  # type: ignore[no-untyped-call]
    tried = {f"{act.method} {re.sub('{[a-z]+}|gan-canary', '{}', act.api[0])}" for act in ACTS.values()}
    untried = {
        operation["operationId"]
        for path, operations in paths.items()
        for method, operation in operations.items()
        if path.startswith("/api/")
        and not path.startswith("/api/read")
        and method not in ("get", "parameters")
        and f"{method} {re.sub('{[a-z]+}', '{}', path.removeprefix('/api/studies/{slug}/'))}" not in tried
    }
    assert untried - ASKING == set(ELSEWHERE)
    tests = "".join(path.read_text() for path in Path("tests/readerstudy").rglob("test_*.py"))
    assert [name for name in ELSEWHERE.values() if f"def {name}(" not in tests] == []
