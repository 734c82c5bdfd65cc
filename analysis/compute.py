"""From a bundle to the document of its report."""

import platform
from importlib import metadata
from typing import Any

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from analysis.bundle import Bundle
from analysis.bundle.errors import quoted
from analysis.bundle.grid import extra_trials, has_values, primary, rows_of, spread, without_trials
from analysis.bundle.study import Section, Study
from analysis.document import Document, SectionResult, StudyFacts
from analysis.document.agreement import SectionAgreement
from analysis.document.endpoints import SubgroupFactor
from analysis.document.json import to_json
from analysis.errors import NothingToAnalyseError
from analysis.model_limit import limit_for
from analysis.sections.agreement import agreement_of_calls, agreement_of_picks, agreement_of_ratings
from analysis.sections.balance import balance
from analysis.sections.call import discrimination
from analysis.sections.check_label import label_checks
from analysis.sections.conduct import conduct, straight_lining
from analysis.sections.endpoints import endpoints
from analysis.sections.items import answered_screens, items
from analysis.sections.items.changes import changes
from analysis.sections.items.staircase import staircase
from analysis.sections.pick_real import detection
from analysis.sections.programs import people_of, programs_beside_people, programs_of
from analysis.sections.rate import realism
from analysis.sections.sensitivity import sensitivity_of_calls, sensitivity_of_picks
from analysis.sections.subgroups import subgroups, subgroups_of_ratings

PACKAGES = ("readerstudy", "numpy", "scipy", "pandas", "statsmodels", "matplotlib")
FORM = 1
#: Below it models are many small products, and threads of BLAS cost twice as much as they bring.
ANSWERS_FOR_THREADS = 20_000


class NoAnswersError(NothingToAnalyseError):
    """A section has only hidden repeats or catch trials; add the answers that count."""


def compute(bundle: Bundle, *, model_answers: int | None = None) -> Document:
    """Analyse every section of a bundle.

    Parameters
    ----------
    bundle
        What :func:`analysis.read_bundle` returned.
    model_answers
        Up to how many answers of a section mixed models are fitted: 60,000 unless given, or all of a study of
        up to 200,000.

    Returns
    -------
    Document
        Everything that the report says; :func:`analysis.document.to_json` makes ``report.json`` of it.
    """
    study, everybody = bundle.study, bundle
    # no number of people holds an answer of a program
    bundle = people_of(bundle)
    limit = limit_for(bundle.n_answers, model_answers)
    threads = 1 if bundle.n_answers < ANSWERS_FOR_THREADS else None
    with threadpool_limits(limits=threads, user_api="blas"):
        sections = {
            section.name: _with_programs(everybody, section, _section(bundle, section, limit))
            for section in study.sections
        }
        decided = endpoints(bundle, sections)
        changed = changes(bundle)
    return Document(
        study=_study(bundle),
        endpoints=decided,
        sections=sections,
        changes=changed or None,
        software=software(),
        form=FORM,
    )


def _study(bundle: Bundle) -> StudyFacts:
    study = bundle.study
    return StudyFacts(
        raw=study.raw,
        title=study.title,
        sources=tuple(study.raw.get("sources") or ()),
        level=study.level,
        masked=study.masked,
        blinding_audit=study.blinding_audit,
        disclosures=study.disclosures,
        known_elsewhere=study.known_elsewhere or None,
        n_answers=bundle.n_answers,
        files=bundle.digests,
        readers=tuple(to_json(_readers(bundle.readers))),
        virtual_readers=_n_virtual(bundle.readers),
        program_readers=len(programs_of(bundle)) or None,
    )


def _readers(readers: pd.DataFrame | None) -> list[dict[str, Any]]:
    if readers is None:
        return []
    shown = [name for name in ("reader", "specialty", "years", "site") if name in readers]
    shown += ["language"] if has_values(readers, "language") else []
    records = readers[shown].astype(object).to_dict("records")
    virtual = _virtual(readers)
    program = [bool(flag == 1) for flag in readers.get("program", pd.Series(0.0, readers.index))]
    return [
        {
            str(key): None if isinstance(value, float) and np.isnan(value) else value
            for key, value in row.items()
        }
        | ({"kind": "virtual" if is_virtual else "person"} if any(virtual) else {})
        | (
            {"kind": "program"}
            if is_program
            else {"kind": "person"}
            if any(program) and not is_virtual
            else {}
        )
        for row, is_virtual, is_program in zip(records, virtual, program, strict=True)
    ]


def _kind(virtual: bool, program: bool) -> str:
    """What sort of reader a row of readers.csv is."""
    return "virtual" if virtual else "program" if program else "person"


def _virtual(readers: pd.DataFrame) -> list[bool]:
    """Which readers were programs, as readers.csv says; people where it says nothing."""
    if "virtual" not in readers:
        return [False] * len(readers)
    return [bool(flag) for flag in (readers["virtual"].to_numpy() == 1)]


def _n_virtual(readers: pd.DataFrame | None) -> int:
    return 0 if readers is None else sum(_virtual(readers))


def software() -> dict[str, str]:
    """Versions of what made the numbers."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            found[package] = "not installed as a package"
    return found


def _section(bundle: Bundle, section: Section, limit: int) -> SectionResult:
    if section.name in bundle.set_aside:
        reason = bundle.set_aside[section.name]
        return SectionResult(task=section.task, alternatives=section.alternatives, reason=reason)
    if not _read_by_people(bundle, section):
        return SectionResult(task=section.task, alternatives=section.alternatives)
    try:
        return _computed(bundle, section, limit)
    except NothingToAnalyseError:
        reason = f"Section {quoted(section.name)} has too few answers."
        return SectionResult(task=section.task, alternatives=section.alternatives, reason=reason)


def _computed(bundle: Bundle, section: Section, limit: int) -> SectionResult:
    part = TASKS[section.task](bundle, section, limit)
    ratings = rows_of(bundle.ratings, section.name)
    if ratings is not None:
        part = _rated(bundle, section, ratings, part, limit)
    found = items(bundle, section, limit) if section.own_items else {}
    part = part.with_(items=found) if found else part
    part = _with_balance(bundle, section, part)
    return part.with_(staircase=staircase(bundle, section)) if section.staircase else part


def _with_balance(bundle: Bundle, section: Section, part: SectionResult) -> SectionResult:
    found = balance(bundle, section)
    return part.with_(conduct=part.conduct.with_(balance=found)) if found and part.conduct else part


def _read_by_people(bundle: Bundle, section: Section) -> bool:
    """Whether anybody but programs read a section; every section has answers of somebody."""
    tables = (bundle.picks, bundle.calls, bundle.ratings, bundle.checks, bundle.answers)
    return any((table["section"] == section.name).any() for table in tables if table is not None)


def _with_programs(everybody: Bundle, section: Section, part: SectionResult) -> SectionResult:
    found = programs_beside_people(everybody, section)
    return part.with_(programs=found) if found else part


def _rated(
    bundle: Bundle, section: Section, ratings: pd.DataFrame, part: SectionResult, limit: int
) -> SectionResult:
    study = bundle.study
    main = without_trials(primary(ratings), extra_trials(rows_of(bundle.picks, section.name)))
    if main.empty:
        return part
    went = part.conduct or conduct(ratings, "image", "rating", level=study.level, limit=limit)
    agreement = part.agreement or SectionAgreement()
    if not study.masked:
        factors = subgroups_of_ratings(study, main, bundle.readers)
        part = part.with_(subgroups=(*(part.subgroups or ()), *factors) or part.subgroups)
    return part.with_(
        realism=realism(study, main, limit),
        agreement=agreement.with_(ratings=agreement_of_ratings(study, main)),
        conduct=went.with_(straight_lining=straight_lining(main)),
    )


def _main(table: pd.DataFrame | None, section: Section) -> tuple[pd.DataFrame, pd.DataFrame]:
    rows = rows_of(table, section.name)
    main = primary(rows) if rows is not None else None
    if rows is None or main is None or main.empty:
        raise NoAnswersError(
            f"Section {section.name!r} has only hidden repeats or catch trials; add the answers that count."
        )
    return rows, main


def _pick_real(bundle: Bundle, section: Section, limit: int) -> SectionResult:
    study = bundle.study
    rows, main = _main(bundle.picks, section)
    return SectionResult(
        task=section.task,
        alternatives=section.alternatives,
        detection=detection(study, section, main, rows_of(bundle.ratings, section.name), limit),
        agreement=SectionAgreement(picks=agreement_of_picks(study, section, main)),
        conduct=conduct(rows, "trial", "picked", level=study.level, limit=limit),
        sensitivity=None if study.masked else sensitivity_of_picks(study, section, rows),
        subgroups=None if study.masked else _subgroups_of_picks(bundle, main),
    )


def _subgroups_of_picks(bundle: Bundle, main: pd.DataFrame) -> tuple[SubgroupFactor, ...]:
    correct, level = spread(main, "trial", main["correct"]), bundle.study.level
    return subgroups(correct, "real images found", level=level, readers=bundle.readers)


def _call(bundle: Bundle, section: Section, limit: int) -> SectionResult:
    study = bundle.study
    rows, main = _main(bundle.calls, section)
    return SectionResult(
        task=section.task,
        alternatives=section.alternatives,
        discrimination=discrimination(study, main, bundle.images),
        agreement=SectionAgreement(calls=agreement_of_calls(study, main)),
        conduct=conduct(_with_correct(study, rows), "image", "call", level=study.level, limit=limit),
        sensitivity=None if study.masked else sensitivity_of_calls(study, rows),
        subgroups=None if study.masked else _subgroups_of_calls(bundle, main),
    )


def _subgroups_of_calls(bundle: Bundle, main: pd.DataFrame) -> tuple[SubgroupFactor, ...]:
    correct = spread(main, "image", _with_correct(bundle.study, main)["correct"])
    level, readers, images = bundle.study.level, bundle.readers, bundle.images
    return subgroups(correct, "correct calls", level=level, readers=readers, images=images)


def _with_correct(study: Study, calls: pd.DataFrame) -> pd.DataFrame:
    if study.masked:
        return calls
    synthetic = calls["source"].isin(study.synthetic_sources).to_numpy()
    return calls.assign(correct=(synthetic == (calls["call"] == "synthetic").to_numpy()).astype(float))


def _rate(bundle: Bundle, section: Section, limit: int) -> SectionResult:
    _main(bundle.ratings, section)
    return SectionResult(task=section.task, alternatives=section.alternatives)


def _check_label(bundle: Bundle, section: Section, limit: int) -> SectionResult:
    study = bundle.study
    rows, main = _main(bundle.checks, section)
    return SectionResult(
        task=section.task,
        alternatives=section.alternatives,
        label_checks=label_checks(study, main),
        conduct=conduct(rows, "image", "verdict", level=study.level, limit=limit),
    )


def _ask(bundle: Bundle, section: Section, limit: int) -> SectionResult:
    rows = answered_screens(bundle, section)
    went = None if rows is None else conduct(rows, "trial", "value", level=bundle.study.level, limit=limit)
    return SectionResult(task=section.task, alternatives=section.alternatives, conduct=went)


TASKS = {
    "pick_real": _pick_real,
    "call": _call,
    "rate": _rate,
    "check_label": _check_label,
    "ask": _ask,
}
