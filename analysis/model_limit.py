"""To how many answers a report fits mixed models where nobody says it."""

#: of a section
MODEL_ANSWERS = 60_000
#: a study of so many answers in all is modelled whole: that takes a minute
MODELLED_STUDY = 200_000


def limit_for(n_answers: int, asked: int | None) -> int:
    """Up to how many answers of a section models are fitted in a study of so many answers."""
    if asked is not None:
        return asked
    return MODELLED_STUDY if n_answers <= MODELLED_STUDY else MODEL_ANSWERS


def too_many(n: int, limit: int, what: str, instead: str) -> str | None:
    """Why no model is fitted to so many answers, and what to read or do instead; None where one is fitted."""
    if n <= limit:
        return None
    return (
        f"{n:,} {what} are more than the {limit:,} up to which this report fits mixed models, because "
        f"fitting more would take longer than the rest of the report; {instead}, and --model-answers {n} "
        f"(in Python report(bundle, model_answers={n})) fits them, given time and memory."
    )
