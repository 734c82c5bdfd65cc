"""Endpoints of items are sized from what the protocol says, on the page and by the API, or refused."""

import re
from itertools import product

import pytest

import analysis
from analysis.planning.endpoint import TESTS, WHATS
from readerstudy.desk.planner.options import ASKED_WHEN, EndpointQuestion
from readerstudy.desk.protocol.published import all_published, published
from readerstudy.results.item_planner import asks_items, endpoint_power, endpoint_question_of
from readerstudy.results.planner import PlanRefused
from readerstudy.studies.protocol import examine
from tests.readerstudy.factory import a_planned_study, a_user
from tests.readerstudy.people import signed_in
from tests.readerstudy.studies.written_protocols import asks, item

pytestmark = pytest.mark.django_db


def question(text: str) -> dict[str, object]:
    found = examine(text)
    assert found.document is not None, found.problems
    return endpoint_question_of(found.document)


@pytest.mark.parametrize("name", [one.name for one in all_published()])
def test_every_published_design_of_items_is_sized_or_refused_in_a_sentence(name: str) -> None:
    document = examine(published(name).text).document
    assert document is not None
    if not asks_items(document):
        return
    said = ""
    try:
        plan = endpoint_power(endpoint_question_of(document))
    except PlanRefused as error:
        said = str(error)
    else:
        said = plan["sentence"]
        assert plan["power"] is None or 0 <= plan["power"] <= 1
    assert said.endswith(".")


def test_what_is_not_sized_is_named() -> None:
    with pytest.raises(PlanRefused, match="asks nothing of that kind"):
        question(asks(item(kind="text")))


def test_a_scale_is_sized_by_its_range_and_a_choice_with_truth_by_accuracy() -> None:
    scale = question(asks(item(kind="scale", points="[1, 2, 3, 4, 5]", labels='["a", "b"]')))
    assert (scale["what"], scale["sd"], scale["against"]) == ("mean", 1.0, 3.0)
    assert question(asks(item(options='["real", "synthetic"]', truth='"kind"')))["what"] == "accuracy"


def test_an_endpoint_with_lower_is_better_is_sized_on_its_side() -> None:
    asked = item(kind="scale", points="[1, 2, 3, 4, 5]", labels='["a", "b"]')
    declared = """
[[endpoints]]
name = "less"
of = "one.q"
what = "mean"
test = "superiority"
against = 3
better = "lower"
"""
    found = question(asks(asked) + declared)
    assert (found["better"], found["against"]) == ("lower", 3)
    assert found["expected"] == pytest.approx(2.7)
    mirrored = endpoint_power({**found, "better": "higher", "expected": 3.3})
    assert endpoint_power(found)["power"] == pytest.approx(mirrored["power"])


def test_the_page_and_the_api_say_what_the_analysis_says() -> None:
    a_planned_study()
    browser = signed_in(a_user("alice"))
    asked = {"what": "auc", "readers": 6, "cases": 40, "expected": 0.8, "against": 0.7, "test": "superiority"}
    plan = analysis.plan_endpoint(**asked)  # type: ignore[arg-type]
    page = browser.get("/planner/", asked).content.decode()
    assert plan.sentence in page
    assert f"<title>6 readers, 40 cases: {plan.power:.0%}</title>" in page
    told = browser.post("/api/planner/endpoint", asked, content_type="application/json").json()
    assert told["power"] == pytest.approx(plan.power)
    by_width = browser.get("/planner/", {"what": "icc", "expected": "0.8"}).content.decode()
    assert "interval is" in by_width
    assert "<polyline" not in by_width


def test_numbers_that_make_no_plan_are_refused_on_the_page() -> None:
    browser = signed_in(a_user("alice"))
    page = browser.get("/planner/", {"what": "auc", "expected": "3"}).content.decode()
    assert "give more than 0 and less than 1" in page
    assert browser.get("/planner/", {"what": "nonsense"}).status_code == 422
    wrong = {"what": "auc", "expected": 3}
    answer = browser.post("/api/planner/endpoint", wrong, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (422, "plan_refused")


OTHERS = {"better": "lower", "paired": True, "against": 0.3, "margin": 0.2, "sd": 2.0, "reader_sd": 0.2}
OTHERS |= {"case_share": 0.4, "positive_share": 0.3, "test": "superiority", "compared": True}


@pytest.mark.parametrize("what", WHATS)
def test_what_the_form_does_not_ask_decides_nothing(what: str) -> None:
    usual = {name: field.default for name, field in EndpointQuestion().fields.items()}
    for test, compared in product(TESTS, (False, True)):
        asked = {**usual, "what": what, "test": test, "compared": compared, "expected": 0.2, "cases": 20}
        for name, rules in ASKED_WHEN.items():
            if not any(all(asked[key] in values for key, values in rule.items()) for rule in rules):
                found, other = endpoint_power(asked), endpoint_power({**asked, name: OTHERS[name]})
                assert (found["power"], found["se"]) == (other["power"], other["se"]), (name, test, compared)


@pytest.mark.parametrize(
    ("asked", "unneeded"),
    [
        ({"what": "icc"}, set(ASKED_WHEN) - {"sd"}),
        ({"what": "accuracy"}, {"better", "paired", "margin", "sd", "positive_share"}),
        ({"what": "mean", "compared": "on"}, {"better", "against", "margin", "positive_share"}),
    ],
)
def test_the_server_disables_what_an_endpoint_does_not_need(
    asked: dict[str, str], unneeded: set[str]
) -> None:
    page = signed_in(a_user("alice")).get("/planner/", asked).content.decode()
    controls = re.findall(r'<(?:input|select)[^>]* name="(\w+)"([^>]*)>', page)
    assert {name for name, rest in controls if " disabled" in rest} == unneeded
