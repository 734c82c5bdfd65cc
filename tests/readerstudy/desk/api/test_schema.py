"""The schema describes the desk's API, and nothing that fits or misfits it makes the server fail."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode

from tests.readerstudy.desk.api.conftest import Program
from tests.readerstudy.reading.test_schema import application, operations

QUICK = settings(
    max_examples=3, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
KNOWN = {
    "slug": "knees",
    "number": 1,
    "section": "triples",
    "source": "hospital-canary",
    "pseudonym": "R01",
    "name": "report.json",
    "batch": "6c1f0f8e-2d43-4d0e-9a6e-1d1f4f3c9a11",
    "index": 0,
    "kind": "csv",
}
#: They simulate or pack for seconds, and take next to nothing from outside.
SLOW = {"planner_ask", "reproduction_download"}


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.slow
def test_nothing_sent_to_it_makes_the_server_fail(mode: GenerationMode, alices: Program) -> None:
    schema = schemathesis.openapi.from_wsgi("/api/schema?format=json", application)
    headers = {"Authorization": f"Bearer {alices.key}"}
    tried = 0
    for name, operation in operations(schema).items():
        if not operation.path.startswith("/api/studies") or name in SLOW:
            continue

        @QUICK
        @given(case=operation.as_strategy(generation_mode=mode))
        def send(case: Any) -> None:
            case.path_parameters = {key: KNOWN[key] for key in case.path_parameters or {}}
            case.call_and_validate(headers=headers, checks=[not_a_server_error])

        send()
        tried += 1
    assert tried > 30
