"""How large a study of items has to be: the endpoint that its protocol declares, with usual assumptions."""

from collections.abc import Mapping
from typing import Any

import analysis
from analysis.errors import AnalysisError
from readerstudy.results.planner import PlanRefused, first_counting
from readerstudy.studies.protocol import EndpointDocument, Item, ProtocolDocument, SectionDocument

SHARES = ("accuracy", "sensitivity", "specificity", "share")
SIZED = (*SHARES, "mean", "auc", "net", "icc")
#: What is decided of an item where the protocol declares nothing.
USUAL = {
    "scale": "mean",
    "choice": "share",
    "choices": "share",
    "number": "mean",
    "measure": "mean",
    "pick": "accuracy",
    "prefer": "net",
}
#: Differences that are worth finding, where the protocol says none: of shares, and in standard deviations.
SHARE_APART, SDS_APART = 0.1, 0.3


def endpoint_power(question: Mapping[str, Any]) -> dict[str, Any]:
    """The plan for an endpoint: {what, test, readers, cases, expected, against, margin, …}."""
    # A difference and superiority have no margin, whatever stands in its field.
    has_margin = question["test"] in ("non_inferiority", "equivalence")
    margin = question["margin"] if has_margin else 0.0
    try:
        found: dict[str, Any] = analysis.plan_endpoint(**{**question, "margin": margin}).as_dict()
    except AnalysisError as error:
        raise PlanRefused(str(error)) from error
    if question["what"] != "icc" and any(point["power"] is None for point in found["curve"]):
        raise PlanRefused("These values lie too far apart: no power can be computed from them.")
    return found


def asks_items(document: ProtocolDocument) -> bool:
    """Whether the study is sized by an endpoint of an item rather than by a task."""
    return bool(document.endpoints) or first_counting(document).task == "ask"


def endpoint_question_of(document: ProtocolDocument) -> dict[str, Any]:
    """What a protocol asks of the planner: its primary endpoint, else the first item that can be sized."""
    declared = sorted(document.endpoints, key=lambda one: one.role != "primary")
    if declared:
        section, item = _asked(document, declared[0])
        return _question(document, section, item, declared[0])
    section = first_counting(document)
    for item in section.items:
        what = "accuracy" if item.kind == "choice" and item.truth else USUAL.get(item.kind)
        if what:
            of = f"{section.name}.{item.name}"
            held = None if what in ("mean", "net") else 0.5
            endpoint = EndpointDocument(name=item.name, of=of, what=what, against=held)
            return _question(document, section, item, endpoint)
    raise PlanRefused(
        f"The planner sizes {', '.join(SIZED)}; section {section.name} asks nothing of that kind. "
        "Declare an endpoint, or give the numbers yourself."
    )


def _asked(document: ProtocolDocument, endpoint: EndpointDocument) -> tuple[SectionDocument, Item]:
    name, _, asked = endpoint.of.partition(".")
    section = document.section(name)
    return section, next(item for item in section.items if item.name == asked)


def _question(
    document: ProtocolDocument, section: SectionDocument, item: Item, endpoint: EndpointDocument
) -> dict[str, Any]:
    if endpoint.what not in SIZED:
        raise PlanRefused(
            f"The planner does not size {endpoint.what}, which endpoint {endpoint.name} decides; it sizes "
            f"{', '.join(SIZED)}."
        )
    sd = _sd(item, endpoint.what)
    compared = len(endpoint.compare) == 2 and endpoint.what != "net"
    null = 0.0 if compared or endpoint.what == "net" else endpoint.against
    if null is None:
        null = _middle(item)
    shown = endpoint.test in ("difference", "superiority")
    apart = (SHARE_APART if endpoint.what in (*SHARES, "auc", "net") else SDS_APART * sd) if shown else 0.0
    if endpoint.better == "lower":
        apart = -apart
    unit = 1.0 if endpoint.what in (*SHARES, "auc", "net", "icc") else sd
    spread = sd if endpoint.what == "icc" else unit
    # Cases are in both: images of one case on a screen, or the same images in two sections.
    sections = {one.name for one in document.sections}
    return {
        "what": endpoint.what,
        "test": endpoint.test,
        "better": endpoint.better,
        "readers": max(document.readers, 2),
        "cases": max(_cases(section, endpoint, compared=compared), 4),
        "compared": compared,
        "paired": compared and (section.case or sections >= set(endpoint.compare)),
        "expected": round(null + apart, 6) if endpoint.what != "icc" else 0.8,
        "against": 0.5 if compared and unit == 1.0 else null,
        "margin": endpoint.margin or 0.0,
        "sd": sd,
        "reader_sd": 0.05 if endpoint.what == "auc" else round(0.1 * spread, 6),
    }


def _sd(item: Item, what: str) -> float:
    """A quarter of the range of an answer, as a first guess."""
    if what == "net":
        return 0.9 if item.none else 1.0
    if item.scale is not None:
        return (item.scale.points[-1] - item.scale.points[0]) / 4
    if item.low is not None and item.high is not None:
        return (item.high - item.low) / 4
    return 1.0


def _middle(item: Item) -> float:
    if item.scale is not None:
        return (item.scale.points[-1] + item.scale.points[0]) / 2
    return (item.low + item.high) / 2 if item.low is not None and item.high is not None else 0.0


def _cases(section: SectionDocument, endpoint: EndpointDocument, *, compared: bool) -> int:
    """Of each source where two are compared: the fewer of both."""
    shown = [
        sum(screen.trials for screen in section.shown_screens if source in screen.show)
        for source in endpoint.compare
        if source in section.sources
    ]
    if section.alternatives == 1 and section.compose:
        shown = [section.compose[source] for source in endpoint.compare if source in section.compose]
    return min(shown) if compared and shown else section.trials
