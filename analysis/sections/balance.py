"""How often each source had each value of the labels that a section matches."""

from collections import Counter

from analysis.bundle import Bundle
from analysis.bundle.grid import as_text, extra_trials, primary, rows_of, without_trials
from analysis.bundle.study import Section
from analysis.document.conduct import MatchedValue

TABLES = ("calls", "ratings", "checks", "answers")


def balance(bundle: Bundle, section: Section) -> tuple[MatchedValue, ...]:
    """Count the images of each source by the values of each matched label.

    Nothing in a masked bundle, and where no answer of the section names an image.
    """
    images = bundle.images
    if images is None or bundle.study.masked:
        return ()
    answered = _answered(bundle, section)
    own = images[images["image"].isin(answered).to_numpy()]
    sources = [name for name in bundle.study.source_names if name in set(as_text(own, "source"))]
    found = []
    for label in section.match:
        if label not in own:
            continue
        known = own[own[label].notna().to_numpy()]
        counts = Counter(zip(as_text(known, label), as_text(known, "source"), strict=True))
        found += [
            MatchedValue(label=label, value=value, images={name: counts[value, name] for name in sources})
            for value in sorted({value for value, _ in counts})
        ]
    return tuple(found)


def _answered(bundle: Bundle, section: Section) -> set[str]:
    """The images of the answers that count."""
    others = extra_trials(rows_of(bundle.picks, section.name))
    found: set[str] = set()
    for table in TABLES:
        rows = rows_of(getattr(bundle, table), section.name)
        if rows is not None:
            found |= set(without_trials(primary(rows), others)["image"].dropna().astype(object))
    return found
