"""Endpoints: the ones the protocol declared, else the platform's default for the first section."""

from collections.abc import Mapping, Sequence

from analysis.bundle import Bundle
from analysis.bundle.endpoints import DeclaredEndpoint
from analysis.bundle.study import Section, Study
from analysis.document.call import Balanced, Discrimination, GeneratorAreas, Roc
from analysis.document.endpoints import Endpoint, LooksAtEndpoint
from analysis.document.pick_real import Detection
from analysis.document.rate import Realism
from analysis.document.study import SectionResult
from analysis.planning.group_sequential import nominal_level
from analysis.ranks.multiplicity import adjusted
from analysis.sections.items.endpoints import of_item
from analysis.sections.tested import Found, on_logits, p_value, plain, turned

BALANCED = "balanced accuracy"
SHARES = ("accuracy", "sensitivity", "specificity", "share", "auc")
NOT_COMPUTED = "This report does not compute {} of {}; see the results of the section."
NO_SECTION = "The bundle has no section {}; its sections are {}."
NO_ITEM = "Section {} asks no {}; its items are {}."
NO_ERROR = "There is no error over readers and cases, so it is not tested."


def endpoints(bundle: Bundle, sections: Mapping[str, SectionResult]) -> tuple[Endpoint, ...]:
    """Test each endpoint; p-values are Holm-corrected within a role.

    One-sided tests take half of 1 - level, and are weighed in the correction with twice their p.
    """
    study = bundle.study
    declared = study.endpoints or default_endpoint(study)
    tested = [_tested(bundle, sections, each, declared=bool(study.endpoints)) for each in declared]
    return _corrected(tested)


def default_endpoint(study: Study) -> tuple[DeclaredEndpoint, ...]:
    """Take the question of the first section as primary, where the protocol names nothing."""
    if study.masked or not study.sections:
        return ()
    return _DEFAULTS[study.sections[0].task](study, study.sections[0])


def _pick(_study: Study, section: Section) -> tuple[DeclaredEndpoint, ...]:
    return (
        DeclaredEndpoint(
            name="real images found",
            role="primary",
            of=f"{section.name}.pick",
            what="accuracy",
            against=1 / (section.alternatives or 2),
        ),
    )


def _call(_study: Study, section: Section) -> tuple[DeclaredEndpoint, ...]:
    name, of = "balanced accuracy of calls", f"{section.name}.call"
    return (DeclaredEndpoint(name=name, role="primary", of=of, what=BALANCED, against=0.5),)


def _rate(study: Study, section: Section) -> tuple[DeclaredEndpoint, ...]:
    if not (study.real_sources and study.synthetic_sources):
        return ()
    real = study.real_sources[0]
    return tuple(
        DeclaredEndpoint(
            name=f"mean rating, {real} minus {other}",
            role="primary",
            of=f"{section.name}.rating",
            what="mean",
            compare=(real, other),
        )
        for other in study.synthetic_sources
    )


def _check(_study: Study, section: Section) -> tuple[DeclaredEndpoint, ...]:
    name, of = "discrepant labels by consensus", f"{section.name}.verdict"
    return (DeclaredEndpoint(name=name, role="primary", of=of, what="share"),)


def _ask(_study: Study, _section: Section) -> tuple[DeclaredEndpoint, ...]:
    """Of questions of its own only the study itself can say which one decides."""
    return ()


_DEFAULTS = {"pick_real": _pick, "call": _call, "rate": _rate, "check_label": _check, "ask": _ask}


def _tested(
    bundle: Bundle, sections: Mapping[str, SectionResult], asked: DeclaredEndpoint, *, declared: bool
) -> Endpoint:
    found = _found(sections.get(asked.section), asked)
    reason = None
    if found is None:
        # any item, also one that is short for a task, is in answers.csv
        found, reason = of_item(bundle, asked)
        named = (asked.section, *(asked.compare or ()))
        reason = next((bundle.set_aside[name] for name in named if name in bundle.set_aside), reason)
    bare = Endpoint(
        name=asked.name,
        role=asked.role,
        declared=declared,
        of=asked.of,
        what=asked.what,
        test=asked.test,
        compare=asked.compare,
        against=asked.against,
        estimate=found.estimate if found else None,
        low=found.low if found else None,
        high=found.high if found else None,
        level=bundle.study.level,
        p=None,
        p_holm=None,
        margin=asked.margin,
        met=None,
    )
    if found is None:
        return bare.with_(reason=reason or _not_computed(bundle.study, asked))
    if asked.compare is None and asked.against is None:
        return bare
    if not found.se or found.df is None:
        return bare.with_(reason=NO_ERROR)
    return bare.with_(p=p_value(found, asked), looks=_looks(bundle.study, asked, found))


def _not_computed(study: Study, asked: DeclaredEndpoint) -> str:
    """Say which part of "section.item" is unknown, and what there is; else that it is not computed."""
    section = study.section(asked.section)
    if section is None:
        return NO_SECTION.format(asked.section, ", ".join(one.name for one in study.sections) or "none")
    if section.item(asked.item) is None:
        return NO_ITEM.format(
            section.name, asked.item, ", ".join(one.name for one in section.items) or "none"
        )
    return NOT_COMPUTED.format(asked.what, asked.of)


def _looks(study: Study, asked: DeclaredEndpoint, found: Found) -> LooksAtEndpoint | None:
    """What looks before leave to the primary endpoint; they are planned for it alone."""
    looks = study.looks
    if looks is None or asked.role != "primary":
        return None
    nominal = nominal_level(
        [look.information for look in looks.taken],
        looks.information,
        method=looks.method,
        alpha=1 - study.level,
        last=looks.last,
    )
    low, high = found.interval(1 - nominal)
    if asked.compare is None and asked.what in SHARES and low is not None and high is not None:
        low, high = max(0.0, low), min(1.0, high)
    return LooksAtEndpoint(
        method=looks.method,
        information=looks.information,
        nominal_p=nominal,
        low=low,
        high=high,
        stopped=looks.stopped,
        taken=looks.taken,
    )


def _found(section: SectionResult | None, asked: DeclaredEndpoint) -> Found | None:
    if section is None:
        return None
    detection, calls = section.detection, section.discrimination
    if isinstance(detection, Detection) and asked.what == "accuracy" and asked.compare is None:
        return plain(detection.overall.crossed, asked)
    if isinstance(section.realism, Realism) and asked.what == "mean" and asked.compare:
        return _mean_difference(section.realism, asked, asked.compare)
    if section.label_checks and asked.what == "share":
        share = section.label_checks.consensus
        return Found(
            estimate=share.rate, low=share.low, high=share.high, t_scale_estimate=0, t_scale_null=0,
            se=None, df=None,
        )  # fmt: skip
    return _of_calls(calls, asked) if isinstance(calls, Discrimination) else None


def _of_calls(calls: Discrimination, asked: DeclaredEndpoint) -> Found | None:
    if asked.compare:
        return _call_difference(calls, asked, asked.compare)
    if asked.what == "accuracy":
        return plain(calls.pooled.crossed, asked)
    if asked.what == "auc":
        return on_logits(plain(calls.roc.mean, asked), asked) if isinstance(calls.roc, Roc) else None
    if not isinstance(calls.balanced, Balanced):
        return None
    shares = {
        BALANCED: calls.balanced.crossed,
        "sensitivity": calls.balanced.sensitivity,
        "specificity": calls.balanced.specificity,
    }
    return plain(shares[asked.what], asked) if asked.what in shares else None


def _call_difference(
    calls: Discrimination, asked: DeclaredEndpoint, compare: tuple[str, str]
) -> Found | None:
    """Two generators: their detection, or their areas against the real images."""
    rows: Sequence[object] = ()
    if asked.what == "sensitivity":
        rows = calls.differences
    elif asked.what == "auc" and isinstance(calls.by_generator, GeneratorAreas):
        rows = calls.by_generator.differences
    return _signed(rows, asked, compare)


def _mean_difference(realism: Realism, asked: DeclaredEndpoint, compare: tuple[str, str]) -> Found | None:
    pairs = {(pair.a, pair.b): pair.difference for pair in realism.reader_pairs}
    if compare in pairs:
        return plain(pairs[compare], asked)
    found = pairs.get((compare[1], compare[0]))
    return turned(plain(found, asked)) if found else None


def _signed(rows: Sequence[object], asked: DeclaredEndpoint, compare: tuple[str, str]) -> Found | None:
    for row in rows:
        names = (getattr(row, "a"), getattr(row, "b"))  # noqa: B009 - rows of two kinds
        if names == compare:
            return plain(row, asked)
        if names == (compare[1], compare[0]):
            return turned(plain(row, asked))
    return None


def _corrected(tested: Sequence[Endpoint]) -> tuple[Endpoint, ...]:
    """Correct within each role, and say which endpoints are met."""
    held: dict[int, float | None] = {}
    for role in ("primary", "secondary"):
        places = [place for place, each in enumerate(tested) if each.role == role]
        held |= dict(zip(places, adjusted([_weighed(tested[place]) for place in places]), strict=True))
    return tuple(_decided(each, held[place]) for place, each in enumerate(tested))


def _weighed(endpoint: Endpoint) -> float | None:
    return None if endpoint.p is None else min(1.0, endpoint.p * _weight(endpoint))


def _weight(endpoint: Endpoint) -> int:
    return 1 if endpoint.test == "difference" else 2


def _decided(endpoint: Endpoint, held: float | None) -> Endpoint:
    if held is None:
        return endpoint
    looks = endpoint.looks
    met = held < 1 - endpoint.level if looks is None else looks.stopped or held <= looks.nominal_p
    # twice a p above one half is cut at 1, and half of that would lie below p
    return endpoint.with_(p_holm=max(endpoint.p or 0.0, held / _weight(endpoint)), met=met)
