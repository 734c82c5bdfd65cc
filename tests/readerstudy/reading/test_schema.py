"""The OpenAPI schema describes the reading API, and nothing that fits or misfits it makes the server fail."""

from typing import Any

import pytest
import schemathesis
from django.test.client import ClientHandler
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from tests.readerstudy.reading.conftest import Tab

OPERATIONS = (
    "state",
    "presentation",
    "draft",
    "respond",
    "sitting",
    "events",
    "consent",
    "questionnaire",
    "briefing",
    "display",
    "pixels",
    "practice_feedback",
)
QUICK = settings(
    max_examples=10,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    """The platform as a WSGI application that leaves the test's database connection open."""
    answer: Any = ClientHandler(enforce_csrf_checks=False)(environ)
    start_response(f"{answer.status_code} {answer.reason_phrase}", list(answer.items()))
    return [answer.getvalue()]


@pytest.fixture
def schema(db: None) -> Any:
    return schemathesis.openapi.from_wsgi("/api/reading/schema?format=json", application)


def operations(schema: Any) -> dict[str, Any]:
    found = (result.ok() for result in schema.get_all_operations())
    return {operation.definition.raw["operationId"]: operation for operation in found}


def test_the_schema_names_every_operation(schema: Any) -> None:
    assert set(OPERATIONS) <= set(operations(schema))


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_nothing_sent_to_it_makes_the_server_fail(mode: GenerationMode, schema: Any, rita: Tab) -> None:
    current = rita.state()["current"]
    slot = current["images"][0]["url"].rsplit("/", 1)[1]
    cookies = {"sessionid": rita.client.cookies["sessionid"].value}
    for name, operation in operations(schema).items():
        known = {"slug": "knees", "token": slot if name == "pixels" else current["token"]}
        if name in OPERATIONS:
            fuzz(operation, mode, known, cookies)


def fuzz(operation: Any, mode: GenerationMode, known: dict[str, str], cookies: dict[str, str]) -> None:
    """Send what fits the schema, or misfits it, to an address that exists."""

    @QUICK
    @given(case=operation.as_strategy(generation_mode=mode))
    def send(case: Any) -> None:
        case.path_parameters = {key: known[key] for key in case.path_parameters or {}}
        checks = [not_a_server_error, response_schema_conformance, status_code_conformance]
        case.call_and_validate(cookies=cookies, checks=checks)

    send()
