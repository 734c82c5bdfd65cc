"""The methods paragraph, written from what was really done."""

from collections.abc import Iterator

from analysis.reporting.who import notice, readers_word
from analysis.reporting.words import Part, level_text, listed

TASKS = {
    "pick_real": "found the one real image among {alternatives}",
    "call": "called single images real or synthetic",
    "rate": "rated images for realism",
    "check_label": "checked images against their labels",
}


def methods(document: Part) -> list[str]:
    """The methods paragraphs: what was asked of whom, and how it was analysed."""
    return [
        " ".join(_design(document)),
        " ".join([*_analysis(document), _closing(document["study"])]),
    ]


def _design(document: Part) -> Iterator[str]:
    study = document["study"]
    kinds = {
        kind: [s["name"] for s in study["sources"] if s.get("kind") == kind] for kind in ("real", "synthetic")
    }
    if study["masked"]:
        named = listed([s["name"] for s in study["sources"]])
        yield f"The bundle is masked: images of {named} were shown, and which of them are real is withheld."
    else:
        yield (
            f"Images came from {listed(kinds['real'] or ['no real source'])} (real) and "
            f"{listed(kinds['synthetic'] or ['no generator'])} (synthetic)."
        )
    if notice(document):
        yield notice(document)
    for name, part in document["sections"].items():
        done = part.get("conduct", {}).get("completeness")
        if done:
            task = TASKS[part["task"]].format(alternatives=part.get("alternatives"))
            missing = f", {done['missing']} missing" if done["missing"] else ", none missing"
            yield (
                f"In section {name}, {done['readers']} {readers_word(document)} {task}: "
                f"{done['cases']:,} {done['unit']}s, {done['answers']:,} answers{missing}."
            )


def _analysis(document: Part) -> Iterator[str]:
    level = level_text(document)
    parts = document["sections"].values()
    yield (
        f"Intervals are at {level}. Headline intervals take readers and cases as random and crossed "
        "(Gallas, Pennello & Myers 2007) with Satterthwaite’s degrees of freedom; where fewer than "
        "three readers "
        "answered they speak of these readers only. Intervals that assume independent answers are named so."
    )
    if any("overall" in part.get("detection", {}) for part in parts):
        yield (
            "Shares were compared with chance by a t-test on the crossed error, and with chance ± the "
            "protocol’s "
            "margin by two one-sided tests (Schuirmann 1987); d′ is that of m-alternative forced choice "
            "(Green & Dai 1991)."
        )
    if any("realism" in part for part in parts):
        yield (
            "Ratings were compared on the sums of each reader and of each trial by Wilcoxon’s "
            "signed-rank test three "
            "ways: asymptotic with zeros dropped and no continuity correction (the published method), "
            "exact with "
            "ties, and Pratt’s; differences of means carry readers and trials"
            + _ends_sentence(document)
            + _model_sentence(document)
        )
    if any("discrimination" in part for part in parts):
        yield (
            "A call of synthetic counts as positive. Pooled accuracy is stratified by truth, and compared "
            "with chance as the mean of sensitivity and specificity, which the mix of images does not move; "
            f"detection rates of generators were compared with common readers and {_images(document)}, "
            "Holm-corrected."
        )
    yield (
        "Agreement is on the identity of the image. Errors over cases are linearised, errors over "
        "readers are "
        "jackknifed, and the error under independent guessing serves the test alone."
    )


def _images(document: Part) -> str:
    found = [part.get("discrimination", {}).get("differences", []) for part in document["sections"].values()]
    paired = {row.get("paired", False) for rows in found for row in rows}
    return "images paired by case" if paired == {True} else "nested images"


def _ends_sentence(document: Part) -> str:
    """An interval on t knows nothing of the scale; where it is known, it is cut there."""
    scale = (document["study"].get("scale") or {}).get("points")
    if not scale:
        return ". "
    return (
        f", and intervals of means are cut off at the ends of the scale, {scale[0]:g} and "
        f"{scale[-1]:g}, those of differences at the width of it. "
    )


def _model_sentence(document: Part) -> str:
    models = [p["realism"]["ordinal_model"] for p in document["sections"].values() if "realism" in p]
    fitted = [model for model in models if "coefficients" in model]
    if not fitted:
        return "No ordinal mixed model was fitted."
    factors = listed([r["name"] for r in fitted[0]["random"]])
    return (
        f"A cumulative-logit mixed model with crossed random intercepts for {factors} was fitted by "
        "Laplace’s "
        "approximation (Christensen 2019), contrasts Holm-corrected."
    )


def _closing(study: Part) -> str:
    margins = study.get("margins") or {}
    named = [f"{key} ±{value:g}" for key, value in margins.items() if isinstance(value, int | float)]
    fixed = (
        f"The protocol fixed the margins {listed(named)}. " if named else "The protocol fixed no margins. "
    )
    return fixed + "Means are rounded half up. A p-value above .05 is reported as a difference not shown."
