"""What was said to the items of a case stands in its file in words, and points lie on the image."""

import uuid

import pytest

from readerstudy.desk.result.items import endpoints_of, items_of
from readerstudy.reading.answer import Answer, Point, Said
from readerstudy.reading.respond import respond
from readerstudy.reading.walk import Walk
from readerstudy.results.case_file import case_file
from readerstudy.results.cases import gallery
from readerstudy.results.freeze import freeze_study
from readerstudy.studies.models import Section
from readerstudy.studies.protocol import parse_protocol
from readerstudy.truth.unblind import confirm_unblinding, request_unblinding
from tests.readerstudy.factory import a_locked_study, protocol_text

SECTION = """
[[sections]]
name = "films"
compose = { hospital-canary = 1, checkpoint-canary = 1 }
items = [
  { name = "quality", kind = "scale", ask = "Quality" },
  { name = "sign", kind = "choice", ask = "Sign", confidence = 3, other = "Other", OPTIONS },
  { name = "angle", kind = "number", ask = "Angle", unit = "degrees" },
  { name = "spots", kind = "mark", ask = "Spots", none = true },
  { name = "width", kind = "measure", what = "distance", ask = "Width" },
]
""".replace("OPTIONS", 'options = [{ value = "4A", text = "Loosening" }, "none"]')


def said(item: str, **more: object) -> Said:
    return Said(item=item, slot="A", **more)  # type: ignore[arg-type]


@pytest.mark.django_db
def test_a_case_says_in_words_what_was_answered() -> None:
    made = a_locked_study(protocol_text(sections=SECTION), readers=("rita",))
    rita = made.people["rita"]
    for sign in (said("sign", value="4A", confidence=2), said("sign", other="A scar", confidence=1)):
        points = (Point(x=3.0, y=4.0),)
        items = (said("quality", value=3), sign, said("angle", value=12.5), said("spots", points=points))
        items += (said("width", points=(*points, Point(x=5.0, y=5.0))),)
        current = Walk(made.reading("rita")).current
        assert current is not None
        respond(made.reading("rita"), current.token, Answer(items=items), by=rita, client_uuid=uuid.uuid4())
    freeze_study(made.study, by=made.owner, reason="done")
    request_unblinding(made.study, by=made.owner, reason="done")
    confirm_unblinding(made.study, by=made.owner, reason="done")
    section = Section.objects.get(study=made.study)
    told = set()
    for number in (1, 2):
        opened = case_file(made.study, section, number)
        assert opened is not None
        assert opened.case.wrong == 0, "nobody is wrong where only questions are asked"
        asked = {one.ask: one.text for one in opened.answers[0].items}
        told.add(asked.pop("Sign"))
        assert asked == {"Quality": "3", "Angle": "12.5 degrees", "Spots": "1 point", "Width": "2.2 px"}
        spots = [(spot.tag, spot.x, spot.y) for image in opened.case.images for spot in image.spots]
        spots = [spot for spot in spots if spot[0] == "Spots"]
        assert spots == [("Spots", 3.0, 4.0)]
    assert told == {"Loosening (sure 2 of 3)", "“A scar” (sure 1 of 3)"}
    cases = gallery(made.study, section, most=5).cases
    assert [case.number for case in cases] == [1, 2], "in the order of the plan"


def test_items_and_endpoints_of_a_report_become_tables() -> None:
    document = parse_protocol(protocol_text(sections=SECTION))
    share = {"k": 3, "n": 4, "rate": 0.75, "low": 0.3, "high": 0.9}
    mean = {"n": 4, "mean": 2.5, "sd": 0.5, "low": 2.0, "high": 3.0}
    found = {
        "items": {
            "quality": {"n": 8, "by_source": [{**mean, "source": "hospital-canary"}]},
            "sign": {
                "n": 8,
                "by_source": [
                    {"source": "hospital-canary", "shares": [{**share, "option": "4A", "text": "Loosening"}]}
                ],
            },
        }
    }
    quality, sign = items_of(found, document.sections[0], document, 95)
    assert (quality.title, quality.tables[0].rows[0].cells) == ("Quality", ("4", "2.50", "0.500"))
    assert sign.tables[0].title == "hospital-canary"
    assert sign.tables[0].rows[0].cells == ("3 of 4", "0.750")
    row = {
        "name": "better", "role": "primary", "declared": True, "of": "films.quality", "what": "mean",
        "test": "non_inferiority", "compare": ["a", "b"], "against": None, "margin": 0.1, "estimate": 0.2,
        "low": 0.1, "high": 0.3, "p_holm": 0.01, "met": True,
    }  # fmt: skip
    usual = {**row, "name": "usual", "declared": False}
    (endpoint,) = endpoints_of({"endpoints": [usual, row]}, document)
    assert endpoint.asked == "Films: Quality"
    assert endpoint.what == "mean, a − b; non-inferiority, margin 0.100"
    assert endpoint.met
    assert (endpoint.estimate, endpoint.interval, endpoint.p) == ("0.200", "0.100 to 0.300", ".010")


def test_numbers_of_the_result_page_have_the_digits_of_the_report() -> None:
    row = {
        "name": "apart", "role": "primary", "declared": True, "of": "films.quality", "what": "mean",
        "test": "difference", "compare": ["a", "b"], "against": None, "margin": None, "estimate": -0.0625,
        "low": -0.19, "high": 0.0625, "p_holm": 0.0006, "met": False,
    }  # fmt: skip
    document = parse_protocol(protocol_text(sections=SECTION))
    (endpoint,) = endpoints_of({"endpoints": [row]}, document)
    assert (endpoint.estimate, endpoint.interval, endpoint.p) == ("−0.063", "−0.190 to 0.063", "<.001")
    share = row | {"what": "share", "margin": 0.1}
    (endpoint,) = endpoints_of({"endpoints": [share]}, document)
    assert endpoint.what == "share, a − b; difference, margin 10.0 points"
    assert (endpoint.estimate, endpoint.interval) == ("−6.3 points", "−19.0 points to 6.3 points")
    (endpoint,) = endpoints_of({"endpoints": [share | {"compare": None, "against": 0.25}]}, document)
    assert endpoint.what == "share, against 25.0%; difference, margin 10.0 points"
    assert (endpoint.estimate, endpoint.interval) == ("−6.3%", "−19.0% to 6.3%")
