"""Endpoints: the ones the protocol declared, else the platform's default for the first section."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from analysis.bundle.endpoints import DeclaredEndpoint
from analysis.bundle.study import Section, Study
from analysis.document.call import Balanced, Discrimination, GeneratorAreas, Roc
from analysis.document.endpoints import Endpoint
from analysis.document.pick_real import Detection
from analysis.document.rate import Realism
from analysis.document.study import SectionResult
from analysis.ranks.multiplicity import adjusted

BALANCED = "balanced accuracy"
NOT_COMPUTED = "This report does not compute it; see the results of the section."
NO_ERROR = "There is no error over readers and cases, so it is not tested."


@dataclass(frozen=True, kw_only=True)
class _Found:
    """An estimate with its error on the scale of the test, and the value that it is held against."""

    estimate: float | None
    low: float | None
    high: float | None
    t_scale_estimate: float
    t_scale_null: float
    se: float | None
    df: float | None


def endpoints(study: Study, sections: Mapping[str, SectionResult]) -> tuple[Endpoint, ...]:
    """Test each endpoint; p-values are Holm-corrected within a role.

    One-sided tests take half of 1 - level, and are weighed in the correction with twice their p.
    """
    declared = study.endpoints or default_endpoint(study)
    tested = [_tested(study, sections, each, declared=bool(study.endpoints)) for each in declared]
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


_DEFAULTS = {"pick_real": _pick, "call": _call, "rate": _rate, "check_label": _check}


def _tested(
    study: Study, sections: Mapping[str, SectionResult], asked: DeclaredEndpoint, *, declared: bool
) -> Endpoint:
    found = _found(sections.get(asked.section), asked)
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
        level=study.level,
        p=None,
        p_holm=None,
        margin=asked.margin,
        met=None,
    )
    if found is None:
        return bare.with_(reason=NOT_COMPUTED)
    if asked.compare is None and asked.against is None:
        return bare
    if not found.se or found.df is None:
        return bare.with_(reason=NO_ERROR)
    return bare.with_(p=_p_value(found, asked))


def _found(section: SectionResult | None, asked: DeclaredEndpoint) -> _Found | None:
    if section is None:
        return None
    detection, calls = section.detection, section.discrimination
    if isinstance(detection, Detection) and asked.what == "accuracy" and asked.compare is None:
        return _plain(detection.overall.crossed, asked)
    if isinstance(section.realism, Realism) and asked.what == "mean" and asked.compare:
        return _mean_difference(section.realism, asked, asked.compare)
    if section.label_checks and asked.what == "share":
        share = section.label_checks.consensus
        return _Found(
            estimate=share.rate, low=share.low, high=share.high, t_scale_estimate=0, t_scale_null=0,
            se=None, df=None,
        )  # fmt: skip
    return _of_calls(calls, asked) if isinstance(calls, Discrimination) else None


def _of_calls(calls: Discrimination, asked: DeclaredEndpoint) -> _Found | None:
    if asked.compare:
        return _call_difference(calls, asked, asked.compare)
    if asked.what == "accuracy":
        return _plain(calls.pooled.crossed, asked)
    if asked.what == "auc":
        return _area(calls.roc, asked) if isinstance(calls.roc, Roc) else None
    if not isinstance(calls.balanced, Balanced):
        return None
    shares = {
        BALANCED: calls.balanced.crossed,
        "sensitivity": calls.balanced.sensitivity,
        "specificity": calls.balanced.specificity,
    }
    return _plain(shares[asked.what], asked) if asked.what in shares else None


def _call_difference(
    calls: Discrimination, asked: DeclaredEndpoint, compare: tuple[str, str]
) -> _Found | None:
    """Two generators: their detection, or their areas against the real images."""
    rows: Sequence[object] = ()
    if asked.what == "sensitivity":
        rows = calls.differences
    elif asked.what == "auc" and isinstance(calls.by_generator, GeneratorAreas):
        rows = calls.by_generator.differences
    return _signed(rows, asked, compare)


def _mean_difference(realism: Realism, asked: DeclaredEndpoint, compare: tuple[str, str]) -> _Found | None:
    pairs = {(pair.a, pair.b): pair.difference for pair in realism.reader_pairs}
    if compare in pairs:
        return _plain(pairs[compare], asked)
    found = pairs.get((compare[1], compare[0]))
    return _turned(_plain(found, asked)) if found else None


def _signed(rows: Sequence[object], asked: DeclaredEndpoint, compare: tuple[str, str]) -> _Found | None:
    for row in rows:
        names = (getattr(row, "a"), getattr(row, "b"))  # noqa: B009 - rows of two kinds
        if names == compare:
            return _plain(row, asked)
        if names == (compare[1], compare[0]):
            return _turned(_plain(row, asked))
    return None


def _plain(found: object, asked: DeclaredEndpoint) -> _Found:
    estimate, low, high, se, df = (getattr(found, key) for key in ("estimate", "low", "high", "se", "df"))
    null = 0.0 if asked.against is None else asked.against
    return _Found(
        estimate=estimate, low=low, high=high, t_scale_estimate=estimate, t_scale_null=null, se=se, df=df
    )


def _turned(found: _Found) -> _Found:
    """The second minus the first."""
    estimate, low, high = (None if end is None else -end for end in (found.estimate, found.high, found.low))
    return _Found(
        estimate=estimate,
        low=low,
        high=high,
        t_scale_estimate=-found.t_scale_estimate,
        t_scale_null=found.t_scale_null,
        se=found.se,
        df=found.df,
    )


def _area(roc: Roc, asked: DeclaredEndpoint) -> _Found:
    """A mean area is tested on the logit scale, on which its interval is made."""
    found = _plain(roc.mean, asked)
    area = roc.mean.estimate
    if area is None or found.se is None or not 0 < area < 1 or asked.margin is not None:
        return found
    return _Found(
        estimate=area,
        low=found.low,
        high=found.high,
        t_scale_estimate=float(special.logit(area)),
        t_scale_null=float(special.logit(found.t_scale_null)),
        se=found.se / (area * (1 - area)),
        df=found.df,
    )


def _p_value(found: _Found, asked: DeclaredEndpoint) -> float:
    """Student's t on the crossed error."""
    away = found.t_scale_estimate - found.t_scale_null
    side = -1.0 if asked.better == "lower" else 1.0
    margin = asked.margin or 0.0
    if asked.test == "difference":
        return 2 * _upper(abs(away), found)
    if asked.test == "equivalence":
        return max(_upper(margin + away, found), _upper(margin - away, found))
    return _upper(side * away + margin, found)


def _upper(distance: float, found: _Found) -> float:
    se, df = found.se or np.nan, found.df or np.nan
    return float(special.stdtr(df, -distance / se))


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
    return endpoint.with_(p_holm=held / _weight(endpoint), met=held < 1 - endpoint.level)
