"""A demonstration's images have every label that its protocol asks about."""

import pytest

from readerstudy.desk.demo.images import kind_of
from readerstudy.desk.demo.labels import labels_of
from readerstudy.studies.protocol import parse_protocol
from tests.readerstudy.factory import protocol_text

SECTIONS = """
[values]
diagnosis = ["normal", "pneumonia"]
[[sections]]
name = "films"
compose = { hospital-canary = 4, checkpoint-canary = 4 }
tells = ["ward"]
items = [
  { name = "diagnosis", kind = "choice", ask = "Diagnosis", options = "diagnosis", truth = "diagnosis" },
  { name = "angle", kind = "number", ask = "Angle", min = 10, max = 20, truth = "angle", within = 2 },
  { name = "spots", kind = "mark", ask = "Spots", truth = "places", within = 3 },
]
[[sections]]
name = "pairs"
show = { hospital-canary = 1, checkpoint-canary = 1 }
trials = 2
case = true
items = [{ name = "better", kind = "prefer", ask = "Which?" }]
"""


def test_every_label_that_is_asked_about_has_a_possible_value() -> None:
    document = parse_protocol(protocol_text(sections=SECTIONS))
    made = [labels_of(document, index, {"grade": "2", "diagnosis": "unknown"}) for index in range(4)]
    assert [labels["diagnosis"] for labels in made] == ["normal", "pneumonia"] * 2
    assert all(10 <= float(labels["angle"]) <= 20 for labels in made)
    assert all(len(labels["places"].split("; ")) == 2 for labels in made)
    assert [labels["case"] for labels in made] == ["case-001", "case-002", "case-003", "case-004"]
    assert {labels["grade"] for labels in made} == {"2"}, "what is known of an image stays"
    assert all("ward" in labels for labels in made)
    assert made == [labels_of(document, index, {"grade": "2", "diagnosis": "unknown"}) for index in range(4)]


@pytest.mark.parametrize(
    ("canvas", "kind"),
    [
        ("", "knee"),
        ('mode = "colour"', "lesion"),
        ("frames = 4", "volume"),
        ('frames = 4\nplay = "cine"\nrate_hz = 20', "cine"),
    ],
)
def test_phantoms_fit_the_canvas(canvas: str, kind: str) -> None:
    text = protocol_text().replace("bits = 8", f"bits = 8\n{canvas}")
    assert kind_of(parse_protocol(text)) == kind
