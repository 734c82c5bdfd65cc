"""Sentences on label checks."""

from collections.abc import Iterator

from analysis.document import Document
from analysis.document.check_label import LabelChecks
from analysis.reporting.words import counted, interval, level_text, listed, percent


def label_checks(document: Document, part: LabelChecks) -> Iterator[str]:
    """Discrepant labels by consensus and by reviewer, and those of real images."""
    c = part.consensus
    if c.rate is None:
        yield "No label could be judged: every answer was unsure."
        return
    yield (
        f"By consensus {c.discrepant} of {c.n} labels {_were(c.discrepant)} discrepant ({percent(c.rate)}, "
        f"exact {level_text(document)} interval {interval(c.low, c.high, as_percent=True)}; {c.rule}): "
        f"{c.by_any_reviewer} by any reviewer, {c.by_all_reviewers} by all."
    )
    if c.ties:
        most = c.with_ties
        yield (
            f"On {c.ties} labels the reviewers were evenly divided; were all of these discrepant, it "
            f"would be {most.discrepant} of {most.n} ({percent(most.rate)}, "
            f"{interval(most.low, most.high, as_percent=True)})."
        )
    each = [f"{row.reader} {row.discrepant}/{row.n}" for row in part.by_reader]
    yield f"Discrepant by reviewer: {listed(each)}."
    if part.unsure:
        rest = "it judges nothing and is" if part.unsure == 1 else "they judge nothing and are"
        yield f"{counted(part.unsure, 'answer')} {_were(part.unsure)} unsure; {rest} in no rate."
    control = part.control.consensus if part.control else None
    if control is not None and control.rate is not None:
        ends = interval(control.low, control.high, as_percent=True)
        yield (
            f"On real images, the control, {control.discrepant} of {control.n} labels "
            f"{_were(control.discrepant)} discrepant by consensus ({percent(control.rate)}, {ends})."
        )


def _were(n: int) -> str:
    return "was" if n == 1 else "were"
