"""The methods paragraph, written from what was really done."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from analysis.document import Document, SectionResult, StudyFacts
from analysis.document.call import Discrimination, Roc
from analysis.document.items import ScaleItem
from analysis.document.pick_real import ChoiceModel, Detection, PickModel
from analysis.document.rate import OrdinalModel, Realism
from analysis.rasch import Rasch
from analysis.reporting.blinding import audit_method, disclosed, known_elsewhere
from analysis.reporting.call_models import models
from analysis.reporting.items.methods import items_asked
from analysis.reporting.plan_prose import findable_method, plan_method
from analysis.reporting.readers import notice, readers_word
from analysis.reporting.words import level_text, listed, number

MARGINS: Mapping[str, Callable[[float], str]] = {
    "detection": lambda value: f"±{number(100 * value, 1)} percentage points for detection",
    "realism": lambda value: f"±{number(value, 2)} points of the scale for mean ratings",
}
MASKED = (
    "The bundle is masked: it names no source, and which images are real is withheld. Accuracy and "
    "comparisons of sources need the study to be unblinded; agreement and conduct are computed as usual."
)
TASKS = {
    "pick_real": "found the one real image among {alternatives}",
    "call": "called single images real or synthetic",
    "rate": "rated images for realism",
    "check_label": "checked images against their labels",
    "ask": "answered {items} of the protocol",
}


def methods(document: Document) -> list[str]:
    """The methods paragraphs: what was asked of whom, and how it was analysed."""
    return [
        " ".join(_design(document)),
        *_analysis(document),
        f"{_size(document.study)} {_closing(document)}",
    ]


def _design(document: Document) -> Iterator[str]:
    study = document.study
    if study.masked:
        yield MASKED
    else:
        yield (
            f"{_source('Real', study.names_of('real'))} {_source('Synthetic', study.names_of('synthetic'))}"
        )
    said = (plan_method, findable_method, audit_method, disclosed, known_elsewhere, notice, _programs, _arms)
    yield from filter(None, (sentence(document) for sentence in said))
    for name, part in document.sections.items():
        if part.reason:
            yield f"Nothing is computed of section {name}. {part.reason}"
        if part.conduct:
            done = part.conduct.completeness
            asked = len(part.items or ())
            items = "one question" if asked == 1 else f"{asked} questions"
            task = TASKS[part.task].format(alternatives=part.alternatives, items=items)
            missing = f", {done.missing} missing" if done.missing else ", none missing"
            yield (
                f"In section {name}, {done.readers} {readers_word(document)} {task}: "
                f"{done.cases:,} {done.unit}s, {done.answers:,} answers{missing}."
            )


def _source(kind: str, names: Sequence[str]) -> str:
    """Where the images of one kind came from."""
    if not names:
        return f"There were no {kind.lower()} images."
    return f"{kind} images came from the source{'s' if len(names) > 1 else ''} {listed(names)}."


def _programs(document: Document) -> str:
    n = document.study.program_readers
    if not n or not any(part.programs for part in document.sections.values()):
        return ""
    programs = "One reader was a program" if n == 1 else f"{n} readers were programs"
    return f"{programs}; they stand beside people and are in no number of theirs."


def _arms(document: Document) -> str:
    arms = document.study.raw.get("arms") or ()
    if not arms:
        return ""
    named = [f"{arm['name']} ({', then '.join(map(str, arm['sections'])) or 'nothing'})" for arm in arms]
    return (
        f"Readers were dealt to the arms {listed(named)}. Results of a section are of all readers who read "
        "it, whatever their arm."
    )


def _analysis(document: Document) -> Iterator[str]:
    """A paragraph on intervals, and one for each kind of answer that there was."""
    parts = list(document.sections.values())
    yield (
        f"Intervals are at {level_text(document)}. Headline intervals take readers and cases as random and "
        "crossed (Gallas, Pennello & Myers 2007) with Satterthwaite’s degrees of freedom; where fewer than "
        "three readers answered they speak of these readers only. Intervals that assume independent answers "
        "are named so."
    )
    for said in ANALYSES:
        paragraph = " ".join(said(document, parts))
        if paragraph:
            yield paragraph


def _picked(_document: Document, parts: Sequence[SectionResult]) -> Iterator[str]:
    found = [part.detection for part in parts if isinstance(part.detection, Detection)]
    if not found:
        return
    yield (
        "Shares were compared with chance by a t-test on the crossed error, and with chance ± the protocol’s "
        "margin by two one-sided tests at 5% (Schuirmann 1987); d′ is that of m-alternative forced choice "
        "(Green & Dai 1991), its interval the ends of the share’s."
    )
    if any(isinstance(part.choice_model, ChoiceModel) for part in found):
        yield (
            "What makes a reader pick was modelled by conditional logit on source and position (McFadden "
            "1974) with errors robust to readers."
        )
    if any(isinstance(part.mixed_model, PickModel) for part in found):
        yield (
            "Finding the real image was modelled by a logistic mixed model with crossed random intercepts "
            "for readers and trials, by Laplace’s approximation (Bates et al. 2015); the interval of its log "
            "odds is Student’s t on one less than the number of readers or trials, whichever is less; each "
            "standard deviation was tested against zero by the likelihood ratio (Self & Liang 1987)."
        )


def _rated(document: Document, parts: Sequence[SectionResult]) -> Iterator[str]:
    found = [part.realism for part in parts if isinstance(part.realism, Realism)]
    if not found:
        return
    pairs = [pair for part in found for pair in part.pairs]
    compared = sorted({pair.compared for pair in pairs if pair.compared})
    if compared:
        units = sorted({pair.unit for pair in pairs if pair.compared})
        yield (
            f"Ratings were compared on the {listed(compared)} of each {' and of each '.join(units)} by "
            "Wilcoxon’s signed-rank test three ways: asymptotic with zeros dropped and no continuity "
            "correction (the published method), exact with ties, and Pratt’s."
        )
    if not all(pair.paired for pair in pairs):
        yield (
            "Arms of different trials were compared on the images’ mean ratings by the rank-sum test, "
            "asymptotic and corrected for ties, and by P(higher) with readers as clusters (Obuchowski 1997)."
        )
    yield (
        "Differences of means carry readers and trials"
        + (", Holm-corrected" if sum(pair.unit == "reader" for pair in pairs) > 1 else "")
        + _ends_sentence(document)
        + _model_sentence(document)
    )
    if any(isinstance(part.severity, Rasch) for part in found):
        yield (
            "The readers’ severity is that of a many-facet rating scale model (Andrich 1978; Linacre 1989), "
            "with images integrated out (marginal maximum likelihood; of two points it is lme4’s model)."
        )


def _called(document: Document, parts: Sequence[SectionResult]) -> Iterator[str]:
    if not any(part.discrimination for part in parts):
        return
    yield "A call of synthetic counts as positive."
    found = [part.discrimination for part in parts if isinstance(part.discrimination, Discrimination)]
    if found:
        yield (
            "Pooled accuracy is stratified by truth, and compared with chance as the mean of sensitivity and "
            "specificity, which the mix of images does not move. Readers’ d′ and criterion have ½ added to "
            "each count (Hautus 1995)."
        )
    if any(part.differences for part in found):
        yield (
            f"Detection rates of generators were compared with common readers and {_images(document)}, "
            "Holm-corrected."
        )
    if any(isinstance(part.roc, Roc) for part in found):
        yield (
            "Call and confidence make one scale for each reader’s empirical ROC area (DeLong 1988); areas "
            "were combined over readers by the method of Obuchowski and Rockette (1995) with DeLong’s "
            "covariances and Hillis’ degrees of freedom (2007)."
        )
    if any(models(part) for part in found):
        yield (
            "Each reader’s calls with confidence were also modelled by maximum likelihood: binormal curves "
            "of unequal variances (Dorfman & Alf 1969; as RJafroc fits them) and meta-d′ (Maniscalco & Lau "
            "2014; as metadpy fits it, 1 over the number of categories added to each count). Their means "
            "carry readers and images by the same method, with the covariances of the images’ influences."
        )


def _checked(_document: Document, parts: Sequence[SectionResult]) -> Iterator[str]:
    found = [part.label_checks for part in parts if part.label_checks]
    if not found:
        return
    yield "Rates of discrepant labels have exact intervals (Clopper & Pearson 1934)."
    if any(part.by_label for part in found):
        yield (
            "Intended and observed labels were compared by Cohen’s kappa, quadratically weighted where they "
            "are numbers, by the sign test, and by the tests of Stuart and Maxwell and of Bowker."
        )


def _asked(document: Document, parts: Sequence[SectionResult]) -> Iterator[str]:
    yield from items_asked(parts)
    if document.changes:
        yield (
            "Answers to one question in two sections were compared as differences over readers and cases, "
            "paired where both sections show the same cases, Holm-corrected within a question."
        )


def _agreed(_document: Document, parts: Sequence[SectionResult]) -> Iterator[str]:
    found = [part.agreement for part in parts if part.agreement]
    items = [item for part in parts for item in (part.items or {}).values()]
    if not found and not any(getattr(item, "agreement", None) for item in items):
        return
    ordered = any(part.ratings and part.ratings.ordered for part in found)
    ordered |= any(isinstance(item, ScaleItem) and item.agreement for item in items)
    yield (
        "Agreement is on the identity of the image, never on its place: Fleiss’ and Conger’s kappa, Gwet’s "
        "AC1, Krippendorff’s alpha and Brennan and Prediger’s coefficient"
        + (", for ratings alpha for the ordinal scale, Gwet’s AC2 and ICC(2,1)" if ordered else "")
        + ". Errors over cases are linearised (Gwet 2014), and their intervals for kappa and alpha lie on "
        "the scale log(1 + (n − 1)κ) for n answers a case; errors over readers are jackknifed, for kappa and "
        "alpha without what the jackknife counts twice (Efron and Stein 1981), and the error under "
        "independent guessing serves the test alone."
    )


ANALYSES: Sequence[Callable[[Document, Sequence[SectionResult]], Iterator[str]]] = (
    _picked,
    _rated,
    _called,
    _checked,
    _asked,
    _agreed,
)


def _images(document: Document) -> str:
    found = [part.discrimination for part in document.sections.values()]
    paired = {row.paired for part in found if isinstance(part, Discrimination) for row in part.differences}
    return "images paired by case" if paired == {True} else "nested images"


def _ends_sentence(document: Document) -> str:
    """An interval on t knows nothing of the scale; where it is known, it is cut there."""
    scale = document.study.scale.get("points")
    if not scale:
        return ". "
    return (
        f", and intervals of means are cut off at the ends of the scale, {scale[0]:g} and "
        f"{scale[-1]:g}, those of differences at the width of it. "
    )


def _model_sentence(document: Document) -> str:
    rated = [part.realism for part in document.sections.values()]
    models = [part.ordinal_model for part in rated if isinstance(part, Realism)]
    fitted = [model for model in models if isinstance(model, OrdinalModel)]
    if not fitted:
        return "No ordinal mixed model was fitted."
    factors = listed([r.name for r in fitted[0].random])
    return (
        f"A cumulative-logit mixed model with crossed random intercepts for {factors} was fitted by "
        "Laplace’s "
        "approximation (Christensen 2019), contrasts Holm-corrected."
    )


def _size(study: StudyFacts) -> str:
    if study.sample_size is None:
        return "Sample size: no reason for it is in the bundle."
    return f"Sample size: {study.sample_size.rstrip('.')}."


def _closing(document: Document) -> str:
    margins = document.study.margins.items()
    named = [
        MARGINS[key](value) for key, value in margins if key in MARGINS and isinstance(value, int | float)
    ]
    parts = document.sections.values()
    items = {name: item.margin for part in parts for name, item in (part.items or {}).items()}
    named += [f"±{margin:g} for {name}" for name, margin in items.items() if margin is not None]
    fixed = f"The protocol fixed margins of {listed(named)}. " if named else "The protocol fixed no margins. "
    return fixed + "Means are rounded half up. A p-value above .05 is reported as a difference not shown."
