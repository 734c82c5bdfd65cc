from collections.abc import Mapping, Sequence

from rest_framework import serializers
from rest_framework.serializers import FloatField

from readerstudy.studies.models import Task
from readerstudy.web.shapes import Shape

SMALLEST_MARGIN, LARGEST_MARGIN = 0.005, 0.5
MOST = 10_000  # of a value in the unit of the answers
#: Questions of one's own are sized by their endpoint.
SIZED = [(value, label) for value, label in Task.choices if value != Task.ASK]


class Margin(Shape):
    """The margin that was settled on, to be written into a protocol."""

    task = serializers.ChoiceField(choices=SIZED)
    margin = FloatField(min_value=SMALLEST_MARGIN, max_value=LARGEST_MARGIN)


def _number(label: str, least: float, most: float, default: float | None, help_text: str = "") -> FloatField:
    return FloatField(
        min_value=least,
        max_value=most,
        default=default,
        allow_null=default is None,
        label=label,
        help_text=help_text,
    )


def _readers() -> serializers.IntegerField:
    return serializers.IntegerField(min_value=2, max_value=200, default=8)


class Question(Shape):
    task = serializers.ChoiceField(choices=SIZED, default=Task.PICK_REAL)
    alternatives = serializers.IntegerField(
        min_value=2,
        max_value=8,
        default=4,
        label="Images on a screen",
        help_text="Where one of several is picked.",
    )
    readers = _readers()
    trials = serializers.IntegerField(min_value=2, max_value=2000, default=50)
    accuracy = _number("True rate", 0.01, 0.99, None, "From 0 to 1. By default, chance.")
    margin = _number(
        "Equivalence margin", SMALLEST_MARGIN, LARGEST_MARGIN, 0.10, "0.1 is ten percentage points."
    )
    reader_sd = _number("Between-reader SD", 0, 3, 0.3, "In logits.")
    case_icc = _number("Correlation within cases", 0, 0.8, 0.05, "Of answers to the same case.")
    replicates = serializers.IntegerField(min_value=100, max_value=4000, default=400)


class EndpointQuestion(Shape):
    """An endpoint of an item, sized from assumptions about readers, cases and answers."""

    what = serializers.ChoiceField(
        choices=[
            ("accuracy", "share of correct answers"),
            ("sensitivity", "sensitivity"),
            ("specificity", "specificity"),
            ("share", "share of an option"),
            ("mean", "mean of a scale or number"),
            ("auc", "ROC area"),
            ("net", "net share of preferences"),
            ("icc", "ICC(2,1), by its interval"),
        ],
        default="accuracy",
        label="What is decided",
    )
    test = serializers.ChoiceField(
        choices=[
            ("difference", "a difference"),
            ("superiority", "superiority"),
            ("non_inferiority", "non-inferiority"),
            ("equivalence", "equivalence"),
        ],
        default="difference",
        label="To show",
    )
    better = serializers.ChoiceField(
        choices=[("higher", "higher values"), ("lower", "lower values")],
        default="higher",
        label="Better are",
        help_text="Of superiority and non-inferiority.",
    )
    readers = _readers()
    cases = serializers.IntegerField(
        min_value=4, max_value=10_000, default=50, help_text="Of each source, where two are compared."
    )
    compared = serializers.BooleanField(default=False, label="Two sources or sections are compared")
    paired = serializers.BooleanField(default=False, label="Each case is in both")
    expected = _number("True value", -MOST, MOST, 0.6, "The true difference, where two are compared.")
    against = _number(
        "Held against",
        -MOST,
        MOST,
        0.5,
        "Of shares and areas that are compared: the value of the second. Chance is 0 for net shares.",
    )
    margin = _number(
        "Margin", 0, MOST, 0.1, "Of non-inferiority and equivalence, in the unit of the answers."
    )
    sd = _number("SD of one answer", 0.001, MOST, 1.0, "Of means, net shares and ICCs.")
    reader_sd = _number("Between-reader SD", 0, MOST, 0.1, "In the unit of the endpoint, or of an answer.")
    case_share = _number("Share of variance between cases", 0, 0.95, 0.2)
    positive_share = _number("Share of positive cases", 0.05, 0.95, 0.5, "Of ROC areas.")


_SHARES = ("accuracy", "sensitivity", "specificity", "share")
_WITH_A_TEST = (*_SHARES, "mean", "auc", "net")
#: When the form asks for a field that only some endpoints need: one of its rules has to fit.
ASKED_WHEN: Mapping[str, Sequence[Mapping[str, Sequence[str | bool]]]] = {
    "test": [{"what": _WITH_A_TEST}],
    "better": [{"what": _WITH_A_TEST, "test": ("superiority", "non_inferiority")}],
    "compared": [{"what": _WITH_A_TEST}],
    "paired": [{"what": (*_SHARES, "mean", "net"), "compared": (True,)}],
    "against": [{"what": _WITH_A_TEST, "compared": (False,)}, {"what": (*_SHARES, "auc")}],
    "margin": [{"what": _WITH_A_TEST, "test": ("non_inferiority", "equivalence")}],
    "sd": [{"what": ("mean", "net", "icc")}],
    "case_share": [{"what": _WITH_A_TEST}],
    "positive_share": [{"what": ("auc",)}],
}
