"""Warn of texts and feedback that unblind readers, and of sections from which no report can be made."""

import re
from collections.abc import Iterator, Sequence

from readerstudy.studies.protocol.document import ArmDocument, ProtocolDocument, SectionDocument
from readerstudy.studies.protocol.items import Item
from readerstudy.studies.protocol.lines import Lines
from readerstudy.studies.protocol.problems import Problem
from readerstudy.studies.protocol.sections import ReadSection
from readerstudy.studies.protocol.words import Words

_WORDS = re.compile(r"\b(AI|(?i:real|synthetic|fake|generated))\b")
#: Tasks whose answers are of a trial; those of the others are of an image.
_OF_TRIALS = {"pick_real", "ask"}
#: What the pages of these tasks ask, in words that a protocol does not write itself.
_TASKS = {"pick_real": "Which is real?", "call": "Real or synthetic?"}


def warnings_of(document: ProtocolDocument, sections: Sequence[ReadSection], lines: Lines) -> list[Problem]:
    """Return a warning for each telling text before the first disclosure, and for each truth told early."""
    found = [*_shown_again(document, sections, lines), *_told_in_an_arm(document, lines)]
    first = next((i for i, one in enumerate(sections) if one.section.discloses), None)
    if first is None:
        return found
    for path, text in _texts(document, sections[: first + 1]):
        word = _telling(text)
        if word:
            sentence = (
                f"says {word!r} before section {sections[first].section.name!r} discloses anything; "
                "readers may guess what the study looks for."
            )
            found.append(Problem(field=path, sentence=sentence, line=lines.of(path)))
    for number, arm in enumerate(document.arms):
        found += _late(arm, f"arms[{number}].sections", document, lines)
    return found


def _shown_again(
    document: ProtocolDocument, sections: Sequence[ReadSection], lines: Lines
) -> Iterator[Problem]:
    """Sections that count and show images of which an earlier one has told the truth."""
    for number, one in enumerate(sections):
        section, path = one.section, f"{one.table.path}.reuse"
        if not section.reuse or section.practice:
            continue
        told = next(
            (
                other.name
                for other in document.sections[:number]
                if other.tells_the_truth and _first(other, document) == _first(section, document)
            ),
            None,
        )
        if told:
            sentence = (
                f"shows images again of which section {told!r} tells the truth; answers may be memories."
            )
            yield Problem(field=path, sentence=sentence, line=lines.of(path))


def _told_in_an_arm(document: ProtocolDocument, lines: Lines) -> Iterator[Problem]:
    """Arms that read sections in another order than the file, a telling one before one with its images."""
    order = [section.name for section in document.sections]
    for number, arm in enumerate(document.arms):
        path = f"arms[{number}].sections"
        for place, name in enumerate(arm.sections):
            section = document.section(name)
            told = next(
                (
                    other.name
                    for other in map(document.section, arm.sections[:place])
                    if other.tells_the_truth
                    and not section.practice
                    and _first(other, document) == _first(section, document)
                    and order.index(other.name) > order.index(name)
                ),
                None,
            )
            if told:
                sentence = (
                    f"arm {arm.name!r} reads {name!r} after {told!r}, which tells the truth of the "
                    "same images; answers may be memories."
                )
                yield Problem(field=path, sentence=sentence, line=lines.of(path))


def _first(section: SectionDocument, document: ProtocolDocument) -> str:
    """The section that took the images from their pools."""
    while section.reuse:
        section = document.section(section.reuse)
    return section.name


def _telling(text: str) -> str:
    texts = [text, *text.translations.values()] if isinstance(text, Words) else [text]
    return next((match[0] for one in texts if (match := _WORDS.search(one))), "")


def _texts(document: ProtocolDocument, sections: Sequence[ReadSection]) -> Iterator[tuple[str, str]]:
    """Every text that readers see up to and in these sections, with its path."""
    yield "study.public_title", document.public_title
    yield "study.consent", document.consent
    yield "study.instructions", document.instructions
    yield "study.contact", document.contact
    for number, question in enumerate(document.questions):
        yield f"questions[{number}].text", question.text
        for option in question.options:
            yield f"questions[{number}].options", option
    for text in document.reading.reasons:
        yield "reading.reasons", text
    for one in sections:
        yield from _of_section(one.section, one.table.path)
        for read in one.items:
            yield from _of_item(read.item, read.table.path)


def _of_section(section: SectionDocument, path: str) -> Iterator[tuple[str, str]]:
    yield f"{path}.title", section.title
    yield f"{path}.briefing", section.briefing
    yield f"{path}.help", section.help
    yield f"{path}.task", _TASKS.get(section.task, "")
    if section.rate:
        for text in next(item.scale.labels for item in section.items if item.task == "rate" and item.scale):
            yield f"{path}.rate", text
    for text in section.reasons:
        yield f"{path}.reasons", text


def _of_item(item: Item, path: str) -> Iterator[tuple[str, str]]:
    for name in ("ask", "help", "skip", "other", "none", "unit"):
        yield f"{path}.{name}", getattr(item, name)
    for option in item.options:
        yield f"{path}.options", option.text
    for text in item.scale.labels if item.scale else ():
        yield f"{path}.scale", text


def _late(arm: ArmDocument, path: str, document: ProtocolDocument, lines: Lines) -> Iterator[Problem]:
    """Sections that stand above a disclosure in the file, and that an arm reads after it."""
    order = [section.name for section in document.sections]
    told = [name for name in arm.sections if document.section(name).discloses]
    for discloser in told:
        after = arm.sections[arm.sections.index(discloser) + 1 :]
        blind = [name for name in after if order.index(name) < order.index(discloser)]
        if blind:
            sentence = (
                f"arm {arm.name!r} reads {blind[0]!r} after {discloser!r}, which discloses what the study "
                "looks for; a section that has to be blind comes before."
            )
            yield Problem(field=path, sentence=sentence, line=lines.of(path))
            return


def single_trials(sections: Sequence[ReadSection], lines: Lines) -> Iterator[Problem]:
    """Return a warning for each section that counts and has a single trial, or a single image."""
    for one in sections:
        section = one.section
        units = section.trials if section.task in _OF_TRIALS else section.trials * section.alternatives
        if units == 1 and section.alternatives and not section.practice:
            path = f"{one.table.path}.trials"
            sentence = "is 1; a report needs at least two trials in each section. Plan more, or leave it out."
            yield Problem(field=path, sentence=sentence, line=lines.of(path))
