"""Whether the labels of the images say what the sections need: truths, labels to match and to show."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

from readerstudy.studies.protocol import Item, ProtocolDocument, SectionDocument
from readerstudy.studies.protocol.labels import by_size
from readerstudy.studies.protocol.parse_items import is_label
from readerstudy.truth.allocation.document import Pooled
from readerstudy.truth.errors import LabelsDoNotFit
from readerstudy.truth.judging import NOTHING, NoSuchTruth, truth_in

MOST_TOLD = 10
MEND = "Import them with a manifest that has the column, or take them out."
NOTHING_TO_FIND = f"An image where there is nothing to find has the label {NOTHING!r}."
Images = Mapping[str, Sequence[Pooled]]


def check_labels(protocol: ProtocolDocument, images: Images) -> None:
    """Raise LabelsDoNotFit with all that images lack or have wrong, whether the plan uses them or not."""
    problems = list(
        dict.fromkeys(
            problem for section in protocol.sections for problem in _problems(protocol, section, images)
        )
    )
    if problems:
        more = f" And {len(problems) - MOST_TOLD} more." if len(problems) > MOST_TOLD else ""
        raise LabelsDoNotFit(" ".join(problems[:MOST_TOLD]) + more)


def label_values(
    protocol: ProtocolDocument, section: SectionDocument, images: Images
) -> dict[str, list[str]]:
    """The values of labels that are checked and that [values] does not name: those of all images."""
    found: dict[str, list[str]] = {}
    for label in section.labels:
        if label not in protocol.values:
            values = {
                str(one.labels[label]) for pool in images.values() for one in pool if label in one.labels
            }
            found[label] = sorted(values, key=by_size)
    return found


def _problems(protocol: ProtocolDocument, section: SectionDocument, images: Images) -> Iterator[str]:
    asked = section.sources
    shown = tuple(dict.fromkeys((*asked, *filter(None, [section.reference]))))
    # The items whose truth is a label. A label that is checked is asked for where it is drawn.
    for item in (one for one in section.trial_items if is_label(one.truth) and one.task != "check_label"):
        pools = {source: images.get(source, ()) for source in asked}
        yield from _without_truth(section, pools, item)
        yield from _out_of_range(protocol, section, pools, item)
        yield from _ambiguous(protocol, section, pools, item)
    for names, why in ((section.match, " to match by"), (section.tells, " to show")):
        for label in names:
            yield from _lacking(section, images, shown, label, why, MEND)
    for source in shown if section.case else ():
        pool = images.get(source, ())
        without = sum(not one.case for one in pool)
        if without:
            yield (
                f"Section {section.name!r} shows images of one case together; {without} of {len(pool)} "
                f"images of source {source!r} have neither a label 'case' nor a patient. {MEND}"
            )


def _without_truth(section: SectionDocument, pools: Images, item: Item) -> Iterator[str]:
    """Name what has no truth. What is asked under a condition has one only where the condition may hold."""
    if item.when and any(item.truth in one.labels for pool in pools.values() for one in pool):
        return
    mend = f"{MEND} {NOTHING_TO_FIND}" if item.kind in ("mark", "choices") else MEND
    yield from _lacking(section, pools, tuple(pools), item.truth, f", the truth of {item.name!r}", mend)


def _lacking(
    section: SectionDocument, images: Images, sources: Sequence[str], label: str, why: str, mend: str
) -> Iterator[str]:
    for source in sources:
        pool = images.get(source, ())
        without = sum(not str(one.labels.get(label, "")) for one in pool)
        if without:
            yield (
                f"Section {section.name!r} needs the label {label!r}{why}; {without} of {len(pool)} images "
                f"of source {source!r} have none. {mend}"
            )


def _out_of_range(
    protocol: ProtocolDocument, section: SectionDocument, pools: Images, item: Item
) -> Iterator[str]:
    for source, pool in pools.items():
        texts = Counter(str(one.labels.get(item.truth, "")) for one in pool)
        for text, count in sorted(texts.items()):
            try:
                if text:
                    truth_in(item, text, protocol)
            except NoSuchTruth as wrong:
                yield (
                    f"Section {section.name!r}: the label {item.truth!r}, the truth of {item.name!r}, is "
                    f"{text!r} for {count} of the images of source {source!r}; allowed: {wrong}."
                )


def _ambiguous(
    protocol: ProtocolDocument, section: SectionDocument, pools: Images, item: Item
) -> Iterator[str]:
    """What is asked of a whole screen has one truth only where its images share the label."""
    root = protocol.root_of(section)
    if item.of != "trial" or item.truth in root.match or section.alternatives < 2:
        return
    if root.case:
        seen: dict[str, set[str]] = {}
        for one in chain.from_iterable(pools.values()):
            seen.setdefault(one.case, set()).add(str(one.labels.get(item.truth, "")))
        if all(len(values) == 1 for values in seen.values()):
            return
    yield (
        f"Section {section.name!r}: the truth of {item.name!r} is the label {item.truth!r} of a whole "
        f"screen, whose images may differ in it. Add {item.truth!r} to match, or ask of each image."
    )
